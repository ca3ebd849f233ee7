/*
 * What the subcommands share: their entry points and the exit statuses a script may rely on.
 */
#ifndef TLSWARD_COMMAND_H
#define TLSWARD_COMMAND_H

enum exit_status {
    STATUS_OK = 0,
    STATUS_NEGATIVE = 1, /* check: errors; explain: would be blocked */
    STATUS_USAGE = 2,
    STATUS_UNREACHABLE = 3, /* explain: no connection, or no TLS on it */
    /* As env(1), nice(1) and timeout(1) have them. */
    STATUS_REFUSED = 125,
    STATUS_NOT_EXECUTABLE = 126,
    STATUS_NOT_FOUND = 127,
    STATUS_SIGNAL = 128 /* plus the number of the signal that ended the program */
};

/* Each is called with argv[0] the subcommand's name, and returns an exit status. */
int run_main(int argc, char **argv);
int check_main(int argc, char **argv);
int explain_main(int argc, char **argv);

#endif
