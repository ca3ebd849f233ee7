/*
 * One event as people read it: a line, with what was learned later about the same handshake.
 */
#ifndef TLSWARD_LOG_LINE_H
#define TLSWARD_LOG_LINE_H

#include "events/kind.h"
#include "shared/text.h"

#include <stdint.h>
#include <stdio.h>

/* Texts are safe to show. */
struct log_line {
    char id[33];
    int64_t time; /* milliseconds since 1970 */
    const char *word;
    enum colour colour;
    char *host;        /* "" where the event does not say */
    char *program;     /* with its script */
    char *destination; /* "" where there is none */
    char *detail;
    char *advice;
    char *later; /* what the program looked at after its handshake, or NULL */
};

struct log_line log_line_make(struct event_record *record);

/* Takes what an update of the same handshake says. */
void log_line_update(struct log_line *line, struct event_record *record);

/* Prints the line, no wider than `width`. */
void log_line_print(const struct log_line *line, FILE *out, size_t width);

void log_line_free(struct log_line *line);

#endif
