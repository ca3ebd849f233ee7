#include "server/host_port.h"

#include "shared/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool host_port_number(const char *text, unsigned long max, unsigned long *number)
{
    char *end;
    errno = 0;
    *number = strtoul(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == '\0' && errno == 0 && *number <= max;
}

bool host_port_parse(const char *text, char **host, uint16_t *port, const char **why)
{
    size_t bracketed = text[0] == '[' ? strcspn(text, "]") : 0;
    const char *colon = strrchr(text + bracketed, ':');
    if (bracketed == 0 && colon != NULL && strchr(text, ':') != colon)
        colon = NULL;
    size_t length = colon != NULL ? (size_t)(colon - text) : strlen(text);
    bool closed = bracketed > 0 && length > 2 && text[length - 1] == ']';
    unsigned long number = *port;
    if (length == 0 || (bracketed > 0 && !closed)) {
        *why = "is no HOST[:PORT]";
        return false;
    }
    if (colon != NULL && (!host_port_number(colon + 1, UINT16_MAX, &number) || number == 0)) {
        *why = "has no valid port";
        return false;
    }
    *port = (uint16_t)number;
    *host = closed ? text_format("%.*s", (int)length - 2, text + 1) : text_format("%.*s", (int)length, text);
    return true;
}
