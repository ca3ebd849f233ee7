/*
 * For the textfile collector of Prometheus' node exporter: names and units as prometheus.io/docs/practices/naming has
 * them. Labels of which there may be any number are bounded: those with the most to tell, and the rest in "_other".
 */
#include "report/print_formats.h"

#include "events/timestamp.h"
#include "report/lifetime.h"
#include "shared/prom_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* As events tell of it, in tlsward.outcome, .action and .decided_by. */
static void print_handshakes(const struct tally_totals *totals, FILE *out)
{
    static const char *const labels[FATE_COUNT] = {
        [FATE_VERIFIED] = "outcome=\"verified\",action=\"allowed\",decided_by=\"policy\"",
        [FATE_BY_POLICY] = "outcome=\"verified-by-policy\",action=\"allowed\",decided_by=\"policy\"",
        [FATE_ALLOWED] = "outcome=\"failed\",action=\"allowed\",decided_by=\"policy\"",
        [FATE_WOULD_BLOCK] = "outcome=\"failed\",action=\"would-block\",decided_by=\"policy\"",
        [FATE_BLOCKED] = "outcome=\"failed\",action=\"blocked\",decided_by=\"policy\"",
        [FATE_REFUSED] = "outcome=\"failed\",action=\"blocked\",decided_by=\"program\"",
    };
    prom_type(out, "tlsward_handshakes_total", "counter",
              "Handshakes in the events that were read, by what became of them.");
    for (int fate = 0; fate < FATE_COUNT; fate++)
        fprintf(out, "tlsward_handshakes_total{%s} %" PRIu64 "\n", labels[fate], totals->by_fate[fate]);
}

static void print_totals(const struct report *report, FILE *out)
{
    const struct tally_totals *totals = report_totals(report);
    prom_type(out, "tlsward_build_info", "gauge",
              "The version that made this, and the schema of events that it knows.");
    fputs("tlsward_build_info{version=\"" TLSWARD_VERSION "\",schema=\"1\"} 1\n", out);
    print_handshakes(totals, out);
    prom_type(out, "tlsward_events_total", "counter", "Events that were read.");
    fprintf(out, "tlsward_events_total %" PRIu64 "\n", report->options->reading.events);
    prom_type(out, "tlsward_events_dropped_total", "counter", "Events that programs could not deliver.");
    fprintf(out, "tlsward_events_dropped_total %" PRIu64 "\n", totals->dropped);
    prom_type(out, "tlsward_events_damaged_total", "counter", "Lines that nobody can read.");
    fprintf(out, "tlsward_events_damaged_total %" PRIu64 "\n", report->options->reading.damaged);
    if (totals->events == 0)
        return;
    prom_type(out, "tlsward_last_event_timestamp_seconds", "gauge", "When the newest event was.");
    fprintf(out, "tlsward_last_event_timestamp_seconds %" PRId64 "\n", totals->newest / 1000);
}

/* Groups beyond the cap, in one; what has no name is not told. */
static void print_capped(const struct tally *tally, const char *name, const char *label, size_t part, FILE *out)
{
    uint64_t other = 0;
    size_t told = 0;
    for (size_t i = 0; i < tally->group_count; i++) {
        if (*gather_part(&tally->groups[i], part) == '\0')
            continue;
        if (told++ >= PROM_GROUPS_MAX) {
            other += tally_handshakes(&tally->groups[i]);
            continue;
        }
        fprintf(out, "%s{", name);
        prom_label(out, label, gather_part(&tally->groups[i], part));
        fprintf(out, "} %" PRIu64 "\n", tally_handshakes(&tally->groups[i]));
    }
    if (other > 0)
        fprintf(out, "%s{%s=\"_other\"} %" PRIu64 "\n", name, label, other);
}

static void print_rules(const struct report *report, FILE *out)
{
    prom_type(out, "tlsward_rule_hits_total", "counter", "Handshakes that the rule decided.");
    print_capped(&report->gathering.tallies[BY_RULE], "tlsward_rule_hits_total", "rule", 0, out);
    prom_type(out, "tlsward_rule_expires_timestamp_seconds", "gauge", "When the rule ends.");
    for (size_t i = 0; i < report->rules.count; i++) {
        const struct rule_use *use = &report->rules.items[i];
        if (!use->in_policy || use->rule.expires_at == 0)
            continue;
        prom_label(out, "tlsward_rule_expires_timestamp_seconds{rule", use->name);
        prom_label(out, ",owner", use->rule.owner != NULL ? use->rule.owner : "");
        fprintf(out, "} %" PRId64 "\n", use->rule.expires_at);
    }
}

