#include "openssl/install.h"

#include "event/announcement.h"
#include "event/notice.h"
#include "openssl/app_names.h"
#include "openssl/connection.h"
#include "openssl/context.h"
#include "openssl/handshake.h"
#include "openssl/observe.h"
#include "policy/in_force.h"
#include "process/loader.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_usable(const struct library *library)
{
    return library != NULL && library->known;
}

static void tell(const struct library *library)
{
    if (library->slot >= LIBRARIES_MAX)
        notice_unwatched_library(library->path, "one TLS library more than the eight that are told apart in a process");
    else if (library->missing == NULL)
        notice_late_library(library->path);
    else
        notice_unknown_library(library->path, library->missing);
}

/* No library, or one we cannot judge with, which then says so. */
static bool passes_through(const struct library *library)
{
    if (library != NULL && library_is_to_be_told(library))
        tell(library);
    return !is_usable(library);
}

void install_new_context(const struct library *library, SSL_CTX *ctx, void *library_context, const char *properties,
                         const void *caller)
{
    int saved = errno;
    if (ctx == NULL || !process_is_welcome() || passes_through(library))
        goto out;
    policy_announced();
    struct context *context = context_arm(library, ctx, caller);
    if (context == NULL)
        goto out;
    /* SSL_CTX_new() calls SSL_CTX_new_ex() through its PLT in some builds: the program is the outer caller. */
    if (library_called_itself(library, context->call_site) || loader_is_own(context->call_site))
        context->call_site = caller;
    if (library_context != NULL)
        context->library_context = library_context;
    if (properties != NULL && context->properties == NULL)
        context->properties = strdup(properties);
out:
    errno = saved;
}

void install_used_connection(const struct library *library, SSL *ssl, bool connecting, const void *caller)
{
    int saved = errno;
    if (ssl != NULL && !passes_through(library) && !connection_is_armed(library, ssl) &&
        (connecting || observe_is_client(library, ssl)) && process_is_welcome())
        connection_arm(library, ssl, caller);
    errno = saved;
}

void install_connect_bio(const struct library *library, BIO *bio, const void *caller)
{
    int saved = errno;
    SSL *ssl = NULL;
    BIO *ssl_bio = bio != NULL && !passes_through(library) ? library->api.BIO_find_type(bio, BIO_TYPE_SSL) : NULL;
    if (ssl_bio != NULL && library->api.BIO_ctrl(ssl_bio, BIO_C_GET_SSL, 0, &ssl) == 1)
        install_used_connection(library, ssl, true, caller);
    errno = saved;
}

void install_verification(const struct library *library, const void *caller)
{
    if (library != NULL && library->real.SSL_CTX_new != NULL && library_called_itself(library, caller))
        passes_through(library);
}

bool install_context_info(const struct library *library, SSL_CTX *ctx, info_callback callback)
{
    struct context *context = context_of(library, ctx);
    if (context == NULL)
        return false;
    context->app_info = callback;
    return true;
}

bool install_connection_info(const struct library *library, SSL *ssl, info_callback callback, const void *caller)
{
    if (!connection_is_armed(library, ssl))
        return false;
    /* SSL_dup(3), which copies our ex_data as well: a connection made here would be lost by that. */
    if (library_called_itself(library, caller))
        return true;
    struct connection *connection = connection_get(library, ssl);
    if (connection == NULL)
        return false;
    connection->app_info = callback;
    return true;
}

void install_late_context(const struct library *library, SSL_CTX *ctx, const void *caller)
{
    int saved = errno;
    if (ctx != NULL && !passes_through(library) && process_is_welcome())
        context_arm_late(library, ctx, caller);
    errno = saved;
}

bool install_context_verify(const struct library *library, SSL_CTX *ctx, cert_verify_callback callback, void *argument,
                            const void *caller)
{
    install_late_context(library, ctx, caller);
    struct context *context = context_of(library, ctx);
    if (context == NULL)
        return false;
    context->app_verify = callback;
    context->app_verify_argument = argument;
    library->api.SSL_CTX_set_cert_verify_callback(ctx, handshake_verify, (void *)library);
    return true;
}

bool install_read_context_info(const struct library *library, const SSL_CTX *ctx, info_callback *callback)
{
    const struct context *context = context_of(library, ctx);
    if (context != NULL)
        *callback = context->app_info;
    return context != NULL;
}

bool install_read_connection_info(const struct library *library, const SSL *ssl, info_callback *callback)
{
    if (!connection_is_armed(library, ssl))
        return false;
    const struct connection *connection = connection_of(library, ssl);
    *callback = connection != NULL ? connection->app_info : NULL;
    return true;
}

void install_context_mode(const struct library *library, const SSL_CTX *ctx, int mode, const void *caller)
{
    struct context *context = context_of(library, ctx);
    if (context != NULL && (mode & SSL_VERIFY_PEER) == 0)
        context->call_site = caller;
}

void install_connection_mode(const struct library *library, SSL *ssl, int mode, const void *caller)
{
    bool switches_off = (mode & SSL_VERIFY_PEER) == 0;
    if (!connection_is_armed(library, ssl) || library_called_itself(library, caller))
        return;
    struct connection *connection = switches_off ? connection_get(library, ssl) : connection_of(library, ssl);
    if (connection == NULL)
        return;
    connection->mode_is_ours = false;
    if (switches_off)
        connection->handshake.call_site = caller;
}

int install_program_mode(const struct library *library, const SSL *ssl, int mode)
{
    const struct connection *connection = is_usable(library) ? connection_of(library, ssl) : NULL;
    return connection != NULL && connection->mode_is_ours ? connection->app_mode : mode;
}

static bool cannot_be_asked_later(const struct library *library)
{
    return is_usable(library) && library->api.X509_VERIFY_PARAM_get0_host == NULL;
}

void install_host(const struct library *library, const X509_VERIFY_PARAM *param, const char *name, size_t length,
                  bool add)
{
    if (!cannot_be_asked_later(library))
        return;
    if (add)
        app_names_add(param, name, length);
    else
        app_names_set(param, name, length);
}

void install_address(const struct library *library, const X509_VERIFY_PARAM *param, const unsigned char *bytes,
                     size_t length)
{
    char text[INET6_ADDRSTRLEN];
    if (cannot_be_asked_later(library) && (length == 4 || length == 16) &&
        inet_ntop(length == 4 ? AF_INET : AF_INET6, bytes, text, sizeof text) != NULL)
        app_names_add(param, text, 0);
}

void install_connection_host(const struct library *library, SSL *ssl, const char *name, bool add)
{
    if (cannot_be_asked_later(library) && library->api.SSL_get0_param != NULL)
        install_host(library, library->api.SSL_get0_param(ssl), name, 0, add);
}

void install_dane_record(const struct library *library, SSL *ssl, const void *caller)
{
    /* SSL_dup(3), which copies our ex_data as well: a connection made here would be lost by that. */
    if (library != NULL && library_called_itself(library, caller))
        return;
    struct connection *connection = is_usable(library) && ssl != NULL ? connection_get(library, ssl) : NULL;
    if (connection == NULL)
        return;
    connection->has_dane_record = true;
    /* SSL_clear(3) leaves the stage of a handshake that failed. */
    bool is_under_way = connection->handshake.stage == STAGE_OBSERVED || connection->handshake.stage == STAGE_DECIDED;
    if (is_under_way && !connection_is_before_handshake(library, ssl))
        connection->dane_is_late = true;
}
