#include "report/print_text.h"

#include "events/timestamp.h"
#include "report/lifetime.h"
#include "report/weakness.h"
#include "shared/text.h"
#include "shared/text_table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static char *number(uint64_t value)
{
    return text_format("%" PRIu64, value);
}

static const char *date(int64_t milliseconds, char text[static TIMESTAMP_SIZE])
{
    timestamp_write(milliseconds, text);
    text[strlen("YYYY-MM-DD")] = '\0';
    return text;
}

void text_print_title(const char *title)
{
    printf("\n%s%s%s\n", text_colour(stdout, COLOUR_STRONG), title, text_colour(stdout, COLOUR_OFF));
}

void text_print_rest(size_t count)
{
    if (count > TEXT_ROWS_MAX)
        printf("  and %zu more: --json has all\n", count - TEXT_ROWS_MAX);
}

static void print_coverage(const struct report *report)
{
    const struct tally_totals *totals = report_totals(report);
    bool exact_hosts, exact_programs;
    uint64_t hosts = distinct_count(&totals->hosts, &exact_hosts);
    uint64_t programs = distinct_count(&totals->programs, &exact_programs);
    printf("seen         %s%" PRIu64 " host%s, %s%" PRIu64 " program%s, of those under the library\n",
           exact_hosts ? "" : "about ", hosts, hosts == 1 ? "" : "s", exact_programs ? "" : "about ", programs,
           programs == 1 ? "" : "s");
}

static void print_head(const struct report *report)
{
    const struct tally_totals *totals = report_totals(report);
    const struct reading *reading = &report->options->reading;
    char from[TIMESTAMP_SIZE], to[TIMESTAMP_SIZE];
    if (totals->events > 0)
        printf("period       %s to %s\n", timestamp_write(totals->oldest, from), timestamp_write(totals->newest, to));
    printf("events       %" PRIu64 " read (schema 1), %" PRIu64 " of another schema, %" PRIu64 " damaged, %" PRIu64
           " dropped\n",
           reading->events, reading->unknown_schema, reading->damaged, totals->dropped);
    if (totals->of_another_user > 0)
        printf("             %" PRIu64 " of another user than they say: see tlsward.collect.uid\n",
               totals->of_another_user);
    print_coverage(report);
    fputs("handshakes  ", stdout);
    for (int fate = 0; fate < FATE_COUNT; fate++)
        printf("%s%s %" PRIu64 " %s", fate > 0 ? "," : "", fate == FATE_WOULD_BLOCK ? "\n            " : "",
               totals->by_fate[fate], fate_text((enum fate)fate));
    putchar('\n');
    if (totals->events == 0)
        puts("\nno event was read: nothing is known, which is not the same as nothing being wrong");
}

static char *who(const struct tally_group *group)
{
    const char *script = gather_part(group, CONNECTION_SCRIPT);
    return text_format("%s%s%s", gather_part(group, CONNECTION_PROGRAM), *script != '\0' ? " " : "", script);
}

static enum colour colour_of(const struct tally_group *group)
{
    return gather_failed(group) > 0 ? COLOUR_BAD : COLOUR_OFF;
}

static const char *what_happens(const struct tally_group *group)
{
    if (tally_fate(group, FATE_BLOCKED) > 0)
        return "blocked";
    if (tally_fate(group, FATE_WOULD_BLOCK) > 0)
        return "would block";
    if (tally_fate(group, FATE_ALLOWED) > 0)
        return "allowed";
    return tally_fate(group, FATE_BY_POLICY) > 0 ? "verified" : "";
}

static void add_connection(struct text_table *table, const struct tally_group *group)
{
    char first[TIMESTAMP_SIZE], last[TIMESTAMP_SIZE];
    bool exact;
    char *program = who(group), *count = number(tally_handshakes(group));
    char *hosts = number(distinct_count(&group->hosts, &exact));
    const char *port = gather_part(group, CONNECTION_PORT);
    char *destination = text_format("%s%s%s", gather_part(group, CONNECTION_ADDRESS), *port != '\0' ? ":" : "", port);
    text_table_add(table, colour_of(group),
                   (const char *const[]){count, hosts, program, destination, gather_part(group, CONNECTION_FINDING),
                                         what_happens(group), gather_part(group, CONNECTION_REASON),
                                         date(group->first, first), date(group->last, last)});
    free(program);
    free(count);
    free(hosts);
    free(destination);
}

/* The same in two lines, for a narrow terminal: who to whom, and what of it. */
static void add_connection_in_two(struct text_table *table, const struct tally_group *group)
{
    char last[TIMESTAMP_SIZE];
    char *program = who(group), *count = number(tally_handshakes(group));
    const char *port = gather_part(group, CONNECTION_PORT), *reason = gather_part(group, CONNECTION_REASON);
    const char *finding = gather_part(group, CONNECTION_FINDING), *happens = what_happens(group);
    char *first_line = text_format("%s to %s%s%s, last %s", program, gather_part(group, CONNECTION_ADDRESS),
                                   *port != '\0' ? ":" : "", port, date(group->last, last));
    char *second_line = text_format("  %s%s%s%s%s", finding, *finding != '\0' && *happens != '\0' ? "; " : "", happens,
                                    *reason != '\0' ? ": " : "", reason);
    text_table_add(table, colour_of(group), (const char *const[]){count, first_line});
    text_table_add(table, colour_of(group), (const char *const[]){"", second_line});
    free(program);
    free(count);
    free(first_line);
    free(second_line);
}

