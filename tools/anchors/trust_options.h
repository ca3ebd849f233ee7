/*
 * The command line of `trust`.
 */
#ifndef TLSWARD_TRUST_OPTIONS_H
#define TLSWARD_TRUST_OPTIONS_H

#include "policy/policy.h"
#include "shared/named_process.h"

#include <stdbool.h>
#include <stddef.h>

struct trust_options {
    struct named_process process;
    struct peer_name peer;          /* of the destination */
    struct destination destination; /* points there; zero where none was named: any */
    char *policy;                   /* absolute path, or NULL: the policy that counts here */
    bool json;
    char *const *sources; /* of events */
    size_t source_count;
};

/* Returns -1 where the command line is understood, else an exit status. */
int trust_options_parse(int argc, char **argv, struct trust_options *options);

void trust_options_free(struct trust_options *options);

#endif
