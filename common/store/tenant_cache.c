/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/store/tenant_cache.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/environment.h"
#include "common/base/runtime_folder.h"
#include "common/base/text.h"

#define PLACE_MAX 1024

/* Creates the parents of a path, which may not exist yet in a new home. */
static void make_parents(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
}

/* The folder's path; NULL if there is none. XDG Base Directory Specification: a path that is not
 * absolute must be ignored. The caller frees it. */
static char *folder_path(void)
{
    const char *state = environment_path("XDG_STATE_HOME");
    const char *home = environment_path("HOME");
    return state != NULL  ? text_format("%s/entra", state)
           : home != NULL ? text_format("%s/.local/state/entra", home)
                          : NULL;
}

/* Opens the folder; returns -1 if there is none. */
static int open_folder(void)
{
    autofree char *path = folder_path();
    if (path == NULL)
        return -1;
    int folder = runtime_folder_open_own(path);
    if (folder >= 0)
        return folder;
    make_parents(path);
    return runtime_folder_open_own(path);
}

static struct runtime_name file_of(const char *place)
{
    const char *const texts[] = { place, NULL };
    return runtime_name("tenant", texts);
}

bool tenant_cache_find(const char *place, char ret_tenant[AUTHORITY_TENANT_MAX])
{
    autoclose int folder = open_folder();
    auto_secret struct secret *line =
        folder >= 0 ? runtime_read(folder, file_of(place).text, PLACE_MAX + AUTHORITY_TENANT_MAX)
                    : NULL;
    size_t prefix = strlen(place);
    if (line == NULL || line->length < prefix + 2 || line->bytes[line->length - 1] != '\n' ||
        memcmp(line->bytes, place, prefix) != 0 || line->bytes[prefix] != ' ')
        return false;
    line->bytes[line->length - 1] = '\0';
    const char *name = line->bytes + prefix + 1;
    if (strlen(name) >= AUTHORITY_TENANT_MAX || !authority_is_tenant(name))
        return false;
    memcpy(ret_tenant, name, strlen(name) + 1);
    return true;
}

void tenant_cache_keep(const char *place, const char *tenant)
{
    char known[AUTHORITY_TENANT_MAX];
    if (strlen(place) > PLACE_MAX || strlen(tenant) >= AUTHORITY_TENANT_MAX ||
        (tenant_cache_find(place, known) && strcmp(known, tenant) == 0))
        return;
    autoclose int folder = open_folder();
    auto_secret struct secret *line = secret_format("%s %s\n", place, tenant);
    if (folder >= 0)
        runtime_replace(folder, file_of(place).text, line);
}

void tenant_cache_forget(const char *place)
{
    autoclose int folder = open_folder();
    if (folder >= 0)
        unlinkat(folder, file_of(place).text, 0);
}

bool tenant_cache_remove(struct error *error)
{
    autofree char *path = folder_path();
    return path == NULL || runtime_folder_remove_own(path, true, error);
}
