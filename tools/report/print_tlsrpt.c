/*
 * RFC 8460, section 4: an aggregate report, whose readers expect every key and no null. It was made for mail, and so
 * each destination is a policy of the type "no-policy-found", and what failed has the nearest of its result types.
 */
#include "report/print_formats.h"

#include "events/timestamp.h"
#include "shared/json_text.h"

#include <stdlib.h>
#include <string.h>

/* Section 4.3; what has no type of its own is a "validation-failure". */
static const char *result_type(const char *reason)
{
    static const char *const types[] = {"starttls-not-supported", "certificate-host-mismatch", "certificate-expired",
                                        "certificate-not-trusted"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(reason, types[i]) == 0)
            return types[i];
    return "validation-failure";
}

static json_t *make_failure(const struct tally_group *group)
{
    const char *reason = gather_part(group, CONNECTION_REASON);
    uint64_t failed = gather_failed(group) + tally_fate(group, FATE_ALLOWED) + tally_fate(group, FATE_REFUSED);
    return json_pack("{s:s, s:s, s:o, s:s, s:s, s:I, s:o, s:o}", "result-type", result_type(reason), "sending-mta-ip",
                     "", "receiving-mx-hostname", json_text(gather_part(group, CONNECTION_ADDRESS)),
                     "receiving-mx-helo", "", "receiving-ip", "", "failed-session-count", (json_int_t)failed,
                     "additional-information", json_text(gather_part(group, CONNECTION_PROGRAM)), "failure-reason-code",
                     json_text(reason));
}

/* The policy of a destination, made where there is none. */
static json_t *policy_of(json_t *policies, json_t *by_name, const char *address)
{
    json_t *name = json_text(address);
    json_t *policy = json_object_get(by_name, json_string_value(name));
    if (policy == NULL) {
        policy = json_pack("{s:{s:s, s:[s], s:O, s:[O]}, s:{s:i, s:i}, s:[]}", "policy", "policy-type",
                           "no-policy-found", "policy-string", "", "policy-domain", name, "mx-host", name, "summary",
                           "total-successful-session-count", 0, "total-failure-session-count", 0, "failure-details");
        json_object_set(by_name, json_string_value(name), policy);
        json_array_append_new(policies, policy);
    }
    json_decref(name);
    return policy;
}

static void add_to(json_t *counts, const char *name, uint64_t more)
{
    json_object_set_new(counts, name,
                        json_integer(json_integer_value(json_object_get(counts, name)) + (json_int_t)more));
}

static void add_connection(json_t *policy, const struct tally_group *group)
{
    uint64_t succeeded = tally_fate(group, FATE_VERIFIED) + tally_fate(group, FATE_BY_POLICY);
    json_t *summary = json_object_get(policy, "summary");
    add_to(summary, "total-successful-session-count", succeeded);
    add_to(summary, "total-failure-session-count", tally_handshakes(group) - succeeded);
    if (tally_handshakes(group) > succeeded)
        json_array_append_new(json_object_get(policy, "failure-details"), make_failure(group));
}

void report_print_tlsrpt(const struct report *report, FILE *out)
{
    const struct tally *tally = &report->gathering.tallies[BY_CONNECTION];
    const struct tally_totals *totals = report_totals(report);
    bool any = totals->events > 0;
    char from[TIMESTAMP_SIZE], to[TIMESTAMP_SIZE];
    char id[sizeof from + sizeof to + sizeof "-tlsward"];
    timestamp_write(any ? totals->oldest : report->now * 1000, from);
    timestamp_write(any ? totals->newest : report->now * 1000, to);
    snprintf(id, sizeof id, "%s-%s-tlsward", from, to);
    json_t *policies = json_array(), *by_name = json_object();
    for (size_t i = 0; i < tally->group_count; i++)
        add_connection(policy_of(policies, by_name, gather_part(&tally->groups[i], CONNECTION_ADDRESS)),
                       &tally->groups[i]);
    json_decref(by_name);
    json_t *root =
        json_pack("{s:s, s:{s:s, s:s}, s:s, s:s, s:o}", "organization-name", "tlsward", "date-range", "start-datetime",
                  from, "end-datetime", to, "contact-info", "", "report-id", id, "policies", policies);
    json_dumpf(root, out, JSON_INDENT(2));
    putc('\n', out);
    json_decref(root);
}
