#include "common/acquire/acquire.h"

#include "common/acquire/client_credentials.h"

MODULE_EXPORT const struct acquire_module entra_module = {
    .module = MODULE_HEAD,
    .acquire = client_credentials_acquire,
};
