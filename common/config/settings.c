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
#define STRING(name)          { name, SETTING_STRING, false, SETTING_OF_TOKEN, NULL }
#define SECRET(name)          { name, SETTING_STRING, true, SETTING_OF_TOKEN, NULL }
#define PATH(name)            { name, SETTING_PATH, false, SETTING_OF_TOKEN, NULL }
#define PATH_OR_URI(name)     { name, SETTING_PATH_OR_URI, false, SETTING_OF_TOKEN, NULL }
#define CREDENTIAL(name)      { name, SETTING_PATH_OF_CREDENTIAL, false, SETTING_OF_TOKEN, NULL }
#define BOOL(name)            { name, SETTING_BOOL, false, SETTING_OF_TOKEN, NULL }
#define STRINGS(name)         { name, SETTING_STRINGS, false, SETTING_OF_TOKEN, NULL }
#define OBJECT(name, inside)  { name, SETTING_OBJECT, false, SETTING_OF_TOKEN, inside }
#define OBJECTS(name, inside) { name, SETTING_OBJECTS, false, SETTING_OF_TOKEN, inside }
#define CALL(name, type)      { name, type, false, SETTING_OF_CALL, NULL }
#define UNUSED(name, type)    { name, type, false, SETTING_UNUSED, NULL }
#define END                   { NULL, SETTING_STRING, false, SETTING_UNUSED, NULL }
/* clang-format on */

static const struct setting credential_settings[] = {
    STRING("SourceType"),
    SECRET("ClientSecret"),
    CREDENTIAL("ClientSecretPath"),
    PATH_OR_URI("CertificateDiskPath"),
    PATH_OR_URI("CertificateKeyDiskPath"),
    SECRET("CertificatePassword"),
    SECRET("Base64EncodedValue"),
    UNUSED("KeyVaultUrl", SETTING_STRING),
    UNUSED("KeyVaultCertificateName", SETTING_STRING),
    UNUSED("CertificateStorePath", SETTING_STRING),
    UNUSED("CertificateThumbprint", SETTING_STRING),
    UNUSED("CertificateDistinguishedName", SETTING_STRING),
    STRING("ManagedIdentityClientId"),
    STRING("TokenExchangeUrl"),
    UNUSED("TokenExchangeAuthority", SETTING_STRING),
    PATH("SignedAssertionFileDiskPath"),
    STRINGS("SignedAssertionCommand"),
    STRING("ServiceConnectionId"),
    UNUSED("CustomSignedAssertionProviderName", SETTING_STRING),
    UNUSED("CustomSignedAssertionProviderData", SETTING_OBJECT),
    UNUSED("DecryptKeysAuthenticationOptions", SETTING_OBJECT),
    UNUSED("Algorithm", SETTING_STRING),
    UNUSED("Container", SETTING_STRING),
    /* The client secret, if that is the SourceType. */
    { "ReferenceOrValue", SETTING_STRING, true, SETTING_UNUSED, NULL },
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
    BOOL("SendX5C"),
    STRING("Broker"),
    /* .NET takes nothing from a string here, and so do we. */
    UNUSED("ClientCapabilities", SETTING_LIST),
    { "TokenDecryptionCredentials", SETTING_OBJECTS, false, SETTING_UNUSED, credential_settings },
    { "TokenDecryptionCertificates", SETTING_OBJECTS, false, SETTING_UNUSED, credential_settings },
    UNUSED("WithSpaAuthCode", SETTING_BOOL),
    UNUSED("AllowWebApiToBeAuthorizedByACL", SETTING_BOOL),
    UNUSED("EnablePiiLogging", SETTING_BOOL),
    UNUSED("LegacyCacheCompatibilityEnabled", SETTING_BOOL),
    UNUSED("IsDefaultPlatform", SETTING_BOOL),
    UNUSED("AzureRegion", SETTING_STRING),
    UNUSED("ExtraQueryParameters", SETTING_OBJECT),
    UNUSED("UserAssignedManagedIdentityClientId", SETTING_STRING),
    UNUSED("Name", SETTING_STRING),
    UNUSED("AppHomeTenantId", SETTING_STRING),
    UNUSED("Domain", SETTING_STRING),
    UNUSED("Audience", SETTING_STRING),
    UNUSED("Audiences", SETTING_STRINGS),
    /* Those that a web API itself has, in whatever form its programmer chose. */
    UNUSED("Scopes", SETTING_ANY),
    UNUSED("Scope", SETTING_ANY),
    UNUSED("CallbackPath", SETTING_STRING),
    UNUSED("SignedOutCallbackPath", SETTING_STRING),
    UNUSED("RemoteSignOutPath", SETTING_STRING),
    UNUSED("RedirectUri", SETTING_STRING),
    UNUSED("DefaultUserFlow", SETTING_STRING),
    UNUSED("SignUpSignInPolicyId", SETTING_STRING),
    UNUSED("ResetPasswordPolicyId", SETTING_STRING),
    UNUSED("EditProfilePolicyId", SETTING_STRING),
    UNUSED("ResetPasswordPath", SETTING_STRING),
    UNUSED("ErrorPath", SETTING_STRING),
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
    UNUSED("CorrelationId", SETTING_STRING),
    UNUSED("UserFlow", SETTING_STRING),
    UNUSED("FmiPath", SETTING_STRING),
    UNUSED("PopPublicKey", SETTING_STRING),
    UNUSED("PopClaim", SETTING_STRING),
    UNUSED("LongRunningWebApiSessionKey", SETTING_STRING),
    OBJECT("ManagedIdentity", managed_identity_settings),
    UNUSED("ExtraQueryParameters", SETTING_OBJECT),
    UNUSED("ExtraHeadersParameters", SETTING_OBJECT),
    UNUSED("ExtraParameters", SETTING_OBJECT),
    END,
};

