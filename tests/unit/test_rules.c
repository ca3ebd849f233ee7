/*
 * The index over rules against what it stands for: every rule, one after the other. Whatever the rules say and whatever
 * is known, both must come to the same settings, in the policy that holds everything and in the one for a process.
 */
#include "cases.h"
#include "policy/config.h"
#include "policy/config_parse.h"
#include "policy/enforce_share.h"
#include "policy/policy_value.h"
#include "policy/rule_find.h"
#include "policy/strictness.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 1700000000 };

/* The oracle: how rules are matched where nothing is kept but what was written. */
static bool has(const struct globs *globs, const char *text)
{
    bool found = false;
    for (size_t i = 0; i < globs->count; i++)
        found = found || glob_match(globs->items[i], text);
    return found;
}

static enum match program_match(const struct policy_section *rule, const struct process_identity *process)
{
    if (rule->programs.count == 0)
        return MATCH_YES;
    if (!process->executable)
        return MATCH_PERHAPS;
    if (has(&rule->programs, process->executable))
        return MATCH_YES;
    for (const char *const *name = process->other_names; name && *name; name++)
        if (has(&rule->programs, *name))
            return MATCH_PERHAPS;
    return MATCH_NO;
}

/* A name that is certain or not, and another that never is. */
static enum match name_match(const struct globs *globs, const char *name, bool is_certain, const char *other)
{
    if (globs->count == 0)
        return MATCH_YES;
    if (!name)
        return MATCH_PERHAPS;
    if (has(globs, name) && *name != '\0')
        return is_certain ? MATCH_YES : MATCH_PERHAPS;
    return other && has(globs, other) ? MATCH_PERHAPS : MATCH_NO;
}

static enum match id_match(const struct account_list *accounts, id_t id)
{
    enum match match = MATCH_NO;
    for (size_t i = 0; i < accounts->count; i++)
        if (accounts->items[i].account == ACCOUNT_FOUND && accounts->items[i].id == id)
            return MATCH_YES;
        else if (accounts->items[i].account == ACCOUNT_UNKNOWN ||
                 (accounts->items[i].account == ACCOUNT_FOUND && id == (id_t)-1))
            match = MATCH_PERHAPS;
    return match;
}

static enum match user_match(const struct policy_section *rule, const struct process_identity *process)
{
    enum match real = id_match(&rule->users, process->uid);
    if (rule->users.count == 0)
        return MATCH_YES;
    return real == id_match(&rule->users, process->effective_uid) ? real : MATCH_PERHAPS;
}

static enum match group_match(const struct policy_section *rule, const struct process_identity *process)
{
    enum match unknown = id_match(&rule->groups, (id_t)-1), real = id_match(&rule->groups, process->gid);
    if (rule->groups.count == 0)
        return MATCH_YES;
    if (process->groups_known == GROUPS_UNKNOWN)
        return unknown;
    if (real != id_match(&rule->groups, process->effective_gid))
        real = MATCH_PERHAPS;
    if (process->groups_known == GROUPS_OWN && unknown > real)
        real = unknown;
    for (size_t i = 0; i < process->group_count; i++)
        if (id_match(&rule->groups, process->groups[i]) > real)
            real = id_match(&rule->groups, process->groups[i]);
    return real;
}

static enum match least(enum match a, enum match b)
{
    return a < b ? a : b;
}

static enum match who_match(const struct policy_section *rule, const struct process_identity *process)
{
    const struct script *script = &process->script;
    const struct unit *unit = &process->unit;
    enum match names = least(name_match(&rule->scripts, script->name, script->is_certain, script->resolved),
                             name_match(&rule->units, unit->name, process->unit_is_certain, unit->of_user));
    return least(least(names, program_match(rule, process)),
                 least(user_match(rule, process), group_match(rule, process)));
}

static enum match one_destination(const struct policy_section *rule, const struct destination *destination)
{
    enum match match = rule->destination_count == 0 ? MATCH_YES : MATCH_NO;
    struct target target = target_of(destination);
    for (size_t i = 0; i < rule->destination_count; i++) {
        enum match found = destination_match(&rule->destinations[i], &target);
        match = found > match ? found : match;
    }
    return match;
}

