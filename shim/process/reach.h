/*
 * Whether a preloaded library will be in a program that is about to be executed. System calls of our own only, no
 * allocation: children of vfork(2) ask this.
 */
#ifndef TLSWARD_REACH_H
#define TLSWARD_REACH_H

#include <stdbool.h>

/*
 * Whether execve(2) will set AT_SECURE, getauxval(3): another user or group, or capabilities from the file. Not under
 * no_new_privs, and not on a file system mounted nosuid.
 */
bool reach_gains_privilege(const char *path);

/*
 * Why no library can be preloaded into the program at `path`, as a clause that follows its name; or NULL, also where
 * the file tells nothing. A script is judged by its interpreter.
 */
const char *reach_obstacle(const char *path);

#endif
