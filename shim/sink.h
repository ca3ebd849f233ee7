/*
 * Delivers one line. Never blocks, keeps no descriptor, raises no SIGPIPE, changes no errno:
 * open or socket, one non-blocking send or one O_APPEND write, close.
 */
#ifndef TLSWARD_SINK_H
#define TLSWARD_SINK_H

#include "policy.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Sends `line` (with its newline) to `destination` as settings.log names it. `severity` is a syslog level (RFC 5424).
 * A line that could not be delivered is counted.
 */
void sink_deliver(const char *destination, int severity, const char *line, size_t length);

/* Takes the number of lines lost so far and starts again at 0. */
uint64_t sink_take_dropped(void);

#endif
