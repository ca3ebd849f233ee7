#include "event/handshake_report.h"

#include "event/call_site.h"
#include "event/event.h"
#include "event/fallback.h"
#include "event/handshake_advice.h"
#include "event/repeat.h"
#include "event/send.h"
#include "event/sink.h"
#include "policy/in_force.h"
#include "process/hex.h"
#include "process/kernel_clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t hash_certificate(uint64_t key, const struct tls_family *family, const void *object)
{
    unsigned char digest[FAMILY_DIGEST_MAX];
    char text[2 * sizeof digest + 1] = "";
    if (family->hash_certificate != NULL)
        hex_print(digest, family->hash_certificate(object, digest), HEX_LOWER, text);
    return repeat_hash(key, text);
}

static bool admit(struct event *event, const struct tls_family *family, const void *object, const void *call_site)
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
    key = repeat_hash(key, event->candidate.action);
    key = repeat_hash(key, event->candidate.rule);
    key = hash_certificate(key, family, object);
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

/* What would help where OpenSSL's default rules take the certificate for the name. */
static const char *advice_about_match(const struct client_handshake *handshake)
{
    if (handshake->verdict.reason != REASON_HOST_MISMATCH || handshake->facts.loose_match == LOOSE_NONE)
        return NULL;
    if (handshake->facts.loose_match == LOOSE_COMMON_NAME)
        return "only the common name of the certificate is the expected name: ask for one that has it as a DNS name "
               "(subjectAltName); until then a rule with allow-cn = yes accepts it, or names = program where the "
               "program itself demands chain and name";
    return "only a wildcard for a part of a label fits the expected name: ask for a certificate that has it as a DNS "
           "name (subjectAltName); until then names = program accepts it where the program itself demands chain and "
           "name";
}

/* What would help where the name is not known, or not as a name; NULL where it is. */
static const char *advice_about_name(const struct client_handshake *handshake)
{
    if (handshake->name_source == NAME_FROM_ADDRESS && handshake->verdict.reason == REASON_HOST_MISMATCH)
        return "only the peer's address is known, and the certificate is not for it: a rule with name = tells the name";
    return handshake->name_unknown;
}

/* Several names, and a certificate that is not for each of them. */
static bool names_are_unknown(const struct client_handshake *handshake)
{
    return handshake->each_name && handshake->facts.name_source == NAME_UNKNOWN;
}

static const char *advice_about_key(const struct client_handshake *handshake)
{
    enum authentication authentication = handshake->facts.authentication;
    bool shown = authentication == AUTH_CERTIFICATE || authentication == AUTH_RAW_PUBLIC_KEY;
    if (handshake->verdict.reason == REASON_KEY_NOT_PINNED && shown && handshake->facts.public_key_pin[0] == '\0')
        return "this TLS library does not tell the peer's public key, so that no pin can be met";
    return NULL;
}

static const char *advice_about_expiry(const struct client_handshake *handshake)
{
    if (handshake->verdict.reason != REASON_NONE || handshake->facts.authentication != AUTH_CERTIFICATE ||
        !settings_forgive_expiry(&handshake->settings, &handshake->facts))
        return NULL;
    return "a certificate of the chain has expired, which the rule forgives until allow-expired-until";
}

static const char *advice_about_anchors(const struct client_handshake *handshake)
{
    if (handshake->verdict.reason != REASON_NOT_TRUSTED || process_app_anchors_count(handshake->policy))
        return NULL;
    return "the environment names other anchors or another configuration for OpenSSL, and the policy does not believe "
           "it: the program's own anchors do not count";
}

