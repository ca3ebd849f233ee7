/* What is said about a verdict, and what comes first. That it is what helps is shown on real servers elsewhere. */
#include "cases.h"
#include "event/advice.h"
#include "event/name_list.h"

#include <check.h>
#include <string.h>

static const struct trust_source unreadable[] = {{NULL}, {"/nowhere/at/all.pem"}};
static const char *const pins[] = {"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="};
static const struct peer_name host = {.kind = PEER_HOST, .text = "good.test"};
static const struct peer_name address = {.kind = PEER_ADDRESS, .text = "192.0.2.7"};

#define BLOCKED(...)                                                                                                   \
    {                                                                                                                  \
        .outcome = OUTCOME_FAILED, .action = ACTION_BLOCKED, .reason = __VA_ARGS__                                     \
    }
#define CHAIN(error)                                                                                                   \
    {                                                                                                                  \
        .policy_anchors_checked = true, .policy_anchors_error = (error)                                                \
    }

static const char *const denied_pins[] = {"sha256//one"};
static const struct denied_keys denied = {.pins = denied_pins, .count = 1};

static const struct row {
    const char *what;
    struct settings settings;
    struct facts facts;
    struct verdict verdict;
    struct advice_matter matter;
    const char *text; /* the first sentence; NULL: there is nothing to do */
} rows[] = {
    {"all is well", {.verify = VERIFY_FULL}, CHAIN(0), {.outcome = OUTCOME_VERIFIED}, {0}, NULL},
    {"an invalid policy comes first",
     {.expired_rule = "old"},
     {.policy_invalid = true, .policy_anchors_checked = true, .policy_anchors_error = 10},
     BLOCKED(REASON_POLICY_INVALID),
     {.policy_incomplete = true},
     "repair the policy: 'tlsward check' says what is wrong with it"},
    {"then one that cannot be read",
     {.expired_rule = "old"},
     CHAIN(10),
     BLOCKED(REASON_EXPIRED),
     {.policy_incomplete = true},
     "this user cannot read the whole policy, and neither can his programs: make it readable; 'tlsward check' says "
     "which file"},
    {"then a rule that has expired, be all well or not",
     {.expired_rule = "old"},
     CHAIN(0),
     {.outcome = OUTCOME_VERIFIED},
     {0},
     "rule \"old\" would match, but has expired: renew it or remove it"},
    {"what failed and was let through needs nothing",
     {.verify = VERIFY_NONE},
     CHAIN(10),
     {.outcome = OUTCOME_FAILED, .action = ACTION_ALLOWED, .reason = REASON_EXPIRED},
     {0},
     NULL},
    {"a denied key is all that is said",
     {.mode = MODE_ENFORCE, .verify = VERIFY_FULL, .denied = &denied},
     {.policy_anchors_checked = true, .policy_anchors_error = 20, .chain_pins = {"sha256//one"}, .chain_pin_count = 1},
     BLOCKED(REASON_KEY_DENIED),
     {0},
     "the chain has the key sha256//one, which deny-pin names: give the server a certificate of another key and "
     "another CA"},
    {"keys that cannot be told",
     {.mode = MODE_ENFORCE, .verify = VERIFY_FULL, .denied = &denied},
     CHAIN(0),
     BLOCKED(REASON_KEY_DENIED),
     {0},
     "there is a deny-pin, and not all keys of the chain can be told: let the server send its chain, of at most 8 "
     "certificates, and no more"},
    {"an old protocol",
     {.mode = MODE_ENFORCE, .verify = VERIFY_FULL, .min_protocol = PROTOCOL_TLS1_2},
     {.policy_anchors_checked = true, .protocol = PROTOCOL_TLS1_1},
     BLOCKED(REASON_PROTOCOL_TOO_OLD),
     {0},
     "min-protocol is tls1.2, and the server, or what the program asks of it, is older: let both have a newer "
     "protocol; until then a rule with a lower min-protocol lets this one pass"},
    {"nothing of the chain whose expiry is forgiven",
     {.mode = MODE_ENFORCE, .verify = VERIFY_FULL, .allow_expired_day = 30000},
     {.policy_anchors_checked = true,
      .policy_anchors_error = 10,
      .policy_anchors_expiry_alone = true,
      .name_checked = true,
      .name_error = 62},
     BLOCKED(REASON_HOST_MISMATCH),
     {.usable_names = "b.example"},
     "the certificate names b.example: connect by such a name, or expect it of this server by a rule"},
    {"where it is off nothing is said", {.mode = MODE_OFF}, CHAIN(10), BLOCKED(REASON_EXPIRED), {0}, NULL},
    {"audit: what would be blocked is",
     {.mode = MODE_AUDIT, .verify = VERIFY_FULL},
     CHAIN(10),
     {.outcome = OUTCOME_FAILED, .action = ACTION_WOULD_BLOCK, .reason = REASON_EXPIRED},
     {.faulty_end = "2026-01-01T00:00:00Z"},
     "the server's certificate ended 2026-01-01T00:00:00Z: renew it"},
    {"a CA that has expired",
     {.mode = MODE_ENFORCE, .verify = VERIFY_FULL},
     CHAIN(10),
     BLOCKED(REASON_EXPIRED),
     {.fault_depth = 2, .faulty_subject = "CN=Old Root", .faulty_end = "2026-01-01T00:00:00Z"},
     "\"CN=Old Root\", sent or trusted as its CA, ended 2026-01-01T00:00:00Z: replace it on the server or in the trust "
     "store"},
    {"the chain comes before the name",
     {.mode = MODE_ENFORCE, .verify = VERIFY_FULL},
     {.policy_anchors_checked = true, .policy_anchors_error = 18, .name_checked = true, .name_error = 62},
     BLOCKED(REASON_NOT_TRUSTED),
     {.leaf_sha256 = "00FF", .usable_names = "x.test"},
     "the certificate is self-signed: if this is the server you mean (compare SHA-256 00FF on the server itself), "
     "trust "
     "it by a rule; its name is checked all the same"},
    {"a missing intermediate, and where it is",
     {.mode = MODE_ENFORCE, .verify = VERIFY_FULL},
     CHAIN(20),
     BLOCKED(REASON_NOT_TRUSTED),
     {.chain_length = 1, .last_issuer = "CN=Middle", .last_issuer_url = "http://ca.test/middle.cer"},
     "if \"CN=Middle\" is an intermediate that the server does not send, configure the server to send the whole chain; "
     "the intermediate is at http://ca.test/middle.cer"},
    {"of the program's own anchors where no others were asked",
     {.mode = MODE_ENFORCE, .verify = VERIFY_FULL},
     {.app_anchors_checked = true, .app_anchors_error = 20},
     BLOCKED(REASON_NOT_TRUSTED),
     {.chain_length = 2, .last_issuer = "CN=Root"},
     "if \"CN=Root\" is a CA that you mean to trust, get its certificate and trust it by a rule"},
    {"what the program rejected by itself",
     {.mode = MODE_AUDIT, .verify = VERIFY_FULL},
     {.app_rejected = true, .app_error = 26},
     BLOCKED(REASON_VALIDATION_FAILURE),
     {0},
     "the certificate is not meant for TLS servers: let it be reissued with the extended key usage serverAuth"},
    {"... and be it for the name",
     {.mode = MODE_AUDIT, .verify = VERIFY_FULL},
     {.app_rejected = true, .app_error = 62},
     BLOCKED(REASON_HOST_MISMATCH),
     {.usable_names = "x.test"},
     "the certificate names x.test: connect by such a name, or expect it of this server by a rule"},
    {"an address that is not in it",
     {.mode = MODE_ENFORCE, .verify = VERIFY_FULL},
     {.policy_anchors_checked = true, .name_checked = true, .name_error = 64},
     BLOCKED(REASON_HOST_MISMATCH),
     {.expected = &address},
     "the certificate carries no name that can be checked here: let it be reissued with IP:192.0.2.7; until then a "
     "rule "
     "can check the chain alone"},
    {"a common name alone",
     {.mode = MODE_ENFORCE, .verify = VERIFY_FULL},
     {.policy_anchors_checked = true, .name_checked = true, .name_error = 62},
     BLOCKED(REASON_HOST_MISMATCH),
     {.expected = &host, .common_name_fits = true},
     "the certificate has no subject alternative name, only the common name: let it be reissued with DNS:good.test; "
     "until "
     "then a rule can let the common name count"},
    {"a name does not matter where the chain alone is demanded",
     {.mode = MODE_ENFORCE, .verify = VERIFY_CA, .pins = pins, .pin_count = 1},
     {.policy_anchors_checked = true, .name_checked = true, .name_error = 62},
     BLOCKED(REASON_KEY_NOT_PINNED),
     {.expected = &host},
     "the server's key is not pinned: if it is the one you mean (compare it on the server itself), pin it by a rule"},
    {"an empty store, though it be readable",
     {.mode = MODE_ENFORCE, .verify = VERIFY_FULL, .trust = unreadable, .trust_count = 2},
     {.trust_missing = true},
     BLOCKED(REASON_TRUST_MISSING),
     {0},
     "the policy's trust store holds no certificate: install ca-certificates, or name the CA ('tlsward check' says "
     "more)"},
    {"nobody knows the name",
     {.mode = MODE_ENFORCE, .verify = VERIFY_FULL},
     {.policy_anchors_checked = true, .name_source = NAME_UNKNOWN},
     BLOCKED(REASON_NAME_UNKNOWN),
     {.of_program = true},
     "nobody knows for which name this connection is: a rule with name = tells it"},
    {"a session that was not verified",
     {.mode = MODE_AUDIT, .verify = VERIFY_FULL},
     {.authentication = AUTH_RESUMPTION},
     BLOCKED(REASON_SESSION_UNVERIFIED),
     {.of_program = true},
     "a session was resumed that was not verified for this peer: let the program begin without it"},
    {"a pre-shared key",
     {.mode = MODE_ENFORCE, .verify = VERIFY_FULL},
     {.authentication = AUTH_PSK},
     BLOCKED(REASON_NO_CERTIFICATE),
     {.of_program = true},
     "the server shows no certificate, only that it knows a secret: where that is meant, psk = allow in a rule lets it "
     "pass, unless there is a pin"},
    {"a raw public key",
     {.mode = MODE_ENFORCE, .verify = VERIFY_FULL},
     {.authentication = AUTH_RAW_PUBLIC_KEY},
     BLOCKED(REASON_NO_CERTIFICATE),
     {.of_program = true},
     "the server shows a key without a certificate: if it is the one you mean, pin it by a rule"},
    {"a program that asks for no certificate",
     {.mode = MODE_ENFORCE, .verify = VERIFY_FULL},
     {.authentication = AUTH_ANONYMOUS},
     BLOCKED(REASON_NO_CERTIFICATE),
     {.of_program = true},
     "the server was asked for no certificate: let the program offer suites that have one"},
    {"a server that has none",
     {.mode = MODE_ENFORCE, .verify = VERIFY_FULL},
     {.authentication = AUTH_ANONYMOUS},
     BLOCKED(REASON_NO_CERTIFICATE),
     {0},
     "the server offers no suite with a certificate: give it one"},
    {"what could not be judged",
     {.mode = MODE_ENFORCE, .verify = VERIFY_FULL},
     {.internal_error = true},
     BLOCKED(REASON_INTERNAL_ERROR),
     {.of_program = true},
     "this could not be judged, for want of memory or of an algorithm: look at the process and connect again"},
    {"one that ends soon",
     {.verify = VERIFY_FULL},
     CHAIN(0),
     {.outcome = OUTCOME_VERIFIED},
     {.leaf_end_known = true, .leaf_days_left = 13},
     "the certificate ends in 13 days: renew it"},
    {"one that ends in a while",
     {.verify = VERIFY_FULL},
     CHAIN(0),
     {.outcome = OUTCOME_VERIFIED},
     {.leaf_end_known = true, .leaf_days_left = ADVICE_SOON_DAYS},
     NULL},
    {"one whose end is not known", {.verify = VERIFY_FULL}, CHAIN(0), {.outcome = OUTCOME_VERIFIED}, {0}, NULL},
};