static enum match every_part(const struct policy_section *rule, const struct process_identity *process,
                             const struct destination *destinations, size_t count)
{
    enum match who = who_match(rule, process);
    enum match match = one_destination(rule, &destinations[0]);
    for (size_t i = 1; i < count; i++)
        if (one_destination(rule, &destinations[i]) != match)
            return least(who, MATCH_PERHAPS);
    return least(who, match);
}

static struct settings linear_walk(const struct policy *policy, const struct process_identity *process,
                                   const struct destination *destinations, size_t count)
{
    const int share = enforce_share_number(process);
    struct policy_section held = policy->base;
    enforce_share_choose(&held.settings, share);
    for (size_t i = policy->rule_count; i-- > 0;) {
        struct policy_section own = policy->rules[i], *rule = &own;
        enum match match = every_part(rule, process, destinations, count);
        bool expired = rule->expires && NOW >= rule->expires_at;
        enforce_share_choose(&own.settings, share);
        if (match == MATCH_YES && expired)
            held.settings.expired_rule = rule->settings.rule;
        else if (match == MATCH_YES)
            held = *rule;
        else if (match == MATCH_PERHAPS && !expired)
            strictness_tighten(&held, rule);
    }
    return held.settings;
}

static bool same_text(const char *a, const char *b)
{
    return (a == NULL) == (b == NULL) && (!a || strcmp(a, b) == 0);
}

static bool same_settings(const struct settings *a, const struct settings *b)
{
    bool same = a->mode == b->mode && a->enforce_percent == b->enforce_percent && a->enforce_side == b->enforce_side &&
                a->verify == b->verify && a->trust_mode == b->trust_mode && a->unknown_name == b->unknown_name &&
                a->weak_names == b->weak_names && a->psk == b->psk && a->allow_cn == b->allow_cn &&
                a->names == b->names && a->strict == b->strict && a->security_level == b->security_level &&
                a->fallback == b->fallback && a->min_protocol == b->min_protocol &&
                a->allow_expired_day == b->allow_expired_day && !strictness_denies_more(a, b) &&
                !strictness_denies_more(b, a) && a->rule_is_uncertain == b->rule_is_uncertain &&
                a->trust_count == b->trust_count && a->pin_count == b->pin_count && same_text(a->name, b->name) &&
                same_text(a->log, b->log) && same_text(a->rule, b->rule) && same_text(a->expired_rule, b->expired_rule);
    for (size_t i = 0; same && i < a->trust_count; i++)
        same = same_text(a->trust[i].path, b->trust[i].path);
    for (size_t i = 0; same && i < a->pin_count; i++)
        same = same_text(a->pins[i], b->pins[i]);
    return same;
}

/* A small generator of our own (xorshift64), so that a failing run can be repeated. */
static unsigned draw(uint64_t *state, unsigned limit)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (unsigned)(*state >> 33) % limit;
}

#define PICK(state, from) (from)[draw(state, sizeof(from) / sizeof *(from))]
#define PIN_ONE "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define PIN_TWO "sha256//BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA="

