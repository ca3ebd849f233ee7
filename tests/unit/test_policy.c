/* Which settings hold for whom, and what follows from the facts of a handshake. */
#include "cases.h"
#include "policy/config.h"
#include "policy/enforce_share.h"
#include "policy/pattern.h"
#include "policy/policy.h"
#include "policy/strictness.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct policy *parse(const char *data)
{
    struct config_errors errors = {0};
    struct config_text text = {.file = "test.conf", .data = data, .length = strlen(data)};
    struct policy *policy = config_parse(&text, 1, &errors);
    for (size_t i = 0; i < errors.count; i++)
        fprintf(stderr, "line %u: %s: %s\n", errors.items[i].line, errors.items[i].text, errors.items[i].message);
    ck_assert_ptr_nonnull(policy);
    config_errors_free(&errors);
    return policy;
}

static struct process_identity process_of(const char *executable, uid_t uid)
{
    return (struct process_identity){.executable = executable, .uid = uid, .effective_uid = uid};
}

/* The name of the rule that decides, "" for [policy]. */
static const char *deciding_rule(const struct policy *policy, const char *executable, uid_t uid,
                                 struct destination destination, time_t now)
{
    struct process_identity process = process_of(executable, uid);
    struct settings settings = policy_settings(policy, &process, &destination, now);
    return settings.rule ? settings.rule : "";
}

static const struct {
    const char *fact;
    const char *pattern;
    const char *text;
    bool match;
} globs[] = {
    {"a path matches itself", "/usr/bin/curl", "/usr/bin/curl", true},
    {"a path is no prefix", "/usr/bin/curl", "/usr/bin/curl7", false},
    {"a path is no suffix", "/bin/curl", "/usr/bin/curl", false},
    {"a path is compared with case", "/usr/bin/Curl", "/usr/bin/curl", false},
    {"* stands for nothing", "/usr/bin/curl*", "/usr/bin/curl", true},
    {"* stands for a name", "/opt/acme/bin/*", "/opt/acme/bin/sync", true},
    {"* stands for slashes", "/opt/acme/*", "/opt/acme/lib/x/sync", true},
    {"* at the front", "*/python3*", "/usr/bin/python3.11", true},
    {"* backtracks", "*/bin/*sync", "/opt/bin/bin/xsync/async", true},
    {"two * that cannot both match", "/a*b*c", "/axxbxx", false},
    {"? stands for one byte", "/usr/bin/python3.1?", "/usr/bin/python3.11", true},
    {"? stands for no less", "/usr/bin/python3.1?", "/usr/bin/python3.1", false},
    {"[ is itself", "/usr/bin/[", "/usr/bin/[", true},
    {"[ is no class", "/usr/bin/[ab]", "/usr/bin/a", false},
    {"the rest of the pattern must match too", "/usr/bin/*x", "/usr/bin/curl", false},
};

START_TEST(program_globs)
{
    ck_assert_msg(glob_match(globs[_i].pattern, globs[_i].text) == globs[_i].match, "%s", globs[_i].fact);
}
END_TEST

START_TEST(globs_take_no_exponential_time)
{
    char text[4096];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ck_assert(!glob_match("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", text));
}
END_TEST

static const struct {
    const char *fact;
    const char *pattern;
    struct destination destination;
    bool match;
} destinations[] = {
    {"a host by name", "ldap.example", {"ldap.example", NULL, 636}, true},
    {"a host whatever the case", "LDAP.Example", {"ldap.eXample", NULL, 0}, true},
    {"a host with a trailing dot in the pattern", "ldap.example.", {"ldap.example", NULL, 0}, true},
    {"a host with a trailing dot in the name", "ldap.example", {"ldap.example.", NULL, 0}, true},
    {"another host", "ldap.example", {"dap.example", NULL, 0}, false},
    {"a host below it", "ldap.example", {"a.ldap.example", NULL, 0}, false},
    {"a host above it", "a.ldap.example", {"ldap.example", NULL, 0}, false},
    {"no name is known", "ldap.example", {NULL, "192.0.2.1", 636}, false},
    {"nothing is known", "ldap.example", {NULL, NULL, 0}, false},
    {"host and port", "ldap.example:636", {"ldap.example", NULL, 636}, true},
    {"host and another port", "ldap.example:636", {"ldap.example", NULL, 389}, false},
    {"host and unknown port", "ldap.example:636", {"ldap.example", NULL, 0}, false},
    {"one label below a suffix", "*.corp.example", {"a.corp.example", NULL, 0}, true},
    {"two labels below a suffix", "*.corp.example", {"a.b.corp.example", NULL, 0}, true},
    {"the suffix itself", "*.corp.example", {"corp.example", NULL, 0}, false},
    {"the suffix with a leading dot", "*.corp.example", {".corp.example", NULL, 0}, false},
    {"a name that only ends like the suffix", "*.corp.example", {"evilcorp.example", NULL, 0}, false},
    {"a suffix and a port", "*.corp.example:443", {"a.corp.example", NULL, 443}, true},
    {"a suffix and another port", "*.corp.example:443", {"a.corp.example", NULL, 80}, false},
    {"any host on a port", "*:8443", {"a.example", NULL, 8443}, true},
    {"any host on another port", "*:8443", {"a.example", NULL, 443}, false},
    {"unknown host on a port", "*:8443", {NULL, NULL, 8443}, true},
    {"an address", "192.0.2.1", {NULL, "192.0.2.1", 0}, true},
    {"another address", "192.0.2.1", {NULL, "192.0.2.11", 0}, false},
    {"an address that is the name", "192.0.2.1", {"192.0.2.1", NULL, 0}, true},
    {"an address where the name is another", "192.0.2.1", {"ldap.example", "192.0.2.1", 0}, true},
    {"an address and a port", "192.0.2.1:443", {NULL, "192.0.2.1", 443}, true},
    {"an address and another port", "192.0.2.1:443", {NULL, "192.0.2.1", 80}, false},
    {"first address of a network", "10.1.0.0/16", {NULL, "10.1.0.0", 0}, true},
    {"last address of a network", "10.1.0.0/16", {NULL, "10.1.255.255", 0}, true},
    {"first address after a network", "10.1.0.0/16", {NULL, "10.2.0.0", 0}, false},
    {"last address of an odd prefix", "10.0.0.0/9", {NULL, "10.127.255.255", 0}, true},
    {"first address after an odd prefix", "10.0.0.0/9", {NULL, "10.128.0.0", 0}, false},
    {"prefix 0 is all of IPv4", "0.0.0.0/0", {NULL, "203.0.113.9", 0}, true},
    {"prefix 0 of IPv4 is not IPv6", "0.0.0.0/0", {NULL, "2001:db8::1", 0}, false},
    {"prefix 0 is all of IPv6", "::/0", {NULL, "2001:db8::1", 0}, true},
    {"prefix 0 of IPv6 is not IPv4", "::/0", {NULL, "203.0.113.9", 0}, false},
    {"prefix 32 is one address", "10.0.0.1/32", {NULL, "10.0.0.0", 0}, false},
    {"a network and a port", "10.0.0.0/8:636", {NULL, "10.9.9.9", 636}, true},
    {"a network and another port", "10.0.0.0/8:636", {NULL, "10.9.9.9", 389}, false},
    {"an IPv6 address", "2001:db8::1", {NULL, "2001:db8::1", 0}, true},
    {"an IPv6 address written otherwise", "2001:DB8:0::0001", {NULL, "2001:db8::1", 0}, true},
    {"another IPv6 address", "2001:db8::1", {NULL, "2001:db8::2", 0}, false},
    {"an IPv6 address in brackets", "[2001:db8::1]", {NULL, "2001:db8::1", 9}, true},
    {"an IPv6 address and a port", "[2001:db8::1]:443", {NULL, "2001:db8::1", 443}, true},
    {"an IPv6 address and another port", "[2001:db8::1]:443", {NULL, "2001:db8::1", 80}, false},
    {"an IPv6 network", "2001:db8::/33", {NULL, "2001:db8:7fff::1", 0}, true},
    {"after an IPv6 network", "2001:db8::/33", {NULL, "2001:db8:8000::1", 0}, false},
    {"an IPv6 network and a port", "[2001:db8::/32]:443", {NULL, "2001:db8::5", 443}, true},
    {"an IPv4-mapped address is the IPv4 one", "192.0.2.0/24", {NULL, "::ffff:192.0.2.7", 0}, true},
    {"a pattern that is IPv4-mapped", "::ffff:192.0.2.7", {NULL, "192.0.2.7", 0}, true},
    {"an address is no host name", "example", {NULL, "192.0.2.7", 0}, false},
};

START_TEST(destination_patterns)
{
    char text[256];
    snprintf(text, sizeof text, "[rule r]\ndestination = %s\n", destinations[_i].pattern);
    struct policy *policy = parse(text);
    bool match = *deciding_rule(policy, "/bin/x", 0, destinations[_i].destination, 0);
    ck_assert_msg(match == destinations[_i].match, "%s", destinations[_i].fact);
    policy_free(policy);
}
END_TEST

static const char precedence_text[] = "[policy]\nmode = enforce\n"
                                      "[rule both]\nprogram = /opt/a\nprogram = /opt/b\ndestination = x.example\n"
                                      "destination = y.example\n"
                                      "[rule user]\nuser = 1000\nuser = root\nprogram = /opt/u\n"
                                      "[rule first]\nprogram = /opt/c*\n"
                                      "[rule second]\nprogram = /opt/cc\n"
                                      "[rule nobody]\nuser = no-such-user-here\n"
                                      "[rule any-z]\ndestination = z.example\n";

static const struct {
    const char *fact;
    const char *executable;
    uid_t uid;
    struct destination destination;
    const char *rule;
} precedence[] = {
    {"first program, first destination", "/opt/a", 7, {"x.example", NULL, 0}, "both"},
    {"second program, second destination", "/opt/b", 7, {"y.example", NULL, 0}, "both"},
    {"the program alone is not enough", "/opt/a", 7, {"w.example", NULL, 0}, ""},
    {"the destination alone is not enough", "/opt/q", 7, {"x.example", NULL, 0}, ""},
    {"a numeric user", "/opt/u", 1000, {NULL, NULL, 0}, "user"},
    {"a named user", "/opt/u", 0, {NULL, NULL, 0}, "user"},
    {"another user", "/opt/u", 1001, {NULL, NULL, 0}, ""},
    {"the first rule that matches decides", "/opt/cc", 7, {NULL, NULL, 0}, "first"},
    {"a user this host does not know is nobody", "/opt/q", (uid_t)0, {NULL, NULL, 0}, ""},
    {"a rule without a program is for every program", "/opt/q", 7, {"z.example", NULL, 0}, "any-z"},
    {"an unknown executable matches no program", NULL, 7, {"x.example", NULL, 0}, ""},
    {"an unknown executable may match a destination", NULL, 7, {"z.example", NULL, 0}, "any-z"},
};

START_TEST(rule_precedence)
{
    struct policy *policy = parse(precedence_text);
    ck_assert_msg(
        strcmp(deciding_rule(policy, precedence[_i].executable, precedence[_i].uid, precedence[_i].destination, 0),
               precedence[_i].rule) == 0,
        "%s", precedence[_i].fact);
    policy_free(policy);
}
END_TEST

#define EXCUSE "owner = o\nreason = r\nexpires = 2027-01-01\n"
#define PIN_ONE "sha256//ATs7/fSX3k+mqVB5UYwaWT/7u8ONxSfmKGn4i0aOKJs="
#define PIN_TWO "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define PIN_THREE "sha256//BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

