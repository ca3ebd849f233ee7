#include "openssl/report.h"

#include "event/call_site.h"
#include "event/event.h"
#include "event/fallback.h"
#include "event/repeat.h"
#include "event/send.h"
#include "event/sink.h"
#include "openssl/context.h"
#include "openssl/describe.h"
#include "openssl/spki.h"
#include "policy/in_force.h"
#include "process/hex.h"
#include "process/kernel.h"
#include "process/kernel_clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Told apart by their SHA-1, which libcrypto has computed anyway; it only says whether two events are alike. */
static uint64_t hash_leaf(uint64_t key, const struct openssl_api *api, X509 *leaf)
{
    unsigned char digest[API_SHA1_SIZE];
    char text[2 * sizeof digest + 1] = "";
    if (leaf != NULL && api_certificate_sha1(api, leaf, digest))
        hex_print(digest, sizeof digest, HEX_LOWER, text);
    return repeat_hash(key, text);
}

static bool admit(struct event *event, const struct openssl_api *api, X509 *leaf, const void *call_site)
{
    char numbers[96];
    struct timespec now;
    if (!event_is_stored(event->settings->log))
        return true;
    snprintf(numbers, sizeof numbers, "%d %d %d %d %d %d %p", event->server_port, event->verdict->outcome,
             event->verdict->action, event->verdict->reason, event->verdict->x509_error, event->facts->name_source,
             call_site);
    uint64_t key = repeat_hash(REPEAT_SEED, numbers);
    key = repeat_hash(key, event->expected_name);
    key = repeat_hash(key, event->server_ip);
    key = repeat_hash(key, event->settings->rule);
    key = repeat_hash(key, event->facts->public_key_pin);
    key = hash_leaf(key, api, leaf);
    kernel_clock(CLOCK_MONOTONIC, &now);
    return repeat_admit(key, now.tv_sec, &event->repeated);
}

static enum severity severity_of(const struct verdict *verdict)
{
    if (verdict->action == ACTION_BLOCKED)
        return SEVERITY_WARNING;
    return verdict->outcome == OUTCOME_FAILED ? SEVERITY_NOTICE : SEVERITY_INFORMATIONAL;
}

static const char *or_null(const char *text)
{
    return text[0] != '\0' ? text : NULL;
}

static const char *version_number(const char *version)
{
    /* "TLSv1.3", "DTLSv1.2", "TLSv1", "QUICv1" */
    if (strncmp(version, "QUIC", 4) == 0)
        return "1.3"; /* RFC 9001, section 4.2 */
    const char *v = strchr(version, 'v');
    return v != NULL ? v + 1 : version;
}

static const void *call_site_of(const struct library *library, const SSL *ssl, const struct connection *connection)
{
    if (connection->handshake.call_site != NULL)
        return connection->handshake.call_site;
    const struct context *context = context_of_connection(library, ssl);
    return context != NULL ? context->call_site : NULL;
}

/* What would help where OpenSSL's default rules take the certificate for the name. */
static const char *advice_about_match(const struct connection *connection)
{
    if (connection->handshake.verdict.reason != REASON_HOST_MISMATCH ||
        connection->handshake.facts.loose_match == LOOSE_NONE)
        return NULL;
    if (connection->handshake.facts.loose_match == LOOSE_COMMON_NAME)
        return "only the common name of the certificate is the expected name: ask for one that has it as a DNS name "
               "(subjectAltName); until then a rule with allow-cn = yes accepts it, or names = program where the "
               "program itself demands chain and name";
    return "only a wildcard for a part of a label fits the expected name: ask for a certificate that has it as a DNS "
           "name (subjectAltName); until then names = program accepts it where the program itself demands chain and "
           "name";
}

/* What would help where the name is not known, or not as a name; NULL where it is. */
static const char *advice_about_name(const struct connection *connection)
{
    if (connection->handshake.name_source == NAME_FROM_ADDRESS &&
        connection->handshake.verdict.reason == REASON_HOST_MISMATCH)
        return "only the peer's address is known, and the certificate is not for it: a rule with name = tells the name";
    return connection->handshake.name_unknown;
}

/* Several names, and a certificate that is not for each of them. */
static bool names_are_unknown(const struct connection *connection)
{
    return connection->handshake.each_name && connection->handshake.facts.name_source == NAME_UNKNOWN;
}

static const char *advice_about_key(const struct connection *connection)
{
    enum authentication authentication = connection->handshake.facts.authentication;
    bool shown = authentication == AUTH_CERTIFICATE || authentication == AUTH_RAW_PUBLIC_KEY;
    if (connection->handshake.verdict.reason == REASON_KEY_NOT_PINNED && shown &&
        connection->handshake.facts.public_key_pin[0] == '\0')
        return "this TLS library does not tell the peer's public key, so that no pin can be met";
    return NULL;
}

static const char *advice_about_anchors(const struct connection *connection)
{
    if (connection->handshake.verdict.reason != REASON_NOT_TRUSTED ||
        process_app_anchors_count(connection->handshake.policy))
        return NULL;
    return "the environment names other anchors or another configuration for OpenSSL, and the policy does not believe "
           "it: the program's own anchors do not count";
}