static const struct setting api_settings[] = {
    STRING("BaseUrl"),
    CALL("RelativePath", SETTING_STRING),
    BOOL("RequestAppToken"),
    BOOL("ForClusters"),
    STRINGS("Scopes"),
    STRING("Account"),
    CALL("HttpMethod", SETTING_STRING),
    UNUSED("ProtocolScheme", SETTING_STRING),
    CALL("AcceptHeader", SETTING_STRING),
    CALL("ContentType", SETTING_STRING),
    UNUSED("Serializer", SETTING_STRING),
    UNUSED("Deserializer", SETTING_STRING),
    CALL("ExtraHeaderParameters", SETTING_OBJECT),
    CALL("ExtraQueryParameters", SETTING_OBJECT),
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

static const struct setting *const tables[] = { identity_settings, api_settings,
                                                credential_settings, acquire_token_settings,
                                                managed_identity_settings };

const struct setting *config_known_setting(const char *name)
{
    const struct setting *setting = NULL;
    for (size_t i = 0; setting == NULL && i < ARRAY_SIZE(tables); i++)
        setting = find_setting(tables[i], name);
    return setting;
}

/* Other programs have names such as ClientSecretUri in their sections. */
#define SECRET_TYPOS_MAX 2

/* The name that is nearest to one that is not known, of all settings or of those of secrets. NULL
 * if none is near. */
static const char *nearest_name(const char *name, bool of_secrets)
{
    struct suggestion nearest = suggest_for(name);
    if (of_secrets && nearest.distance > SECRET_TYPOS_MAX)
        nearest.distance = SECRET_TYPOS_MAX;
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
        for (const struct setting *setting = tables[i]; setting->name != NULL; setting++)
            if (setting->secret || !of_secrets)
                suggest_consider(&nearest, setting->name);
    return nearest.name;
}

const struct setting *config_nearest_setting(const char *name)
{
    const struct setting *known = config_known_setting(name);
    const char *nearest = known == NULL ? nearest_name(name, false) : NULL;
    return nearest != NULL ? config_known_setting(nearest) : known;
}

bool config_is_secret_setting(const char *name)
{
    const struct setting *known = config_known_setting(name);
    if (known != NULL ||
        nearest_name(name, true) == NULL) /* few names: this is asked of each key */
        return known != NULL && known->secret;
    return config_nearest_setting(name)->secret;
}

const struct setting config_identity_section = { NULL, SETTING_OBJECT, false, false,
                                                 identity_settings };
const struct setting config_api_section = { NULL, SETTING_OBJECT, false, false, api_settings };

const struct setting *config_setting_inside(const struct setting *outer, const char *name)
{
    return outer != NULL && outer->inside != NULL ? find_setting(outer->inside, name) : NULL;
}

/* ---- the check ---- */

static const char *const type_names[] = {
    [SETTING_STRING] = "a string",
    [SETTING_PATH] = "a string",
    [SETTING_PATH_OR_URI] = "a string",
    [SETTING_PATH_OF_CREDENTIAL] = "a string",
    [SETTING_BOOL] = "true or false",
    [SETTING_STRINGS] = "an array of strings",
    [SETTING_LIST] = "an array of strings",
    [SETTING_OBJECT] = "an object",
    [SETTING_OBJECTS] = "an array of objects",
    [SETTING_ANY] = "anything",
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

static bool is_bool(json_object *value)
{
    return is_string(value) &&
           (config_is_true(value) || strcasecmp(json_object_get_string(value), "false") == 0);
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
        return is_bool(value);
    case SETTING_STRINGS:
        return is_string(value) || is_array_of(value, is_string);
    case SETTING_LIST:
        return is_array_of(value, is_string);
    case SETTING_OBJECT:
        return is_object(value);
    case SETTING_OBJECTS:
        return is_array_of(value, is_object);
    case SETTING_ANY:
        return true;
    }
    return false;
}

/* What a pass over a section does: it fails with the first wrong type of a key that has an effect
 * on a token, or a call; or, if error is NULL, it warns of wrong types and perhaps of unknown keys.
 */
struct visit {
    const struct config *config;
    enum setting_effect effect;
    struct error *error;
    bool warns_of_unknown;
};

static void warn_of_unknown(const struct visit *visit, const struct setting *table,
                            const struct config_path *path)
{
    if (!visit->warns_of_unknown || config_names_variable(path->steps[path->depth - 1]))
        return;
    char where[CONFIG_WHERE_MAX];
    const char *key = path->steps[path->depth - 1];
    struct suggestion nearest = suggest_for(key);
    for (; table->name != NULL; table++)
        suggest_consider(&nearest, table->name);
    warning("%s: unknown key '%s'%s", config_where(visit->config, path, where), key,
            suggest_question(&nearest, ""));
}

/* Returns false if it matters. */
static bool wrong_type(const struct visit *visit, const struct setting *setting,
                       const struct config_path *path)
{
    char where[CONFIG_WHERE_MAX];
    config_where(visit->config, path, where);
    if (visit->error != NULL)
        return error_set(visit->error, ERROR_USAGE, "%s: %s must be %s", where, setting->name,
                         type_names[setting->type]);
    warning("%s: %s must be %s", where, setting->name, type_names[setting->type]);
    return true;
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
        if (setting == NULL) {
            warn_of_unknown(visit, table, &here);
            continue;
        }
        bool is_of_interest =
            value != NULL && (visit->error == NULL || setting->effect == visit->effect);
        if (is_of_interest && !has_type(value, setting->type)) {
            if (!wrong_type(visit, setting, &here))
                return false;
        } else if (is_of_interest && setting->inside != NULL &&
                   !visit_inside(visit, setting, value, &here)) {
            return false;
        }
    }
    return true;
}

