/*
 * What a leaf certificate and a code address are called in an event.
 */
#ifndef TLSWARD_DESCRIBE_H
#define TLSWARD_DESCRIBE_H

#include "openssl/openssl_api.h"
#include "process/loader.h"

struct certificate_text {
    char subject[512]; /* RFC 2253 */
    char issuer[512];
    char not_after[32]; /* RFC 3339 */
    char sha256[65];    /* upper-case hex */
};

/* Empty strings for what cannot be told. */
void describe_certificate(const struct openssl_api *api, X509 *certificate, struct certificate_text *text);

/* In hexadecimal `digits`, with a NUL behind: 2 * length + 1 bytes. */
void describe_bytes(const unsigned char *bytes, size_t length, const char digits[static 16], char *text);

struct call_site_text {
    char text[4096 + 2 * BUILD_ID_MAX + 32];
    struct loaded_object object; /* for the while, as a stack may be too small for it */
};

/* "object+0xoffset (build-id)": what addr2line(1) or a symbol server can turn into function, file and line. */
void describe_call_site(const void *address, struct call_site_text *text);

#endif
