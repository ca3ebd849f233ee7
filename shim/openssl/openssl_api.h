/*
 * The OpenSSL family as tlsward sees it: opaque types, the few constants we need, and one table of bound
 * functions per loaded library. No header of any one version is included, so that one binary serves all.
 * Constants are the same from 1.0.2 to 4.0, in LibreSSL and in BoringSSL unless said otherwise.
 */
#ifndef TLSWARD_OPENSSL_API_H
#define TLSWARD_OPENSSL_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

typedef struct ssl_st SSL;
typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_method_st SSL_METHOD;
typedef struct ssl_session_st SSL_SESSION;
typedef struct ssl_cipher_st SSL_CIPHER;
typedef struct x509_st X509;
typedef struct X509_name_st X509_NAME;
typedef struct X509_crl_st X509_CRL;
typedef struct X509_pubkey_st X509_PUBKEY;
typedef struct x509_store_st X509_STORE;
typedef struct x509_store_ctx_st X509_STORE_CTX;
typedef struct x509_object_st X509_OBJECT;
typedef struct x509_lookup_st X509_LOOKUP;
typedef struct x509_lookup_method_st X509_LOOKUP_METHOD;
typedef struct X509_VERIFY_PARAM_st X509_VERIFY_PARAM;
typedef struct bio_st BIO;
typedef struct bio_method_st BIO_METHOD;
typedef union bio_addr_st BIO_ADDR;
typedef struct evp_pkey_st EVP_PKEY;
typedef struct evp_md_st EVP_MD;
typedef struct asn1_string_st ASN1_STRING;
typedef struct asn1_string_st ASN1_TIME;
typedef struct asn1_object_st ASN1_OBJECT;
typedef struct X509_algor_st X509_ALGOR;
typedef struct X509_name_entry_st X509_NAME_ENTRY;
typedef struct crypto_ex_data_st CRYPTO_EX_DATA;
typedef struct stack_st STACK; /* every STACK_OF(T) */

typedef int (*verify_callback)(int ok, X509_STORE_CTX *);
typedef int (*cert_verify_callback)(X509_STORE_CTX *, void *);
typedef void (*info_callback)(const SSL *, int where, int value);
typedef unsigned int (*psk_client_callback)(SSL *, const char *hint, char *identity, unsigned int identity_length,
                                            unsigned char *key, unsigned int key_length);
typedef int (*psk_use_session_callback)(SSL *, const EVP_MD *, const unsigned char **identity, size_t *length,
                                        SSL_SESSION **);
/* Returns int in 1.0.x and void since 1.1.0, where the value is not looked at. */
typedef int (*ex_data_new)(void *parent, void *value, CRYPTO_EX_DATA *, int index, long, void *);
typedef int (*ex_data_dup)(CRYPTO_EX_DATA *to, const CRYPTO_EX_DATA *from, void *value, int index, long, void *);
typedef void (*ex_data_free)(void *parent, void *value, CRYPTO_EX_DATA *, int index, long, void *);

