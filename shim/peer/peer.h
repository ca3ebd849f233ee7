/*
 * Whom did the program mean to talk to: names, normalised, and where they came from.
 * Pure functions over text: no OpenSSL, no sockets.
 */
#ifndef TLSWARD_PEER_H
#define TLSWARD_PEER_H

#include <stdbool.h>
#include <stddef.h>

/* The longest name DNS carries as text, RFC 1035 section 2.3.4, plus the terminator. */
#define PEER_NAME_MAX 256

enum peer_kind { PEER_NONE, PEER_HOST, PEER_ADDRESS };

struct peer_name {
    enum peer_kind kind;
    char text[PEER_NAME_MAX]; /* A-labels in lower case without trailing dot, or a numeric address in inet_ntop(3) form
                               */
};

/*
 * Normalises what a program or a policy calls its peer: "host", "host.", "host:port" (port dropped),
 * "[::1]:443", "fe80::1%eth0" (scope dropped), "::ffff:192.0.2.1" (to IPv4), "bücher.example" (UTF-8, to
 * A-labels, RFC 5891 / RFC 3492; lower-cased as unicode.h says, other mappings of UTS #46 are not made, so that
 * a name which needs them matches no certificate).
 * False, with kind PEER_NONE, for what is no name: empty, a leading dot, any ASCII but letters, digits, '-' and '_',
 * malformed UTF-8, a label over 63 bytes, a name over 253, a last label of digits only that ends no IPv4 address.
 */
bool peer_normalise(const char *text, size_t length, struct peer_name *peer);

bool peer_name_equal(const struct peer_name *left, const struct peer_name *right);
bool peer_name_is_among(const struct peer_name *name, const struct peer_name *names, size_t count);

/*
 * Of the names that a program set by itself this many are told apart; any one of them is enough. Of more, the one that
 * the peer has may be among those which are not known here: they are an unknown name.
 */
#define PEER_APP_NAMES 8

/*
 * Of the names that led to one address this many are told apart. None of them is chosen: each could be the one that is
 * meant, so a certificate has to be valid for each. More are an unknown name.
 */
#define PEER_LOOKUP_NAMES 8

/* Everything that is known when the handshake starts; kind PEER_NONE for what is not. */
struct peer_candidates {
    struct peer_name policy;
    struct peer_name app[PEER_APP_NAMES]; /* the first app_count of them, none of kind PEER_NONE */
    size_t app_count;
    bool app_is_incomplete; /* there are more */
    struct peer_name sni;
    struct peer_name bio;
    struct peer_name resolver[PEER_LOOKUP_NAMES]; /* the first resolver_count of them, none of kind PEER_NONE */
    size_t resolver_count;
    bool resolver_is_weak;
    struct peer_name session; /* only where it confirms a name that led to an address the program was given */
    struct peer_name address;
    bool address_is_weak;
};

/* Where the expected peer name came from; the order is the order of precedence. */
enum name_source {
    NAME_FROM_POLICY,
    NAME_FROM_APP,
    NAME_FROM_SNI,
    NAME_FROM_BIO,
    NAME_FROM_RESOLVER,
    NAME_FROM_SESSION,
    NAME_FROM_ADDRESS,
    NAME_UNKNOWN
};
const char *name_source_text(enum name_source source);

/* Adds a name that the program set by itself, unless it is none or there already. */
void peer_add_app_name(struct peer_candidates *candidates, const char *text);

struct expected_peer {
    enum name_source source;
    bool weak;
    bool each;                     /* the certificate must be for each of the names; else any one is enough */
    const struct peer_name *names; /* into the candidates; several only for NAME_FROM_APP and NAME_FROM_RESOLVER */
    size_t count;                  /* 0 for NAME_UNKNOWN */
};

/*
 * The first source that is known, in the order of enum name_source. Weak names are passed over where they do not
 * count, and reported as weak otherwise.
 */
struct expected_peer peer_expected(const struct peer_candidates *candidates, bool weak_names_count);

#endif
