/*
 * What peers presented in handshakes of this process and nothing vouched for: the certificates, none of which counts as
 * a trust anchor of the program's from then on, as a callback that says yes may have put it there (trust on first use);
 * and the public keys, none of which counts because of a TLSA record, as the program may have made that of what it saw.
 * Two Bloom filters (CACM 13(7), 1970) that never forget: one that is taken for another only leaves the decision to the
 * policy's own anchors.
 */
#ifndef TLSWARD_PRESENTED_H
#define TLSWARD_PRESENTED_H

#include "openssl/openssl_api.h"

#include <stdbool.h>

/* A certificate that counted as an anchor of the program's: whoever presents it later, it remains one. */
void presented_know(const struct openssl_api *api, const X509 *certificate);

/*
 * Told before the program can see the certificate, which is none that is known. One whose digest cannot be had stands
 * for all.
 */
void presented_add(const struct openssl_api *api, const X509 *certificate);

/* False where it was never presented; true also where that cannot be said. */
bool presented_has(const struct openssl_api *api, const X509 *certificate);

/* The same for keys, by the digest of spki.h; NULL where that cannot be had. */
void presented_know_key(const unsigned char *spki_digest);
void presented_add_key(const unsigned char *spki_digest);
bool presented_has_key(const unsigned char *spki_digest);

#endif