static void print_connections(const struct report *report)
{
    static const struct table_column wide[] = {
        {"times", ALIGN_RIGHT},      {"hosts", ALIGN_RIGHT},      {"program", ALIGN_LEFT},
        {"destination", ALIGN_LEFT}, {"not checked", ALIGN_LEFT}, {"enforcement", ALIGN_LEFT},
        {"why", ALIGN_LEFT},         {"since", ALIGN_RIGHT},      {"last", ALIGN_RIGHT}};
    static const struct table_column narrow[] = {{"times", ALIGN_RIGHT}, {"what was not checked", ALIGN_LEFT}};
    const struct tally *tally = &report->gathering.tallies[BY_CONNECTION];
    bool is_wide = terminal_width(stdout) >= TEXT_WIDE;
    struct text_table table =
        is_wide ? text_table(wide, sizeof wide / sizeof wide[0]) : text_table(narrow, sizeof narrow / sizeof narrow[0]);
    size_t count = 0;
    for (size_t i = 0; i < tally->group_count; i++)
        if (gather_unverified(&tally->groups[i]) > 0 && count++ < TEXT_ROWS_MAX)
            (is_wide ? add_connection : add_connection_in_two)(&table, &tally->groups[i]);
    text_print_title(count > 0 ? "Not verified by the program in its handshake"
                               : "Every program verified its peers itself");
    if (count > 0)
        text_table_print(&table, stdout, 2);
    text_print_rest(count);
}

static char *left_text(const struct lifetime *lifetime)
{
    enum { HOUR = 3600, DAY = 86400, TWO_DAYS = 172800 };
    int64_t left = lifetime->seconds_left;
    if (lifetime->state == LIFETIME_UNKNOWN)
        return text_format("%s", "");
    if (left < 0)
        return text_format("ended");
    char *time = left < TWO_DAYS ? text_format("%" PRId64 " h", left / HOUR) : text_format("%" PRId64 " d", left / DAY);
    char *text = lifetime->left < 0 ? text_format("%s", time) : text_format("%s, %.0f %%", time, 100 * lifetime->left);
    free(time);
    return text;
}

static void add_certificate(struct text_table *table, const struct report *report, const struct tally_group *group)
{
    struct lifetime lifetime =
        lifetime_of(gather_kept(group, CERTIFICATE_NOT_BEFORE), gather_kept(group, CERTIFICATE_NOT_AFTER), report->now);
    char *left = left_text(&lifetime), *weak = report_certificate_weakness(group);
    char *place = text_format("%s:%s", gather_kept(group, CERTIFICATE_ADDRESS), gather_kept(group, CERTIFICATE_PORT));
    char *key = text_format("%s %s", gather_kept(group, CERTIFICATE_ALGORITHM), gather_kept(group, CERTIFICATE_SIZE));
    bool bad = lifetime.state >= LIFETIME_CRITICAL || *weak != '\0';
    text_table_add(table, bad ? COLOUR_BAD : COLOUR_OFF,
                   (const char *const[]){left, lifetime_text(lifetime.state), gather_kept(group, CERTIFICATE_SUBJECT),
                                         place, weak, key, gather_kept(group, CERTIFICATE_ISSUER)});
    free(left);
    free(weak);
    free(place);
    free(key);
}

static void print_certificates(const struct report *report)
{
    static const struct table_column columns[] = {
        {"left", ALIGN_RIGHT}, {"state", ALIGN_LEFT}, {"certificate", ALIGN_LEFT}, {"seen at", ALIGN_LEFT},
        {"weak", ALIGN_LEFT},  {"key", ALIGN_LEFT},   {"issued by", ALIGN_LEFT}};
    enum { NARROW_COLUMNS = 5 };
    const struct tally *tally = &report->gathering.tallies[BY_CERTIFICATE];
    if (tally->group_count == 0)
        return;
    struct text_table table =
        text_table(columns, terminal_width(stdout) >= TEXT_WIDE ? sizeof columns / sizeof columns[0] : NARROW_COLUMNS);
    for (size_t i = 0; i < tally->group_count && i < TEXT_ROWS_MAX; i++)
        add_certificate(&table, report, &tally->groups[report->certificates_by_end[i]]);
    text_print_title("Certificates, by when they end");
    text_table_print(&table, stdout, 2);
    text_print_rest(tally->group_count);
}