START_TEST(a_rule_inherits_what_it_does_not_say)
{
    struct policy *policy = parse("[rule r]\nprogram = /x\npsk = block\n"
                                  "[rule own]\nprogram = /own\ntrust = /own.pem\ntrust = system\n"
                                  "pin = " PIN_TWO "\n" EXCUSE
                                  "[rule unpinned]\nprogram = /unpinned\npin = none\n" EXCUSE "[policy]\npin = " PIN_ONE
                                  "\npin = " PIN_TWO "\nmode = enforce\ntrust = /a.pem\nlog = stderr\nstrict = yes\n"
                                  "security-level = 3\n");
    struct process_identity process = process_of("/x", 0);
    struct process_identity other = process_of("/y", 0);
    struct process_identity own = process_of("/own", 0);
    struct process_identity unpinned = process_of("/unpinned", 0);
    struct destination destination = {0};
    struct settings rule = policy_settings(policy, &process, &destination, 0);
    struct settings base = policy_settings(policy, &other, &destination, 0);
    struct settings ours = policy_settings(policy, &own, &destination, 0);
    ck_assert_int_eq(rule.psk, CHOICE_BLOCK);
    ck_assert_int_eq(base.psk, CHOICE_ALLOW);
    ck_assert_int_eq(rule.mode, MODE_ENFORCE);
    ck_assert(rule.strict);
    ck_assert_int_eq(rule.security_level, 3);
    ck_assert_str_eq(rule.log, "stderr");
    ck_assert_ptr_eq(rule.trust, base.trust);
    ck_assert_uint_eq(rule.trust_count, 1);
    ck_assert_ptr_ne(ours.trust, base.trust);
    ck_assert_uint_eq(ours.trust_count, 2);
    ck_assert_str_eq(ours.trust[0].path, "/own.pem");
    ck_assert_ptr_null(ours.trust[1].path);
    ck_assert_ptr_eq(policy_settings(policy, &own, &destination, 0).trust, ours.trust);
    ck_assert_ptr_eq(rule.pins, base.pins);
    ck_assert_uint_eq(rule.pin_count, 2);
    ck_assert_uint_eq(ours.pin_count, 1);
    ck_assert_str_eq(ours.pins[0], PIN_TWO);
    ck_assert_uint_eq(policy_settings(policy, &unpinned, &destination, 0).pin_count, 0);
    policy_free(policy);
}
END_TEST

/* Of two rules that each deny what the other does not, one of which may match and the other does. */
START_TEST(what_rules_deny_adds_up)
{
    struct policy *policy = parse("[policy]\ndeny-pin = " PIN_ONE "\n[rule a]\nuser = 8\ndeny-pin = " PIN_TWO
                                  "\n[rule b]\nprogram = /x\ndeny-pin = " PIN_THREE "\n[rule c]\nprogram = /y\n");
    const struct destination destination = {"x.example", NULL, 443};
    struct process_identity other = process_of("/y", 7), first = process_of("/x", 7), unknown = first;
    unknown.effective_uid = 8;
    struct settings by_rule = policy_settings(policy, &first, &destination, 0);
    ck_assert(settings_deny_key(&by_rule, PIN_ONE) && settings_deny_key(&by_rule, PIN_THREE));
    ck_assert(!settings_deny_key(&by_rule, PIN_TWO));
    struct settings by_both = policy_settings(policy, &unknown, &destination, 0);
    ck_assert_str_eq(by_both.rule, "a");
    ck_assert(settings_deny_key(&by_both, PIN_ONE) && settings_deny_key(&by_both, PIN_TWO));
    ck_assert(settings_deny_key(&by_both, PIN_THREE) && by_both.rule_is_uncertain);
    struct settings inherited = policy_settings(policy, &other, &destination, 0);
    ck_assert(settings_deny_key(&inherited, PIN_ONE) && !settings_deny_key(&inherited, PIN_TWO));
    policy_free(policy);
}
END_TEST

/* The day that is named is the last one, in UTC. */
START_TEST(expiry_is_forgiven_for_as_long_as_the_rule_says)
{
    struct policy *policy = parse("[policy]\n[rule a]\nprogram = /x\nallow-expired-until = 2027-01-31\n"
                                  "owner = o\nreason = r\nexpires = 2099-01-01\n");
    const struct process_identity process = process_of("/x", 7);
    const struct destination destination = {"x.example", NULL, 443};
    const time_t end = 1801440000; /* 2027-02-01 */
    ck_assert_int_ne(policy_settings(policy, &process, &destination, end - 1).allow_expired_day, 0);
    ck_assert_int_eq(policy_settings(policy, &process, &destination, end).allow_expired_day, 0);
    ck_assert_str_eq(policy_settings(policy, &process, &destination, end).rule, "a");
    policy_free(policy);
}
END_TEST

/* What is known of the process, and what the rules make of the rest. */
#define AUDIT_AND(rule) "[policy]\nmode = audit\n[rule r]\n" rule "\n"
#define ENFORCE_AND(rule) "[policy]\nmode = enforce\n[rule r]\n" rule "\n" EXCUSE
#define KNOWN_PROCESS .executable = "/x", .uid = 7, .effective_uid = 7
#define KNOWN_PEER "x.example", "192.0.2.1", 443

static const char *const script_names[] = {"/opt/script", "/opt/link", NULL};

static const struct {
    const char *fact;
    const char *text;
    struct process_identity process;
    struct destination destination;
    enum policy_mode mode;
} unknowns[] = {
    {"an unknown port meets a rule that enforces",
     AUDIT_AND("destination = x.example:443\nmode = enforce"),
     {KNOWN_PROCESS},
     {"x.example", NULL, 0},
     MODE_ENFORCE},
    {"... but not one for another host",
     AUDIT_AND("destination = y.example:443\nmode = enforce"),
     {KNOWN_PROCESS},
     {"x.example", NULL, 0},
     MODE_AUDIT},
    {"an unknown port does not meet a rule that weakens",
     ENFORCE_AND("destination = x.example:443\nmode = off"),
     {KNOWN_PROCESS},
     {"x.example", NULL, 0},
     MODE_ENFORCE},
    {"an unknown name meets a rule that enforces",
     AUDIT_AND("destination = x.example\nmode = enforce"),
     {KNOWN_PROCESS},
     {NULL, "192.0.2.1", 443},
     MODE_ENFORCE},
    {"... but not one for another port",
     AUDIT_AND("destination = x.example:444\nmode = enforce"),
     {KNOWN_PROCESS},
     {NULL, "192.0.2.1", 443},
     MODE_AUDIT},
    {"an unknown name does not meet a rule that weakens",
     ENFORCE_AND("destination = *.example\nmode = off"),
     {KNOWN_PROCESS},
     {NULL, "192.0.2.1", 443},
     MODE_ENFORCE},
    {"a peer that goes by its address is no host",
     AUDIT_AND("destination = x.example\nmode = enforce"),
     {KNOWN_PROCESS},
     {"192.0.2.1", "192.0.2.1", 443},
     MODE_AUDIT},
    {"an unknown address meets a network that enforces",
     AUDIT_AND("destination = 192.0.2.0/24\nmode = enforce"),
     {KNOWN_PROCESS},
     {"x.example", NULL, 443},
     MODE_ENFORCE},
    {"an unknown address does not meet a network that weakens",
     ENFORCE_AND("destination = 192.0.2.0/24\nmode = off"),
     {KNOWN_PROCESS},
     {"x.example", NULL, 443},
     MODE_ENFORCE},
    {"one of two destinations that certainly matches is enough",
     ENFORCE_AND("destination = x.example:443\ndestination = x.example\nmode = off"),
     {KNOWN_PROCESS},
     {"x.example", NULL, 0},
     MODE_OFF},
    {"an unknown program meets a rule that enforces",
     AUDIT_AND("program = /y\nmode = enforce"),
     {.executable = NULL, .uid = 7, .effective_uid = 7},
     {KNOWN_PEER},
     MODE_ENFORCE},
    {"an unknown program does not meet a rule that weakens",
     ENFORCE_AND("program = *\nmode = off"),
     {.executable = NULL, .uid = 7, .effective_uid = 7},
     {KNOWN_PEER},
     MODE_ENFORCE},
    {"another name of the program meets a rule that enforces",
     AUDIT_AND("program = /opt/link\nmode = enforce"),
     {KNOWN_PROCESS, .other_names = script_names},
     {KNOWN_PEER},
     MODE_ENFORCE},
    {"another name of the program does not meet a rule that weakens",
     ENFORCE_AND("program = /opt/script\nmode = off"),
     {KNOWN_PROCESS, .other_names = script_names},
     {KNOWN_PEER},
     MODE_ENFORCE},
    {"what has another name keeps the kernel's",
     ENFORCE_AND("program = /x\nmode = off"),
     {KNOWN_PROCESS, .other_names = script_names},
     {KNOWN_PEER},
     MODE_OFF},
    {"one of two users meets a rule that enforces",
     AUDIT_AND("user = 1000\nmode = enforce"),
     {.executable = "/x", .uid = 0, .effective_uid = 1000},
     {KNOWN_PEER},
     MODE_ENFORCE},
    {"the real user alone does not meet a rule that weakens",
     ENFORCE_AND("user = 1000\nmode = off"),
     {.executable = "/x", .uid = 1000, .effective_uid = 0},
     {KNOWN_PEER},
     MODE_ENFORCE},
    {"both users that the rule names do",
     ENFORCE_AND("user = 1000\nuser = 0\nmode = off"),
     {.executable = "/x", .uid = 1000, .effective_uid = 0},
     {KNOWN_PEER},
     MODE_OFF},
    {"an unknown user meets a rule that enforces",
     AUDIT_AND("user = 1000\nmode = enforce"),
     {.executable = "/x", .uid = (uid_t)-1, .effective_uid = (uid_t)-1},
     {KNOWN_PEER},
     MODE_ENFORCE},
    {"nothing is a user that the host does not know",
     AUDIT_AND("user = no-such-user-here\nmode = enforce"),
     {.executable = "/x", .uid = (uid_t)-1, .effective_uid = (uid_t)-1},
     {KNOWN_PEER},
     MODE_AUDIT},
    {"a certain rule hides those behind it",
     AUDIT_AND("destination = x.example") "[rule s]\ndestination = *:443\nmode = enforce\n",
     {KNOWN_PROCESS},
     {"x.example", NULL, 0},
     MODE_AUDIT},
    {"an uncertain rule that weakens hides none behind it",
     ENFORCE_AND("destination = *:443\nmode = audit") "[rule s]\nprogram = /x\nmode = off\n" EXCUSE,
     {KNOWN_PROCESS},
     {"x.example", NULL, 0},
     MODE_AUDIT},
    {"an uncertain rule that has expired does not count",
     AUDIT_AND("destination = *:443\nmode = enforce\nexpires = 1999-01-01"),
     {KNOWN_PROCESS},
     {"x.example", NULL, 0},
     MODE_AUDIT},
};

START_TEST(what_is_not_known_may_only_tighten)
{
    struct policy *policy = parse(unknowns[_i].text);
    struct settings settings = policy_settings(policy, &unknowns[_i].process, &unknowns[_i].destination, 1700000000);
    ck_assert_msg(settings.mode == unknowns[_i].mode, "%s: %s", unknowns[_i].fact, mode_text(settings.mode));
    policy_free(policy);
}
END_TEST

