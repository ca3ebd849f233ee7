/*
 * Which policy counts for this environment, as the library finds it.
 */
#ifndef TLSWARD_EFFECTIVE_H
#define TLSWARD_EFFECTIVE_H

#include "policy/config.h"

#include <stdbool.h>

/* The TLSWARD_* variables of this process; points into its environment. */
struct config_environment effective_environment(void);

/* An environment in which the policy file `path` is all there is. */
struct config_environment effective_file(const char *path);

/* Whether the system policy believes the environment ("environment = allow"); true where there is none. */
bool effective_environment_counts(void);

/* [policy]'s mode of the system policy for this program, before any variable. */
enum policy_mode effective_system_mode(const struct process_identity *process);

/* One of this process's users as the library would know him: (uid_t)-1 where it would not. */
uid_t effective_user(uid_t uid);

/* What switches the library off: root's file, or the variable in this environment where it counts. NULL: nothing. */
const char *effective_kill_switch(void);

/* "file:line: message" and the offending text, one error after the other. */
void effective_print_errors(const struct config_errors *errors);

#endif
