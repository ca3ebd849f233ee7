/*
 * The thread that writes what was received: makes lines of datagrams, appends them to events.jsonl, rotates it, and
 * tells what is missing.
 */
#ifndef TLSWARD_COLLECT_WRITER_H
#define TLSWARD_COLLECT_WRITER_H

#include "collect/collect_counts.h"
#include "collect/collect_options.h"
#include "collect/ledger.h"
#include "collect/live_file.h"
#include "collect/receiver.h"

#include <pthread.h>

/* Lines that are written together. */
#define WRITER_BATCH (1 << 18)

struct writer {
    const struct collect_options *options;
    struct receiver *receiver;
    struct ledger *ledger;
    struct live_file live;
    struct ledger_state state;
    uint64_t missing; /* told in no event yet */
    uint64_t gone;    /* of those, written ones in a file that somebody removed */
    uint64_t lost_seen, removed_seen, refused_seen;
    const char *refused_why;
    struct sender refused_sender;
    int64_t told; /* when something was, in milliseconds */
    char host[256];
    struct event_record *record;
    char *lines;
    size_t length;
    uint64_t line_count, datagram_count;
    pthread_mutex_t *lock; /* of: */
    struct collect_counts *counts;
};

/* Finds out what the last collector left, and opens events.jsonl. False with errno. */
bool writer_start(struct writer *writer, int directory);

/* Until the receiver has ended and all is written, or cannot be written: then false. */
bool writer_run(struct writer *writer);

void writer_close(struct writer *writer);

#endif
