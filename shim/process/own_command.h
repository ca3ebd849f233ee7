/*
 * Whether the program around us is the command that the library is shipped with, whatever it is called. The command
 * carries a note (gABI, "Note Section") that no other program has; a variable or a name would be had by accident.
 */
#ifndef TLSWARD_OWN_COMMAND_H
#define TLSWARD_OWN_COMMAND_H

#include <stdbool.h>

#define OWN_COMMAND_NOTE_NAME "tlsward"
#define OWN_COMMAND_NOTE_TYPE 1

/* Looks at the program's own segments only. False where a dynamic loader was started by hand to run it. */
bool own_command_is_here(void);

#endif
