/* SPDX-License-Identifier: MIT */
/* The keys that a configuration may have, and the check against them. The names are those of
 * Microsoft.Identity.Web (MicrosoftIdentityApplicationOptions, CredentialDescription,
 * DownstreamApiOptions, AcquireTokenOptions in Microsoft.Identity.Abstractions) and of the older
 * MicrosoftIdentityOptions; keys that have no effect here are known too. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/base/array.h"
#include "common/base/suggest.h"
#include "common/config/internal.h"

/* clang-format off */
#define STRING(name)          { name, SETTING_STRING, false, NULL }
#define SECRET(name)          { name, SETTING_STRING, true, NULL }
#define PATH(name)            { name, SETTING_PATH, false, NULL }
#define PATH_OR_URI(name)     { name, SETTING_PATH_OR_URI, false, NULL }
#define CREDENTIAL(name)      { name, SETTING_PATH_OF_CREDENTIAL, false, NULL }
#define BOOL(name)            { name, SETTING_BOOL, false, NULL }
#define STRINGS(name)         { name, SETTING_STRINGS, false, NULL }
#define OBJECT(name, inside)  { name, SETTING_OBJECT, false, inside }
#define OBJECTS(name, inside) { name, SETTING_OBJECTS, false, inside }
#define END                   { NULL, SETTING_STRING, false, NULL }
/* clang-format on */

static const struct setting credential_settings[] = {
    STRING("SourceType"),
    SECRET("ClientSecret"),
    CREDENTIAL("ClientSecretPath"),
    PATH_OR_URI("CertificateDiskPath"),
    PATH_OR_URI("CertificateKeyDiskPath"),
    SECRET("CertificatePassword"),
    SECRET("Base64EncodedValue"),
    STRING("KeyVaultUrl"),
    STRING("KeyVaultCertificateName"),
    STRING("CertificateStorePath"),
    STRING("CertificateThumbprint"),
    STRING("CertificateDistinguishedName"),
    STRING("ManagedIdentityClientId"),
    STRING("TokenExchangeUrl"),
    STRING("TokenExchangeAuthority"),
    PATH("SignedAssertionFileDiskPath"),
    STRINGS("SignedAssertionCommand"),
    STRING("ServiceConnectionId"),
    STRING("CustomSignedAssertionProviderName"),
    OBJECT("CustomSignedAssertionProviderData", NULL),
    OBJECT("DecryptKeysAuthenticationOptions", NULL),
    STRING("Algorithm"),
    STRING("Container"),
    STRING("ReferenceOrValue"),
    END,
};

static const struct setting identity_settings[] = {
    STRING("Instance"),
    STRING("TenantId"),
    STRING("Authority"),
    STRING("ClientId"),
    SECRET("ClientSecret"),
    CREDENTIAL("ClientSecretPath"),
    OBJECTS("ClientCredentials", credential_settings),
    OBJECTS("ClientCertificates", credential_settings),
    OBJECTS("TokenDecryptionCredentials", credential_settings),
    OBJECTS("TokenDecryptionCertificates", credential_settings),
    BOOL("SendX5C"),
    BOOL("WithSpaAuthCode"),
    BOOL("AllowWebApiToBeAuthorizedByACL"),
    BOOL("EnablePiiLogging"),
    BOOL("LegacyCacheCompatibilityEnabled"),
    BOOL("IsDefaultPlatform"),
    STRING("AzureRegion"),
    STRINGS("ClientCapabilities"),
    OBJECT("ExtraQueryParameters", NULL),
    STRING("UserAssignedManagedIdentityClientId"),
    STRING("Name"),
    STRING("AppHomeTenantId"),
    STRING("Domain"),
    STRING("Audience"),
    STRINGS("Audiences"),
    STRINGS("Scopes"),
    STRINGS("Scope"),
    STRING("CallbackPath"),
    STRING("SignedOutCallbackPath"),
    STRING("RemoteSignOutPath"),
    STRING("RedirectUri"),
    STRING("DefaultUserFlow"),
    STRING("SignUpSignInPolicyId"),
    STRING("ResetPasswordPolicyId"),
    STRING("EditProfilePolicyId"),
    STRING("ResetPasswordPath"),
    STRING("ErrorPath"),
    END,
};

