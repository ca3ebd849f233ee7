#include "policy/pattern.h"

#include "policy/name_byte.h"

#include <string.h>

enum { HOST_MAX = 253, LABEL_MAX = 63, PORT_MAX = 65535, IP_BITS = 8 * sizeof(struct ip) };

bool glob_match(const char *pattern, const char *text)
{
    const char *star = NULL;
    const char *resume = NULL;
    while (*text) {
        if (*pattern == '*') {
            star = pattern++;
            resume = text;
        } else if (*pattern == '?' || *pattern == *text) {
            pattern++;
            text++;
        } else if (star) {
            pattern = star + 1;
            text = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* A decimal number of digits only, at most `maximum`; -1 for anything else. */
static int decimal(const char *text, int maximum)
{
    int value = 0;
    if (!*text)
        return -1;
    for (; *text; text++) {
        if (!is_digit(*text))
            return -1;
        value = value * 10 + (*text - '0');
        if (value > maximum)
            return -1;
    }
    return value;
}

/* Most host names show with their first byte that they are no address. */
static bool read_address(const char *text, struct ip *ip)
{
    int first = lower(*text);
    if (!is_digit(*text) && *text != ':' && (first < 'a' || first > 'f'))
        return false;
    size_t length = strlen(text);
    return memchr(text, '%', length) == NULL && ip_from_text(text, length, ip); /* without a scope */
}

static const char *check_host(const char *host)
{
    const char *label = host, *c = host, *last_letter = NULL;
    if (strlen(host) > HOST_MAX)
        return "a host name has at most 253 bytes";
    for (; *c; c++) {
        enum name_byte kind = name_byte(*c);
        if (kind == NAME_BYTE_NONE)
            return "no host name: use letters, digits, '-', '_' and '.', and the xn-- form of other letters";
        if (kind == NAME_BYTE_DOT) {
            if (c == label)
                return "a host name has no empty labels";
            label = c + 1;
        } else if (c - label >= LABEL_MAX) {
            return "a label of a host name has at most 63 bytes";
        } else if (kind == NAME_BYTE_LETTER) {
            last_letter = c;
        }
    }
    if (c == label)
        return "a host name has no empty labels";
    return last_letter && last_letter >= label ? NULL : "neither a host name nor an address";
}

static bool has_host_bits(const struct ip *network, unsigned prefix)
{
    unsigned byte = prefix / 8, bits = prefix % 8;
    if (bits != 0 && (network->bytes[byte++] & (0xffu >> bits)))
        return true;
    for (; byte < sizeof network->bytes; byte++)
        if (network->bytes[byte] != 0)
            return true;
    return false;
}

static const char *parse_network(const char *host, char *slash, struct destination_pattern *pattern)
{
    if (slash)
        *slash = '\0';
    pattern->kind = DESTINATION_NETWORK;
    if (!read_address(host, &pattern->network))
        return "no numeric address";
    pattern->prefix = IP_BITS;
    if (!slash)
        return NULL;
    unsigned before = ip_is_mapped(&pattern->network) ? 8 * sizeof IP_MAPPED_PREFIX : 0;
    int prefix = decimal(slash + 1, (int)(IP_BITS - before));
    if (prefix < 0)
        return "the prefix length after '/' is not a number in range";
    pattern->prefix = before + (unsigned)prefix;
    if (has_host_bits(&pattern->network, pattern->prefix))
        return "the address has bits set beyond its prefix length";
    return NULL;
}

static const char *parse_name(char *host, struct destination_pattern *pattern)
{
    size_t length = strlen(host);
    if (length > 0 && host[length - 1] == '.')
        host[length - 1] = '\0';
    bool suffix = strncmp(host, "*.", 2) == 0;
    pattern->kind = suffix ? DESTINATION_SUFFIX : DESTINATION_HOST;
    pattern->name = suffix ? host + 1 : host;
    return check_host(suffix ? host + 2 : host);
}

static const char *parse_host(char *host, bool bracketed, bool has_colon, char *slash,
                              struct destination_pattern *pattern)
{
    if (bracketed && !has_colon)
        return "brackets are for IPv6 addresses";
    struct ip ignored;
    if (bracketed || slash || read_address(host, &ignored))
        return parse_network(host, slash, pattern);
    if (has_colon)
        return "no IPv6 address; with a port, write [ADDRESS]:PORT";
    if (strcmp(host, "*") != 0)
        return parse_name(host, pattern);
    pattern->kind = DESTINATION_ANY;
    return pattern->port ? NULL : "'*' needs a port; leave destination out to match any";
}

/* Cuts the port off, whose colon is the first if there is no other; `host` then is the rest, without brackets. The text
 * after the host is NULL if there is none. */
static char *split_port(char **host, char *colon, bool *bracketed)
{
    *bracketed = **host == '[';
    if (*bracketed) {
        char *end = strchr(*host, ']');
        if (!end)
            return *host;
        ++*host;
        *end = '\0';
        return end[1] ? end + 1 : NULL;
    }
    return colon && !strchr(colon + 1, ':') ? colon : NULL;
}

const char *destination_parse(struct arena *arena, const char *text, struct destination_pattern *pattern)
{
    bool bracketed;
    size_t length = strlen(text);
    char *host = arena_copy(arena, text, length);
    if (!host)
        return "out of memory";
    char *colon = memchr(host, ':', length), *slash = memchr(host, '/', length); /* the first */
    *pattern = (struct destination_pattern){.text = text};
    if (colon && slash && strstr(colon, "://"))
        return "a URL: write its HOST or HOST:PORT";
    char *port = split_port(&host, colon, &bracketed);
    if (port) {
        int number = *port == ':' ? decimal(port + 1, PORT_MAX) : -1;
        if (number <= 0)
            return "no port: write HOST:PORT or [IPv6 ADDRESS]:PORT with a port from 1 to 65535";
        pattern->port = (uint16_t)number;
        *port = '\0';
    }
    return parse_host(host, bracketed, colon && *colon == ':', slash, pattern);
}

struct target target_of(const struct destination *destination)
{
    struct target target = {.name = destination->name, .port = destination->port};
    if (destination->name) {
        target.name_length = strlen(destination->name);
        target.name_is_address = read_address(destination->name, &target.name_address);
        if (target.name_length > 0 && destination->name[target.name_length - 1] == '.')
            target.name_length--;
    }
    if (destination->address)
        target.has_address = read_address(destination->address, &target.address);
    return target;
}

static bool same_text(const char *a, const char *b, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

static bool name_match(const struct destination_pattern *pattern, const struct target *target)
{
    size_t length = strlen(pattern->name);
    if (target->name_length < length)
        return false;
    size_t rest = target->name_length - length;
    bool room = pattern->kind == DESTINATION_SUFFIX ? rest > 0 : rest == 0;
    return room && same_text(target->name + rest, pattern->name, length);
}

/* ::/0 holds no IPv4 address, although their IPv4-mapped forms are in it. */
static bool network_match(const struct destination_pattern *pattern, const struct ip *address)
{
    if (ip_is_mapped(address) != ip_is_mapped(&pattern->network))
        return false;
    unsigned whole = pattern->prefix / 8;
    unsigned bits = pattern->prefix % 8;
    if (memcmp(address->bytes, pattern->network.bytes, whole) != 0)
        return false;
    return bits == 0 || (address->bytes[whole] ^ pattern->network.bytes[whole]) >> (8 - bits) == 0;
}

static enum match match_network(const struct destination_pattern *pattern, const struct target *target)
{
    if ((target->has_address && network_match(pattern, &target->address)) ||
        (target->name_is_address && network_match(pattern, &target->name_address)))
        return MATCH_YES;
    return target->has_address || target->name_is_address ? MATCH_NO : MATCH_PERHAPS;
}

static enum match match_host(const struct destination_pattern *pattern, const struct target *target)
{
    if (pattern->kind == DESTINATION_ANY)
        return MATCH_YES;
    if (pattern->kind == DESTINATION_NETWORK)
        return match_network(pattern, target);
    if (!target->name)
        return MATCH_PERHAPS;
    return name_match(pattern, target) ? MATCH_YES : MATCH_NO;
}

enum match destination_match(const struct destination_pattern *pattern, const struct target *target)
{
    enum match host = match_host(pattern, target);
    if (pattern->port == 0 || pattern->port == target->port || host == MATCH_NO)
        return host;
    return target->port == 0 ? MATCH_PERHAPS : MATCH_NO;
}

bool destination_is_one_host(const struct destination_pattern *pattern)
{
    return pattern->kind == DESTINATION_HOST || (pattern->kind == DESTINATION_NETWORK && pattern->prefix == IP_BITS);
}