static void add_handshake(struct event *event, const struct client_handshake *handshake,
                          char names[static HANDSHAKE_NAMES_MAX])
{
    const char *name = or_null(client_handshake_names(handshake, names));
    event->expected_name = names_are_unknown(handshake) ? NULL : name;
    event->server_address = name != NULL && !handshake->each_name ? name : or_null(handshake->address);
    event->server_ip = or_null(handshake->address);
    event->server_port = handshake->port;
    event->settings = &handshake->settings;
    event->facts = &handshake->facts;
    event->verdict = &handshake->verdict;
    const char *advice = advice_about_key(handshake);
    if (advice == NULL)
        advice = advice_about_match(handshake);
    if (advice == NULL)
        advice = advice_about_anchors(handshake);
    if (advice == NULL)
        advice = advice_about_expiry(handshake);
    event->message = advice != NULL ? advice : advice_about_name(handshake);
}

/* What costs time to tell, the strings that end in an event, and the event. On the heap: some stacks are small. */
struct description {
    struct handshake_text handshake;
    struct call_site_text call_site;
    char advice[ADVICE_TEXT_MAX];
    char message[HANDSHAKE_NAMES_MAX + 128];
    char line[EVENT_MAX];
};

static void take_certificate(struct event *event, const struct certificate_text *certificate)
{
    event->tls_subject = or_null(certificate->subject);
    event->tls_issuer = or_null(certificate->issuer);
    event->tls_not_before = or_null(certificate->not_before);
    event->tls_not_after = or_null(certificate->not_after);
    event->tls_sha256 = or_null(certificate->sha256);
    event->tls_serial_number = or_null(certificate->serial_number);
    event->tls_key_algorithm = or_null(certificate->key_algorithm);
    event->tls_key_curve = or_null(certificate->key_curve);
    event->tls_key_bits = certificate->key_bits;
    event->tls_signature_algorithm = or_null(certificate->signature_algorithm);
    event->tls_issuer_common_name = or_null(certificate->issuer_common_name);
    event->tls_issuer_organization = or_null(certificate->issuer_organization);
    event->tls_issuer_country = or_null(certificate->issuer_country);
    event->tls_names = &certificate->names;
}

static void take_chain(struct event *event, const struct chain_text *chain)
{
    event->chain_length = chain->length;
    event->anchor_subject = or_null(chain->subject);
    event->anchor_file = or_null(chain->file);
    event->anchor_source = chain->source;
}

/* What has a certificate is told before it is over: only what is blocked will certainly not be. */
static enum answer is_established(const struct handshake_text *text, const struct verdict *verdict)
{
    if (text->is_over)
        return ANSWER_YES;
    return verdict->action == ACTION_BLOCKED ? ANSWER_NO : ANSWER_UNKNOWN;
}

static void take_connection(struct event *event, const struct handshake_text *text)
{
    event->tls_version = event->facts->protocol_refused ? NULL : text->version; /* which is what was offered */
    event->tls_is_datagram = text->is_datagram;
    event->tls_cipher = text->cipher;
    event->tls_group = or_null(text->group);
    event->tls_curve = text->group_is_curve ? event->tls_group : NULL;
    event->tls_next_protocol = or_null(text->next_protocol);
    event->tls_established = is_established(text, event->verdict);
    event->tls_resumed = event->facts->authentication == AUTH_RESUMPTION;
}

static void describe(struct event *event, struct description *text, const struct tls_family *family, const void *object,
                     const void *call_site)
{
    if (family->describe != NULL)
        family->describe(object, event->verdict->x509_error, &text->handshake);
    take_connection(event, &text->handshake);
    take_certificate(event, &text->handshake.certificate);
    take_chain(event, &text->handshake.chain);
    if (event->verdict->x509_error != 0)
        event->x509_text = text->handshake.error_text;
    event->library = text->handshake.library;
    call_site_describe(call_site, &text->call_site);
    event->call_site = or_null(text->call_site.text);
}

