#include "explain/java_store.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { FILE_MAX = 16 << 20 };

/* What is left of a file; where it ends too early, `length` becomes 0 and `damaged` true. */
struct bytes {
    const unsigned char *at;
    size_t length;
    bool damaged;
};

static const unsigned char *take(struct bytes *bytes, size_t length)
{
    const unsigned char *taken = bytes->at;
    if (length > bytes->length) {
        *bytes = (struct bytes){.at = bytes->at, .damaged = true};
        return NULL;
    }
    bytes->at += length;
    bytes->length -= length;
    return taken;
}

static uint32_t take_number(struct bytes *bytes, size_t size)
{
    const unsigned char *from = take(bytes, size);
    uint32_t number = 0;
    for (size_t i = 0; from != NULL && i < size; i++)
        number = number << 8 | from[i];
    return number;
}

static void take_text(struct bytes *bytes)
{
    take(bytes, take_number(bytes, 2));
}

/* What is no X.509 certificate is passed over, as Java passes it over. */
static void add(STACK_OF(X509) * found, X509 *certificate)
{
    if (certificate != NULL && sk_X509_push(found, certificate) <= 0)
        X509_free(certificate);
}

static void take_certificate(struct bytes *bytes, uint32_t version, STACK_OF(X509) * found)
{
    if (version >= 2)
        take_text(bytes); /* "X.509" */
    uint32_t length = take_number(bytes, 4);
    const unsigned char *from = take(bytes, length);
    if (from != NULL && found != NULL)
        add(found, d2i_X509(NULL, &from, (long)length));
}

/*
 * The format is that of sun.security.provider.JavaKeyStore, whose source describes it in engineLoad: entries are 1, a
 * key with its chain, or 2, a certificate that is trusted. The digest at the end is keyed by the password.
 */
static void read_jks(struct bytes bytes, STACK_OF(X509) * found, const char **why)
{
    enum { KEY = 1, TRUSTED = 2, DATE_SIZE = 8 };
    take_number(&bytes, 4);
    uint32_t version = take_number(&bytes, 4), count = take_number(&bytes, 4);
    for (uint32_t i = 0; i < count && !bytes.damaged; i++) {
        uint32_t kind = take_number(&bytes, 4);
        take_text(&bytes);
        take(&bytes, DATE_SIZE);
        if (kind == KEY) {
            take(&bytes, take_number(&bytes, 4));
            for (uint32_t chain = take_number(&bytes, 4); chain > 0 && !bytes.damaged; chain--)
                take_certificate(&bytes, version, NULL);
        } else if (kind == TRUSTED) {
            take_certificate(&bytes, version, found);
        } else {
            bytes.damaged = true;
        }
    }
    if (bytes.damaged)
        *why = "is a damaged keystore";
}

/* Java trusts a certificate with an attribute of Oracle's, TrustedKeyUsage; others belong to keys. */
static bool is_trusted(const PKCS12_SAFEBAG *bag)
{
    const STACK_OF(X509_ATTRIBUTE) *attributes = PKCS12_SAFEBAG_get0_attrs(bag);
    bool is = false;
    for (int i = 0; i < sk_X509_ATTRIBUTE_num(attributes) && !is; i++) {
        char name[80] = "";
        OBJ_obj2txt(name, sizeof name, X509_ATTRIBUTE_get0_object(sk_X509_ATTRIBUTE_value(attributes, i)), 1);
        is = strcmp(name, "2.16.840.1.113894.746875.1.1") == 0;
    }
    return is;
}

static void add_bags(STACK_OF(PKCS12_SAFEBAG) * bags, STACK_OF(X509) * found)
{
    for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); i++) {
        const PKCS12_SAFEBAG *bag = sk_PKCS12_SAFEBAG_value(bags, i);
        if (PKCS12_SAFEBAG_get_nid(bag) == NID_certBag && is_trusted(bag))
            add(found, PKCS12_SAFEBAG_get1_cert(bag));
    }
}

static void read_pkcs12(PKCS12 *store, STACK_OF(X509) * found, const char **why)
{
    STACK_OF(PKCS7) *safes = PKCS12_unpack_authsafes(store);
    if (safes == NULL)
        *why = "is a damaged keystore";
    for (int i = 0; i < sk_PKCS7_num(safes); i++) {
        PKCS7 *safe = sk_PKCS7_value(safes, i);
        STACK_OF(PKCS12_SAFEBAG) *bags = PKCS7_type_is_data(safe) ? PKCS12_unpack_p7data(safe) : NULL;
        if (bags == NULL)
            *why = "is encrypted: Java finds nothing there without javax.net.ssl.trustStorePassword";
        add_bags(bags, found);
        sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    }
    sk_PKCS7_pop_free(safes, PKCS7_free);
}

static void read_any(BIO *file, STACK_OF(X509) * found, const char **why)
{
    static const unsigned char jks[] = {0xfe, 0xed, 0xfe, 0xed};
    char *data = NULL;
    BIO *memory = BIO_new(BIO_s_mem());
    char part[4096];
    long size = 0;
    for (int length; memory != NULL && size < FILE_MAX && (length = BIO_read(file, part, sizeof part)) > 0;)
        size += BIO_write(memory, part, length);
    size = memory != NULL ? BIO_get_mem_data(memory, &data) : 0;
    const unsigned char *start = (const unsigned char *)data;
    PKCS12 *store = NULL;
    if (size > (long)sizeof jks && memcmp(data, jks, sizeof jks) == 0)
        read_jks((struct bytes){.at = start, .length = (size_t)size}, found, why);
    else if (size > 0 && (store = d2i_PKCS12(NULL, &start, size)) != NULL)
        read_pkcs12(store, found, why);
    else
        *why = "is no keystore of JKS or PKCS #12";
    PKCS12_free(store);
    BIO_free(memory);
}

STACK_OF(X509) * java_store_read(const char *file, const char **why)
{
    STACK_OF(X509) *found = sk_X509_new_null();
    BIO *bytes = BIO_new_file(file, "rb");
    *why = NULL;
    if (bytes == NULL || found == NULL)
        *why = "cannot be opened";
    else
        read_any(bytes, found, why);
    BIO_free(bytes);
    ERR_clear_error();
    if (*why == NULL)
        return found;
    sk_X509_pop_free(found, X509_free);
    return NULL;
}
