#include "openssl/evidence.h"

#include "event/handshake_report.h"
#include "openssl/connection.h"
#include "openssl/name_watch.h"

#include <string.h>

/*
 * The certificate this thread fetched last: a name check names the certificate and not the connection. Nothing of the
 * program's runs while this is being changed, but another thread may free the certificate, and another one come to lie
 * there.
 */
static __thread struct {
    const X509 *leaf;
    unsigned char fingerprint[API_SHA1_SIZE]; /* tells it from chance, not from attack */
    unsigned checks;
    struct handshake_subject subject;
} latest;

static struct client_handshake *awaiting_check(const struct library *library, const SSL *ssl, const void *caller)
{
    struct connection *connection = library != NULL ? connection_of(library, ssl) : NULL;
    bool awaits = connection != NULL && client_handshake_awaits_check(&connection->handshake) &&
                  !library_called_itself(library, caller);
    return awaits ? &connection->handshake : NULL;
}

static void add(struct client_handshake *handshake, enum later_check check)
{
    bool is_of_latest = memcmp(latest.subject.event_id, handshake->event_id, sizeof handshake->event_id) == 0;
    if (is_of_latest)
        handshake->checked_later |= latest.checks;
    client_handshake_add_check(handshake, check);
    if (is_of_latest)
        latest.checks = handshake->checked_later;
}

static bool take_fingerprint(const struct library *library, const X509 *certificate,
                             unsigned char fingerprint[static API_SHA1_SIZE])
{
    const struct openssl_api *api = &library->api;
    api->ERR_set_mark();
    bool taken = api_certificate_sha1(api, certificate, fingerprint);
    api->ERR_pop_to_mark();
    return taken;
}

void evidence_certificate(const struct library *library, const SSL *ssl, const X509 *leaf, const void *caller)
{
    struct client_handshake *handshake = leaf != NULL ? awaiting_check(library, ssl, caller) : NULL;
    if (handshake == NULL)
        return;
    add(handshake, CHECK_CERTIFICATE_FETCHED);
    latest.leaf = take_fingerprint(library, leaf, latest.fingerprint) ? leaf : NULL;
    latest.checks = handshake->checked_later;
    latest.subject = client_handshake_subject(handshake);
}

void evidence_verify_result(const struct library *library, const SSL *ssl, const void *caller)
{
    struct client_handshake *handshake = awaiting_check(library, ssl, caller);
    if (handshake != NULL)
        add(handshake, CHECK_RESULT_ASKED);
}

void evidence_forget(const char *event_id)
{
    if (latest.leaf != NULL && strcmp(latest.subject.event_id, event_id) == 0)
        latest.leaf = NULL;
}

static bool is_latest(const struct library *library, const X509 *certificate)
{
    unsigned char fingerprint[API_SHA1_SIZE];
    return certificate != NULL && certificate == latest.leaf && library != NULL && library->known &&
           take_fingerprint(library, certificate, fingerprint) &&
           memcmp(fingerprint, latest.fingerprint, sizeof fingerprint) == 0;
}

static void add_to_latest(const struct library *library, const X509 *certificate, enum later_check check)
{
    if ((latest.checks & check) != 0 || !is_latest(library, certificate))
        return;
    latest.checks |= check;
    handshake_subject_report(&latest.subject, latest.checks);
}

void evidence_name_check(const struct library *library, const X509 *certificate, int matched, const void *caller)
{
    if (library != NULL && !library_called_itself(library, caller))
        name_watch_compared(library, certificate, matched);
    add_to_latest(library, certificate, matched == 1 ? CHECK_NAME_MATCHED : CHECK_NAME_MISMATCHED);
}

void evidence_extension(const struct library *library, const X509 *certificate, int nid, const void *caller)
{
    if (nid != NID_subject_alt_name || library == NULL || library_called_itself(library, caller))
        return;
    name_watch_read(library, certificate);
    add_to_latest(library, certificate, CHECK_NAMES_READ);
}

void evidence_extensions(const struct library *library, const X509 *certificate, const void *caller)
{
    if (library != NULL && !library_called_itself(library, caller))
        name_watch_read(library, certificate);
}
