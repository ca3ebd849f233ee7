/*
 * The library gets into every program: tried first, put in its place as a whole, taken back where that goes wrong.
 */
#ifndef TLSWARD_ENABLING_H
#define TLSWARD_ENABLING_H

#include "enable/enable_options.h"
#include "enable/loaders.h"
#include "enable/self_test.h"
#include "preload/preload_file.h"

#include <stdbool.h>

struct enabling {
    const struct enable_options *options;
    struct loaders loaders;
    struct self_test test;
    struct preload_file file; /* as it was before */
    struct host_policy policy;
    char *entry; /* what /etc/ld.so.preload is to name */
    bool guarded, at_next_boot;
    bool was_enabled; /* nothing had to be done */
    /* What was done, to be undone. */
    bool placeholder, made_directory, wrote_policy, enabled_guard, linked, named;
};

/* Looks at the host. To be ended in any case. */
struct enabling enabling_begin(const struct enable_options *options);

/* Does it. NULL, or why not, as a sentence; then all is as before. The caller frees it. */
char *enabling_do(struct enabling *enabling);

void enabling_end(struct enabling *enabling);

#endif
