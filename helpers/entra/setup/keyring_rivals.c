/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/setup/keyring_rivals.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/environment.h"
#include "common/base/file.h"
#include "common/base/text.h"
#include "helpers/entra/setup/toml_string.h"
#include "helpers/entra/setup/toml_text.h"
#include "helpers/entra/setup/xdg_folder.h"

#define FILE_MAX    ((size_t)1024 * 1024)
#define FOLDERS_MAX 16 /* of all users; more than anybody has */
#define SUBPROCESS  "subprocess"
#define REMOVE      "Remove that line, or set it to " SUBPROCESS "."

/* Who is told of the rivals. */
struct audience {
    keyring_rival_visit *visit;
    void *context;
    size_t count;
};

static void tell(struct audience *audience, const char *advice, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void tell(struct audience *audience, const char *advice, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    autofree char *text = NULL;
    if (vasprintf(&text, format, args) >= 0)
        audience->visit(audience->context, text, advice);
    va_end(args);
    audience->count++;
}

/* The text of a file that may be missing, or unreadable for us; then it is NULL. */
static struct secret *read_text(const char *path)
{
    struct file_rights rights = { 0 };
    struct error unused = { 0 };
    return access(path, F_OK) == 0 ? file_read(path, FILE_MAX, &rights, &unused) : NULL;
}

/* A configuration file that takes the place of the user's. */
static void tell_of_replacement(struct audience *audience, const char *variable, const char *path,
                                const char *users, const char *name)
{
    autofree char *advice =
        path != NULL
            ? text_format("Unset it, or set keyring-provider to " SUBPROCESS " in %s.", path)
            : strdup("Unset it.");
    tell(audience, advice, "%s is set, so %s does not read %s", variable, name, users);
}

/* ---- pip ---- */

/* The files that pip reads, those that take precedence first. Of those in the folders of all users,
 * the last one does. */
enum pip_file {
    PIP_FILE_VARIABLE,
    PIP_FILE_VENV,
    PIP_FILE_USER,
    PIP_FILE_LEGACY,
    PIP_FILE_SYSTEM,
    PIP_FILE_LAST_FOLDER,
    PIP_FILES = PIP_FILE_LAST_FOLDER + FOLDERS_MAX,
};

static const struct {
    const char *variable; /* whose value the path begins with; NULL: nothing */
    const char *rest;
} pip_files[PIP_FILE_LAST_FOLDER] = {
    [PIP_FILE_VARIABLE] = { "PIP_CONFIG_FILE", "" },
    [PIP_FILE_VENV] = { "VIRTUAL_ENV", "/pip.conf" },
    [PIP_FILE_USER] = { NULL, NULL }, /* keyring_user.h */
    [PIP_FILE_LEGACY] = { "HOME", "/.pip/pip.conf" },
    [PIP_FILE_SYSTEM] = { NULL, "/etc/pip.conf" },
};

/* Its commands that ask indexes. Each has a section, which goes before [global] of all files. */
static const char *const pip_commands[] = {
    "install", "download", "wheel", "list", "index", "lock"
};

struct pip {
    char *paths[PIP_FILES];
    struct secret *texts[PIP_FILES]; /* NULL: the file is not read */
    bool is_replaced;                /* those of the user, by that of the variable */
};

static void pip_clear(struct pip *pip)
{
    for (enum pip_file i = 0; i < PIP_FILES; i++) {
        free(pip->paths[i]);
        secret_free(pip->texts[i]);
    }
}

static char *pip_path(enum pip_file file)
{
    if (file >= PIP_FILE_LAST_FOLDER) {
        autofree char *folder = xdg_folder_of_all_users(PIP_FILES - 1 - file);
        return folder != NULL ? text_format("%s/pip/pip.conf", folder) : NULL;
    }
    const char *variable = pip_files[file].variable;
    if (file == PIP_FILE_USER)
        return keyring_user_path(KEYRING_USER_PIP);
    if (variable != NULL && environment(variable) == NULL)
        return NULL;
    return text_format("%s%s", variable != NULL ? environment(variable) : "", pip_files[file].rest);
}

/* /dev/null as the file of the variable takes the place of all. */
static void pip_read(struct pip *ret_pip)
{
    struct pip *pip = ret_pip;
    *pip = (struct pip){ .paths = { pip_path(PIP_FILE_VARIABLE) } };
    const char *replacement = pip->paths[PIP_FILE_VARIABLE];
    pip->is_replaced = replacement != NULL && access(replacement, F_OK) == 0;
    bool is_none = pip->is_replaced && strcmp(replacement, "/dev/null") == 0;
    for (enum pip_file i = 0; i < PIP_FILES; i++) {
        bool is_users = i == PIP_FILE_USER || i == PIP_FILE_LEGACY;
        if (i != PIP_FILE_VARIABLE)
            pip->paths[i] = pip_path(i);
        if (pip->paths[i] != NULL && !is_none && !(is_users && pip->is_replaced))
            pip->texts[i] = read_text(pip->paths[i]);
    }
}

/* Finds the file whose value for a section is used, among those before end; if there is none, it is
 * that. Returns its state, and SETTING_MISSING for none. */
static enum setting_state pip_find(const struct pip *pip, const char *section, enum pip_file end,
                                   enum pip_file *ret_file)
{
    const struct setting setting = { section, "keyring-provider", SUBPROCESS };
    for (enum pip_file i = 0; i < end; i++) {
        enum setting_state state = pip->texts[i] != NULL
                                       ? setting_find_inherited(&setting, pip->texts[i])
                                       : SETTING_MISSING;
        *ret_file = i;
        if (state != SETTING_MISSING && state != SETTING_UNCLEAR)
            return state;
    }
    *ret_file = end;
    return SETTING_MISSING;
}

/* What goes before [global] of the user's file. */
static void tell_of_global(const struct pip *pip, struct audience *audience)
{
    enum pip_file file = PIP_FILES;
    const char *users = pip->paths[PIP_FILE_USER];
    enum setting_state state =
        pip_find(pip, "global", pip->is_replaced ? PIP_FILES : PIP_FILE_USER, &file);
    if (state == SETTING_OTHER && file < PIP_FILE_USER)
        tell(audience, REMOVE, "%s has another keyring-provider, which takes precedence over %s",
             pip->paths[file], users);
    else if (pip->is_replaced && (state == SETTING_MISSING || state == SETTING_OTHER))
        tell_of_replacement(audience, pip_files[PIP_FILE_VARIABLE].variable,
                            pip->texts[PIP_FILE_VARIABLE] != NULL ? pip->paths[PIP_FILE_VARIABLE]
                                                                  : NULL,
                            users, "pip");
}

static void tell_of_pip(struct audience *audience)
{
    CLEANUP(pip_clear) struct pip pip;
    pip_read(&pip);
    tell_of_global(&pip, audience);
    for (size_t i = 0; i < ARRAY_SIZE(pip_commands); i++) {
        enum pip_file file = PIP_FILES;
        if (pip_find(&pip, pip_commands[i], PIP_FILES, &file) == SETTING_OTHER)
            tell(audience, REMOVE, "%s has another keyring-provider for 'pip %s'", pip.paths[file],
                 pip_commands[i]);
    }
}

static bool pip_lets_run(void)
{
    CLEANUP(pip_clear) struct pip pip;
    enum pip_file file = PIP_FILES;
    pip_read(&pip);
    enum setting_state state = pip_find(&pip, "global", PIP_FILES, &file);
    return state == SETTING_OURS || state == SETTING_SAME;
}

/* ---- uv ---- */

#define UV_CONFIG_FILE "UV_CONFIG_FILE"
#define UV_NO_CONFIG   "UV_NO_CONFIG"

/* The keyring-provider in a TOML file: at its top, or in a table. */
struct search {
    const char *table; /* NULL: at the top */
    struct secret *value;
};

static bool visit_item(void *context, const struct toml_item *item)
{
    struct search *search = context;
    size_t depth = search->table != NULL ? 2 : 1;
    if (item->kind != TOML_STRING || item->depth != depth ||
        strcmp(item->steps[depth - 1], "keyring-provider") != 0 ||
        (search->table != NULL && strcmp(item->steps[0], search->table) != 0))
        return true;
    secret_free(search->value);
    search->value = toml_string_read(item->value.bytes, item->value.length);
    return true;
}

/* SETTING_SAME, SETTING_OTHER or SETTING_MISSING. */
static enum setting_state uv_find(const char *path, const char *table)
{
    struct error unused = { 0 };
    struct search search = { .table = table };
    auto_secret struct secret *text = read_text(path);
    if (text != NULL)
        toml_text_each(text->bytes, text->length, visit_item, &search, &unused);
    auto_secret struct secret *value = search.value;
    return value == NULL                           ? SETTING_MISSING
           : strcmp(value->bytes, SUBPROCESS) == 0 ? SETTING_SAME
                                                   : SETTING_OTHER;
}

/* The file of all users that it reads besides: one only. The caller frees it. */
static char *uv_system_path(void)
{
    struct stat status;
    for (size_t i = 0; i < FOLDERS_MAX; i++) {
        autofree char *folder = xdg_folder_of_all_users(i);
        autofree char *path = text_format("%s/uv/uv.toml", folder != NULL ? folder : "");
        if (folder == NULL)
            break;
        if (stat(path, &status) == 0 && S_ISREG(status.st_mode))
            return steal(&path);
    }
    return strdup("/etc/uv/uv.toml");
}

/* The file that it reads: the variable's, or the user's. NULL: none. The caller frees it. */
static char *uv_path(void)
{
    static const char *const yes[] = { "1", "true", "t", "yes", "y", "on" };
    const char *other = environment(UV_CONFIG_FILE), *none = environment(UV_NO_CONFIG);
    if (other != NULL)
        return strdup(other);
    for (size_t i = 0; none != NULL && i < ARRAY_SIZE(yes); i++)
        if (strcasecmp(none, yes[i]) == 0)
            return NULL;
    return keyring_user_path(KEYRING_USER_UV);
}

/* The table [pip] is for `uv pip` alone, and goes before the setting at the top of all files. */
static void tell_of_uv_pip(const char *path, struct audience *audience)
{
    bool has_system = environment(UV_CONFIG_FILE) == NULL;
    autofree char *system = uv_system_path();
    enum setting_state state = uv_find(path, "pip");
    if (state == SETTING_MISSING && has_system)
        state = uv_find(path = system, "pip");
    if (state == SETTING_OTHER)
        tell(audience, REMOVE, "%s has another keyring-provider for 'uv pip'", path);
}

static void tell_of_uv(struct audience *audience)
{
    autofree char *users = keyring_user_path(KEYRING_USER_UV), *path = uv_path();
    if (path == NULL || users == NULL)
        tell_of_replacement(audience, UV_NO_CONFIG, NULL, users != NULL ? users : "", "uv");
    else if (environment(UV_CONFIG_FILE) != NULL && uv_find(path, NULL) != SETTING_SAME)
        tell_of_replacement(audience, UV_CONFIG_FILE, path, users, "uv");
    if (path != NULL)
        tell_of_uv_pip(path, audience);
}

static bool uv_lets_run(void)
{
    autofree char *path = uv_path(), *system = uv_system_path();
    enum setting_state state = path != NULL ? uv_find(path, NULL) : SETTING_MISSING;
    if (path != NULL && state == SETTING_MISSING && environment(UV_CONFIG_FILE) == NULL)
        state = uv_find(system, NULL);
    return state == SETTING_SAME;
}

/* ---- both ---- */

size_t keyring_rivals_each(enum keyring_user_name user, keyring_rival_visit *visit, void *context)
{
    struct audience audience = { visit, context, 0 };
    const char *value = environment(keyring_users[user].variable);
    autofree char *path = keyring_user_path(user);
    if (value == NULL)
        (user == KEYRING_USER_PIP ? tell_of_pip : tell_of_uv)(&audience);
    else if (strcmp(value, SUBPROCESS) != 0)
        tell(&audience, "Unset it, or set it to " SUBPROCESS ".",
             "%s is set to '%.40s', which takes precedence over %s", keyring_users[user].variable,
             value, path);
    return audience.count;
}

bool keyring_rivals_let_run(enum keyring_user_name user)
{
    const char *value = environment(keyring_users[user].variable);
    return value != NULL ? strcmp(value, SUBPROCESS) == 0
                         : (user == KEYRING_USER_PIP ? pip_lets_run : uv_lets_run)();
}
