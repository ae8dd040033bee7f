/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/user/open_url.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "common/base/cleanup.h"
#include "common/base/environment.h"
#include "common/base/search_path.h"
#include "common/base/subprocess.h"
#include "common/entra/child_environment.h"

#define WORDS_MAX 16

/* Where the Windows Subsystem for Linux has Windows' drive, and the program there that opens the
 * default browser. */
#define WINDOWS_EXPLORER "/mnt/c/Windows/explorer.exe"

/* Whether programs of Windows can be started: init sets these variables for each session. */
static bool is_wsl(void)
{
    return environment("WSL_INTEROP") != NULL || environment("WSL_DISTRO_NAME") != NULL;
}

/* The path of the program that opens the browser of Windows: wslview of wslu, if it is installed,
 * or else Explorer. The caller frees it. NULL if there is none. */
static char *find_opener_of_windows(void)
{
    if (!is_wsl())
        return NULL;
    char *wslview = search_path_find("wslview");
    return wslview != NULL ? wslview : search_path_find(WINDOWS_EXPLORER);
}

bool open_url_is_possible(void)
{
    autofree char *opener = find_opener_of_windows();
    return opener != NULL || environment("BROWSER") != NULL || environment("DISPLAY") != NULL ||
           environment("WAYLAND_DISPLAY") != NULL;
}

/* Runs a command without a shell, which might interpret characters of the URL. It runs in the root
 * directory: it may look for code in its working directory, as python3 -m does, and ours may be an
 * untrusted repository. */
static bool start_browser(char *const *words, pid_t *pid)
{
    return subprocess_detach(words[0], words, child_environment_without_secrets, "/", pid) == 0;
}

/* Returns the word with each %s replaced by the URL. */
static char *insert_url(const char *word, const char *url, bool *is_inserted)
{
    char *filled = NULL;
    size_t length;
    FILE *stream = open_memstream(&filled, &length);
    for (const char *place; (place = strstr(word, "%s")) != NULL; word = place + 2) {
        fwrite(word, 1, (size_t)(place - word), stream);
        fputs(url, stream);
        *is_inserted = true;
    }
    fputs(word, stream);
    fclose(stream);
    return filled;
}

struct words {
    char *texts[WORDS_MAX + 2];
    size_t count;
};

static void clear_words(struct words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free(words->texts[i]);
}

/* Starts a command from $BROWSER, in which %s is replaced by the URL. Without %s, the URL is
 * appended. */
static bool start_command(char *command, const char *url, pid_t *pid)
{
    struct words words CLEANUP(clear_words) = { 0 };
    bool is_inserted = false;
    for (char *word; words.count < WORDS_MAX && (word = strsep(&command, " ")) != NULL;)
        if (word[0] != '\0')
            words.texts[words.count++] = insert_url(word, url, &is_inserted);
    if (words.count == 0)
        return false;
    if (!is_inserted)
        words.texts[words.count++] = strdup(url);
    return start_browser(words.texts, pid);
}

/* Explorer exits with 1 whatever it did, so its exit status is not looked at. */
static bool start_on_windows(const char *url, pid_t *pid)
{
    autofree char *opener = find_opener_of_windows();
    char *const words[] = { opener, (char *)url, NULL };
    if (opener == NULL || !start_browser(words, pid))
        return false;
    if (strcmp(opener, WINDOWS_EXPLORER) == 0)
        *pid = 0;
    return true;
}

/* $BROWSER is a list of commands separated by colons. The first one that can be started is used. */
bool open_url(const char *url, pid_t *ret_pid)
{
    const char *list = environment("BROWSER");
    char *const xdg_open[] = { (char *)"xdg-open", (char *)url, NULL };
    autofree char *copy = list != NULL ? strdup(list) : NULL;
    char *rest = copy;
    for (char *command; (command = strsep(&rest, ":")) != NULL;)
        if (start_command(command, url, ret_pid))
            return true;
    return list == NULL && (start_on_windows(url, ret_pid) || start_browser(xdg_open, ret_pid));
}

bool open_url_has_failed(pid_t pid)
{
    int status = 0;
    return waitpid(pid, &status, WNOHANG) == pid &&
           !(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
