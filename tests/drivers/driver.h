/*
 * What the drivers share. A driver is a client that drives its handshake in one particular way, verifies nothing
 * and sends no SNI: NAME PORT TOKEN are its arguments. It exits with 0 after data went to and fro.
 */
#ifndef DRIVER_H
#define DRIVER_H

#include <openssl/ssl.h>
#include <stddef.h>

enum { DRIVER_LACKING = 77 }; /* exit status: this libssl cannot do it */

/* A socket connected to `host`, looked up with getaddrinfo(3); -1 on error, reported to stderr. */
int driver_connect(const char *host, const char *service, int socket_type);

/* A connection object that verifies nothing, over `fd` unless that is negative. NULL on error. */
SSL *driver_tls(const SSL_METHOD *method, int fd);

/* Writes a request for /TOKEN. Returns its length, which is less than `size`. */
int driver_request(char *buffer, size_t size, const char *token);

/*
 * SSL_write(3) and SSL_read(3) until they are done: LibreSSL ends a handshake inside them with SSL_ERROR_WANT_WRITE or
 * SSL_ERROR_WANT_READ, on a blocking socket too.
 */
int driver_write(SSL *ssl, const char *data, int length);
int driver_read(SSL *ssl, char *buffer, int size);

/* Sends a request for /TOKEN and prints the answer until the server ends it. Returns an exit status. */
int driver_exchange(SSL *ssl, const char *token);

/* Reports OpenSSL's error and what it says about the certificate. Returns an exit status. */
int driver_failed(SSL *ssl);

/*
 * The whole of a driver over a TCP connection, but for what `talk` does with it and its token. Takes the arguments of
 * main() and returns its exit status, which is that of `talk`.
 */
int driver_main(int argc, char **argv, const SSL_METHOD *method, int (*talk)(SSL *ssl, const char *token));

/* Frees the connection, its context and its descriptor. */
void driver_close(SSL *ssl);

#endif
