/*
 * What is odd about what a server sends, whether or not it decides the verdict.
 */
#ifndef TLSWARD_SERVER_NOTES_H
#define TLSWARD_SERVER_NOTES_H

#include "server/server.h"

#define SERVER_NOTES_MAX 8

struct server_notes {
    char *items[SERVER_NOTES_MAX]; /* a sentence each */
    size_t count;
};

/* Takes the text over. */
void server_notes_add(struct server_notes *notes, char *text);

/* The order of the certificates (RFC 8446 section 4.4.2 asks programs to bear with any), and those without use. */
void server_notes_on_chain(struct server_notes *notes, STACK_OF(X509) * sent);

/*
 * Shakes hands once more with the same address, without SNI (RFC 6066 section 3), and compares. Nothing where the
 * server is known by its address, which no SNI tells.
 */
void server_notes_on_sni(struct server_notes *notes, const struct server *server, const char *address,
                         STACK_OF(X509) * sent);

void server_notes_free(struct server_notes *notes);

#endif
