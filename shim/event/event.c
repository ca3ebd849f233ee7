#include "event/event.h"

#include "event/json_writer.h"
#include "policy/enforce_share.h"
#include "policy/facts_text.h"

#define ECS_VERSION "8.11.0"

static const char *event_type(enum event_kind kind)
{
    switch (kind) {
    case EVENT_NOTICE:
        return "[\"info\"]";
    case EVENT_START:
        return "[\"start\"]";
    case EVENT_RETRY_REFUSED:
        return "[\"connection\",\"denied\"]";
    case EVENT_HANDSHAKE:
    case EVENT_UPDATE:
        break;
    }
    return "[\"connection\"]";
}

const char *event_action(enum event_kind kind)
{
    switch (kind) {
    case EVENT_HANDSHAKE:
        return "tls-handshake";
    case EVENT_UPDATE:
        return "tls-handshake-update";
    case EVENT_RETRY_REFUSED:
        return "clear-text-retry-refused";
    case EVENT_START:
        return "process-start";
    case EVENT_NOTICE:
        break;
    }
    return "tlsward-notice";
}

static void write_flag(struct json_writer *writer, const char *name, bool set)
{
    if (set)
        json_writer_literal(writer, name, "true");
}

static void write_count(struct json_writer *writer, const char *name, uint64_t count)
{
    if (count > 0)
        json_writer_number(writer, name, count);
}

static void write_head(struct json_writer *writer, const struct event *event)
{
    json_writer_time(writer, "@timestamp", &event->time);
    json_writer_text(writer, "ecs.version", ECS_VERSION);
    json_writer_number(writer, "tlsward.schema", 1);
    json_writer_text(writer, "event.id", event->id);
    json_writer_text(writer, "event.kind", "event");
    json_writer_literal(writer, "event.category", "[\"network\"]");
    json_writer_literal(writer, "event.type", event_type(event->kind));
    json_writer_text(writer, "event.action", event_action(event->kind));
    if (event->verdict)
        json_writer_text(writer, "event.outcome", event->verdict->outcome == OUTCOME_FAILED ? "failure" : "success");
}

/* ECS has numbers of users and groups as strings. */
static void write_id(struct json_writer *writer, const char *name, uint64_t id)
{
    char digits[21];
    struct line text = {.data = digits, .size = sizeof digits - 1};
    line_number(&text, id, 1);
    digits[text.length] = '\0';
    json_writer_text(writer, name, digits);
}

static void write_process(struct json_writer *writer, const struct event *event)
{
    json_writer_text(writer, "host.name", event->host);
    json_writer_text(writer, "container.id", event->container);
    json_writer_text(writer, "process.executable", event->executable);
    json_writer_text(writer, "tlsward.script", event->script);
    write_flag(writer, "tlsward.script_uncertain", event->script_is_uncertain);
    json_writer_text(writer, "tlsward.unit", event->unit);
    write_flag(writer, "tlsward.user_namespace", event->in_user_namespace);
    json_writer_number(writer, "process.pid", (uint64_t)event->pid);
    write_id(writer, "user.id", event->uid);
    write_id(writer, "user.group.id", event->gid);
}

static void write_connection(struct json_writer *writer, const struct event *event)
{
    json_writer_text(writer, "server.address", event->server_address);
    json_writer_text(writer, "server.ip", event->server_ip);
    write_count(writer, "server.port", event->server_port);
    if (event->tls_version) {
        json_writer_text(writer, "tls.protocol.name", event->tls_is_datagram ? "dtls" : "tls");
        json_writer_text(writer, "tls.protocol.version", event->tls_version);
    }
    json_writer_text(writer, "tls.cipher", event->tls_cipher);
    json_writer_text(writer, "tls.curve", event->tls_curve);
    json_writer_text(writer, "tls.next_protocol", event->tls_next_protocol);
    if (event->tls_established != ANSWER_UNKNOWN)
        json_writer_literal(writer, "tls.established", event->tls_established == ANSWER_YES ? "true" : "false");
    if (event->kind == EVENT_HANDSHAKE)
        json_writer_literal(writer, "tls.resumed", event->tls_resumed ? "true" : "false");
}

static void write_key(struct json_writer *writer, const struct event *event)
{
    json_writer_text(writer, "tls.server.x509.public_key_algorithm", event->tls_key_algorithm);
    write_count(writer, "tls.server.x509.public_key_size", event->tls_key_bits);
    json_writer_text(writer, "tls.server.x509.public_key_curve", event->tls_key_curve);
    json_writer_text(writer, "tls.server.x509.signature_algorithm", event->tls_signature_algorithm);
}

static void write_alternative_names(struct json_writer *writer, const struct alternative_names *names)
{
    if (names == NULL || names->count == 0)
        return;
    json_writer_texts(writer, "tls.server.x509.alternative_names", names->text, names->told);
    json_writer_number(writer, "tlsward.alternative_names_count", names->count);
}

static void write_certificate(struct json_writer *writer, const struct event *event)
{
    json_writer_text(writer, "tls.server.subject", event->tls_subject);
    json_writer_text(writer, "tls.server.issuer", event->tls_issuer);
    json_writer_text(writer, "tls.server.not_before", event->tls_not_before);
    json_writer_text(writer, "tls.server.not_after", event->tls_not_after);
    json_writer_text(writer, "tls.server.hash.sha256", event->tls_sha256);
    json_writer_text(writer, "tls.server.x509.serial_number", event->tls_serial_number);
    write_key(writer, event);
    json_writer_text(writer, "tls.server.x509.issuer.common_name", event->tls_issuer_common_name);
    json_writer_text(writer, "tls.server.x509.issuer.organization", event->tls_issuer_organization);
    json_writer_text(writer, "tls.server.x509.issuer.country", event->tls_issuer_country);
    json_writer_text(writer, "tls.server.x509.issuer.distinguished_name", event->tls_issuer);
    write_alternative_names(writer, event->tls_names);
}

