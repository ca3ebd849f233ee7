/* What the matchers of a rule say: globs over executables, and patterns over destinations. */
#ifndef TLSWARD_PATTERN_H
#define TLSWARD_PATTERN_H

#include "peer/ip.h"
#include "policy/policy.h"
#include "process/arena.h"

#include <stdbool.h>
#include <stdint.h>

/* `*` stands for any bytes, '/' included, and `?` for any one byte; everything else for itself. */
bool glob_match(const char *pattern, const char *text);

enum destination_kind {
    DESTINATION_ANY,     /* "*:443": only the port counts */
    DESTINATION_HOST,    /* "host.example" */
    DESTINATION_SUFFIX,  /* "*.example": one label or more before the suffix */
    DESTINATION_NETWORK, /* an address, or a network in CIDR notation (RFC 4632) */
};

struct destination_pattern {
    const char *text; /* as written */
    enum destination_kind kind;
    const char *name; /* the host, or the suffix with its leading dot */
    struct ip network;
    unsigned prefix; /* bits of `network` that count, those that say IPv4 included */
    uint16_t port;   /* 0: any */
};

/* Reads HOST, HOST:PORT, *.SUFFIX, an address, CIDR, [V6]:PORT, *:PORT. Returns NULL, or what is wrong with it. */
const char *destination_parse(struct arena *arena, const char *text, struct destination_pattern *pattern);

/* True for one host name or one address, on one port or any. */
bool destination_is_one_host(const struct destination_pattern *pattern);

/* Whether a pattern matches what is known. The order counts: of several matchers the least holds, of several patterns
 * the greatest. */
enum match { MATCH_NO, MATCH_PERHAPS, MATCH_YES };

/* A destination with its addresses read, so that many patterns can be tried on it. */
struct target {
    const char *name;
    size_t name_length; /* without a trailing dot */
    bool name_is_address;
    bool has_address;
    struct ip name_address;
    struct ip address;
    uint16_t port;
};

struct target target_of(const struct destination *destination);

/*
 * Names are compared with the name, networks with the address and with a name that is one. MATCH_PERHAPS where what
 * decides is not known: the port, the name, or the address of a peer that has another name. A peer that goes by its
 * address is no host of any name.
 */
enum match destination_match(const struct destination_pattern *pattern, const struct target *target);

#endif
