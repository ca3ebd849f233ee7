#include "openssl/evidence.h"

#include "openssl/name_watch.h"
#include "openssl/report.h"

#include <stdio.h>
#include <string.h>

enum evidence_kind {
    CERTIFICATE_FETCHED = 1,
    RESULT_ASKED = 2,
    NAMES_READ = 4,
    NAME_MATCHED = 8,
    NAME_MISMATCHED = 16
};

static const struct {
    enum evidence_kind kind;
    const char *text;
} kinds[] = {
    {CERTIFICATE_FETCHED, "peer-certificate"},
    {RESULT_ASKED, "verify-result"},
    {NAMES_READ, "names-read"},
    {NAME_MATCHED, "name-matched"},
    {NAME_MISMATCHED, "name-mismatch"},
};

/*
 * The certificate this thread fetched last: a name check names the certificate and not the connection. Nothing of the
 * program's runs while this is being changed, but another thread may free the certificate, and another one come to lie
 * there.
 */
static __thread struct {
    const X509 *leaf;
    unsigned char fingerprint[API_SHA1_SIZE]; /* tells it from chance, not from attack */
    unsigned evidence;
    struct report_subject subject;
} latest;

static void report_evidence(const struct report_subject *subject, unsigned evidence)
{
    char text[128] = "";
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if ((evidence & kinds[i].kind) == 0)
            continue;
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s", used > 0 ? " " : "", kinds[i].text);
    }
    report_update(subject, text);
}

static struct report_subject subject_of(const struct connection *connection)
{
    struct report_subject subject = {.settings = connection->handshake.settings, .port = connection->handshake.port};
    memcpy(subject.event_id, connection->handshake.event_id, sizeof subject.event_id);
    memcpy(subject.address, connection->handshake.address, sizeof subject.address);
    if (connection->handshake.name_count > 0 && !connection->handshake.each_name)
        subject.name = connection->handshake.names[0];
    return subject;
}

/* Only where the program alone would not have noticed a forgery during the handshake. */
static struct connection *worth_watching(const struct library *library, const SSL *ssl, const void *caller)
{
    struct connection *connection = library != NULL ? connection_of(library, ssl) : NULL;
    if (connection == NULL || connection->handshake.stage < STAGE_DECIDED ||
        connection->handshake.settings.mode == MODE_OFF || connection->handshake.verdict.outcome == OUTCOME_VERIFIED ||
        connection->handshake.verdict.action == ACTION_BLOCKED || library_called_itself(library, caller))
        return NULL;
    return connection;
}

static void add(struct connection *connection, enum evidence_kind kind)
{
    bool is_of_latest =
        memcmp(latest.subject.event_id, connection->handshake.event_id, sizeof connection->handshake.event_id) == 0;
    if (is_of_latest)
        connection->handshake.evidence |= latest.evidence;
    if ((connection->handshake.evidence & kind) != 0)
        return;
    connection->handshake.evidence |= kind;
    if (is_of_latest)
        latest.evidence = connection->handshake.evidence;
    struct report_subject subject = subject_of(connection);
    report_evidence(&subject, connection->handshake.evidence);
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
    struct connection *connection = leaf != NULL ? worth_watching(library, ssl, caller) : NULL;
    if (connection == NULL)
        return;
    add(connection, CERTIFICATE_FETCHED);
    latest.leaf = take_fingerprint(library, leaf, latest.fingerprint) ? leaf : NULL;
    latest.evidence = connection->handshake.evidence;
    latest.subject = subject_of(connection);
}

void evidence_verify_result(const struct library *library, const SSL *ssl, const void *caller)
{
    struct connection *connection = worth_watching(library, ssl, caller);
    if (connection != NULL)
        add(connection, RESULT_ASKED);
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

static void add_to_latest(const struct library *library, const X509 *certificate, enum evidence_kind kind)
{
    if ((latest.evidence & kind) != 0 || !is_latest(library, certificate))
        return;
    latest.evidence |= kind;
    report_evidence(&latest.subject, latest.evidence);
}

void evidence_name_check(const struct library *library, const X509 *certificate, int matched, const void *caller)
{
    if (library != NULL && !library_called_itself(library, caller))
        name_watch_compared(library, certificate, matched);
    add_to_latest(library, certificate, matched == 1 ? NAME_MATCHED : NAME_MISMATCHED);
}

void evidence_extension(const struct library *library, const X509 *certificate, int nid, const void *caller)
{
    if (nid != NID_subject_alt_name || library == NULL || library_called_itself(library, caller))
        return;
    name_watch_read(library, certificate);
    add_to_latest(library, certificate, NAMES_READ);
}

void evidence_extensions(const struct library *library, const X509 *certificate, const void *caller)
{
    if (library != NULL && !library_called_itself(library, caller))
        name_watch_read(library, certificate);
}
