#define _GNU_SOURCE
#include "common/acquire/open_url.h"

#include <string.h>
#include <sys/wait.h>

#include "common/cleanup.h"
#include "common/command.h"
#include "common/environment.h"

#define WORDS_MAX 16

bool open_url_is_possible(void)
{
    return environment("BROWSER") != NULL || environment("DISPLAY") != NULL ||
           environment("WAYLAND_DISPLAY") != NULL;
}

/* No shell: nothing in the URL means anything to it. */
static bool start(char *const *words, pid_t *pid)
{
    autofree char **clean = command_environment();
    return clean != NULL && command_detach(words[0], words, clean, pid) == 0;
}

/* One command of $BROWSER: words, of which %s is the URL; without a %s it stands at the end. */
static bool start_command(char *command, const char *url, pid_t *pid)
{
    char *words[WORDS_MAX + 2] = { NULL };
    size_t count = 0;
    bool placed = false;
    for (char *word; count < WORDS_MAX && (word = strsep(&command, " ")) != NULL;) {
        if (word[0] == '\0')
            continue;
        bool here = strcmp(word, "%s") == 0;
        words[count++] = here ? (char *)url : word;
        placed = placed || here;
    }
    if (count == 0)
        return false;
    if (!placed)
        words[count] = (char *)url;
    return start(words, pid);
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
