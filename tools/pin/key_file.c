#include "pin/key_file.h"

#include "shared/certificate.h"
#include "shared/text.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than any file of keys has; a device would have no end. */
#define FILE_SIZE_MAX (16l << 20)

enum content { CERTIFICATE, REQUEST, PUBLIC_KEY, PRIVATE_KEY, CONTENT_COUNT };

static void fail(struct pinned_place *place, const char *what, const char *why)
{
    fprintf(stderr, "tlsward pin: %s: %s%s\n", place->name, what, why);
    place->failed = true;
}

/* Adds one that is as long as its bytes, no trailing ones; false where it is none. */
static bool add_certificate(struct pinned_place *place, const unsigned char *bytes, long length)
{
    const unsigned char *end = bytes;
    X509 *certificate = d2i_X509(NULL, &end, length);
    bool whole = certificate != NULL && end == bytes + length;
    if (whole)
        pinned_place_add_certificate(place, certificate);
    X509_free(certificate);
    return whole;
}

static bool add_request(struct pinned_place *place, const unsigned char *bytes, long length)
{
    const unsigned char *end = bytes;
    X509_REQ *request = d2i_X509_REQ(NULL, &end, length);
    EVP_PKEY *key = request != NULL && end == bytes + length ? X509_REQ_get0_pubkey(request) : NULL;
    if (key != NULL)
        pinned_place_add_key(place, "request", key, certificate_name_text(X509_REQ_get_subject_name(request)));
    X509_REQ_free(request);
    return key != NULL;
}

static bool add_public_key(struct pinned_place *place, const unsigned char *bytes, long length)
{
    const unsigned char *end = bytes;
    EVP_PKEY *key = d2i_PUBKEY(NULL, &end, length);
    bool whole = key != NULL && end == bytes + length;
    if (whole)
        pinned_place_add_key(place, "public key", key, NULL);
    EVP_PKEY_free(key);
    return whole;
}

static bool add_private_key(struct pinned_place *place, const unsigned char *bytes, long length)
{
    const unsigned char *end = bytes;
    EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &end, length);
    if (key != NULL)
        pinned_place_add_key(place, "private key", key, NULL);
    EVP_PKEY_free(key);
    return key != NULL;
}

static bool (*const adders[CONTENT_COUNT])(struct pinned_place *, const unsigned char *, long) = {
    [CERTIFICATE] = add_certificate,
    [REQUEST] = add_request,
    [PUBLIC_KEY] = add_public_key,
    [PRIVATE_KEY] = add_private_key,
};

/* By the label of a block. "TRUSTED CERTIFICATE" has OpenSSL's own trailer, and is not asked for here. */
static enum content content_of(const char *label)
{
    size_t length = strlen(label);
    static const char private_key[] = "PRIVATE KEY";
    if (strcmp(label, PEM_STRING_X509) == 0 || strcmp(label, PEM_STRING_X509_OLD) == 0)
        return CERTIFICATE;
    if (strcmp(label, PEM_STRING_X509_REQ) == 0 || strcmp(label, PEM_STRING_X509_REQ_OLD) == 0)
        return REQUEST;
    if (strcmp(label, PEM_STRING_PUBLIC) == 0)
        return PUBLIC_KEY;
    if (length >= sizeof private_key - 1 && strcmp(label + length - (sizeof private_key - 1), private_key) == 0)
        return PRIVATE_KEY;
    return CONTENT_COUNT;
}

static void add_block(struct pinned_place *place, const char *label, const char *header, const unsigned char *bytes,
                      long length)
{
    enum content content = content_of(label);
    if (strcmp(label, PEM_STRING_PKCS8) == 0 || strstr(header, "ENCRYPTED") != NULL)
        fail(place, "a private key is encrypted: give its public key, which 'openssl pkey -pubout' writes, or its ",
             "certificate request");
    else if (content != CONTENT_COUNT && !adders[content](place, bytes, length))
        fail(place, label, " cannot be read");
}

/* False where there is no block at all. */
static bool add_blocks(struct pinned_place *place, BIO *file)
{
    char *label, *header;
    unsigned char *bytes;
    long length;
    bool any = false;
    while (PEM_read_bio(file, &label, &header, &bytes, &length) == 1) {
        add_block(place, label, header, bytes, length);
        OPENSSL_free(label);
        OPENSSL_free(header);
        OPENSSL_clear_free(bytes, (size_t)length);
        any = true;
    }
    unsigned long error = ERR_peek_last_error();
    if (ERR_GET_REASON(error) != PEM_R_NO_START_LINE) {
        const char *reason = ERR_reason_error_string(error);
        fail(place, "a PEM block cannot be read: ", reason != NULL ? reason : "it is damaged");
        any = true;
    }
    ERR_clear_error();
    return any;
}

static bool add_der(struct pinned_place *place, const unsigned char *bytes, long length)
{
    bool done = false;
    for (size_t i = 0; i < CONTENT_COUNT && !done; i++)
        done = adders[i](place, bytes, length);
    ERR_clear_error();
    return done;
}

static void add_bytes(struct pinned_place *place, unsigned char *bytes, size_t length)
{
    BIO *file = BIO_new_mem_buf(bytes, (int)length);
    bool failed = place->failed;
    if (file != NULL && !add_blocks(place, file) && !add_der(place, bytes, (long)length))
        fail(place, "holds no certificate, request or key, neither as PEM nor as DER", "");
    else if (place->count == 0 && place->failed == failed)
        fail(place, "holds no certificate, request or key", "");
    BIO_free(file);
}

void key_file_read(struct pinned_place *place)
{
    FILE *file = fopen(place->name, "re");
    if (file == NULL) {
        fail(place, "", strerror(errno));
        return;
    }
    unsigned char *bytes = text_grow(NULL, FILE_SIZE_MAX, 1);
    size_t length = fread(bytes, 1, FILE_SIZE_MAX, file);
    if (ferror(file))
        fail(place, "", strerror(errno));
    else if (length == FILE_SIZE_MAX)
        fail(place, "", "is too large for a file of keys");
    else
        add_bytes(place, bytes, length);
    OPENSSL_cleanse(bytes, length);
    free(bytes);
    fclose(file);
}
