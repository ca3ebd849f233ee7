/*
 * Names of users and groups without NSS: a look-up through nsswitch.conf would load plugins and open connections inside
 * somebody else's program.
 */
#ifndef TLSWARD_ACCOUNT_H
#define TLSWARD_ACCOUNT_H

#include "process/arena.h"

#include <stdbool.h>
#include <sys/types.h>

enum account { ACCOUNT_FOUND, ACCOUNT_ABSENT, ACCOUNT_UNKNOWN };

/* What a file of the form of passwd(5) or group(5) says, read once for all the names that are looked for. */
struct accounts {
    struct arena arena;
    const char *text; /* terminated; NULL where it cannot be read */
};

struct accounts accounts_read(const char *file);
void accounts_free(struct accounts *accounts);

/* The number of a user or group. UNKNOWN where the file cannot be read. */
enum account account_id(const struct accounts *accounts, const char *name, id_t *id);

/* Reads an id written in decimal; false for anything else, and for (id_t)-1, which chown(2) reserves. */
bool account_number(const char *text, id_t *id);

#endif
