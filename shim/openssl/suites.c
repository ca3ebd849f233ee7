#include "openssl/suites.h"

#include <stdlib.h>
#include <string.h>

/* SSL_CIPHER_description(3) reads the same in every version: "… Kx=DH Au=None Enc=…". */
static enum authentication authentication_by_text(const struct openssl_api *api, const SSL_CIPHER *cipher)
{
    char text[256];
    if (api->SSL_CIPHER_description(cipher, text, sizeof text) == NULL)
        return AUTH_ANONYMOUS;
    if (strstr(text, "Au=PSK") != NULL)
        return AUTH_PSK;
    if (strstr(text, "Au=SRP") != NULL)
        return AUTH_SRP;
    return strstr(text, "Au=None") != NULL ? AUTH_ANONYMOUS : AUTH_CERTIFICATE;
}

/* LibreSSL numbers the methods in its own way, so only OpenSSL is asked for the number. */
static enum authentication authentication_of(const struct library *library, const SSL_CIPHER *cipher)
{
    const struct openssl_api *api = &library->api;
    if (cipher == NULL)
        return AUTH_ANONYMOUS;
    if (!library->modern || api->SSL_CIPHER_get_auth_nid == NULL)
        return authentication_by_text(api, cipher);
    switch (api->SSL_CIPHER_get_auth_nid(cipher)) {
    case NID_auth_null:
        return AUTH_ANONYMOUS;
    case NID_auth_psk:
        return AUTH_PSK;
    case NID_auth_srp:
        return AUTH_SRP;
    default:
        return AUTH_CERTIFICATE;
    }
}

static bool is_unwanted(enum authentication authentication, enum choice psk)
{
    return authentication == AUTH_ANONYMOUS || (authentication != AUTH_CERTIFICATE && psk == CHOICE_BLOCK);
}

/* TLS 1.3 suites say nothing of authentication and are set elsewhere; naming them in a list would be an error. */
static bool is_tls13(const struct openssl_api *api, const SSL_CIPHER *cipher)
{
    return strncmp(api->SSL_CIPHER_get_name(cipher), "TLS_", 4) == 0;
}

static size_t append(char *list, size_t used, const char *name)
{
    size_t length = strlen(name);
    if (used > 0)
        list[used++] = ':';
    memcpy(list + used, name, length + 1);
    return used + length;
}

/* What the ClientHello would offer: without it a default list looks full of PSK suites that nobody has a key for. */
static enum authentication unwanted_offer(const struct library *library, SSL *ssl, enum choice psk)
{
    const struct openssl_api *api = &library->api;
    STACK *owned = api->SSL_get1_supported_ciphers != NULL ? api->SSL_get1_supported_ciphers(ssl) : NULL;
    const STACK *offered = owned != NULL ? owned : api->SSL_get_ciphers(ssl);
    enum authentication found = AUTH_CERTIFICATE;
    for (int i = 0; offered != NULL && found == AUTH_CERTIFICATE && i < api_stack_num(api, offered); i++) {
        enum authentication authentication = authentication_of(library, api_stack_value(api, offered, i));
        if (is_unwanted(authentication, psk))
            found = authentication;
    }
    if (owned != NULL)
        api_stack_free(api, owned);
    return found;
}

static size_t list_space(const struct openssl_api *api, const STACK *suites)
{
    size_t space = 1;
    for (int i = 0; i < api_stack_num(api, suites); i++)
        space += strlen(api->SSL_CIPHER_get_name(api_stack_value(api, suites, i))) + 1;
    return space;
}

/* The suites up to TLS 1.2, all or without the unwanted ones; NULL for memory shortage. */
static char *list_text(const struct library *library, const SSL *ssl, bool all, enum choice psk)
{
    const struct openssl_api *api = &library->api;
    const STACK *suites = api->SSL_get_ciphers(ssl);
    char *list = suites != NULL ? calloc(1, list_space(api, suites)) : NULL;
    size_t used = 0;
    for (int i = 0; list != NULL && i < api_stack_num(api, suites); i++) {
        const SSL_CIPHER *cipher = api_stack_value(api, suites, i);
        if (!is_tls13(api, cipher) && (all || !is_unwanted(authentication_of(library, cipher), psk)))
            used = append(list, used, api->SSL_CIPHER_get_name(cipher));
    }
    return list;
}

/* An empty list is refused by some versions; this one names nothing and leaves the TLS 1.3 suites. */
static void set_list(const struct openssl_api *api, SSL *ssl, const char *list)
{
    api->SSL_set_cipher_list(ssl, list[0] != '\0' ? list : "-ALL");
}

static void forget_lists(struct connection *connection)
{
    free(connection->app_suites);
    free(connection->suites);
    connection->app_suites = NULL;
    connection->suites = NULL;
}

static void rewrite_list(const struct library *library, SSL *ssl, struct connection *connection, enum choice psk)
{
    connection->app_suites = list_text(library, ssl, true, psk);
    connection->suites = list_text(library, ssl, false, psk);
    if (connection->app_suites != NULL && connection->suites != NULL)
        set_list(&library->api, ssl, connection->suites);
    else
        forget_lists(connection);
}

enum authentication suites_drop_unauthenticated(const struct library *library, SSL *ssl, struct connection *connection,
                                                enum choice psk)
{
    enum authentication unwanted = unwanted_offer(library, ssl, psk);
    if (unwanted != AUTH_CERTIFICATE)
        rewrite_list(library, ssl, connection, psk);
    return unwanted;
}

void suites_put_back(const struct library *library, SSL *ssl, struct connection *connection)
{
    char *present = connection->app_suites != NULL ? list_text(library, ssl, true, CHOICE_ALLOW) : NULL;
    /* Otherwise the program has said something else meanwhile. */
    if (present != NULL && connection->suites != NULL && strcmp(present, connection->suites) == 0)
        set_list(&library->api, ssl, connection->app_suites);
    free(present);
    forget_lists(connection);
}

enum authentication suites_authentication(const struct library *library, const SSL *ssl)
{
    return authentication_of(library, library->api.SSL_get_current_cipher(ssl));
}
