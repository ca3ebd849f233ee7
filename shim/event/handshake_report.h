/*
 * The event of a client handshake that was judged, and what is learned later. Keeps errno; never blocks.
 */
#ifndef TLSWARD_HANDSHAKE_REPORT_H
#define TLSWARD_HANDSHAKE_REPORT_H

#include "event/client_handshake.h"
#include "event/tls_family.h"

/*
 * Gives the handshake its id, remembers a block for what may follow it in clear text, and sends the event unless it
 * repeats another one. `call_site` is the code that made it a TLS connection, or NULL.
 */
void client_handshake_report(struct client_handshake *handshake, const struct tls_family *family, const void *object,
                             const void *call_site);

/* What a program does after the handshake that may be a check of its own. */
enum later_check {
    CHECK_CERTIFICATE_FETCHED = 1,
    CHECK_RESULT_ASKED = 2,
    CHECK_NAMES_READ = 4,
    CHECK_NAME_MATCHED = 8,
    CHECK_NAME_MISMATCHED = 16
};

/* What is needed to add to a handshake's event when the record of it may be gone. */
struct handshake_subject {
    char event_id[33];
    struct settings settings;
    struct peer_name name;
    char address[INET6_ADDRSTRLEN];
    uint16_t port;
};
struct handshake_subject client_handshake_subject(const struct client_handshake *handshake);

/* True where the program alone would not have noticed a forgery during the handshake, and a check may follow. */
bool client_handshake_awaits_check(const struct client_handshake *handshake);

/* Adds a check, and says so where it is a new one. */
void client_handshake_add_check(struct client_handshake *handshake, enum later_check check);

/* Says which checks were made since the event. */
void handshake_subject_report(const struct handshake_subject *subject, unsigned checks);

#endif
