/*
 * User names without NSS: a look-up through nsswitch.conf would load plugins and open connections inside
 * somebody else's program.
 */
#ifndef TLSWARD_ACCOUNT_H
#define TLSWARD_ACCOUNT_H

#include "process/arena.h"

#include <stdbool.h>
#include <sys/types.h>

enum account { ACCOUNT_FOUND, ACCOUNT_ABSENT, ACCOUNT_UNKNOWN };

/* What a file of the form of passwd(5) says, read once for all the names that are looked for. */
struct accounts {
    struct arena arena;
    const char *text; /* terminated; NULL where it cannot be read */
};

struct accounts accounts_read(const char *passwd_file);
void accounts_free(struct accounts *accounts);

/* The number of a user. UNKNOWN where the file cannot be read. */
enum account account_uid(const struct accounts *accounts, const char *name, uid_t *uid);

/* Reads a user id written in decimal; false for anything else, and for (uid_t)-1, which chown(2) reserves. */
bool account_number(const char *text, uid_t *uid);

#endif
