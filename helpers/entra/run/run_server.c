/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "helpers/entra/run/run_server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/base/descriptors.h"
#include "common/base/text.h"
#include "common/tokens/tokens.h"
#include "helpers/entra/run/endpoint/endpoint.h"
#include "helpers/entra/run/identity_answer.h"

#define SECRET_BYTES       32 /* 256 bits */
#define WORKERS_MAX        32
#define TOO_MANY           503
#define ASK_MILLISECONDS   2000
#define GRACE_MILLISECONDS 500 /* between SIGTERM and SIGKILL */
#define GUARD              0   /* in place of a signal's number: the command runs */

/* ---- an answer, in a process of its own ---- */

/* A request that waits for a worker. */
struct waiting {
    struct identity_request request;
    int source, out; /* the ends of the pipe for its answer */
};

/* What the server knows, and each worker, which is a fork of it. */
struct serving {
    const struct run_server_settings *settings;
    struct identity_rules rules;
    int listener, children, control;
    struct worker {
        pid_t pid; /* 0: the place is free */
        int source;
    } workers[WORKERS_MAX];
    struct waiting waiting[ENDPOINT_ANSWERS_MAX]; /* the first came first */
    size_t waiting_count;
    struct rlimit descriptors; /* of what a worker runs; 0: not known */
    bool leads_group;          /* our process group has begun with us */
    bool is_guarding;          /* the command runs */
};

/* The limit that allows the resource; NULL if there is none. */
static const struct run_limit *find_limit(const struct run_server_settings *settings,
                                          const char *resource)
{
    for (size_t i = 0; i < settings->limit_count; i++)
        if (run_limit_allows(&settings->limits[i], resource))
            return &settings->limits[i];
    return NULL;
}

static struct secret *make_answer(const struct run_server_settings *settings,
                                  const struct identity_request *request)
{
    auto_run_token struct run_token token = { 0 };
    struct error error = { 0 };
    const struct run_limit *limit = find_limit(settings, request->resource);
    struct identity_request own = *request; /* owns nothing */
    if (settings->for_any_identity)
        own.id_kind = IDENTITY_SYSTEM;
    if (limit == NULL && settings->limit_count > 0)
        error_set(&error, ERROR_REFUSED, "%.200s is not among what 'entra run --only' names",
                  request->resource);
    else
        run_token_get_requested(settings->options, limit, &own, &token, &error);
    if (token.text == NULL)
        return identity_answer_error(&error);
    return identity_answer_token(&token, request->resource, time(NULL));
}

/* The signals of the terminal are for the command, whose request this is, so they stay blocked.
 * What hangs in spite of all limits is ended by SIGALRM. */
static _Noreturn void work(const struct serving *serving, const struct identity_request *request,
                           pid_t parent, int out)
{
    sigset_t alarms;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_FAILURE);
    descriptors_close_others((const int[]){ out, reporting.file }, 2);
    if (serving->descriptors.rlim_max > 0)
        setrlimit(RLIMIT_NOFILE, &serving->descriptors);
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    sigprocmask(SIG_UNBLOCK, &alarms, NULL);
    alarm(2 * (unsigned)tokens_timeout(serving->settings->options));
    auto_secret struct secret *answer = make_answer(serving->settings, request);
    _exit(secret_write(answer, out) ? EXIT_SUCCESS : EXIT_FAILURE);
}

static void drop_waiting(struct serving *serving, size_t index)
{
    close(serving->waiting[index].out);
    serving->waiting_count--;
    memmove(&serving->waiting[index], &serving->waiting[index + 1],
            (serving->waiting_count - index) * sizeof serving->waiting[0]);
}

static struct secret *too_many(void)
{
    struct error error = { 0 };
    error_set(&error, ERROR_OTHER, "too many requests at once");
    error.retry_after = 1;
    return identity_answer_refusal(TOO_MANY, &error);
}

/* Gives the first request that waits to a worker in this place. */
static void start_worker(struct serving *serving, struct worker *place)
{
    const struct waiting *first = &serving->waiting[0];
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        work(serving, &first->request, parent, first->out);
    if (pid > 0)
        *place = (struct worker){ pid, first->source };
    auto_secret struct secret *refusal = pid < 0 ? too_many() : NULL;
    if (refusal != NULL && !secret_write(refusal, first->out))
        trace("endpoint: a request could not be refused: %s", strerror(errno));
    drop_waiting(serving, 0);
}

