/* The facts of an event: what is written is read back, whatever they are. */
#include "cases.h"
#include "policy/facts_text.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static const struct facts ordinary = {
    .authentication = AUTH_CERTIFICATE,
    .name_source = NAME_FROM_SNI,
    .app_demands_chain = true,
    .app_anchors_checked = true,
    .app_anchors_error = 0,
    .policy_anchors_checked = true,
    .policy_anchors_error = 20,
    .name_checked = true,
    .name_error = 62,
};

START_TEST(facts_are_written_as_documented)
{
    char text[FACTS_TEXT_MAX];
    size_t length = facts_print(&ordinary, text);
    ck_assert_str_eq(text, "auth=certificate src=sni demands-chain app=0 policy=20 name=62");
    ck_assert_uint_eq(length, strlen(text));
}
END_TEST

/* Member by member: between them there is padding. */
static void assert_same(const struct facts *a, const struct facts *b, const char *text)
{
    bool same =
        a->authentication == b->authentication && a->name_source == b->name_source &&
        a->name_is_weak == b->name_is_weak && a->policy_invalid == b->policy_invalid &&
        a->trust_missing == b->trust_missing && a->internal_error == b->internal_error &&
        a->app_demands_chain == b->app_demands_chain && a->app_demands_name == b->app_demands_name &&
        a->app_reads_names == b->app_reads_names && a->app_may_refuse_name == b->app_may_refuse_name &&
        a->app_names_other == b->app_names_other && a->app_rejected == b->app_rejected &&
        a->app_error == b->app_error && a->app_dane_verified == b->app_dane_verified &&
        a->app_anchors_checked == b->app_anchors_checked && a->app_anchors_error == b->app_anchors_error &&
        a->policy_anchors_checked == b->policy_anchors_checked && a->policy_anchors_error == b->policy_anchors_error &&
        a->name_checked == b->name_checked && a->name_error == b->name_error && a->loose_match == b->loose_match &&
        a->session_passed == b->session_passed && a->protocol == b->protocol &&
        a->protocol_refused == b->protocol_refused && a->app_anchors_expiry_alone == b->app_anchors_expiry_alone &&
        a->policy_anchors_expiry_alone == b->policy_anchors_expiry_alone && a->chain_pin_count == b->chain_pin_count &&
        a->chain_pins_missing == b->chain_pins_missing && a->session_verified == b->session_verified &&
        strcmp(a->public_key_pin, b->public_key_pin) == 0;
    for (unsigned i = 0; same && i < a->chain_pin_count; i++)
        same = strcmp(a->chain_pins[i], b->chain_pins[i]) == 0;
    ck_assert_msg(same, "%s", text);
}

/* A small generator of our own (xorshift64), so that a failing run can be repeated. */
static unsigned draw(uint64_t *state, unsigned limit)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (unsigned)(*state >> 33) % limit;
}

static bool flag(uint64_t *state)
{
    return draw(state, 2) == 1;
}

/* One that is not checked has been seen with an error, too: nothing may be lost. */
static int error(uint64_t *state)
{
    static const int errors[] = {0, 0, 1, 10, 20, 62, 64, 94, 12345, -1};
    return errors[draw(state, sizeof errors / sizeof *errors)];
}

static struct facts draw_facts(uint64_t *state)
{
    struct facts facts = {.authentication = (enum authentication)draw(state, AUTH_ANONYMOUS + 1),
                          .name_source = (enum name_source)draw(state, NAME_UNKNOWN + 1),
                          .loose_match = (enum loose_match)draw(state, LOOSE_PARTIAL_WILDCARD + 1),
                          .protocol = (enum protocol)draw(state, PROTOCOL_TLS1_3 + 1),
                          .chain_pin_count = draw(state, FACTS_CHAIN_PINS + 1)};
    bool *const flags[] = {&facts.name_is_weak,
                           &facts.policy_invalid,
                           &facts.trust_missing,
                           &facts.internal_error,
                           &facts.app_demands_chain,
                           &facts.app_demands_name,
                           &facts.app_reads_names,
                           &facts.app_may_refuse_name,
                           &facts.app_names_other,
                           &facts.app_rejected,
                           &facts.name_checked,
                           &facts.app_anchors_checked,
                           &facts.policy_anchors_checked,
                           &facts.session_verified,
                           &facts.app_dane_verified,
                           &facts.session_passed,
                           &facts.protocol_refused,
                           &facts.chain_pins_missing,
                           &facts.app_anchors_expiry_alone,
                           &facts.policy_anchors_expiry_alone};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        *flags[i] = flag(state);
    facts.app_error = error(state);
    facts.app_anchors_error = error(state);
    facts.policy_anchors_error = error(state);
    facts.name_error = error(state);
    if (flag(state))
        strcpy(facts.public_key_pin, "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    for (unsigned i = 0; i < facts.chain_pin_count; i++)
        snprintf(facts.chain_pins[i], SPKI_PIN_SIZE, "sha256//%043u=", i);
    return facts;
}

START_TEST(what_is_written_is_read_back)
{
    uint64_t state = 88172645463325252u;
    size_t longest = 0;
    for (int i = 0; i < 20000; i++) {
        char text[FACTS_TEXT_MAX];
        const struct facts facts = draw_facts(&state);
        struct facts read;
        size_t length = facts_print(&facts, text);
        longest = length > longest ? length : longest;
        ck_assert_msg(facts_parse(text, &read), "%s", text);
        assert_same(&facts, &read, text);
    }
    ck_assert_uint_lt(longest, (size_t)FACTS_TEXT_MAX / 4 * 3);
}
END_TEST

START_TEST(words_of_a_later_version_are_passed_over)
{
    struct facts read;
    ck_assert(facts_parse("auth=certificate later src=sni demands-chain app=0 policy=20 other=x,y name=62  loose=none ",
                          &read));
    assert_same(&ordinary, &read, "later words");
}
END_TEST

static const char *const unreadable[] = {
    "",
    "auth=certificate",
    "src=sni",
    "auth src=sni",
    "auth= src=sni",
    "auth=quantum src=sni",
    "auth=certificate src=elsewhere",
    "auth=certificate src=sni app=",
    "auth=certificate src=sni app=?",
    "auth=certificate src=sni app=-",
    "auth=certificate src=sni app=2x",
    "auth=certificate src=sni app=12345678901",
    "auth=certificate src=sni weak=yes",
    "auth=certificate src=sni loose=very",
    "auth=certificate src=sni protocol=tls9",
    "auth=certificate src=sni chain-pins=sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=A,b",
    "auth=certificate src=sni chain-pins=a,b,c,d,e,f,g,h,i",
    "auth=certificate src=sni pin=sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=A",
};

START_TEST(what_says_no_facts_is_refused)
{
    struct facts read;
    ck_assert_msg(!facts_parse(unreadable[_i], &read), "%s", unreadable[_i]);
}
END_TEST

int main(void)
{
    TCase *texts = tcase_create("texts");
    tcase_add_test(texts, facts_are_written_as_documented);
    tcase_add_test(texts, what_is_written_is_read_back);
    tcase_add_test(texts, words_of_a_later_version_are_passed_over);
    tcase_add_loop_test(texts, what_says_no_facts_is_refused, 0, sizeof unreadable / sizeof *unreadable);
    return run_cases("facts_text", (TCase *const[]){texts, NULL});
}
