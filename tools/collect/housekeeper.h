/*
 * The thread for what may take its time: brings what was written to the disk, compresses rotated files, removes the
 * oldest, writes the metrics.
 */
#ifndef TLSWARD_COLLECT_HOUSEKEEPER_H
#define TLSWARD_COLLECT_HOUSEKEEPER_H

#include "collect/collect_counts.h"
#include "collect/collect_options.h"

#include <pthread.h>

struct housekeeper {
    const struct collect_options *options;
    int directory;
    int stop;              /* a descriptor that becomes readable when it is to end */
    pthread_mutex_t *lock; /* of: */
    struct collect_counts *counts;
    struct archive_state archive;
    bool compression_fails, metrics_fail; /* said already */
};

/* For pthread_create(3), with a struct housekeeper. */
void *housekeeper_run(void *housekeeper);

/* Once more, when all is written. */
void housekeeper_finish(struct housekeeper *housekeeper);

#endif