static const char *const programs[] = {"/x", "/y", "/opt/*", "*z"};
static const char *const scripts[] = {"/opt/x.py", "/opt/*", "-m *", "*.pl"};
static const char *const units[] = {"a.service", "*.service", "user@7.service", "b.scope"};
static const char *const users[] = {"7", "8", "no-such-user"};
static const char *const groups[] = {"7", "8", "9", "no-such-group"};
static const char *const destinations[] = {
    "x.example",
    "X.Example:443",
    "y.example:636",
    "*.example",
    "*.example:443",
    "*.b.example",
    "*.a.b.example",
    "a.b.example",
    "c.test",
    "*.test:636",
    "*:443",
    "*:636",
    "192.0.2.1",
    "192.0.2.1:443",
    "192.0.2.0/24",
    "192.0.2.0/25",
    "192.0.0.0/9:443",
    "0.0.0.0/0",
    "::/0",
    "2001:db8::/32",
    "2001:db8::1",
    "[2001:db8::1]:443",
    "2001:db8::/35",
    "8000::/1",
    "::ffff:192.0.2.1",
    "198.51.100.0/31",
    "xn--bcher-kva.example",
    "h1.example",
    "h2.example:443",
    "h3.example",
};
static const char *const values[] = {
    "mode = off",
    "mode = audit",
    "mode = enforce",
    "verify = none",
    "verify = ca",
    "verify = full",
    "unknown-name = allow",
    "psk = block",
    "weak-names = refuse",
    "weak-names = use",
    "strict = yes",
    "security-level = 3",
    "names = strict",
    "trust-mode = extend",
    "trust-mode = exclusive",
    "trust = /a",
    "trust = /a\ntrust = /b",
    "pin = " PIN_ONE,
    "pin = " PIN_TWO,
    "pin = none",
    "name = peer.example",
    "name = other.example",
    "fallback = refuse",
    "allow-cn = yes",
    "min-protocol = tls1.2",
    "min-protocol = any",
    "allow-expired-until = 2099-01-01",
    "deny-pin = " PIN_ONE,
    "deny-pin = " PIN_TWO,
    "deny-pin = " PIN_ONE "\ndeny-pin = " PIN_TWO,
    "security-level = 1",
    "mode = enforce\nenforce-percent = 10",
    "mode = enforce\nenforce-percent = 60",
    "enforce-percent = 30",
    "enforce-percent = 0",
    "enforce-percent = 100",
};
static const char *const ends[] = {"2099-01-01", "2099-01-02", "2020-01-01", "2023-11-13", "2023-11-14"};

static void write_rule(FILE *text, uint64_t *state, unsigned number, unsigned rules)
{
    fprintf(text, "[rule r%u]\nowner = o\nreason = r\nexpires = %s\n", number, PICK(state, ends));
    /* Few rules for anything, or where there are many a certain one would hide most of them. */
    unsigned count = draw(state, 3) + (draw(state, rules) < 3 ? 0 : 1);
    if (count == 0 || draw(state, 3) == 0)
        fprintf(text, "program = %s\n", PICK(state, programs));
    if (draw(state, 6) == 0)
        fprintf(text, "script = %s\n", PICK(state, scripts));
    if (draw(state, 6) == 0)
        fprintf(text, "unit = %s\n", PICK(state, units));
    if (draw(state, 4) == 0)
        fprintf(text, "user = %s\n", PICK(state, users));
    if (draw(state, 6) == 0)
        fprintf(text, "group = %s\n", PICK(state, groups));
    for (unsigned i = 0; i < count; i++)
        fprintf(text, "destination = %s\n", PICK(state, destinations));
    fprintf(text, "%s\n", PICK(state, values));
}

static char *draw_text(uint64_t *state)
{
    static const unsigned sizes[] = {0, 1, 3, 10, 40, 160, 400};
    char *data = NULL;
    size_t size = 0;
    FILE *text = open_memstream(&data, &size);
    unsigned rules = PICK(state, sizes);
    ck_assert_ptr_nonnull(text);
    fprintf(text, "[policy]\ntrust = /a\ntrust = /b\ntrust = /c\n");
    if (draw(state, 2))
        fputs(draw(state, 2) ? "mode = enforce\nenforce-percent = 50\nunknown-name = allow\n"
                             : "weak-names = refuse\ntrust-mode = extend\n",
              text);
    for (unsigned i = 0; i < rules; i++) {
        write_rule(text, state, i, rules);
        if (draw(state, 40) == 0) /* what no rule of the text before said */
            fprintf(text, "[rule s%u]\nprogram = *\nuser = 9\ndestination = q%u.example\n", i, i);
    }
    ck_assert_int_eq(fclose(text), 0);
    return data;
}

static struct policy *read_policy(const char *data, const struct process_identity *process)
{
    struct config_errors errors = {0};
    struct parse_result result;
    struct config_text text = {.file = "test.conf", .data = data, .length = strlen(data)};
    struct policy *policy = policy_parse(&text, 1, &errors, &result);
    ck_assert_msg(!result.failed && policy_check_rules(policy, &errors), "%s: %s",
                  errors.count ? errors.items[0].text : "", errors.count ? errors.items[0].message : data);
    policy_inherit(policy);
    policy = policy_seal(policy, process);
    ck_assert_ptr_nonnull(policy);
    config_errors_free(&errors);
    return policy;
}

