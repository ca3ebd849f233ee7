#include "openssl/library.h"

#include "openssl/connection.h"
#include "openssl/context.h"
#include "openssl/handshake.h"
#include "openssl/psk.h"
#include "openssl/session.h"
#include "openssl/store_record.h"

/* These callbacks are told neither their library nor an argument, so each library gets functions of its own. */
#define CALLBACKS(slot)                                                                                                \
    static void info_##slot(const SSL *ssl, int where, int value)                                                      \
    {                                                                                                                  \
        handshake_info(library_in_slot(slot), ssl, where, value);                                                      \
    }                                                                                                                  \
    static int use_session_##slot(SSL *ssl, const EVP_MD *digest, const unsigned char **identity, size_t *length,      \
                                  SSL_SESSION **session)                                                               \
    {                                                                                                                  \
        return psk_use_session(library_in_slot(slot), ssl, digest, identity, length, session);                         \
    }
CALLBACKS(0)
CALLBACKS(1)
CALLBACKS(2)
CALLBACKS(3)
CALLBACKS(4)
CALLBACKS(5)
CALLBACKS(6)
CALLBACKS(7)

static bool attach(struct library *library)
{
    library->api.ERR_set_mark();
    bool done = context_attach(library) && connection_attach(library) && session_attach(library) &&
                store_record_attach(library);
    library->api.ERR_pop_to_mark();
    return done;
}

const struct library_attachments library_attachments = {
    .attach = attach,
    .info = {info_0, info_1, info_2, info_3, info_4, info_5, info_6, info_7},
    .use_session = {use_session_0, use_session_1, use_session_2, use_session_3, use_session_4, use_session_5,
                    use_session_6, use_session_7},
};
