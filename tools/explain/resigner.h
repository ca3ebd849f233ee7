/*
 * A proxy between here and the server that opens TLS and signs a certificate of its own for the server's name, as
 * companies have them. Nothing in TLS tells one from a server with a private CA; these are signs.
 */
#ifndef TLSWARD_RESIGNER_H
#define TLSWARD_RESIGNER_H

#include "explain/server_notes.h"

#include <openssl/x509.h>

struct resigner {
    char *issuer;        /* of the last certificate; NULL: there is no sign of a proxy */
    const char *product; /* that has this name in its certificates' issuers, a hint; NULL: none that is known */
};

/*
 * A proxy it may be where the chain ends at no CA of the distribution's package, and either the issuer has the name of
 * a product, or the server is at a public address and its certificate lacks the timestamps (RFC 6962, section 3.3) that
 * browsers demand of what public CAs issue. Other hosts are not asked whether they have the same issuer.
 */
void resigner_find(struct resigner *resigner, STACK_OF(X509) * sent, STACK_OF(X509) * built, const char *address);

void resigner_note(const struct resigner *resigner, struct server_notes *notes);

void resigner_free(struct resigner *resigner);

#endif
