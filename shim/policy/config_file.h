/* Policy files on disk: which there are, who may have written them, what they say. */
#ifndef TLSWARD_CONFIG_FILE_H
#define TLSWARD_CONFIG_FILE_H

#include "policy/config.h"
#include "process/arena.h"

enum { CONFIG_FILE_LIMIT = 16 * 1024 * 1024 };

/* Whatever is neither of the first two is told in the errors, but for memory shortage. */
enum config_file_status {
    CONFIG_FILE_READ,
    CONFIG_FILE_ABSENT,     /* there is nothing of that name */
    CONFIG_FILE_DISTRUSTED, /* read, but somebody may have written it who must not write policies */
    CONFIG_FILE_REFUSED,    /* no file that has a text, for anybody: a directory, a link that leads nowhere */
    CONFIG_FILE_UNREADABLE, /* not for this user, or not now, as one that is being written: it says nothing */
    CONFIG_FILE_NO_MEMORY
};

/*
 * Reads a whole file into `text`, which lives in the arena. Links are followed, because configuration management
 * installs them; it is the file at the end that must be a regular one, owned by root or, in a process without
 * privileges, by the real user, and that nobody else may be able to write. The identity in `text` is known whatever
 * the result is.
 */
enum config_file_status config_file_read(const char *path, bool privileged, struct arena *arena,
                                         struct config_text *text, struct config_errors *errors);

/*
 * Reads to the end of the file into terminated memory of the arena. CONFIG_FILE_REFUSED where there is more than
 * `limit`, CONFIG_FILE_UNREADABLE with errno where reading fails, CONFIG_FILE_NO_MEMORY.
 */
enum config_file_status config_file_read_all(int fd, size_t limit, struct arena *arena, struct config_text *text);

/* The paths of files in the order in which they count. */
struct config_paths {
    const char **items;
    size_t count;
    struct file_identity identity; /* of the directory, before it was read */
};

/* The paths of DIRECTORY/NAME.conf in byte order of their names, dotfiles left out. CONFIG_FILE_READ, or why not. */
enum config_file_status config_file_list(const char *directory, struct arena *arena, struct config_paths *paths,
                                         struct config_errors *errors);

/* Whether a file of this name in a directory of policies is one. */
bool config_file_is_policy_name(const char *name);

/* A link that leads nowhere was meant to lead to something: it is not the same as nothing being there. */
bool config_file_is_broken_link(const char *path);

/* "DIRECTORY/NAME" and an ending, or NULL for memory shortage. */
const char *config_file_path(struct arena *arena, const char *directory, const char *name, const char *ending);

#endif
