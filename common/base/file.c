/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/environment.h"
#include "common/base/shell_line.h"
#include "common/base/text.h"

/* Fails with errno. What the user can mend is a matter of the configuration; anything else, such as
 * a disk or a process with too many files, may pass. Always returns false. */
static bool fail(const char *path, struct error *error)
{
    static const int mendable[] = { ENOENT, EACCES, EPERM,        ENOTDIR, EISDIR,
                                    ELOOP,  EFBIG,  ENAMETOOLONG, ENXIO };
    int code = errno;
    enum error_kind kind = ERROR_OTHER;
    for (size_t i = 0; i < ARRAY_SIZE(mendable); i++)
        if (code == mendable[i])
            kind = ERROR_USAGE;
    return error_set(error, kind, "%s: %s", path, strerror(code));
}

/* What comes before a command that changes a file's rights: only its owner and root may. */
static const char *sudo_for(uid_t owner)
{
    return owner != geteuid() && geteuid() != 0 ? "sudo " : "";
}

static bool check_status(int fd, const char *path, struct file_rights *ret_rights,
                         struct error *error)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return fail(path, error);
    if (!S_ISREG(status.st_mode))
        return error_set(error, ERROR_USAGE, "%s is not a file", path);
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        error_set(error, ERROR_USAGE, "%s is not used: others can write it (mode %04o)", path,
                  status.st_mode & 07777U);
        error_known_as(error, "file_writable");
        struct shell_line command = { "" };
        autofree char *chmod = text_format("%schmod go-w", sudo_for(status.st_uid));
        shell_line_add(&command, chmod, path);
        return error_hint(error, "Check its contents, then run '%s'.", command.text + 1);
    }
    if (status.st_uid != 0 && status.st_uid != geteuid()) {
        struct shell_line command = { "" };
        autofree char *chown =
            text_format("%schown %u", sudo_for(status.st_uid), (unsigned)geteuid());
        shell_line_add(&command, chown, path);
        error_set(error, ERROR_USAGE,
                  "%s is not used: another user (uid %u) owns it and can write it", path,
                  (unsigned)status.st_uid);
        error_known_as(error, "file_owner");
        return error_hint(error,
                          "Run the program as that user, without sudo, or with 'sudo -H' to use "
                          "root's own files. If the file should be yours, check its contents, then "
                          "run '%s'.",
                          command.text + 1);
    }
    *ret_rights = (struct file_rights){ status.st_mode, status.st_uid, status.st_gid };
    return true;
}

struct secret *file_read(const char *path, size_t max, struct file_rights *ret_rights,
                         struct error *error)
{
    /* O_NONBLOCK: opening a FIFO must not wait for a writer. */
    autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        fail(path, error);
        return NULL;
    }
    if (!check_status(fd, path, ret_rights, error))
        return NULL;
    auto_secret struct secret *text = secret_read(fd, max);
    if (text != NULL && text->length > max)
        errno = EFBIG;
    if (text == NULL || text->length > max) {
        fail(path, error);
        return NULL;
    }
    return steal(&text);
}

/* What follows the prefix, whose letters may be in any case; NULL if the name does not begin so. */
static const char *skip_prefix(const char *name, const char *prefix)
{
    size_t length = strlen(prefix);
    return strncasecmp(name, prefix, length) == 0 ? name + length : NULL;
}

const char *file_path(const char *name)
{
    const char *path = skip_prefix(name, "file:");
    const char *host = path != NULL ? skip_prefix(path, "//") : NULL;
    if (path == NULL)
        return name;
    if (host == NULL)
        return path;
    if (host[0] == '/')
        return host;
    const char *end = skip_prefix(host, "localhost");
    return end != NULL && end[0] == '/' ? end : name;
}

bool file_is_uri(const char *name)
{
    size_t letters = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    size_t scheme = letters + strspn(name + letters, "abcdefghijklmnopqrstuvwxyz"
                                                     "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");
    return letters > 0 && scheme > 1 && name[scheme] == ':' && file_path(name) == name;
}

char *file_path_below(const char *folder, const char *name)
{
    const char *path = file_path(name);
    if (path[0] == '/')
        return strdup(path);
    while (strncmp(path, "./", 2) == 0)
        path += 2;
    return text_format("%s%s%s", folder, folder[strlen(folder) - 1] == '/' ? "" : "/", path);
}

bool file_is_in_home(const char *path)
{
    return strncmp(path, "~/", 2) == 0;
}

char *file_path_in_home(const char *path)
{
    const char *home = environment_path("HOME");
    return file_is_in_home(path) && home != NULL ? text_format("%s%s", home, path + 1)
                                                 : strdup(path);
}

bool file_make_folders(const char *path, mode_t mode, struct error *error)
{
    autofree char *folder = strdup(path);
    for (char *slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(folder, mode) != 0 && errno != EEXIST)
            return error_set(error, ERROR_OTHER, "%s: %s", folder, strerror(errno));
        *slash = '/';
    }
    return true;
}

