/*
 * The hooked functions. Each finds the library the call belongs to, says what happened, and calls the real function;
 * what follows from it is decided elsewhere.
 */
#include "event/fallback.h"
#include "hooks/exports.h"
#include "openssl/blocking.h"
#include "openssl/evidence.h"
#include "openssl/foreign_lookups.h"
#include "openssl/handshake.h"
#include "openssl/install.h"
#include "openssl/library.h"
#include "openssl/observe.h"
#include "openssl/protocol_floor.h"
#include "openssl/psk.h"
#include "openssl/sni.h"
#include "openssl/write_bar.h"
#include "peer/connections.h"
#include "peer/trail.h"

#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>

/* What the call comes to where nothing stands between us and the library, else see library_function(). */
#define FUNCTION(library, name)                                                                                        \
    ((library) != NULL && (library)->interposed.name == NULL                                                           \
         ? (library)->real.name                                                                                        \
         : (__typeof__((library)->real.name))library_function(library, offsetof(struct real_functions, name), #name,   \
                                                              CALLER))

/* The real function's result, or `failure`, (void)0 for none, where no library stands behind the call. */
#define REAL(library, failure, name, ...)                                                                              \
    __extension__({                                                                                                    \
        __typeof__((library)->real.name) real = FUNCTION(library, name);                                               \
        real != NULL ? real(__VA_ARGS__) : (failure);                                                                  \
    })

EXPORT SSL_CTX *SSL_CTX_new(const SSL_METHOD *method)
{
    const struct library *library = library_of_method(method, CALLER);
    SSL_CTX *ctx = REAL(library, NULL, SSL_CTX_new, method);
    install_new_context(library, ctx, NULL, NULL, CALLER);
    return ctx;
}

EXPORT SSL_CTX *SSL_CTX_new_ex(void *library_context, const char *properties, const SSL_METHOD *method)
{
    const struct library *library = library_of_method(method, CALLER);
    SSL_CTX *ctx = REAL(library, NULL, SSL_CTX_new_ex, library_context, properties, method);
    install_new_context(library, ctx, library_context, properties, CALLER);
    return ctx;
}

EXPORT SSL *SSL_new(SSL_CTX *ctx)
{
    const struct library *library = library_of_context(ctx, CALLER);
    SSL *ssl = REAL(library, NULL, SSL_new, ctx);
    psk_note_new(library, ctx, ssl, CALLER);
    return ssl;
}

EXPORT int SSL_connect(SSL *ssl)
{
    const struct library *library = library_of_connection(ssl, CALLER);
    install_used_connection(library, ssl, true, CALLER);
    handshake_enter(library, ssl, true);
    int result = REAL(library, -1, SSL_connect, ssl);
    handshake_left(library, ssl);
    return result;
}

EXPORT int SSL_do_handshake(SSL *ssl)
{
    const struct library *library = library_of_connection(ssl, CALLER);
    install_used_connection(library, ssl, false, CALLER);
    handshake_enter(library, ssl, false);
    int result = REAL(library, -1, SSL_do_handshake, ssl);
    handshake_left(library, ssl);
    return result;
}

EXPORT void SSL_set_connect_state(SSL *ssl)
{
    const struct library *library = library_of_connection(ssl, CALLER);
    REAL(library, (void)0, SSL_set_connect_state, ssl);
    install_used_connection(library, ssl, true, CALLER);
}

EXPORT BIO *BIO_new_ssl_connect(SSL_CTX *ctx)
{
    const struct library *library = library_of_context(ctx, CALLER);
    BIO *bio = REAL(library, NULL, BIO_new_ssl_connect, ctx);
    install_connect_bio(library, bio, CALLER);
    return bio;
}

EXPORT int SSL_set_session(SSL *ssl, SSL_SESSION *session)
{
    const struct library *library = library_of_connection(ssl, CALLER);
    if (handshake_refuses_session(library, ssl, session))
        return 0;
    return REAL(library, 0, SSL_set_session, ssl, handshake_takes_session(library, session) ? session : NULL);
}

EXPORT int SSL_copy_session_id(SSL *to, const SSL *from)
{
    const struct library *library = library_of_connection(to, CALLER);
    if (handshake_refuses_session_of(library, to, from))
        return 0;
    int copied = REAL(library, 0, SSL_copy_session_id, to, from);
    handshake_took_session(library, to);
    return copied;
}