static bool check_section(const struct config *config, const struct setting *table,
                          const struct section *section, enum setting_effect effect,
                          struct error *error)
{
    const struct visit visit = { .config = config, .effect = effect, .error = error };
    return section->object == NULL || visit_object(&visit, table, section->object, &section->path);
}

bool config_check_identity(const struct config *config, const struct section *identity,
                           struct error *error)
{
    return check_section(config, identity_settings, identity, SETTING_OF_TOKEN, error);
}

bool config_check_api(const struct config *config, const struct section *api, struct error *error)
{
    return check_section(config, api_settings, api, SETTING_OF_TOKEN, error);
}

bool config_check_types_of_call(const struct config *config, const struct section *api,
                                struct error *error)
{
    return check_section(config, api_settings, api, SETTING_OF_CALL, error);
}

void config_warn_of_settings(const struct config *config)
{
    struct section identities[CONFIG_SECTIONS_MAX], apis[CONFIG_SECTIONS_MAX];
    size_t identity_count = config_identities(config, identities);
    size_t api_count = config_apis(config, apis);
    for (size_t i = 0; i < identity_count; i++)
        visit_object(
            &(struct visit){ .config = config,
                             .warns_of_unknown = config_identity_is_named(config, &identities[i]) },
            identity_settings, identities[i].object, &identities[i].path);
    for (size_t i = 0; i < api_count; i++)
        visit_object(&(struct visit){ .config = config, .warns_of_unknown = true }, api_settings,
                     apis[i].object, &apis[i].path);
}
