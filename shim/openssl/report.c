#include "openssl/report.h"

#include "event/handshake_report.h"
#include "openssl/chain_end.h"
#include "openssl/context.h"
#include "openssl/describe.h"
#include "openssl/group.h"
#include "openssl/leaf_names.h"
#include "openssl/session.h"
#include "openssl/spki.h"

#include <errno.h>
#include <string.h>

static X509 *leaf_of(const struct report_object *object)
{
    return object->judgement != NULL ? object->judgement->request.leaf : NULL;
}

static bool session_names(const void *asked, const struct peer_name *name)
{
    const struct report_object *object = asked;
    return session_is_for(object->library, object->library->api.SSL_get_session(object->ssl), name);
}

/* SHA-1, which libcrypto has computed anyway. */
static size_t hash_leaf(const void *asked, unsigned char digest[static FAMILY_DIGEST_MAX])
{
    const struct report_object *object = asked;
    X509 *leaf = leaf_of(object);
    bool hashed = leaf != NULL && api_certificate_sha1(&object->library->api, leaf, digest);
    return hashed ? API_SHA1_SIZE : 0;
}

static void tell_public_key(const void *asked, char pin[static SPKI_PIN_SIZE])
{
    const struct report_object *object = asked;
    const struct context *context = context_of_connection(object->library, object->ssl);
    const struct decoder decoder = {.api = &object->library->api,
                                    .library_context = context != NULL ? context->library_context : NULL,
                                    .properties = context != NULL ? context->properties : NULL};
    X509 *leaf = leaf_of(object);
    if (leaf != NULL)
        spki_pin_of_certificate(&decoder, leaf, pin);
}

static const char *version_number(const char *version)
{
    /* "TLSv1.3", "DTLSv1.2", "TLSv1", "QUICv1" */
    if (strncmp(version, "QUIC", 4) == 0)
        return "1.3"; /* RFC 9001, section 4.2 */
    const char *v = strchr(version, 'v');
    return v != NULL ? v + 1 : version;
}

static void describe_next_protocol(const struct openssl_api *api, const SSL *ssl, char *text, size_t size)
{
    const unsigned char *chosen = NULL;
    unsigned length = 0;
    if (api->SSL_get0_alpn_selected != NULL)
        api->SSL_get0_alpn_selected(ssl, &chosen, &length);
    for (unsigned i = 0; chosen != NULL && i < length && i < size - 1; i++)
        text[i] = (char)(chosen[i] != '\0' ? chosen[i] : 0xff);
}

/* While a certificate is verified it was seen of an earlier handshake on the connection, if at all. */
static bool is_over(const struct report_object *object)
{
    char finished;
    return object->judgement == NULL &&
           object->library->api.SSL_get_peer_finished(object->ssl, &finished, sizeof finished) > 0;
}

static void describe(const void *asked, int x509_error, struct handshake_text *text)
{
    const struct report_object *object = asked;
    const struct openssl_api *api = &object->library->api;
    const SSL_CIPHER *cipher = api->SSL_get_current_cipher(object->ssl);
    const char *version = api->SSL_get_version(object->ssl);

    describe_certificate(api, leaf_of(object), &text->certificate);
    if (leaf_of(object) != NULL) {
        chain_end_describe(object->judgement, &text->chain);
        leaf_names_describe(object->judgement, &text->certificate);
    }
    /* Before TLS 1.3 the suite becomes current after the certificate. */
    if (cipher == NULL && api->SSL_get_pending_cipher != NULL)
        cipher = api->SSL_get_pending_cipher(object->ssl);
    text->cipher = cipher != NULL ? api->SSL_CIPHER_get_name(cipher) : NULL;
    text->version = version_number(version);
    text->is_datagram = strncmp(version, "DTLS", 4) == 0;
    text->is_over = is_over(object);
    group_describe(api, object->ssl, text);
    describe_next_protocol(api, object->ssl, text->next_protocol, sizeof text->next_protocol);
    if (x509_error != 0)
        text->error_text = api->X509_verify_cert_error_string(x509_error);
    text->library = object->library->path;
}

const struct tls_family openssl_family = {
    .session_is_for = session_names,
    .hash_certificate = hash_leaf,
    .tell_public_key = tell_public_key,
    .describe = describe,
};

static const void *call_site_of(const struct library *library, const SSL *ssl, const struct connection *connection)
{
    if (connection->handshake.call_site != NULL)
        return connection->handshake.call_site;
    const struct context *context = context_of_connection(library, ssl);
    return context != NULL ? context->call_site : NULL;
}

void report_handshake(const struct library *library, SSL *ssl, struct connection *connection,
                      const struct judgement *judgement)
{
    int saved = errno;
    const struct report_object object = {.library = library, .ssl = ssl, .judgement = judgement};
    library->api.ERR_set_mark();
    client_handshake_report(&connection->handshake, &openssl_family, &object, call_site_of(library, ssl, connection));
    library->api.ERR_pop_to_mark();
    errno = saved;
}