/* A rule of which only the port is not known, over a [policy]: what of it counts. */
static const struct {
    const char *fact;
    const char *policy;
    const char *rule;
    const char *counts; /* the keys that are the rule's, as [policy] would write them */
} uncertain[] = {
    {"no setting that is the same", "verify = ca", "verify = ca", ""},
    {"what is stricter, and not what is weaker", "mode = audit\nverify = full", "mode = enforce\nverify = none",
     "mode = enforce\n"},
    {"verify", "verify = ca", "verify = full", "verify = full\n"},
    {"unknown-name", "unknown-name = allow", "unknown-name = block", "unknown-name = block\n"},
    {"weak-names", "weak-names = use", "weak-names = refuse", "weak-names = refuse\n"},
    {"no refusal where an unknown name is allowed", "unknown-name = allow", "weak-names = refuse", ""},
    {"the end of refusal there", "unknown-name = allow\nweak-names = refuse", "weak-names = use", "weak-names = use\n"},
    {"refusal where an unknown name blocks from then on", "unknown-name = allow",
     "unknown-name = block\nweak-names = refuse", "unknown-name = block\nweak-names = refuse\n"},
    {"no end of refusal where an unknown name blocks from then on", "unknown-name = allow\nweak-names = refuse",
     "unknown-name = block\nweak-names = use", "unknown-name = block\n"},
    {"enforcement that overrules no program", "trust-mode = extend", "mode = enforce",
     "mode = enforce\ntrust-mode = supplement\n"},
    {"enforcement that overrules no program, with anchors of its own", "trust = /a\ntrust = /b",
     "mode = enforce\ntrust-mode = exclusive\ntrust = /b", "mode = enforce\ntrust = /b\n"},
    {"no program overruled where the rule does not enforce", "mode = enforce\ntrust-mode = extend", "mode = audit",
     "mode = enforce\ntrust-mode = supplement\n"},
    {"no program overruled where the rule does not enforce, whatever its own trust mode",
     "mode = enforce\ntrust-mode = extend", "mode = audit\ntrust-mode = exclusive",
     "mode = enforce\ntrust-mode = supplement\n"},
    {"the policy's anchors alone where both enforce, which extend accepts too", "mode = enforce\ntrust-mode = extend",
     "mode = enforce\ntrust-mode = exclusive", "trust-mode = exclusive\n"},
    {"the anchors that held, and no others, alone", "mode = enforce\ntrust-mode = extend\ntrust = /a",
     "mode = enforce\ntrust-mode = exclusive\ntrust = /b", "trust-mode = exclusive\n"},
    {"no other trust mode for what is enforced anyway", "mode = enforce\ntrust-mode = extend",
     "mode = enforce\nverify = full\nstrict = yes", "strict = yes\n"},
    {"psk", "psk = allow", "psk = block", "psk = block\n"},
    {"allow-cn", "allow-cn = yes", "allow-cn = no", "allow-cn = no\n"},
    {"names", "names = program", "names = strict", "names = strict\n"},
    {"names", "names = program", "names = strict", "names = strict\n"},
    {"fallback", "", "fallback = refuse", "fallback = refuse\n"},
    {"strict", "strict = no", "strict = yes", "strict = yes\n"},
    {"security-level", "security-level = 1", "security-level = 3", "security-level = 3\n"},
    {"a trust mode where extend is left", "trust-mode = extend", "trust-mode = exclusive", "trust-mode = exclusive\n"},
    {"no other trust mode", "trust-mode = supplement", "trust-mode = exclusive", ""},
    {"fewer sources of trust", "trust = /a\ntrust = /b", "trust = /b", "trust = /b\n"},
    {"no other sources of trust", "trust = /a\ntrust = /b", "trust = /c", ""},
    {"no more sources of trust", "trust = /a", "trust = /a\ntrust = /b", ""},
    {"a pin where there was none", "", "pin = " PIN_ONE, "pin = " PIN_ONE "\n"},
    {"fewer pins", "pin = " PIN_ONE "\npin = " PIN_TWO, "pin = " PIN_TWO, "pin = " PIN_TWO "\n"},
    {"no other pin", "pin = " PIN_ONE, "pin = " PIN_TWO, ""},
    {"no end of pins", "pin = " PIN_ONE, "pin = none", ""},
    {"a denied key", "", "deny-pin = " PIN_ONE, "deny-pin = " PIN_ONE "\n"},
    {"another denied key", "deny-pin = " PIN_TWO, "deny-pin = " PIN_ONE, "deny-pin = " PIN_ONE "\n"},
    {"no denied key that is denied anyway", "deny-pin = " PIN_ONE, "deny-pin = " PIN_ONE, ""},
    {"min-protocol", "", "min-protocol = tls1.2", "min-protocol = tls1.2\n"},
    {"no lower min-protocol", "min-protocol = tls1.2", "min-protocol = tls1.1", ""},
    {"no expiry forgiven", "", "allow-expired-until = 2099-01-01", ""},
    {"no name", "", "name = y.example", ""},
    {"no percentage where the mode is the same", "mode = enforce", "mode = enforce\nenforce-percent = 10", ""},
    {"the percentage with the mode", "", "mode = enforce\nenforce-percent = 10",
     "mode = enforce\nenforce-percent = 10\n"},
};

static struct policy *parse_with_rule(const char *base, const char *rule)
{
    char text[1024];
    snprintf(text, sizeof text, "[policy]\n%s\n[rule r]\ndestination = x.example:443\n%s\n" EXCUSE, base, rule);
    return parse(text);
}

static struct settings settings_at(const struct policy *policy, uint16_t port)
{
    const struct process_identity process = {KNOWN_PROCESS};
    const struct destination destination = {"x.example", NULL, port};
    return policy_settings(policy, &process, &destination, 1700000000);
}

static bool same_sources(const struct settings *a, const struct settings *b)
{
    bool same = a->trust_count == b->trust_count && a->pin_count == b->pin_count;
    for (size_t i = 0; same && i < a->trust_count; i++)
        same = (a->trust[i].path == NULL) == (b->trust[i].path == NULL) &&
               (a->trust[i].path == NULL || strcmp(a->trust[i].path, b->trust[i].path) == 0);
    for (size_t i = 0; same && i < a->pin_count; i++)
        same = strcmp(a->pins[i], b->pins[i]) == 0;
    return same;
}

static bool same_demands(const struct settings *a, const struct settings *b)
{
    return a->enforce_percent == b->enforce_percent && a->min_protocol == b->min_protocol &&
           a->allow_expired_day == b->allow_expired_day && !strictness_denies_more(a, b) &&
           !strictness_denies_more(b, a) && a->mode == b->mode && a->verify == b->verify &&
           a->trust_mode == b->trust_mode && same_sources(a, b) && a->unknown_name == b->unknown_name &&
           a->weak_names == b->weak_names && a->psk == b->psk && a->allow_cn == b->allow_cn && a->names == b->names &&
           a->strict == b->strict && a->security_level == b->security_level && a->fallback == b->fallback &&
           a->name == b->name;
}

START_TEST(what_of_an_uncertain_rule_counts)
{
    bool counts = *uncertain[_i].counts != '\0';
    struct policy *policy = parse_with_rule(uncertain[_i].policy, uncertain[_i].rule);
    struct policy *wanted = parse_with_rule(uncertain[_i].policy, uncertain[_i].counts);
    struct settings got = settings_at(policy, 0);
    struct settings want = settings_at(wanted, 443);
    struct settings certain = settings_at(policy, 443);
    ck_assert_msg(same_demands(&got, &want), "%s", uncertain[_i].fact);
    ck_assert_msg(got.rule_is_uncertain == counts && (got.rule != NULL) == counts, "%s", uncertain[_i].fact);
    ck_assert_msg(!certain.rule_is_uncertain && strcmp(certain.rule, "r") == 0, "%s", uncertain[_i].fact);
    policy_free(policy);
    policy_free(wanted);
}
END_TEST

/* A small generator of our own (xorshift64), so that a failing run can be repeated. */
static unsigned draw(uint64_t *state, unsigned limit)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (unsigned)(*state >> 33) % limit;
}

static const char *pick(uint64_t *state, const char *const *from, unsigned count)
{
    return from[draw(state, count)];
}

static struct policy *draw_policy(uint64_t *state)
{
    static const char *const matchers[] = {"program = /x",
                                           "program = /y",
                                           "user = 7",
                                           "user = 8",
                                           "destination = x.example",
                                           "destination = *.example:443",
                                           "destination = *:443",
                                           "destination = 192.0.2.0/24",
                                           "destination = 198.51.100.1:636"};
    static const char *const settings[] = {"mode = off",           "mode = audit",          "mode = enforce",
                                           "verify = none",        "verify = ca",           "verify = full",
                                           "unknown-name = allow", "unknown-name = block",  "weak-names = use",
                                           "weak-names = refuse",  "psk = allow",           "psk = block",
                                           "allow-cn = no",        "allow-cn = yes",        "strict = no",
                                           "strict = yes",         "security-level = 1",    "security-level = 3",
                                           "names = strict",       "names = program",       "trust-mode = supplement",
                                           "trust-mode = extend",  "min-protocol = tls1.2", "min-protocol = any",
                                           "deny-pin = " PIN_ONE,  "deny-pin = " PIN_TWO};
    enum { MATCHERS = sizeof matchers / sizeof *matchers, SETTINGS = sizeof settings / sizeof *settings };
    char text[4096];
    int used = snprintf(text, sizeof text, "[policy]\n%s\n", pick(state, settings, SETTINGS));
    for (unsigned i = 0; i < 5; i++) {
        unsigned other = draw(state, SETTINGS / 2) * 2;
        used += snprintf(text + used, sizeof text - (size_t)used, "[rule r%u]\n%s\n", i, pick(state, matchers, 2));
        if (draw(state, 2))
            used += snprintf(text + used, sizeof text - (size_t)used, "%s\n", matchers[2 + draw(state, MATCHERS - 2)]);
        if (other >= 6) /* not twice the same key */
            used += snprintf(text + used, sizeof text - (size_t)used, "%s\n", settings[other + draw(state, 2)]);
        used += snprintf(text + used, sizeof text - (size_t)used, "%s\n" EXCUSE, settings[draw(state, 6)]);
    }
    return parse(text);
}

struct connection_facts {
    struct process_identity process;
    struct destination destination;
};

static struct connection_facts draw_connection(uint64_t *state)
{
    static const char *const programs[] = {"/x", "/y", "/z"};
    static const char *const names[] = {"x.example", "y.example", "z.test"};
    static const char *const addresses[] = {"192.0.2.1", "198.51.100.1", "203.0.113.1"};
    uid_t uid = 7 + draw(state, 3);
    return (struct connection_facts){
        .process = {.executable = pick(state, programs, 3), .uid = uid, .effective_uid = uid},
        .destination = {pick(state, names, 3), pick(state, addresses, 3), draw(state, 2) ? 443 : 636},
    };
}

static struct connection_facts forget_some(uint64_t *state, struct connection_facts facts)
{
    if (draw(state, 2))
        facts.process.executable = NULL;
    if (draw(state, 2))
        facts.process.effective_uid = (uid_t)-1;
    if (draw(state, 2))
        facts.destination.name = NULL;
    if (draw(state, 2))
        facts.destination.address = NULL;
    if (draw(state, 2))
        facts.destination.port = 0;
    return facts;
}

static bool refuses_as_many_names(const struct settings *a, const struct settings *b)
{
    return a->unknown_name < b->unknown_name || strictness_of_weak_names(a->weak_names, a->unknown_name) >=
                                                    strictness_of_weak_names(b->weak_names, b->unknown_name);
}

static bool is_as_strict(const struct settings *a, const struct settings *b)
{
    return a->mode >= b->mode && a->verify >= b->verify && a->unknown_name <= b->unknown_name &&
           refuses_as_many_names(a, b) && a->psk <= b->psk && a->allow_cn <= b->allow_cn && a->names <= b->names &&
           a->strict >= b->strict && a->security_level >= b->security_level && a->min_protocol >= b->min_protocol &&
           a->allow_expired_day <= b->allow_expired_day && !strictness_denies_more(b, a);
}

static struct facts draw_facts(uint64_t *state)
{
    static const int errors[] = {0, 0, 10, 20, 62};
    struct facts facts = {
        .authentication = (enum authentication)draw(state, AUTH_ANONYMOUS + 1),
        .name_source = (enum name_source)draw(state, NAME_UNKNOWN + 1),
        .name_is_weak = draw(state, 2),
        .policy_invalid = draw(state, 16) == 0,
        .trust_missing = draw(state, 4) == 0,
        .internal_error = draw(state, 16) == 0,
        .app_demands_chain = draw(state, 2),
        .app_demands_name = draw(state, 2),
        .app_reads_names = draw(state, 2),
        .app_rejected = draw(state, 3) == 0,
        .app_error = errors[draw(state, 5)],
        .app_dane_verified = draw(state, 16) == 0,
        .app_anchors_checked = draw(state, 2),
        .app_anchors_error = errors[draw(state, 5)],
        .policy_anchors_checked = draw(state, 2),
        .policy_anchors_error = errors[draw(state, 5)],
        .name_checked = draw(state, 2),
        .name_error = draw(state, 2) ? 62 : 0,
        .loose_match = (enum loose_match)draw(state, LOOSE_PARTIAL_WILDCARD + 1),
        .session_verified = draw(state, 2),
        .session_passed = draw(state, 4) == 0,
        .protocol = (enum protocol)draw(state, PROTOCOL_TLS1_3 + 1),
        .protocol_refused = draw(state, 16) == 0,
        .app_anchors_expiry_alone = draw(state, 2),
        .policy_anchors_expiry_alone = draw(state, 2),
        .chain_pin_count = draw(state, 3),
        .chain_pins_missing = draw(state, 8) == 0,
    };
    if (draw(state, 2))
        memcpy(facts.public_key_pin, PIN_ONE, sizeof PIN_ONE);
    for (unsigned i = 0; i < facts.chain_pin_count; i++)
        memcpy(facts.chain_pins[i], draw(state, 2) ? PIN_ONE : PIN_TWO, sizeof PIN_ONE);
    return facts;
}