EXPORT int SSL_write_early_data(SSL *ssl, const void *data, size_t length, size_t *written)
{
    const struct library *library = library_of_connection(ssl, CALLER);
    install_used_connection(library, ssl, false, CALLER);
    handshake_before_early_data(library, ssl);
    int result = REAL(library, 0, SSL_write_early_data, ssl, data, length, written);
    handshake_left(library, ssl);
    return result;
}

EXPORT void SSL_set_shutdown(SSL *ssl, int mode)
{
    const struct library *library = library_of_connection(ssl, CALLER);
    REAL(library, (void)0, SSL_set_shutdown, ssl, blocking_shutdown(library, ssl, mode));
}

EXPORT void SSL_set_bio(SSL *ssl, BIO *reading, BIO *writing)
{
    const struct library *library = library_of_connection(ssl, CALLER);
    bool made_way = write_bar_set_aside(library, ssl, writing);
    REAL(library, (void)0, SSL_set_bio, ssl, reading, writing);
    if (made_way)
        write_bar_set_again(library, ssl);
}

EXPORT void SSL_CTX_set_info_callback(SSL_CTX *ctx, info_callback callback)
{
    const struct library *library = library_of_context(ctx, CALLER);
    if (!install_context_info(library, ctx, callback))
        REAL(library, (void)0, SSL_CTX_set_info_callback, ctx, callback);
}

EXPORT info_callback SSL_CTX_get_info_callback(SSL_CTX *ctx)
{
    const struct library *library = library_of_context(ctx, CALLER);
    info_callback callback = NULL;
    if (install_read_context_info(library, ctx, &callback))
        return callback;
    return REAL(library, NULL, SSL_CTX_get_info_callback, ctx);
}

EXPORT void SSL_set_info_callback(SSL *ssl, info_callback callback)
{
    const struct library *library = library_of_connection(ssl, CALLER);
    if (!install_connection_info(library, ssl, callback, CALLER))
        REAL(library, (void)0, SSL_set_info_callback, ssl, callback);
}

EXPORT info_callback SSL_get_info_callback(const SSL *ssl)
{
    const struct library *library = library_of_connection(ssl, CALLER);
    info_callback callback = NULL;
    if (install_read_connection_info(library, ssl, &callback))
        return callback;
    return REAL(library, NULL, SSL_get_info_callback, ssl);
}

EXPORT void SSL_CTX_set_cert_verify_callback(SSL_CTX *ctx, cert_verify_callback callback, void *argument)
{
    const struct library *library = library_of_context(ctx, CALLER);
    if (!install_context_verify(library, ctx, callback, argument, CALLER))
        REAL(library, (void)0, SSL_CTX_set_cert_verify_callback, ctx, callback, argument);
}

EXPORT void SSL_CTX_set_verify(SSL_CTX *ctx, int mode, verify_callback callback)
{
    const struct library *library = library_of_context(ctx, CALLER);
    install_context_mode(library, ctx, mode, CALLER);
    REAL(library, (void)0, SSL_CTX_set_verify, ctx, mode, callback);
}

EXPORT void SSL_set_verify(SSL *ssl, int mode, verify_callback callback)
{
    const struct library *library = library_of_connection(ssl, CALLER);
    install_connection_mode(library, ssl, mode, CALLER);
    REAL(library, (void)0, SSL_set_verify, ssl, mode, callback);
}

EXPORT int SSL_get_verify_mode(const SSL *ssl)
{
    const struct library *library = library_of_connection(ssl, CALLER);
    return install_program_mode(library, ssl, REAL(library, SSL_VERIFY_NONE, SSL_get_verify_mode, ssl));
}

EXPORT void SSL_CTX_set_psk_client_callback(SSL_CTX *ctx, psk_client_callback callback)
{
    const struct library *library = library_of_context(ctx, CALLER);
    install_late_context(library, ctx, CALLER);
    psk_note_context_client(library, ctx, callback);
    REAL(library, (void)0, SSL_CTX_set_psk_client_callback, ctx, callback);
}

EXPORT void SSL_set_psk_client_callback(SSL *ssl, psk_client_callback callback)
{
    const struct library *library = library_of_connection(ssl, CALLER);
    REAL(library, (void)0, SSL_set_psk_client_callback, ssl, psk_note_client(library, ssl, callback));
}