enum {
    SSL_VERIFY_NONE = 0,
    SSL_VERIFY_PEER = 1,
    SSL_CTRL_SET_TLSEXT_HOSTNAME = 55,
    SSL_CTRL_GET_SESSION_REUSED = 8,
    SSL_CTRL_GET_PEER_TMP_KEY = 109,
    SSL_CTRL_GET_NEGOTIATED_GROUP = 134, /* 3.0+; others do nothing */
    SSL_CTRL_SET_MIN_PROTO_VERSION = 123,
    SSL_CTRL_GET_MIN_PROTO_VERSION = 130,
    SSL_CTRL_GET_MAX_PROTO_VERSION = 131,
    SSL_CTRL_GET_VERIFY_CERT_STORE = 137, /* 3.0+; others do nothing */
    TLSEXT_NAMETYPE_host_name = 0,
    SSL_ST_CONNECT = 0x1000,
    SSL_ST_BEFORE = 0x4000,
    SSL_CB_CONNECT_LOOP = 0x1001,
    SSL_CB_HANDSHAKE_START = 0x10,
    SSL_CB_HANDSHAKE_DONE = 0x20,
    SSL_CB_READ_ALERT = 0x4004,
    SSL_CB_WRITE_ALERT = 0x4008,
    SSL3_AL_FATAL = 2,
    SSL_AD_HANDSHAKE_FAILURE = 40,
    SSL_AD_ILLEGAL_PARAMETER = 47,
    SSL_AD_PROTOCOL_VERSION = 70,
    SSL_AD_INTERNAL_ERROR = 80,
    SSL_AD_UNRECOGNIZED_NAME = 112,
    SSL_RETRY_VERIFY = 8, /* SSL_want(3), 3.0+ */
    SSL_SENT_AND_RECEIVED_SHUTDOWN = 3,
    SSL_R_CERTIFICATE_VERIFY_FAILED = 134,
    SSL_R_NO_CIPHERS_AVAILABLE = 181,
    SSL_R_NO_PROTOCOLS_AVAILABLE = 191,
    SSL_R_UNSUPPORTED_PROTOCOL = 258,
    SSL_R_ATTEMPT_TO_REUSE_SESSION_IN_DIFFERENT_CONTEXT = 272,

    X509_PURPOSE_SSL_SERVER = 2,
    X509_CHECK_FLAG_NO_WILDCARDS = 0x2,
    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS = 0x4,
    X509_CHECK_FLAG_SINGLE_LABEL_SUBDOMAINS = 0x10,
    X509_CHECK_FLAG_NEVER_CHECK_SUBJECT = 0x20,
    X509_V_FLAG_CRL_CHECK = 0x4,
    X509_V_FLAG_CRL_CHECK_ALL = 0x8,
    X509_V_FLAG_X509_STRICT = 0x20,
    X509_V_FLAG_POLICY_CHECK = 0x80,
    X509_V_FLAG_EXPLICIT_POLICY = 0x100,
    X509_V_FLAG_INHIBIT_ANY = 0x200,
    X509_V_FLAG_INHIBIT_MAP = 0x400,
    X509_V_FLAG_EXTENDED_CRL_SUPPORT = 0x1000,
    X509_V_FLAG_USE_DELTAS = 0x2000,
    X509_V_FLAG_CHECK_SS_SIGNATURE = 0x4000,
    X509_V_FLAG_TRUSTED_FIRST = 0x8000,
    X509_V_FLAG_SUITEB_128_LOS = 0x30000, /* SUITEB_128_LOS_ONLY and SUITEB_192_LOS together */
    X509_V_FLAG_PARTIAL_CHAIN = 0x80000,
    X509_V_FLAG_NO_CHECK_TIME = 0x200000, /* ignored before 1.1.0 */
    NID_commonName = 13,
    NID_countryName = 14,
    NID_organizationName = 17,
    NID_subject_alt_name = 85,
    NID_info_access = 177,
    NID_sha256 = 672,
    NID_sha384 = 673,
    NID_sha512 = 674,
    NID_auth_psk = 1048, /* SSL_CIPHER_get_auth_nid(3), 1.1.0+ */
    NID_auth_srp = 1052,
    NID_auth_null = 1053,
    GEN_EMAIL = 1,
    GEN_DNS = 2,
    GEN_URI = 6,
    GEN_IPADD = 7,
    V_ASN1_NEG_INTEGER = 0x102,
    V_ASN1_OBJECT = 6,
    X509_V_ERR_UNSPECIFIED = 1,
    X509_V_ERR_CERT_HAS_EXPIRED = 10,
    X509_V_ERR_OUT_OF_MEM = 17,
    X509_V_ERR_HOSTNAME_MISMATCH = 62,
    X509_V_ERR_IP_ADDRESS_MISMATCH = 64,

