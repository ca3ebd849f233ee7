#include "report/findings.h"

#include "events/timestamp.h"
#include "report/lifetime.h"
#include "report/weakness.h"
#include "shared/json_text.h"

#include <stdlib.h>

static json_t *json_time(int64_t milliseconds)
{
    char text[TIMESTAMP_SIZE];
    return json_string(timestamp_write(milliseconds, text));
}

static json_t *json_known(const char *text)
{
    return text != NULL && *text != '\0' ? json_text(text) : json_null();
}

static json_t *json_fates(const uint64_t by_fate[static FATE_COUNT])
{
    json_t *fates = json_object();
    for (int fate = 0; fate < FATE_COUNT; fate++)
        json_object_set_new(fates, fate_text((enum fate)fate), json_integer((json_int_t)by_fate[fate]));
    return fates;
}

static json_t *json_group_fates(const struct tally_group *group)
{
    uint64_t by_fate[FATE_COUNT];
    for (int fate = 0; fate < FATE_COUNT; fate++)
        by_fate[fate] = tally_fate(group, (enum fate)fate);
    return json_fates(by_fate);
}

/* What every group has. */
static json_t *json_group(const struct tally_group *group)
{
    bool exact;
    return json_pack("{s:I, s:o, s:I, s:o, s:o}", "handshakes", (json_int_t)tally_handshakes(group), "outcomes",
                     json_group_fates(group), "hosts", (json_int_t)distinct_count(&group->hosts, &exact), "first",
                     json_time(group->first), "last", json_time(group->last));
}

/* Parts of a key, or what is kept, under their names; NULL ends them. */
struct named {
    const char *name;
    bool is_kept;
    size_t at;
};

static void set_named(json_t *object, const struct tally_group *group, const struct named *named)
{
    for (; named->name != NULL; named++)
        json_object_set_new(object, named->name,
                            json_known(named->is_kept ? gather_kept(group, named->at) : gather_part(group, named->at)));
}

static json_t *json_connection(const struct report *report, const struct tally_group *group)
{
    static const struct named members[] = {{"program", false, CONNECTION_PROGRAM},
                                           {"script", false, CONNECTION_SCRIPT},
                                           {"address", false, CONNECTION_ADDRESS},
                                           {"port", false, CONNECTION_PORT},
                                           {"finding", false, CONNECTION_FINDING},
                                           {"reason", false, CONNECTION_REASON},
                                           {"rule", true, CONNECTION_RULE},
                                           {"app_verify", true, CONNECTION_APP_VERIFY},
                                           {"advice", true, CONNECTION_ADVICE},
                                           {"library", true, CONNECTION_LIBRARY},
                                           {NULL, false, 0}};
    (void)report;
    json_t *item = json_group(group);
    set_named(item, group, members);
    json_object_set_new(item, "checked_later", json_integer((json_int_t)group->checked_later));
    return item;
}

static void set_weakness(json_t *item, char *words)
{
    json_object_set_new(item, "weak", json_known(words));
    free(words);
}

static json_t *json_certificate(const struct report *report, const struct tally_group *group)
{
    static const struct named members[] = {{"sha256", false, CERTIFICATE_SHA256},
                                           {"subject", true, CERTIFICATE_SUBJECT},
                                           {"issuer", true, CERTIFICATE_ISSUER},
                                           {"serial_number", true, CERTIFICATE_SERIAL},
                                           {"not_before", true, CERTIFICATE_NOT_BEFORE},
                                           {"not_after", true, CERTIFICATE_NOT_AFTER},
                                           {"public_key_algorithm", true, CERTIFICATE_ALGORITHM},
                                           {"public_key_size", true, CERTIFICATE_SIZE},
                                           {"public_key_curve", true, CERTIFICATE_CURVE},
                                           {"signature_algorithm", true, CERTIFICATE_SIGNATURE},
                                           {"address", true, CERTIFICATE_ADDRESS},
                                           {"port", true, CERTIFICATE_PORT},
                                           {"anchor", true, CERTIFICATE_ANCHOR},
                                           {"anchor_file", true, CERTIFICATE_ANCHOR_FILE},
                                           {NULL, false, 0}};
    struct lifetime lifetime =
        lifetime_of(gather_kept(group, CERTIFICATE_NOT_BEFORE), gather_kept(group, CERTIFICATE_NOT_AFTER), report->now);
    bool is_known = lifetime.state != LIFETIME_UNKNOWN;
    json_t *item = json_group(group);
    set_named(item, group, members);
    json_object_set_new(item, "state", json_string(lifetime_text(lifetime.state)));
    json_object_set_new(item, "left_ratio", lifetime.left < 0 ? json_null() : json_real(lifetime.left));
    json_object_set_new(item, "seconds_left", is_known ? json_integer((json_int_t)lifetime.seconds_left) : json_null());
    set_weakness(item, report_certificate_weakness(group));
    return item;
}

static json_t *json_exchange(const struct report *report, const struct tally_group *group)
{
    static const struct named members[] = {{"group", false, EXCHANGE_GROUP},
                                           {"protocol", false, EXCHANGE_VERSION},
                                           {"cipher", false, EXCHANGE_CIPHER},
                                           {NULL, false, 0}};
    (void)report;
    json_t *item = json_group(group);
    set_named(item, group, members);
    json_object_set_new(item, "post_quantum",
                        json_string(post_quantum_text(post_quantum_of(gather_part(group, EXCHANGE_GROUP)))));
    set_weakness(item, report_exchange_weakness(group));
    return item;
}

