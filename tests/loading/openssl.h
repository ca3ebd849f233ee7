/* The little of OpenSSL the programs need, declared here so that they build against any version or none. */
#ifndef TLSWARD_TESTS_OPENSSL_H
#define TLSWARD_TESTS_OPENSSL_H

typedef struct ssl_st SSL;
typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_method_st SSL_METHOD;

struct openssl {
    const SSL_METHOD *(*TLS_client_method)(void);
    SSL_CTX *(*SSL_CTX_new)(const SSL_METHOD *);
    void (*SSL_CTX_free)(SSL_CTX *);
    SSL *(*SSL_new)(SSL_CTX *);
    void (*SSL_free)(SSL *);
    int (*SSL_set_fd)(SSL *, int);
    int (*SSL_connect)(SSL *);
    long (*SSL_get_verify_result)(const SSL *);
};

/* Connects to 127.0.0.1 without verifying anything and prints `label` and what came of it. */
void client_run(const struct openssl *openssl, const char *label, int port);

/* The same with the libssl the object is linked with. */
void linked_client_run(const char *label, int port);

#endif