/* A weak name that is refused is unknown. */
static bool accepts(const struct settings *settings, struct facts facts)
{
    if (facts.name_is_weak && settings->weak_names == CHOICE_BLOCK) {
        facts.name_source = NAME_UNKNOWN;
        facts.name_checked = false;
    }
    return decide(settings, &facts).action != ACTION_BLOCKED;
}

static bool accepts_no_more(uint64_t *state, const struct settings *a, const struct settings *b)
{
    for (int i = 0; i < 20; i++) {
        struct facts facts = draw_facts(state);
        if (accepts(a, facts) && !accepts(b, facts))
            return false;
    }
    return true;
}

/* Whatever the rules and the facts: to know less never weakens. */
START_TEST(ignorance_never_weakens)
{
    uint64_t state = 88172645463325252u;
    unsigned tightened = 0;
    for (int round = 0; round < 4000; round++) {
        struct policy *policy = draw_policy(&state);
        struct connection_facts facts = draw_connection(&state);
        struct connection_facts other = draw_connection(&state);
        struct connection_facts rest = forget_some(&state, facts);
        struct settings full = policy_settings(policy, &facts.process, &facts.destination, 1700000000);
        struct settings part = policy_settings(policy, &rest.process, &rest.destination, 1700000000);
        ck_assert_msg(is_as_strict(&part, &full), "round %d", round);
        ck_assert_msg(accepts_no_more(&state, &part, &full), "round %d: it accepts more", round);
        tightened += !is_as_strict(&full, &part);

        const struct destination both[] = {facts.destination, other.destination};
        struct settings second = policy_settings(policy, &facts.process, &other.destination, 1700000000);
        struct settings any = policy_settings_of_any(policy, &facts.process, both, 2, 1700000000);
        ck_assert_msg(is_as_strict(&any, &full) && is_as_strict(&any, &second), "round %d", round);
        ck_assert_msg(accepts_no_more(&state, &any, &full) && accepts_no_more(&state, &any, &second),
                      "round %d: it accepts more", round);
        policy_free(policy);
    }
    ck_assert_uint_gt(tightened, 400);
}
END_TEST

/* Over what would hold without the rule; and where that is extend, which both may overrule, over the rule's own too. */
START_TEST(a_trust_mode_that_may_hold_accepts_no_more)
{
    static const char *const modes[] = {"audit", "enforce"}, *const trust[] = {"supplement", "extend", "exclusive"};
    uint64_t state = 88172645463325252u;
    for (unsigned i = 0; i < 36; i++) {
        char base[64], rule[64];
        const char *held = trust[i / 2 % 3];
        snprintf(base, sizeof base, "mode = %s\ntrust-mode = %s", modes[i % 2], held);
        snprintf(rule, sizeof rule, "mode = %s\ntrust-mode = %s", modes[i / 6 % 2], trust[i / 12]);
        struct policy *with = parse_with_rule(base, rule), *without = parse_with_rule(base, "");
        struct settings got = settings_at(with, 0), other = settings_at(without, 0), certain = settings_at(with, 443);
        for (int round = 0; round < 200; round++) {
            ck_assert_msg(accepts_no_more(&state, &got, &other), "%s, and maybe %s", base, rule);
            if (i % 2 == 1 && strcmp(held, "extend") == 0)
                ck_assert_msg(accepts_no_more(&state, &got, &certain), "%s, and %s", base, rule);
        }
        policy_free(with);
        policy_free(without);
    }
}
END_TEST

static const struct {
    const char *fact;
    const char *expires;
    int64_t now;
    bool applies;
} expiry[] = {
    {"the last second of the day counts", "2027-03-31", 1806537599, true},
    {"the next day does not", "2027-03-31", 1806537600, false},
    {"the first day of all", "1970-01-01", 86399, true},
    {"the day after the first day of all", "1970-01-01", 86400, false},
    {"the last second of a leap day", "2028-02-29", 1835481599, true},
    {"the day after a leap day", "2028-02-29", 1835481600, false},
    {"the first day after a leap day is one day longer", "2028-03-01", 1835481600, true},
    {"the last second of a year", "2000-12-31", 978307199, true},
    {"the first second of the next year", "2000-12-31", 978307200, false},
    {"after 2038", "2100-02-28", 4107542399, true},
    {"2100 has no leap day", "2100-02-28", 4107542400, false},
};

START_TEST(rules_expire)
{
    char text[128];
    snprintf(text, sizeof text, "[rule old]\nprogram = *\nexpires = %s\n[rule next]\nprogram = *\n",
             expiry[_i].expires);
    struct policy *policy = parse(text);
    struct process_identity process = process_of("/x", 0);
    struct destination destination = {0};
    struct settings settings = policy_settings(policy, &process, &destination, (time_t)expiry[_i].now);
    ck_assert_msg((strcmp(settings.rule, "old") == 0) == expiry[_i].applies, "%s", expiry[_i].fact);
    if (expiry[_i].applies)
        ck_assert_ptr_null(settings.expired_rule);
    else
        ck_assert_str_eq(settings.expired_rule, "old");
    policy_free(policy);
}
END_TEST

START_TEST(the_first_expired_rule_is_named)
{
    struct policy *policy = parse("[rule other]\nprogram = /other\nexpires = 1999-01-01\n"
                                  "[rule one]\nprogram = *\nexpires = 1999-01-01\n"
                                  "[rule two]\nprogram = *\nexpires = 1999-01-01\n");
    struct process_identity process = process_of("/x", 0);
    struct destination destination = {0};
    struct settings settings = policy_settings(policy, &process, &destination, 1000000000);
    ck_assert_ptr_null(settings.rule);
    ck_assert_str_eq(settings.expired_rule, "one");
    policy_free(policy);
}
END_TEST

static const struct {
    const char *fact;
    const char *text;
    bool off;
} switches[] = {
    {"[policy] is off", "[policy]\nmode = off\n", true},
    {"[policy] is not", "[policy]\nmode = audit\n", false},
    {"a rule for one destination is not off", "[policy]\nmode = off\n[rule a]\ndestination = *:1\nmode = audit\n",
     false},
    {"a rule for another program does not count", "[policy]\nmode = off\n[rule a]\nprogram = /y\nmode = audit\n", true},
    {"a rule for another user does not count", "[policy]\nmode = off\n[rule a]\nuser = 9\nmode = audit\n", true},
    {"a rule switches the program off", "[rule a]\nprogram = /x\nmode = off\n" EXCUSE, true},
    {"a rule switches one destination off", "[rule a]\nprogram = /x\ndestination = *:1\nmode = off\n" EXCUSE, false},
    {"an earlier rule keeps one destination",
     "[rule a]\ndestination = *:1\n[rule b]\nprogram = /x\nmode = off\n" EXCUSE, false},
    {"a later rule is never reached", "[rule a]\nprogram = /x\nmode = off\n" EXCUSE "[rule b]\nprogram = /x\n", true},
    {"an expired rule does not switch off",
     "[rule a]\nprogram = /x\nmode = off\nowner = o\nreason = r\nexpires = 1999-01-01\n", false},
    {"an expired rule does not keep on",
     "[policy]\nmode = off\n[rule a]\nprogram = /x\nmode = audit\nexpires = 1999-01-01\n", true},
};

START_TEST(off_for_a_whole_process)
{
    struct policy *policy = parse(switches[_i].text);
    struct process_identity process = process_of("/x", 0);
    ck_assert_msg(policy_is_off(policy, &process, 1000000000) == switches[_i].off, "%s", switches[_i].fact);
    policy_free(policy);
}
END_TEST

/* The program's own demands. */
#define DEMANDS_ALL .app_demands_chain = true, .app_demands_name = true
#define DEMANDS_CHAIN .app_demands_chain = true
#define REJECTED(error) .app_rejected = true, .app_error = (error)
/* What its anchors and ours say. */
#define APP(error) .app_anchors_checked = true, .app_anchors_error = (error)
#define OURS(error) .policy_anchors_checked = true, .policy_anchors_error = (error)
#define NAME(error) .name_source = NAME_FROM_APP, .name_checked = true, .name_error = (error)
#define NO_NAME .name_source = NAME_UNKNOWN
/* Settings. */
#define FULL .mode = MODE_ENFORCE, .verify = VERIFY_FULL
#define CA .mode = MODE_ENFORCE, .verify = VERIFY_CA
#define NONE .mode = MODE_ENFORCE, .verify = VERIFY_NONE
#define EXTEND .trust_mode = TRUST_EXTEND
#define EXCLUSIVE .trust_mode = TRUST_EXCLUSIVE
#define PSK_ALLOWED .psk = CHOICE_ALLOW
#define PINNED .pins = pins, .pin_count = 2
/* The key that the peer showed. */
#define KEY_ONE .public_key_pin = PIN_ONE
#define KEY_TWO .public_key_pin = PIN_TWO
#define KEY_OTHER .public_key_pin = "sha256//BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
/* Verdicts. */
#define VERIFIED OUTCOME_VERIFIED, ACTION_ALLOWED, DECIDED_BY_POLICY, REASON_NONE, 0
#define BY_POLICY OUTCOME_VERIFIED_BY_POLICY, ACTION_ALLOWED, DECIDED_BY_POLICY, REASON_NONE, 0
#define BLOCKED(reason, error) OUTCOME_FAILED, ACTION_BLOCKED, DECIDED_BY_POLICY, (reason), (error)
#define WOULD_BLOCK(reason, error) OUTCOME_FAILED, ACTION_WOULD_BLOCK, DECIDED_BY_POLICY, (reason), (error)
#define TOLERATED(reason, error) OUTCOME_FAILED, ACTION_ALLOWED, DECIDED_BY_POLICY, (reason), (error)
#define BY_PROGRAM(reason, error) OUTCOME_FAILED, ACTION_BLOCKED, DECIDED_BY_PROGRAM, (reason), (error)

static const char *const pins[] = {PIN_ONE, PIN_TWO};
static const struct denied_keys denied = {.pins = pins, .count = 2};

#define DENIES .denied = &denied
#define FORGIVES .allow_expired_day = 30000
#define AT_LEAST_1_2 .min_protocol = PROTOCOL_TLS1_2
/* What of the chain is known where some keys are denied: none of them is, or one. */
#define CHAIN_GOOD .chain_pins = {"sha256//BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}, .chain_pin_count = 1
#define CHAIN_DENIED                                                                                                   \
    .chain_pins = {"sha256//BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", PIN_TWO}, .chain_pin_count = 2
#define APP_EXPIRED APP(10), .app_anchors_expiry_alone = true
#define OURS_EXPIRED OURS(10), .policy_anchors_expiry_alone = true