/* What stays as it is while the process lives. */
static void draw_names(uint64_t *state, struct process_identity *process)
{
    static const struct script known_scripts[] = {{NULL, false, NULL},          {"", false, NULL},
                                                  {"/opt/x.py", true, NULL},    {"/opt/x.py", false, NULL},
                                                  {"/a.pl", true, "/opt/x.py"}, {"-m http.server", false, NULL}};
    static const struct unit known_units[] = {
        {NULL, NULL}, {"", NULL}, {"a.service", NULL}, {"user@7.service", "b.scope"}, {"b.scope", NULL}};
    process->script = PICK(state, known_scripts);
    process->unit = PICK(state, known_units);
    process->unit_is_certain = draw(state, 4) > 0;
    process->host_name = draw(state, 5) ? "a" : draw(state, 2) ? "b" : NULL;
}

static void draw_groups(uint64_t *state, struct process_identity *process)
{
    static const gid_t gids[] = {7, 8, 9, 10};
    process->groups_known = (enum groups_known)draw(state, 3);
    process->gid = PICK(state, gids);
    process->effective_gid = draw(state, 3) ? process->gid : PICK(state, gids);
    process->group_count = process->groups_known == GROUPS_ALL ? draw(state, 3) : 0;
    for (size_t i = 0; i < process->group_count; i++)
        process->groups[i] = PICK(state, gids);
}

static struct process_identity draw_process(uint64_t *state)
{
    static const char *const executables[] = {"/x", "/y", "/opt/a/b", "/none", NULL};
    static const char *const others[][3] = {{NULL}, {"/y", NULL}, {"/opt/b", "/xyz", NULL}};
    static const uid_t uids[] = {7, 8, 9, (uid_t)-1};
    struct process_identity process = {.executable = PICK(state, executables), .uid = PICK(state, uids)};
    process.effective_uid = draw(state, 3) ? process.uid : PICK(state, uids);
    process.other_names = PICK(state, others);
    draw_names(state, &process);
    draw_groups(state, &process);
    return process;
}

static struct destination draw_destination(uint64_t *state)
{
    static const char *const names[] = {"x.example",  "x.example.",  "Y.EXAMPLE",    "a.b.example", "z.a.b.example",
                                        "example",    ".example",    "q1.example",   "c.test",      "h1.example",
                                        "192.0.2.1",  "2001:db8::1", "198.51.100.1", "h2.example",  "",
                                        "nobody.net", NULL,          NULL,           NULL};
    static const char *const addresses[] = {"192.0.2.1",   "192.0.2.200", "192.1.2.3",    "203.0.113.1", "2001:db8::1",
                                            "2001:dead::", "::1",         "198.51.100.1", NULL,          NULL};
    static const uint16_t ports[] = {443, 636, 25, 0};
    return (struct destination){PICK(state, names), PICK(state, addresses), PICK(state, ports)};
}

/* What was met, so that the rows below are about something. */
struct seen {
    unsigned decided, uncertain, expired, overflows, indexed;
};

static void note(struct seen *seen, const struct policy *policy, const struct settings *settings,
                 const struct destination *to, size_t count)
{
    struct rule_candidates candidates;
    rule_find(&policy->set, to, count, &candidates);
    seen->overflows += candidates.all;
    seen->indexed += !candidates.all && candidates.count > policy->set.everywhere_count;
    seen->decided += settings->rule && !settings->rule_is_uncertain;
    seen->uncertain += settings->rule_is_uncertain;
    seen->expired += settings->expired_rule != NULL;
}

