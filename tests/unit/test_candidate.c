/*
 * What a candidate policy would have done, from facts that were found for another: it is what it does where its own
 * facts are found, or unknown. The world below says what can be found; what is found in it is what the policy asks for.
 */
#include "cases.h"
#include "policy/candidate.h"
#include "policy/facts_text.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#define PIN_ONE "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define PIN_TWO "sha256//BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA="

static const struct trust_source sources[] = {{"/a"}, {"/b"}};
static const char *const pins[] = {PIN_ONE, PIN_TWO};

struct world {
    int app_error, trust_errors[2]; /* of the chain to the program's anchors, and to those of the policies */
    int name_error, policy_name_error;
    bool name_is_known, app_demands_chain, app_rejects;
    const char *pin;
    enum authentication authentication;
};

/* A small generator of our own (xorshift64), so that a failing run can be repeated. */
static unsigned draw(uint64_t *state, unsigned limit)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (unsigned)(*state >> 33) % limit;
}

static int draw_error(uint64_t *state, int other)
{
    return draw(state, 2) ? 0 : draw(state, 2) ? 20 : other;
}

static struct world draw_world(uint64_t *state)
{
    static const enum authentication ways[] = {AUTH_CERTIFICATE, AUTH_CERTIFICATE, AUTH_CERTIFICATE,
                                               AUTH_PSK,         AUTH_ANONYMOUS,   AUTH_RAW_PUBLIC_KEY};
    struct world world = {.app_error = draw_error(state, 10),
                          .trust_errors = {draw_error(state, 10), draw_error(state, 18)},
                          .name_error = draw(state, 2) ? 62 : 0,
                          .policy_name_error = draw(state, 2) ? 62 : 0,
                          .name_is_known = draw(state, 4) > 0,
                          .app_demands_chain = draw(state, 2),
                          .pin = pins[draw(state, 2)],
                          .authentication = ways[draw(state, sizeof ways / sizeof *ways)]};
    world.app_rejects = world.authentication == AUTH_CERTIFICATE && world.app_demands_chain && world.app_error != 0;
    return world;
}

/* Its list of one source: the first or the second. */
static struct settings draw_settings(uint64_t *state)
{
    struct settings settings = {.mode = (enum policy_mode)draw(state, 3),
                                .enforce_percent = 100,
                                .verify = (enum verify_level)draw(state, 3),
                                .trust_mode = (enum trust_mode)draw(state, 3),
                                .trust = &sources[draw(state, 2)],
                                .trust_count = 1,
                                .unknown_name = (enum choice)draw(state, 2),
                                .psk = (enum choice)draw(state, 2),
                                .weak_names = CHOICE_ALLOW,
                                .rule = draw(state, 2) ? "r" : NULL,
                                .name = draw(state, 4) ? NULL : "peer.example"};
    if (draw(state, 4) == 0) {
        settings.pins = &pins[draw(state, 2)];
        settings.pin_count = 1;
    }
    return settings;
}

static struct facts find(const struct world *world, const struct settings *settings)
{
    struct facts facts = {.authentication = world->authentication,
                          .name_source = settings->name         ? NAME_FROM_POLICY
                                         : world->name_is_known ? NAME_FROM_SNI
                                                                : NAME_UNKNOWN};
    if ((settings->pin_count > 0 && world->authentication == AUTH_CERTIFICATE) ||
        world->authentication == AUTH_RAW_PUBLIC_KEY)
        snprintf(facts.public_key_pin, sizeof facts.public_key_pin, "%s", world->pin);
    if (world->authentication != AUTH_CERTIFICATE)
        return facts;
    facts.app_demands_chain = world->app_demands_chain;
    bool lends = settings->mode == MODE_ENFORCE && settings->trust_mode == TRUST_EXTEND &&
                 world->trust_errors[settings->trust - sources] == 0;
    facts.app_rejected = world->app_rejects && !lends;
    facts.app_error = facts.app_rejected ? world->app_error : 0;
    facts.app_anchors_checked = settings->trust_mode != TRUST_EXCLUSIVE;
    facts.app_anchors_error = facts.app_anchors_checked ? world->app_error : 0;
    facts.policy_anchors_checked = !app_anchors_accept(&facts);
    facts.policy_anchors_error = facts.policy_anchors_checked ? world->trust_errors[settings->trust - sources] : 0;
    facts.name_checked = facts.name_source != NAME_UNKNOWN;
    if (facts.name_checked)
        facts.name_error = settings->name ? world->policy_name_error : world->name_error;
    return facts;
}

struct seen {
    unsigned same, differs, unknown;
};

static void compare(const struct world *world, const struct settings *in_force, const struct settings *candidate,
                    struct seen *seen)
{
    const struct facts found = find(world, in_force), own = find(world, candidate);
    struct verdict real = decide(in_force, &found), wanted = decide(candidate, &own);
    struct candidate_difference got = candidate_compare(in_force, candidate, &found);
    if (got.action == NULL) {
        char one[FACTS_TEXT_MAX], two[FACTS_TEXT_MAX];
        facts_print(&found, one);
        facts_print(&own, two);
        ck_assert_msg(wanted.action == real.action, "%s and not %s: %s | %s", action_text(real.action),
                      action_text(wanted.action), one, two);
        seen->same++;
    } else if (strcmp(got.action, "unknown") == 0) {
        seen->unknown++;
    } else {
        ck_assert_str_eq(got.action, action_text(wanted.action));
        ck_assert_str_ne(got.action, action_text(real.action));
        seen->differs++;
    }
    ck_assert((got.rule == NULL) == ((in_force->rule == NULL) == (candidate->rule == NULL)));
}

START_TEST(what_a_candidate_would_do_is_what_it_does_or_unknown)
{
    enum { ROUNDS = 200000 };
    uint64_t state = 88172645463325252u;
    struct seen seen = {0};
    for (int i = 0; i < ROUNDS; i++) {
        const struct world world = draw_world(&state);
        const struct settings in_force = draw_settings(&state), candidate = draw_settings(&state);
        compare(&world, &in_force, &candidate, &seen);
    }
    ck_assert_uint_gt(seen.same, ROUNDS / 4);
    ck_assert_uint_gt(seen.differs, ROUNDS / 10);
    ck_assert_uint_gt(seen.unknown, ROUNDS / 50);
    ck_assert_uint_lt(seen.unknown, ROUNDS / 3);
}
END_TEST

START_TEST(a_candidate_that_says_the_same_differs_in_nothing)
{
    uint64_t state = 1234567;
    for (int i = 0; i < 20000; i++) {
        const struct world world = draw_world(&state);
        const struct settings settings = draw_settings(&state);
        const struct facts found = find(&world, &settings);
        struct candidate_difference got = candidate_compare(&settings, &settings, &found);
        ck_assert_ptr_null(got.action);
        ck_assert_ptr_null(got.rule);
        ck_assert_ptr_null(got.reason);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("candidate");
    tcase_add_test(tests, what_a_candidate_would_do_is_what_it_does_or_unknown);
    tcase_add_test(tests, a_candidate_that_says_the_same_differs_in_nothing);
    return run_cases("candidate", (TCase *const[]){tests, NULL});
}
