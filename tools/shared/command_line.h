/*
 * How a subcommand reads its options, by getopt_long(3): what all of them do alike.
 *
 *     static const struct command_line line = {known, "ho:", usage, take_option};
 *     int status = command_line_read(&line, argc, argv, &options);
 *     if (status >= 0)
 *         return status;
 *     ... the operands begin at optind ...
 */
#ifndef TLSWARD_COMMAND_LINE_H
#define TLSWARD_COMMAND_LINE_H

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

struct command_line {
    const struct option *known; /* --help is 'h' there */
    const char *letters;
    void (*usage)(FILE *out);
    /* Takes an option of another letter. False where its value is none, which is said, or it is unknown. */
    bool (*take)(void *options, int option, char *value);
};

/* -1 where all options were taken, or the exit status with which everything is said. */
int command_line_read(const struct command_line *line, int argc, char **argv, void *options);

#endif
