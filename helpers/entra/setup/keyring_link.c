/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/keyring_link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/environment.h"
#include "common/base/file.h"
#include "common/base/own_program.h"
#include "common/base/search_path.h"
#include "common/base/text.h"
#include "helpers/entra/setup/program_link.h"

#define PROGRAM "keyring-credential-entra"

/* Where users have programs of their own, in the order of preference. */
static const char *const folders[KEYRING_LINK_FOLDERS] = { ".local/bin", "bin" };

void keyring_link_clear(struct keyring_link *link)
{
    free(link->first);
    free(link->path);
    free(link->obstacle);
    free(link->target);
}

static bool is_ours(const char *path)
{
    return program_link_is(path, PROGRAM) || own_program_is(path);
}

static bool is_another(const char *path)
{
    return !is_ours(path);
}

static size_t place_of_program(const char *path)
{
    autofree char *folder =
        path != NULL ? strndup(path, (size_t)(strrchr(path, '/') - path)) : NULL;
    return folder != NULL ? search_path_place(folder) : SIZE_MAX;
}

static char *user_folder(size_t i)
{
    const char *home = environment_path("HOME");
    return home != NULL ? text_format("%s/%s", home, folders[i]) : NULL;
}

void keyring_link_find(struct keyring_link *ret_link)
{
    struct keyring_link *link = ret_link;
    *link = (struct keyring_link){ .first = search_path_find("keyring"),
                                   .target = own_program_path(PROGRAM) };
    link->is_ours = link->first != NULL && is_ours(link->first);
    for (size_t i = 0; i < KEYRING_LINK_FOLDERS && !link->is_ours && link->path == NULL; i++) {
        autofree char *folder = user_folder(i);
        if (folder == NULL)
            return;
        autofree char *path = text_format("%s/keyring", folder);
        size_t place = search_path_place(folder);
        bool is_first =
            place != SIZE_MAX && (link->first == NULL || place < place_of_program(link->first));
        if (!is_first)
            continue;
        if (program_link_look(path, PROGRAM) != PROGRAM_LINK_TAKEN)
            link->path = steal(&path);
        else if (link->obstacle == NULL)
            link->obstacle = steal(&path);
    }
}

bool keyring_link_explain(const struct keyring_link *link, struct error *error)
{
    if (link->obstacle != NULL) {
        program_link_explain(link->obstacle, error);
        return error_hint(error, "Move it away, and run 'entra setup pip' again.");
    }
    if (link->first == NULL) {
        error_set(error, ERROR_OTHER,
                  "neither ~/.local/bin nor ~/bin is in PATH, where pip and uv look for keyring");
        return error_hint(error, "Add ~/.local/bin to PATH, and run 'entra setup pip' again.");
    }
    error_set(error, ERROR_OTHER, "pip and uv run %s, which is another program", link->first);
    return error_hint(error, "It stays as it is. Put ~/bin before its folder in PATH, and run "
                             "'entra setup pip' again; passwords that it has are still found.");
}

bool keyring_link_make(const struct keyring_link *link, struct error *error)
{
    if (link->target == NULL || access(link->target, X_OK) != 0)
        return error_set(error, ERROR_OTHER, "%s is not beside this program", PROGRAM);
    if (!file_make_folders(link->path, 0755, error))
        return false;
    if (program_link_look(link->path, PROGRAM) == PROGRAM_LINK_STALE)
        unlink(link->path);
    return symlink(link->target, link->path) == 0 ||
           error_set(error, ERROR_OTHER, "%s: %s", link->path, strerror(errno));
}

bool keyring_link_of_ours(size_t index, char **ret_path, struct error *error)
{
    bool is_setups = false;
    autofree char *folder = user_folder(index);
    autofree char *path = folder != NULL ? text_format("%s/keyring", folder) : NULL;
    if (path != NULL && !program_link_check(path, PROGRAM, &is_setups, error))
        return false;
    *ret_path = is_setups ? steal(&path) : NULL;
    return true;
}

char *keyring_link_next(void)
{
    return search_path_find_behind("keyring", NULL, is_another);
}
