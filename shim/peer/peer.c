#include "peer/peer.h"

#include "peer/ip.h"
#include "peer/punycode.h"
#include "peer/unicode.h"

#include <string.h>

/* RFC 1035 section 2.3.4. */
enum { LABEL_MAX = 63, NAME_MAX_TEXT = 253 };

struct text {
    const char *data;
    size_t length;
};

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static bool all_digits(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (!is_digit(text[i])) {
            return false;
        }
    }
    return length > 0;
}

static bool is_port(const char *text, size_t length)
{
    unsigned port = 0;

    if (length > 5 || !all_digits(text, length)) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        port = port * 10 + (unsigned)(text[i] - '0');
    }
    return port <= UINT16_MAX;
}

/* "[address]" or "[address]:port"; only an IPv6 address is put into brackets (RFC 3986 section 3.2.2). */
static bool strip_brackets(struct text *text)
{
    const char *close = memchr(text->data, ']', text->length);
    if (close == NULL) {
        return false;
    }
    size_t inside = (size_t)(close - text->data) - 1;
    size_t after = text->length - inside - 2;
    if (after > 0 && (close[1] != ':' || !is_port(close + 2, after - 1))) {
        return false;
    }
    text->data++;
    text->length = inside;
    return memchr(text->data, ':', inside) != NULL;
}

/* Takes brackets and port away. Two colons or more without brackets are an IPv6 address without a port. */
static bool strip_port(struct text *text)
{
    if (text->length > 0 && text->data[0] == '[') {
        return strip_brackets(text);
    }
    const char *colon = memchr(text->data, ':', text->length);
    if (colon == NULL) {
        return true;
    }
    size_t host = (size_t)(colon - text->data);
    size_t port = text->length - host - 1;
    if (memchr(colon + 1, ':', port) != NULL) {
        return true;
    }
    text->length = host;
    return is_port(colon + 1, port);
}

/* The label's code points in lower case. Returns how many, or 0 where it is no label of a host name. */
static size_t decode_label(struct text label, uint32_t points[static LABEL_MAX], bool *ascii)
{
    size_t count = 0;

    *ascii = true;
    while (label.length > 0) {
        uint32_t point;
        size_t size = utf8_decode(label.data, label.length, &point);
        if (size == 0 || count == LABEL_MAX || (point = host_name_point(point)) == 0) {
            return 0;
        }
        points[count++] = point;
        *ascii = *ascii && point < 0x80;
        label.data += size;
        label.length -= size;
    }
    return count;
}

/* Writes the label as an A-label. Returns its length, or 0 where it is no label of a host name. */
static size_t encode_label(struct text label, char output[static LABEL_MAX])
{
    static const char PREFIX[4] = "xn--";
    uint32_t points[LABEL_MAX];
    bool ascii;
    size_t count = decode_label(label, points, &ascii);

    if (ascii) {
        for (size_t i = 0; i < count; i++) {
            output[i] = (char)points[i];
        }
        return count;
    }
    memcpy(output, PREFIX, sizeof PREFIX);
    size_t length = punycode_encode(points, count, output + sizeof PREFIX, LABEL_MAX - sizeof PREFIX);
    return length == 0 ? 0 : sizeof PREFIX + length;
}

static bool normalise_host(struct text host, char output[static PEER_NAME_MAX])
{
    size_t used = 0;

    for (;;) {
        char encoded[LABEL_MAX];
        const char *dot = memchr(host.data, '.', host.length);
        struct text label = {host.data, dot == NULL ? host.length : (size_t)(dot - host.data)};
        size_t length = encode_label(label, encoded);
        if (length == 0 || used + length > NAME_MAX_TEXT) {
            return false;
        }
        memcpy(output + used, encoded, length);
        used += length;
        if (dot == NULL) {
            output[used] = '\0';
            /* Resolvers read it as an address in one of the old forms ("127.1"), if they read it at all. */
            return !all_digits(encoded, length);
        }
        output[used++] = '.';
        host.data = dot + 1;
        host.length -= label.length + 1;
    }
}

bool peer_normalise(const char *text, size_t length, struct peer_name *peer)
{
    struct text host = {text, length};
    struct ip ip;

    memset(peer, 0, sizeof *peer);
    if (length == 0 || !strip_port(&host) || host.length == 0) {
        return false;
    }
    if (host.data[host.length - 1] == '.') {
        host.length--;
    }
    if (ip_from_text(host.data, host.length, &ip)) {
        ip_print(&ip, peer->text);
        peer->kind = PEER_ADDRESS;
    } else if (normalise_host(host, peer->text)) {
        peer->kind = PEER_HOST;
    } else {
        memset(peer, 0, sizeof *peer);
    }
    return peer->kind != PEER_NONE;
}

bool peer_name_equal(const struct peer_name *left, const struct peer_name *right)
{
    return left->kind == right->kind && strcmp(left->text, right->text) == 0;
}

bool peer_name_is_among(const struct peer_name *name, const struct peer_name *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (peer_name_equal(&names[i], name))
            return true;
    return false;
}

void peer_add_app_name(struct peer_candidates *candidates, const char *text)
{
    struct peer_name name;
    size_t count = candidates->app_count;
    if (!peer_normalise(text, strlen(text), &name) || peer_name_is_among(&name, candidates->app, count))
        return;
    candidates->app_is_incomplete = candidates->app_is_incomplete || count == PEER_APP_NAMES;
    if (count < PEER_APP_NAMES)
        candidates->app[candidates->app_count++] = name;
}

struct expected_peer peer_expected(const struct peer_candidates *candidates, bool weak_names_count)
{
    const struct {
        const struct peer_name *names;
        size_t count;
        enum name_source source;
        bool weak;
    } known[] = {
        {&candidates->policy, 1, NAME_FROM_POLICY, false},
        {candidates->app, candidates->app_count, NAME_FROM_APP, false},
        {&candidates->sni, 1, NAME_FROM_SNI, false},
        {&candidates->bio, 1, NAME_FROM_BIO, false},
        {candidates->resolver, candidates->resolver_count, NAME_FROM_RESOLVER, candidates->resolver_is_weak},
        {&candidates->session, 1, NAME_FROM_SESSION, candidates->address_is_weak},
        {&candidates->address, 1, NAME_FROM_ADDRESS, candidates->address_is_weak},
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (known[i].source == NAME_FROM_APP && candidates->app_is_incomplete)
            break;
        bool usable = !known[i].weak || weak_names_count;
        if (usable && known[i].count > 0 && known[i].names[0].kind != PEER_NONE) {
            bool each = known[i].source == NAME_FROM_RESOLVER && known[i].count > 1;
            return (struct expected_peer){known[i].source, known[i].weak, each, known[i].names, known[i].count};
        }
    }
    return (struct expected_peer){.source = NAME_UNKNOWN};
}

const char *name_source_text(enum name_source source)
{
    static const char text[][32] = {"policy", "app", "sni", "bio", "resolver", "session", "address", "unknown"};
    return text[source];
}
