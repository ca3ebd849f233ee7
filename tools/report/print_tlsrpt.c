/*
 * RFC 8460, section 4: an aggregate report, whose readers expect every key and no null. It was made for mail, and so
 * each destination is a policy of the type "no-policy-found", and what failed has the nearest of its result types.
 */
#include "report/print_formats.h"

#include "events/timestamp.h"
#include "shared/json_text.h"
#include "shared/text.h"

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

struct connection {
    const struct tally_group *group;
};

/* One policy for each destination, of all connections there. */
static json_t *make_policy(const struct connection *connections, size_t count)
{
    json_int_t succeeded = 0, failed = 0;
    json_t *failures = json_array(), *name = json_text(gather_part(connections[0].group, CONNECTION_ADDRESS));
    for (size_t i = 0; i < count; i++) {
        uint64_t good =
            tally_fate(connections[i].group, FATE_VERIFIED) + tally_fate(connections[i].group, FATE_BY_POLICY);
        uint64_t bad = tally_handshakes(connections[i].group) - good;
        succeeded += (json_int_t)good;
        failed += (json_int_t)bad;
        if (bad > 0)
            json_array_append_new(failures, make_failure(connections[i].group));
    }
    return json_pack("{s:{s:s, s:[s], s:O, s:[o]}, s:{s:I, s:I}, s:o}", "policy", "policy-type", "no-policy-found",
                     "policy-string", "", "policy-domain", name, "mx-host", name, "summary",
                     "total-successful-session-count", succeeded, "total-failure-session-count", failed,
                     "failure-details", failures);
}

/* The most urgent of a destination stays the first of it. */
static int by_address(const void *a, const void *b)
{
    const struct tally_group *one = ((const struct connection *)a)->group;
    const struct tally_group *other = ((const struct connection *)b)->group;
    int order = strcmp(gather_part(one, CONNECTION_ADDRESS), gather_part(other, CONNECTION_ADDRESS));
    return order != 0 ? order : (one > other) - (one < other);
}

/* Each policy becomes JSON alone, as those of a hundred thousand destinations would take much memory. */
static void print_policies(const struct tally *tally, FILE *out)
{
    struct connection *connections = text_grow(NULL, tally->group_count + 1, sizeof *connections);
    for (size_t i = 0; i < tally->group_count; i++)
        connections[i].group = &tally->groups[i];
    qsort(connections, tally->group_count, sizeof *connections, by_address);
    for (size_t at = 0, count; at < tally->group_count; at += count) {
        const char *address = gather_part(connections[at].group, CONNECTION_ADDRESS);
        count = 1;
        while (at + count < tally->group_count &&
               strcmp(gather_part(connections[at + count].group, CONNECTION_ADDRESS), address) == 0)
            count++;
        json_t *policy = make_policy(connections + at, count);
        fputs(at == 0 ? "\n    " : ",\n    ", out);
        json_dumpf(policy, out, 0);
        json_decref(policy);
    }
    free(connections);
}

void report_print_tlsrpt(const struct report *report, FILE *out)
{
    const struct tally_totals *totals = report_totals(report);
    bool any = totals->events > 0;
    char from[TIMESTAMP_SIZE], to[TIMESTAMP_SIZE];
    timestamp_write(any ? totals->oldest : report->now * 1000, from);
    timestamp_write(any ? totals->newest : report->now * 1000, to);
    fprintf(out,
            "{\n  \"organization-name\": \"tlsward\",\n"
            "  \"date-range\": {\"start-datetime\": \"%s\", \"end-datetime\": \"%s\"},\n"
            "  \"contact-info\": \"\",\n  \"report-id\": \"%s-%s-tlsward\",\n  \"policies\": [",
            from, to, from, to);
    print_policies(&report->gathering.tallies[BY_CONNECTION], out);
    fputs("\n  ]\n}\n", out);
}
