/*
 * The command line of `pin`.
 */
#ifndef TLSWARD_PIN_OPTIONS_H
#define TLSWARD_PIN_OPTIONS_H

#include "server/starttls.h"

#include <stdbool.h>
#include <stddef.h>

struct pin_options {
    const struct starttls *starttls; /* NULL: TLS from the start */
    bool json;
    char *const *places; /* servers and files */
    size_t place_count;
};

/* Returns -1 where the command line is understood, else an exit status. */
int pin_options_parse(int argc, char **argv, struct pin_options *options);

#endif
