/*
 * The files that a scan is to look at, and what of it could not be listed.
 */
#ifndef TLSWARD_FILE_LIST_H
#define TLSWARD_FILE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct listed_file {
    char *path;
    size_t relative; /* where in it the part begins that is relative to the root */
    bool active;     /* programs read it from where it is */
};

struct unread {
    char *path;
    int error; /* of errno(3) */
};

struct file_list {
    struct listed_file *items;
    size_t count;
    struct unread *unread;
    size_t unread_count;
};

void file_list_add(struct file_list *list, const char *path, size_t relative, bool active);

void file_list_add_unread(struct file_list *list, const char *path, int error);

/*
 * Adds a file, or all regular files below a directory; a symbolic link counts for `path` itself and is not followed
 * below it. Kernel file systems (proc, sysfs and the like) and the object stores of git are not entered.
 */
void file_list_add_tree(struct file_list *list, const char *path, bool active);

/* What is listed twice is looked at once, as active if one of them is. Sorts by path. */
void file_list_unite(struct file_list *list);

void file_list_free(struct file_list *list);

#endif
