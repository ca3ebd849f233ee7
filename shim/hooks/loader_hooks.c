#include "hooks/loader_hooks.h"

#include "event/notice.h"
#include "hooks/deepbind.h"
#include "process/loader.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>

/* By hand: ASan asks for all its functions here, strncmp(3) among them, before it can be called. */
static bool begins_with(const char *text, const char *prefix)
{
    while (*prefix != '\0' && *text == *prefix) {
        text++;
        prefix++;
    }
    return *prefix == '\0';
}

/* Only these say by their argument which library is meant, when no caller's object is known to tell it. */
static bool names_its_library(const char *name)
{
    return begins_with(name, "SSL_") || begins_with(name, "BIO_new_ssl_connect");
}

static void *tls_hook(const char *name)
{
    if (name == NULL || (!names_its_library(name) && !begins_with(name, "X509_")))
        return NULL;
    return loader_own_hook(name);
}

/* What these find depends on who asks. */
static bool is_scope(void *handle)
{
    return handle == RTLD_DEFAULT || handle == RTLD_NEXT;
}

static struct symbol_answer answer(void *symbol)
{
    return (struct symbol_answer){.symbol = symbol};
}

static void report_unknown(const void *symbol)
{
    struct loaded_object object;
    if (loader_object_at(symbol, &object))
        notice_unknown_library(object.path, "an API that is OpenSSL's own");
}

/* BoringSSL and wrappers of other libraries have OpenSSL's names and other rules. */
static bool is_openssl(const void *symbol)
{
    return loader_defines_beside(symbol, "SSL_CTX_set_cert_verify_callback") &&
           !loader_defines_beside(symbol, "SSL_CTX_set_custom_verify");
}

static struct symbol_answer answer_found(const char *name, void *symbol, void *hook)
{
    if (symbol == NULL || symbol == hook || !names_its_library(name))
        return answer(symbol);
    if (is_openssl(symbol))
        return answer(hook);
    report_unknown(symbol);
    return answer(symbol);
}

struct symbol_answer loader_hook_dlsym(void *handle, const char *name, const void *caller)
{
    int saved = errno;
    deepbind_look_back();
    dlsym_function *real = loader_real_dlsym();
    struct symbol_answer jump = {NULL, *(void **)&real};
    void *hook = real != NULL ? tls_hook(name) : NULL;
    errno = saved;
    if (hook == NULL)
        return jump;

    /* We would be found by scope although there is nothing behind us. */
    if (is_scope(handle))
        return loader_seen_by(caller, name) != NULL ? jump : answer(NULL);
    void *symbol = real(handle, name);
    if (symbol == hook && real(RTLD_NEXT, name) == NULL)
        return answer(NULL);
    return answer_found(name, symbol, hook);
}

struct symbol_answer loader_hook_dlvsym(void *handle, const char *name, const char *version)
{
    int saved = errno;
    deepbind_look_back();
    dlvsym_function *real = loader_real_dlvsym();
    struct symbol_answer jump = {NULL, *(void **)&real};
    void *hook = real != NULL && handle != RTLD_NEXT ? tls_hook(name) : NULL;
    errno = saved;
    if (hook == NULL)
        return jump;

    /* Our hooks have no version, so no look-up finds them by one. */
    void *symbol = real(handle, name, version);
    /* What is in a scope of the caller's own, only the jump can find. */
    return symbol == NULL && handle == RTLD_DEFAULT ? jump : answer_found(name, symbol, hook);
}

struct open_answer loader_hook_dlopen(const char *path, int flags)
{
    dlopen_function *real = loader_real_dlopen();
    return (struct open_answer){deepbind_flags(path, flags), *(void **)&real};
}