static void start_workers(struct serving *serving)
{
    for (size_t i = 0; i < WORKERS_MAX && serving->waiting_count > 0; i++)
        if (serving->workers[i].pid == 0)
            start_worker(serving, &serving->workers[i]);
}

static int begin_answer(void *context, const struct endpoint_request *raw,
                        struct secret **ret_refusal)
{
    struct serving *serving = context;
    struct error error = { 0 };
    int status = TOO_MANY, ends[2];
    struct waiting one;
    if (!identity_request_read(raw, &serving->rules, &one.request, &status, &error)) {
        *ret_refusal = identity_answer_refusal(status, &error);
        return -1;
    }
    if (serving->waiting_count >= ENDPOINT_ANSWERS_MAX || pipe2(ends, O_CLOEXEC) != 0) {
        *ret_refusal = too_many();
        return -1;
    }
    one.source = ends[0];
    one.out = ends[1];
    serving->waiting[serving->waiting_count++] = one;
    start_workers(serving);
    return ends[0];
}

/* A worker that still runs ends, as at its alarm: nobody waits for its answer. */
static void end_answer(void *context, int source)
{
    struct serving *serving = context;
    for (size_t i = 0; i < serving->waiting_count; i++)
        if (serving->waiting[i].source == source) {
            drop_waiting(serving, i);
            return;
        }
    for (size_t i = 0; i < WORKERS_MAX; i++)
        if (serving->workers[i].pid != 0 && serving->workers[i].source == source) {
            kill(serving->workers[i].pid, SIGALRM);
            serving->workers[i].source = -1;
        }
}

/* ---- the server ---- */

static void on_children(void *context)
{
    struct serving *serving = context;
    struct signalfd_siginfo info;
    while (read(serving->children, &info, sizeof info) == sizeof info)
        ;
    pid_t pid;
    while ((pid = waitpid(-1, NULL, WNOHANG)) > 0 || (pid < 0 && errno == EINTR))
        for (size_t i = 0; i < WORKERS_MAX; i++)
            if (serving->workers[i].pid == pid)
                serving->workers[i].pid = 0;
    start_workers(serving);
}

/* At the end of the process that waits for the command, which was then killed: run_server_stop has
 * the server killed first. In a script without job control, the group is the script's. */
static _Noreturn void end_with_parent(const struct serving *serving)
{
    if (serving->is_guarding && serving->leads_group) {
        kill(0, SIGTERM);
        kill(0, SIGCONT);
        poll(NULL, 0, GRACE_MILLISECONDS);
        kill(0, SIGKILL);
    }
    _exit(EXIT_SUCCESS);
}

/* All signals are blocked, so what we got is pending until we are asked for it. */
static void on_question(void *context)
{
    struct serving *serving = context;
    const struct timespec now = { 0, 0 };
    unsigned char number;
    sigset_t only;
    ssize_t n = read(serving->control, &number, 1);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        end_with_parent(serving);
    if (n == 1 && number == GUARD)
        serving->is_guarding = true;
    if (n != 1 || number == GUARD)
        return;
    sigemptyset(&only);
    sigaddset(&only, number);
    unsigned char answer = sigtimedwait(&only, NULL, &now) == number;
    if (send(serving->control, &answer, 1, MSG_NOSIGNAL) != 1)
        trace("endpoint: a signal could not be told of: %s", strerror(errno));
}

/* What goes wrong is in the answer. The command may have the whole terminal for itself. */
static void keep_warning(const char *code, const char *text, const char *advice)
{
    (void)code;
    trace("endpoint: %s%s%s", text, advice[0] != '\0' ? ". " : "", advice);
}

/* The user's limit may be too low for as many connections as strangers can open. */
static void allow_descriptors(struct serving *serving)
{
    struct rlimit *before = &serving->descriptors;
    if (getrlimit(RLIMIT_NOFILE, before) != 0 || before->rlim_cur >= ENDPOINT_DESCRIPTORS)
        return;
    struct rlimit more = *before;
    more.rlim_cur =
        before->rlim_max < ENDPOINT_DESCRIPTORS ? before->rlim_max : ENDPOINT_DESCRIPTORS;
    setrlimit(RLIMIT_NOFILE, &more);
}

