/*
 * Prints what dlsym and dlvsym answer to the object this is part of: linked into a program with LOOKUPS_MAIN, which
 * then opens the libraries named by its arguments and lets each ask the same questions.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

void lookups_run(const char *where);

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static void print_answer(const char *where, const char *handle, const char *name, const char *version, void *symbol)
{
    Dl_info info;
    const char *error = dlerror();
    printf("%s %s %s %s: ", where, handle, name, version);
    if (symbol == NULL)
        printf("NULL, %s\n", error != NULL ? error : "no error");
    else if (dladdr(symbol, &info) == 0)
        printf("nowhere\n");
    else
        printf("%s %#lx%s\n", base_name(info.dli_fname), (unsigned long)((char *)symbol - (char *)info.dli_fbase),
               error != NULL ? error : "");
}

static const char *const names[] = {
    "getenv",         "malloc",           "dlsym",       "dlvsym",         "dlopen",
    "connect",        "getaddrinfo",      "cos",         "SSL_connect",    "SSL_CTX_new",
    "SSL_set_verify", "SSL_new",          "SSL_version", "SSL_no_such",    "BIO_new_ssl_connect",
    "BIO_new",        "X509_verify_cert", "lookups_run", "no_such_symbol",
};

static const char *const versioned[][2] = {
    {"memcpy", "GLIBC_2.2.5"},        {"memcpy", "GLIBC_2.14"},           {"realpath", "GLIBC_2.2.5"},
    {"realpath", "GLIBC_2.3"},        {"getenv", "GLIBC_2.2.5"},          {"getenv", "NO_SUCH_VERSION"},
    {"SSL_connect", "OPENSSL_3.0.0"}, {"SSL_connect", "NO_SUCH_VERSION"}, {"SSL_version", "OPENSSL_3.0.0"},
    {"dlsym", "GLIBC_2.2.5"},
};

static void ask(const char *where, const char *label, void *handle)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        errno = 0;
        print_answer(where, label, names[i], "-", dlsym(handle, names[i]));
    }
    for (size_t i = 0; i < sizeof versioned / sizeof versioned[0]; i++)
        print_answer(where, label, versioned[i][0], versioned[i][1], dlvsym(handle, versioned[i][0], versioned[i][1]));
}

void lookups_run(const char *where)
{
    static const char *const libraries[] = {"libc.so.6", "libm.so.6", "libssl.so.3", "libcrypto.so.3"};

    ask(where, "RTLD_DEFAULT", RTLD_DEFAULT);
    ask(where, "RTLD_NEXT", RTLD_NEXT);
    ask(where, "program", dlopen(NULL, RTLD_NOW));
    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++) {
        void *handle = dlopen(libraries[i], RTLD_NOW | RTLD_NOLOAD);
        if (handle != NULL)
            ask(where, libraries[i], handle);
    }
}

#ifdef LOOKUPS_MAIN
int main(int argc, char **argv)
{
    lookups_run("program");
    for (int i = 1; i < argc; i++) {
        void *library = dlopen(argv[i], RTLD_NOW | RTLD_LOCAL);
        void (*run)(const char *) = NULL;
        if (library != NULL)
            *(void **)&run = dlsym(library, "lookups_run");
        if (run == NULL) {
            fprintf(stderr, "%s\n", dlerror());
            return 1;
        }
        run(base_name(argv[i]));
    }
    return 0;
}
#endif