static const struct {
    const char *fact;
    struct settings settings;
    struct facts facts;
    struct verdict verdict;
} verdicts[] = {
    /* Who would have noticed a forgery. */
    {"a careful program", {FULL}, {DEMANDS_ALL, APP(0), NAME(0)}, {VERIFIED}},
    {"a program that checks nothing", {FULL}, {APP(0), OURS(0), NAME(0)}, {BY_POLICY}},
    {"a program that never checks the name", {FULL}, {DEMANDS_CHAIN, APP(0), NAME(0)}, {BY_POLICY}},
    {"... which is enough for level ca", {CA}, {DEMANDS_CHAIN, APP(0), NAME(0)}, {VERIFIED}},
    {"... but for level none says nothing", {NONE}, {DEMANDS_CHAIN, APP(0), NAME(0)}, {BY_POLICY}},
    {"a name without a chain is no check", {FULL}, {.app_demands_name = true, APP(0), NAME(0)}, {BY_POLICY}},
    {"a callback that forgives", {FULL}, {DEMANDS_ALL, APP(20), OURS(0), NAME(0)}, {BY_POLICY}},
    {"its own anchors were not looked at", {FULL}, {DEMANDS_ALL, OURS(0), NAME(0)}, {BY_POLICY}},
    {"DANE stands for chain and name", {FULL}, {.app_dane_verified = true, OURS(20), NAME(62)}, {VERIFIED}},
    {"DANE counts under exclusive", {FULL, EXCLUSIVE}, {.app_dane_verified = true, OURS(20)}, {VERIFIED}},

    /* The chain. */
    {"untrusted", {FULL}, {OURS(20), NAME(0)}, {BLOCKED(REASON_NOT_TRUSTED, 20)}},
    {"self-signed leaf", {FULL}, {OURS(18), NAME(0)}, {BLOCKED(REASON_NOT_TRUSTED, 18)}},
    {"self-signed root", {FULL}, {OURS(19), NAME(0)}, {BLOCKED(REASON_NOT_TRUSTED, 19)}},
    {"no issuer", {FULL}, {OURS(2), NAME(0)}, {BLOCKED(REASON_NOT_TRUSTED, 2)}},
    {"leaf not verifiable", {FULL}, {OURS(21), NAME(0)}, {BLOCKED(REASON_NOT_TRUSTED, 21)}},
    {"expired", {FULL}, {OURS(10), NAME(0)}, {BLOCKED(REASON_EXPIRED, 10)}},
    {"not yet valid", {FULL}, {OURS(9), NAME(0)}, {BLOCKED(REASON_VALIDATION_FAILURE, 9)}},
    {"revoked", {FULL}, {OURS(23), NAME(0)}, {BLOCKED(REASON_REVOKED, 23)}},
    {"weak key", {FULL}, {OURS(66), NAME(0)}, {BLOCKED(REASON_VALIDATION_FAILURE, 66)}},
    {"wrong purpose", {FULL}, {OURS(26), NAME(0)}, {BLOCKED(REASON_VALIDATION_FAILURE, 26)}},
    {"chain before name", {FULL}, {OURS(20), NAME(62)}, {BLOCKED(REASON_NOT_TRUSTED, 20)}},
    {"the program's anchors are enough", {FULL}, {DEMANDS_ALL, APP(0), OURS(20), NAME(0)}, {VERIFIED}},
    {"our anchors are enough", {FULL}, {DEMANDS_ALL, APP(20), OURS(0), NAME(0)}, {BY_POLICY}},
    {"an anchor found says more than none", {FULL}, {APP(10), OURS(20), NAME(0)}, {BLOCKED(REASON_EXPIRED, 10)}},
    {"... on either side", {FULL}, {APP(20), OURS(10), NAME(0)}, {BLOCKED(REASON_EXPIRED, 10)}},
    {"only the program's anchors were looked at", {FULL}, {APP(10), NAME(0)}, {BLOCKED(REASON_EXPIRED, 10)}},
    {"nothing was looked at", {FULL}, {DEMANDS_ALL, NAME(0)}, {BLOCKED(REASON_VALIDATION_FAILURE, 50)}},

    /* The name. */
    {"host mismatch", {FULL}, {OURS(0), NAME(62)}, {BLOCKED(REASON_HOST_MISMATCH, 62)}},
    {"address mismatch", {FULL}, {OURS(0), NAME(64)}, {BLOCKED(REASON_HOST_MISMATCH, 64)}},
    {"mismatch, trusted by the program",
     {FULL},
     {DEMANDS_CHAIN, APP(0), NAME(62)},
     {BLOCKED(REASON_HOST_MISMATCH, 62)}},
    {"a common name, which the program checked",
     {FULL, .names = NAMES_PROGRAM},
     {DEMANDS_ALL, APP(0), NAME(62), .loose_match = LOOSE_COMMON_NAME},
     {VERIFIED}},
    {"a partial wildcard, which the program checked",
     {FULL, .names = NAMES_PROGRAM},
     {DEMANDS_ALL, APP(0), NAME(62), .loose_match = LOOSE_PARTIAL_WILDCARD},
     {VERIFIED}},
    {"... whose callback forgave the chain, which only the policy's anchors know",
     {FULL, .names = NAMES_PROGRAM},
     {DEMANDS_ALL, APP(20), OURS(0), NAME(62), .loose_match = LOOSE_COMMON_NAME},
     {BLOCKED(REASON_HOST_MISMATCH, 62)}},
    {"... under strict names",
     {FULL},
     {DEMANDS_ALL, APP(0), NAME(62), .loose_match = LOOSE_COMMON_NAME},
     {BLOCKED(REASON_HOST_MISMATCH, 62)}},
    {"... with a chain that nobody knows",
     {FULL, .names = NAMES_PROGRAM},
     {DEMANDS_ALL, OURS(20), NAME(62), .loose_match = LOOSE_COMMON_NAME},
     {BLOCKED(REASON_NOT_TRUSTED, 20)}},
    {"a common name, and no chain demanded",
     {FULL, .names = NAMES_PROGRAM},
     {.app_demands_name = true, APP(0), NAME(62), .loose_match = LOOSE_COMMON_NAME},
     {BLOCKED(REASON_HOST_MISMATCH, 62)}},
    {"a common name, and no name demanded",
     {FULL, .names = NAMES_PROGRAM},
     {DEMANDS_CHAIN, APP(0), NAME(62), .loose_match = LOOSE_COMMON_NAME},
     {BLOCKED(REASON_HOST_MISMATCH, 62)}},
    {"a common name that is the policy's, not the program's",
     {FULL, .names = NAMES_PROGRAM},
     {DEMANDS_ALL, APP(0), .name_checked = true, .name_error = 62, .name_source = NAME_FROM_POLICY,
      .loose_match = LOOSE_COMMON_NAME},
     {BLOCKED(REASON_HOST_MISMATCH, 62)}},
    {"a common name, and names read during the verification",
     {FULL, .names = NAMES_PROGRAM},
     {DEMANDS_CHAIN, .app_reads_names = true, APP(0), .name_checked = true, .name_error = 62,
      .name_source = NAME_FROM_SNI, .loose_match = LOOSE_COMMON_NAME},
     {VERIFIED}},
    {"... of a name that is only guessed",
     {FULL, .names = NAMES_PROGRAM},
     {DEMANDS_CHAIN, .app_reads_names = true, APP(0), .name_checked = true, .name_error = 62,
      .name_source = NAME_FROM_RESOLVER, .name_is_weak = true, .loose_match = LOOSE_COMMON_NAME},
     {BLOCKED(REASON_HOST_MISMATCH, 62)}},
    {"... and a rule's name",
     {FULL, .names = NAMES_PROGRAM},
     {DEMANDS_CHAIN, .app_reads_names = true, APP(0), .name_checked = true, .name_error = 62,
      .name_source = NAME_FROM_POLICY, .loose_match = LOOSE_COMMON_NAME},
     {BLOCKED(REASON_HOST_MISMATCH, 62)}},
    {"a common name that the program rejects",
     {FULL, .names = NAMES_PROGRAM},
     {DEMANDS_ALL, REJECTED(62), APP(0), NAME(62), .loose_match = LOOSE_COMMON_NAME},
     {BY_PROGRAM(REASON_HOST_MISMATCH, 62)}},
    {"ca tolerates a mismatch and tells it", {CA}, {OURS(0), NAME(62)}, {TOLERATED(REASON_HOST_MISMATCH, 62)}},
    {"ca does not tolerate the chain", {CA}, {OURS(20), NAME(0)}, {BLOCKED(REASON_NOT_TRUSTED, 20)}},
    {"ca needs no name", {CA}, {OURS(0), NO_NAME}, {BY_POLICY}},
    {"unknown name", {FULL}, {OURS(0), NO_NAME}, {BLOCKED(REASON_NAME_UNKNOWN, 62)}},
    {"unknown name allowed, and told",
     {FULL, .unknown_name = CHOICE_ALLOW},
     {OURS(0), NO_NAME},
     {TOLERATED(REASON_NAME_UNKNOWN, 62)}},
    {"unknown-name = allow allows no mismatch",
     {FULL, .unknown_name = CHOICE_ALLOW},
     {OURS(0), NAME(62)},
     {BLOCKED(REASON_HOST_MISMATCH, 62)}},
    {"unknown-name = allow allows no bad chain",
     {FULL, .unknown_name = CHOICE_ALLOW},
     {OURS(20), NO_NAME},
     {BLOCKED(REASON_NOT_TRUSTED, 20)}},
    {"a known name that was not compared",
     {FULL},
     {OURS(0), .name_source = NAME_FROM_SNI},
     {BLOCKED(REASON_INTERNAL_ERROR, 50)}},

    /* Level none, and the modes. */
    {"none tolerates the chain and tells it", {NONE}, {OURS(20), NAME(0)}, {TOLERATED(REASON_NOT_TRUSTED, 20)}},
    {"none tolerates the name and tells it", {NONE}, {OURS(0), NAME(62)}, {TOLERATED(REASON_HOST_MISMATCH, 62)}},
    {"none, and all is well", {NONE}, {OURS(0), NAME(0)}, {BY_POLICY}},
    {"audit would block",
     {.mode = MODE_AUDIT, .verify = VERIFY_FULL},
     {OURS(20), NAME(0)},
     {WOULD_BLOCK(REASON_NOT_TRUSTED, 20)}},
    {"audit tolerates what enforce would",
     {.mode = MODE_AUDIT, .verify = VERIFY_NONE},
     {OURS(20), NAME(0)},
     {TOLERATED(REASON_NOT_TRUSTED, 20)}},
    {"off lets all pass",
     {.mode = MODE_OFF, .verify = VERIFY_FULL},
     {OURS(20), NAME(0)},
     {TOLERATED(REASON_NOT_TRUSTED, 20)}},

    /* What the program rejects. */
    {"supplement: stays rejected",
     {FULL},
     {DEMANDS_ALL, REJECTED(20), APP(20), OURS(0), NAME(0)},
     {BY_PROGRAM(REASON_NOT_TRUSTED, 20)}},
    {"in audit too",
     {.mode = MODE_AUDIT, .verify = VERIFY_FULL},
     {DEMANDS_ALL, REJECTED(62), OURS(0), NAME(62)},
     {BY_PROGRAM(REASON_HOST_MISMATCH, 62)}},
    {"under none too", {NONE}, {DEMANDS_ALL, REJECTED(10), OURS(0), NAME(0)}, {BY_PROGRAM(REASON_EXPIRED, 10)}},
    {"under off too",
     {.mode = MODE_OFF},
     {DEMANDS_ALL, REJECTED(10), OURS(0), NAME(0)},
     {BY_PROGRAM(REASON_EXPIRED, 10)}},
    {"a rejection without an error",
     {FULL},
     {DEMANDS_ALL, REJECTED(0), OURS(0), NAME(0)},
     {BY_PROGRAM(REASON_VALIDATION_FAILURE, 50)}},
    {"... although its anchors accept",
     {FULL},
     {DEMANDS_ALL, REJECTED(50), APP(0), OURS(0), NAME(0)},
     {BY_PROGRAM(REASON_VALIDATION_FAILURE, 50)}},
    {"extend: our store may accept",
     {FULL, EXTEND},
     {DEMANDS_ALL, REJECTED(20), APP(20), OURS(0), NAME(0)},
     {BY_POLICY}},
    {"exclusive: our store may accept", {FULL, EXCLUSIVE}, {DEMANDS_ALL, REJECTED(20), OURS(0), NAME(0)}, {BY_POLICY}},
    {"extend: our store may not",
     {FULL, EXTEND},
     {DEMANDS_ALL, REJECTED(20), APP(20), OURS(20), NAME(0)},
     {BY_PROGRAM(REASON_NOT_TRUSTED, 20)}},
    {"extend: our store was not asked",
     {FULL, EXTEND},
     {DEMANDS_ALL, REJECTED(20), APP(0), NAME(0)},
     {BY_PROGRAM(REASON_NOT_TRUSTED, 20)}},
    {"extend: the name must match",
     {FULL, EXTEND},
     {DEMANDS_ALL, REJECTED(20), OURS(0), NAME(62)},
     {BY_PROGRAM(REASON_NOT_TRUSTED, 20)}},
    {"extend: the name must be known",
     {FULL, EXTEND},
     {DEMANDS_CHAIN, REJECTED(20), OURS(0), NO_NAME},
     {BY_PROGRAM(REASON_NOT_TRUSTED, 20)}},
    {"extend with ca: no name demanded by anyone",
     {CA, EXTEND},
     {DEMANDS_CHAIN, REJECTED(20), OURS(0), NO_NAME},
     {BY_POLICY}},
    {"extend with ca: the program demanded the name",
     {CA, EXTEND},
     {DEMANDS_ALL, REJECTED(62), OURS(0), NAME(62)},
     {BY_PROGRAM(REASON_HOST_MISMATCH, 62)}},
    {"extend in audit changes nothing",
     {.mode = MODE_AUDIT, .verify = VERIFY_FULL, EXTEND},
     {DEMANDS_ALL, REJECTED(20), OURS(0), NAME(0)},
     {BY_PROGRAM(REASON_NOT_TRUSTED, 20)}},
    {"extend: an internal error overrides nothing",
     {FULL, EXTEND},
     {DEMANDS_ALL, REJECTED(20), OURS(0), NAME(0), .internal_error = true},
     {BY_PROGRAM(REASON_NOT_TRUSTED, 20)}},
    {"extend: an invalid policy overrides nothing",
     {FULL, EXTEND},
     {DEMANDS_ALL, REJECTED(20), OURS(0), NAME(0), .policy_invalid = true},
     {BY_PROGRAM(REASON_NOT_TRUSTED, 20)}},

    /* Exclusive. */
    {"exclusive: the program's anchors do not count",
     {FULL, EXCLUSIVE},
     {DEMANDS_ALL, APP(0), OURS(20), NAME(0)},
     {BLOCKED(REASON_NOT_TRUSTED, 20)}},
    {"exclusive: nor do their errors",
     {FULL, EXCLUSIVE},
     {DEMANDS_ALL, APP(10), OURS(20), NAME(0)},
     {BLOCKED(REASON_NOT_TRUSTED, 20)}},
    {"extend: the program's anchors count", {FULL, EXTEND}, {DEMANDS_ALL, APP(0), OURS(20), NAME(0)}, {VERIFIED}},
    {"exclusive: both accept", {FULL, EXCLUSIVE}, {DEMANDS_ALL, APP(0), OURS(0), NAME(0)}, {VERIFIED}},

    /* What is missing or broken. */
    {"no trust store", {FULL}, {.trust_missing = true, NAME(0)}, {BLOCKED(REASON_TRUST_MISSING, 20)}},
    {"no trust store, but none was needed", {FULL}, {DEMANDS_ALL, APP(0), .trust_missing = true, NAME(0)}, {VERIFIED}},
    {"no trust store under exclusive",
     {FULL, EXCLUSIVE},
     {DEMANDS_ALL, APP(0), .trust_missing = true, NAME(0)},
     {BLOCKED(REASON_TRUST_MISSING, 20)}},
    {"an empty store that was asked",
     {FULL},
     {OURS(20), .trust_missing = true, NAME(0)},
     {BLOCKED(REASON_TRUST_MISSING, 20)}},
    {"no trust store under none", {NONE}, {.trust_missing = true, NAME(0)}, {TOLERATED(REASON_TRUST_MISSING, 20)}},
    {"invalid policy",
     {FULL},
     {DEMANDS_ALL, APP(0), NAME(0), .policy_invalid = true},
     {BLOCKED(REASON_POLICY_INVALID, 50)}},
    {"invalid policy in audit",
     {.mode = MODE_AUDIT, .verify = VERIFY_FULL},
     {APP(0), .policy_invalid = true},
     {WOULD_BLOCK(REASON_POLICY_INVALID, 50)}},
    {"internal error",
     {FULL},
     {DEMANDS_ALL, APP(0), NAME(0), .internal_error = true},
     {BLOCKED(REASON_INTERNAL_ERROR, 50)}},
    {"internal error in audit",
     {.mode = MODE_AUDIT, .verify = VERIFY_FULL},
     {APP(0), .internal_error = true},
     {WOULD_BLOCK(REASON_INTERNAL_ERROR, 50)}},
    {"internal error under DANE",
     {FULL},
     {.app_dane_verified = true, .internal_error = true},
     {BLOCKED(REASON_INTERNAL_ERROR, 50)}},

    /* Handshakes without a certificate. */
    {"resumed, marked, careful",
     {FULL},
     {.authentication = AUTH_RESUMPTION, DEMANDS_ALL, .session_verified = true, NAME(0)},
     {VERIFIED}},
    {"resumed, marked, careless",
     {FULL},
     {.authentication = AUTH_RESUMPTION, .session_verified = true, NAME(0)},
     {BY_POLICY}},
    {"resumed, marked for another name, ca",
     {CA},
     {.authentication = AUTH_RESUMPTION, .session_verified = true, NAME(62)},
     {TOLERATED(REASON_HOST_MISMATCH, 62)}},
    {"resumed, marked, of no known name",
     {.mode = MODE_ENFORCE, .verify = VERIFY_FULL, .unknown_name = CHOICE_ALLOW},
     {.authentication = AUTH_RESUMPTION, .session_verified = true, .name_source = NAME_UNKNOWN},
     {TOLERATED(REASON_NAME_UNKNOWN, 62)}},
    {"resumed, not marked",
     {FULL},
     {.authentication = AUTH_RESUMPTION, DEMANDS_ALL},
     {BLOCKED(REASON_SESSION_UNVERIFIED, 50)}},
    {"resumed, not marked, ca",
     {CA},
     {.authentication = AUTH_RESUMPTION, DEMANDS_ALL},
     {BLOCKED(REASON_SESSION_UNVERIFIED, 50)}},
    {"resumed, not marked, none",
     {NONE},
     {.authentication = AUTH_RESUMPTION},
     {TOLERATED(REASON_SESSION_UNVERIFIED, 50)}},
    {"resumed, not marked, audit",
     {.mode = MODE_AUDIT, .verify = VERIFY_FULL},
     {.authentication = AUTH_RESUMPTION},
     {WOULD_BLOCK(REASON_SESSION_UNVERIFIED, 50)}},
    {"PSK allowed", {FULL, PSK_ALLOWED}, {.authentication = AUTH_PSK}, {VERIFIED}},
    {"SRP allowed", {FULL, PSK_ALLOWED}, {.authentication = AUTH_SRP}, {VERIFIED}},
    {"PSK blocked", {FULL}, {.authentication = AUTH_PSK}, {BLOCKED(REASON_NO_CERTIFICATE, 50)}},
    {"SRP blocked", {FULL}, {.authentication = AUTH_SRP}, {BLOCKED(REASON_NO_CERTIFICATE, 50)}},
    {"PSK blocked whatever the level", {NONE}, {.authentication = AUTH_PSK}, {BLOCKED(REASON_NO_CERTIFICATE, 50)}},
    {"anonymous",
     {FULL, PSK_ALLOWED},
     {.authentication = AUTH_ANONYMOUS, DEMANDS_ALL},
     {BLOCKED(REASON_NO_CERTIFICATE, 50)}},
    {"anonymous, ca", {CA}, {.authentication = AUTH_ANONYMOUS}, {BLOCKED(REASON_NO_CERTIFICATE, 50)}},
    {"anonymous, none", {NONE}, {.authentication = AUTH_ANONYMOUS}, {TOLERATED(REASON_NO_CERTIFICATE, 50)}},
    {"raw public key", {FULL}, {.authentication = AUTH_RAW_PUBLIC_KEY}, {BLOCKED(REASON_NO_CERTIFICATE, 50)}},
    {"raw public key bound by DANE",
     {FULL},
     {.authentication = AUTH_RAW_PUBLIC_KEY, .app_dane_verified = true},
     {VERIFIED}},

    /* Pins. */
    {"the first pinned key", {FULL, PINNED}, {OURS(0), NAME(0), KEY_ONE}, {BY_POLICY}},
    {"the second", {FULL, PINNED}, {OURS(0), NAME(0), KEY_TWO}, {BY_POLICY}},
    {"another key", {FULL, PINNED}, {OURS(0), NAME(0), KEY_OTHER}, {BLOCKED(REASON_KEY_NOT_PINNED, 50)}},
    {"a key that cannot be told", {FULL, PINNED}, {OURS(0), NAME(0)}, {BLOCKED(REASON_KEY_NOT_PINNED, 50)}},
    {"another key, to a careful program",
     {FULL, PINNED},
     {DEMANDS_ALL, APP(0), NAME(0), KEY_OTHER},
     {BLOCKED(REASON_KEY_NOT_PINNED, 50)}},
    {"the pinned key, to a careful program", {FULL, PINNED}, {DEMANDS_ALL, APP(0), NAME(0), KEY_ONE}, {VERIFIED}},
    {"another key in audit",
     {.mode = MODE_AUDIT, .verify = VERIFY_FULL, PINNED},
     {OURS(0), NAME(0), KEY_OTHER},
     {WOULD_BLOCK(REASON_KEY_NOT_PINNED, 50)}},
    {"another key where the mode is off",
     {.mode = MODE_OFF, .verify = VERIFY_FULL, PINNED},
     {OURS(0), NAME(0), KEY_OTHER},
     {TOLERATED(REASON_KEY_NOT_PINNED, 50)}},
    {"a pinned key excuses no chain", {FULL, PINNED}, {OURS(20), NAME(0), KEY_ONE}, {BLOCKED(REASON_NOT_TRUSTED, 20)}},
    {"a pinned key excuses no name", {FULL, PINNED}, {OURS(0), NAME(62), KEY_ONE}, {BLOCKED(REASON_HOST_MISMATCH, 62)}},
    {"a chain that fails says more than the pin",
     {FULL, PINNED},
     {OURS(20), NAME(0), KEY_OTHER},
     {BLOCKED(REASON_NOT_TRUSTED, 20)}},
    {"a name that is not demanded is told beside a pinned key",
     {CA, PINNED},
     {OURS(0), NAME(62), KEY_ONE},
     {TOLERATED(REASON_HOST_MISMATCH, 62)}},
    {"... and hides no other key", {CA, PINNED}, {OURS(0), NAME(62), KEY_OTHER}, {BLOCKED(REASON_KEY_NOT_PINNED, 50)}},
    {"under none the pin decides alone", {NONE, PINNED}, {OURS(18), NAME(62), KEY_ONE}, {BY_POLICY}},
    {"... and refuses alone", {NONE, PINNED}, {OURS(0), NAME(0), KEY_OTHER}, {BLOCKED(REASON_KEY_NOT_PINNED, 50)}},
    {"an internal error under none, with pins",
     {NONE, PINNED},
     {KEY_ONE, .internal_error = true},
     {BLOCKED(REASON_INTERNAL_ERROR, 50)}},
    {"DANE is no pin",
     {FULL, PINNED},
     {DEMANDS_ALL, .app_dane_verified = true, KEY_OTHER},
     {BLOCKED(REASON_KEY_NOT_PINNED, 50)}},
    {"a pinned key does not overrule the program",
     {NONE, PINNED},
     {DEMANDS_ALL, REJECTED(18), OURS(18), NAME(0), KEY_ONE},
     {BY_PROGRAM(REASON_NOT_TRUSTED, 18)}},
    {"extend overrules the program, and not the pin",
     {FULL, EXTEND, PINNED},
     {DEMANDS_ALL, REJECTED(20), OURS(0), NAME(0), KEY_OTHER},
     {BLOCKED(REASON_KEY_NOT_PINNED, 50)}},
    {"PSK shows no key",
     {FULL, PSK_ALLOWED, PINNED},
     {.authentication = AUTH_PSK},
     {BLOCKED(REASON_KEY_NOT_PINNED, 50)}},
    {"PSK shows no key, under none",
     {NONE, PSK_ALLOWED, PINNED},
     {.authentication = AUTH_PSK},
     {BLOCKED(REASON_KEY_NOT_PINNED, 50)}},
    {"SRP shows no key",
     {FULL, PSK_ALLOWED, PINNED},
     {.authentication = AUTH_SRP},
     {BLOCKED(REASON_KEY_NOT_PINNED, 50)}},
    {"anonymous shows no key, under none",
     {NONE, PINNED},
     {.authentication = AUTH_ANONYMOUS},
     {BLOCKED(REASON_KEY_NOT_PINNED, 50)}},
    {"resumed, marked: the pin was met then",
     {FULL, PINNED},
     {.authentication = AUTH_RESUMPTION, .session_verified = true, NAME(0)},
     {BY_POLICY}},
    {"resumed, not marked, none with pins",
     {NONE, PINNED},
     {.authentication = AUTH_RESUMPTION},
     {BLOCKED(REASON_SESSION_UNVERIFIED, 50)}},
    {"raw public key, pinned", {FULL, PINNED}, {.authentication = AUTH_RAW_PUBLIC_KEY, KEY_TWO}, {BY_POLICY}},
    {"raw public key, pinned by a rule that may be for another",
     {FULL, PINNED, .rule_is_uncertain = true},
     {.authentication = AUTH_RAW_PUBLIC_KEY, KEY_TWO},
     {BLOCKED(REASON_NO_CERTIFICATE, 50)}},
    {"raw public key, pinned, none", {NONE, PINNED}, {.authentication = AUTH_RAW_PUBLIC_KEY, KEY_TWO}, {BY_POLICY}},
    {"raw public key, another",
     {FULL, PINNED},
     {.authentication = AUTH_RAW_PUBLIC_KEY, KEY_OTHER},
     {BLOCKED(REASON_KEY_NOT_PINNED, 50)}},
    {"raw public key, another, none",
     {NONE, PINNED},
     {.authentication = AUTH_RAW_PUBLIC_KEY, KEY_OTHER},
     {BLOCKED(REASON_KEY_NOT_PINNED, 50)}},
    {"raw public key that the program rejects, pinned",
     {FULL, PINNED},
     {.authentication = AUTH_RAW_PUBLIC_KEY, DEMANDS_ALL, REJECTED(50), KEY_ONE},
     {BY_PROGRAM(REASON_VALIDATION_FAILURE, 50)}},

    /* Expiry that is forgiven. */
    {"expired, and forgiven", {FULL, FORGIVES}, {OURS_EXPIRED, NAME(0)}, {BY_POLICY}},
    {"... by the program's anchors", {FULL, FORGIVES}, {DEMANDS_ALL, APP_EXPIRED, OURS(20), NAME(0)}, {BY_POLICY}},
    {"... where one has expired and the other is unknown",
     {FULL, FORGIVES},
     {APP(20), OURS_EXPIRED, NAME(0)},
     {BY_POLICY}},
    {"... in audit", {.mode = MODE_AUDIT, .verify = VERIFY_FULL, FORGIVES}, {OURS_EXPIRED, NAME(0)}, {BY_POLICY}},
    {"expired, and not forgiven", {FULL}, {OURS_EXPIRED, NAME(0)}, {BLOCKED(REASON_EXPIRED, 10)}},
    {"expired, and nobody looked for more", {FULL, FORGIVES}, {OURS(10), NAME(0)}, {BLOCKED(REASON_EXPIRED, 10)}},
    {"expired of another name", {FULL, FORGIVES}, {OURS_EXPIRED, NAME(62)}, {BLOCKED(REASON_HOST_MISMATCH, 62)}},
    {"expired of no known name", {FULL, FORGIVES}, {OURS_EXPIRED, NO_NAME}, {BLOCKED(REASON_NAME_UNKNOWN, 62)}},
    {"a name that only the program takes excuses no expiry",
     {FULL, FORGIVES, .names = NAMES_PROGRAM},
     {DEMANDS_ALL, APP_EXPIRED, NAME(62), .loose_match = LOOSE_COMMON_NAME},
     {BLOCKED(REASON_HOST_MISMATCH, 62)}},
    {"not yet valid is not expired", {FULL, FORGIVES}, {OURS(9), NAME(0)}, {BLOCKED(REASON_VALIDATION_FAILURE, 9)}},
    {"untrusted is not expired", {FULL, FORGIVES}, {OURS(20), NAME(0)}, {BLOCKED(REASON_NOT_TRUSTED, 20)}},
    {"expired by anchors that do not count",
     {FULL, FORGIVES, EXCLUSIVE},
     {DEMANDS_ALL, APP_EXPIRED, OURS(20), NAME(0)},
     {BLOCKED(REASON_NOT_TRUSTED, 20)}},
    {"forgiven, but the program rejects it",
     {FULL, FORGIVES},
     {DEMANDS_ALL, REJECTED(10), OURS_EXPIRED, NAME(0)},
     {BY_PROGRAM(REASON_EXPIRED, 10)}},
    {"... and is overruled under exclusive",
     {FULL, FORGIVES, EXCLUSIVE},
     {DEMANDS_ALL, REJECTED(10), OURS_EXPIRED, NAME(0)},
     {BY_POLICY}},
    {"... but for nothing else",
     {FULL, FORGIVES, EXCLUSIVE},
     {DEMANDS_ALL, REJECTED(10), OURS(10), NAME(0)},
     {BY_PROGRAM(REASON_EXPIRED, 10)}},
    {"forgiven, of another key than the pinned one",
     {FULL, FORGIVES, PINNED},
     {OURS_EXPIRED, NAME(0), KEY_OTHER},
     {BLOCKED(REASON_KEY_NOT_PINNED, 50)}},

    /* Keys that are denied. */
    {"a chain without a denied key", {FULL, DENIES}, {OURS(0), NAME(0), CHAIN_GOOD}, {BY_POLICY}},
    {"one with a denied key", {FULL, DENIES}, {OURS(0), NAME(0), CHAIN_DENIED}, {BLOCKED(REASON_KEY_DENIED, 50)}},
    {"the leaf's key is denied",
     {FULL, DENIES},
     {OURS(0), NAME(0), CHAIN_GOOD, KEY_ONE},
     {BLOCKED(REASON_KEY_DENIED, 50)}},
    {"... to a careful program",
     {FULL, DENIES},
     {DEMANDS_ALL, APP(0), NAME(0), CHAIN_DENIED},
     {BLOCKED(REASON_KEY_DENIED, 50)}},
    {"... in audit",
     {.mode = MODE_AUDIT, .verify = VERIFY_FULL, DENIES},
     {OURS(0), NAME(0), CHAIN_DENIED},
     {WOULD_BLOCK(REASON_KEY_DENIED, 50)}},
    {"... whatever else is wrong",
     {FULL, DENIES},
     {OURS(20), NAME(62), CHAIN_DENIED},
     {BLOCKED(REASON_KEY_DENIED, 50)}},
    {"... under none", {NONE, DENIES}, {OURS(20), NAME(62), CHAIN_DENIED}, {BLOCKED(REASON_KEY_DENIED, 50)}},
    {"none tolerates the rest, and tells it",
     {NONE, DENIES},
     {OURS(20), NAME(0), CHAIN_GOOD},
     {TOLERATED(REASON_NOT_TRUSTED, 20)}},
    {"a denied key that is pinned",
     {FULL, DENIES, PINNED},
     {OURS(0), NAME(0), CHAIN_GOOD, KEY_ONE},
     {BLOCKED(REASON_KEY_DENIED, 50)}},
    {"DANE excuses no denied key",
     {FULL, DENIES},
     {DEMANDS_ALL, .app_dane_verified = true, CHAIN_DENIED},
     {BLOCKED(REASON_KEY_DENIED, 50)}},
    {"extend overrules the program, and no denied key",
     {FULL, DENIES, EXTEND},
     {DEMANDS_ALL, REJECTED(20), OURS(0), NAME(0), CHAIN_DENIED},
     {BLOCKED(REASON_KEY_DENIED, 50)}},
    {"keys that cannot be told", {FULL, DENIES}, {OURS(0), NAME(0)}, {BLOCKED(REASON_KEY_DENIED, 50)}},
    {"... not all",
     {FULL, DENIES},
     {OURS(0), NAME(0), CHAIN_GOOD, .chain_pins_missing = true},
     {BLOCKED(REASON_KEY_DENIED, 50)}},
    {"... for want of memory, under none", {NONE, DENIES}, {.internal_error = true}, {BLOCKED(REASON_KEY_DENIED, 50)}},
    {"... for want of memory, though some are known",
     {NONE, DENIES},
     {CHAIN_GOOD, .internal_error = true},
     {BLOCKED(REASON_KEY_DENIED, 50)}},
    {"a raw public key that is denied",
     {NONE, DENIES},
     {.authentication = AUTH_RAW_PUBLIC_KEY, KEY_ONE},
     {BLOCKED(REASON_KEY_DENIED, 50)}},
    {"... that cannot be told",
     {NONE, DENIES},
     {.authentication = AUTH_RAW_PUBLIC_KEY},
     {BLOCKED(REASON_KEY_DENIED, 50)}},
    {"... that is not",
     {NONE, DENIES},
     {.authentication = AUTH_RAW_PUBLIC_KEY, KEY_OTHER},
     {TOLERATED(REASON_NO_CERTIFICATE, 50)}},
    {"resumed, marked: no key was denied then",
     {FULL, DENIES},
     {.authentication = AUTH_RESUMPTION, .session_verified = true, NAME(0)},
     {BY_POLICY}},
    {"resumed, not marked, under none",
     {NONE, DENIES},
     {.authentication = AUTH_RESUMPTION},
     {BLOCKED(REASON_SESSION_UNVERIFIED, 50)}},
    {"... whose keys were looked at",
     {NONE, DENIES},
     {.authentication = AUTH_RESUMPTION, .session_passed = true},
     {TOLERATED(REASON_SESSION_UNVERIFIED, 50)}},
    {"... which is not enough for ca",
     {CA, DENIES},
     {.authentication = AUTH_RESUMPTION, .session_passed = true},
     {BLOCKED(REASON_SESSION_UNVERIFIED, 50)}},
    {"a pre-shared key has none", {FULL, DENIES, PSK_ALLOWED}, {.authentication = AUTH_PSK}, {VERIFIED}},
    {"anonymous has none", {NONE, DENIES}, {.authentication = AUTH_ANONYMOUS}, {TOLERATED(REASON_NO_CERTIFICATE, 50)}},

    /* The protocol. */
    {"as old as it may be", {FULL, AT_LEAST_1_2}, {OURS(0), NAME(0), .protocol = PROTOCOL_TLS1_2}, {BY_POLICY}},
    {"newer", {FULL, AT_LEAST_1_2}, {OURS(0), NAME(0), .protocol = PROTOCOL_TLS1_3}, {BY_POLICY}},
    {"older",
     {FULL, AT_LEAST_1_2},
     {OURS(0), NAME(0), .protocol = PROTOCOL_TLS1_1},
     {BLOCKED(REASON_PROTOCOL_TOO_OLD, 50)}},
    {"... to a careful program",
     {FULL, AT_LEAST_1_2},
     {DEMANDS_ALL, APP(0), NAME(0), .protocol = PROTOCOL_TLS1_0},
     {BLOCKED(REASON_PROTOCOL_TOO_OLD, 50)}},
    {"... in audit",
     {.mode = MODE_AUDIT, .verify = VERIFY_FULL, AT_LEAST_1_2},
     {OURS(0), NAME(0), .protocol = PROTOCOL_TLS1_1},
     {WOULD_BLOCK(REASON_PROTOCOL_TOO_OLD, 50)}},
    {"... under none",
     {NONE, AT_LEAST_1_2},
     {OURS(20), NAME(0), .protocol = PROTOCOL_TLS1_1},
     {BLOCKED(REASON_PROTOCOL_TOO_OLD, 50)}},
    {"... with a pinned key, which decides alone",
     {NONE, PINNED, AT_LEAST_1_2},
     {OURS(20), NAME(0), KEY_ONE, .protocol = PROTOCOL_TLS1_1},
     {BLOCKED(REASON_PROTOCOL_TOO_OLD, 50)}},
    {"one that cannot be told is older",
     {FULL, .min_protocol = PROTOCOL_TLS1_0},
     {OURS(0), NAME(0)},
     {BLOCKED(REASON_PROTOCOL_TOO_OLD, 50)}},
    {"a chain that fails says more than the protocol",
     {FULL, AT_LEAST_1_2},
     {OURS(20), NAME(0), .protocol = PROTOCOL_TLS1_1},
     {BLOCKED(REASON_NOT_TRUSTED, 20)}},
    {"a session of an old protocol",
     {FULL, AT_LEAST_1_2},
     {.authentication = AUTH_RESUMPTION, .session_verified = true, NAME(0), .protocol = PROTOCOL_TLS1_1},
     {BLOCKED(REASON_PROTOCOL_TOO_OLD, 50)}},
    {"a pre-shared key in an old protocol",
     {FULL, AT_LEAST_1_2, PSK_ALLOWED},
     {.authentication = AUTH_PSK, .protocol = PROTOCOL_TLS1_1},
     {BLOCKED(REASON_PROTOCOL_TOO_OLD, 50)}},
    {"no version in common", {FULL, AT_LEAST_1_2}, {.protocol_refused = true}, {BLOCKED(REASON_PROTOCOL_TOO_OLD, 50)}},
};

