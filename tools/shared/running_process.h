/*
 * A process that runs: which program it is, what it has mapped, and whether the library is in it. Other mount
 * namespaces are looked into by what the kernel shows of their root directories, proc(5).
 */
#ifndef TLSWARD_RUNNING_PROCESS_H
#define TLSWARD_RUNNING_PROCESS_H

#include "shared/coverage.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A file of /proc/PID, terminated; it may hold zero bytes. `error` is that of errno(3). */
struct process_text {
    char *start;
    size_t length;
    int error;
};

struct process_text process_text_read(pid_t pid, const char *name);

struct running_process {
    pid_t pid;
    char *program; /* as it sees it */
    char *root;    /* "" where it has ours */
    char *base;    /* what the kernel calls its root directory, in front of the names of its files */
    char *exe;     /* where it can be opened */
    char **mapped;
    size_t mapped_count;
    bool protected; /* the library is in it */
    bool outdated;  /* one that was replaced since */
    bool secure;
};

/* PROCESS_GONE: it has ended, or is a thread of the kernel, which has no program. */
enum process_look { PROCESS_SEEN, PROCESS_DENIED, PROCESS_GONE };

/* Only what was seen is to be freed. */
enum process_look running_process_look(struct running_process *process, pid_t pid);
void running_process_free(struct running_process *process);

/* As a program is judged by; points into the process. */
struct program_facts running_process_facts(const struct running_process *process);

/* All but this one. The caller frees the list. */
size_t running_processes_list(pid_t **pids);

#endif
