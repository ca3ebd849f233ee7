/* Another preloaded library, which finds what it wraps by RTLD_NEXT: in its constructor, before it and later. */
#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

typedef void *malloc_function(size_t);
typedef char *getenv_function(const char *);
typedef int connect_function(int, const void *, unsigned);

static getenv_function *real_getenv;
static int calls_of_connect;

void *malloc(size_t size)
{
    static malloc_function *real;
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "malloc");
    return real(size);
}

__attribute__((constructor)) static void begin(void)
{
    *(void **)&real_getenv = dlsym(RTLD_NEXT, "getenv");
}

char *getenv(const char *name)
{
    static char answer[] = "wrapped";
    if (real_getenv == NULL)
        *(void **)&real_getenv = dlsym(RTLD_NEXT, "getenv"); /* another constructor came first */
    return strcmp(name, "TLSWARD_TEST_WRAPPED") == 0 ? answer : real_getenv(name);
}

int connect(int fd, const void *address, unsigned length)
{
    connect_function *real;
    *(void **)&real = dlsym(RTLD_NEXT, "connect");
    calls_of_connect++;
    return real(fd, address, length);
}

static const char *holder(void *symbol)
{
    Dl_info info;
    return symbol != NULL && dladdr(symbol, &info) != 0 ? strrchr(info.dli_fname, '/') + 1 : "NULL";
}

__attribute__((destructor)) static void end(void)
{
    printf(
        "wrapper: connect called %d times, next malloc %s, getenv %s, connect %s, SSL_connect %s, no_such_symbol %s\n",
        calls_of_connect, holder(dlsym(RTLD_NEXT, "malloc")), holder(dlsym(RTLD_NEXT, "getenv")),
        holder(dlsym(RTLD_NEXT, "connect")), holder(dlsym(RTLD_NEXT, "SSL_connect")),
        holder(dlsym(RTLD_NEXT, "no_such_symbol")));
}
