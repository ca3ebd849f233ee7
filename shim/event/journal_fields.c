#include "event/journal_fields.h"

#include "process/line.h"

#include <string.h>

/*
 * Text stands in the rows themselves: a pointer would cost a relocation in every process, with or without TLS. The ids
 * are in tlsward-events(5) and in the message catalogue, and do not change.
 */
static const struct {
    char action[28];
    char id[33];
} messages[] = {
    {"tls-handshake", "be1f01a192a1482eb2d27a5cb8446a33"},
    {"tls-handshake-update", "cd5de3d71468443f932fa94b92d8c76c"},
    {"clear-text-retry-refused", "3cf41c9fdc5e482b8c1f41646798d893"},
    {"tlsward-notice", "285c8e74f534443ab75635cca1751f15"},
    {"process-start", "28ceaf7b68ae4ea1ba7b92aefa74231e"},
};

static const struct {
    char field[20];
    char member[24];
} rows[] = {
    {"TLSWARD_EVENT_ID", "event.id"},          {"TLSWARD_ACTION", "tlsward.action"},
    {"TLSWARD_OUTCOME", "tlsward.outcome"},    {"TLSWARD_REASON", "tlsward.reason"},
    {"TLSWARD_MODE", "tlsward.mode"},          {"TLSWARD_RULE", "rule.name"},
    {"TLSWARD_FINDING", "tlsward.finding"},    {"TLSWARD_DEST", "server.address"},
    {"TLSWARD_PORT", "server.port"},           {"TLSWARD_PROGRAM", "process.executable"},
    {"TLSWARD_SUBJECT", "tls.server.subject"}, {"TLSWARD_ADVICE", "tlsward.advice"},
    {"TLSWARD_MESSAGE", "tlsward.message"},
};

static const char *message_id(const char *action)
{
    for (size_t i = 0; action != NULL && i < sizeof messages / sizeof messages[0]; i++)
        if (strcmp(messages[i].action, action) == 0)
            return messages[i].id;
    return NULL;
}

static void add(struct journal_fields *fields, const char *name, const char *value)
{
    if (value != NULL && fields->count < JOURNAL_FIELDS_MAX)
        fields->items[fields->count++] = (struct journal_field){name, value};
}

void journal_fields_of_members(journal_member *member, const void *arg, struct journal_fields *fields)
{
    fields->count = 0;
    add(fields, "MESSAGE_ID", message_id(member(arg, "event.action")));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        add(fields, rows[i].field, member(arg, rows[i].member));
}

/* An event, and where its port is written. */
struct source {
    const struct event *event;
    char *port;
};

static const char *port_of(const struct source *source)
{
    struct line text = {.data = source->port, .size = sizeof((struct journal_fields *)0)->port - 1};
    if (source->event->server_port == 0)
        return NULL;
    line_number(&text, source->event->server_port, 1);
    source->port[text.length] = '\0';
    return source->port;
}

static const char *member_of_verdict(const struct event *event, const char *member)
{
    const struct verdict *verdict = event->verdict;
    if (verdict == NULL)
        return NULL;
    if (strcmp(member, "tlsward.action") == 0)
        return action_text(verdict->action);
    if (strcmp(member, "tlsward.outcome") == 0)
        return outcome_text(verdict->outcome);
    return verdict->reason != REASON_NONE ? reason_text(verdict->reason) : NULL;
}

static const char *member_of_settings(const struct event *event, const char *member)
{
    if (event->settings == NULL)
        return NULL;
    return strcmp(member, "rule.name") == 0 ? event->settings->rule : mode_text(event->settings->mode);
}

static const char *member_of_event(const void *arg, const char *member)
{
    const struct source *source = arg;
    const struct event *event = source->event;
    const struct {
        const char *member, *value;
    } texts[] = {
        {"event.action", event_action(event->kind)},
        {"event.id", event->id},
        {"server.address", event->server_address},
        {"process.executable", event->executable},
        {"tls.server.subject", event->tls_subject},
        {"tlsward.advice", event->advice},
        {"tlsward.message", event->message},
        {"tlsward.finding", event->facts != NULL ? finding_text(event->facts) : NULL},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (strcmp(texts[i].member, member) == 0)
            return texts[i].value;
    if (strcmp(member, "server.port") == 0)
        return port_of(source);
    bool of_settings = strcmp(member, "rule.name") == 0 || strcmp(member, "tlsward.mode") == 0;
    return of_settings ? member_of_settings(event, member) : member_of_verdict(event, member);
}

void journal_fields_of_event(const struct event *event, struct journal_fields *fields)
{
    const struct source source = {event, fields->port};
    journal_fields_of_members(member_of_event, &source, fields);
}
