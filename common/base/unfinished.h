/* SPDX-License-Identifier: MIT */
/*
 * Files that must not outlive the process if it ends early: locks, backups that may yet turn out to
 * be useless, and new versions of files until they have their names.
 *
 *     struct unfinished *file;
 *     autoclose int fd = unfinished_create(folder, "config.new", 0600, &file);
 *     if (fd < 0)
 *         ...
 *     if (!write_it(fd))
 *         return unfinished_remove(file);
 *     return unfinished_rename(file, "config");
 *
 * A signal that ends the program removes them (signals.h), and so does its end when memory runs
 * out. After SIGKILL, the next process removes them: a file is locked (flock) as long as the
 * descriptor of its writer is open, so that the lock tells whether the writer still lives. Its
 * process ID would not, since containers can share a folder.
 */
#ifndef COMMON_BASE_UNFINISHED_H
#define COMMON_BASE_UNFINISHED_H

#include <stdbool.h>
#include <sys/types.h>

struct unfinished;

/* All of them: a table of fixed size. A program shares its own with the modules that it loads
 * (module.h). */
extern struct unfinished *unfinished;

/* Creates a file, which must not exist, for writing; mode is not cut by the umask. The folder, a
 * descriptor that stays open as long as the file is unfinished, may be AT_FDCWD. Returns a
 * descriptor, which the caller closes, or -1 with errno set: EMFILE also if there are too many
 * unfinished files, EWOULDBLOCK if another process swept the file at once. */
int unfinished_create(int folder, const char *path, mode_t mode, struct unfinished **ret_file);

/* Gives the finished file its name, in the same folder, where it replaces another. On failure,
 * removes it and returns false with errno set. */
bool unfinished_rename(struct unfinished *file, const char *path);

/* Gives the file another name, in the same folder, which nothing may have: fails with EEXIST
 * otherwise. It stays unfinished. Returns false with errno set, and then the file has the name that
 * it had. */
bool unfinished_move(struct unfinished *file, const char *path);

/* The file is finished under the name that it has. */
void unfinished_keep(struct unfinished *file);

/* Removes the file, which has served its purpose. Returns false with errno set if it is still
 * there.
 */
bool unfinished_delete(struct unfinished *file);

/* Removes the file after a failure. Always returns false, with errno unchanged. */
bool unfinished_remove(struct unfinished *file);

/* Removes the file of this name, unless its writer has it open. Nothing but unfinished files may
 * have such a name. */
void unfinished_sweep(int folder, const char *path);

/* Removes all files that this process, not one from which it was forked, has not finished. May be
 * called in a signal handler. */
void unfinished_remove_all(void);

#endif
