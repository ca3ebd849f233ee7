#include "draft/draft_print.h"

#include "draft/matchers.h"
#include "draft/wider.h"
#include "events/timestamp.h"
#include "shared/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void print_head(FILE *out, const struct failures *failures, const struct remedy_ground *ground)
{
    fprintf(
        out,
        "# Drafted by tlsward " TLSWARD_VERSION ": rules for what fails in the events that were read.\n"
        "# Review each: what fails may fail for good reason, and a rule lets it go on until %s.\n"
        "# No rule counts before its owner and its ticket are filled in, and the whole file is invalid until then.\n",
        ground->until);
    if (failures->count == 0)
        fprintf(out, "#\n# Nothing fails in %" PRIu64 " handshakes.\n", failures->handshakes);
}

static void print_fact(FILE *out, const char *title, struct slice text)
{
    if (text.length == 0)
        return;
    char *clean = text_clean(text.text, text.length);
    fprintf(out, "#   %-12s %s\n", title, clean);
    free(clean);
}

static void print_evidence(FILE *out, const struct failure *failure, struct event_record *record)
{
    char first[TIMESTAMP_SIZE], last[TIMESTAMP_SIZE];
    bool exact;
    uint64_t hosts = distinct_count(&failure->hosts, &exact);
    fprintf(out, "\n# %" PRIu64 " handshake%s", failure->count, failure->count == 1 ? "" : "s");
    if (hosts > 0)
        fprintf(out, " on %s%" PRIu64 " host%s", exact ? "" : "about ", hosts, hosts == 1 ? "" : "s");
    fprintf(out, ", first %s, last %s\n", timestamp_write(failure->first, first), timestamp_write(failure->last, last));
    print_fact(out, "reason", record_text(record, MEMBER_REASON));
    print_fact(out, "finding", record_text(record, MEMBER_FINDING));
    print_fact(out, "certificate", record_text(record, MEMBER_SUBJECT));
    print_fact(out, "issued by", record_text(record, MEMBER_ISSUER));
    print_fact(out, "ends", record_text(record, MEMBER_NOT_AFTER));
    print_fact(out, "public key", record_text(record, MEMBER_PUBLIC_KEY_PIN));
    print_fact(out, "advice", record_text(record, MEMBER_ADVICE));
}

/* Several rules may be for the same server and reason. */
static void print_name(FILE *out, const struct matchers *matchers, size_t number, const struct draft_names *names)
{
    bool taken = draft_names_have(names, matchers->name);
    fprintf(out, taken ? "[rule %s.%zu]\n" : "[rule %s]\n", matchers->name, number);
}

static void print_rule(FILE *out, const struct matchers *matchers, const struct remedy *remedy, size_t number,
                       const struct draft_names *names, struct event_record *record, const struct remedy_ground *ground)
{
    struct slice seen = record_text(record, MEMBER_REASON);
    char *reason = text_clean(seen.text, seen.length);
    print_name(out, matchers, number, names);
    fputs(matchers->lines, out);
    for (size_t i = 0; i < remedy->count; i++)
        fprintf(out, "%s\n", remedy->lines[i]);
    fprintf(out, "owner =\nreason = %s, as seen before enforcement\nticket =\nexpires = %s\n", reason, ground->until);
    free(reason);
}

/* Whoever stood between us and the server then stands between us and it now. */
static void print_anchor(FILE *out, const struct remedy *remedy)
{
    if (remedy->anchor == NULL)
        return;
    print_fact(out, "anchor", slice_of(remedy->anchor));
    print_fact(out, "SHA-256", slice_of(remedy->anchor_fingerprint));
    fputs(
        "# This anchor is trust on first use: the server itself has shown it, and so would whoever stands before it.\n"
        "# Compare its SHA-256 by another way, with who runs that CA, before this rule counts.\n",
        out);
}

/* True where there is a rule. */
static bool print_failure(FILE *out, const struct failure *failure, size_t number, struct draft_names *names,
                          struct wider *wider, const struct remedy_ground *ground)
{
    struct event_record *record = text_grow(NULL, 1, sizeof *record);
    record_read(record, failure->samples[0], strlen(failure->samples[0]));
    struct matchers matchers = matchers_for(record);
    struct remedy remedy = {.obstacle = matchers.obstacle};
    if (matchers.obstacle == NULL)
        remedy = remedy_search(ground, matchers.lines, failure);
    if (failure->more_samples)
        remedy.obstacle = "it showed more keys than a rule should name";
    print_evidence(out, failure, record);
    if (remedy.obstacle != NULL) {
        fprintf(out, "# no rule: %s\n", remedy.obstacle);
        char *lines = text_clean(matchers.name, strlen(matchers.name));
        fprintf(out, "#   %s\n", lines);
        free(lines);
    } else {
        print_anchor(out, &remedy);
        print_rule(out, &matchers, &remedy, number, names, record, ground);
        draft_names_add(names, matchers.name);
        wider_add(wider, record, &matchers, &remedy);
    }
    bool found = remedy.obstacle == NULL;
    remedy_free(&remedy);
    matchers_free(&matchers);
    free(record);
    return found;
}

size_t draft_print(FILE *out, const struct failures *failures, const struct remedy_ground *ground)
{
    struct draft_names names = {.count = 0};
    struct wider wider = {.count = 0};
    size_t left = 0;
    print_head(out, failures, ground);
    for (size_t i = 0; i < failures->count; i++)
        left += !print_failure(out, &failures->items[i], i + 1, &names, &wider, ground);
    wider_print(&wider, out);
    wider_free(&wider);
    draft_names_free(&names);
    return left;
}
