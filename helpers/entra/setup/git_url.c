/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/git_url.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/text.h"
#include "helpers/entra/setup/git_helper.h"
#include "helpers/entra/setup/setup.h"
#include "helpers/git/git_bool.h"
#include "helpers/git/git_tenant.h"

/* ---- the state of a URL ---- */

void git_url_clear(struct git_url *git_url)
{
    for (size_t i = 0; i < GIT_SPELLINGS; i++)
        free(git_url->names[i]);
    secret_free(git_url->text);
    secret_free(git_url->included);
    secret_free(git_url->all);
}

static bool asks_entra(const struct git_settings *settings)
{
    for (size_t i = 0; i < settings->count; i++)
        if (git_helper_is_ours(settings->helpers[i]))
            return true;
    return false;
}

/* The settings that count wherever the user is, in the order in which git reads them. */
static bool read_all(const struct options *options, struct git_url *git_url, struct error *error)
{
    auto_secret struct secret *machine = git_section_read_machine(options, error);
    if (machine == NULL)
        return false;
    git_settings_find(machine, &git_url->url, &git_url->settings);
    git_url->machine_asks_entra = asks_entra(&git_url->settings);
    git_url->all = secret_allocate(machine->length + git_url->included->length);
    memcpy(git_url->all->bytes, machine->bytes, machine->length);
    memcpy(git_url->all->bytes + machine->length, git_url->included->bytes,
           git_url->included->length);
    git_settings_find(git_url->all, &git_url->url, &git_url->settings);
    return true;
}

bool git_url_load(const struct options *options, const char *text, struct git_url *git_url,
                  struct error *error)
{
    if (!url_parse_base(text, strlen(text), &git_url->url, error))
        return false;
    git_url->text = git_section_read(options, false, error);
    git_url->included = git_url->text != NULL ? git_section_read(options, true, error) : NULL;
    if (git_url->included == NULL || !read_all(options, git_url, error))
        return false;
    for (size_t i = 0; i < GIT_SPELLINGS; i++) {
        struct git_section with_includes;
        git_url->names[i] = git_section_name(text, &git_url->url, i > 0);
        if (!git_section_find(git_url->included, git_url->names[i], &git_url->url, &with_includes,
                              error) ||
            !git_section_find(git_url->text, git_url->names[i], &git_url->url,
                              &git_url->sections[i], error))
            return false;
        git_url->sections[i].is_overridden = with_includes.is_overridden;
    }
    return true;
}

/* Whether git must send the path: for dev.azure.com it names the organization, and a base URL with
 * a path is only matched by it. */
static bool needs_path(const struct url *url)
{
    return strcmp(url->path, "/") != 0 ||
           (strcmp(url->host, GIT_AZURE_DEVOPS_HOST) == 0 && url->port == 443);
}

bool git_url_is_set_up(const struct git_url *git_url, const char *command)
{
    const struct git_settings *settings = &git_url->settings;
    return settings->is_reset && settings->count == 1 &&
           strcmp(settings->helpers[0], command) == 0 &&
           (settings->uses_path || !needs_path(&git_url->url));
}

bool git_url_has_ours(const struct git_url *git_url)
{
    for (size_t i = 0; i < GIT_SPELLINGS; i++)
        if (git_url->sections[i].ours < git_url->sections[i].count)
            return true;
    return false;
}

/* ---- adding and removing settings ---- */

/* A setting's full name. */
static char *key_of(const char *section, const char *name)
{
    return text_format("credential.%s.%s", section, name);
}

static bool add_setting(const struct options *options, const char *section, const char *name,
                        const char *value, struct error *error)
{
    autofree char *key = key_of(section, name);
    return git_section_change(options, (const char *const[]){ "--add", key, value, NULL }, error);
}

static bool remove_value(const struct options *options, const char *section, const char *name,
                         const char *value, struct error *error)
{
    autofree char *key = key_of(section, name);
    const char *const words[] = { "--unset-all", "--fixed-value", key, value, NULL };
    return git_section_change(options, words, error);
}

/* Whether the item is the command of ours that is to be removed. */
static bool is_command(const struct git_section *section, size_t i)
{
    const struct git_setting *items = section->items;
    return i < section->count && items[i].variable == GIT_HELPER &&
           strcmp(items[i].value, items[section->ours].value) == 0;
}

/* git config --unset-all removes all equal values, and so more than one only if each of them is
 * ours: an empty one if our command comes next, */
static bool are_resets_ours(const struct git_section *section)
{
    for (size_t i = 0; i < section->count; i++) {
        size_t next = i;
        while (next < section->count && git_setting_is_reset(&section->items[next]))
            next++;
        if (next > i && !is_command(section, next))
            return false;
    }
    return true;
}

/* and useHttpPath = true if our command came before it. */
static bool are_paths_ours(const struct git_section *section)
{
    size_t count = 0, ours = 0;
    for (size_t i = 1; i < section->count; i++)
        ours += git_setting_is_path(&section->items[i]) && is_command(section, i - 1);
    for (size_t i = 0; i < section->count; i++)
        count += git_setting_is_path(&section->items[i]);
    return count == 1 || count == ours;
}

/* Whether the item is the useHttpPath that setup added. */
static bool is_our_path(const struct url *url, const struct git_section *section, size_t i)
{
    return needs_path(url) && i > section->ours && git_setting_is_path(&section->items[i]) &&
           are_paths_ours(section);
}

static bool undo(const struct options *options, const struct url *url, const char *name,
                 const struct git_section *section, struct error *error)
{
    size_t ours = section->ours;
    if (ours == section->count)
        return true;
    bool reset =
        ours > 0 && git_setting_is_reset(&section->items[ours - 1]) && are_resets_ours(section);
    if (!remove_value(options, name, "helper", section->items[ours].value, error) ||
        (reset && !remove_value(options, name, "helper", "", error)))
        return false;
    for (size_t i = ours + 1; i < section->count; i++)
        if (is_our_path(url, section, i))
            return remove_value(options, name, "useHttpPath", "true", error);
    return true;
}

bool git_url_undo(const struct options *options, const struct git_url *git_url, struct error *error)
{
    for (size_t i = 0; i < GIT_SPELLINGS; i++)
        if (!undo(options, &git_url->url, git_url->names[i], &git_url->sections[i], error))
            return false;
    return true;
}

/* Whether a section has git send the path without our lines, and is not overridden. */
static bool sends_path(const struct url *url, const struct git_section *section)
{
    bool sends = false;
    for (size_t i = 0; i < section->count; i++)
        if (section->items[i].variable == GIT_USE_HTTP_PATH && !is_our_path(url, section, i))
            sends = !git_bool_is_no(section->items[i].value);
    return sends && !section->is_overridden;
}

bool git_url_set_up(const struct options *options, const struct git_url *git_url,
                    const char *command, struct error *error)
{
    const char *name = git_url->names[git_section_is_unusable(&git_url->sections[0])];
    bool has_path = sends_path(&git_url->url, &git_url->sections[0]) ||
                    sends_path(&git_url->url, &git_url->sections[1]);
    return add_setting(options, name, "helper", "", error) &&
           add_setting(options, name, "helper", command, error) &&
           (has_path || !needs_path(&git_url->url) ||
            add_setting(options, name, "useHttpPath", "true", error));
}
