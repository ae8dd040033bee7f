/* SPDX-License-Identifier: MIT */
/*
 * Counts the system calls of our programs, and makes one of them fail or kills its process there.
 *
 *     system-calls LOG COMMAND [ARGUMENT]...
 *     system-calls LOG NUMBER NAME ERRNO COMMAND [ARGUMENT]...
 *
 * Each call of the command, its forks and our other programs that it starts is a line in LOG: the
 * name of the call, how many allocations there had been (see allocations.c; 0 without it), and,
 * without NUMBER, the file that it is about. The call NUMBER fails with ERRNO, a number; 0 kills
 * its process. If that call does not have the NAME, since processes ran in another order than when
 * they were counted, the next one that does is taken.
 *
 * A program's calls count from the first call in its main (secret_protect_process), so that the
 * loader's do not, and those of other programs do not at all.
 *
 * The exit code is that of the command, or 128 + the signal that ended it. This ends together with
 * the last process that the command started.
 *
 * strace counts for each thread on its own, so that it cannot name one call of several processes;
 * this is seccomp_unotify(2), which also is faster.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long processes may run on after the command has ended. */
#define STRAGGLERS_MILLISECONDS 10000

/* What the call is about, in its arguments. */
enum subject { NOTHING, FILE_0, PATH_0, PATH_1, FLAGS_2 };

static const struct {
    const char *name;
    int number;
    enum subject subject;
} calls[] = {
/* Architectures differ in what they have beside these: arm64 has no open, for example. */
#define CALL(name, subject)                                                                        \
    {                                                                                              \
#name, SYS_##name, subject                                                                 \
    }
#ifdef SYS_open
    CALL(open, PATH_0),          CALL(stat, PATH_0),        CALL(lstat, PATH_0),
    CALL(access, PATH_0),        CALL(readlink, PATH_0),    CALL(mkdir, PATH_0),
    CALL(unlink, PATH_0),        CALL(rename, PATH_0),      CALL(chmod, PATH_0),
    CALL(pipe, NOTHING),         CALL(poll, NOTHING),       CALL(fork, NOTHING),
    CALL(vfork, NOTHING),        CALL(dup2, FILE_0),        CALL(rmdir, PATH_0),
    CALL(link, PATH_0),          CALL(symlink, PATH_0),
#endif
    CALL(openat, PATH_1),        CALL(newfstatat, PATH_1),  CALL(fstat, FILE_0),
    CALL(statx, PATH_1),         CALL(faccessat, PATH_1),   CALL(faccessat2, PATH_1),
    CALL(readlinkat, PATH_1),    CALL(mkdirat, PATH_1),     CALL(unlinkat, PATH_1),
    CALL(renameat, PATH_1),      CALL(renameat2, PATH_1),   CALL(linkat, PATH_1),
    CALL(fchmodat, PATH_1),      CALL(fchownat, PATH_1),    CALL(utimensat, FILE_0),
    CALL(read, FILE_0),          CALL(pread64, FILE_0),     CALL(write, FILE_0),
    CALL(writev, FILE_0),        CALL(readv, FILE_0),       CALL(close, FILE_0),
    CALL(lseek, FILE_0),         CALL(fsync, FILE_0),       CALL(fdatasync, FILE_0),
    CALL(ftruncate, FILE_0),     CALL(fallocate, FILE_0),   CALL(fchmod, FILE_0),
    CALL(fchown, FILE_0),        CALL(flock, FILE_0),       CALL(fcntl, FILE_0),
    CALL(ioctl, FILE_0),         CALL(getdents64, FILE_0),  CALL(fstatfs, FILE_0),
    CALL(statfs, PATH_0),        CALL(dup, FILE_0),         CALL(dup3, FILE_0),
    CALL(pipe2, NOTHING),        CALL(ppoll, NOTHING),      CALL(socket, NOTHING),
    CALL(socketpair, NOTHING),   CALL(connect, FILE_0),     CALL(bind, FILE_0),
    CALL(listen, FILE_0),        CALL(accept, FILE_0),      CALL(accept4, FILE_0),
    CALL(getsockname, FILE_0),   CALL(getpeername, FILE_0), CALL(getsockopt, FILE_0),
    CALL(setsockopt, FILE_0),    CALL(sendto, FILE_0),      CALL(sendmsg, FILE_0),
    CALL(sendmmsg, FILE_0),      CALL(recvfrom, FILE_0),    CALL(recvmsg, FILE_0),
    CALL(clone, NOTHING),        CALL(clone3, NOTHING),     CALL(execve, PATH_0),
    CALL(wait4, NOTHING),        CALL(waitid, NOTHING),     CALL(kill, NOTHING),
    CALL(setpgid, NOTHING),      CALL(setsid, NOTHING),     CALL(prctl, NOTHING),
    CALL(prlimit64, NOTHING),    CALL(getrandom, FLAGS_2),  CALL(mmap, NOTHING),
    CALL(mprotect, NOTHING),     CALL(mlock, NOTHING),      CALL(mlock2, NOTHING),
    CALL(mremap, NOTHING),       CALL(add_key, NOTHING),    CALL(keyctl, NOTHING),
    CALL(request_key, NOTHING),  CALL(eventfd2, NOTHING),   CALL(epoll_create1, NOTHING),
    CALL(epoll_ctl, FILE_0),     CALL(epoll_wait, FILE_0),  CALL(epoll_pwait, FILE_0),
    CALL(memfd_create, NOTHING), CALL(getcwd, NOTHING),     CALL(clock_nanosleep, NOTHING),
    CALL(chdir, PATH_0),         CALL(fgetxattr, FILE_0),   CALL(flistxattr, FILE_0),
    CALL(fremovexattr, FILE_0),  CALL(fsetxattr, FILE_0),
};
#define CALLS (sizeof calls / sizeof *calls)

