/*
 * What a leaf certificate is called in an event.
 */
#ifndef TLSWARD_DESCRIBE_H
#define TLSWARD_DESCRIBE_H

#include "event/tls_family.h"
#include "openssl/openssl_api.h"

/* Empty strings for what cannot be told. */
void describe_certificate(const struct openssl_api *api, X509 *certificate, struct certificate_text *text);

#endif
