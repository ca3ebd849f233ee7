/*
 * What the clients and servers in tests/libs and tests/drivers call, declared as every version from 1.0.2 to 4.0 and
 * LibreSSL has it, so that one binary runs on each. All references are weak: NULL where a version lacks the function.
 */
#ifndef TESTS_LIBS_OPENSSL_H
#define TESTS_LIBS_OPENSSL_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#pragma GCC diagnostic ignored "-Waddress"

typedef struct ssl_st SSL;
typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_method_st SSL_METHOD;
typedef struct ssl_session_st SSL_SESSION;
typedef struct ssl_cipher_st SSL_CIPHER;
typedef struct ssl_conf_ctx_st SSL_CONF_CTX;
typedef struct x509_store_st X509_STORE;
typedef struct x509_store_ctx_st X509_STORE_CTX;
typedef struct x509_st X509;
typedef struct X509_VERIFY_PARAM_st X509_VERIFY_PARAM;
typedef struct evp_md_st EVP_MD;
typedef struct stack_st STACK;
typedef struct bio_st BIO;
typedef struct bio_method_st BIO_METHOD;
typedef union bio_addr_st BIO_ADDR;

enum {
    SSL_VERIFY_NONE = 0,
    SSL_VERIFY_PEER = 1,
    SSL_FILETYPE_PEM = 1,
    SSL_CB_HANDSHAKE_START = 0x10,
    SSL_CB_HANDSHAKE_DONE = 0x20,
    SSL_CTRL_SET_VERIFY_CERT_STORE = 106,
    SSL_CB_CONNECT_LOOP = 0x1001,
    SSL_ERROR_NONE = 0,
    SSL_ERROR_WANT_READ = 2,
    SSL_ERROR_WANT_WRITE = 3,
    SSL_ERROR_ZERO_RETURN = 6,
    SSL_CTRL_GET_NUM_RENEGOTIATIONS = 10,
    SSL_CTRL_OPTIONS = 32,
    SSL_CTRL_MODE = 33,
    SSL_CTRL_SET_TLSEXT_HOSTNAME = 55,
    SSL_CTRL_SET_MIN_PROTO_VERSION = 123,
    SSL_CTRL_SET_MAX_PROTO_VERSION = 124,
    SSL_CTRL_SET_RETRY_VERIFY = 136,
    SSL_OP_NO_TICKET = 0x4000,
    SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION = 0x10000,
    SSL_MODE_AUTO_RETRY = 4,
    SSL_EARLY_DATA_ACCEPTED = 2,
    SSL_READ_EARLY_DATA_ERROR = 0,
    SSL_READ_EARLY_DATA_SUCCESS = 1,
    SSL_CONF_FLAG_CLIENT = 4,
    SSL_CONF_FLAG_FILE = 2,
    SSL_CONF_FLAG_CERTIFICATE = 0x20,
    TLSEXT_NAMETYPE_host_name = 0,
    TLSEXT_cert_type_rpk = 2,
    TLSEXT_TYPE_supported_versions = 43,
    SSL_CLIENT_HELLO_SUCCESS = 1,
    SSL_TLSEXT_ERR_OK = 0,
    SSL_TLSEXT_ERR_FATAL = 2,
    TLS1_1_VERSION = 0x302,
    TLS1_2_VERSION = 0x303,
    TLS1_3_VERSION = 0x304,
    X509_V_OK = 0,
    X509_V_FLAG_PARTIAL_CHAIN = 0x80000,
    X509_V_FLAG_NO_CHECK_TIME = 0x200000,
    X509_V_FLAG_LEGACY_VERIFY = 0x400000, /* LibreSSL */
    X509_CHECK_FLAG_ALWAYS_CHECK_SUBJECT = 1,
    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS = 4,
    BIO_CLOSE = 1,
    BIO_CTRL_RESET = 1,
    BIO_CTRL_DGRAM_SET_CONNECTED = 32,
    BIO_C_SET_CONNECT = 100,
    BIO_C_GET_SSL = 110,
    BIO_FLAGS_SHOULD_RETRY = 8
};

#define TLS(type, name, parameters) __attribute__((weak)) extern type name parameters;
#include "functions.def"
#undef TLS

#define BIO_get_ssl(bio, out) BIO_ctrl(bio, BIO_C_GET_SSL, 0, (void *)(out))
#define BIO_should_retry(bio) BIO_test_flags(bio, BIO_FLAGS_SHOULD_RETRY)
#define BIO_reset(bio) BIO_ctrl(bio, BIO_CTRL_RESET, 0, NULL)
#define BIO_set_conn_hostname(bio, host) BIO_ctrl(bio, BIO_C_SET_CONNECT, 0, host)
#define BIO_set_conn_port(bio, port) BIO_ctrl(bio, BIO_C_SET_CONNECT, 1, port)

/* 1.0.x has them under their older names. */
static inline const SSL_METHOD *client_method_of_any_version(void)
{
    return TLS_client_method != NULL ? TLS_client_method() : SSLv23_client_method();
}
#define TLS_client_method client_method_of_any_version

static inline const SSL_METHOD *method_of_any_version(void)
{
    return TLS_method != NULL ? TLS_method() : SSLv23_method();
}
#define TLS_method method_of_any_version

/* LibreSSL before DTLS 1.2 finds no cipher suite together with a server of today. */
static inline const SSL_METHOD *datagram_method_of_any_version(void)
{
    if (ERR_asprintf_error_data != NULL && DTLSv1_2_client_method == NULL)
        return NULL;
    return DTLS_client_method != NULL ? DTLS_client_method() : DTLSv1_client_method();
}
#define DTLS_client_method datagram_method_of_any_version

#endif
