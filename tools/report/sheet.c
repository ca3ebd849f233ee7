#include "report/sheet.h"

#include "events/timestamp.h"
#include "report/lifetime.h"
#include "report/weakness.h"
#include "shared/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void add_text(struct sheet_row *row, const char *text)
{
    row->cells[row->count++] = text_clean(text != NULL ? text : "", text != NULL ? strlen(text) : 0);
}

static void add_number(struct sheet_row *row, uint64_t number)
{
    row->cells[row->count++] = text_format("%" PRIu64, number);
}

static void add_time(struct sheet_row *row, int64_t milliseconds)
{
    char text[TIMESTAMP_SIZE];
    row->cells[row->count++] = text_format("%s", timestamp_write(milliseconds, text));
}

static void add_times(struct sheet_row *row, const struct tally_group *group)
{
    add_time(row, group->first);
    add_time(row, group->last);
}

static enum fate worst_of(const struct tally_group *group)
{
    static const enum fate worst_first[] = {FATE_BLOCKED, FATE_WOULD_BLOCK, FATE_REFUSED, FATE_ALLOWED, FATE_BY_POLICY};
    for (size_t i = 0; i < sizeof worst_first / sizeof *worst_first; i++)
        if (tally_fate(group, worst_first[i]) > 0)
            return worst_first[i];
    return FATE_VERIFIED;
}

/* What every group begins with. */
static void add_counts(struct sheet_row *row, const struct tally_group *group)
{
    bool exact;
    add_number(row, tally_handshakes(group));
    add_number(row, gather_unverified(group));
    add_number(row, gather_failed(group));
    add_number(row, distinct_count(&group->hosts, &exact));
    row->fate = worst_of(group);
}

#define COUNTS                                                                                                         \
    {"handshakes", "times", true}, {"not_verified", "not verified", true}, {"fails", "fails", true},                   \
    {                                                                                                                  \
        "hosts", "hosts", true                                                                                         \
    }

static const struct tally_group *group_at(const struct report *report, enum gathered what, size_t at)
{
    return &report->gathering.tallies[what].groups[at];
}

static size_t count_connections(const struct report *report)
{
    return report->gathering.tallies[BY_CONNECTION].group_count;
}

static void make_connection(const struct report *report, size_t at, struct sheet_row *row)
{
    const struct tally_group *group = group_at(report, BY_CONNECTION, at);
    add_counts(row, group);
    for (size_t part = CONNECTION_PROGRAM; part <= CONNECTION_FINDING; part++)
        add_text(row, gather_part(group, part));
    add_text(row, fate_text(row->fate));
    add_text(row, gather_part(group, CONNECTION_REASON));
    add_text(row, gather_kept(group, CONNECTION_RULE));
    add_times(row, group);
    add_text(row, gather_kept(group, CONNECTION_ADVICE));
}

static const struct sheet connections = {"connections",
                                         "Connections",
                                         (const struct sheet_column[]){COUNTS,
                                                                       {"program", "program", false},
                                                                       {"script", "script", false},
                                                                       {"address", "destination", false},
                                                                       {"port", "port", true},
                                                                       {"finding", "not checked", false},
                                                                       {"outcome", "outcome", false},
                                                                       {"reason", "why", false},
                                                                       {"rule", "rule", false},
                                                                       {"first", "since", false},
                                                                       {"last", "last", false},
                                                                       {"advice", "advice", false}},
                                         15,
                                         count_connections,
                                         make_connection};

static size_t count_certificates(const struct report *report)
{
    return report->gathering.tallies[BY_CERTIFICATE].group_count;
}

static void add_life(struct sheet_row *row, const struct lifetime *life)
{
    enum { DAY = 86400 };
    bool is_known = life->state != LIFETIME_UNKNOWN;
    row->cells[row->count++] = is_known ? text_format("%.1f", (double)life->seconds_left / DAY) : text_format("%s", "");
    row->cells[row->count++] =
        life->seconds > 0 ? text_format("%.1f", (double)life->seconds / DAY) : text_format("%s", "");
    row->cells[row->count++] = life->left >= 0 ? text_format("%.3f", life->left) : text_format("%s", "");
    add_text(row, lifetime_text(life->state));
}

