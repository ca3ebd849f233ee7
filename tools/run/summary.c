#include "run/summary.h"

#include "shared/text.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A scanner that meets a million servers must not fill the memory. */
#define TEXTS_MAX 1000

struct summary summary_new(void)
{
    return (struct summary){.failures = json_object(), .notices = json_object(), .started = json_object()};
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

/* Frees the text. */
static void count(json_t *texts, char *text, uint64_t times)
{
    json_t *known = json_object_get(texts, text);
    if (known != NULL)
        json_integer_set(known, json_integer_value(known) + (json_int_t)times);
    else if (json_object_size(texts) < TEXTS_MAX)
        json_object_set_new(texts, text, json_integer((json_int_t)times));
    free(text);
}

static char *describe_notice(const json_t *event)
{
    char *text =
        text_format("%s: %s", or_else(text_of(event, "process.executable"), "-"), text_of(event, "tlsward.message"));
    char *clean = text_clean(text, strlen(text));
    free(text);
    return clean;
}

static void add_handshake(struct summary *summary, const json_t *event)
{
    const char *outcome = text_of(event, "tlsward.outcome");
    uint64_t connections = 1 + count_of(event, "tlsward.repeated");
    if (strcmp(outcome, "verified") == 0) {
        summary->by_program += connections;
    } else if (strcmp(outcome, "verified-by-policy") == 0) {
        summary->by_policy += connections;
    } else {
        *(is_blocked(event) ? &summary->blocked : &summary->failed) += connections;
        count(summary->failures, describe_failure(event), connections);
    }
}

bool summary_add(struct summary *summary, const char *line, size_t length)
{
    bool is_start = false;
    json_t *event = json_loadb(line, length, JSON_DISABLE_EOF_CHECK, NULL);
    if (!json_is_object(event)) {
        summary->lost++;
        goto out;
    }
    summary->lost += count_of(event, "tlsward.dropped");
    const char *action = text_of(event, "event.action");
    is_start = strcmp(action, "process-start") == 0;
    if (is_start)
        count(summary->started, text_format("%s", text_of(event, "process.executable")), 1);
    else if (strcmp(action, "tls-handshake") == 0)
        add_handshake(summary, event);
    else if (strcmp(action, "tlsward-notice") == 0)
        count(summary->notices, describe_notice(event), 1);
out:
    json_decref(event);
    return !is_start;
}

static void print_texts(json_t *texts, const char *head, FILE *out)
{
    const char *text;
    json_t *times;
    json_object_foreach(texts, text, times)
    {
        fprintf(out, "tlsward: %s%s", head, text);
        if (json_integer_value(times) > 1)
            fprintf(out, "  (%" JSON_INTEGER_FORMAT " times)", json_integer_value(times));
        fputc('\n', out);
    }
    if (json_object_size(texts) == TEXTS_MAX)
        fprintf(out, "tlsward: %s(no more than %d different ones are listed)\n", head, TEXTS_MAX);
}

/* Green is for what was seen, and for nothing that went unseen. */
static enum colour colour_of(const struct summary *summary, uint64_t all)
{
    if (summary->failed + summary->blocked > 0)
        return COLOUR_BAD;
    return all > 0 && json_object_size(summary->notices) == 0 ? COLOUR_GOOD : COLOUR_STRONG;
}

void summary_print(const struct summary *summary, FILE *out)
{
    uint64_t all = summary->by_program + summary->by_policy + summary->failed + summary->blocked;
    fprintf(out, "%stlsward: ", text_colour(out, colour_of(summary, all)));
    if (all == 0)
        fputs("0 connections: no TLS was seen; either there was none, or the library does not reach what made it", out);
    else
        fprintf(out,
                "%" PRIu64 " connection%s: %" PRIu64 " verified by the program, %" PRIu64
                " verified by the policy, %" PRIu64 " failed and went on, %" PRIu64 " blocked",
                all, all == 1 ? "" : "s", summary->by_program, summary->by_policy, summary->failed, summary->blocked);
    fprintf(out, "%s\n", text_colour(out, COLOUR_OFF));
    print_texts(summary->failures, "  ", out);
    print_texts(summary->notices, "warning: ", out);
    if (summary->lost > 0)
        fprintf(out, "tlsward: events lost: %" PRIu64 "; the figures are too low\n", summary->lost);
}

void summary_free(struct summary *summary)
{
    json_decref(summary->failures);
    json_decref(summary->notices);
    json_decref(summary->started);
}
