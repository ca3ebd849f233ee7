/*
 * Which sources are meant by what was named.
 */
#ifndef TLSWARD_SOURCE_LIST_H
#define TLSWARD_SOURCE_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* Where `tlsward collect` keeps events. */
#define COLLECT_DIRECTORY "/var/log/tlsward"

struct source_list {
    char **names; /* as source_open() takes them */
    size_t count;
};

/*
 * Each name stands for itself, a directory for all files below it but hidden ones, a rotated file (name.2.gz, name.1)
 * before what came after it (name). Without a name it is where the policy in force sends the events of this user's
 * programs (the journal; the files of `tlsward collect`; a file with those it was rotated to; the files of a syslog
 * daemon). False with *problem, which the caller frees, where a directory cannot be read, or events are kept nowhere.
 */
bool source_list_make(char *const *names, size_t count, struct source_list *list, char **problem);

/*
 * Whether two names that follow each other are of one log, which was rotated: name.2.gz and name.1, name.1 and name,
 * name-20261121 and name.
 */
bool source_list_same_log(const char *earlier, const char *later);

void source_list_free(struct source_list *list);

#endif
