#include "run/target.h"

#include "process/reach.h"
#include "shared/exit_status.h"
#include "shared/preload_obstacle.h"
#include "shared/shebang.h"
#include "shared/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As deep as Linux follows script interpreters, execve(2). */
#define INTERPRETER_DEPTH 5

static bool is_executable_file(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0 || access(path, X_OK) != 0)
        return false;
    if (S_ISREG(status.st_mode))
        return true;
    errno = EACCES;
    return false;
}

/* As execvp(3): the first executable file wins, one that may not be executed is remembered. */
static char *look_up(const char *command, int *error)
{
    *error = ENOENT;
    if (strchr(command, '/') != NULL) {
        bool found = is_executable_file(command);
        *error = found ? 0 : errno;
        return found ? text_format("%s", command) : NULL;
    }
    const char *path = getenv("PATH");
    if (path == NULL)
        path = "/bin:/usr/bin";
    for (const char *next = path; *command != '\0' && next != NULL;) {
        size_t length = strcspn(next, ":");
        char *candidate = text_format("%.*s%s%s", (int)length, next, length > 0 ? "/" : "./", command);
        if (is_executable_file(candidate)) {
            *error = 0;
            return candidate;
        }
        if (errno == EACCES)
            *error = EACCES;
        free(candidate);
        next = next[length] == ':' ? next + length + 1 : NULL;
    }
    return NULL;
}

static unsigned read_head(const char *path, char *head, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd >= 0 ? read(fd, head, size) : -1;
    if (fd >= 0)
        close(fd);
    return length > 0 ? (unsigned)length : 0;
}

static int not_found(const char *command, int error, char **why)
{
    *why = text_format("%s: %s", command, error == ENOENT ? "command not found" : strerror(error));
    return error == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
}

/* Replaces target->program by the interpreter of the script it is. */
static int follow_script(struct target *target, const struct shebang *shebang, char **why)
{
    const char *next = shebang->command[0] != '\0' ? shebang->command : shebang->interpreter;
    if (shebang->clears_environment) {
        *why = text_format("%s: its first line runs env -i, which drops LD_PRELOAD; name the interpreter instead",
                           target->program);
        return STATUS_REFUSED;
    }
    int error;
    char *found = look_up(next, &error);
    if (found == NULL) {
        char *interpreter = text_format("%s: interpreter %s", target->program, next);
        int status = not_found(interpreter, error, why);
        free(interpreter);
        return status;
    }
    free(target->program);
    target->program = found;
    target->is_script = true;
    return 0;
}

/* Policies know programs by the path that /proc/self/exe shows. */
static void resolve_links(struct target *target)
{
    char *resolved = realpath(target->program, NULL);
    if (resolved == NULL)
        return;
    free(target->program);
    target->program = resolved;
}

int target_find(const char *command, struct target *target, char **why)
{
    int error;
    *target = (struct target){.path = look_up(command, &error)};
    if (target->path == NULL)
        return not_found(command, error, why);
    target->program = text_format("%s", target->path);
    for (int depth = 0; depth < INTERPRETER_DEPTH; depth++) {
        target->elf = elf_inspect(target->program);
        if (target->elf.is_elf) {
            target->secure = reach_gains_privilege(target->program);
            resolve_links(target);
            return 0;
        }
        char head[256];
        struct shebang shebang;
        unsigned length = read_head(target->program, head, sizeof head);
        /* execvp(3) gives a file without "#!" to the shell. */
        if (!shebang_parse(head, length, &shebang))
            shebang = (struct shebang){.interpreter = "/bin/sh"};
        int status = follow_script(target, &shebang, why);
        if (status != 0)
            return status;
    }
    *why = text_format("%s: too many levels of script interpreters", target->path);
    return STATUS_NOT_EXECUTABLE;
}

char *target_sentence(const struct target *target, const char *what)
{
    return !target->is_script ? text_format("%s %s", target->path, what)
                              : text_format("%s is run by %s, which %s", target->path, target->program, what);
}

char *target_refusal(const struct target *target, const char *library, bool system_preload)
{
    struct elf_facts ours = elf_inspect(library);
    char *what = preload_obstacle(&target->elf, target->secure, system_preload, library, &ours);
    char *why = what != NULL ? target_sentence(target, what) : NULL;
    free(what);
    return why;
}

void target_free(struct target *target)
{
    free(target->path);
    free(target->program);
}
