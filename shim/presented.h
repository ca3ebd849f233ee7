/*
 * The certificates that peers presented in handshakes of this process that failed the policy. None of them counts as a
 * trust anchor of the program's from then on: a callback that says yes may have put it there (trust on first use).
 * A Bloom filter (CACM 13(7), 1970) that never forgets: one that is taken for another only leaves the decision to the
 * policy's own anchors.
 */
#ifndef TLSWARD_PRESENTED_H
#define TLSWARD_PRESENTED_H

#include "openssl_api.h"

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

#endif
