/*
 * What is shown of a certificate.
 */
#ifndef TLSWARD_CERTIFICATE_H
#define TLSWARD_CERTIFICATE_H

#include <openssl/x509.h>
#include <time.h>

struct certificate_text {
    char *subject; /* RFC 2253 */
    char *issuer;
    char not_after[24]; /* RFC 3339 */
    long days_left;     /* negative once it has expired */
};

struct certificate_text certificate_describe(const X509 *certificate);
void certificate_text_free(struct certificate_text *text);

/* A subject or issuer in RFC 2253 form, UTF-8 kept readable. The caller frees the result. */
char *certificate_name_text(const X509_NAME *name);

/* Seconds since 1970 as in `not_after`. The caller frees the result. */
char *certificate_time_text(time_t time);

/* Upper-case hexadecimal SHA-256 of the certificate. */
void certificate_fingerprint(const X509 *certificate, char text[static 65]);

#endif