EXPORT void SSL_CTX_set_psk_use_session_callback(SSL_CTX *ctx, psk_use_session_callback callback)
{
    const struct library *library = library_of_context(ctx, CALLER);
    install_late_context(library, ctx, CALLER);
    psk_note_context_session(library, ctx, callback);
    REAL(library, (void)0, SSL_CTX_set_psk_use_session_callback, ctx, callback);
}

EXPORT void SSL_set_psk_use_session_callback(SSL *ssl, psk_use_session_callback callback)
{
    const struct library *library = library_of_connection(ssl, CALLER);
    REAL(library, (void)0, SSL_set_psk_use_session_callback, ssl, psk_note_session(library, ssl, callback));
}

EXPORT int SSL_set1_host(SSL *ssl, const char *name)
{
    const struct library *library = library_of_connection(ssl, CALLER);
    install_connection_host(library, ssl, name, false);
    const struct library *outer = library_calling(library);
    int done = REAL(library, 0, SSL_set1_host, ssl, name);
    library_calling(outer);
    return done;
}

EXPORT int SSL_add1_host(SSL *ssl, const char *name)
{
    const struct library *library = library_of_connection(ssl, CALLER);
    install_connection_host(library, ssl, name, true);
    const struct library *outer = library_calling(library);
    int done = REAL(library, 0, SSL_add1_host, ssl, name);
    library_calling(outer);
    return done;
}

EXPORT int X509_VERIFY_PARAM_set1_host(X509_VERIFY_PARAM *param, const char *name, size_t length)
{
    const struct library *library = library_of_crypto_caller(CALLER, "X509_VERIFY_PARAM_set1_host");
    install_host(library, param, name, length, false);
    return REAL(library, 0, X509_VERIFY_PARAM_set1_host, param, name, length);
}

EXPORT int X509_VERIFY_PARAM_add1_host(X509_VERIFY_PARAM *param, const char *name, size_t length)
{
    const struct library *library = library_of_crypto_caller(CALLER, "X509_VERIFY_PARAM_add1_host");
    install_host(library, param, name, length, true);
    return REAL(library, 0, X509_VERIFY_PARAM_add1_host, param, name, length);
}

EXPORT int X509_VERIFY_PARAM_set1_ip(X509_VERIFY_PARAM *param, const unsigned char *address, size_t length)
{
    const struct library *library = library_of_crypto_caller(CALLER, "X509_VERIFY_PARAM_set1_ip");
    install_address(library, param, address, length);
    return REAL(library, 0, X509_VERIFY_PARAM_set1_ip, param, address, length);
}

EXPORT int X509_VERIFY_PARAM_set1_ip_asc(X509_VERIFY_PARAM *param, const char *address)
{
    const struct library *library = library_of_crypto_caller(CALLER, "X509_VERIFY_PARAM_set1_ip_asc");
    install_host(library, param, address, 0, true);
    return REAL(library, 0, X509_VERIFY_PARAM_set1_ip_asc, param, address);
}

EXPORT long SSL_ctrl(SSL *ssl, int command, long number, void *argument)
{
    const struct library *library = library_of_connection(ssl, CALLER);
    if (command == SSL_CTRL_SET_TLSEXT_HOSTNAME && number == TLSEXT_NAMETYPE_host_name)
        sni_note(library, ssl);
    else if (command == SSL_CTRL_SET_MIN_PROTO_VERSION)
        protocol_floor_forget(library, ssl);
    return REAL(library, 0, SSL_ctrl, ssl, command, number, argument);
}

EXPORT int SSL_set_tlsext_host_name(SSL *ssl, const char *name)
{
    const struct library *library = library_of_connection(ssl, CALLER);
    sni_note(library, ssl);
    return REAL(library, 0, SSL_set_tlsext_host_name, ssl, name);
}

EXPORT int SSL_set1_initial_peer_addr(SSL *ssl, const BIO_ADDR *address)
{
    const struct library *library = library_of_connection(ssl, CALLER);
    observe_told_address(library, ssl, address);
    return REAL(library, 0, SSL_set1_initial_peer_addr, ssl, address);
}

