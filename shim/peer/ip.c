#include "peer/ip.h"

#include <arpa/inet.h>

static bool scope_is_valid(const char *scope, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (scope[i] <= ' ' || scope[i] > '~') {
            return false;
        }
    }
    return length > 0;
}

/* As inet_pton(3) reads it, which is slower; false for whatever is not plainly such an address. */
static bool is_dotted_quad(const char *text, size_t length, uint8_t bytes[static 4])
{
    size_t at = 0;
    for (unsigned i = 0; i < 4; i++) {
        unsigned value = 0;
        if (i > 0 && (at >= length || text[at++] != '.'))
            return false;
        size_t first = at;
        for (; at < length && at - first < 3 && text[at] >= '0' && text[at] <= '9'; at++)
            value = value * 10 + (unsigned)(text[at] - '0');
        if (at == first || value > UINT8_MAX || (text[first] == '0' && at - first > 1))
            return false;
        bytes[i] = (uint8_t)value;
    }
    return at == length;
}

bool ip_from_text(const char *text, size_t length, struct ip *ip)
{
    char copy[INET6_ADDRSTRLEN];
    uint8_t bytes[sizeof(struct in6_addr)];
    const char *percent = memchr(text, '%', length);
    size_t digits = percent == NULL ? length : (size_t)(percent - text);

    if (percent == NULL && is_dotted_quad(text, length, bytes))
        return ip_from_bytes(AF_INET, bytes, ip);
    /* A NUL among the digits would end the copy early and hide what follows it. */
    if (digits >= sizeof copy || memchr(text, '\0', digits) != NULL) {
        return false;
    }
    memcpy(copy, text, digits);
    copy[digits] = '\0';
    if (percent == NULL && inet_pton(AF_INET, copy, bytes) == 1) {
        return ip_from_bytes(AF_INET, bytes, ip);
    }
    if (percent != NULL && !scope_is_valid(percent + 1, length - digits - 1)) {
        return false;
    }
    return inet_pton(AF_INET6, copy, bytes) == 1 && ip_from_bytes(AF_INET6, bytes, ip);
}

void ip_print(const struct ip *ip, char text[static INET6_ADDRSTRLEN])
{
    bool mapped = ip_is_mapped(ip);
    const uint8_t *bytes = mapped ? ip->bytes + sizeof IP_MAPPED_PREFIX : ip->bytes;

    inet_ntop(mapped ? AF_INET : AF_INET6, bytes, text, INET6_ADDRSTRLEN);
}
