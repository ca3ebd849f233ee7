/*
 * Names, addresses, patterns and proxies: what is taken is in its one form, and matches what it stands for. The first
 * line is a pattern, the rest is a text.
 */
#include "fuzz.h"
#include "peer/peer.h"
#include "peer/proxy.h"
#include "peer/unicode.h"
#include "policy/pattern.h"

#include <arpa/inet.h>

static void check_utf8(const char *text, size_t length)
{
    uint32_t point;
    size_t size = utf8_decode(text, length, &point);
    if (size == 0)
        return;
    uint8_t again[4] = {(uint8_t)point};
    size_t again_size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = again_size; again_size > 1 && i-- > 0; point >>= 6) {
        uint32_t byte = i > 0 ? 0x80 | (point & 0x3F) : 0xFF00u >> again_size | point;
        again[i] = (uint8_t)byte;
    }
    require(size == again_size && size <= length && memcmp(text, again, size) == 0);
}

static bool is_host(const char *text)
{
    return strlen(text) <= 253 && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == strlen(text) &&
           text[0] != '.' && strstr(text, "..") == NULL;
}

static bool is_address(const char *text)
{
    uint8_t bytes[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

static void check_peer(const char *text, size_t length)
{
    struct peer_name peer, again;
    if (!peer_normalise(text, length, &peer)) {
        require(peer.kind == PEER_NONE && peer.text[0] == '\0');
        return;
    }
    require(peer.kind == PEER_HOST ? is_host(peer.text) && !is_address(peer.text) : is_address(peer.text));
    require(peer_normalise(peer.text, strlen(peer.text), &again));
    require(again.kind == peer.kind && strcmp(again.text, peer.text) == 0);
}

static void check_ip(const char *text, size_t length)
{
    struct ip ip, again;
    char printed[INET6_ADDRSTRLEN];
    if (!ip_from_text(text, length, &ip))
        return;
    ip_print(&ip, printed);
    require(ip_from_text(printed, strlen(printed), &again) && ip_equal(&ip, &again));
}

/* The definition, where glob_match() is its fast form. */
static bool matches(const char *pattern, const char *text)
{
    if (*pattern == '*')
        return matches(pattern + 1, text) || (*text != '\0' && matches(pattern, text + 1));
    if (*pattern == '\0' || *text == '\0')
        return *pattern == *text;
    return (*pattern == '?' || *pattern == *text) && matches(pattern + 1, text + 1);
}

static void check_glob(const char *pattern, const char *text)
{
    require(glob_match(pattern, pattern) && glob_match("*", text));
    if (strlen(pattern) <= 8 && strlen(text) <= 12)
        require(glob_match(pattern, text) == matches(pattern, text));
}

static void check_destination(const char *text, const char *name)
{
    struct arena arena = {NULL, false};
    struct destination_pattern pattern;
    const char *problem = destination_parse(&arena, text, &pattern);
    struct destination elsewhere = {name, is_address(name) ? name : NULL, 443};
    struct target target = target_of(&elsewhere);
    if (problem == NULL) {
        destination_match(&pattern, &target);
        struct destination itself = {pattern.name, NULL, pattern.port};
        target = target_of(&itself);
        require(pattern.kind != DESTINATION_HOST || destination_match(&pattern, &target));
    }
    require(problem == NULL || problem[0] != '\0');
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    char *pattern = take_text(&input, '\n');
    const char *rest = (const char *)input.data;
    size_t length = input.size;
    char *text = take_text(&input, '\0');
    struct proxy proxy;
    check_utf8(rest, length);
    check_peer(rest, length);
    check_ip(rest, length);
    check_glob(pattern, text);
    check_destination(pattern, text);
    require(!proxy_parse(text, &proxy) || proxy_find(&proxy, 1, proxy.host.text, proxy.port));
    free(pattern);
    free(text);
    return 0;
}
