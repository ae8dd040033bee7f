/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into a program: when the program makes a certain call for the n-th time, a signal
 * arrives, or memory runs out. INTERRUPTION is "CALL N SIGNAL", in which signal 0 stands for the
 * latter.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

static void interrupt(const char *call)
{
    static int count;
    char name[16] = "";
    int at = 0, number = 0;
    const char *value = getenv("INTERRUPTION");
    if (value == NULL || sscanf(value, "%15s %d %d", name, &at, &number) != 3 ||
        strcmp(call, name) != 0 || ++count != at)
        return;
    if (number == 0)
        free(malloc((size_t)1 << 62));
    else
        raise(number);
}

/* "pdeathsig-N" is the one by which a child asks for signal N at the end of its parent. */
int prctl(int option, ...)
{
    va_list list;
    unsigned long arguments[4];
    va_start(list, option);
    for (int i = 0; i < 4; i++)
        arguments[i] = va_arg(list, unsigned long);
    va_end(list);
    if (option == PR_SET_PDEATHSIG) {
        char name[16];
        snprintf(name, sizeof name, "pdeathsig-%lu", arguments[0]);
        interrupt(name);
    }
    return ((int (*)(int, ...))dlsym(RTLD_NEXT, "prctl"))(option, arguments[0], arguments[1],
                                                          arguments[2], arguments[3]);
}

int fsync(int fd)
{
    interrupt("fsync");
    return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    interrupt("renameat");
    return ((int (*)(int, const char *, int, const char *))dlsym(RTLD_NEXT, "renameat"))(
        from_folder, from, to_folder, to);
}