/* The end of the control socket tells it of the end of its parent, however early that comes: what
 * the parent has started by then must be ended, too. All signals are blocked. */
static _Noreturn void serve(struct serving *serving, const struct endpoint_module *module)
{
    sigset_t ends;
    prctl(PR_SET_PDEATHSIG, SIGCONT); /* it may be stopped */
    sigemptyset(&ends);
    sigaddset(&ends, SIGCHLD);
    serving->children = signalfd(-1, &ends, SFD_NONBLOCK | SFD_CLOEXEC);
    descriptors_close_inherited();
    allow_descriptors(serving);
    reporting.on_warning = keep_warning;
    const struct endpoint_service service = {
        .listener = serving->listener,
        .context = serving,
        .watches = { { serving->children, on_children }, { serving->control, on_question } },
        .answer = begin_answer,
        .end_answer = end_answer,
    };
    if (serving->children >= 0)
        module->serve(&service);
    _exit(EXIT_FAILURE);
}

static struct secret *make_secret(void)
{
    auto_secret struct secret *bytes = secret_allocate(SECRET_BYTES);
    auto_secret struct secret *text = secret_allocate((size_t)2 * SECRET_BYTES + 1);
    if (getrandom(bytes->bytes, bytes->length, 0) != (ssize_t)bytes->length)
        return NULL;
    for (size_t i = 0; i < bytes->length; i++)
        snprintf(text->bytes + 2 * i, 3, "%02x", (unsigned char)bytes->bytes[i]);
    return secret_new(text->bytes, (size_t)2 * SECRET_BYTES);
}

static bool fork_server(struct run_server *server, const struct run_server_settings *settings,
                        const struct endpoint_module *module, int listener, struct error *error)
{
    int ends[2];
    sigset_t all, before;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
        return error_set(error, ERROR_OTHER, "cannot start a process: %m");
    struct serving serving = { .settings = settings,
                               .rules = { server->listener.host, server->secret },
                               .listener = listener,
                               .control = ends[1],
                               .leads_group = getpgrp() == getpid() };
    /* It must not be ended by a signal to all that comes before it has begun. */
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        serve(&serving, module);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(ends[1]);
    server->control = ends[0];
    server->pid = pid > 0 ? pid : 0;
    return pid > 0 || error_set(error, ERROR_OTHER, "cannot start a process: %m");
}

bool run_server_start(const struct run_server_settings *settings, struct run_server *ret_server,
                      struct error *error)
{
    *ret_server = (struct run_server){ .control = -1 };
    const struct endpoint_module *module =
        (const struct endpoint_module *)(const void *)module_load(ENDPOINT_MODULE, error);
    autoclose int listener = module != NULL
                                 ? run_listener_open(settings->address, settings->address_may_come,
                                                     &ret_server->listener, error)
                                 : -1;
    if (listener < 0)
        return false;
    ret_server->url = text_format("http://%s" IDENTITY_PATH, ret_server->listener.host);
    ret_server->secret = make_secret();
    if (ret_server->secret == NULL)
        return error_set(error, ERROR_OTHER, "the kernel has no random numbers");
    return fork_server(ret_server, settings, module, listener, error);
}

void run_server_guard(const struct run_server *server)
{
    const unsigned char message = GUARD;
    if (send(server->control, &message, 1, MSG_NOSIGNAL) != 1)
        trace("endpoint: it cannot be told that the command runs: %s", strerror(errno));
}

bool run_server_got_signal(const struct run_server *server, int number)
{
    unsigned char question = (unsigned char)number, answer = 0;
    struct pollfd ready = { .fd = server->control, .events = POLLIN };
    return server->pid > 0 && send(server->control, &question, 1, MSG_NOSIGNAL) == 1 &&
           poll(&ready, 1, ASK_MILLISECONDS) > 0 && read(server->control, &answer, 1) == 1 &&
           answer == 1;
}

void run_server_stop(struct run_server *server)
{
    if (server->pid > 0) {
        kill(server->pid, SIGKILL);
        while (waitpid(server->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    if (server->control >= 0)
        close(server->control);
    run_listener_clear(&server->listener);
    free(server->url);
    secret_free(server->secret);
    *server = (struct run_server){ .control = -1 };
}
