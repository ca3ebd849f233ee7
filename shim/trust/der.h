/*
 * Just enough DER (X.690) to find things in a certificate without decoding it. It locates bytes and validates
 * nothing: what is found is decoded by libcrypto before anything depends on it.
 */
#ifndef TLSWARD_DER_H
#define TLSWARD_DER_H

#include <stdbool.h>
#include <stddef.h>

struct der {
    const unsigned char *data;
    size_t length;
};

/* Takes one element, with this tag or any, off the front of `input`. False where there is none that is whole. */
bool der_take(struct der *input, unsigned char tag, struct der *contents);
bool der_take_any(struct der *input, unsigned char *tag, struct der *contents);

/*
 * The certificate (RFC 5280 section 4.1) at the start of `input`, and its subject Name; both with their
 * headers. What follows the certificate is left in `rest`. False where that is not what the bytes are.
 */
bool der_certificate(struct der input, struct der *certificate, struct der *subject, struct der *rest);

/*
 * The same of a certificate of which only the first bytes are at hand: how long it is, where it is part of `whole`
 * bytes, and its subject. False also where the subject lies further behind.
 */
bool der_certificate_start(struct der start, size_t whole, size_t *length, struct der *subject);

/*
 * Whether the trust settings behind a TRUSTED CERTIFICATE (X509_CERT_AUX, openssl-x509(1) "TRUST SETTINGS") let
 * it be an anchor for TLS servers, as X509_check_trust decides: neither serverAuth nor anyExtendedKeyUsage is
 * rejected, and one of them is trusted if any use is. No settings at all allow it; unreadable ones do not.
 */
bool der_trust_settings_allow_server(struct der settings);

#endif
