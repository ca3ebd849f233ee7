/* Drafted rules as a policy file, with what they rest on as comments. */
#ifndef TLSWARD_DRAFT_PRINT_H
#define TLSWARD_DRAFT_PRINT_H

#include "draft/remedy_search.h"

#include <stdio.h>

/* Returns for how many failures there is no rule. */
size_t draft_print(FILE *out, const struct failures *failures, const struct remedy_ground *ground);

#endif