static void describe_and_send(struct event *event, const struct client_handshake *handshake,
                              const struct tls_family *family, const void *object, const void *call_site,
                              const char *several_names)
{
    struct description *text = malloc(sizeof *text);
    if (text == NULL) {
        sink_drop(1);
        return;
    }
    text->handshake = (struct handshake_text){0};
    describe(event, text, family, object, call_site);
    if (handshake_advice(handshake, &text->handshake, text->advice))
        event->advice = text->advice;
    if (several_names != NULL) {
        snprintf(text->message, sizeof text->message,
                 "several names lead to this address, and the certificate is not for each of them: %s", several_names);
        event->message = text->message;
    }
    event_send_line(event, event->settings->log, severity_of(event->verdict), text->line);
    free(text);
}

static void tell_public_key(struct client_handshake *handshake, const struct tls_family *family, const void *object)
{
    if (handshake->facts.public_key_pin[0] == '\0' && family->tell_public_key != NULL)
        family->tell_public_key(object, handshake->facts.public_key_pin);
}

static void ask_candidate(struct event *event, struct client_handshake *handshake, const struct tls_family *family,
                          const void *object)
{
    if (handshake->policy == NULL || policy_candidate(handshake->policy) == NULL)
        return;
    if (handshake->candidate.pin_count > 0)
        tell_public_key(handshake, family, object);
    event->candidate = candidate_compare(&handshake->settings, &handshake->candidate, &handshake->facts);
}

void client_handshake_report(struct client_handshake *handshake, const struct tls_family *family, const void *object,
                             const void *call_site)
{
    int saved = errno;
    struct event event = event_start_as(EVENT_HANDSHAKE, handshake->user);
    char names[HANDSHAKE_NAMES_MAX];

    memcpy(handshake->event_id, event.id, sizeof event.id);
    add_handshake(&event, handshake, names);
    if (client_handshake_is_blocked(handshake))
        event.clear_text_retry_possible = fallback_after_block(handshake, call_site);
    ask_candidate(&event, handshake, family, object);
    if (admit(&event, family, object, call_site)) {
        tell_public_key(handshake, family, object);
        describe_and_send(&event, handshake, family, object, call_site, names_are_unknown(handshake) ? names : NULL);
    }
    errno = saved;
}

struct handshake_subject client_handshake_subject(const struct client_handshake *handshake)
{
    struct handshake_subject subject = {.settings = handshake->settings, .port = handshake->port};
    memcpy(subject.event_id, handshake->event_id, sizeof subject.event_id);
    memcpy(subject.address, handshake->address, sizeof subject.address);
    if (handshake->name_count > 0 && !handshake->each_name)
        subject.name = handshake->names[0];
    return subject;
}

bool client_handshake_awaits_check(const struct client_handshake *handshake)
{
    return handshake->stage >= STAGE_DECIDED && handshake->settings.mode != MODE_OFF &&
           handshake->verdict.outcome != OUTCOME_VERIFIED && handshake->verdict.action != ACTION_BLOCKED;
}

void client_handshake_add_check(struct client_handshake *handshake, enum later_check check)
{
    if ((handshake->checked_later & check) != 0)
        return;
    handshake->checked_later |= check;
    struct handshake_subject subject = client_handshake_subject(handshake);
    handshake_subject_report(&subject, handshake->checked_later);
}

static void send_update(const struct handshake_subject *subject, const char *checked_later)
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

static const struct {
    enum later_check check;
    char text[sizeof "peer-certificate"];
} checks_told[] = {
    {CHECK_CERTIFICATE_FETCHED, "peer-certificate"},
    {CHECK_RESULT_ASKED, "verify-result"},
    {CHECK_NAMES_READ, "names-read"},
    {CHECK_NAME_MATCHED, "name-matched"},
    {CHECK_NAME_MISMATCHED, "name-mismatch"},
};

void handshake_subject_report(const struct handshake_subject *subject, unsigned checks)
{
    char text[128] = "";
    for (size_t i = 0; i < sizeof checks_told / sizeof checks_told[0]; i++) {
        if ((checks & checks_told[i].check) == 0)
            continue;
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s", used > 0 ? " " : "", checks_told[i].text);
    }
    send_update(subject, text);
}
