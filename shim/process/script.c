#include "process/script.h"

#include "process/file_owner.h"
#include "process/file_path.h"
#include "process/interpreter.h"
#include "process/kernel.h"
#include "process/loader_list.h"
#include "process/start.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>

/* In memory that no process touches but those of interpreters. */
static struct {
    enum interpreter interpreter;
    enum script_kind kind;
    char text[PATH_MAX];
    char directory[PATH_MAX]; /* for a path that is not absolute; empty where it cannot be told */
} kept;

static bool was_told;

static bool keep_text(const char *text)
{
    size_t length = strlen(text);
    if (length >= sizeof kept.text)
        return false;
    memcpy(kept.text, text, length + 1);
    return true;
}

/* Here alone a process without TLS asks the kernel: an interpreter whose script has no absolute path. */
static void keep_script(enum interpreter interpreter, int count, char *const *arguments)
{
    struct script_argument script = interpreter_script(interpreter, count, arguments);
    kept.interpreter = interpreter;
    if (script.kind == SCRIPT_UNKNOWN || !keep_text(script.text))
        return;
    kept.kind = script.kind;
    if (script.kind == SCRIPT_FILE && script.text[0] != '/' &&
        (kernel_getcwd(kept.directory, sizeof kept.directory) < 0 || kept.directory[0] != '/'))
        kept.directory[0] = '\0';
}

void script_keep(int argument_count, char *const *arguments)
{
    if (was_told)
        return;
    was_told = true;
    enum interpreter interpreter = argument_count > 0 ? interpreter_of(arguments[0]) : INTERPRETER_NONE;
    if (interpreter != INTERPRETER_NONE)
        keep_script(interpreter, argument_count, arguments);
}

/*
 * Constructors of libraries that are initialized before this one may ask, by dlopen(3) say, and the policy is read
 * then. The loader tells where the kernel put the number of the arguments, with the arguments behind it; musl does not.
 */
static void keep_untold(void)
{
    char *const *const *start = loader_list_find_first("__libc_stack_end");
    if (start != NULL && *start != NULL)
        script_keep((int)(intptr_t)(*start)[0], *start + 1);
}

/* The first part of a path, which may be empty; `path` then is what comes behind its slash. */
static size_t next_part(const char **path, const char **part)
{
    size_t length = strcspn(*path, "/");
    *part = *path;
    *path += length + ((*path)[length] == '/');
    return length;
}

static bool add_part(const char *part, size_t part_length, char *absolute, size_t *length, size_t size)
{
    if (*length + part_length + 2 > size)
        return false;
    absolute[(*length)++] = '/';
    memcpy(absolute + *length, part, part_length);
    *length += part_length;
    absolute[*length] = '\0';
    return true;
}

bool script_path(const char *directory, const char *path, char *absolute, size_t size, bool *is_plain)
{
    size_t length = *path == '/' ? 0 : strlen(directory), part_length;
    bool leads_up = length > 0;
    const char *part;
    if (length >= size)
        return false;
    memcpy(absolute, directory, length);
    while (length > 0 && absolute[length - 1] == '/')
        length--;
    absolute[length] = '\0';
    *is_plain = true;
    while (*path != '\0') {
        part_length = next_part(&path, &part);
        bool is_up = part_length == 2 && memcmp(part, "..", 2) == 0;
        if (part_length == 0 || (part_length == 1 && *part == '.'))
            continue;
        leads_up = leads_up && is_up;
        *is_plain = *is_plain && (leads_up || !is_up);
        if (leads_up) {
            while (length > 0 && absolute[--length] != '/')
                ;
            absolute[length] = '\0';
        } else if (!add_part(part, part_length, absolute, &length, size)) {
            return false;
        }
    }
    return length > 0;
}

/*
 * A user's program under an interpreter's name may do what it likes with its arguments, and in a namespace of his own
 * so may what lies at the script's path. Who owns the script could as well have written into it what he would run.
 */
static bool is_what_runs(const kernel_status *file, const char *interpreter)
{
    bool is_the_users_own = file->st_uid != 0 && file_owner_ids_are_the_hosts();
    return is_the_users_own || file_owner_is_root_in_usr(interpreter, SYSTEM_DIRECTORY);
}

bool script_is_certain(const char *path, const char *interpreter, uid_t user, bool privileged)
{
    kernel_status file;
    return kernel_stat(path, &file) == 0 && S_ISREG(file.st_mode) &&
           file_owner_objection_of(&file, user, privileged) == NULL && is_what_runs(&file, interpreter);
}

static bool is_certain(const char *path)
{
    bool privileged = getauxval(AT_SECURE) != 0 || kernel_geteuid() == 0;
    return script_is_certain(path, "/proc/self/exe", kernel_getuid(), privileged);
}

static void find_file(struct script *script, struct arena *arena)
{
    char path[PATH_MAX];
    bool is_plain;
    if (kept.text[0] != '/' && kept.directory[0] == '\0')
        return;
    if (!script_path(kept.directory, kept.text, path, sizeof path, &is_plain))
        return;
    script->name = arena_copy(arena, path, strlen(path));
    script->is_certain = is_plain && is_certain(path);
    const char *resolved = file_path_resolve(path, arena);
    if (resolved != NULL && strcmp(resolved, path) != 0)
        script->resolved = resolved;
}

/* What is neither a file nor code of which anybody can tell more. */
static const char *name_of_other(struct arena *arena)
{
    char text[sizeof kept.text + 4];
    snprintf(text, sizeof text, "%s%s", kept.kind == SCRIPT_MODULE ? "-m " : "", kept.text);
    return arena_copy(arena, text, strlen(text));
}

/* The kernel keeps the path of a "#!" script, and says that the executable is its interpreter. */
static void find_started_file(struct script *script, const char *executable, struct arena *arena)
{
    const char *given = (const char *)getauxval(AT_EXECFN); /* NOLINT(performance-no-int-to-ptr) */
    const char *resolved = given != NULL ? file_path_resolve(given, arena) : NULL;
    bool is_other = resolved != NULL && getauxval(AT_BASE) != 0 && strcmp(resolved, executable) != 0;
    script->name = is_other ? resolved : "";
}

void script_find(struct script *script, const char *executable, struct arena *arena)
{
    enum interpreter interpreter = executable != NULL ? interpreter_of(executable) : INTERPRETER_NONE;
    *script = (struct script){.name = NULL};
    if (!was_told)
        keep_untold();
    if (executable == NULL || kept.interpreter != interpreter)
        return;
    if (interpreter == INTERPRETER_NONE)
        find_started_file(script, executable, arena);
    else if (kept.kind == SCRIPT_FILE)
        find_file(script, arena);
    else if (kept.kind != SCRIPT_UNKNOWN)
        script->name = name_of_other(arena);
}