/* ---- the command ---- */

static int listener = -1;
static sem_t is_listening;
static char **command;
static int command_status;
static bool command_has_ended;

static int install_filter(void)
{
    struct sock_filter filter[CALLS + 3];
    size_t count = 0;
    filter[count++] =
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < CALLS; i++)
        filter[count++] = (struct sock_filter)BPF_JUMP(
            BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[i].number, (unsigned char)(CALLS - i), 0);
    filter[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    filter[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    struct sock_fprog program = { (unsigned short)count, filter };
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        err(125, "no_new_privs");
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                        SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
                        &program);
}

/* The filter is for this thread and what it starts; the other thread, which answers, has none. */
static void *run_command(void *unused)
{
    (void)unused;
    listener = install_filter();
    if (listener < 0)
        err(125, "seccomp");
    sem_post(&is_listening);
    /* Not fork, which takes locks that the other thread needs in order to answer. */
    pid_t pid = -1;
    if (posix_spawnp(&pid, command[0], NULL, NULL, command, environ) != 0)
        errx(125, "%s cannot be run", command[0]);
    while (waitpid(pid, &command_status, 0) < 0 && errno == EINTR)
        ;
    __atomic_store_n(&command_has_ended, true, __ATOMIC_RELEASE);
    return NULL;
}

/* ---- which calls count ---- */

/* The threads that were seen, and whether they are in the main of one of our programs. */
static struct thread {
    pid_t id;
    bool counts;
} threads[4096];
static size_t thread_count;

static struct thread *find_thread(pid_t id)
{
    for (size_t i = thread_count; i-- > 0;)
        if (threads[i].id == id)
            return &threads[i];
    return NULL;
}

/* A new thread counts if its process does, and a new process if its parent does. */
static bool new_thread_counts(pid_t id)
{
    char path[64], line[256];
    pid_t process = 0, parent = 0;
    snprintf(path, sizeof path, "/proc/%d/status", id);
    FILE *status = fopen(path, "re");
    while (status != NULL && fgets(line, sizeof line, status) != NULL)
        if (sscanf(line, "Tgid: %d", &process) == 1 || sscanf(line, "PPid: %d", &parent) == 1)
            continue;
    if (status != NULL)
        fclose(status);
    const struct thread *origin = find_thread(process != id ? process : parent);
    return origin != NULL && origin->counts;
}

static bool counts(const struct seccomp_notif *call)
{
    pid_t id = (pid_t)call->pid;
    struct thread *thread = find_thread(id);
    if (thread == NULL) {
        bool counted = new_thread_counts(id);
        if (thread_count == sizeof threads / sizeof *threads)
            errx(125, "too many threads");
        thread = &threads[thread_count++];
        *thread = (struct thread){ id, counted };
    }
    bool before = thread->counts;
    if (call->data.nr == SYS_execve)
        thread->counts = false;
    else if (call->data.nr == SYS_prlimit64 && call->data.args[1] == RLIMIT_CORE &&
             call->data.args[2] != 0)
        thread->counts = true;
    return before || thread->counts;
}

