/*
 * The exit statuses of the command, which a script may rely on.
 */
#ifndef TLSWARD_EXIT_STATUS_H
#define TLSWARD_EXIT_STATUS_H

enum exit_status {
    STATUS_OK = 0,
    STATUS_NEGATIVE = 1, /* check: errors; explain: would be blocked */
    STATUS_USAGE = 2,
    STATUS_UNREACHABLE = 3, /* explain: no connection, or no TLS on it */
    STATUS_INCOMPLETE = 3,  /* what reads events: they are damaged, some were dropped, or there are none */
    /* As env(1), nice(1) and timeout(1) have them. */
    STATUS_REFUSED = 125,
    STATUS_NOT_EXECUTABLE = 126,
    STATUS_NOT_FOUND = 127,
    STATUS_SIGNAL = 128 /* plus the number of the signal that ended the program */
};

#endif
