#include "keyring/secret_service.h"

const struct keyring *keyring_secret_service(struct error *error)
{
    const struct keyring_module *module = (const struct keyring_module *)(const void *)module_load(
        KEYRING_SECRET_SERVICE_MODULE, error);
    if (module == NULL) {
        error->kind = ERROR_KEYRING;
        return NULL;
    }
    return &module->keyring;
}
