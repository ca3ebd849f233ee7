#include "scan/processes.h"

#include "scan/scan_progress.h"
#include "shared/running_process.h"
#include "shared/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct all {
    const struct examiner *examiner;
    struct object_cache *cache;
    struct scan_findings *findings;
    struct coverages *coverages;
    struct file_list *unread;
};

/* One variable a line, whatever is in them. */
static void examine_environment(const struct all *all, const struct place *place)
{
    struct process_text environ = process_text_read(place->pid, "environ");
    for (size_t i = 0; i < environ.length; i++) {
        if (environ.start[i] == '\n')
            environ.start[i] = ' ';
        else if (environ.start[i] == '\0')
            environ.start[i] = '\n';
    }
    if (environ.error == EACCES || environ.error == EPERM) {
        char *path = text_format("/proc/%d/environ", (int)place->pid);
        file_list_add_unread(all->unread, path, environ.error);
        free(path);
    }
    examine_text(all->examiner, KIND_ENVIRON, place, environ.start, environ.length, all->findings);
    free(environ.start);
}

/* As a shell would take them: each argument in quotes. */
static void examine_arguments(const struct all *all, const struct place *place)
{
    struct process_text arguments = process_text_read(place->pid, "cmdline");
    char *text = text_grow(NULL, 4 * arguments.length + 4, 1);
    size_t length = 0;
    for (size_t i = 0; i < arguments.length;) {
        size_t size = strlen(arguments.start + i);
        bool plain = strpbrk(arguments.start + i, " \t\n\"'`;&|()\\") == NULL;
        length += (size_t)sprintf(text + length, plain ? "%s " : "'%s' ", arguments.start + i);
        i += size + 1;
    }
    examine_text(all->examiner, KIND_COMMAND, place, text, length, all->findings);
    free(text);
    free(arguments.start);
}

static void scan_process(const struct all *all, const struct running_process *process)
{
    struct place place = {.shown = process->program,
                          .relative = process->program,
                          .active = true,
                          .pid = process->pid,
                          .protected = process->protected};
    struct program_facts facts = running_process_facts(process);
    examine_environment(all, &place);
    examine_arguments(all, &place);
    coverages_add(all->coverages, all->cache, &facts);
}

/* False for a thread of the kernel, which has no program, and for what has ended meanwhile. */
static bool look_at(const struct all *all, pid_t pid)
{
    struct running_process process;
    enum process_look look = running_process_look(&process, pid);
    if (look == PROCESS_DENIED) {
        char *path = text_format("/proc/%d", (int)pid);
        file_list_add_unread(all->unread, path, EACCES);
        free(path);
    }
    if (look != PROCESS_SEEN)
        return false;
    scan_process(all, &process);
    running_process_free(&process);
    return true;
}

size_t processes_scan(const struct examiner *examiner, struct object_cache *cache, struct scan_findings *findings,
                      struct coverages *coverages, struct file_list *unread)
{
    struct all all = {examiner, cache, findings, coverages, unread};
    pid_t *pids;
    size_t count = running_processes_list(&pids), seen = 0;
    struct scan_progress progress = scan_progress_start("processes", count);
    for (size_t i = 0; i < count; i++) {
        seen += look_at(&all, pids[i]);
        scan_progress_step(&progress);
    }
    scan_progress_end(&progress);
    free(pids);
    return seen;
}