static void print_exchanges(const struct report *report)
{
    static const struct table_column columns[] = {{"times", ALIGN_RIGHT},       {"group", ALIGN_LEFT},
                                                  {"post-quantum", ALIGN_LEFT}, {"protocol", ALIGN_LEFT},
                                                  {"cipher", ALIGN_LEFT},       {"weak", ALIGN_LEFT}};
    const struct tally *tally = &report->gathering.tallies[BY_EXCHANGE];
    if (tally->group_count == 0)
        return;
    struct text_table table = text_table(columns, sizeof columns / sizeof columns[0]);
    for (size_t i = 0; i < tally->group_count && i < TEXT_ROWS_MAX; i++) {
        const struct tally_group *group = &tally->groups[i];
        char *count = number(tally_handshakes(group)), *weak = report_exchange_weakness(group);
        const char *name = gather_part(group, EXCHANGE_GROUP);
        text_table_add(&table, *weak != '\0' ? COLOUR_BAD : COLOUR_OFF,
                       (const char *const[]){count, name, post_quantum_text(post_quantum_of(name)),
                                             gather_part(group, EXCHANGE_VERSION), gather_part(group, EXCHANGE_CIPHER),
                                             weak});
        free(count);
        free(weak);
    }
    text_print_title("Key exchange");
    text_table_print(&table, stdout, 2);
    text_print_rest(tally->group_count);
}

static void add_rule(struct text_table *table, const struct rule_use *use)
{
    char last[TIMESTAMP_SIZE] = "",
         *place = use->in_policy ? text_format("%s:%u", use->rule.file, use->rule.line) : text_format("%s", "");
    char *count = number(use->hits != NULL ? tally_handshakes(use->hits) : 0);
    if (use->hits != NULL)
        date(use->hits->last, last);
    enum colour colour = use->state == RULE_ACTIVE ? COLOUR_OFF : COLOUR_STRONG;
    text_table_add(table, use->state == RULE_EXPIRED ? COLOUR_BAD : colour,
                   (const char *const[]){count, last, use->name, rule_state_text(use->state),
                                         use->in_policy ? use->rule.owner : NULL,
                                         use->in_policy ? use->rule.expires : NULL, place});
    free(place);
    free(count);
}

static void print_rules(const struct report *report)
{
    static const struct table_column columns[] = {
        {"times", ALIGN_RIGHT}, {"last", ALIGN_RIGHT},    {"rule", ALIGN_LEFT}, {"state", ALIGN_LEFT},
        {"owner", ALIGN_LEFT},  {"expires", ALIGN_RIGHT}, {"where", ALIGN_LEFT}};
    struct text_table table = text_table(columns, sizeof columns / sizeof columns[0]);
    for (size_t i = 0; i < report->rules.count; i++)
        add_rule(&table, &report->rules.items[i]);
    text_print_title(report->rules.count > 0 ? "Rules" : "The policy has no rules");
    if (report->rules.count > 0)
        text_table_print(&table, stdout, 2);
}

static const char *choice_label(const struct report *report, const struct tally_group *group)
{
    const char *label = gather_part(group, 0);
    if (report->options->by == CHOICE_OWNER)
        label = rule_uses_owner(&report->rules, label);
    return *label != '\0' ? label : "-";
}

static void add_choice(struct text_table *table, const struct report *report, const struct tally_group *group)
{
    char *counts[] = {number(tally_handshakes(group)), number(gather_unverified(group)), number(gather_failed(group))};
    char first[TIMESTAMP_SIZE], last[TIMESTAMP_SIZE];
    const char *port = report->gathering.by_destination ? gather_part(group, 1) : "";
    char *label = text_format("%s%s%s", choice_label(report, group), *port != '\0' ? ":" : "", port);
    text_table_add(table, colour_of(group),
                   (const char *const[]){counts[0], counts[1], counts[2], label, date(group->first, first),
                                         date(group->last, last)});
    free(label);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        free(counts[i]);
}

static void print_choice(const struct report *report)
{
    const struct table_column columns[] = {
        {"times", ALIGN_RIGHT}, {"not verified", ALIGN_RIGHT},
        {"fails", ALIGN_RIGHT}, {report_choice_text(report->options->by), ALIGN_LEFT},
        {"since", ALIGN_RIGHT}, {"last", ALIGN_RIGHT}};
    const struct tally *tally = &report->gathering.tallies[BY_CHOICE];
    struct text_table table = text_table(columns, sizeof columns / sizeof columns[0]);
    for (size_t i = 0; i < tally->group_count && i < TEXT_ROWS_MAX; i++)
        add_choice(&table, report, &tally->groups[i]);
    putchar('\n');
    text_table_print(&table, stdout, 2);
    text_print_rest(tally->group_count);
}

void report_print_text(const struct report *report)
{
    print_head(report);
    if (report->options->rules_only) {
        print_rules(report);
        return;
    }
    if (report->options->by != CHOICE_NONE) {
        print_choice(report);
        return;
    }
    print_connections(report);
    print_certificates(report);
    print_exchanges(report);
    text_print_call_sites(report);
    print_rules(report);
}
