/*
 * main_spawns FILE: starts FILE by posix_spawn(3) and posix_spawnp(3) of the version that VERSION names, where it is
 * defined, and says whether they could.
 */
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#ifdef VERSION
__asm__(".symver posix_spawn, posix_spawn@" VERSION);
__asm__(".symver posix_spawnp, posix_spawnp@" VERSION);
#endif

extern char **environ;

static void tell(const char *function, int error)
{
    if (error == 0)
        wait(NULL);
    printf("%s: %s\n", function, strerror(error));
    fflush(stdout);
}

int main(int argc, char **argv)
{
    char *arguments[] = {argv[1], NULL};
    pid_t child;
    if (argc != 2)
        return 2;
    tell("posix_spawn", posix_spawn(&child, argv[1], NULL, NULL, arguments, environ));
    tell("posix_spawnp", posix_spawnp(&child, argv[1], NULL, NULL, arguments, environ));
    return 0;
}
