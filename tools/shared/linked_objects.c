#include "shared/linked_objects.h"

#include "shared/child_signal.h"
#include "shared/elf.h"
#include "shared/text.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A file server that hangs must not hang the command. */
#define LIST_SECONDS 10

static _Noreturn void list_in_child(const char *interpreter, const char *program, int output)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(nothing, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(nothing, STDERR_FILENO);
    unsetenv("LD_PRELOAD");
    unsetenv("LD_DEBUG");
    unsetenv("LD_VERBOSE");
    alarm(LIST_SECONDS);
    execl(interpreter, interpreter, "--list", program, (char *)NULL);
    _exit(127);
}

/* "name => /path (0xaddress)" or "/path (0xaddress)", as ldd(1) shows it; the caller frees the result. */
static char *path_of_line(const char *line)
{
    const char *arrow = strstr(line, " => ");
    const char *path = arrow != NULL ? arrow + strlen(" => ") : line + strspn(line, " \t");
    const char *end = strstr(path, " (0x");
    if (end == NULL || memchr(path, '/', (size_t)(end - path)) == NULL)
        return NULL;
    return text_format("%.*s", (int)(end - path), path);
}

static void read_list(FILE *list, struct linked_objects *objects)
{
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, list) > 0) {
        char *path = path_of_line(line);
        if (path == NULL)
            continue;
        objects->paths = text_grow(objects->paths, objects->count + 1, sizeof *objects->paths);
        objects->paths[objects->count++] = path;
    }
    free(line);
}

struct linked_objects linked_objects_list(const char *program)
{
    struct linked_objects objects = {.count = 0};
    char *interpreter = elf_interpreter(program);
    int ends[2];
    if (interpreter == NULL || pipe2(ends, O_CLOEXEC) != 0)
        goto out;
    pid_t child = fork();
    if (child == 0)
        list_in_child(interpreter, program, ends[1]);
    close(ends[1]);
    FILE *list = fdopen(ends[0], "r");
    if (list != NULL) {
        read_list(list, &objects);
        fclose(list);
    }
    if (child > 0)
        child_signal_wait(child, NULL);
out:
    free(interpreter);
    return objects;
}

void linked_objects_free(struct linked_objects *objects)
{
    for (size_t i = 0; i < objects->count; i++)
        free(objects->paths[i]);
    free(objects->paths);
}
