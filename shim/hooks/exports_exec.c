/*
 * The hooked functions that start another program: each says what will be started and calls the real function. Those
 * with a variable list of arguments make an array of it, as libc does.
 */
#include "hooks/exec_watch.h"
#include "hooks/exports.h"

#include <alloca.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>

#define SHELL "/bin/sh" /* system(3), popen(3) */

/* The exec(3) functions return only where they fail. */
static int no_such_function(void)
{
    errno = ENOSYS;
    return -1;
}

EXPORT int execve(const char *path, char *const arguments[], char *const environment[])
{
    exec_watch(path, environment);
    __typeof__(&execve) real = LIBC(execve);
    return real != NULL ? real(path, arguments, environment) : no_such_function();
}

EXPORT int execv(const char *path, char *const arguments[])
{
    exec_watch(path, exec_watch_environment());
    __typeof__(&execv) real = LIBC(execv);
    return real != NULL ? real(path, arguments) : no_such_function();
}

EXPORT int execvp(const char *file, char *const arguments[])
{
    exec_watch_in_path(file, exec_watch_environment());
    __typeof__(&execvp) real = LIBC(execvp);
    return real != NULL ? real(file, arguments) : no_such_function();
}

EXPORT int execvpe(const char *file, char *const arguments[], char *const environment[])
{
    exec_watch_in_path(file, environment);
    __typeof__(&execvpe) real = LIBC(execvpe);
    return real != NULL ? real(file, arguments, environment) : no_such_function();
}

/* The bytes of an array of the arguments and the NULL that ends them. */
static size_t size_of_arguments(const char *first, va_list list)
{
    size_t count = 1;
    for (const char *next = first; next != NULL; next = va_arg(list, const char *))
        count++;
    return count * sizeof(char *);
}

/* Takes the arguments and the NULL that ends them, and an environment where one follows. */
static char *const *take_arguments(char **arguments, const char *first, va_list list, bool environment_follows)
{
    *arguments = (char *)first;
    while (*arguments != NULL)
        *++arguments = va_arg(list, char *);
    return environment_follows ? va_arg(list, char *const *) : NULL;
}

/* As in libc, the arguments become an array on the stack: a child of vfork(2) has nothing else. */
EXPORT int execl(const char *path, const char *first, ...)
{
    va_list list;
    va_start(list, first);
    char **arguments = alloca(size_of_arguments(first, list));
    va_end(list);
    va_start(list, first);
    take_arguments(arguments, first, list, false);
    va_end(list);
    exec_watch(path, exec_watch_environment());
    __typeof__(&execv) real = LIBC(execv);
    return real != NULL ? real(path, arguments) : no_such_function();
}

EXPORT int execle(const char *path, const char *first, ...)
{
    va_list list;
    va_start(list, first);
    char **arguments = alloca(size_of_arguments(first, list));
    va_end(list);
    va_start(list, first);
    char *const *environment = take_arguments(arguments, first, list, true);
    va_end(list);
    exec_watch(path, environment);
    __typeof__(&execve) real = LIBC(execve);
    return real != NULL ? real(path, arguments, environment) : no_such_function();
}

EXPORT int execlp(const char *file, const char *first, ...)
{
    va_list list;
    va_start(list, first);
    char **arguments = alloca(size_of_arguments(first, list));
    va_end(list);
    va_start(list, first);
    take_arguments(arguments, first, list, false);
    va_end(list);
    exec_watch_in_path(file, exec_watch_environment());
    __typeof__(&execvp) real = LIBC(execvp);
    return real != NULL ? real(file, arguments) : no_such_function();
}

EXPORT int fexecve(int fd, char *const arguments[], char *const environment[])
{
    __typeof__(&fexecve) real = LIBC(fexecve);
    exec_watch_open_file(fd, environment);
    return real != NULL ? real(fd, arguments, environment) : no_such_function();
}

/* These two start the shell without the functions above. */
EXPORT int system(const char *command)
{
    __typeof__(&system) real = LIBC(system);
    if (command != NULL)
        exec_watch(SHELL, exec_watch_environment());
    return real != NULL ? real(command) : no_such_function();
}

EXPORT FILE *popen(const char *command, const char *mode)
{
    __typeof__(&popen) real = LIBC_AS_LINKED(popen);
    exec_watch(SHELL, exec_watch_environment());
    return real != NULL ? real(command, mode) : NULL;
}

EXPORT int posix_spawn(pid_t *restrict child, const char *restrict path,
                       const posix_spawn_file_actions_t *restrict actions, const posix_spawnattr_t *restrict attributes,
                       char *const arguments[restrict], char *const environment[restrict])
{
    __typeof__(&posix_spawn) real = LIBC_AS_LINKED(posix_spawn);
    exec_watch(path, environment);
    return real != NULL ? real(child, path, actions, attributes, arguments, environment) : ENOSYS;
}

EXPORT int posix_spawnp(pid_t *restrict child, const char *restrict file,
                        const posix_spawn_file_actions_t *restrict actions,
                        const posix_spawnattr_t *restrict attributes, char *const arguments[restrict],
                        char *const environment[restrict])
{
    __typeof__(&posix_spawnp) real = LIBC_AS_LINKED(posix_spawnp);
    exec_watch_in_path(file, environment);
    return real != NULL ? real(child, file, actions, attributes, arguments, environment) : ENOSYS;
}