START_TEST(the_first_sentence_is_what_helps_most)
{
    const struct row *row = &rows[_i];
    struct advice_matter matter = row->matter;
    enum advice_kind kinds[ADVICE_LIST_MAX];
    char text[ADVICE_TEXT_MAX] = "";
    matter.settings = &row->settings;
    matter.facts = &row->facts;
    matter.verdict = &row->verdict;
    size_t count = advice_list(&matter, kinds);
    if (count > 0)
        advice_print(kinds[0], &matter, text);
    ck_assert_msg(strcmp(text, row->text != NULL ? row->text : "") == 0, "%s: %s", row->what, text);
}
END_TEST

START_TEST(each_verdict_that_stops_something_has_a_sentence)
{
    static const struct settings settings = {.mode = MODE_ENFORCE, .verify = VERIFY_FULL, .trust_mode = TRUST_EXTEND};
    enum advice_kind kinds[ADVICE_LIST_MAX];
    char text[ADVICE_TEXT_MAX];
    for (unsigned bits = 0; bits < 1u << 12; bits++) {
        struct facts facts = {
            .authentication = bits % (AUTH_ANONYMOUS + 1),
            .name_source = bits & 64 ? NAME_UNKNOWN : NAME_FROM_SNI,
            .trust_missing = bits & 128,
            .internal_error = bits & 256,
            .app_demands_chain = bits & 512,
            .app_rejected = bits & 512,
            .app_error = bits & 512 ? (bits & 1024 ? 62 : 20) : 0,
            .policy_anchors_checked = bits & 2048,
            .policy_anchors_error = bits & 1024 ? 10 : 0,
            .name_checked = bits & 32,
            .name_error = bits & 32 ? 62 : 0,
        };
        struct verdict verdict = decide(&settings, &facts);
        struct advice_matter matter = {.settings = &settings, .facts = &facts, .verdict = &verdict, .of_program = true};
        size_t count = advice_list(&matter, kinds);
        ck_assert_msg(count > 0 || verdict.action == ACTION_ALLOWED, "%u: %s", bits, reason_text(verdict.reason));
        for (size_t i = 0; i < count; i++) {
            text[0] = '\0';
            advice_print(kinds[i], &matter, text);
            ck_assert_uint_gt(strlen(text), 20);
        }
    }
}
END_TEST