static json_t *json_call_site(const struct report *report, const struct tally_group *group)
{
    static const struct named members[] = {{"call_site", false, SITE_PLACE},
                                           {"program", false, SITE_PROGRAM},
                                           {"finding", false, SITE_FINDING},
                                           {NULL, false, 0}};
    struct code_place code = report_code_place(report, group);
    json_t *item = json_group(group);
    set_named(item, group, members);
    json_object_set_new(item, "function", json_known(code.is_after ? NULL : code.function));
    json_object_set_new(item, "after_function", json_known(code.is_after ? code.function : NULL));
    json_object_set_new(item, "source_file", json_known(code.file));
    json_object_set_new(item, "source_line", code.file != NULL ? json_integer(code.line) : json_null());
    json_object_set_new(item, "no_line", json_known(code_lack_text(code.lack)));
    return item;
}

static json_t *json_choice(const struct report *report, const struct tally_group *group)
{
    const char *label = gather_part(group, 0);
    json_t *item = json_group(group);
    json_object_set_new(
        item, report_choice_text(report->options->by),
        json_known(report->options->by == CHOICE_OWNER ? rule_uses_owner(&report->rules, label) : label));
    if (report->gathering.by_destination)
        json_object_set_new(item, "port", json_known(gather_part(group, 1)));
    return item;
}

static json_t *json_rule(const struct rule_use *use)
{
    const struct rule_view *rule = &use->rule; /* all NULL where the policy does not have it */
    return json_pack("{s:o, s:s, s:I, s:o, s:o, s:o, s:o, s:o, s:i}", "rule", json_text(use->name), "state",
                     rule_state_text(use->state), "handshakes",
                     (json_int_t)(use->hits != NULL ? tally_handshakes(use->hits) : 0), "last",
                     use->hits != NULL ? json_time(use->hits->last) : json_null(), "owner", json_text(rule->owner),
                     "ticket", json_text(rule->ticket), "expires", json_text(rule->expires), "file",
                     json_text(rule->file), "line", (int)rule->line);
}

static json_t *json_summary(const struct report *report)
{
    const struct tally_totals *totals = report_totals(report);
    const struct reading *reading = &report->options->reading;
    bool exact, any = totals->events > 0;
    return json_pack("{s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:[i], s:b}", "oldest",
                     any ? json_time(totals->oldest) : json_null(), "newest",
                     any ? json_time(totals->newest) : json_null(), "hosts",
                     (json_int_t)distinct_count(&totals->hosts, &exact), "programs",
                     (json_int_t)distinct_count(&totals->programs, &exact), "events", (json_int_t)reading->events,
                     "damaged", (json_int_t)reading->damaged, "unknown_schema", (json_int_t)reading->unknown_schema,
                     "dropped", (json_int_t)totals->dropped, "of_another_user", (json_int_t)totals->of_another_user,
                     "outcomes", json_fates(totals->by_fate), "schemas", 1, "complete", !report->incomplete);
}

/*
 * What is in a list may be a hundred thousand groups, of which a whole tree would take a gigabyte: each becomes JSON
 * alone, in a line of its own.
 */
static void print_item(json_t *item, bool is_first)
{
    fputs(is_first ? "\n    " : ",\n    ", stdout);
    json_dumpf(item, stdout, 0);
    json_decref(item);
}

static void print_groups(const struct report *report, const char *name, enum gathered what,
                         json_t *(*make)(const struct report *report, const struct tally_group *group))
{
    const struct tally *tally = &report->gathering.tallies[what];
    printf(",\n  \"%s\": [", name);
    for (size_t i = 0; i < tally->group_count; i++)
        print_item(make(report, &tally->groups[i]), i == 0);
    fputs(tally->group_count > 0 ? "\n  ]" : "]", stdout);
}

static void print_rules(const struct report *report)
{
    fputs(",\n  \"rules\": [", stdout);
    for (size_t i = 0; i < report->rules.count; i++)
        print_item(json_rule(&report->rules.items[i]), i == 0);
    fputs(report->rules.count > 0 ? "\n  ]" : "]", stdout);
}

void report_print_json(const struct report *report)
{
    const struct report_options *options = report->options;
    json_t *summary = json_summary(report);
    fputs("{\n  \"summary\": ", stdout);
    json_dumpf(summary, stdout, 0);
    json_decref(summary);
    if (!options->rules_only && options->by != CHOICE_NONE)
        print_groups(report, "groups", BY_CHOICE, json_choice);
    if (!options->rules_only && options->by == CHOICE_NONE) {
        print_groups(report, "connections", BY_CONNECTION, json_connection);
        print_groups(report, "certificates", BY_CERTIFICATE, json_certificate);
        print_groups(report, "key_exchanges", BY_EXCHANGE, json_exchange);
        print_groups(report, "call_sites", BY_CALL_SITE, json_call_site);
    }
    if (options->rules_only || options->by == CHOICE_NONE)
        print_rules(report);
    puts("\n}");
}
