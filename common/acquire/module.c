#include "common/acquire/acquire.h"

#include "common/acquire/client_credentials.h"
#include "common/acquire/credential_check.h"
#include "common/acquire/discovery.h"
#include "common/acquire/interactive.h"
#include "common/acquire/probe.h"
#include "common/acquire/refresh.h"

MODULE_EXPORT const struct acquire_module entra_module = {
    .module = MODULE_HEAD,
    .acquire = client_credentials_acquire,
    .ask_challenge = probe_ask_challenge,
    .probe = discovery_probe,
    .check_credential = credential_check,
    .refresh = refresh_acquire,
    .sign_in = interactive_sign_in,
};
