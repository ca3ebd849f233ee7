/* Who may have written a file, and whether the kernel can tell. */
#ifndef TLSWARD_FILE_OWNER_H
#define TLSWARD_FILE_OWNER_H

#include "process/kernel.h"

#include <stdbool.h>

/*
 * NULL, or why a file may have been written by somebody who must not write policies: it is neither root's nor, in a
 * process without privileges, its real user's, or others may write it. The ids are the kernel's, whatever a preloaded
 * library tells the program. In a user namespace root's own files belong to nobody, user_namespaces(7): there nobody's
 * count as root's.
 */
const char *file_owner_objection(const kernel_status *status, bool privileged);

/* The same for a process of that real user. */
const char *file_owner_objection_of(const kernel_status *status, uid_t user, bool privileged);

/*
 * Whether the ids that the kernel tells are those of the host: not in a user namespace that does not have them all, in
 * which its maker chose who is who, user_namespaces(7). False where it cannot be told, as without /proc.
 */
bool file_owner_ids_are_the_hosts(void);

/* The same of the ids of groups. */
bool file_owner_groups_are_the_hosts(void);

/*
 * Whether the file lies in a file system that was mounted with nosuid, mount(8): who owns what in it says whoever made
 * it, who may be a user with an image or a daemon of FUSE. False where it cannot be told.
 */
bool file_mount_ignores_owners(const char *path);

/*
 * Whether a program belongs to root, so that its name says what it is. Where the ids are not the host's, root is who
 * owns `policy_directory`: in a container whose own root installs a policy that is its root, and where the policy is
 * root's of outside, it is nobody who can be told from others. Nobody's word counts where the mount ignores owners.
 */
bool file_owner_is_root(const char *path, const char *policy_directory);

/*
 * The same, but in the file system of /usr, which no user made, the mount may have the flag: for a service without new
 * privileges systemd(1) sets it everywhere.
 */
bool file_owner_is_root_in_usr(const char *path, const char *policy_directory);

#endif
