/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "common/base/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

#include "common/base/array.h"
#include "common/base/deadline.h"
#include "common/base/printable.h"
#include "common/base/text.h"

#define ANSWER_MAX 80

static volatile sig_atomic_t caught;

static void catch (int signal)
{
    caught = signal;
}

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
#define SIGNALS ARRAY_SIZE(signals)

/* As read of one byte, but fails with ETIMEDOUT at the deadline. */
static ssize_t read_byte(int fd, int64_t deadline, char *ret_byte)
{
    struct pollfd one = { .fd = fd, .events = POLLIN };
    int ready = poll(&one, 1, (int)deadline_left(deadline));
    if (ready == 0)
        errno = ETIMEDOUT;
    return ready > 0 ? read(fd, ret_byte, 1) : -1;
}

/* Reads a line without its newline. Returns its length, or -1: with ENODATA at the input's end. */
static ssize_t read_line(int fd, int64_t deadline, struct secret *line)
{
    size_t length = 0;
    for (;;) {
        char c;
        ssize_t n = caught != 0 ? -1 : read_byte(fd, deadline, &c);
        if (n < 0 && errno == EINTR && caught == 0)
            continue;
        if (n < 0)
            return -1;
        if (n == 0 && length == 0)
            errno = ENODATA;
        if (n == 0 || c == '\n')
            return n == 0 && length == 0 ? -1 : (ssize_t)length;
        if (length == line->length) {
            errno = EMSGSIZE;
            return -1;
        }
        line->bytes[length++] = c;
    }
}

/* Signals that are ignored, as under nohup, remain ignored. */
static void catch_signals(struct sigaction old[SIGNALS])
{
    const struct sigaction act = { .sa_handler = catch }; /* without SA_RESTART: read returns */
    for (size_t i = 0; i < SIGNALS; i++)
        if (sigaction(signals[i], NULL, &old[i]) == 0 && old[i].sa_handler != SIG_IGN)
            sigaction(signals[i], &act, NULL);
}

/* Echo is off before the prompt appears, since the user may type as soon as it does. */
static ssize_t ask(int fd, const char *prompt, bool echo, int64_t deadline, struct secret *line)
{
    struct termios before, silent;
    struct sigaction old[SIGNALS];
    if (tcgetattr(fd, &before) != 0)
        return -1;
    caught = 0;
    catch_signals(old);
    silent = before;
    if (!echo)
        silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
    silent.c_lflag |= ECHONL;
    autofree char *shown = strdup(prompt);
    printable_make(shown);
    bool asked = tcsetattr(fd, TCSAFLUSH, &silent) == 0 && write(fd, shown, strlen(shown)) >= 0;
    ssize_t length = asked ? read_line(fd, deadline, line) : -1;
    int failure = errno;
    tcsetattr(fd, TCSAFLUSH, &before);
    for (size_t i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &old[i], NULL);
    if (caught != 0)
        raise(caught);
    errno = failure;
    return length;
}

/* Prompts, and reads a line, which may be empty. Returns NULL with an error. */
static struct secret *ask_on_terminal(const char *prompt, bool echo, size_t max, int64_t deadline,
                                      struct error *error)
{
    auto_secret struct secret *line = secret_allocate(max);
    autoclose int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        error_set(error, ERROR_USAGE, "there is no terminal to prompt on: %s", strerror(errno));
        return NULL;
    }
    ssize_t length = ask(fd, prompt, echo, deadline, line);
    if (length < 0 && errno == ETIMEDOUT) {
        error_set(error, ERROR_OTHER, "nothing was typed in time");
        return NULL;
    }
    if (length < 0) {
        error_set(error, ERROR_USAGE, "the input was empty or too long");
        return NULL;
    }
    line->length = (size_t)length;
    return steal(&line);
}

struct secret *terminal_ask_secret(const char *prompt, size_t max, int64_t deadline,
                                   struct error *error)
{
    auto_secret struct secret *line = ask_on_terminal(prompt, false, max, deadline, error);
    if (line != NULL && line->length == 0) {
        error_set(error, ERROR_USAGE, "the input was empty or too long");
        return NULL;
    }
    return steal(&line);
}

bool terminal_confirm(const char *question, int64_t deadline, bool *ret_yes, struct error *error)
{
    autofree char *prompt = text_format("%s [Y/n] ", question);
    auto_secret struct secret *line = ask_on_terminal(prompt, true, ANSWER_MAX, deadline, error);
    if (line == NULL)
        return false;
    autofree char *answer = strndup(line->bytes, line->length);
    *ret_yes =
        line->length == 0 || (line->length == strlen(answer) &&
                              (strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0));
    return true;
}
