/*
 * Delivers one line. Never blocks, keeps no descriptor, raises no signal, changes no errno:
 * open or socket, one non-blocking send or one O_APPEND write, close.
 */
#ifndef TLSWARD_SINK_H
#define TLSWARD_SINK_H

#include "event/journal_fields.h"
#include "policy/policy.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Sends `line` (with its newline) to `destination` as settings.log names it: "stderr", "stderr-file", "file:/PATH",
 * "unix:/PATH", "journald", "syslog", "collect", or "auto" and NULL: journald where it listens, else syslog.
 * `fields` go to the journal beside it; NULL: none. `severity` is a syslog level, 0 to 7 (RFC 5424 section 6.2.1). A
 * line that could not be delivered is counted; false then.
 */
bool sink_deliver(const char *destination, int severity, const char *line, size_t length,
                  const struct journal_fields *fields);

/* Counts lines that could not even be written, or whose count could not be told. */
void sink_drop(uint64_t lines);

/* Takes the number of lines this process (not the one it was forked from) lost so far and starts again at 0. */
uint64_t sink_take_dropped(void);

/*
 * The ways to deliver, with the place as an argument, for sink_deliver() and for tests.
 * False, with errno, where the line is lost.
 */

/*
 * Writes to the host's standard error, which stays open and as it was, if it still is what it was when the program
 * started, and what a standard error may be: a pipe, a terminal or another character device, a local socket, and where
 * `may_be_file` a file opened for writing only. A line longer than PIPE_BUF goes into a pipe in pieces, and may be cut
 * short where the pipe fills up.
 */
bool sink_to_standard_error(bool may_be_file, const char *line, size_t length);

/* Appends to a regular file (made with mode 0640 where it is missing) or writes to a FIFO that has a reader. */
bool sink_to_file(const char *path, const char *line, size_t length);

/* Sends one datagram to a local socket. */
bool sink_to_unix(const char *path, const char *line, size_t length);

/* Where `tlsward collect` listens: "collect". */
#define SINK_COLLECT_SOCKET "/run/tlsward-collect/socket"

/* The journal's native protocol: https://systemd.io/JOURNAL_NATIVE_PROTOCOL/ */
#define SINK_JOURNAL_SOCKET "/run/systemd/journal/socket"
bool sink_to_journal(const char *path, int severity, const char *line, size_t length,
                     const struct journal_fields *fields);

/* RFC 5424 with facility daemon, over a datagram socket, or over a stream with a newline as the end (RFC 6587). */
#define SINK_SYSLOG_SOCKET "/dev/log"
bool sink_to_syslog(const char *path, int severity, const char *line, size_t length);

#endif
