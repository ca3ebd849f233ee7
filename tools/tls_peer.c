#include "tls_peer.h"

#include "text.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* Old appliances are what people ask about: the connection takes what they have, the verification does not. */
static SSL_CTX *make_context(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (context == NULL)
        return NULL;
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, 0);
    SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
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

static bool drive(const struct channel *channel, SSL *ssl, char **why)
{
    for (;;) {
        errno = 0;
        ERR_clear_error();
        int result = SSL_connect(ssl);
        if (result == 1)
            return true;
        int error = SSL_get_error(ssl, result);
        if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
            *why = failure(ssl, result);
            return false;
        }
        if (!channel_wait(channel, error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT)) {
            *why = text_format("TLS handshake: %s", strerror(errno));
            return false;
        }
    }
}

bool tls_peer_examine(const struct channel *channel, const char *sni, struct tls_peer *peer, char **why)
{
    bool done = false;
    SSL *ssl = NULL;
    SSL_CTX *context = make_context();
    if (context == NULL || (ssl = SSL_new(context)) == NULL || SSL_set_fd(ssl, channel->fd) != 1 ||
        (sni != NULL && SSL_set_tlsext_host_name(ssl, sni) != 1)) {
        *why = text_format("TLS cannot be set up");
        goto out;
    }
    if (!drive(channel, ssl, why))
        goto out;
    STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);
    if (chain == NULL || sk_X509_num(chain) == 0) {
        *why = text_format("the server sends no certificate");
        goto out;
    }
    *peer = (struct tls_peer){.chain = X509_chain_up_ref(chain),
                              .version = text_format("%s", SSL_get_version(ssl)),
                              .cipher = text_format("%s", SSL_get_cipher(ssl))};
    done = true;
    SSL_shutdown(ssl);
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
}
