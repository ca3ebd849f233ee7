/*
 * The command line of `explain`.
 */
#ifndef TLSWARD_EXPLAIN_OPTIONS_H
#define TLSWARD_EXPLAIN_OPTIONS_H

#include "policy/policy.h"
#include "server/starttls.h"
#include "shared/named_process.h"

#include <stdbool.h>
#include <stdint.h>

struct explain_options {
    char *host; /* without brackets */
    uint16_t port;
    const struct starttls *starttls; /* NULL: TLS from the start */
    struct named_process process;
    char *policy;               /* absolute path, or NULL: the policy that counts here */
    struct trust_source *trust; /* in place of the policy's, where trust_count > 0 */
    size_t trust_count;
    const char *certificate; /* where the server's certificate is to be written, or NULL */
    bool fetch;              /* issuers' certificates, from where the server's say that they are */
    bool json;
};

/* Returns -1 where the command line is understood, else an exit status. */
int explain_options_parse(int argc, char **argv, struct explain_options *options);

void explain_options_free(struct explain_options *options);

#endif
