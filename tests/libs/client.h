/*
 * What the careless clients share. A row of the table is one way to escape verification; it returns one of enum result,
 * which is the exit status of the program.
 */
#ifndef TESTS_LIBS_CLIENT_H
#define TESTS_LIBS_CLIENT_H

#include <openssl/ssl.h>
#include <stdbool.h>

enum result {
    TALKED = 0,  /* the token went out and an answer came back */
    REFUSED = 1, /* no handshake, or the connection was of no use after it */
    MISUSED = 2,
    LACKING = 77 /* this libssl has no such thing */
};

/* The arguments of the program. */
struct peer {
    const char *host, *port;
    const char *other_host, *other_port; /* a second server or name, for rows that meet two */
    const char *token;                   /* what the client sends, to be found in the server's log */
    const char *trust;                   /* file with the certification authority */
    const char *session;                 /* file for a session */
};
extern struct peer peer;

/* A context for clients that does not verify anything. */
SSL_CTX *client_context(void);

/* A context that verifies the chain, and no name. */
SSL_CTX *client_verifying_context(void);

/* A context for clients that ask for a raw public key; NULL where this libssl knows none. */
SSL_CTX *client_raw_public_key_context(void);

/* At most this version (TLS1_2_VERSION). Versions that lack the control speak nothing later. */
void client_speak_at_most(SSL_CTX *ctx, int version);

/* Not before 1.1.1, and not in LibreSSL, where SSL_CTX_set_options(3) is a macro. */
bool client_resumes_tls13(void);

/* A socket connected to the name's address. */
int client_socket(const char *host, const char *port);

/* A connection with SNI to the first peer, its handshake still to come. Frees nothing of the context. */
SSL *client_connection(SSL_CTX *ctx);

/* Attaches a fresh socket to a peer, and SNI. */
void client_reach(SSL *ssl, const char *host, const char *port);

/* Text, answer, and the end of the connection. Before 1.1.0 a second SSL_connect(3) would start anew, in clear text. */
enum result client_exchange(SSL *ssl, const char *text);

/* The same after a handshake; the text is the token unless it is given. */
enum result client_say(SSL *ssl, const char *text);
enum result client_talk(SSL *ssl);
enum result client_talk_to(SSL_CTX *ctx);

/* libssl's own function, and a context made by it: what stands in front of libssl does not see the call. */
void *client_unseen(const char *name);
SSL_CTX *client_unseen_context(void);

/* The session in peer.session, or NULL. */
SSL_SESSION *client_load_session(void);

enum result client_fails(const char *what);

typedef enum result row_function(void);
struct row {
    const char *name;
    row_function *run;
};

extern const struct row verification_rows[], authentication_rows[], session_rows[], conf_rows[], object_rows[],
    dane_rows[], names_rows[];

#endif