static void ask(uint64_t *state, int round, const struct policy *all, const struct policy *kept,
                struct process_identity process, struct seen *seen)
{
    struct destination to[] = {draw_destination(state), draw_destination(state), draw_destination(state)};
    size_t count = draw(state, 2) ? 1 : 1 + draw(state, 3);
    struct settings wanted = linear_walk(all, &process, to, count);
    struct settings got = policy_settings_of_any(all, &process, to, count, NOW);
    struct settings got_kept = policy_settings_of_any(kept, &process, to, count, NOW);
    const char *name = to[0].name ? to[0].name : "-", *address = to[0].address ? to[0].address : "-";
    ck_assert_msg(same_settings(&wanted, &got), "round %d, %zu to %s, %s, %u: %s and not %s", round, count, name,
                  address, to[0].port, got.rule, wanted.rule);
    ck_assert_msg(same_settings(&wanted, &got_kept), "round %d, kept, %zu to %s, %s, %u: %s and not %s", round, count,
                  name, address, to[0].port, got_kept.rule, wanted.rule);
    note(seen, all, &wanted, to, count);
}

START_TEST(the_index_finds_what_a_walk_over_all_rules_finds)
{
    enum { ROUNDS = 700, QUESTIONS = 40 };
    uint64_t state = 88172645463325252u;
    struct seen seen = {0};
    for (int round = 0; round < ROUNDS; round++) {
        char *text = draw_text(&state);
        struct process_identity process = draw_process(&state);
        struct policy *all = read_policy(text, NULL);
        struct policy *kept = read_policy(text, &process);
        for (int i = 0; i < QUESTIONS; i++) {
            /* Its users may be others than when the policy was read; the program is the same. */
            const struct process_identity other = draw_process(&state);
            process.uid = other.uid;
            process.effective_uid = other.effective_uid;
            draw_groups(&state, &process);
            ask(&state, round, all, kept, process, &seen);
        }
        policy_free(all);
        policy_free(kept);
        free(text);
    }
    ck_assert_uint_gt(seen.decided, ROUNDS);
    ck_assert_uint_gt(seen.uncertain, ROUNDS);
    ck_assert_uint_gt(seen.expired, ROUNDS);
    ck_assert_uint_gt(seen.overflows, ROUNDS / 4);
    ck_assert_uint_gt(seen.indexed, ROUNDS);
}
END_TEST

/* Whether a rule is kept in a process of /x that root runs. */
static const struct {
    const char *fact;
    const char *rule;
    struct process_identity process;
    bool kept;
} keeping[] = {
    {"another program", "program = /y", {.executable = "/x"}, false},
    {"this program", "program = /x", {.executable = "/x"}, true},
    {"one of several", "program = /y\nprogram = /x", {.executable = "/x"}, true},
    {"a pattern", "program = /?", {.executable = "/x"}, true},
    {"any program", "destination = x.example", {.executable = "/x"}, true},
    {"an unknown executable", "program = /y", {.executable = NULL}, true},
    {"another name of the program",
     "program = /y",
     {.executable = "/x", .other_names = (const char *const[]){"/z", "/y", NULL}},
     true},
    {"none of its names",
     "program = /y",
     {.executable = "/x", .other_names = (const char *const[]){"/z", NULL}},
     false},
    {"another user, which it may become", "user = 7", {.executable = "/x"}, true},
    {"another user of another program", "user = 7\nprogram = /y", {.executable = "/x"}, false},
    {"a user that nobody is", "user = no-such-user", {.executable = "/x"}, true},
    {"an expired one", "program = /x\nexpires = 2001-01-01", {.executable = "/x"}, true},
};

START_TEST(a_process_keeps_what_may_be_for_it)
{
    char text[256];
    snprintf(text, sizeof text, "[rule r]\n%s\n", keeping[_i].rule);
    struct policy *kept = read_policy(text, &keeping[_i].process);
    struct policy *all = read_policy(text, NULL);
    ck_assert_msg(kept->set.count == (keeping[_i].kept ? 1 : 0), "%s", keeping[_i].fact);
    ck_assert_uint_eq(all->set.count, 1);
    ck_assert_uint_eq(all->rule_count, 1);
    policy_free(kept);
    policy_free(all);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(table)[0])

int main(void)
{
    TCase *rules = tcase_create("index");
    tcase_add_test(rules, the_index_finds_what_a_walk_over_all_rules_finds);
    tcase_add_loop_test(rules, a_process_keeps_what_may_be_for_it, 0, ROWS(keeping));

    return run_cases("rules", (TCase *const[]){rules, NULL});
}