START_TEST(verdict_of_facts)
{
    struct verdict got = decide(&verdicts[_i].settings, &verdicts[_i].facts);
    struct verdict want = verdicts[_i].verdict;
    bool same = got.outcome == want.outcome && got.action == want.action && got.decider == want.decider &&
                got.reason == want.reason && got.x509_error == want.x509_error;
    ck_assert_msg(same, "%s: %s, %s, %s, %d", verdicts[_i].fact, outcome_text(got.outcome), action_text(got.action),
                  reason_text(got.reason), got.x509_error);
}
END_TEST

static struct settings draw_settings(uint64_t *state)
{
    return (struct settings){
        .mode = (enum policy_mode)draw(state, 3),
        .verify = (enum verify_level)draw(state, 3),
        .trust_mode = (enum trust_mode)draw(state, 3),
        .unknown_name = (enum choice)draw(state, 2),
        .psk = (enum choice)draw(state, 2),
        .names = (enum names)draw(state, 2),
        .pins = pins,
        .pin_count = draw(state, 3),
        .denied = draw(state, 2) ? &denied : NULL,
        .allow_expired_day = draw(state, 2) ? 30000 : 0,
        .min_protocol = (enum protocol)draw(state, PROTOCOL_TLS1_3 + 1),
    };
}

