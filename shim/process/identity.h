/*
 * Which program this is and whose. What the kernel says of the program (/proc/self/exe) is kept apart from what its
 * user chose when he started it: the path that execve(2) was given (AT_EXECFN), as written and with links resolved,
 * which for a script is the script's, and the arguments of an interpreter.
 */
#ifndef TLSWARD_IDENTITY_H
#define TLSWARD_IDENTITY_H

#include "process/arena.h"
#include "process/script.h"
#include "process/unit.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Of more supplementary groups than these nobody asks which they are. */
enum { IDENTITY_GROUPS = 64 };

enum groups_known {
    GROUPS_UNKNOWN,
    GROUPS_OWN, /* the real and the effective one */
    GROUPS_ALL
};

/* What is zero is not known, but for the users. */
struct process_identity {
    const char *executable; /* absolute path, as /proc/self/exe names it; NULL: unknown */
    uid_t uid;              /* real and effective user id; (uid_t)-1: unknown */
    uid_t effective_uid;
    const char *const *other_names; /* of the program, which its user may have chosen; ended by NULL. NULL: none */
    uid_t kernel_uid;               /* the real one as the kernel has it, whether or not that is the host's */
    enum groups_known groups_known;
    gid_t gid; /* real and effective */
    gid_t effective_gid;
    gid_t groups[IDENTITY_GROUPS]; /* supplementary */
    size_t group_count;
    struct script script;
    struct unit unit;
    bool unit_is_certain;  /* else its name may be one that the user gave it */
    const char *host_name; /* as uname(2) has it; NULL: unknown */
};

struct identity_names {
    const char *executable; /* NULL: unknown, as without /proc */
    const char *others[4];  /* ended by NULL */
    bool users_are_known;   /* the kernel's ids are those of the host */
    bool groups_are_known;  /* likewise */
    struct script script;
    struct unit unit;
    const char *host_name; /* NULL: unknown, as where the user may have chosen it */
};

/*
 * Asks once, when the process is still where it started. Where a dynamic loader was started by hand, the kernel's word
 * is the loader; the others are the program that it runs, and the executable is unknown where they are not known. The
 * names live in the arena. Where the kernel's word is no path to the executable, as of one in a file system that was
 * unmounted while it was in use, it is one of the others.
 */
void identity_find(struct identity_names *names, struct arena *arena);

/* A user's id to match rules with: (uid_t)-1, unknown, where the ids are not those of the host. */
uid_t identity_user(uid_t uid, bool users_are_known);

/* The identity as it is now, but for its groups: a daemon may have changed its users. Borrows `names`. */
struct process_identity identity_now(const struct identity_names *names);

/* Adds the groups as they are now, for two system calls more. */
void identity_add_groups(struct process_identity *process, const struct identity_names *names);

#endif
