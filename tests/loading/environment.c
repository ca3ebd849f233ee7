/*
 * What a program does to its environment before it opens a TLS library, chosen by WHAT: all of them lead another policy
 * into it than it was started with.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static void set_another(void)
{
    setenv("TLSWARD_POLICY", "/nowhere", 1);
}

static void unset(void)
{
    unsetenv("TLSWARD_POLICY");
}

/* As setproctitle(3) has it: the strings move, and a title is written from the arguments on, over what was there. */
static void write_title(void)
{
    char *start = environ[0], *end = start;
    for (char **entry = environ; *entry != NULL; entry++) {
        end = *entry + strlen(*entry);
        *entry = strdup(*entry);
    }
    memset(start, ' ', (size_t)(end - start));
}

/* As a daemon that keeps nothing of what it was started with. */
static void clean_and_write_title(void)
{
    static char *none[] = {NULL};
    write_title();
    environ = none;
}

__attribute__((constructor)) static void change(void)
{
    WHAT();
    (void)set_another;
    (void)unset;
    (void)write_title;
    (void)clean_and_write_title;
}
