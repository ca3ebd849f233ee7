/*
 * What the collector has to say itself, as events among those that it keeps, so that whoever reads them hears it.
 */
#ifndef TLSWARD_COLLECT_OWN_EVENTS_H
#define TLSWARD_COLLECT_OWN_EVENTS_H

#include "collect/datagram.h"

/* A line as datagram_line() makes it; `lost` is its tlsward.dropped, unless that is 0. Returns the length. */
size_t own_event(const char *message, uint64_t lost, const char *host, struct event_record *record,
                 char line[static DATAGRAM_LINE_MAX]);

#endif