static void write_chain(struct json_writer *writer, const struct event *event)
{
    write_count(writer, "tlsward.chain_length", event->chain_length);
    json_writer_text(writer, "tlsward.anchor.subject", event->anchor_subject);
    json_writer_text(writer, "tlsward.anchor.file", event->anchor_file);
    json_writer_text(writer, "tlsward.anchor.source", event->anchor_source);
}

static void write_settings(struct json_writer *writer, const struct settings *settings)
{
    json_writer_text(writer, "rule.name", settings->rule);
    json_writer_text(writer, "tlsward.mode", mode_text(settings->mode));
    json_writer_text(writer, "tlsward.verify", verify_level_text(settings->verify));
    json_writer_text(writer, "tlsward.expired_rule", settings->expired_rule);
    if (settings->enforce_side != SIDE_NONE) {
        json_writer_number(writer, "tlsward.enforce_percent", (uint64_t)settings->enforce_percent);
        json_writer_text(writer, "tlsward.enforce_side", enforce_side_text(settings->enforce_side));
    }
}

static void write_verdict(struct json_writer *writer, const struct verdict *verdict, const char *x509_text)
{
    json_writer_text(writer, "tlsward.outcome", outcome_text(verdict->outcome));
    json_writer_text(writer, "tlsward.action", action_text(verdict->action));
    json_writer_text(writer, "tlsward.decided_by", verdict->decider == DECIDED_BY_PROGRAM ? "program" : "policy");
    if (verdict->reason != REASON_NONE)
        json_writer_text(writer, "tlsward.reason", reason_text(verdict->reason));
    if (verdict->x509_error > 0) {
        json_writer_number(writer, "tlsward.x509_error", (uint64_t)verdict->x509_error);
        json_writer_text(writer, "tlsward.x509_error_text", x509_text);
    }
}

static void write_candidate(struct json_writer *writer, const struct candidate_difference *candidate)
{
    json_writer_text(writer, "tlsward.candidate.action", candidate->action);
    json_writer_text(writer, "tlsward.candidate.rule", candidate->rule);
    json_writer_text(writer, "tlsward.candidate.reason", candidate->reason);
}

/* What the program demanded, in the words of the verify level. */
static enum verify_level demanded_level(const struct facts *facts)
{
    if (!facts->app_demands_chain)
        return VERIFY_NONE;
    return facts->app_demands_name || facts->app_reads_names ? VERIFY_FULL : VERIFY_CA;
}

static void write_facts(struct json_writer *writer, const struct facts *facts)
{
    char text[FACTS_TEXT_MAX];
    facts_print(facts, text);
    json_writer_text(writer, "tlsward.facts", text);
    json_writer_text(writer, "tlsward.authentication", authentication_text(facts->authentication));
    json_writer_text(writer, "tlsward.name_source", name_source_text(facts->name_source));
    write_flag(writer, "tlsward.name_weak", facts->name_is_weak);
    json_writer_text(writer, "tlsward.app_verify", verify_level_text(demanded_level(facts)));
    write_flag(writer, "tlsward.app_rejected", facts->app_rejected);
    json_writer_text(writer, "tlsward.finding", finding_text(facts));
    if (facts->public_key_pin[0] != '\0')
        json_writer_text(writer, "tlsward.public_key_pin", facts->public_key_pin);
}

static bool write_event(struct json_writer *writer, const struct event *event)
{
    write_head(writer, event);
    write_process(writer, event);
    write_connection(writer, event);
    write_certificate(writer, event);
    if (event->settings)
        write_settings(writer, event->settings);
    if (event->verdict)
        write_verdict(writer, event->verdict, event->x509_text);
    write_candidate(writer, &event->candidate);
    if (event->facts)
        write_facts(writer, event->facts);
    write_chain(writer, event);
    json_writer_text(writer, "tlsward.group", event->tls_group);
    json_writer_text(writer, "tlsward.expected_name", event->expected_name);
    json_writer_text(writer, "tlsward.app_checked_later", event->checked_later);
    json_writer_text(writer, "tlsward.call_site", event->call_site);
    json_writer_text(writer, "tlsward.library", event->library);
    json_writer_text(writer, "tlsward.advice", event->advice);
    json_writer_text(writer, "tlsward.message", event->message);
    write_flag(writer, "tlsward.clear_text_retry_possible", event->clear_text_retry_possible);
    write_count(writer, "tlsward.dropped", event->dropped);
    write_count(writer, "tlsward.repeated", event->repeated);
    return json_writer_end(writer);
}

size_t event_format(const struct event *event, char buffer[static EVENT_MAX])
{
    struct json_writer writer;
    /* Ends, because names and punctuation of all members together take less than half of EVENT_MAX. */
    size_t text_max = EVENT_MAX;
    json_writer_begin(&writer, buffer, EVENT_MAX, text_max);
    while (!write_event(&writer, event)) {
        text_max -= text_max / 4;
        json_writer_begin(&writer, buffer, EVENT_MAX, text_max);
    }
    return writer.line.length;
}
