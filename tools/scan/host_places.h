/*
 * Where a host has what programs read: the files of its users and its own, and its programs.
 */
#ifndef TLSWARD_HOST_PLACES_H
#define TLSWARD_HOST_PLACES_H

#include "scan/file_list.h"

/*
 * Adds the configurations of all users and of the system below `root` ("" for this host), units and what they read
 * their environment from among them.
 */
void host_places_add(struct file_list *list, const char *root);

/* Adds the programs in the directories of PATH and of the system. */
void host_places_add_programs(struct file_list *list);

#endif
