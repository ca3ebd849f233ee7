/*
 * What an event says of a certificate.
 */
#ifndef TLSWARD_DESCRIBE_H
#define TLSWARD_DESCRIBE_H

#include "event/tls_family.h"
#include "openssl/openssl_api.h"

/* A name in the form of RFC 2253, as much of it as there is room for; left as it is where it cannot be told. */
void describe_name(const struct openssl_api *api, const X509_NAME *name, char *text, size_t size);

/* The end of its validity, RFC 3339. */
void describe_end(const struct openssl_api *api, X509 *certificate, char text[static 32]);

/* Empty strings for what cannot be told. */
void describe_certificate(const struct openssl_api *api, X509 *certificate, struct certificate_text *text);

#endif