/* The promises, over many drawn facts. */
START_TEST(promises_hold_for_any_facts)
{
    uint64_t state = 88172645463325252u;
    for (int round = 0; round < 300000; round++) {
        struct settings settings = draw_settings(&state);
        struct facts facts = draw_facts(&state);
        struct verdict verdict = decide(&settings, &facts);
        bool failed = verdict.outcome == OUTCOME_FAILED;
        ck_assert_int_eq(failed, verdict.reason != REASON_NONE);
        ck_assert_int_eq(failed, verdict.x509_error != 0);
        if (!failed)
            ck_assert_int_eq(verdict.action, ACTION_ALLOWED);
        if (verdict.action == ACTION_BLOCKED && verdict.decider == DECIDED_BY_POLICY)
            ck_assert_int_eq(settings.mode, MODE_ENFORCE);
        if (verdict.action == ACTION_WOULD_BLOCK)
            ck_assert_int_eq(settings.mode, MODE_AUDIT);
        if (facts.app_rejected && (settings.trust_mode == TRUST_SUPPLEMENT || settings.mode != MODE_ENFORCE))
            ck_assert(verdict.action == ACTION_BLOCKED && verdict.decider == DECIDED_BY_PROGRAM);
        if (verdict.decider == DECIDED_BY_PROGRAM)
            ck_assert(facts.app_rejected);

        /* Nothing gets past a pin but the key, and a session that the key was shown for. */
        bool resumed = facts.authentication == AUTH_RESUMPTION && facts.session_verified;
        if (settings.mode == MODE_ENFORCE && settings.pin_count > 0 && !facts.public_key_pin[0] && !resumed)
            ck_assert_int_eq(verdict.action, ACTION_BLOCKED);

        /* Nor past a denied key, or a minimum protocol. */
        if (settings.mode == MODE_ENFORCE && facts.protocol < settings.min_protocol)
            ck_assert_int_eq(verdict.action, ACTION_BLOCKED);
        if (settings.mode == MODE_ENFORCE && facts.authentication <= AUTH_RESUMPTION && !resumed &&
            !(facts.authentication == AUTH_RESUMPTION && facts.session_passed) && settings.denied)
            ck_assert_int_eq(verdict.action, ACTION_BLOCKED); /* all that is drawn is denied, or not told */

        /* To forgive expiry lets pass what has expired, and nothing else. */
        struct settings unforgiving = settings;
        unforgiving.allow_expired_day = 0;
        if (verdict.action == ACTION_ALLOWED && decide(&unforgiving, &facts).action != ACTION_ALLOWED)
            ck_assert(settings_forgive_expiry(&settings, &facts) || facts.app_rejected);

        /* What audit announces is what enforce does. */
        struct settings audit = settings;
        struct settings enforce = settings;
        audit.mode = MODE_AUDIT;
        enforce.mode = MODE_ENFORCE;
        if (decide(&audit, &facts).action == ACTION_WOULD_BLOCK)
            ck_assert_int_eq(decide(&enforce, &facts).action, ACTION_BLOCKED);

        /* A higher level never allows what a lower one blocks. */
        struct settings higher = enforce;
        if (enforce.verify < VERIFY_FULL)
            higher.verify = (enum verify_level)(enforce.verify + 1);
        if (decide(&enforce, &facts).action == ACTION_BLOCKED)
            ck_assert_int_eq(decide(&higher, &facts).action, ACTION_BLOCKED);
    }
}
END_TEST

