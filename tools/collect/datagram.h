/*
 * What became of one datagram: a line for the file, or why it is none.
 */
#ifndef TLSWARD_COLLECT_DATAGRAM_H
#define TLSWARD_COLLECT_DATAGRAM_H

#include "event/event.h"
#include "events/record.h"

#include <sys/types.h>
#include <time.h>

/* What the kernel says of a sender (SCM_CREDENTIALS, unix(7)): his real user; pid 0 where it is not visible here. */
struct sender {
    struct timespec time; /* of the arrival, CLOCK_REALTIME */
    pid_t pid;
    uid_t uid;
};

/* A line with what is added to it. */
#define DATAGRAM_LINE_MAX (EVENT_MAX + 768)
_Static_assert(DATAGRAM_LINE_MAX <= RECORD_LINE_MAX, "what is kept can be read");

/* What we add to an event; who sends such a member himself is refused. */
#define DATAGRAM_MEMBERS "tlsward.collect."

/*
 * Writes the event that a datagram holds to `line`, followed by a newline, with the time, the sender and `host` behind
 * its own members: tlsward.collect.time, .host, .uid, .pid. `record` is what was read of it, without these. Returns the
 * length; 0 where the datagram is not one event on one line: then *why is a text that lives for ever.
 */
size_t datagram_line(const char *data, size_t length, const struct sender *sender, const char *host,
                     struct event_record *record, char line[static DATAGRAM_LINE_MAX], const char **why);

#endif