bool file_check_absolute(const char *path, const char *from, struct error *error)
{
    if (path[0] == '/')
        return true;
    error_set(error, ERROR_USAGE, "%s: '%.200s' is not an absolute path", from, path);
    return error_hint(error, "A relative path would be another file in each working directory. "
                             "Give the whole path, which begins with a slash.");
}

bool file_check_library(const char *path, const char *from, const char *code, struct error *error)
{
    struct stat status;
    if (!file_check_absolute(path, from, error))
        return false;
    if (stat(path, &status) != 0 || S_ISREG(status.st_mode))
        return true;
    error_set(error, ERROR_USAGE, "%s: %s is not a file", from, path);
    return error_known_as(error, code);
}

bool file_check_variable(const char *variable, const char *code, struct error *error)
{
    const char *path = environment(variable);
    return path == NULL || file_check_library(path, variable, code, error);
}

bool file_check_folders(const char *variable, const char *code, struct error *error)
{
    const char *list = environment(variable);
    struct stat status;
    bool is_there = list == NULL;
    for (const char *at = list; at != NULL && *at != '\0';) {
        size_t length = strcspn(at, ":");
        autofree char *folder = strndup(at, length);
        if (!file_check_absolute(folder, variable, error))
            return false;
        is_there = is_there || (stat(folder, &status) == 0 && S_ISDIR(status.st_mode));
        at += length + (at[length] == ':');
    }
    if (is_there)
        return true;
    error_set(error, ERROR_USAGE, "%s: %s is not a folder", variable, list);
    return error_known_as(error, code);
}

/* systemd grants a service its credentials by an access control list, and stat shows the mask of
 * that list as the group's permissions. No group can read those files, and a chmod would take them
 * from the service. */
static bool is_credential(const char *path)
{
    const char *folder = environment_path("CREDENTIALS_DIRECTORY");
    size_t length = folder != NULL ? strlen(folder) : 0;
    return length > 1 && strncmp(path, folder, length) == 0 && path[length] == '/';
}

/* A file that is not this user's is root's, or it would not be read: root gave it to a group so
 * that a daemon can read it (root:daemon 0640, Kubernetes' fsGroup). */
bool file_has_readers(const char *path, const struct file_rights *rights)
{
    bool is_own = rights->owner != 0 && rights->owner == geteuid();
    mode_t readers = is_own && !is_credential(path) ? S_IRGRP | S_IROTH : S_IROTH;
    return (rights->mode & readers) != 0;
}

static bool is_in_group(gid_t group)
{
    autofree gid_t *groups = NULL;
    int count = getgroups(0, NULL);
    if (group == getegid() || count <= 0)
        return group == getegid();
    groups = calloc((size_t)count, sizeof *groups);
    count = getgroups(count, groups);
    for (int i = 0; i < count; i++)
        if (groups[i] == group)
            return true;
    return false;
}

/* The command that lets this user read root's file, without a right of everybody's. A group other
 * than root's has the file because a daemon needs it. */
static char *granting_command(const struct file_rights *rights)
{
    if ((rights->mode & S_IRGRP) != 0 && is_in_group(rights->group))
        return NULL;
    return rights->group == 0
               ? text_format("%schgrp %u", sudo_for(rights->owner), (unsigned)getegid())
               : text_format("%ssetfacl -m u:%u:r", sudo_for(rights->owner), (unsigned)geteuid());
}

char *file_hiding_command(const char *path, const struct file_rights *rights)
{
    bool is_own = rights->owner == geteuid() || geteuid() == 0;
    autofree char *grant = is_own ? NULL : granting_command(rights);
    const char *change = is_own && rights->owner != 0          ? "go-r"
                         : grant != NULL && rights->group == 0 ? "g+r,o-r"
                                                               : "o-r";
    autofree char *hide =
        text_format("%s%schmod %s", grant != NULL ? "&& " : "", sudo_for(rights->owner), change);
    struct shell_line line = { "" };
    if (grant != NULL)
        shell_line_add(&line, grant, path);
    shell_line_add(&line, hide, path);
    return strdup(line.text + 1);
}

void file_warn_of_readers(const char *path, const struct file_rights *rights)
{
    autofree char *command = file_hiding_command(path, rights);
    autofree char *advice = text_format("Run '%s'.", command);
    if (file_has_readers(path, rights))
        warning_of("file_readable", advice, "%s holds a secret and others can read it (mode %04o)",
                   path, rights->mode & 07777U);
}

struct secret *file_read_secret(const char *path, size_t max, struct error *error)
{
    struct file_rights rights = { 0 };
    struct secret *text = file_read(path, max, &rights, error);
    if (text != NULL)
        file_warn_of_readers(path, &rights);
    return text;
}