static void print_certificate_times(const struct report *report, const char *name, const char *help, size_t kept,
                                    FILE *out)
{
    const struct tally *tally = &report->gathering.tallies[BY_CERTIFICATE];
    prom_type(out, name, "gauge", help);
    for (size_t i = 0; i < tally->group_count && i < PROM_GROUPS_MAX; i++) {
        const struct tally_group *group = &tally->groups[report->certificates_by_end[i]];
        int64_t time;
        if (!timestamp_read(slice_of(gather_kept(group, kept)), &time))
            continue;
        fputs(name, out);
        prom_label(out, "{dest", gather_kept(group, CERTIFICATE_ADDRESS));
        prom_label(out, ",port", gather_kept(group, CERTIFICATE_PORT));
        prom_label(out, ",serial", gather_kept(group, CERTIFICATE_SERIAL));
        prom_label(out, ",sha256", gather_part(group, CERTIFICATE_SHA256));
        fprintf(out, "} %" PRId64 "\n", time / 1000);
    }
}

/* Of the certificates that end latest, which are beyond the cap: how many there are, so that their lack is seen. */
static void print_left_out(const struct report *report, FILE *out)
{
    size_t count = report->gathering.tallies[BY_CERTIFICATE].group_count;
    prom_type(out, "tlsward_peer_certs", "gauge",
              "Certificates that were seen, of which those that end first have times here.");
    fprintf(out, "tlsward_peer_certs %zu\n", count);
}

static void print_findings(const struct report *report, FILE *out)
{
    const struct tally *tally = &report->gathering.tallies[BY_CONNECTION];
    const enum member by[] = {MEMBER_FINDING, MEMBER_EXECUTABLE};
    struct tally sums = tally_new(by, 2, NULL, 0);
    for (size_t i = 0; i < tally->group_count; i++) {
        const char *finding = gather_part(&tally->groups[i], CONNECTION_FINDING);
        const struct slice parts[] = {slice_of(finding), tally_part(&tally->groups[i], CONNECTION_PROGRAM)};
        if (*finding != '\0')
            tally_add_fate(tally_group(&sums, parts, 2), FATE_ALLOWED, tally_handshakes(&tally->groups[i]));
    }
    gather_sort(&sums);
    prom_type(out, "tlsward_findings_total", "counter", "Handshakes of which the program did not check something.");
    uint64_t other = 0;
    for (size_t i = 0; i < sums.group_count; i++) {
        if (i >= PROM_GROUPS_MAX) {
            other += tally_handshakes(&sums.groups[i]);
            continue;
        }
        prom_label(out, "tlsward_findings_total{finding", gather_part(&sums.groups[i], 0));
        prom_label(out, ",program", gather_part(&sums.groups[i], 1));
        fprintf(out, "} %" PRIu64 "\n", tally_handshakes(&sums.groups[i]));
    }
    if (other > 0)
        fprintf(out, "tlsward_findings_total{finding=\"_other\",program=\"_other\"} %" PRIu64 "\n", other);
    tally_free(&sums);
}

static void print_key_exchange(const struct report *report, FILE *out)
{
    const struct tally *tally = &report->gathering.tallies[BY_EXCHANGE];
    const enum member by[] = {MEMBER_KEY_EXCHANGE_GROUP};
    struct tally sums = tally_new(by, 1, NULL, 0);
    for (size_t i = 0; i < tally->group_count; i++) {
        const struct slice parts[] = {tally_part(&tally->groups[i], EXCHANGE_GROUP)};
        tally_add_fate(tally_group(&sums, parts, 1), FATE_ALLOWED, tally_handshakes(&tally->groups[i]));
    }
    gather_sort(&sums);
    prom_type(out, "tlsward_handshakes_by_group_total", "counter", "Handshakes by their key exchange group.");
    print_capped(&sums, "tlsward_handshakes_by_group_total", "group", 0, out);
    tally_free(&sums);
}

void report_print_prom(const struct report *report, FILE *out)
{
    print_totals(report, out);
    print_findings(report, out);
    print_rules(report, out);
    print_certificate_times(report, "tlsward_peer_cert_not_after_timestamp_seconds",
                            "When the peer's certificate ends.", CERTIFICATE_NOT_AFTER, out);
    print_certificate_times(report, "tlsward_peer_cert_not_before_timestamp_seconds",
                            "When the peer's certificate begins.", CERTIFICATE_NOT_BEFORE, out);
    print_left_out(report, out);
    print_key_exchange(report, out);
}