static bool takes_all(const void *object, const struct peer_name *name)
{
    (void)object;
    return strcmp(name->text, "refused.test") != 0;
}

static const struct {
    const char *what, *names[80], *text;
    unsigned repeated; /* of the last name */
} lists[] = {
    {"none", {NULL}, "", 0},
    {"the expected one is no other", {"good.test", "x.test"}, "x.test", 0},
    {"what the library does not take", {"refused.test", "x.test"}, "x.test", 0},
    {"a wildcard stays as it is", {"*.test", "*.good.test"}, "*.good.test", 0},
    {"no wildcard", {"w*.test", "a.*.test"}, "", 0},
    {"what is no name", {"", "a b"}, "", 0},
    {"five, and how many more",
     {"a.test", "b.test", "c.test", "d.test", "e.test", "f.test", "g.test"},
     "a.test, b.test, c.test, d.test, e.test and 2 more",
     0},
    {"a flood", {"a.test"}, "a.test, a.test, a.test, a.test, a.test and more", 1000},
};

START_TEST(names_that_can_be_used_are_listed)
{
    struct name_list list = {.target = &host, .expected = &host, .matches = takes_all};
    const char *last = NULL;
    for (size_t i = 0; lists[_i].names[i] != NULL; i++)
        name_list_add(&list, last = lists[_i].names[i]);
    for (unsigned i = 0; i < lists[_i].repeated; i++)
        name_list_add(&list, last);
    name_list_end(&list);
    ck_assert_msg(strcmp(list.text, lists[_i].text) == 0, "%s: %s", lists[_i].what, list.text);
}
END_TEST

#define ROWS(table) ((int)(sizeof(table) / sizeof *(table)))

int main(void)
{
    TCase *advice = tcase_create("advice");
    tcase_add_loop_test(advice, the_first_sentence_is_what_helps_most, 0, ROWS(rows));
    tcase_add_test(advice, each_verdict_that_stops_something_has_a_sentence);
    tcase_add_loop_test(advice, names_that_can_be_used_are_listed, 0, ROWS(lists));
    return run_cases("advice", (TCase *const[]){advice, NULL});
}
