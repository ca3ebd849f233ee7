/*
 * What the test programs share: a TLS server in a thread, a client's steps, and facts printed as "key=value" lines,
 * which the runner compares. The certificates are read from the directory PKI names.
 */
#ifndef TLSWARD_TEST_SUPPORT_H
#define TLSWARD_TEST_SUPPORT_H

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>

/* Ends the program with status 3 where the test's own machinery fails. */
void demand_at(bool holds, const char *file, int line);
#define demand(holds) demand_at((holds), __FILE__, __LINE__)

/* Prints one fact. */
__attribute__((format(printf, 2, 3))) void say(const char *key, const char *format, ...);

/* The path of a file of the PKI; the string is valid until the thread's next call. */
const char *pki_file(const char *name);

struct server_options {
    const char *leaf;                /* the certificate; NULL: none */
    int version;                     /* TLS1_2_VERSION, ...; 0: any */
    void (*configure)(SSL_CTX *ctx); /* the rest, or NULL */
    int threads;                     /* 0: one */
};

/* What the server saw of all its connections. */
struct server_report {
    int handshakes;
    int resumed;
    size_t received; /* application bytes */
    size_t early;    /* bytes of early data */
    char sni[256];   /* of the last ClientHello; "-" for none */
    char alert[128]; /* why the last failed handshake failed; "-" for none */
};

struct server;
struct server *server_start(const struct server_options *options);

/* A server in a process of its own, for as long as this one lives: no thread of it holds a lock at a fork. */
struct server *server_start_elsewhere(const struct server_options *options);

/* Waits until every dialled connection was served, and frees the server. */
struct server_report server_stop(struct server *server);
void say_server(const struct server_report *report);

/* A TCP connection to the server: by address, or by a name that is resolved first. */
int dial(struct server *server);
int dial_name(struct server *server, const char *name);
/* The same over a pair of local sockets, which have no address. */
int dial_local(struct server *server);
int server_port(const struct server *server);
/* For connections that something else makes. */
void server_expect(struct server *server);

/* A client's SSL on a new connection, with the SNI `name` unless that is NULL. */
SSL *client_new(SSL_CTX *ctx, struct server *server, const char *name);

/* Handshake, and where that succeeds "ping" and its answer; says connected, reason, explained, result and reply. */
bool client_run(SSL *ssl);
/* The same after a handshake that returned `connected`. */
bool client_tell(SSL *ssl, int connected);

/* Closes the socket and frees the SSL. */
void client_free(SSL *ssl);

/* A scenario picked by its name. */
struct scenario {
    const char *name;
    void (*run)(void);
};
void run_scenario(const struct scenario *scenarios, size_t count, const char *name);

/* The same of a client: `words` are the scenario and the leaf of a server, which it finds there with a new context. */
struct server_report run_with_server(const struct scenario *scenarios, size_t count, char *const *words,
                                     struct server **server, SSL_CTX **context);

#endif
