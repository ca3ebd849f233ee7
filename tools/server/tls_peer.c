#include "server/tls_peer.h"

#include "server/http_date.h"
#include "shared/text.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* Has no certificate to send; the connection remembers that it was asked for one. */
static int note_request(SSL *ssl, X509 **certificate, EVP_PKEY **key)
{
    (void)certificate;
    (void)key;
    *(bool *)SSL_get_app_data(ssl) = true;
    return 0;
}

/* Old appliances are what people ask about: the connection takes what they have, the verification does not. */
static SSL_CTX *make_context(enum tls_offer offer)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (context == NULL)
        return NULL;
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, 0);
    SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
    if (offer == OFFER_ANONYMOUS && (SSL_CTX_set_cipher_list(context, "aNULL") != 1 ||
                                     SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION) != 1)) {
        SSL_CTX_free(context);
        return NULL;
    }
    SSL_CTX_set_client_cert_cb(context, note_request);
    return context;
}

static char *failure(const SSL *ssl, int result)
{
    int system_error = errno;
    unsigned long error = ERR_peek_last_error();
    const char *reason = ERR_reason_error_string(error);
    bool from_system = SSL_get_error(ssl, result) == SSL_ERROR_SYSCALL && system_error != 0;
    char *text = text_format("TLS handshake: %s", from_system      ? strerror(system_error)
                                                  : reason != NULL ? reason
                                                                   : "the server closed the connection");
    ERR_clear_error();
    return text;
}

static bool drive(const struct channel *channel, SSL *ssl, struct tls_peer *peer, char **why)
{
    for (;;) {
        errno = 0;
        ERR_clear_error();
        int result = SSL_connect(ssl);
        if (result == 1)
            return true;
        int error = SSL_get_error(ssl, result);
        if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
            peer->refused = ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE;
            *why = failure(ssl, result);
            return false;
        }
        if (!channel_wait(channel, error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT)) {
            *why = text_format("TLS handshake: %s", strerror(errno));
            return false;
        }
    }
}

/* What arrived, whether or not the handshake came to its end. False where that is nothing. */
static bool take_peer(const SSL *ssl, bool completed, struct tls_peer *peer)
{
    STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);
    if (!completed && sk_X509_num(chain) <= 0)
        return false;
    *peer = (struct tls_peer){.chain = sk_X509_num(chain) > 0 ? X509_chain_up_ref(chain) : NULL,
                              .version = text_format("%s", SSL_get_version(ssl)),
                              .cipher = text_format("%s", SSL_get_cipher(ssl))};
    return true;
}

static bool is_out_of_date(STACK_OF(X509) * chain)
{
    for (int i = 0; i < sk_X509_num(chain); i++)
        if (X509_cmp_timeframe(NULL, X509_get0_notBefore(sk_X509_value(chain, i)),
                               X509_get0_notAfter(sk_X509_value(chain, i))) != 0)
            return true;
    return false;
}

static void ask(const struct channel *channel, SSL *ssl, const struct tls_question *question, struct tls_peer *peer)
{
    if (question->host != NULL && is_out_of_date(peer->chain) && http_date_may_be_asked(question->port))
        peer->date = http_date_ask(channel, ssl, question->host, question->port);
}

bool tls_peer_examine(const struct channel *channel, const char *sni, enum tls_offer offer,
                      const struct tls_question *question, struct tls_peer *peer, char **why)
{
    bool done = false;
    bool asked = false; /* for a certificate of ours */
    SSL *ssl = NULL;
    SSL_CTX *context = make_context(offer);
    if (context == NULL || (ssl = SSL_new(context)) == NULL || SSL_set_fd(ssl, channel->fd) != 1 ||
        SSL_set_app_data(ssl, &asked) != 1 || (sni != NULL && SSL_set_tlsext_host_name(ssl, sni) != 1)) {
        *why = text_format("TLS cannot be set up");
        goto out;
    }
    bool completed = drive(channel, ssl, peer, why);
    done = take_peer(ssl, completed, peer);
    if (completed) {
        ask(channel, ssl, question, peer);
        SSL_shutdown(ssl);
    }
    if (!completed && done)
        peer->ended = text_format("%s%s", *why, asked ? "; the server asks for a client certificate" : "");
out:
    SSL_free(ssl);
    SSL_CTX_free(context);
    return done;
}

void tls_peer_free(struct tls_peer *peer)
{
    sk_X509_pop_free(peer->chain, X509_free);
    free(peer->version);
    free(peer->cipher);
    free(peer->ended);
}
