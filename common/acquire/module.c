#include "common/acquire/acquire.h"

#include "common/acquire/client_credentials.h"

MODULE_EXPORT const struct acquire_module entra_module = {
    .module = { ENTRA_VERSION },
    .acquire = client_credentials_acquire,
};
