/*
 * The kill switch: a file whose mere existence makes the library stand down in every process.
 */
#ifndef TLSWARD_KILL_SWITCH_H
#define TLSWARD_KILL_SWITCH_H

#include "process/start.h"

#include <stdbool.h>

#define KILL_SWITCH SYSTEM_DIRECTORY "/off"

/* Looks, and remembers nothing: async-signal-safe. */
bool kill_switch_is_there(void);

/* Looks, and remembers what is there for kill_switch_is_on(). */
void kill_switch_look(void);

/* Whether anybody has looked. */
bool kill_switch_was_seen(void);

/* As it was when somebody looked last. */
bool kill_switch_is_on(void);

#endif
