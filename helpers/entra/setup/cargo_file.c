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
    return error_set(error, why.kind, "%s: %s", ret_file->path, why.message);
}

/* Whether it is a sparse one, over https and below the BaseUrl of an API. */
static bool gets_tokens(struct config *config, const char *index)
{
    struct url url;
    struct error unused = { 0 };
    if (index == NULL || strncmp(index, SPARSE, strlen(SPARSE)) != 0)
        return false;
    index += strlen(SPARSE);
    return url_parse(index, strlen(index), &url, &unused) && url.https &&
           config_find_url(config, &url, NULL, &unused) == CONFIG_MATCH;
}

bool cargo_file_check_index(struct config *config, const struct cargo_registry *registry,
                            struct error *error)
{
    return gets_tokens(config, registry->index) ||
           error_set(error, ERROR_USAGE,
                     "the registry '%s' gets no token: its index is not a sparse one, over https "
                     "and below a BaseUrl",
                     registry->name);
}

void cargo_file_clear(struct cargo_file *file)
{
    cargo_config_clear(&file->config);
    secret_free(file->text);
    free(file->path);
}
