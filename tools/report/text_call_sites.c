#include "report/print_text.h"

#include "shared/text.h"
#include "shared/text_table.h"

#include <inttypes.h>
#include <stdlib.h>

/* In one line, or on a narrow terminal in two. Returns why its line is not known. */
static enum code_lack add_call_site(struct text_table *table, const struct report *report,
                                    const struct tally_group *group, bool is_wide)
{
    struct code_place found = report_code_place(report, group);
    const char *program = gather_part(group, SITE_PROGRAM), *finding = gather_part(group, SITE_FINDING);
    char *count = text_format("%" PRIu64, tally_handshakes(group));
    char *place = code_place_text(&found, gather_part(group, SITE_PLACE));
    char *who = text_format("%s%s%s", program, *finding != '\0' ? ": " : "", finding);
    char *below = text_format("  %s", place);
    if (is_wide) {
        text_table_add(table, COLOUR_OFF, (const char *const[]){count, program, finding, place});
    } else {
        text_table_add(table, COLOUR_OFF, (const char *const[]){count, who});
        text_table_add(table, COLOUR_OFF, (const char *const[]){"", below});
    }
    free(count);
    free(place);
    free(who);
    free(below);
    return found.lack;
}

static void print_lacks(const struct report *report, const size_t *lacks)
{
    bool servers_help = false;
    for (int lack = CODE_IS_KNOWN + 1; lack < CODE_LACKS; lack++) {
        if (lacks[lack] > 0)
            printf("  no line for %zu of them: %s\n", lacks[lack], code_lack_text((enum code_lack)lack));
        servers_help = servers_help || (lacks[lack] > 0 && code_lack_is_for_servers((enum code_lack)lack));
    }
    if (servers_help && !report->options->debuginfod)
        puts("  --debuginfod asks the servers in DEBUGINFOD_URLS for these");
}

void text_print_call_sites(const struct report *report)
{
    static const struct table_column wide[] = {
        {"times", ALIGN_RIGHT}, {"program", ALIGN_LEFT}, {"not checked", ALIGN_LEFT}, {"call site", ALIGN_LEFT}};
    static const struct table_column narrow[] = {{"times", ALIGN_RIGHT}, {"who did not check, and where", ALIGN_LEFT}};
    const struct tally *tally = &report->gathering.tallies[BY_CALL_SITE];
    size_t lacks[CODE_LACKS] = {0};
    if (tally->group_count == 0)
        return;
    bool is_wide = terminal_width(stdout) >= TEXT_WIDE;
    struct text_table table =
        is_wide ? text_table(wide, sizeof wide / sizeof wide[0]) : text_table(narrow, sizeof narrow / sizeof narrow[0]);
    for (size_t i = 0; i < tally->group_count && i < TEXT_ROWS_MAX; i++)
        lacks[add_call_site(&table, report, &tally->groups[i], is_wide)]++;
    text_print_title("Where it is in the code");
    text_table_print(&table, stdout, 2);
    text_print_rest(tally->group_count);
    print_lacks(report, lacks);
}
