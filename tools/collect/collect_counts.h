/*
 * What the collector has seen since it started, for Prometheus.
 */
#ifndef TLSWARD_COLLECT_COUNTS_H
#define TLSWARD_COLLECT_COUNTS_H

#include "collect/archive.h"
#include "collect/datagram.h"
#include "collect/label_counts.h"

#include <stdbool.h>
#include <stdint.h>

struct collect_counts {
    uint64_t events, refused; /* datagrams that were written, and that were none */
    uint64_t lost;            /* here: memory was full, or a collector was killed */
    uint64_t lost_by_programs;
    uint64_t claimed; /* events of another user than they say */
    uint64_t notices;
    int64_t last; /* the newest event, in milliseconds since 1970; 0: none */
    uint64_t waiting;
    bool failing; /* nothing can be written */
    struct archive_state archive;
    struct label_counts handshakes; /* outcome, action */
    struct label_counts reasons, findings;
    struct label_counts blocked; /* program, destination, port */
};

/* An event that is written, as datagram_line() read it. */
void collect_counts_add(struct collect_counts *counts, struct event_record *record, const struct sender *sender);

/* All of them as metrics, in a file that is always whole. False where it cannot be written, which was said. */
bool collect_counts_write(const struct collect_counts *counts, const char *path);

void collect_counts_free(struct collect_counts *counts);

#endif