EXPORT int X509_verify_cert(X509_STORE_CTX *store_ctx)
{
    const struct library *library = library_of_crypto_caller(CALLER, "X509_verify_cert");
    install_verification(library, CALLER);
    verification *real = FUNCTION(library, X509_verify_cert);
    if (library == NULL || real == NULL)
        return real != NULL ? real(store_ctx) : -1;
    return handshake_net(library, store_ctx, real);
}

EXPORT int SSL_dane_tlsa_add(SSL *ssl, unsigned char usage, unsigned char selector, unsigned char type,
                             const unsigned char *data, size_t length)
{
    const struct library *library = library_of_connection(ssl, CALLER);
    install_dane_record(library, ssl, CALLER);
    return REAL(library, 0, SSL_dane_tlsa_add, ssl, usage, selector, type, data, length);
}

EXPORT X509_LOOKUP *X509_STORE_add_lookup(X509_STORE *store, X509_LOOKUP_METHOD *method)
{
    const struct library *library = library_of_crypto_caller(CALLER, "X509_STORE_add_lookup");
    foreign_lookups_note_method(library, store, method, CALLER);
    return REAL(library, NULL, X509_STORE_add_lookup, store, method);
}

EXPORT int X509_STORE_load_store(X509_STORE *store, const char *uri)
{
    const struct library *library = library_of_crypto_caller(CALLER, "X509_STORE_load_store");
    foreign_lookups_note_uri(library, store, uri);
    return REAL(library, 0, X509_STORE_load_store, store, uri);
}

EXPORT int X509_STORE_load_store_ex(X509_STORE *store, const char *uri, void *library_context, const char *properties)
{
    const struct library *library = library_of_crypto_caller(CALLER, "X509_STORE_load_store_ex");
    foreign_lookups_note_uri(library, store, uri);
    return REAL(library, 0, X509_STORE_load_store_ex, store, uri, library_context, properties);
}

EXPORT X509 *SSL_get_peer_certificate(const SSL *ssl)
{
    const struct library *library = library_of_connection(ssl, CALLER);
    X509 *leaf = REAL(library, NULL, SSL_get_peer_certificate, ssl);
    evidence_certificate(library, ssl, leaf, CALLER);
    return leaf;
}

EXPORT X509 *SSL_get0_peer_certificate(const SSL *ssl)
{
    const struct library *library = library_of_connection(ssl, CALLER);
    X509 *leaf = REAL(library, NULL, SSL_get0_peer_certificate, ssl);
    evidence_certificate(library, ssl, leaf, CALLER);
    return leaf;
}

EXPORT X509 *SSL_get1_peer_certificate(const SSL *ssl)
{
    const struct library *library = library_of_connection(ssl, CALLER);
    X509 *leaf = REAL(library, NULL, SSL_get1_peer_certificate, ssl);
    evidence_certificate(library, ssl, leaf, CALLER);
    return leaf;
}

EXPORT long SSL_get_verify_result(const SSL *ssl)
{
    const struct library *library = library_of_connection(ssl, CALLER);
    evidence_verify_result(library, ssl, CALLER);
    return REAL(library, 1, SSL_get_verify_result, ssl);
}

EXPORT int X509_check_host(X509 *certificate, const char *name, size_t length, unsigned int flags, char **peer_name)
{
    const struct library *library = library_of_crypto_caller(CALLER, "X509_check_host");
    int matched = REAL(library, -1, X509_check_host, certificate, name, length, flags, peer_name);
    evidence_name_check(library, certificate, matched, CALLER);
    return matched;
}

EXPORT int X509_check_ip(X509 *certificate, const unsigned char *address, size_t length, unsigned int flags)
{
    const struct library *library = library_of_crypto_caller(CALLER, "X509_check_ip");
    int matched = REAL(library, -1, X509_check_ip, certificate, address, length, flags);
    evidence_name_check(library, certificate, matched, CALLER);
    return matched;
}

EXPORT int X509_check_ip_asc(X509 *certificate, const char *address, unsigned int flags)
{
    const struct library *library = library_of_crypto_caller(CALLER, "X509_check_ip_asc");
    int matched = REAL(library, -1, X509_check_ip_asc, certificate, address, flags);
    evidence_name_check(library, certificate, matched, CALLER);
    return matched;
}

