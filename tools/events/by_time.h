/*
 * The events of several sources in the order of their times.
 */
#ifndef TLSWARD_BY_TIME_H
#define TLSWARD_BY_TIME_H

#include "events/reading.h"
#include "events/source_list.h"

/* What reading_run() does where `by_time` is asked for. */
void reading_by_time(struct reading *reading, const struct source_list *list);

#endif
