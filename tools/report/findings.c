#include "report/findings.h"

#include "report/lifetime.h"
#include "report/weakness.h"
#include "shared/text.h"

#include <stdlib.h>
#include <string.h>

const struct tally_totals *report_totals(const struct report *report)
{
    return &report->gathering.tallies[BY_CONNECTION].totals;
}

static char *join(const char *const *words, size_t count)
{
    char *text = text_format("%s", "");
    for (size_t i = 0; i < count; i++) {
        if (words[i] == NULL)
            continue;
        char *longer = text_format("%s%s%s", text, *text != '\0' ? " " : "", words[i]);
        free(text);
        text = longer;
    }
    return text;
}

char *report_certificate_weakness(const struct tally_group *group)
{
    const char *const words[] = {
        weak_key(gather_kept(group, CERTIFICATE_ALGORITHM), gather_kept(group, CERTIFICATE_SIZE)),
        weak_signature(gather_kept(group, CERTIFICATE_SIGNATURE))};
    return join(words, sizeof words / sizeof words[0]);
}

char *report_exchange_weakness(const struct tally_group *group)
{
    const char *const words[] = {weak_protocol(gather_part(group, EXCHANGE_VERSION)),
                                 weak_cipher(gather_part(group, EXCHANGE_CIPHER))};
    return join(words, sizeof words / sizeof words[0]);
}

/* What sorts has the ends beside the numbers: to read them again for each comparison takes long where there are many.
 */
struct end {
    size_t group;
    int64_t seconds_left;
};

static int by_end(const void *a, const void *b)
{
    const struct end *one = a, *other = b;
    int order = (one->seconds_left > other->seconds_left) - (one->seconds_left < other->seconds_left);
    return order != 0 ? order : (one->group > other->group) - (one->group < other->group);
}

size_t *report_sort_certificates(const struct report *report)
{
    const struct tally *tally = &report->gathering.tallies[BY_CERTIFICATE];
    struct end *ends = text_grow(NULL, tally->group_count + 1, sizeof *ends);
    size_t *order = text_grow(NULL, tally->group_count + 1, sizeof *order);
    for (size_t i = 0; i < tally->group_count; i++) {
        const struct tally_group *group = &tally->groups[i];
        struct lifetime life = lifetime_of(gather_kept(group, CERTIFICATE_NOT_BEFORE),
                                           gather_kept(group, CERTIFICATE_NOT_AFTER), report->now);
        ends[i] = (struct end){i, life.state != LIFETIME_UNKNOWN ? life.seconds_left : INT64_MAX};
    }
    qsort(ends, tally->group_count, sizeof *ends, by_end);
    for (size_t i = 0; i < tally->group_count; i++)
        order[i] = ends[i].group;
    free(ends);
    return order;
}

static bool any_weak(const struct tally *tally, char *(*weakness)(const struct tally_group *))
{
    bool any = false;
    for (size_t i = 0; i < tally->group_count && !any; i++) {
        char *words = weakness(&tally->groups[i]);
        any = *words != '\0';
        free(words);
    }
    return any;
}

static bool any_expiring(const struct report *report)
{
    const struct tally *tally = &report->gathering.tallies[BY_CERTIFICATE];
    for (size_t i = 0; i < tally->group_count; i++) {
        const struct tally_group *group = &tally->groups[i];
        struct lifetime lifetime = lifetime_of(gather_kept(group, CERTIFICATE_NOT_BEFORE),
                                               gather_kept(group, CERTIFICATE_NOT_AFTER), report->now);
        if (lifetime.state >= LIFETIME_WARNING)
            return true;
    }
    for (size_t i = 0; i < report->rules.count; i++)
        if (report->rules.items[i].state == RULE_EXPIRING || report->rules.items[i].state == RULE_EXPIRED)
            return true;
    return false;
}

bool report_is_alarming(const struct report *report, enum report_alarm alarm)
{
    const struct tally_totals *totals = report_totals(report);
    switch (alarm) {
    case ALARM_BLOCKED:
        return totals->by_fate[FATE_BLOCKED] + totals->by_fate[FATE_WOULD_BLOCK] > 0;
    case ALARM_WEAK:
        return any_weak(&report->gathering.tallies[BY_CERTIFICATE], report_certificate_weakness) ||
               any_weak(&report->gathering.tallies[BY_EXCHANGE], report_exchange_weakness);
    case ALARM_EXPIRING:
        return any_expiring(report);
    default:
        return false;
    }
}

struct code_place report_code_place(const struct report *report, const struct tally_group *group)
{
    return code_place_find(report->objects, gather_part(group, SITE_PLACE), gather_part(group, SITE_PROGRAM),
                           group->first);
}
