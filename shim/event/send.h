/*
 * What every event has, and its way to where the policy says that events go. Keeps errno; never blocks.
 */
#ifndef TLSWARD_SEND_H
#define TLSWARD_SEND_H

#include "event/event.h"

/* Severities of RFC 5424, table 2. */
enum severity { SEVERITY_ERROR = 3, SEVERITY_WARNING = 4, SEVERITY_NOTICE = 5, SEVERITY_INFORMATIONAL = 6 };

/* An event of this process, now, with an id of its own. Async-signal-safe where start_get() was asked before. */
struct event event_start(enum event_kind kind);

/* The same for who has asked for the real user already. */
struct event event_start_as(enum event_kind kind, uid_t uid);

/* Without malloc(3) and with little of the stack: a signal handler or a child of vfork(2) may be here. */
void event_send(struct event *event, const char *log, enum severity severity);

/* The same with memory of the caller's for the line. */
void event_send_line(struct event *event, const char *log, enum severity severity, char line[static EVENT_MAX]);

/* True where repeats are counted: whoever listens on a socket or a terminal sees every handshake. */
bool event_is_stored(const char *log);

#endif
