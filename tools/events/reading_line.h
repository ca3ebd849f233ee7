/*
 * One line on its way into a reading: an event that is asked for, or something to be counted.
 */
#ifndef TLSWARD_READING_LINE_H
#define TLSWARD_READING_LINE_H

#include "events/reading.h"

struct reading_place {
    const char *source;
    uint64_t line;
    bool is_unfinished; /* the last line of a file, and without its end */
};

/*
 * True where the record holds an event that `asked` asks for. What else the line may be is counted in `counts`, which
 * belongs to one thread.
 */
bool reading_line(struct reading *counts, const struct reading *asked, struct event_record *record,
                  const struct reading_place *place, struct slice line);

#endif