/* ---- the log ---- */

/* The count of allocations that all processes share: the first member of struct faults. */
static const uint64_t *map_allocations(void)
{
    static const uint64_t none;
    const char *path = getenv("ENTRA_FAULTS");
    int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return &none;
    void *mapped = mmap(NULL, sizeof none, PROT_READ, MAP_SHARED, fd, 0);
    if (mapped == MAP_FAILED)
        err(125, "%s", path);
    close(fd);
    return mapped;
}

static void log_subject(FILE *log, const struct seccomp_notif *call, enum subject subject)
{
    char path[64], text[512] = "";
    ssize_t length = 0;
    if (subject == FILE_0) {
        snprintf(path, sizeof path, "/proc/%u/fd/%d", call->pid, (int)call->data.args[0]);
        length = readlink(path, text, sizeof text - 1);
    } else if (subject == FLAGS_2) {
        length = snprintf(text, sizeof text, "%u", (unsigned)call->data.args[2]);
    } else if (subject != NOTHING) {
        snprintf(path, sizeof path, "/proc/%u/mem", call->pid);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        length = pread(fd, text, sizeof text - 1, (off_t)call->data.args[subject - PATH_0]);
        close(fd);
    }
    text[length > 0 ? length : 0] = '\0';
    for (char *at = text; (at = strchr(at, '\n')) != NULL;)
        *at = ' ';
    fprintf(log, " %s", text);
}

static size_t find_call(int number)
{
    size_t i = 0;
    while (calls[i].number != number)
        i++;
    return i;
}

/* ---- answering ---- */

static struct fault {
    unsigned long number; /* 0: none */
    const char *name;
    int error;
} fault;

static void answer(FILE *log, const uint64_t *allocations)
{
    static unsigned long number;
    static bool has_failed;
    struct seccomp_notif call = { 0 };
    struct seccomp_notif_resp response = { .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0)
        return; /* killed meanwhile */
    response.id = call.id;
    if (counts(&call)) {
        size_t i = find_call(call.data.nr);
        number++;
        fprintf(log, "%s %llu", calls[i].name,
                (unsigned long long)__atomic_load_n(allocations, __ATOMIC_RELAXED));
        if (fault.number == 0)
            log_subject(log, &call, calls[i].subject);
        fputc('\n', log);
        if (fault.number != 0 && number >= fault.number && !has_failed &&
            strcmp(calls[i].name, fault.name) == 0) {
            has_failed = true;
            if (fault.error == 0)
                kill((pid_t)call.pid, SIGKILL);
            response.flags = 0;
            response.error = -fault.error;
        }
    }
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

int main(int argc, char **argv)
{
    bool has_fault = argc > 5 && strspn(argv[2], "0123456789") == strlen(argv[2]);
    if (argc < 3)
        errx(125, "usage: %s LOG [NUMBER NAME ERRNO] COMMAND [ARGUMENT]...", argv[0]);
    FILE *log = fopen(argv[1], "we");
    if (log == NULL)
        err(125, "%s", argv[1]);
    if (has_fault)
        fault =
            (struct fault){ strtoul(argv[2], NULL, 10), argv[3], (int)strtol(argv[4], NULL, 10) };
    command = argv + (has_fault ? 5 : 2);

    const uint64_t *allocations = map_allocations();
    pthread_t thread;
    sem_init(&is_listening, 0, 0);
    if (pthread_create(&thread, NULL, run_command, NULL) != 0)
        errx(125, "no thread");
    sem_wait(&is_listening);
    for (int waited = 0; waited < STRAGGLERS_MILLISECONDS;) {
        struct pollfd ready = { .fd = listener, .events = POLLIN };
        if (poll(&ready, 1, 50) == 0 && __atomic_load_n(&command_has_ended, __ATOMIC_ACQUIRE))
            waited += 50;
        if ((ready.revents & POLLIN) != 0)
            answer(log, allocations);
        else if ((ready.revents & POLLHUP) != 0)
            break;
    }
    fclose(log);
    return WIFEXITED(command_status) ? WEXITSTATUS(command_status) : 128 + WTERMSIG(command_status);
}
