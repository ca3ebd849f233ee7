/*
 * What tlsward keeps with an SSL: from the moment its handshake starts (or the program says something about it)
 * until it is freed. One thread at a time uses an SSL, so nothing here is atomic.
 */
#ifndef TLSWARD_CONNECTION_H
#define TLSWARD_CONNECTION_H

#include "event/client_handshake.h"
#include "openssl/context.h"
#include "openssl/library.h"
#include "openssl/name_watch.h"

struct connection {
    struct client_handshake handshake;
    bool armed;             /* our info callback stands on the SSL itself, not on its context */
    info_callback app_info; /* set on the SSL itself; NULL: the context's counts */
    int app_mode;           /* the program's verify mode while ours is in its place */
    bool mode_is_ours;
    bool owns_psk_client;         /* app_psk's counts; else the context's */
    bool owns_psk_session;        /* the same */
    bool psk_is_dropped;          /* none of the program's callbacks is in place */
    bool psk_is_guarded;          /* ours stands in for the one that gives sessions */
    struct psk_callbacks app_psk; /* set on the SSL itself, or its context's of when it was made */
    int app_min_protocol;         /* the program's SSL_get_min_proto_version(3) while ours is in its place */
    int min_protocol;             /* ours; 0: none */
    char *app_suites;             /* the program's list while `suites` is in its place; else NULL */
    char *suites;

    bool has_dane_record; /* the program gave it a TLSA record, which nothing takes from it again */
    bool dane_is_late;    /* ... during a handshake: none of them counts */

    BIO *barred_wbio; /* the program's, while ours is in its place: see write_bar.h */

    char *own_sni; /* the SNI that we set, or NULL; see sni.h */

    bool writes_early_data; /* within SSL_write_early_data(3) */

    /*
     * The first member that connection_reset() forgets: it was observed on the way into the call, so that START need
     * not look again where the library is not modern.
     */
    bool prepared;
    bool had_session;            /* a session was there when the handshake started */
    enum authentication dropped; /* the kind of suites taken from the list; AUTH_CERTIFICATE: none */
    bool refused;                /* blocked by the policy: the alert's error is still to be explained */
    const void *watched_session; /* see late_session.h; never read */
    bool session_is_barred;      /* and what the SSL had before: */
    unsigned id_context_length;
    unsigned char id_context[32];     /* SSL_MAX_SID_CTX_LENGTH */
    bool verifying;                   /* the program's own verification is running */
    struct name_watch *names_watched; /* of the leaf; NULL where what the program asks of it says nothing */
    bool closed;                      /* blocked by the policy after the handshake: see blocking_close() */

    const struct trust *trust; /* the policy's anchors that the chain was verified against, or NULL */
    uint64_t app_anchors;      /* the program's, see context_anchors(); 0 where they cannot be told */
};

bool connection_attach(struct library *library);

/* NULL where there is none yet. */
struct connection *connection_of(const struct library *library, const SSL *ssl);

/* Makes one where there is none; NULL for memory shortage. */
struct connection *connection_get(const struct library *library, SSL *ssl);

/*
 * For an SSL whose context had no callback for pre-shared keys when it was made: its record, once there is one, says
 * so. Until then that costs no record, be it a server's.
 */
void connection_made_without_psk(const struct library *library, SSL *ssl);

/* True for an SSL that is new or was cleared. */
bool connection_is_before_handshake(const struct library *library, const SSL *ssl);

/*
 * For a connection of a context that was made where we could not see it: our info callback. A cert-verify callback that
 * the program may have set on the context cannot be read back, so it is left alone; X509_verify_cert catches the
 * verification. Does nothing the second time.
 */
void connection_arm(const struct library *library, SSL *ssl, const void *caller);

/* True where our info callback is called for the SSL, because of its context or for itself. */
bool connection_is_armed(const struct library *library, const SSL *ssl);

/* Forgets what was observed and decided, for an SSL that is used again. */
void connection_reset(struct connection *connection);

#endif
