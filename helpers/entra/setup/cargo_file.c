/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/cargo_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/file.h"

#define SPARSE "sparse+"

/* Cargo reads `config` and not `config.toml` if both are there. */
static char *find_path(struct error *error)
{
    const char *home = getenv("CARGO_HOME");
    autofree char *folder =
        home != NULL && home[0] != '\0' ? strdup(home) : file_path_in_home("~/.cargo");
    if (!file_check_absolute(folder, "CARGO_HOME", error))
        return NULL;
    autofree char *old = text_format("%s/config", folder);
    return access(old, F_OK) == 0 ? steal(&old) : text_format("%s.toml", old);
}

static struct secret *read_text(struct cargo_file *file, struct error *error)
{
    struct file_rights rights = { 0 };
    file->is_new = access(file->path, F_OK) != 0 && errno == ENOENT;
    return file->is_new ? secret_new("", 0)
                        : file_read(file->path, CARGO_CONFIG_MAX, &rights, error);
}

bool cargo_file_read(struct cargo_file *ret_file, struct error *error)
{
    *ret_file = (struct cargo_file){ .path = find_path(error) };
    if (ret_file->path == NULL)
        return false;
    ret_file->text = read_text(ret_file, error);
    if (ret_file->text == NULL)
        return false;
    if (cargo_config_read(ret_file->text, &ret_file->config, error))
        return true;
    struct error why = *error;
    error_set(error, why.kind, "%s: %s", ret_file->path, why.message);
    return error_hint(error,
                      "Correct the file; or, if Cargo takes it as it is, put it in a simpler "
                      "form of TOML.");
}

static bool fail_index(const struct cargo_registry *registry, const char *why, const char *advice,
                       struct error *error)
{
    error_set(error, ERROR_USAGE, "the registry '%s' gets no token: its index %s", registry->name,
              why);
    return error_hint(error, "%s; or run 'entra setup cargo --remove %s'.", advice, registry->name);
}

bool cargo_file_check_index(struct config *config, const struct cargo_registry *registry,
                            struct error *error)
{
    struct url url;
    struct error unused = { 0 };
    const char *index = registry->index != NULL ? registry->index : "";
    if (strncmp(index, SPARSE, strlen(SPARSE)) != 0)
        return fail_index(registry, "is not a sparse one",
                          "Begin its index with " SPARSE "https://", error);
    index += strlen(SPARSE);
    if (!url_parse(index, strlen(index), &url, &unused) || !url.https)
        return fail_index(registry, "is not a URL over https",
                          "Begin its index with " SPARSE "https://", error);
    enum config_match match = config_find_url(config, &url, NULL, error);
    return match == CONFIG_MATCH ||
           (match == CONFIG_NO_MATCH &&
            fail_index(registry, "is below no BaseUrl of an API",
                       "Give an API of the configuration a BaseUrl that is above the index",
                       error));
}

void cargo_file_clear(struct cargo_file *file)
{
    cargo_config_clear(&file->config);
    secret_free(file->text);
    free(file->path);
}
