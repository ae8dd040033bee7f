/* SPDX-License-Identifier: MIT */
#include "common/acquire/acquire.h"

#include "common/acquire/app/client_credentials.h"
#include "common/acquire/app/credential_check.h"
#include "common/acquire/app/signer.h"
#include "common/acquire/http/discovery.h"
#include "common/acquire/http/probe.h"
#include "common/acquire/registry/registry_exchange.h"
#include "common/acquire/user/interactive.h"
#include "common/acquire/user/refresh.h"
#include "common/acquire/user/sign_in_browser.h"

MODULE_EXPORT const struct acquire_module entra_module = {
    .module = MODULE_HEAD,
    .network_source = &network_source,
    .acquire = client_credentials_acquire,
    .exchange = registry_exchange,
    .ask_challenge = discovery_ask_challenge,
    .probe = probe_authority,
    .check_credential = credential_check,
    .refresh = refresh_acquire,
    .sign_in = interactive_sign_in,
    .answer_browser = sign_in_browser_answer,
    .run_signer = signer_run,
};