static void make_certificate(const struct report *report, size_t at, struct sheet_row *row)
{
    const struct tally_group *group = group_at(report, BY_CERTIFICATE, report->certificates_by_end[at]);
    struct lifetime life =
        lifetime_of(gather_kept(group, CERTIFICATE_NOT_BEFORE), gather_kept(group, CERTIFICATE_NOT_AFTER), report->now);
    char *weak = report_certificate_weakness(group);
    add_life(row, &life);
    add_text(row, weak);
    add_text(row, gather_kept(group, CERTIFICATE_SUBJECT));
    add_text(row, gather_kept(group, CERTIFICATE_ISSUER));
    add_text(row, gather_kept(group, CERTIFICATE_ADDRESS));
    add_text(row, gather_kept(group, CERTIFICATE_PORT));
    add_text(row, gather_kept(group, CERTIFICATE_NOT_AFTER));
    add_text(row, gather_kept(group, CERTIFICATE_ALGORITHM));
    add_text(row, gather_kept(group, CERTIFICATE_SIZE));
    add_text(row, gather_kept(group, CERTIFICATE_SIGNATURE));
    add_number(row, tally_handshakes(group));
    add_text(row, gather_kept(group, CERTIFICATE_SERIAL));
    add_text(row, gather_part(group, CERTIFICATE_SHA256));
    row->is_bad = life.state >= LIFETIME_CRITICAL || *weak != '\0';
    free(weak);
}

static const struct sheet certificates = {"certificates",
                                          "Certificates, by when they end",
                                          (const struct sheet_column[]){{"left_days", "days left", true},
                                                                        {"lifetime_days", "of", true},
                                                                        {"left_ratio", "part left", true},
                                                                        {"state", "state", false},
                                                                        {"weak", "weak", false},
                                                                        {"subject", "certificate", false},
                                                                        {"issuer", "issued by", false},
                                                                        {"address", "seen at", false},
                                                                        {"port", "port", true},
                                                                        {"not_after", "ends", false},
                                                                        {"public_key_algorithm", "key", false},
                                                                        {"public_key_size", "bits", true},
                                                                        {"signature_algorithm", "signature", false},
                                                                        {"handshakes", "times", true},
                                                                        {"serial_number", "serial number", false},
                                                                        {"sha256", "SHA-256", false}},
                                          16,
                                          count_certificates,
                                          make_certificate};

static size_t count_exchanges(const struct report *report)
{
    return report->gathering.tallies[BY_EXCHANGE].group_count;
}

static void make_exchange(const struct report *report, size_t at, struct sheet_row *row)
{
    const struct tally_group *group = group_at(report, BY_EXCHANGE, at);
    char *weak = report_exchange_weakness(group);
    add_counts(row, group);
    add_text(row, gather_part(group, EXCHANGE_GROUP));
    add_text(row, post_quantum_text(post_quantum_of(gather_part(group, EXCHANGE_GROUP))));
    add_text(row, gather_part(group, EXCHANGE_VERSION));
    add_text(row, gather_part(group, EXCHANGE_CIPHER));
    add_text(row, weak);
    row->is_bad = *weak != '\0';
    free(weak);
}

static const struct sheet exchanges = {"key_exchanges",
                                       "Key exchange",
                                       (const struct sheet_column[]){COUNTS,
                                                                     {"group", "group", false},
                                                                     {"post_quantum", "post-quantum", false},
                                                                     {"protocol", "protocol", false},
                                                                     {"cipher", "cipher", false},
                                                                     {"weak", "weak", false}},
                                       9,
                                       count_exchanges,
                                       make_exchange};

static size_t count_call_sites(const struct report *report)
{
    return report->gathering.tallies[BY_CALL_SITE].group_count;
}

