#include "openssl/blocking.h"

#include "event/announcement.h"
#include "openssl/write_bar.h"

#include <errno.h>

static void demand_verification(const struct library *library, SSL *ssl, struct connection *connection)
{
    int mode = library->api.SSL_get_verify_mode(ssl);
    if ((mode & SSL_VERIFY_PEER) != 0)
        return;
    if (connection != NULL) {
        connection->app_mode = mode;
        connection->mode_is_ours = true;
    }
    library->api.SSL_set_verify(ssl, SSL_VERIFY_PEER, library->api.SSL_get_verify_callback(ssl));
}

int blocking_carry_out(const struct library *library, SSL *ssl, struct connection *connection,
                       X509_STORE_CTX *store_ctx, int accepted)
{
    switch (client_handshake_consequence(&connection->handshake)) {
    case CONSEQUENCE_REFUSE:
        demand_verification(library, ssl, connection);
        connection->refused = true;
        library->api.X509_STORE_CTX_set_error(store_ctx, connection->handshake.verdict.x509_error);
        return 0;
    case CONSEQUENCE_ACCEPT: /* and SSL_get_verify_result(3) says so */
        library->api.X509_STORE_CTX_set_error(store_ctx, 0);
        return 1;
    default:
        return accepted;
    }
}

int blocking_without_verdict(const struct library *library, SSL *ssl, X509_STORE_CTX *store_ctx, int accepted)
{
    if (!policy_may_enforce())
        return accepted;
    demand_verification(library, ssl, NULL);
    library->api.X509_STORE_CTX_set_error(store_ctx, X509_V_ERR_OUT_OF_MEM);
    return 0;
}

/* Whether libssl says what our refusal comes to, be it of the peer or of the versions and suites that are left. */
static bool tells_our_refusal(unsigned long reason)
{
    static const unsigned long ours[] = {
        SSL_R_CERTIFICATE_VERIFY_FAILED, SSL_R_ATTEMPT_TO_REUSE_SESSION_IN_DIFFERENT_CONTEXT,
        SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_NO_PROTOCOLS_AVAILABLE, SSL_R_NO_CIPHERS_AVAILABLE};
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        if (reason == ours[i])
            return true;
    return false;
}

void blocking_explain(const struct library *library, struct connection *connection)
{
    if (!connection->refused)
        return;
    /* The reason's low bits are the same in every version's packing: see ERR_GET_REASON(3). */
    unsigned long reason = library->api.ERR_peek_last_error() & 0xfff;
    if (!tells_our_refusal(reason))
        return;
    connection->refused = false;

    char text[512];
    client_handshake_explain(&connection->handshake, text, sizeof text);
    if (library->api.ERR_add_error_data != NULL)
        library->api.ERR_add_error_data(1, text);
    else if (library->api.ERR_asprintf_error_data != NULL)
        library->api.ERR_asprintf_error_data((char[]){"%s"}, text);
}

void blocking_close(const struct library *library, SSL *ssl, struct connection *connection)
{
    connection->closed = true;
    library->api.SSL_set_shutdown(ssl, SSL_SENT_AND_RECEIVED_SHUTDOWN);
    write_bar_set(library, ssl, connection);
}

void blocking_keep_closed(const struct library *library, SSL *ssl)
{
    int saved = errno;
    struct connection *connection = connection_of(library, ssl);
    if (connection != NULL && connection->closed && !connection_is_before_handshake(library, ssl)) {
        library->api.SSL_set_shutdown(ssl, SSL_SENT_AND_RECEIVED_SHUTDOWN);
        write_bar_renew(library, ssl, connection);
    }
    errno = saved;
}

void blocking_reopen(const struct library *library, SSL *ssl, struct connection *connection)
{
    connection->closed = false;
    write_bar_lift(library, ssl, connection);
}

void blocking_close_without_verdict(const struct library *library, SSL *ssl)
{
    if (!policy_may_enforce())
        return;
    struct connection *connection = connection_get(library, ssl);
    if (connection != NULL)
        blocking_close(library, ssl, connection);
    else
        library->api.SSL_set_shutdown(ssl, SSL_SENT_AND_RECEIVED_SHUTDOWN);
}

int blocking_shutdown(const struct library *library, const SSL *ssl, int wanted)
{
    const struct connection *connection = library != NULL ? connection_of(library, ssl) : NULL;
    bool stays = connection != NULL && connection->closed && !connection_is_before_handshake(library, ssl);
    return stays ? wanted | SSL_SENT_AND_RECEIVED_SHUTDOWN : wanted;
}

void blocking_undo(const struct library *library, SSL *ssl, struct connection *connection)
{
    if (!connection->mode_is_ours)
        return;
    connection->mode_is_ours = false;
    library->api.SSL_set_verify(ssl, connection->app_mode, library->api.SSL_get_verify_callback(ssl));
}
