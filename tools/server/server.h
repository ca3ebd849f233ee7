/*
 * What a server presents, whoever it is: nothing is verified here.
 */
#ifndef TLSWARD_SERVER_H
#define TLSWARD_SERVER_H

#include "peer/peer.h"
#include "server/starttls.h"
#include "server/tls_peer.h"

#include <netdb.h>
#include <stdbool.h>
#include <stdint.h>

struct server {
    const char *program;   /* for messages: "tlsward explain" */
    const char *host;      /* as it was written, without brackets: an address may have a scope */
    struct peer_name name; /* the same, normalised */
    uint16_t port;
    const struct starttls *starttls; /* NULL: TLS from the start */
    bool asks_date;                  /* where a certificate is not valid now, and the server may speak HTTP */
    const char *address;             /* to ask there and not where the name leads to now; NULL: by the name */
};

/*
 * Tries every address of the host in turn; `address` is the one that answered. False where none did: why is said on
 * standard error for each. tls_peer_free() in either case.
 */
bool server_examine(const struct server *server, struct tls_peer *peer, char address[static NI_MAXHOST]);

/* The same once more at an address that answered, without SNI, and silently: *why is the caller's to free, or NULL. */
bool server_examine_without_sni(const struct server *server, const char *address, struct tls_peer *peer, char **why);

#endif
