/*
 * The command line of `scan`.
 */
#ifndef TLSWARD_SCAN_OPTIONS_H
#define TLSWARD_SCAN_OPTIONS_H

#include "scan/scan_rule.h"

#include <stdbool.h>
#include <stddef.h>

enum scan_format { FORMAT_TEXT, FORMAT_JSON, FORMAT_SARIF };

struct scan_options {
    char *const *paths;
    size_t path_count;
    bool running, host;
    const char *image; /* --container-image, or NULL */
    enum scan_format format;
    const char *baseline; /* or NULL */
    char **events;        /* sources of events; scan_options_free() */
    size_t event_count;
    enum severity fail_on;
    bool exit_zero;
};

/* Returns an exit status where there is nothing more to do, or -1. */
int scan_options_parse(int argc, char **argv, struct scan_options *options);

void scan_options_free(struct scan_options *options);

#endif