static const struct setting managed_identity_settings[] = {
    STRING("UserAssignedClientId"),
    STRING("UserAssignedObjectId"),
    STRING("UserAssignedResourceId"),
    END,
};

static const struct setting acquire_token_settings[] = {
    STRING("AuthenticationOptionsName"),
    STRING("Tenant"),
    BOOL("ForceRefresh"),
    STRING("Claims"),
    STRING("CorrelationId"),
    STRING("UserFlow"),
    STRING("FmiPath"),
    STRING("PopPublicKey"),
    STRING("PopClaim"),
    STRING("LongRunningWebApiSessionKey"),
    OBJECT("ManagedIdentity", managed_identity_settings),
    OBJECT("ExtraQueryParameters", NULL),
    OBJECT("ExtraHeadersParameters", NULL),
    OBJECT("ExtraParameters", NULL),
    END,
};

static const struct setting api_settings[] = {
    STRING("BaseUrl"),
    STRING("RelativePath"),
    BOOL("RequestAppToken"),
    BOOL("ForClusters"),
    STRINGS("Scopes"),
    STRING("Account"),
    STRING("HttpMethod"),
    STRING("ProtocolScheme"),
    STRING("AcceptHeader"),
    STRING("ContentType"),
    STRING("Serializer"),
    STRING("Deserializer"),
    OBJECT("ExtraHeaderParameters", NULL),
    OBJECT("ExtraQueryParameters", NULL),
    OBJECT("AcquireTokenOptions", acquire_token_settings),
    END,
};

static const struct setting *find_setting(const struct setting *table, const char *name)
{
    for (; table->name != NULL; table++)
        if (strcasecmp(table->name, name) == 0)
            return table;
    return NULL;
}

const struct setting *config_known_setting(const char *name)
{
    const struct setting *const tables[] = { identity_settings, api_settings, credential_settings,
                                             acquire_token_settings, managed_identity_settings };
    const struct setting *setting = NULL;
    for (size_t i = 0; setting == NULL && i < ARRAY_SIZE(tables); i++)
        setting = find_setting(tables[i], name);
    return setting;
}

/* ---- the check ---- */

static const char *const type_names[] = {
    [SETTING_STRING] = "a string",      [SETTING_PATH] = "a string",
    [SETTING_PATH_OR_URI] = "a string", [SETTING_PATH_OF_CREDENTIAL] = "a string",
    [SETTING_BOOL] = "true or false",   [SETTING_STRINGS] = "an array of strings",
    [SETTING_OBJECT] = "an object",     [SETTING_OBJECTS] = "an array of objects",
};

static bool is_object(json_object *value)
{
    return json_object_is_type(value, json_type_object);
}

/* A string without a NUL byte in it. */
static bool is_string(json_object *value)
{
    return json_object_is_type(value, json_type_string) &&
           strlen(json_object_get_string(value)) == (size_t)json_object_get_string_len(value);
}

static bool is_array_of(const json_object *array, bool (*is_item)(json_object *))
{
    if (!json_object_is_type(array, json_type_array))
        return false;
    for (size_t i = 0; i < json_object_array_length(array); i++)
        if (!is_item(json_object_array_get_idx(array, i)))
            return false;
    return true;
}

static bool has_type(json_object *value, enum setting_type type)
{
    switch (type) {
    case SETTING_STRING:
    case SETTING_PATH:
    case SETTING_PATH_OR_URI:
    case SETTING_PATH_OF_CREDENTIAL:
        return is_string(value);
    case SETTING_BOOL:
        return json_object_is_type(value, json_type_boolean);
    case SETTING_STRINGS:
        return is_string(value) || is_array_of(value, is_string);
    case SETTING_OBJECT:
        return is_object(value);
    case SETTING_OBJECTS:
        return is_array_of(value, is_object);
    }
    return false;
}

