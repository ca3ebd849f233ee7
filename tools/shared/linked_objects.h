/*
 * The shared objects that a program links, as its own dynamic loader finds them.
 */
#ifndef TLSWARD_LINKED_OBJECTS_H
#define TLSWARD_LINKED_OBJECTS_H

#include <stddef.h>

struct linked_objects {
    char **paths;
    size_t count;
};

/*
 * Asks the program's interpreter with --list, which glibc's and musl's know: nothing of the program runs. Nothing is
 * listed where the interpreter does not answer. What LD_PRELOAD names is none of the program's; what
 * /etc/ld.so.preload names is listed.
 */
struct linked_objects linked_objects_list(const char *program);

void linked_objects_free(struct linked_objects *objects);

#endif
