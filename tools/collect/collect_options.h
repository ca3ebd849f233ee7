/*
 * What `tlsward collect` is told on its command line.
 */
#ifndef TLSWARD_COLLECT_OPTIONS_H
#define TLSWARD_COLLECT_OPTIONS_H

#include <stdint.h>

struct collect_options {
    const char *directory;
    const char *listen;   /* the path of a socket to make; NULL: systemd(1) hands one over */
    const char *metrics;  /* a file for Prometheus; NULL: none */
    uint64_t rotate_size; /* bytes of the file that is written to */
    int64_t rotate_age;   /* milliseconds */
    uint64_t keep_size;   /* bytes of all files */
    int64_t keep_age;     /* milliseconds */
};

/* -1 where there is something to do, else the exit status. */
int collect_options_read(int argc, char **argv, struct collect_options *options);

#endif
