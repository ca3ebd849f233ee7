/* Policy files on disk: which there are, who may have written them, what they say. */
#ifndef TLSWARD_CONFIG_FILE_H
#define TLSWARD_CONFIG_FILE_H

#include "config.h"

enum { CONFIG_FILE_LIMIT = 1024 * 1024 };

enum config_file_status {
    CONFIG_FILE_READ,
    CONFIG_FILE_ABSENT,      /* there is nothing of that name */
    CONFIG_FILE_REFUSED,     /* told in the errors, as is the next */
    CONFIG_FILE_UNREACHABLE, /* for want of descriptors, of the right to open it, or the like: that may pass */
    CONFIG_FILE_NO_MEMORY
};

/*
 * Reads a whole file into `text`, whose `file` and `data` the caller then frees. Links are followed, because
 * configuration management installs them; it is the file at the end that must be a regular one, owned by root
 * or, in a process without privileges, by the real user, and that nobody else may be able to write.
 */
enum config_file_status config_file_read(const char *path, bool privileged, struct config_text *text,
                                         struct config_errors *errors);

/* Reads to the end of the file into malloc'ed, terminated memory. False if there is more than `limit`, or on failure.
 */
bool config_file_read_all(int fd, size_t limit, char **data, size_t *length);

/*
 * The paths of DIRECTORY/NAME.conf in byte order of their names, dotfiles left out; each and the array are
 * malloc'ed. CONFIG_FILE_READ, or why not.
 */
enum config_file_status config_file_list(const char *directory, char ***paths, size_t *count,
                                         struct config_errors *errors);

/* A link that leads nowhere was meant to lead to something: it is not the same as nothing being there. */
bool config_file_is_broken_link(const char *path);

/* "DIRECTORY/NAME", malloc'ed. */
char *config_file_path(const char *directory, const char *name);

#endif