static void make_call_site(const struct report *report, size_t at, struct sheet_row *row)
{
    const struct tally_group *group = group_at(report, BY_CALL_SITE, at);
    add_counts(row, group);
    add_text(row, gather_part(group, SITE_PROGRAM));
    add_text(row, gather_part(group, SITE_FINDING));
    struct code_place code = report_code_place(report, group);
    add_text(row, code.is_after ? NULL : code.function);
    add_text(row, code.file);
    row->cells[row->count++] = code.file != NULL ? text_format("%d", code.line) : text_format("%s", "");
    add_text(row, code_lack_text(code.lack));
    add_text(row, gather_part(group, SITE_PLACE));
}

static const struct sheet call_sites = {"call_sites",
                                        "Where it is in the code",
                                        (const struct sheet_column[]){COUNTS,
                                                                      {"program", "program", false},
                                                                      {"finding", "not checked", false},
                                                                      {"function", "function", false},
                                                                      {"source_file", "source", false},
                                                                      {"source_line", "line", true},
                                                                      {"no_line", "no line, as", false},
                                                                      {"call_site", "call site", false}},
                                        11,
                                        count_call_sites,
                                        make_call_site};

static size_t count_rules(const struct report *report)
{
    return report->rules.count;
}

static void make_rule(const struct report *report, size_t at, struct sheet_row *row)
{
    const struct rule_use *use = &report->rules.items[at];
    add_number(row, use->hits != NULL ? tally_handshakes(use->hits) : 0);
    if (use->hits != NULL)
        add_time(row, use->hits->last);
    else
        add_text(row, "");
    add_text(row, use->name);
    add_text(row, rule_state_text(use->state));
    add_text(row, use->rule.owner);
    add_text(row, use->rule.ticket);
    add_text(row, use->rule.expires);
    add_text(row, use->rule.file);
    add_number(row, use->rule.line);
    row->is_bad = use->state == RULE_EXPIRED || use->state == RULE_EXPIRING;
}

static const struct sheet rules = {"rules",
                                   "Rules",
                                   (const struct sheet_column[]){{"handshakes", "times", true},
                                                                 {"last", "last", false},
                                                                 {"rule", "rule", false},
                                                                 {"state", "state", false},
                                                                 {"owner", "owner", false},
                                                                 {"ticket", "ticket", false},
                                                                 {"expires", "expires", false},
                                                                 {"file", "file", false},
                                                                 {"line", "line", true}},
                                   9,
                                   count_rules,
                                   make_rule};

static size_t count_choices(const struct report *report)
{
    return report->gathering.tallies[BY_CHOICE].group_count;
}

static void make_choice(const struct report *report, size_t at, struct sheet_row *row)
{
    const struct tally_group *group = group_at(report, BY_CHOICE, at);
    const char *label = gather_part(group, 0);
    add_counts(row, group);
    add_text(row, report->options->by == CHOICE_OWNER ? rule_uses_owner(&report->rules, label) : label);
    add_text(row, report->gathering.by_destination ? gather_part(group, 1) : "");
    add_times(row, group);
}

static const struct sheet choice = {
    "groups",
    "Groups",
    (const struct sheet_column[]){
        COUNTS, {"group", "group", false}, {"port", "port", true}, {"first", "since", false}, {"last", "last", false}},
    8,
    count_choices,
    make_choice};

const struct sheet *const *report_sheets(const struct report *report)
{
    static const struct sheet *const all[] = {&connections, &certificates, &exchanges, &call_sites, &rules, NULL};
    static const struct sheet *const chosen[] = {&choice, NULL};
    if (report->options->rules_only)
        return all + 4;
    return report->options->by != CHOICE_NONE ? chosen : all;
}

const char *sheet_column_name(const struct sheet *sheet, const struct report *report, size_t column)
{
    const char *name = sheet->columns[column].name;
    return sheet == &choice && strcmp(name, "group") == 0 ? report_choice_text(report->options->by) : name;
}

struct sheet_row sheet_row(const struct sheet *sheet, const struct report *report, size_t at)
{
    struct sheet_row row = {.count = 0};
    sheet->make_row(report, at, &row);
    return row;
}

void sheet_row_free(struct sheet_row *row)
{
    for (size_t i = 0; i < row->count; i++)
        free(row->cells[i]);
}
