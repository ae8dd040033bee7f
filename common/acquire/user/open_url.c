/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/acquire/user/open_url.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "common/base/cleanup.h"
#include "common/base/environment.h"
#include "common/base/subprocess.h"
#include "common/entra/child_environment.h"

#define WORDS_MAX 16

bool open_url_is_possible(void)
{
    return environment("BROWSER") != NULL || environment("DISPLAY") != NULL ||
           environment("WAYLAND_DISPLAY") != NULL;
}

/* No shell: nothing in the URL means anything to it. */
static bool start(char *const *words, pid_t *pid)
{
    return subprocess_detach(words[0], words, child_environment_without_secrets, pid) == 0;
}

/* The word with the URL in the place of each %s. NULL if there is no memory. */
static char *fill_in(const char *word, const char *url, bool *placed)
{
    char *filled = NULL;
    size_t length;
    FILE *stream = open_memstream(&filled, &length);
    if (stream == NULL)
        return NULL;
    for (const char *place; (place = strstr(word, "%s")) != NULL; word = place + 2) {
        fwrite(word, 1, (size_t)(place - word), stream);
        fputs(url, stream);
        *placed = true;
    }
    fputs(word, stream);
    if (fclose(stream) == 0)
        return filled;
    free(filled);
    return NULL;
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

/* One command of $BROWSER, of which %s is the URL; without a %s it stands at the end. */
static bool start_command(char *command, const char *url, pid_t *pid)
{
    struct words words CLEANUP(clear_words) = { 0 };
    bool placed = false;
    for (char *word; words.count < WORDS_MAX && (word = strsep(&command, " ")) != NULL;)
        if (word[0] != '\0')
            words.texts[words.count++] = fill_in(word, url, &placed);
    if (words.count == 0)
        return false;
    if (!placed)
        words.texts[words.count++] = strdup(url);
    for (size_t i = 0; i < words.count; i++)
        if (words.texts[i] == NULL)
            return false;
    return start(words.texts, pid);
}

/* $BROWSER is a list with colons between; the first that starts is it. */
bool open_url(const char *url, pid_t *pid)
{
    const char *list = environment("BROWSER");
    char *const xdg_open[] = { (char *)"xdg-open", (char *)url, NULL };
    autofree char *copy = list != NULL ? strdup(list) : NULL;
    char *rest = copy;
    for (char *command; (command = strsep(&rest, ":")) != NULL;)
        if (start_command(command, url, pid))
            return true;
    return list == NULL && start(xdg_open, pid);
}

bool open_url_has_failed(pid_t pid)
{
    int status = 0;
    return waitpid(pid, &status, WNOHANG) == pid &&
           !(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
