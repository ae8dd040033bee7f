/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/docker_rivals.h"

#include <string.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/environment.h"
#include "common/base/file.h"
#include "common/base/report.h"
#include "common/base/search_path.h"
#include "common/base/text.h"
#include "helpers/entra/setup/docker_config.h"

/* The file that `podman login` writes to; REGISTRY_AUTH_FILE takes the place of it, too. The caller
 * frees it. */
static char *login_path(void)
{
    const char *folder = environment_path("XDG_RUNTIME_DIR");
    return folder != NULL ? text_format("%s/containers/auth.json", folder)
                          : text_format("/run/containers/%lu/auth.json", (unsigned long)getuid());
}

/* What docker_config_each passes on to. */
struct search {
    const char *registry;
    bool has_login;
};

static void note_login(void *context, const char *registry, const char *helper)
{
    struct search *search = context;
    if (helper == NULL && strcmp(registry, search->registry) == 0)
        search->has_login = true;
}

/* What deletes the login, with whichever of the programs is here. The caller frees it. */
static char *advice_for(const char *registry)
{
    static const char *const programs[] = { "podman", "buildah", "skopeo" };
    for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
        autofree char *path = search_path_find(programs[i]);
        if (path != NULL)
            return text_format("Run '%s logout %s'.", programs[i], registry);
    }
    return strdup("Log out there with the program that has logged in.");
}

static void warn_of_podman(char *const *registries, size_t count)
{
    struct file_rights rights = { 0 };
    struct error unused = { 0 };
    autofree char *path = login_path();
    bool is_read = environment("REGISTRY_AUTH_FILE") == NULL && access(path, F_OK) == 0;
    auto_secret struct secret *text =
        is_read ? file_read(path, DOCKER_CONFIG_MAX, &rights, &unused) : NULL;
    auto_json_secret json_object *config = text != NULL ? docker_config_parse(text, &unused) : NULL;
    for (size_t i = 0; config != NULL && i < count; i++) {
        struct search search = { .registry = registries[i] };
        autofree char *advice = advice_for(registries[i]);
        docker_config_each(config, note_login, &search);
        if (search.has_login)
            warning_of("", advice, "podman, buildah and skopeo use the login for %s in %s first",
                       registries[i], path);
    }
}

void docker_rivals_warn(char *const *registries, size_t count)
{
    warn_of_podman(registries, count);
    if (environment("DOCKER_AUTH_CONFIG") != NULL)
        warning_of("", "Unset it, unless it is for other registries.",
                   "docker uses the logins in DOCKER_AUTH_CONFIG, which is set, first");
}