START_TEST(words_of_the_log)
{
    ck_assert_str_eq(name_source_text(NAME_FROM_POLICY), "policy");
    ck_assert_str_eq(name_source_text(NAME_FROM_ADDRESS), "address");
    ck_assert_str_eq(name_source_text(NAME_UNKNOWN), "unknown");
    ck_assert_str_eq(authentication_text(AUTH_CERTIFICATE), "certificate");
    ck_assert_str_eq(authentication_text(AUTH_RAW_PUBLIC_KEY), "raw-public-key");
    ck_assert_str_eq(authentication_text(AUTH_ANONYMOUS), "anonymous");
    ck_assert_str_eq(outcome_text(OUTCOME_VERIFIED_BY_POLICY), "verified-by-policy");
    ck_assert_str_eq(outcome_text(OUTCOME_FAILED), "failed");
    ck_assert_str_eq(action_text(ACTION_WOULD_BLOCK), "would-block");
    ck_assert_str_eq(action_text(ACTION_BLOCKED), "blocked");
    ck_assert_str_eq(reason_text(REASON_HOST_MISMATCH), "certificate-host-mismatch");
    ck_assert_str_eq(reason_text(REASON_KEY_NOT_PINNED), "public-key-not-pinned");
    ck_assert_str_eq(reason_text(REASON_KEY_DENIED), "key-denied");
    ck_assert_str_eq(reason_text(REASON_PROTOCOL_TOO_OLD), "protocol-too-old");
    ck_assert_str_eq(protocol_text(PROTOCOL_TLS1_2), "tls1.2");
    ck_assert_str_eq(reason_text(REASON_INTERNAL_ERROR), "internal-error");
    ck_assert_str_eq(mode_text(MODE_ENFORCE), "enforce");
    ck_assert_str_eq(verify_level_text(VERIFY_FULL), "full");
}
END_TEST

static const struct {
    const char *fact;
    struct facts facts;
    const char *finding;
} findings[] = {
    {"nothing demanded", {.authentication = AUTH_CERTIFICATE}, "chain-not-verified"},
    {"a name set, but no chain demanded", {.app_demands_name = true}, "chain-not-verified"},
    {"a chain without a name", {.app_demands_chain = true}, "host-not-checked"},
    {"a callback said yes to what the anchors refuse",
     {.app_demands_chain = true, .app_demands_name = true, .app_anchors_checked = true, .app_anchors_error = 20},
     "failure-forgiven"},
    {"another host is named than connected to",
     {.app_demands_chain = true, .app_demands_name = true, .app_names_other = true},
     "other-host-named"},
    {"chain and name", {.app_demands_chain = true, .app_demands_name = true}, NULL},
    {"a common name alone, read in a callback",
     {.app_demands_chain = true, .app_reads_names = true, .loose_match = LOOSE_COMMON_NAME},
     "common-name-only"},
    {"a name that is the common name alone",
     {.app_demands_chain = true, .app_demands_name = true, .loose_match = LOOSE_COMMON_NAME},
     "common-name-only"},
    {"a name that a part of a label fits",
     {.app_demands_chain = true, .app_demands_name = true, .loose_match = LOOSE_PARTIAL_WILDCARD},
     "partial-wildcard"},
    {"the program refuses by itself", {.app_demands_chain = true, .app_rejected = true}, NULL},
    {"DANE stands for both", {.app_demands_chain = true, .app_dane_verified = true}, NULL},
    {"no certificate, no finding", {.authentication = AUTH_PSK}, NULL},
};

START_TEST(finding_of_facts)
{
    const char *finding = finding_text(&findings[_i].facts);
    const char *expected = findings[_i].finding;
    bool same = finding == NULL || expected == NULL ? finding == expected : strcmp(finding, expected) == 0;
    ck_assert_msg(same, "%s: %s", findings[_i].fact, finding != NULL ? finding : "none");
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(table)[0])

/* Under `enforce-percent = PERCENT` in [policy]. */
static struct settings settings_in_part(int percent, const char *host, const char *program)
{
    char text[96];
    snprintf(text, sizeof text, "[policy]\nmode = enforce\nenforce-percent = %d\n", percent);
    struct policy *policy = parse(text);
    const struct process_identity process = {.executable = program, .host_name = host};
    const struct destination anywhere = {0};
    struct settings settings = policy_settings(policy, &process, &anywhere, 0);
    policy_free(policy);
    return settings;
}

START_TEST(a_larger_part_holds_all_of_the_smaller_one)
{
    static const int percents[] = {0, 1, 10, 25, 50, 99, 100};
    enum { HOSTS = 400, PERCENTS = sizeof percents / sizeof *percents };
    int enforced[PERCENTS] = {0};
    for (int i = 0; i < HOSTS; i++) {
        char host[16];
        bool before = false;
        snprintf(host, sizeof host, "web-%03d", i);
        for (int k = 0; k < PERCENTS; k++) {
            struct settings settings = settings_in_part(percents[k], host, "/usr/bin/curl");
            bool enforces = settings.mode == MODE_ENFORCE;
            ck_assert_msg(enforces || !before, "%s no longer enforces with %d", host, percents[k]);
            ck_assert_int_eq(settings.enforce_side, percents[k] == 100 ? SIDE_NONE
                                                    : enforces         ? SIDE_ENFORCED
                                                                       : SIDE_AUDITED);
            enforced[k] += enforces;
            before = enforces;
        }
    }
    for (int k = 0; k < PERCENTS; k++)
        ck_assert_msg(abs(enforced[k] * 100 / HOSTS - percents[k]) <= 7, "%d of 100: %d", percents[k], enforced[k]);
}
END_TEST

/* What the manual page says is what others may compute. */
START_TEST(the_part_of_a_process_is_as_documented)
{
    static const struct {
        const char *host, *program;
        int number;
    } known[] = {{"web-1", "/usr/bin/curl", 49}, {"web-2", "/usr/bin/curl", 78}, {"", "", 8}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct process_identity process = {.executable = known[i].program, .host_name = known[i].host};
        ck_assert_int_eq(enforce_share_number(&process), known[i].number);
    }
}
END_TEST

START_TEST(what_is_not_known_enforces_unless_nothing_does)
{
    ck_assert_int_eq(settings_in_part(1, NULL, "/usr/bin/curl").mode, MODE_ENFORCE);
    ck_assert_int_eq(settings_in_part(1, "web-1", NULL).mode, MODE_ENFORCE);
    ck_assert_int_eq(settings_in_part(0, NULL, NULL).mode, MODE_AUDIT);
}
END_TEST

int main(void)
{
    TCase *matching = tcase_create("matching");
    tcase_add_loop_test(matching, program_globs, 0, ROWS(globs));
    tcase_add_test(matching, globs_take_no_exponential_time);
    tcase_add_loop_test(matching, destination_patterns, 0, ROWS(destinations));
    tcase_add_loop_test(matching, rule_precedence, 0, ROWS(precedence));
    tcase_add_test(matching, a_rule_inherits_what_it_does_not_say);
    tcase_add_loop_test(matching, what_is_not_known_may_only_tighten, 0, ROWS(unknowns));
    tcase_add_test(matching, a_trust_mode_that_may_hold_accepts_no_more);
    tcase_add_loop_test(matching, what_of_an_uncertain_rule_counts, 0, ROWS(uncertain));
    tcase_add_test(matching, ignorance_never_weakens);
    tcase_add_test(matching, what_rules_deny_adds_up);
    tcase_add_test(matching, expiry_is_forgiven_for_as_long_as_the_rule_says);
    tcase_add_loop_test(matching, rules_expire, 0, ROWS(expiry));
    tcase_add_test(matching, the_first_expired_rule_is_named);
    tcase_add_loop_test(matching, off_for_a_whole_process, 0, ROWS(switches));
    tcase_add_test(matching, a_larger_part_holds_all_of_the_smaller_one);
    tcase_add_test(matching, the_part_of_a_process_is_as_documented);
    tcase_add_test(matching, what_is_not_known_enforces_unless_nothing_does);

    TCase *deciding = tcase_create("deciding");
    tcase_add_loop_test(deciding, verdict_of_facts, 0, ROWS(verdicts));
    tcase_add_test(deciding, promises_hold_for_any_facts);
    tcase_add_loop_test(deciding, finding_of_facts, 0, ROWS(findings));
    tcase_add_test(deciding, words_of_the_log);

    return run_cases("policy", (TCase *const[]){matching, deciding, NULL});
}
