#include "context.h"

#include "ex_data.h"
#include "handshake.h"

#include <stdlib.h>

static void context_free(void *parent, void *value, CRYPTO_EX_DATA *data, int index, long number, void *library)
{
    (void)data;
    (void)index;
    (void)number;
    (void)library;
    struct context *context = value;
    library_disowns(parent);
    if (context != NULL)
        free(context->properties);
    free(context);
}

bool context_attach(struct library *library)
{
    const struct ex_data_callbacks callbacks = {.freed = context_free, .argument = library};
    library->context_index = ex_data_index(&library->api, EX_DATA_OF_SSL_CTX, &callbacks);
    return library->context_index > 0;
}

struct context *context_of(const struct library *library, const SSL_CTX *ctx)
{
    bool usable = library != NULL && library->known && ctx != NULL;
    return usable ? library->api.SSL_CTX_get_ex_data(ctx, library->context_index) : NULL;
}

struct context *context_of_connection(const struct library *library, const SSL *ssl)
{
    bool usable = library != NULL && library->known && ssl != NULL;
    return usable ? context_of(library, library->api.SSL_get_SSL_CTX(ssl)) : NULL;
}

static struct context *context_new(const struct library *library, SSL_CTX *ctx, const void *caller)
{
    struct context *context = calloc(1, sizeof *context);
    if (context == NULL)
        return NULL;
    context->call_site = caller;
    if (library->api.SSL_CTX_set_ex_data(ctx, library->context_index, context) != 1) {
        free(context);
        return NULL;
    }
    library_owns(library, ctx);
    return context;
}

struct context *context_arm(const struct library *library, SSL_CTX *ctx, const void *caller)
{
    struct context *context = context_of(library, ctx);
    if (context != NULL || !library->known)
        return context;
    context = context_new(library, ctx, caller);
    if (context == NULL)
        return NULL;
    library->api.SSL_CTX_set_info_callback(ctx, library->info);
    library->api.SSL_CTX_set_cert_verify_callback(ctx, handshake_verify, (void *)library);
    return context;
}

void context_arm_late(const struct library *library, SSL_CTX *ctx, const void *caller)
{
    if (ctx == NULL || !library->known || context_of(library, ctx) != NULL)
        return;
    info_callback app_info = library->api.SSL_CTX_get_info_callback(ctx);
    struct context *context = context_new(library, ctx, caller);
    if (context == NULL)
        return;
    context->app_info = app_info == library->info ? NULL : app_info;
    library->api.SSL_CTX_set_info_callback(ctx, library->info);
}
