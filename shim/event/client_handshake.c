#include "event/client_handshake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void client_handshake_reset(struct client_handshake *handshake)
{
    free(handshake->names);
    free(handshake->candidates);
    size_t kept = offsetof(struct client_handshake, stage);
    memset((char *)handshake + kept, 0, sizeof *handshake - kept);
}

const char *client_handshake_names(const struct client_handshake *handshake, char text[static HANDSHAKE_NAMES_MAX])
{
    size_t count = handshake->each_name ? handshake->name_count : handshake->name_count > 0;
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(text + used, HANDSHAKE_NAMES_MAX - used, "%s%s", i > 0 ? " " : "",
                                 handshake->names[i].text);
    return text;
}
