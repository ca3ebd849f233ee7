/* What `replay` found, for people and for machines. */
#ifndef TLSWARD_REPLAY_PRINT_H
#define TLSWARD_REPLAY_PRINT_H

#include "events/reading.h"
#include "replay/changes.h"
#include "replay/replay_options.h"

struct replay_result {
    const struct changes *changes;
    const struct policies *policies;
    const struct reading *reading;
    const char *policy; /* as it was named */
    bool incomplete;
};

/* To standard output. */
void replay_print(const struct replay_result *result, enum replay_format format);

void replay_print_text(const struct replay_result *result);
void replay_print_json(const struct replay_result *result);
void replay_print_junit(const struct replay_result *result);
void replay_print_github(const struct replay_result *result);

/* A part of a group's key; lives as long as the group. */
const char *replay_part(const struct tally_group *group, enum change_part part);

/* The rule of a group, "[policy]" for none. */
const char *replay_rule(const struct tally_group *group);

#endif
