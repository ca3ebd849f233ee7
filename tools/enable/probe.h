/*
 * One program, run once: what it said and how it ended. Nothing of this process's environment, descriptors and standard
 * input reaches it, so that who calls this command chooses none of what is tried.
 */
#ifndef TLSWARD_PROBE_H
#define TLSWARD_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct probe_setting {
    uid_t user;          /* and group */
    const char *preload; /* LD_PRELOAD, or NULL */
    const char *file;    /* in the place of /etc/ld.so.preload in a mount namespace of its own, or NULL */
    const char *links;   /* a directory in the place of BOOT_LINKS there, or NULL */
};

struct probe_result {
    enum { PROBE_RAN, PROBE_ABSENT, PROBE_ENDLESS, PROBE_NO_NAMESPACE } kind;
    int status; /* as wait(2) has it */
    char *output, *errors;
    size_t output_length, errors_length;
};

/* Runs argv[0], a path, and waits for its end, at most half a minute. To be freed. */
struct probe_result probe_run(const char *const *argv, const struct probe_setting *setting);

/* What a message can say of how it ended: "exit status 3", "Segmentation fault". The caller frees it. */
char *probe_ending(const struct probe_result *result);

void probe_free(struct probe_result *result);

#endif