/* One pass over a configuration looks for wrong types, another warns of unknown keys. */
struct visit {
    const struct config *config;
    bool warns;
    struct error *error;
};

static void warn_of_unknown(const struct visit *visit, const struct setting *table,
                            const struct config_path *path)
{
    if (!visit->warns)
        return;
    char where[CONFIG_WHERE_MAX];
    const char *key = path->steps[path->depth - 1];
    struct suggestion nearest = suggest_for(key);
    for (; table->name != NULL; table++)
        suggest_consider(&nearest, table->name);
    warning("%s: unknown key '%s'%s", config_where(visit->config, path, where), key,
            suggest_question(&nearest, ""));
}

static bool wrong_type(const struct visit *visit, const struct setting *setting,
                       const struct config_path *path)
{
    char where[CONFIG_WHERE_MAX];
    return error_set(visit->error, ERROR_USAGE, "%s: %s must be %s",
                     config_where(visit->config, path, where), setting->name,
                     type_names[setting->type]);
}

static bool visit_object(const struct visit *visit, const struct setting *table,
                         json_object *object, const struct config_path *path);

/* An object, or each object of an array. */
static bool visit_inside(const struct visit *visit, const struct setting *setting,
                         json_object *value, const struct config_path *path)
{
    if (json_object_is_type(value, json_type_object))
        return visit_object(visit, setting->inside, value, path);
    for (size_t i = 0; i < json_object_array_length(value); i++) {
        char index[24];
        snprintf(index, sizeof index, "%zu", i);
        struct config_path item = config_path_to(path, index);
        if (!visit_object(visit, setting->inside, json_object_array_get_idx(value, i), &item))
            return false;
    }
    return true;
}

static bool visit_object(const struct visit *visit, const struct setting *table,
                         json_object *object, const struct config_path *path)
{
    json_object_object_foreach(object, key, value) {
        struct config_path here = config_path_to(path, key);
        const struct setting *setting = find_setting(table, key);
        if (setting == NULL)
            warn_of_unknown(visit, table, &here);
        else if (value != NULL && !has_type(value, setting->type))
            return wrong_type(visit, setting, &here);
        else if (value != NULL && setting->inside != NULL &&
                 !visit_inside(visit, setting, value, &here))
            return false;
    }
    return true;
}

static bool visit_sections(const struct visit *visit, const struct setting *table,
                           const struct section *sections, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!visit_object(visit, table, sections[i].object, &sections[i].path))
            return false;
    return true;
}

static bool visit_all(const struct visit *visit)
{
    struct section identities[CONFIG_SECTIONS_MAX], apis[CONFIG_SECTIONS_MAX];
    return visit_sections(visit, identity_settings, identities,
                          config_identities(visit->config, identities)) &&
           visit_sections(visit, api_settings, apis, config_apis(visit->config, apis));
}

bool config_check_settings(const struct config *config, struct error *error)
{
    return config_check_size(config, error) &&
           visit_all(&(struct visit){ .config = config, .error = error });
}

void config_warn_of_settings(const struct config *config)
{
    struct error unused;
    visit_all(&(struct visit){ .config = config, .warns = true, .error = &unused });
}

bool config_has_pin(const char *text)
{
    return strcasestr(text, "pin-value") != NULL;
}

static bool has_secrets(json_object *object)
{
    if (json_object_is_type(object, json_type_string))
        return config_has_pin(json_object_get_string(object));
    if (json_object_is_type(object, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(object); i++)
            if (has_secrets(json_object_array_get_idx(object, i)))
                return true;
        return false;
    }
    if (!json_object_is_type(object, json_type_object))
        return false;
    json_object_object_foreach(object, key, value) {
        const struct setting *setting = config_known_setting(key);
        if (setting != NULL && setting->secret && json_object_is_type(value, json_type_string) &&
            json_object_get_string_len(value) > 0)
            return true;
        if (has_secrets(value))
            return true;
    }
    return false;
}

bool config_has_secrets(const struct config *config)
{
    return has_secrets(config->root);
}
