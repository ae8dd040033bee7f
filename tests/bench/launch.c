/* SPDX-License-Identifier: MIT */
/*
 * Runs one command to its end. hyperfine gives commands no input and does not tell their memory, so
 * it starts them through this; what this takes itself is measured too, and taken away.
 *
 *     launch [COMMAND [WORD]...]
 *
 *     BENCH_INPUT    the file that is the command's standard input; /dev/null where it is not set
 *     BENCH_MEMORY   the command's peak memory, in KiB, is written into this file
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* The kernel counts what the process was before exec too: this one, which is small. */
static bool write_memory(const char *path)
{
    struct rusage usage;
    FILE *file = fopen(path, "w");
    getrusage(RUSAGE_CHILDREN, &usage);
    return file != NULL && fprintf(file, "%ld\n", usage.ru_maxrss) > 0 && fclose(file) == 0;
}

int main(int argc, char **argv)
{
    const char *input = getenv("BENCH_INPUT"), *memory = getenv("BENCH_MEMORY");
    posix_spawn_file_actions_t actions;
    pid_t process;
    int status;
    if (argc < 2)
        return 0;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input != NULL ? input : "/dev/null",
                                     O_RDONLY, 0);
    int code = posix_spawnp(&process, argv[1], &actions, NULL, argv + 1, environ);
    if (code != 0) {
        fprintf(stderr, "launch: %s: %s\n", argv[1], strerror(code));
        return 127;
    }
    if (waitpid(process, &status, 0) < 0 || (memory != NULL && !write_memory(memory))) {
        perror("launch");
        return 126;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
