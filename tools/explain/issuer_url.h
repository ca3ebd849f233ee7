/*
 * Where a certificate says that its issuer's can be had.
 */
#ifndef TLSWARD_ISSUER_URL_H
#define TLSWARD_ISSUER_URL_H

#include <openssl/x509.h>

/* The first URL of caIssuers (RFC 5280 section 4.2.2.1), made safe to show, or NULL. The caller frees it. */
char *issuer_url(X509 *certificate);

#endif
