/* Results in the form of JUnit, which every CI system shows: written as they come, escaped for XML. */
#ifndef TLSWARD_JUNIT_H
#define TLSWARD_JUNIT_H

#include <stddef.h>
#include <stdio.h>

/* One case. Strings are borrowed, and may hold any bytes; NULL where there is none. */
struct junit_case {
    const char *group;
    const char *name;
    const char *failure; /* why it fails */
    const char *skipped; /* why it does not count */
    const char *output;  /* what else there is to say */
};

/* Writes the whole report of one suite. */
void junit_print(FILE *out, const char *suite, const struct junit_case *cases, size_t count);

#endif
