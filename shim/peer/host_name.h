/* What this host is called, as the kernel has it (uname(2)): nothing that a resolver, and so the network, answers. */
#ifndef TLSWARD_HOST_NAME_H
#define TLSWARD_HOST_NAME_H

#include <stdbool.h>

/*
 * Whether a normalised name is the host's: its node name, that with a domain behind it, or its first label where it has
 * a domain itself.
 */
bool host_name_is_own(const char *name);

/* The same for a host of that node name. */
bool host_name_is_of(const char *name, const char *node_name);

#endif
