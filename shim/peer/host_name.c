#include "peer/host_name.h"

#include "peer/peer.h"
#include "process/kernel.h"

#include <string.h>

/* Whether `longer` is `shorter`, or that and a domain. */
static bool extends(const char *longer, const char *shorter)
{
    size_t length = strlen(shorter);

    return strncmp(longer, shorter, length) == 0 && (longer[length] == '\0' || longer[length] == '.');
}

bool host_name_is_of(const char *name, const char *node_name)
{
    struct peer_name own;

    return peer_normalise(node_name, strlen(node_name), &own) && own.kind == PEER_HOST &&
           (extends(name, own.text) || extends(own.text, name));
}

bool host_name_is_own(const char *name)
{
    struct utsname host;

    return kernel_uname(&host) == 0 && host_name_is_of(name, host.nodename);
}
