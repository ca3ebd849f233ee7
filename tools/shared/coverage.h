/*
 * Whether the library would verify the TLS of a program, or does that of a process.
 */
#ifndef TLSWARD_COVERAGE_H
#define TLSWARD_COVERAGE_H

#include "shared/object_cache.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum coverage_status { COVERAGE_NOT, COVERAGE_PARTLY, COVERAGE_YES, COVERAGE_NO_TLS };

struct coverage {
    char *program;
    pid_t pid; /* 0: a file */
    enum coverage_status status;
    char *library;  /* "OpenSSL (/usr/lib/…/libssl.so.3)", or NULL */
    char *through;  /* how it gets in: "linked", "opened by the program", "module PATH"; or NULL */
    char *reasons;  /* why not, or not all of it: clauses separated by "; ", or NULL */
    bool protected; /* the library is in the process now */
};

struct coverages {
    struct coverage *items;
    size_t count;
};

/* What is known of a program before it is judged. */
struct program_facts {
    const char *shown; /* its path, for people */
    const char *path;  /* where it can be opened */
    const char *root;  /* in which its objects are; "" for this process's own */
    pid_t pid;
    bool secure; /* the kernel sets AT_SECURE for it */
    bool protected;
    char *const *mapped; /* of a process: the objects that it has; else NULL */
    size_t mapped_count;
};

/* Why no preload gets in, or only one that was built for it, as a predicate; NULL where it does. The caller frees it.
 */
char *coverage_obstacle(const struct program_facts *facts);

/* Judges and adds. */
void coverages_add(struct coverages *coverages, struct object_cache *cache, const struct program_facts *facts);

/* A program's file, found while files were scanned; what is no program is not added. */
void coverages_add_file(struct coverages *coverages, struct object_cache *cache, const char *root, const char *path);

/* How TLS gets into it and what is in the way, for people: what follows "it". The caller frees it. */
char *coverage_sentence(const struct coverage *coverage);

/* By status, sentence and path. */
void coverages_sort(struct coverages *coverages);

size_t coverages_count(const struct coverages *coverages, enum coverage_status status);

const char *coverage_status_name(enum coverage_status status);

void coverages_free(struct coverages *coverages);

#endif
