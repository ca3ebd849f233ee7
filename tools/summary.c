#include "summary.h"

#include "text.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A scanner that meets a million servers must not fill the memory. */
#define FAILURES_MAX 1000

struct summary summary_new(void)
{
    return (struct summary){.failures = json_object()};
}

static const char *text_of(const json_t *event, const char *key)
{
    const char *text = json_string_value(json_object_get(event, key));
    return text != NULL ? text : "";
}

static uint64_t count_of(const json_t *event, const char *key)
{
    json_int_t count = json_integer_value(json_object_get(event, key));
    return count > 0 ? (uint64_t)count : 0;
}

static const char *or_else(const char *text, const char *otherwise)
{
    return *text != '\0' ? text : otherwise;
}

static bool is_blocked(const json_t *event)
{
    return strcmp(text_of(event, "tlsward.action"), "blocked") == 0;
}

/* In audit too: what the program rejects by itself has failed, and nobody should look for a policy that did it. */
static const char *done_about(const json_t *event)
{
    bool by_program = strcmp(text_of(event, "tlsward.decided_by"), "program") == 0;
    return is_blocked(event) && by_program ? "blocked by the program itself" : text_of(event, "tlsward.action");
}

/* program, expected name, address:port, reason, rule, and what was done about it */
static char *describe_failure(const json_t *event)
{
    const char *name = text_of(event, "tlsward.expected_name");
    const char *ip = text_of(event, "server.ip");
    if (*ip == '\0')
        ip = text_of(event, "server.address");
    bool bracket = strchr(ip, ':') != NULL;
    char *port = text_format("%" PRIu64, count_of(event, "server.port"));
    char *text = text_format("%s  %s  %s%s%s:%s  %s  %s  %s", or_else(text_of(event, "process.executable"), "-"),
                             or_else(name, "-"), bracket ? "[" : "", or_else(ip, "-"), bracket ? "]" : "",
                             strcmp(port, "0") != 0 ? port : "-", or_else(text_of(event, "tlsward.reason"), "-"),
                             or_else(text_of(event, "rule.name"), "[policy]"), or_else(done_about(event), "-"));
    char *clean = text_clean(text, strlen(text));
    free(text);
    free(port);
    return clean;
}

static void add_failure(struct summary *summary, const json_t *event, uint64_t connections)
{
    char *text = describe_failure(event);
    json_t *known = json_object_get(summary->failures, text);
    if (known != NULL)
        json_integer_set(known, json_integer_value(known) + (json_int_t)connections);
    else if (json_object_size(summary->failures) < FAILURES_MAX)
        json_object_set_new(summary->failures, text, json_integer((json_int_t)connections));
    free(text);
}

void summary_add(struct summary *summary, const char *line, size_t length)
{
    json_t *event = json_loadb(line, length, JSON_DISABLE_EOF_CHECK, NULL);
    if (!json_is_object(event)) {
        summary->lost++;
        goto out;
    }
    summary->lost += count_of(event, "tlsward.dropped");
    if (strcmp(text_of(event, "event.action"), "tls-handshake") != 0)
        goto out;
    const char *outcome = text_of(event, "tlsward.outcome");
    uint64_t connections = 1 + count_of(event, "tlsward.repeated");
    if (strcmp(outcome, "verified") == 0) {
        summary->by_program += connections;
    } else if (strcmp(outcome, "verified-by-policy") == 0) {
        summary->by_policy += connections;
    } else {
        *(is_blocked(event) ? &summary->blocked : &summary->failed) += connections;
        add_failure(summary, event, connections);
    }
out:
    json_decref(event);
}

void summary_print(const struct summary *summary, FILE *out)
{
    uint64_t all = summary->by_program + summary->by_policy + summary->failed + summary->blocked;
    const char *colour = text_colour(out, summary->failed + summary->blocked > 0 ? COLOUR_BAD : COLOUR_GOOD);
    fprintf(out,
            "%stlsward: %" PRIu64 " connection%s: %" PRIu64 " verified by the program, %" PRIu64
            " verified by the policy, %" PRIu64 " failed and went on, %" PRIu64 " blocked%s\n",
            colour, all, all == 1 ? "" : "s", summary->by_program, summary->by_policy, summary->failed,
            summary->blocked, text_colour(out, COLOUR_OFF));
    const char *text;
    json_t *count;
    json_object_foreach(summary->failures, text, count)
    {
        fprintf(out, "tlsward:   %s", text);
        if (json_integer_value(count) > 1)
            fprintf(out, "  (%" JSON_INTEGER_FORMAT " times)", json_integer_value(count));
        fputc('\n', out);
    }
    if (json_object_size(summary->failures) == FAILURES_MAX)
        fprintf(out, "tlsward:   (no more than %d different failures are listed)\n", FAILURES_MAX);
    if (summary->lost > 0)
        fprintf(out, "tlsward: events lost: %" PRIu64 "; the figures are too low\n", summary->lost);
}

void summary_free(struct summary *summary)
{
    json_decref(summary->failures);
}
