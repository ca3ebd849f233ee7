#include "peer/proxy.h"

#include <string.h>
#include <strings.h>

/* Host and port of a URL, RFC 3986 section 3.2; what has no scheme begins with them. */
static const char *authority_of(const char *text, size_t *length)
{
    const char *scheme_end = strstr(text, "://");
    const char *start = scheme_end != NULL ? scheme_end + 3 : text;
    const char *end = strpbrk(start, "/?#");
    if (end == NULL)
        end = start + strlen(start);
    /* A password may hold an '@' that somebody forgot to escape. */
    for (const char *c = end; c > start; c--)
        if (c[-1] == '@') {
            start = c;
            break;
        }
    *length = (size_t)(end - start);
    return start;
}

/* The number behind the last colon of a host that peer_normalise() took; an IPv6 address has a port behind ']' only. */
static uint16_t port_of(const char *host, size_t length)
{
    unsigned port = 0;
    size_t digits = length;
    while (digits > 0 && host[digits - 1] >= '0' && host[digits - 1] <= '9')
        digits--;
    if (digits == 0 || host[digits - 1] != ':' || (host[0] != '[' && memchr(host, ':', length) != &host[digits - 1]))
        return 0;
    for (size_t i = digits; i < length; i++)
        port = port * 10 + (unsigned)(host[i] - '0');
    return (uint16_t)port;
}

bool proxy_parse(const char *text, struct proxy *proxy)
{
    size_t length;
    const char *host = authority_of(text, &length);
    proxy->text = text;
    proxy->port = port_of(host, length);
    proxy->tls = strncasecmp(text, "https://", 8) == 0;
    return peer_normalise(host, length, &proxy->host);
}

const struct proxy *proxy_find(const struct proxy *proxies, size_t count, const char *host, uint16_t port)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(proxies[i].host.text, host) == 0 && (proxies[i].port == port || proxies[i].port == 0 || port == 0))
            return &proxies[i];
    return NULL;
}
