/*
 * locked PLUGIN: opens the plugin with RTLD_DEEPBIND while a lock is held that each function below wants too, as
 * wrappers of the C library do it. Whoever calls one of them meanwhile would wait for ever; here he is named. Says
 * whose `answer` the plugin's `ask` calls: with RTLD_DEEPBIND it is the plugin's own.
 */
#include "own_code.h"

#include <dlfcn.h>
#include <dirent.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static bool held;

static void want_lock(const char *name, const void *caller)
{
    if (!held || !own_code_has(caller))
        return;
    held = false;
    printf("%s hangs\n", name);
    fflush(stdout);
    _exit(0);
}

#define WANT(name) want_lock(name, __builtin_return_address(0))

static void *real(const char *name)
{
    bool before = held;
    held = false;
    void *found = dlsym(RTLD_NEXT, name);
    held = before;
    return found;
}

#define OWN(type, name, parameters, arguments)                                                                         \
    type name parameters                                                                                               \
    {                                                                                                                  \
        static type(*next) parameters;                                                                                 \
        WANT(#name);                                                                                                   \
        if (next == NULL)                                                                                              \
            *(void **)&next = real(#name);                                                                             \
        return next arguments;                                                                                         \
    }

OWN(uid_t, getuid, (void), ())
OWN(uid_t, geteuid, (void), ())
OWN(pid_t, getpid, (void), ())
OWN(char *, getenv, (const char *name), (name))
OWN(ssize_t, readlink, (const char *path, char *target, size_t size), (path, target, size))
OWN(int, access, (const char *path, int mode), (path, mode))
OWN(DIR *, opendir, (const char *path), (path))
OWN(char *, strerror, (int error), (error))
OWN(time_t, time, (time_t * now), (now))
OWN(int, clock_gettime, (clockid_t clock, struct timespec *now), (clock, now))
OWN(char *, strdup, (const char *text), (text))
OWN(void *, realloc, (void *memory, size_t size), (memory, size))

/* These come too early for dlsym. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void __libc_free(void *memory);

void *malloc(size_t size)
{
    WANT("malloc");
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    WANT("calloc");
    return __libc_calloc(count, size);
}

void free(void *memory)
{
    if (memory != NULL)
        WANT("free");
    __libc_free(memory);
}

long syscall(long number, ...)
{
    static long (*next)(long, ...);
    va_list list;
    long a[6];
    WANT("syscall");
    va_start(list, number);
    for (size_t i = 0; i < 6; i++)
        a[i] = va_arg(list, long);
    va_end(list);
    if (next == NULL)
        *(void **)&next = real("syscall");
    return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

const char *answer(void)
{
    return "program";
}

int main(int argc, char **argv)
{
    const char *(*ask)(void);
    own_code_find();
    held = true;
    void *plugin = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_DEEPBIND) : NULL;
    *(void **)&ask = plugin != NULL ? dlsym(plugin, "ask") : NULL;
    held = false;
    puts(ask != NULL ? ask() : dlerror());
    return 0;
}