    BIO_CTRL_INFO = 3, /* BIO_get_mem_data */
    BIO_C_GET_CONNECT = 123,
    BIO_C_GET_SSL = 110,
    BIO_TYPE_MEM = 1 | 0x0400,               /* source-sink */
    BIO_TYPE_SSL = 7 | 0x0200,               /* filter */
    BIO_TYPE_CONNECT = 12 | 0x0400 | 0x0100, /* source-sink, descriptor */

    CRYPTO_EX_INDEX_SSL = 0, /* 1.1.0+ order; 1.0.2 uses the *_get_ex_new_index functions */
    CRYPTO_EX_INDEX_SSL_CTX = 1,
    CRYPTO_EX_INDEX_X509 = 3,
    CRYPTO_EX_INDEX_X509_STORE = 4,          /* in 1.0.2 too */
    CRYPTO_EX_INDEX_X509_STORE_LIBRESSL = 13 /* since 3.8 */
};

/* XN_FLAG_RFC2253 without ASN1_STRFLGS_ESC_MSB, so that UTF-8 stays readable. */
#define NAME_PRINT_FLAGS 0x1110313ul

/* The functions of one loaded library. Filled once, then read only. */
struct openssl_api {
#define REQUIRED(type, name, parameters) type(*name) parameters;
#define OPTIONAL(type, name, parameters) type(*name) parameters;
#include "openssl/openssl_api.def"
#undef REQUIRED
#undef OPTIONAL
};

/* Looks a function up by name; NULL where it is missing. */
typedef void *(*symbol_lookup)(const char *name, void *arg);

/* Binds every row. Returns NULL, or the name of the first REQUIRED function that is missing. */
const char *openssl_api_bind(struct openssl_api *api, symbol_lookup lookup, void *arg);

/* The bytes of a string, which belong to it. */
const unsigned char *api_string_data(const struct openssl_api *api, const ASN1_STRING *string);

enum { API_SHA1_SIZE = 20, API_SHA256_SIZE = 32 };

/*
 * Differences between versions, as one call each. The library context (OSSL_LIB_CTX(3), NULL: the default one) and
 * property query are those of the connection: the default context may have no algorithms at all.
 */
int api_stack_num(const struct openssl_api *api, const STACK *stack);
void *api_stack_value(const struct openssl_api *api, const STACK *stack, int index);
/* As in the names of files in a hashed directory. False where the library context cannot hash it. */
bool api_name_hash(const struct openssl_api *api, X509_NAME *name, void *library_context, const char *properties,
                   unsigned long *hash);

/* The key by which trust anchors with this subject are found: subject_key(). False for memory shortage. */
bool api_subject_key(const struct openssl_api *api, X509_NAME *name, uint64_t *key);

/* The SHA-256 of some bytes. False where the library context cannot compute it. */
bool api_sha256(const struct openssl_api *api, void *library_context, const char *properties, const void *data,
                size_t length, unsigned char digest[static API_SHA256_SIZE]);

/*
 * The digest of a certificate as it is encoded. SHA-1 costs next to nothing, as libcrypto mostly keeps it with the
 * certificate: it tells certificates apart where no attacker gains by two that are alike. False where it cannot be had.
 */
bool api_certificate_sha1(const struct openssl_api *api, const X509 *certificate,
                          unsigned char digest[static API_SHA1_SIZE]);
bool api_certificate_sha256(const struct openssl_api *api, const X509 *certificate,
                            unsigned char digest[static API_SHA256_SIZE]);

/* A stack that holds one certificate, whose reference stays the caller's; free with api_stack_free(). NULL: no memory.
 */
STACK *api_stack_of_one(const struct openssl_api *api, X509 *certificate);
void api_stack_free(const struct openssl_api *api, STACK *stack);

/* A stack of certificates and its references to them; does nothing for NULL. */
void api_certificates_free(const struct openssl_api *api, STACK *certificates);

#endif
