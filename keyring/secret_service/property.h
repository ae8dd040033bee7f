/* SPDX-License-Identifier: MIT */
/*
 * Properties of the Secret Service's objects.
 */
#ifndef KEYRING_SECRET_SERVICE_PROPERTY_H
#define KEYRING_SECRET_SERVICE_PROPERTY_H

#include "keyring/secret_service/service.h"

/* The value of a property, if it has this type. The caller releases it with g_variant_unref. NULL:
 * there is no such object or property, or no answer by the deadline. */
GVariant *property_get(SecretService *service, const gchar *path, const gchar *interface,
                       const gchar *name, const GVariantType *type, int64_t deadline);

#endif