EXPORT void *X509_get_ext_d2i(const X509 *certificate, int nid, int *critical, int *index)
{
    const struct library *library = library_of_crypto_caller(CALLER, "X509_get_ext_d2i");
    evidence_extension(library, certificate, nid, CALLER);
    return REAL(library, NULL, X509_get_ext_d2i, certificate, nid, critical, index);
}

EXPORT int X509_get_ext_by_NID(const X509 *certificate, int nid, int after)
{
    const struct library *library = library_of_crypto_caller(CALLER, "X509_get_ext_by_NID");
    evidence_extension(library, certificate, nid, CALLER);
    return REAL(library, -1, X509_get_ext_by_NID, certificate, nid, after);
}

EXPORT int X509_get_ext_count(const X509 *certificate)
{
    const struct library *library = library_of_crypto_caller(CALLER, "X509_get_ext_count");
    evidence_extensions(library, certificate, CALLER);
    return REAL(library, 0, X509_get_ext_count, certificate);
}

EXPORT int getaddrinfo(const char *restrict node, const char *restrict service, const struct addrinfo *restrict hints,
                       struct addrinfo **restrict result)
{
    __typeof__(getaddrinfo) *real = LIBC(getaddrinfo);
    int failure = real != NULL ? real(node, service, hints, result) : EAI_SYSTEM;
    if (failure == 0)
        trail_resolved(node, *result);
    return failure;
}

#ifdef GAI_WAIT /* musl has none of this */
/* The outcome of a request, with its names where it is complete: ar_result means nothing before and elsewhere. */
static int outcome(struct gaicb *request)
{
    __typeof__(gai_error) *real = LIBC(gai_error);
    int failure = real != NULL ? real(request) : EAI_SYSTEM;
    if (failure == 0)
        trail_resolved(request->ar_name, request->ar_result);
    return failure;
}

EXPORT int getaddrinfo_a(int mode, struct gaicb **restrict list, int count, struct sigevent *restrict event)
{
    __typeof__(getaddrinfo_a) *real = LIBC(getaddrinfo_a);
    int failure = real != NULL ? real(mode, list, count, event) : EAI_SYSTEM;
    for (int i = 0; failure == 0 && mode == GAI_WAIT && i < count; i++)
        if (list[i] != NULL)
            outcome(list[i]);
    return failure;
}

/* Who does not wait learns here that a request is complete. */
EXPORT int gai_error(struct gaicb *request)
{
    return outcome(request);
}
#endif

EXPORT struct hostent *gethostbyname(const char *name)
{
    __typeof__(gethostbyname) *real = LIBC(gethostbyname);
    struct hostent *result = real != NULL ? real(name) : NULL;
    trail_resolved_hostent(name, result);
    return result;
}

EXPORT struct hostent *gethostbyname2(const char *name, int family)
{
    __typeof__(gethostbyname2) *real = LIBC(gethostbyname2);
    struct hostent *result = real != NULL ? real(name, family) : NULL;
    trail_resolved_hostent(name, result);
    return result;
}

EXPORT int gethostbyname_r(const char *restrict name, struct hostent *restrict entry, char *restrict buffer,
                           size_t size, struct hostent **restrict result, int *restrict error)
{
    __typeof__(gethostbyname_r) *real = LIBC(gethostbyname_r);
    int failure = real != NULL ? real(name, entry, buffer, size, result, error) : ENOSYS;
    if (failure == 0)
        trail_resolved_hostent(name, *result);
    return failure;
}

EXPORT int gethostbyname2_r(const char *restrict name, int family, struct hostent *restrict entry,
                            char *restrict buffer, size_t size, struct hostent **restrict result, int *restrict error)
{
    __typeof__(gethostbyname2_r) *real = LIBC(gethostbyname2_r);
    int failure = real != NULL ? real(name, family, entry, buffer, size, result, error) : ENOSYS;
    if (failure == 0)
        trail_resolved_hostent(name, *result);
    return failure;
}

EXPORT int connect(int fd, const struct sockaddr *address, socklen_t length)
{
    if (fallback_refuses(address, length, CALLER)) {
        errno = ECONNREFUSED;
        return -1;
    }
    __typeof__(connect) *real = LIBC(connect);
    int failure = real != NULL ? real(fd, address, length) : -1;
    if (failure == 0 || errno == EINPROGRESS || errno == EINTR)
        connections_add(fd, address, length, CALLER);
    return failure;
}
