#include "loader_hooks.h"

#include "deepbind.h"
#include "loader.h"
#include "notice.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool names_its_library(const char *name)
{
    return strncmp(name, "SSL_", 4) == 0 || strcmp(name, "BIO_new_ssl_connect") == 0;
}

static void *hook_for(void *handle, const char *name)
{
    return handle != RTLD_NEXT && name != NULL && names_its_library(name) ? loader_own_hook(name) : NULL;
}

static struct symbol_answer answer(void *symbol)
{
    return (struct symbol_answer){.symbol = symbol};
}

/* Said once: a process whose TLS is passed through is not protected, and somebody should know. */
static void report_unknown(const void *symbol)
{
    static atomic_bool reported;
    struct loaded_object object;
    char message[sizeof object.path + 128];
    if (!loader_object_at(symbol, &object) || atomic_exchange(&reported, true))
        return;
    snprintf(message, sizeof message,
             "not covered: %s has functions of OpenSSL's names but is no TLS library tlsward knows",
             object.path[0] != '\0' ? object.path : "the program");
    notice_not_covered(message);
}

/* BoringSSL and wrappers of other libraries have OpenSSL's names and other rules. */
static bool is_openssl(const void *symbol)
{
    return loader_defines_beside(symbol, "SSL_CTX_set_cert_verify_callback") &&
           !loader_defines_beside(symbol, "SSL_CTX_set_custom_verify");
}

static struct symbol_answer answer_found(void *symbol, void *hook)
{
    if (symbol == NULL || symbol == hook || is_openssl(symbol))
        return answer(symbol != NULL ? hook : NULL);
    report_unknown(symbol);
    return answer(symbol);
}

struct symbol_answer loader_hook_dlsym(void *handle, const char *name)
{
    int saved = errno;
    deepbind_look_back();
    dlsym_function *real = loader_real_dlsym();
    struct symbol_answer jump = {NULL, *(void **)&real};
    void *hook = real != NULL ? hook_for(handle, name) : NULL;
    errno = saved;
    if (hook == NULL)
        return jump;

    /* Here we would be found although there is nothing behind us: then the next look-up is the one that fails. */
    void *symbol = handle == RTLD_DEFAULT ? hook : real(handle, name);
    if (symbol == hook && loader_count_definitions(name) == 0)
        return answer(real(RTLD_NEXT, name));
    return handle == RTLD_DEFAULT ? jump : answer_found(symbol, hook);
}

struct symbol_answer loader_hook_dlvsym(void *handle, const char *name, const char *version)
{
    int saved = errno;
    deepbind_look_back();
    dlvsym_function *real = loader_real_dlvsym();
    struct symbol_answer jump = {NULL, *(void **)&real};
    void *hook = real != NULL ? hook_for(handle, name) : NULL;
    errno = saved;
    if (hook == NULL)
        return jump;

    void *symbol = real(handle, name, version);
    /* What the caller can see and we cannot is in a scope of its own. */
    return symbol == NULL && handle == RTLD_DEFAULT ? jump : answer_found(symbol, hook);
}

struct open_answer loader_hook_dlopen(const char *path, int flags)
{
    dlopen_function *real = loader_real_dlopen();
    return (struct open_answer){deepbind_flags(path, flags), *(void **)&real};
}
