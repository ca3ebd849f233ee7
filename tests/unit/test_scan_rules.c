/* The table of rules: every example runs through what a scan runs files through. */
#include "cases.h"
#include "scan/examine.h"
#include "scan/scan_rule.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static struct scan_findings examined(const char *file, const char *text)
{
    struct examiner *examiner = examiner_new("2026-06-01");
    struct place place = {.shown = file, .relative = file};
    struct scan_findings findings = {.items = NULL};
    if (strcmp(file, "environ") == 0)
        examine_text(examiner, KIND_ENVIRON, &place, text, strlen(text), &findings);
    else if (strcmp(file, "command") == 0)
        examine_text(examiner, KIND_COMMAND, &place, text, strlen(text), &findings);
    else
        examine_file(examiner, &place, text, strlen(text), &findings);
    examiner_free(examiner);
    return findings;
}

static size_t count_of(const struct scan_findings *findings, const struct scan_rule *rule)
{
    size_t count = 0;
    for (size_t i = 0; i < findings->count; i++)
        count += findings->items[i].rule == rule;
    return count;
}

START_TEST(matches_what_it_must)
{
    const struct scan_rule *rule = &scan_rules[_i];
    ck_assert_msg(rule->match[0].text != NULL, "%s: no example", rule->id);
    for (size_t i = 0; i < EXAMPLES && rule->match[i].text != NULL; i++) {
        struct scan_findings findings = examined(rule->match[i].file, rule->match[i].text);
        ck_assert_msg(count_of(&findings, rule) >= 1, "%s: does not match in %s: %s", rule->id, rule->match[i].file,
                      rule->match[i].text);
        scan_findings_free(&findings);
    }
}
END_TEST

START_TEST(matches_nothing_that_it_must_not)
{
    const struct scan_rule *rule = &scan_rules[_i];
    ck_assert_msg(rule->other[0].text != NULL, "%s: no example", rule->id);
    for (size_t i = 0; i < EXAMPLES && rule->other[i].text != NULL; i++) {
        struct scan_findings findings = examined(rule->other[i].file, rule->other[i].text);
        ck_assert_msg(count_of(&findings, rule) == 0, "%s: matches in %s: %s", rule->id, rule->other[i].file,
                      rule->other[i].text);
        scan_findings_free(&findings);
    }
}
END_TEST

START_TEST(shows_no_secret)
{
    const struct scan_rule *rule = &scan_rules[_i];
    for (size_t i = 0; i < EXAMPLES && rule->match[i].text != NULL; i++) {
        struct scan_findings findings = examined(rule->match[i].file, rule->match[i].text);
        for (size_t j = 0; j < findings.count; j++)
            ck_assert_msg(strstr(findings.items[j].text, "secret") == NULL, "%s: shows %s", rule->id,
                          findings.items[j].text);
        scan_findings_free(&findings);
    }
}
END_TEST

static bool is_kebab(const char *id)
{
    return id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0' && strstr(id, "--") == NULL && *id != '-';
}

START_TEST(is_well_formed)
{
    const struct scan_rule *rule = &scan_rules[_i];
    ck_assert_msg(is_kebab(rule->id), "%s", rule->id);
    ck_assert_ptr_eq(scan_rule_find(rule->id), rule);
    ck_assert_msg(rule->where != 0 && rule->mend != NULL && rule->title != NULL && rule->family != NULL, "%s",
                  rule->id);
    ck_assert_msg((rule->where & KIND_BIT(KIND_DOCUMENT)) == 0, "%s: documents are not scanned", rule->id);
    ck_assert_msg((rule->form == FORM_ABSENCE) == (rule->severity == SEVERITY_INFO), "%s: absence is info, and only it",
                  rule->id);
    ck_assert_msg((rule->form == FORM_SETTING) == (rule->value != VALUE_NONE), "%s: only settings have values",
                  rule->id);
    ck_assert_msg((rule->value == VALUE_ENUM || rule->form == FORM_OPTION || rule->form == FORM_PATTERN ||
                   rule->form == FORM_ABSENCE) == (rule->detail != NULL),
                  "%s: detail", rule->id);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("rules");
    int count = (int)scan_rule_count;
    tcase_add_loop_test(tests, is_well_formed, 0, count);
    tcase_add_loop_test(tests, matches_what_it_must, 0, count);
    tcase_add_loop_test(tests, matches_nothing_that_it_must_not, 0, count);
    tcase_add_loop_test(tests, shows_no_secret, 0, count);
    return run_cases("rules", (TCase *const[]){tests, NULL});
}