static void add_connection(struct event *event, const struct connection *connection,
                           char names[static HANDSHAKE_NAMES_MAX])
{
    const char *name = or_null(client_handshake_names(&connection->handshake, names));
    event->expected_name = names_are_unknown(connection) ? NULL : name;
    event->server_address =
        name != NULL && !connection->handshake.each_name ? name : or_null(connection->handshake.address);
    event->server_ip = or_null(connection->handshake.address);
    event->server_port = connection->handshake.port;
    event->settings = &connection->handshake.settings;
    event->facts = &connection->handshake.facts;
    event->verdict = &connection->handshake.verdict;
    const char *advice = advice_about_key(connection);
    if (advice == NULL)
        advice = advice_about_match(connection);
    if (advice == NULL)
        advice = advice_about_anchors(connection);
    event->message = advice != NULL ? advice : advice_about_name(connection);
}

/* What costs time to tell, the strings that end in an event, and the event. On the heap: some stacks are small. */
struct description {
    struct certificate_text certificate;
    struct call_site_text call_site;
    char message[HANDSHAKE_NAMES_MAX + 128];
    char line[EVENT_MAX];
};

static void describe(struct event *event, struct description *text, const struct library *library, SSL *ssl, X509 *leaf,
                     const void *call_site)
{
    const struct openssl_api *api = &library->api;
    describe_certificate(api, leaf, &text->certificate);
    event->tls_subject = or_null(text->certificate.subject);
    event->tls_issuer = or_null(text->certificate.issuer);
    event->tls_not_after = or_null(text->certificate.not_after);
    event->tls_sha256 = or_null(text->certificate.sha256);

    const SSL_CIPHER *cipher = api->SSL_get_current_cipher(ssl);
    /* Before TLS 1.3 the suite becomes current after the certificate. */
    if (cipher == NULL && api->SSL_get_pending_cipher != NULL)
        cipher = api->SSL_get_pending_cipher(ssl);
    event->tls_cipher = cipher != NULL ? api->SSL_CIPHER_get_name(cipher) : NULL;
    const char *version = api->SSL_get_version(ssl);
    event->tls_version = version_number(version);
    event->tls_is_datagram = strncmp(version, "DTLS", 4) == 0;
    event->tls_resumed = event->facts->authentication == AUTH_RESUMPTION;
    if (event->verdict->x509_error != 0)
        event->x509_text = api->X509_verify_cert_error_string(event->verdict->x509_error);
    call_site_describe(call_site, &text->call_site);
    event->call_site = or_null(text->call_site.text);
    event->library = library->path;
}

static void describe_and_send(struct event *event, const struct library *library, SSL *ssl, X509 *leaf,
                              const void *call_site, const char *several_names)
{
    struct description *text = malloc(sizeof *text);
    if (text == NULL) {
        sink_drop();
        return;
    }
    describe(event, text, library, ssl, leaf, call_site);
    if (several_names != NULL) {
        snprintf(text->message, sizeof text->message,
                 "several names lead to this address, and the certificate is not for each of them: %s", several_names);
        event->message = text->message;
    }
    event_send_line(event, event->settings->log, severity_of(event->verdict), text->line);
    free(text);
}

static void tell_public_key(const struct library *library, const SSL *ssl, struct connection *connection, X509 *leaf)
{
    const struct context *context = context_of_connection(library, ssl);
    const struct decoder decoder = {.api = &library->api,
                                    .library_context = context != NULL ? context->library_context : NULL,
                                    .properties = context != NULL ? context->properties : NULL};
    spki_pin_of_certificate(&decoder, leaf, connection->handshake.facts.public_key_pin);
}

void report_handshake(const struct library *library, SSL *ssl, struct connection *connection, X509 *leaf)
{
    int saved = errno;
    struct event event = event_start_as(EVENT_HANDSHAKE, connection->handshake.user);
    const void *call_site = call_site_of(library, ssl, connection);
    char names[HANDSHAKE_NAMES_MAX];

    library->api.ERR_set_mark();
    memcpy(connection->handshake.event_id, event.id, sizeof event.id);
    add_connection(&event, connection, names);
    if (connection->handshake.verdict.action == ACTION_BLOCKED &&
        connection->handshake.verdict.decider == DECIDED_BY_POLICY)
        event.clear_text_retry_possible = fallback_after_block(&connection->handshake, call_site);
    if (admit(&event, &library->api, leaf, call_site)) {
        if (leaf != NULL && connection->handshake.facts.public_key_pin[0] == '\0')
            tell_public_key(library, ssl, connection, leaf);
        describe_and_send(&event, library, ssl, leaf, call_site, names_are_unknown(connection) ? names : NULL);
    }
    library->api.ERR_pop_to_mark();
    errno = saved;
}

void report_update(const struct report_subject *subject, const char *checked_later)
{
    int saved = errno;
    struct event event = event_start(EVENT_UPDATE);
    memcpy(event.id, subject->event_id, sizeof event.id);
    event.settings = &subject->settings;
    event.expected_name = or_null(subject->name.text);
    event.server_address = event.expected_name != NULL ? event.expected_name : or_null(subject->address);
    event.server_ip = or_null(subject->address);
    event.server_port = subject->port;
    event.checked_later = checked_later;
    event_send(&event, subject->settings.log, SEVERITY_INFORMATIONAL);
    errno = saved;
}
