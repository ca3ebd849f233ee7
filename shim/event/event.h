/*
 * Facts and verdict of one handshake as one line of JSON: Elastic Common Schema and OpenTelemetry names,
 * the rest under "tlsward.". Written by hand inside the library, which links nothing but libc.
 */
#ifndef TLSWARD_EVENT_H
#define TLSWARD_EVENT_H

#include "event/alternative_names.h"
#include "policy/candidate.h"
#include "policy/policy.h"

#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* A line with its newline is never longer than this, so that it fits a datagram and an atomic O_APPEND write. */
#define EVENT_MAX 8192

enum event_kind {
    EVENT_HANDSHAKE,    /* one client handshake */
    EVENT_UPDATE,       /* what was learned later about the handshake with the same id */
    EVENT_START,        /* a process that the library is in */
    EVENT_NOTICE,       /* about tlsward itself: stood down, trust file skipped, policy invalid */
    EVENT_RETRY_REFUSED /* after the blocked handshake with the same id: a connection in clear text was refused */
};

/* What may be neither true nor false. */
enum answer { ANSWER_UNKNOWN, ANSWER_YES, ANSWER_NO };

/* Pointers may be NULL: their fields are left out. Bytes that come from the network are escaped on output. */
struct event {
    enum event_kind kind;
    char id[33];          /* 128 random-enough bits, lower-case hex */
    struct timespec time; /* CLOCK_REALTIME */

    const char *executable;
    const char *script;       /* that the interpreter was started with */
    const char *unit;         /* of the system's systemd(1) */
    bool script_is_uncertain; /* whoever started it may have chosen it: a rule for it only tightens */
    bool in_user_namespace;   /* likewise of unit, users, groups and the host's name */
    pid_t pid;
    uid_t uid;
    gid_t gid;             /* real */
    const char *host;      /* its name, as the kernel has it */
    const char *container; /* its id */

    const char *server_address; /* server.address: expected name, else the address */
    const char *server_ip;      /* server.ip */
    uint16_t server_port;

    const char *tls_version; /* "1.2", "1.3": tls.protocol.version */
    bool tls_is_datagram;    /* DTLS: tls.protocol.name is "dtls", else "tls" */
    const char *tls_cipher;
    const char *tls_group; /* IANA's name */
    const char *tls_curve; /* the same where it is an elliptic curve */
    const char *tls_next_protocol;
    enum answer tls_established;
    bool tls_resumed;

    const char *tls_subject; /* RFC 2253 */
    const char *tls_issuer;
    const char *tls_not_before; /* RFC 3339 */
    const char *tls_not_after;
    const char *tls_sha256; /* of the leaf, upper-case hex as ECS has it */
    const char *tls_serial_number;
    const char *tls_key_algorithm, *tls_key_curve;
    unsigned tls_key_bits;
    const char *tls_signature_algorithm;
    const char *tls_issuer_common_name, *tls_issuer_organization, *tls_issuer_country;
    const struct alternative_names *tls_names;

    unsigned chain_length; /* 0: none is known */
    const char *anchor_subject, *anchor_file, *anchor_source;

    const struct settings *settings; /* mode, rule, expired rule */
    const struct facts *facts;
    const struct verdict *verdict;
    struct candidate_difference candidate;

    const char *expected_name;
    const char *x509_text;     /* OpenSSL's text for verdict->x509_error; left out where that is 0 */
    const char *call_site;     /* "object+0xoffset (build-id)" */
    const char *library;       /* path of the libssl in use */
    const char *checked_later; /* EVENT_UPDATE: what the program looked at */
    const char *advice;        /* what a person can do about the verdict */
    const char *message;       /* EVENT_NOTICE, or what a person should know */
    bool clear_text_retry_possible;

    uint64_t dropped;  /* events lost before this one */
    uint64_t repeated; /* identical handshakes counted since the last such event */
};

/*
 * Writes the event and a newline, without a terminating NUL. Returns the length. Always fits: where it would
 * not, the longest strings end in "…". The members are described in tlsward-events(5).
 */
size_t event_format(const struct event *event, char buffer[static EVENT_MAX]);

/* "tls-handshake" and so on: what event.action is. */
const char *event_action(enum event_kind kind);

#endif
