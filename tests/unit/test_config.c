/* What a policy file may say, which file counts, and what happens when it is wrong. */
#include "cases.h"
#include "peer/proxy.h"
#include "policy/account.h"
#include "policy/config.h"
#include "policy/config_watch.h"
#include "policy/policy.h"

#include <check.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE_LIMIT = 16 * 1024 * 1024 };

static struct policy *parse(const char *data, size_t length, struct config_errors *errors)
{
    struct config_text text = {.file = "test.conf", .data = data, .length = length};
    return config_parse(&text, 1, errors);
}

static struct policy *parse_good(const char *data)
{
    struct config_errors errors = {0};
    struct policy *policy = parse(data, strlen(data), &errors);
    for (size_t i = 0; i < errors.count; i++)
        fprintf(stderr, "line %u: %s: %s\n", errors.items[i].line, errors.items[i].text, errors.items[i].message);
    ck_assert_ptr_nonnull(policy);
    ck_assert_uint_eq(errors.count, 0);
    return policy;
}

/* The settings for /x, run by root, connecting to x.example:443. */
static struct settings settings_of(const struct policy *policy)
{
    struct process_identity process = {.executable = "/x"};
    struct destination destination = {"x.example", NULL, 443};
    return policy_settings(policy, &process, &destination, 1700000000);
}

START_TEST(defaults)
{
    struct policy *policy = parse_good("");
    struct settings settings = settings_of(policy);
    ck_assert_int_eq(settings.mode, MODE_AUDIT);
    ck_assert_int_eq(settings.verify, VERIFY_FULL);
    ck_assert_uint_eq(settings.trust_count, 1);
    ck_assert_ptr_null(settings.trust[0].path);
    ck_assert_int_eq(settings.trust_mode, TRUST_SUPPLEMENT);
    ck_assert_uint_eq(settings.pin_count, 0);
    ck_assert_int_eq(settings.unknown_name, CHOICE_BLOCK);
    ck_assert_int_eq(settings.weak_names, CHOICE_ALLOW);
    ck_assert_int_eq(settings.psk, CHOICE_ALLOW);
    ck_assert(!settings.allow_cn);
    ck_assert(!settings.strict);
    ck_assert_int_eq(settings.security_level, 2);
    ck_assert_ptr_null(settings.name);
    ck_assert_str_eq(settings.log, "auto");
    ck_assert_ptr_null(settings.rule);
    ck_assert_ptr_null(settings.expired_rule);
    ck_assert(!policy_is_invalid(policy));
    policy_free(policy);
}
END_TEST

static bool same_pins(const struct settings *a, const struct settings *b)
{
    bool same = a->pin_count == b->pin_count;
    for (size_t i = 0; same && i < a->pin_count; i++)
        same = strcmp(a->pins[i], b->pins[i]) == 0;
    return same;
}

static bool same_settings(const struct settings *a, const struct settings *b)
{
    bool same_trust = a->trust_count == b->trust_count;
    for (size_t i = 0; same_trust && i < a->trust_count; i++) {
        const char *one = a->trust[i].path ? a->trust[i].path : "system";
        const char *other = b->trust[i].path ? b->trust[i].path : "system";
        same_trust = strcmp(one, other) == 0;
    }
    bool same_denied = settings_deny_keys(a) == settings_deny_keys(b);
    for (size_t i = 0; same_denied && a->denied && i < a->denied->count; i++)
        same_denied = settings_deny_key(b, a->denied->pins[i]) && a->denied->count == b->denied->count;
    return same_denied && a->min_protocol == b->min_protocol && a->allow_expired_day == b->allow_expired_day &&
           same_trust && same_pins(a, b) && a->mode == b->mode && a->verify == b->verify &&
           a->trust_mode == b->trust_mode && a->unknown_name == b->unknown_name && a->weak_names == b->weak_names &&
           a->psk == b->psk && a->allow_cn == b->allow_cn && a->names == b->names && a->strict == b->strict &&
           a->security_level == b->security_level && a->fallback == b->fallback && strcmp(a->log, b->log) == 0 &&
           strcmp(a->name ? a->name : "", b->name ? b->name : "") == 0;
}

#define DEFAULTS                                                                                                       \
    .mode = MODE_AUDIT, .verify = VERIFY_FULL, .trust = system_trust, .trust_count = 1, .weak_names = CHOICE_ALLOW,    \
    .psk = CHOICE_ALLOW, .names = NAMES_PROGRAM, .security_level = 2, .fallback = FALLBACK_KNOWN, .log = "auto"

static const struct trust_source system_trust[] = {{NULL}};
static const struct trust_source file_trust[] = {{"/etc/corp roots/root.pem"}};
static const struct trust_source two_trust[] = {{NULL}, {"/corp.pem"}};

#define PIN_ONE "sha256//ATs7/fSX3k+mqVB5UYwaWT/7u8ONxSfmKGn4i0aOKJs="
#define PIN_TWO "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
static const char *const pins[] = {PIN_ONE, PIN_TWO};
static const struct denied_keys one_denied = {.pins = pins, .count = 1}, two_denied = {.pins = pins, .count = 2};

enum { POLICY_ONLY, RULE_ONLY, BOTH };

/*
 * A line, in [policy] and in a rule, and what it makes of the settings. A later initialiser overrides one in
 * DEFAULTS: that is what these rows are for.
 */
#pragma GCC diagnostic ignored "-Woverride-init"
static const struct {
    const char *line;
    int where;
    struct settings settings;
} keys[] = {
    {"mode = off", BOTH, {DEFAULTS, .mode = MODE_OFF}},
    {"mode = audit", BOTH, {DEFAULTS}},
    {"mode = enforce", BOTH, {DEFAULTS, .mode = MODE_ENFORCE}},
    {"verify = none", BOTH, {DEFAULTS, .verify = VERIFY_NONE}},
    {"verify = ca", BOTH, {DEFAULTS, .verify = VERIFY_CA}},
    {"verify = full", BOTH, {DEFAULTS}},
    {"trust = system", BOTH, {DEFAULTS}},
    {"trust = /etc/corp roots/root.pem", BOTH, {DEFAULTS, .trust = file_trust}},
    {"trust = system\ntrust = /corp.pem", BOTH, {DEFAULTS, .trust = two_trust, .trust_count = 2}},
    {"trust-mode = supplement", BOTH, {DEFAULTS}},
    {"trust-mode = extend", BOTH, {DEFAULTS, .trust_mode = TRUST_EXTEND}},
    {"trust-mode = exclusive", BOTH, {DEFAULTS, .trust_mode = TRUST_EXCLUSIVE}},
    {"pin = " PIN_ONE, BOTH, {DEFAULTS, .pins = pins, .pin_count = 1}},
    {"pin = " PIN_ONE "\npin = " PIN_TWO, BOTH, {DEFAULTS, .pins = pins, .pin_count = 2}},
    {"pin = none", BOTH, {DEFAULTS}},
    {"pin = none\npin = none", BOTH, {DEFAULTS}},
    {"unknown-name = block", BOTH, {DEFAULTS}},
    {"unknown-name = allow", BOTH, {DEFAULTS, .unknown_name = CHOICE_ALLOW}},
    {"weak-names = use", BOTH, {DEFAULTS}},
    {"weak-names = refuse", BOTH, {DEFAULTS, .weak_names = CHOICE_BLOCK}},
    {"psk = allow", BOTH, {DEFAULTS}},
    {"psk = block", BOTH, {DEFAULTS, .psk = CHOICE_BLOCK}},
    {"allow-cn = no", BOTH, {DEFAULTS}},
    {"allow-cn = yes", BOTH, {DEFAULTS, .allow_cn = true}},
    {"names = program", BOTH, {DEFAULTS}},
    {"names = strict", BOTH, {DEFAULTS, .names = NAMES_STRICT}},
    {"strict = no", BOTH, {DEFAULTS}},
    {"strict = yes", BOTH, {DEFAULTS, .strict = true}},
    {"security-level = 0", BOTH, {DEFAULTS, .security_level = 0}},
    {"security-level = 5", BOTH, {DEFAULTS, .security_level = 5}},
    {"deny-pin = " PIN_ONE, BOTH, {DEFAULTS, .denied = &one_denied}},
    {"deny-pin = " PIN_ONE "\ndeny-pin = " PIN_TWO, BOTH, {DEFAULTS, .denied = &two_denied}},
    {"min-protocol = any", BOTH, {DEFAULTS}},
    {"min-protocol = tls1.0", BOTH, {DEFAULTS, .min_protocol = PROTOCOL_TLS1_0}},
    {"min-protocol = tls1.3", BOTH, {DEFAULTS, .min_protocol = PROTOCOL_TLS1_3}},
    {"allow-expired-until = 2099-12-30", RULE_ONLY, {DEFAULTS, .allow_expired_day = 47481}},
    {"allow-expired-until = 1970-01-01", RULE_ONLY, {DEFAULTS}}, /* over */
    {"include = protocols", POLICY_ONLY, {DEFAULTS}},
    {"fallback = refuse", RULE_ONLY, {DEFAULTS, .fallback = FALLBACK_REFUSE}},
    {"fallback = known", RULE_ONLY, {DEFAULTS}},
    {"fallback = allow", RULE_ONLY, {DEFAULTS, .fallback = FALLBACK_ALLOW}},
    {"log = auto", POLICY_ONLY, {DEFAULTS}},
    {"log = journald", POLICY_ONLY, {DEFAULTS, .log = "journald"}},
    {"log = syslog", POLICY_ONLY, {DEFAULTS, .log = "syslog"}},
    {"log = stderr", POLICY_ONLY, {DEFAULTS, .log = "stderr"}},
    {"log = file:/var/log/a b", POLICY_ONLY, {DEFAULTS, .log = "file:/var/log/a b"}},
    {"log = collect", POLICY_ONLY, {DEFAULTS, .log = "collect"}},
    {"log = unix:/run/x", POLICY_ONLY, {DEFAULTS, .log = "unix:/run/x"}},
    {"proxy = proxy.example:3128", POLICY_ONLY, {DEFAULTS}},
    {"proxy = proxy.example\nproxy = [2001:db8::1]:3128", POLICY_ONLY, {DEFAULTS}},
    {"environment = ignore", POLICY_ONLY, {DEFAULTS}},
    {"environment = allow", POLICY_ONLY, {DEFAULTS}},
    {"kill-switch-environment = ignore", POLICY_ONLY, {DEFAULTS}},
    {"kill-switch-environment = allow", POLICY_ONLY, {DEFAULTS}},
    {"stderr-file = yes", POLICY_ONLY, {DEFAULTS}},
    {"log = stderr\nstderr-file = yes", POLICY_ONLY, {DEFAULTS, .log = "stderr-file"}},
    {"log = stderr\nstderr-file = no", POLICY_ONLY, {DEFAULTS, .log = "stderr"}},
    {"deepbind = report", POLICY_ONLY, {DEFAULTS}},
    {"deepbind = strip", POLICY_ONLY, {DEFAULTS}},
    {"name = ldap.example", RULE_ONLY, {DEFAULTS, .name = "ldap.example"}},
    {"ticket = T-1", RULE_ONLY, {DEFAULTS}},
    {"user = root", RULE_ONLY, {DEFAULTS}},
    {"user = 0", RULE_ONLY, {DEFAULTS}},
    {"destination = x.example:443", RULE_ONLY, {DEFAULTS}},
    {"# comment\n  ; comment\n\t\nmode=off", BOTH, {DEFAULTS, .mode = MODE_OFF}},
    {"  mode\t=  off \t", BOTH, {DEFAULTS, .mode = MODE_OFF}},
    {"mode = off\r\nverify = ca\r", BOTH, {DEFAULTS, .mode = MODE_OFF, .verify = VERIFY_CA}},
};

/* Prints, parses that, and prints again. */
static void check_round_trip(const struct policy *policy)
{
    char *text = config_print(policy);
    struct policy *again = parse_good(text);
    char *text_again = config_print(again);
    struct settings before = settings_of(policy);
    struct settings after = settings_of(again);
    ck_assert_str_eq(text, text_again);
    ck_assert(same_settings(&before, &after));
    free(text);
    free(text_again);
    policy_free(again);
}

static void check_key(int row, const char *format)
{
    char text[512];
    snprintf(text, sizeof text, format, keys[row].line);
    struct policy *policy = parse_good(text);
    struct settings settings = settings_of(policy);
    ck_assert_msg(same_settings(&settings, &keys[row].settings), "%s", text);
    check_round_trip(policy);
    policy_free(policy);
}

START_TEST(every_key)
{
    if (keys[_i].where != RULE_ONLY)
        check_key(_i, "[policy]\n%s\n");
    if (keys[_i].where != POLICY_ONLY)
        check_key(_i, "[rule r]\nprogram = *\n%s\nowner = o\nreason = r\nexpires = 2099-12-31\n");
}
END_TEST

START_TEST(an_overlong_line_is_a_line)
{
    size_t length = 300000;
    char *text = malloc(length + 1);
    memset(text, 'x', length);
    memcpy(text, "[policy]\ntrust = /", 18);
    text[length] = '\0';
    struct policy *policy = parse_good(text);
    ck_assert_uint_eq(strlen(settings_of(policy).trust[0].path), length - 17);
    policy_free(policy);
    free(text);
}
END_TEST

START_TEST(proxies_add_up)
{
    size_t count;
    struct policy *policy = parse_good("[policy]\nproxy = Proxy.example:3128\nproxy = 192.0.2.1\n");
    const struct proxy *proxies = policy_proxies(policy, &count);
    ck_assert_uint_eq(count, 2);
    ck_assert_str_eq(proxies[0].host.text, "proxy.example");
    ck_assert_uint_eq(proxies[0].port, 3128);
    ck_assert_str_eq(proxies[1].host.text, "192.0.2.1");
    ck_assert_uint_eq(proxies[1].port, 0);
    policy_free(policy);
}
END_TEST

START_TEST(several_texts_are_one_policy)
{
    struct config_text texts[] = {{.file = "a", .data = "[policy]\nmode = off\ntrust = /a", .length = 30},
                                  {.file = "b", .data = "[policy]\ntrust = /b\nverify = ca", .length = 31}};
    struct config_errors errors = {0};
    struct policy *policy = config_parse(texts, 2, &errors);
    ck_assert_ptr_nonnull(policy);
    struct settings settings = settings_of(policy);
    ck_assert_int_eq(settings.mode, MODE_OFF);
    ck_assert_int_eq(settings.verify, VERIFY_CA);
    ck_assert_uint_eq(settings.trust_count, 2);
    ck_assert_str_eq(policy_files(policy)[0], "a");
    ck_assert_str_eq(policy_files(policy)[1], "b");
    ck_assert_ptr_null(policy_files(policy)[2]);
    policy_free(policy);
}
END_TEST

#define RULE "[rule r]\nprogram = *\n"
#define EXCUSE "owner = o\nreason = r\nexpires = 2027-01-01\n"

/* The first error of a text. */
static const struct {
    const char *text;
    unsigned line;
    const char *offending;
    const char *message; /* a part of it */
} wrong[] = {
    {"mode = off", 1, "mode = off", "before the first section"},
    {"[policy]\nmode off", 2, "mode off", "key = value"},
    {"[policy]\nmoed = off", 2, "moed = off", "unknown key in [policy]; accepted: mode, verify, trust"},
    {"[policy]\nMode = off", 2, "Mode = off", "unknown key"},
    {"[policy]\n= off", 2, "= off", "unknown key"},
    {"[policy]\nmode = on", 2, "on", "accepted: off, audit, enforce"},
    {"[policy]\nmode = Audit", 2, "Audit", "unknown value"},
    {"[policy]\nmode = audit # later enforce", 2, "audit # later enforce", "unknown value"},
    {"[policy]\nmode =", 2, "mode =", "a value is missing; accepted: off, audit, enforce"},
    {"[policy]\nmode = off\n\nmode = off", 4, "mode = off", "given before: mode"},
    {"[policy]\nmode = off\n[policy]\nmode = off", 4, "mode = off", "given before: mode"},
    {"[policy]\nverify = peer", 2, "peer", "accepted: none, ca, full"},
    {"[policy]\ntrust = roots.pem", 2, "roots.pem", "not an absolute path; accepted: system, /PATH"},
    {"[policy]\ntrust-mode = add", 2, "add", "accepted: supplement, extend, exclusive"},
    {"[policy]\npin =", 2, "pin =", "a value is missing; accepted: none, sha256//KEY"},
    {"[policy]\npin = sha256//AAAA", 2, "sha256//AAAA", "not sha256// and the base64 of a SHA-256"},
    {"[policy]\npin = " PIN_ONE "=", 2, PIN_ONE "=", "base64 of a SHA-256"},
    {"[policy]\npin = sha1//2jmj7l5rSw0yVb/vlWAYkK/YBwk=", 2, "sha1//2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "sha256//"},
    {"[policy]\npin = SHA256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 2,
     "SHA256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "sha256//"},
    {"[policy]\npin = sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=", 2, /* bits beyond the 32 bytes */
     "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=", "base64 of a SHA-256"},
    {"[policy]\npin = sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 2, /* 33 bytes */
     "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "base64 of a SHA-256"},
    {"[policy]\npin = sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA!", 2, /* no padding */
     "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA!", "base64 of a SHA-256"},
    {"[policy]\npin = sha256//-_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 2, /* base64url */
     "sha256//-_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "base64 of a SHA-256"},
    {"[policy]\npin = " PIN_ONE ";" PIN_TWO, 2, PIN_ONE ";" PIN_TWO, "base64 of a SHA-256"},
    {RULE "pin = none\npin = " PIN_ONE, 4, PIN_ONE, "'none' stands alone"},
    {RULE "pin = " PIN_ONE "\npin = none", 4, "none", "'none' stands alone"},
    {"[policy]\ndeny-pin = none", 2, "none", "base64 of a SHA-256; accepted: sha256//KEY"},
    {"[policy]\ndeny-pin = sha256//AAAA", 2, "sha256//AAAA", "not sha256// and the base64 of a SHA-256"},
    {"[policy]\nmin-protocol = 1.2", 2, "1.2", "accepted: any, tls1.0, tls1.1, tls1.2, tls1.3"},
    {"[policy]\nmin-protocol = ssl3", 2, "ssl3", "unknown value"},
    {"[policy]\nallow-expired-until = 2099-01-01", 2, "allow-expired-until = 2099-01-01", "belongs in a rule"},
    {RULE "allow-expired-until = 2099-02-30", 3, "2099-02-30", "no such day"},
    {RULE "allow-expired-until = tomorrow", 3, "tomorrow", "YYYY-MM-DD"},
    {"[policy]\nunknown-name = no", 2, "no", "accepted: block, allow"},
    {"[policy]\nweak-names = allow", 2, "allow", "accepted: refuse, use"},
    {"[policy]\npsk = yes", 2, "yes", "accepted: block, allow"},
    {"[policy]\nallow-cn = 1", 2, "1", "accepted: no, yes"},
    {"[policy]\nnames = loose", 2, "loose", "accepted: strict, program"},
    {"[policy]\nstrict = true", 2, "true", "accepted: no, yes"},
    {"[policy]\nsecurity-level = 6", 2, "6", "accepted: 0, 1, 2, 3, 4, 5"},
    {"[policy]\nsecurity-level = -1", 2, "-1", "unknown value"},
    {"[policy]\nlog = file:var/log/x", 2, "file:var/log/x", "accepted: auto, journald"},
    {"[policy]\nlog = stdout", 2, "stdout", "unknown value"},
    {"[policy]\nlog = file:/PATH\001", 2, "file:/PATH\001", "control characters"},
    {"[policy]\nproxy = http://proxy.example:3128", 2, "http://proxy.example:3128", "neither HOST nor HOST:PORT"},
    {"[policy]\nproxy = user@proxy.example", 2, "user@proxy.example", "neither HOST nor HOST:PORT"},
    {"[policy]\nproxy = proxy.example:squid", 2, "proxy.example:squid", "neither HOST nor HOST:PORT"},
    {RULE "proxy = proxy.example", 3, "proxy = proxy.example", "belongs in [policy]"},
    {"[policy]\nenvironment = yes", 2, "yes", "accepted: ignore, allow"},
    {"[policy]\nkill-switch-environment = yes", 2, "yes", "accepted: ignore, allow"},
    {"[policy]\ndeepbind = yes", 2, "yes", "accepted: report, strip"},
    {"[policy]\nname = x.example", 2, "name = x.example", "belongs in a rule"},
    {"[policy]\nowner = o", 2, "owner = o", "belongs in a rule"},
    {RULE "log = stderr", 3, "log = stderr", "belongs in [policy]"},
    {RULE "environment = allow", 3, "environment = allow", "belongs in [policy]"},
    {"[policy]\ncandidate = later.conf\n", 2, "later.conf", "not an absolute path"},
    {"[policy]\nmax-exception = 400\n", 2, "400", "not a number of days: write 400d"},
    {"[policy]\nmax-exception = 0d\n", 2, "0d", "not a number of days: write 400d"},
    {"[policy]\nmax-exception = 1000000d\n", 2, "1000000d", "not a number of days: write 400d"},
    {RULE "max-exception = 400d\n", 3, "max-exception = 400d", "belongs in [policy]"},
    {RULE "script = x.py\n", 3, "x.py", "neither an absolute path, nor '-m MODULE'"},
    {RULE "unit = nginx\n", 3, "nginx", "no unit: write NAME.service or a pattern"},
    {RULE "group = a:b\n", 3, "a:b", "not a group name"},
    {"[policy]\nenforce-percent = 101\n", 2, "101", "not a whole number from 0 to 100"},
    {"[policy]\nenforce-percent = 07\n", 2, "07", "not a whole number from 0 to 100"},
    {RULE "enforce-percent = -1", 3, "-1", "not a whole number from 0 to 100"},
    {RULE "sni = x", 3, "sni = x",
     "unknown key in a rule; accepted: program, script, unit, user, group, destination, mode"},
    {RULE "owner = a\nowner = b", 4, "owner = b", "given before: owner"},
    {RULE "user = a b", 3, "a b", "not a user name"},
    {RULE "user = 4294967295", 3, NULL, NULL}, /* the reserved id: a name that nobody has */
    {RULE "program = bin/curl", 3, "bin/curl", "neither an absolute path"},
    {RULE "expires = 31.3.2027", 3, "31.3.2027", "YYYY-MM-DD"},
    {RULE "expires = 2027-3-31", 3, "2027-3-31", "YYYY-MM-DD"},
    {RULE "expires = 2027-02-29", 3, "2027-02-29", "no such day"},
    {RULE "expires = 2100-02-29", 3, "2100-02-29", "no such day"},
    {RULE "expires = 2027-04-31", 3, "2027-04-31", "no such day"},
    {RULE "expires = 2027-13-01", 3, "2027-13-01", "no such day"},
    {RULE "expires = 2027-00-01", 3, "2027-00-01", "no such day"},
    {RULE "expires = 2027-01-00", 3, "2027-01-00", "no such day"},
    {RULE "expires = 1969-12-31", 3, "1969-12-31", "no such day"},
    {RULE "expires = 2027-0a-01", 3, "2027-0a-01", "no such day"},
    {RULE "name = .example", 3, ".example", "leading dot"},
    {RULE "name = *.example", 3, "*.example", "not the name of one peer"},
    {RULE "name = a..b", 3, "a..b", "neither a host name nor an address"},
    {RULE "name = -", 3, "-", "neither a host name nor an address"},
    {RULE "name = 999.1.1.1", 3, "999.1.1.1", "neither a host name nor an address"},
    {RULE "name = x\xff", 3, "x\xff", "neither a host name nor an address"},
    {RULE "destination = *", 3, "*", "'*' needs a port"},
    {RULE "destination = :443", 3, ":443", "no empty labels"},
    {RULE "destination = a..b", 3, "a..b", "no empty labels"},
    {RULE "destination = .a", 3, ".a", "no empty labels"},
    {RULE "destination = *.", 3, "*.", "host name"},
    {RULE "destination = a.*.b", 3, "a.*.b", "no host name"},
    {RULE "destination = b\xc3\xbc"
          "cher.example",
     3,
     "b\xc3\xbc"
     "cher.example",
     "xn--"},
    {RULE "destination = a:0", 3, "a:0", "from 1 to 65535"},
    {RULE "destination = a:65536", 3, "a:65536", "from 1 to 65535"},
    {RULE "destination = https://a.test/", 3, "https://a.test/", "a URL"},
    {RULE "destination = a:", 3, "a:", "from 1 to 65535"},
    {RULE "destination = a:https", 3, "a:https", "from 1 to 65535"},
    {RULE "destination = 10.0.0", 3, "10.0.0", "neither a host name nor an address"},
    {RULE "destination = 10.0.0.256", 3, "10.0.0.256", "neither a host name nor an address"},
    {RULE "destination = 10.0.0.0/33", 3, "10.0.0.0/33", "prefix length"},
    {RULE "destination = 10.0.0.0/", 3, "10.0.0.0/", "prefix length"},
    {RULE "destination = 10.0.0.1/8", 3, "10.0.0.1/8", "bits set beyond"},
    {RULE "destination = 2001:db8::1/64", 3, "2001:db8::1/64", "bits set beyond"},
    {RULE "destination = a/8", 3, "a/8", "no numeric address"},
    {RULE "destination = 2001:db8::zz", 3, "2001:db8::zz", "[ADDRESS]:PORT"},
    {RULE "destination = [2001:db8::1", 3, "[2001:db8::1", "from 1 to 65535"},
    {RULE "destination = [2001:db8::1]443", 3, "[2001:db8::1]443", "from 1 to 65535"},
    {RULE "destination = [192.0.2.1]:443", 3, "[192.0.2.1]:443", "brackets"},
    {"[policy", 1, "[policy", "section header"},
    {"[policy] x", 1, "[policy] x", "section header"},
    {"[rules]", 1, "[rules]", "unknown section"},
    {"[]", 1, "[]", "unknown section"},
    {"[rule]", 1, "[rule]", "needs a name"},
    {"[rule a b]", 1, "[rule a b]", "needs a name"},
    {"[rule a]\nprogram = *\n[rule a]", 3, "[rule a]", "rule of this name in test.conf, line 1"},
    {"[rule a]\nmode = audit", 1, "a", "matches everything"},
};

START_TEST(every_error)
{
    struct config_errors errors = {0};
    struct policy *policy = parse(wrong[_i].text, strlen(wrong[_i].text), &errors);
    if (!wrong[_i].message) {
        ck_assert_ptr_nonnull(policy);
        policy_free(policy);
        return;
    }
    ck_assert_msg(!policy, "%s", wrong[_i].text);
    ck_assert_uint_ge(errors.count, 1);
    ck_assert_str_eq(errors.items[0].file, "test.conf");
    ck_assert_msg(errors.items[0].line == wrong[_i].line, "%s: line %u", wrong[_i].text, errors.items[0].line);
    ck_assert_str_eq(errors.items[0].text, wrong[_i].offending);
    ck_assert_msg(strstr(errors.items[0].message, wrong[_i].message), "%s: %s", wrong[_i].text,
                  errors.items[0].message);
    config_errors_free(&errors);
}
END_TEST

enum { MANY_RULES = 10000 };

/* Rule number i is of ten lines, and the first one begins at line 1. */
static char *many_rules(const char *last)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    ck_assert_ptr_nonnull(stream);
    for (int i = 0; i < MANY_RULES; i++)
        fprintf(stream,
                "[rule r%d]\n\nprogram = /x\ndestination = h%d.example:443\nverify = ca\nowner = o\nreason = r\n"
                "ticket = t\nexpires = 2099-01-01\n\n",
                i, i);
    fputs(last, stream);
    ck_assert_int_eq(fclose(stream), 0);
    return text;
}

/* Each after ten thousand rules, and what is told about it. */
static const struct {
    const char *last;
    const char *text;
    const char *message;
} wrong_at_scale[] = {
    {"[rule r0]\nuser = 0\n", "[rule r0]", "there is a rule of this name in test.conf, line 1"},
    {"  [rule r9999]\nuser = 0\n", "[rule r9999]", "there is a rule of this name in test.conf, line 99991"},
    {"[rule r5000]\nuser = 0\n", "[rule r5000]", "there is a rule of this name in test.conf, line 50001"},
    {"mode\t=\tenforce \nmode = audit\r\n", "mode = audit", "this key was given before: mode"},
    {"[rule other]\nuser = 0", NULL, NULL},
};

/* A file that was written in the last hour of 2026-11-29, and a rule in it under max-exception = 10d. */
static const struct {
    const char *fact, *rule;
    int64_t last_second;
    bool told;
} exceptions[] = {
    {"the longest that may be", "verify = ca\nexpires = 2026-12-09\n", 1796860799, false},
    {"a longer one ends when the longest would", "verify = ca\nexpires = 2026-12-10\n", 1796860799, true},
    {"a rule that weakens nothing is no exception", "strict = yes\nexpires = 2099-12-31\n", 4102444799, false},
};

START_TEST(an_exception_is_no_longer_than_any_may_be)
{
    char data[256];
    struct config_errors errors = {0};
    snprintf(data, sizeof data, "[policy]\nmode = enforce\nmax-exception = 10d\n[rule r]\nprogram = *\n%s%s",
             exceptions[_i].rule, "owner = o\nreason = r\n");
    struct config_text text = {.file = "test.conf",
                               .data = data,
                               .length = strlen(data),
                               .identity = {.kind = FILE_REGULAR, .modified_seconds = 1795996500}};
    struct policy *policy = config_parse(&text, 1, &errors);
    ck_assert_ptr_nonnull(policy);
    ck_assert_uint_eq(errors.count, exceptions[_i].told);
    if (exceptions[_i].told)
        ck_assert_str_eq(errors.items[0].id, "exception-too-long");
    const struct process_identity process = {.executable = "/x"};
    const struct destination anywhere = {0};
    const char *before = policy_settings(policy, &process, &anywhere, (time_t)exceptions[_i].last_second).rule;
    const char *after = policy_settings(policy, &process, &anywhere, (time_t)exceptions[_i].last_second + 1).rule;
    ck_assert_msg(before != NULL && after == NULL, "%s", exceptions[_i].fact);
    policy_free(policy);
    config_errors_free(&errors);
}
END_TEST

START_TEST(ten_thousand_rules_are_told_apart)
{
    struct config_errors errors = {0};
    char *text = many_rules(wrong_at_scale[_i].last);
    struct policy *policy = parse(text, strlen(text), &errors);
    ck_assert_int_eq(policy != NULL, wrong_at_scale[_i].message == NULL);
    if (wrong_at_scale[_i].message) {
        ck_assert_uint_eq(errors.count, 1);
        ck_assert_uint_eq(errors.items[0].line, 10 * MANY_RULES + (*wrong_at_scale[_i].last == 'm' ? 2 : 1));
        ck_assert_str_eq(errors.items[0].text, wrong_at_scale[_i].text);
        ck_assert_msg(strstr(errors.items[0].message, wrong_at_scale[_i].message), "%s", errors.items[0].message);
    }
    config_errors_free(&errors);
    policy_free(policy);
    free(text);
}
END_TEST

START_TEST(a_nul_byte_is_an_error)
{
    static const char text[] = "[policy]\nmode = audit\0\n";
    struct config_errors errors = {0};
    ck_assert_ptr_null(parse(text, sizeof text - 1, &errors));
    ck_assert_uint_eq(errors.count, 1);
    ck_assert_uint_eq(errors.items[0].line, 2);
    config_errors_free(&errors);
}
END_TEST

START_TEST(all_errors_are_told)
{
    struct config_errors errors = {0};
    static const char text[] =
        "[policy]\nmode = x\nmoed = y\nverify\n[rule a b]\nverify = z\n[rule c]\n[what]\nx = y\n";
    static const unsigned lines[] = {2, 3, 4, 5, 6, 8, 7};
    ck_assert_ptr_null(parse(text, sizeof text - 1, &errors));
    ck_assert_uint_eq(errors.count, sizeof lines / sizeof lines[0]);
    for (size_t i = 0; i < errors.count; i++)
        ck_assert_uint_eq(errors.items[i].line, lines[i]);
    config_errors_free(&errors);
}
END_TEST

/* Rules that weaken a strict [policy], and by which key. */
static const struct {
    const char *policy;
    const char *rule;
    const char *weakens; /* NULL: it does not */
} weakening[] = {
    {"mode = enforce", "mode = audit", "(mode)"},
    {"mode = audit", "mode = off", "(mode)"},
    {"mode = audit", "mode = enforce", NULL},
    {"mode = audit", "mode = audit", NULL},
    {"verify = full", "verify = ca", "(verify)"},
    {"verify = ca", "verify = none", "(verify)"},
    {"verify = none", "verify = full", NULL},
    {"", "verify = ca", "(verify)"},
    {"unknown-name = block", "unknown-name = allow", "(unknown-name)"},
    {"unknown-name = allow", "unknown-name = block", NULL},
    {"weak-names = refuse", "weak-names = use", "(weak-names)"},
    {"weak-names = use", "weak-names = refuse", NULL},
    {"unknown-name = allow\nweak-names = use", "weak-names = refuse", "(weak-names)"},
    {"unknown-name = allow\nweak-names = refuse", "weak-names = use", NULL},
    {"unknown-name = allow\nweak-names = use", "weak-names = refuse\nunknown-name = block", NULL},
    {"unknown-name = block\nweak-names = use", "weak-names = refuse\nunknown-name = allow",
     "(unknown-name, weak-names)"},
    {"psk = block", "psk = allow", "(psk)"},
    {"psk = allow", "psk = block", NULL},
    {"allow-cn = no", "allow-cn = yes", "(allow-cn)"},
    {"allow-cn = yes", "allow-cn = no", NULL},
    {"names = strict", "names = program", "(names)"},
    {"names = program", "names = strict", NULL},
    {"strict = yes", "strict = no", "(strict)"},
    {"strict = no", "strict = yes", NULL},
    {"security-level = 2", "security-level = 1", "(security-level)"},
    {"security-level = 2", "security-level = 3", NULL},
    {"", "trust-mode = extend", "(trust-mode)"},
    {"", "trust-mode = exclusive", "(trust-mode)"},
    {"", "trust-mode = exclusive\ntrust = /a", "(trust, trust-mode)"},
    {"trust-mode = exclusive", "trust-mode = extend", "(trust-mode)"},
    {"trust-mode = exclusive", "trust-mode = supplement", "(trust-mode)"},
    {"trust-mode = exclusive", "trust-mode = exclusive", NULL},
    {"trust-mode = exclusive", "trust = /a", "(trust)"},
    {"trust-mode = exclusive\ntrust = /a\ntrust = /b", "trust = /b", NULL},
    {"trust-mode = extend", "trust-mode = supplement", NULL},
    {"trust-mode = extend", "trust-mode = exclusive", NULL},
    {"trust-mode = extend", "trust-mode = exclusive\ntrust = /a", "(trust)"},
    {"", "trust = /a", "(trust)"},
    {"", "trust = /a\ndestination = *.com", "(trust)"},
    {"", "trust = /a\ndestination = y.example", NULL},
    {"trust = /a\ntrust = /b", "trust = /b", NULL},
    {"", "trust = /a\ndestination = y.example\ntrust-mode = extend", "(trust, trust-mode)"},
    {"", "pin = " PIN_ONE, NULL},
    {"", "pin = none", NULL},
    {"pin = " PIN_ONE, "pin = none", "(pin)"},
    {"pin = " PIN_ONE, "pin = " PIN_TWO, "(pin)"},
    {"pin = " PIN_ONE, "pin = " PIN_ONE "\npin = " PIN_TWO, "(pin)"},
    {"pin = " PIN_ONE "\npin = " PIN_TWO, "pin = " PIN_TWO, NULL},
    {"pin = " PIN_ONE, "verify = full", NULL},
    {"", "pin = " PIN_ONE "\nverify = none", "(verify)"},
    {"", "name = x.example", "(name)"},
    {"", "name = x.example\ndestination = *:443", "(name)"},
    {"", "name = x.example\ndestination = 192.0.2.1", NULL},
    {"", "name = x.example\ndestination = [2001:db8::1]:443", NULL},
    {"", "name = x.example\ndestination = y.example", NULL},
    {"", "name = x.example\ndestination = y.example\ndestination = 192.0.2.1/32", NULL},
    {"", "name = x.example\ndestination = 0.0.0.0/0", "(name)"},
    {"", "name = x.example\ndestination = ::/0", "(name)"},
    {"", "name = x.example\ndestination = 0.0.0.0/1\ndestination = 128.0.0.0/1", "(name)"},
    {"", "name = x.example\ndestination = *.com", "(name)"},
    {"", "name = x.example\ndestination = *.corp.example", "(name)"},
    {"", "name = x.example\ndestination = 192.0.2.0/31", "(name)"},
    {"", "name = x.example\ndestination = y.example\ndestination = *.com", "(name)"},
    {"", "deny-pin = " PIN_ONE, NULL},
    {"deny-pin = " PIN_ONE, "deny-pin = " PIN_TWO, NULL},
    {"min-protocol = tls1.2", "min-protocol = tls1.1", "(min-protocol)"},
    {"min-protocol = tls1.2", "min-protocol = any", "(min-protocol)"},
    {"min-protocol = tls1.2", "min-protocol = tls1.3", NULL},
    {"", "min-protocol = tls1.0", NULL},
    {"", "allow-expired-until = 2020-01-01", "(allow-expired-until)"},
    {"", "fallback = refuse", NULL},
    {"", "fallback = allow", "(fallback)"},
    {"mode = enforce", "mode = off\nverify = none", "(mode, verify)"},
    {"mode = enforce", "program = /y", NULL},
};

START_TEST(rules_that_weaken_need_an_owner_a_reason_and_an_end)
{
    char text[512];
    struct config_errors errors = {0};
    /* [policy] comes last: rules are compared when everything is read. */
    snprintf(text, sizeof text, RULE "%s\n[policy]\n%s\n", weakening[_i].rule, weakening[_i].policy);
    struct policy *policy = parse(text, strlen(text), &errors);
    ck_assert_msg((policy == NULL) == (weakening[_i].weakens != NULL), "%s", text);
    policy_free(policy);
    if (!weakening[_i].weakens)
        return;
    ck_assert_uint_eq(errors.count, 1);
    ck_assert_uint_eq(errors.items[0].line, 1);
    ck_assert_str_eq(errors.items[0].text, "r");
    ck_assert_msg(strstr(errors.items[0].message, weakening[_i].weakens), "%s", errors.items[0].message);
    ck_assert_ptr_nonnull(strstr(errors.items[0].message, "must say: owner, reason, expires"));
    config_errors_free(&errors);

    snprintf(text, sizeof text, RULE "%s\n" EXCUSE "[policy]\n%s\n", weakening[_i].rule, weakening[_i].policy);
    policy_free(parse_good(text));
}
END_TEST

START_TEST(the_missing_metadata_is_named)
{
    static const char text[] = RULE "verify = ca\nowner = o\nexpires = 2027-01-01\n";
    struct config_errors errors = {0};
    ck_assert_ptr_null(parse(text, sizeof text - 1, &errors));
    ck_assert_str_eq(errors.items[0].message, "the rule weakens [policy] (verify) and must say: reason");
    config_errors_free(&errors);
}
END_TEST

START_TEST(a_whole_policy_survives_printing)
{
    struct policy *policy = parse_good("[policy]\nmode = enforce\ntrust = /a\ntrust = system\nenvironment = allow\n"
                                       "kill-switch-environment = allow\nsecurity-level = 4\nlog = file:/a\n"
                                       "[rule one]\nprogram = /x\nprogram = /opt/*\nuser = root\nuser = 12\n"
                                       "user = not-here\ndestination = *.EXAMPLE.:443\ndestination = [2001:db8::]:1\n"
                                       "destination = 10.0.0.0/8\nverify = none\ntrust = /c\nname = b.example\n"
                                       "owner = a; b # c\nreason = x = y\nticket = T\nexpires = 2099-01-01\n"
                                       "[rule two]\nuser = 3\nmode = enforce\n");
    check_round_trip(policy);
    char *text = config_print(policy);
    ck_assert_ptr_nonnull(strstr(text, "\n[rule one]\nprogram = /x\nprogram = /opt/*\nuser = root\nuser = 12\n"));
    ck_assert_ptr_nonnull(strstr(text, "owner = a; b # c\nreason = x = y\n"));
    ck_assert_ptr_nonnull(strstr(text, "\n[rule two]\nuser = 3\nmode = enforce\n"));
    free(text);
    policy_free(policy);
}
END_TEST

/* A system directory of our own, and files in it. */
static char directory[64];

static void make_directory(void)
{
    char path[128];
    snprintf(directory, sizeof directory, "/tmp/tlsward-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    ck_assert_int_eq(chmod(directory, 0755), 0);
    snprintf(path, sizeof path, "%s/policy.d", directory);
    ck_assert_int_eq(mkdir(path, 0755), 0);
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

static void remove_directory(void)
{
    ck_assert_int_eq(nftw(directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static const char *path_of(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

static void write_file(const char *name, const char *text)
{
    const char *path = path_of(name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(chmod(path, 0644), 0);
}

static struct policy *load(struct config_environment environment, struct config_errors *errors)
{
    environment.system_dir = directory;
    environment.share_dir = directory;
    struct policy *policy = config_load(&environment, errors);
    ck_assert_ptr_nonnull(policy);
    ck_assert_int_eq(policy_is_invalid(policy) || policy_is_incomplete(policy), errors->count > 0);
    return policy;
}

#define USER "mode = enforce\nlog = stderr"

/* Which policy counts. `user` is what TLSWARD_POLICY names; NULL: not set, or no such file. */
static const struct {
    const char *fact;
    const char *system;
    const char *user;
    struct config_environment environment;
    enum policy_mode mode;
    const char *log;
    const char *trust;
    size_t errors;
} which[] = {
    {"nothing: the built-in default", NULL, NULL, {.secure = false}, MODE_AUDIT, "auto", "system", 0},
    {"nothing, TLSWARD_MODE", NULL, NULL, {.mode = "enforce"}, MODE_ENFORCE, "auto", "system", 0},
    {"nothing, TLSWARD_MODE = off", NULL, NULL, {.mode = "off"}, MODE_OFF, "auto", "system", 0},
    {"nothing, TLSWARD_TRUST", NULL, NULL, {.trust = "/a"}, MODE_AUDIT, "auto", "/a", 0},
    {"nothing, TLSWARD_TRUST with two", NULL, NULL, {.trust = "/a:system"}, MODE_AUDIT, "auto", "/a system", 0},
    {"nothing, TLSWARD_LOG", NULL, NULL, {.log = "syslog"}, MODE_AUDIT, "syslog", "system", 0},
    {"empty variables are unset",
     NULL,
     NULL,
     {.mode = "", .log = "", .trust = "", .policy_path = ""},
     MODE_AUDIT,
     "auto",
     "system",
     0},
    {"AT_SECURE: no environment",
     NULL,
     USER,
     {.secure = true, .mode = "enforce", .log = "syslog", .trust = "/a"},
     MODE_AUDIT,
     "auto",
     "system",
     0},
    {"AT_SECURE: not even a wrong one", NULL, NULL, {.secure = true, .mode = "x"}, MODE_AUDIT, "auto", "system", 0},
    {"TLSWARD_POLICY", NULL, USER, {.secure = false}, MODE_ENFORCE, "stderr", "system", 0},
    {"TLSWARD_POLICY and the rest",
     NULL,
     USER,
     {.mode = "audit", .trust = "/a", .log = "syslog"},
     MODE_AUDIT,
     "syslog",
     "/a",
     0},
    {"TLSWARD_TRUST replaces", NULL, "trust = /b\ntrust = /c", {.trust = "/a"}, MODE_AUDIT, "auto", "/a", 0},
    {"TLSWARD_POLICY that is not there",
     NULL,
     NULL,
     {.policy_path = "/no/such/file"},
     MODE_ENFORCE,
     "auto",
     "system",
     1},
    {"wrong TLSWARD_MODE", NULL, NULL, {.mode = "on"}, MODE_ENFORCE, "auto", "system", 1},
    {"wrong TLSWARD_LOG", NULL, NULL, {.log = "paper"}, MODE_AUDIT, "auto", "system", 1},
    {"wrong TLSWARD_TRUST", NULL, NULL, {.trust = "/a::b"}, MODE_AUDIT, "auto", "system", 2},
    {"system policy", "mode = enforce\ntrust = /s", NULL, {.secure = false}, MODE_ENFORCE, "auto", "/s", 0},
    {"system policy under AT_SECURE", "mode = enforce", NULL, {.secure = true}, MODE_ENFORCE, "auto", "system", 0},
    {"an empty system policy counts", "", USER, {.secure = false}, MODE_AUDIT, "auto", "system", 0},
    {"it beats TLSWARD_POLICY", "mode = audit", USER, {.secure = false}, MODE_AUDIT, "auto", "system", 0},
    {"it beats a broken TLSWARD_POLICY", "mode = audit", "x", {.secure = false}, MODE_AUDIT, "auto", "system", 0},
    {"it beats TLSWARD_TRUST and TLSWARD_LOG",
     "mode = audit",
     NULL,
     {.trust = "/a", .log = "stderr"},
     MODE_AUDIT,
     "auto",
     "system",
     0},
    {"even wrong ones", "mode = audit", NULL, {.trust = "a", .log = "x"}, MODE_AUDIT, "auto", "system", 0},
    {"TLSWARD_MODE raises audit", "mode = audit", NULL, {.mode = "enforce"}, MODE_ENFORCE, "auto", "system", 0},
    {"TLSWARD_MODE raises off", "mode = off", NULL, {.mode = "audit"}, MODE_AUDIT, "auto", "system", 0},
    {"TLSWARD_MODE lowers nothing", "mode = enforce", NULL, {.mode = "off"}, MODE_ENFORCE, "auto", "system", 0},
    {"TLSWARD_MODE under AT_SECURE",
     "mode = audit",
     NULL,
     {.secure = true, .mode = "enforce"},
     MODE_AUDIT,
     "auto",
     "system",
     0},
    {"a wrong TLSWARD_MODE cannot weaken", "mode = audit", NULL, {.mode = "x"}, MODE_ENFORCE, "auto", "system", 1},
    {"environment = allow: TLSWARD_POLICY",
     "mode = audit\nenvironment = allow",
     USER,
     {.secure = false},
     MODE_ENFORCE,
     "stderr",
     "system",
     0},
    {"environment = allow: TLSWARD_MODE",
     "mode = enforce\nenvironment = allow",
     NULL,
     {.mode = "off"},
     MODE_OFF,
     "auto",
     "system",
     0},
    {"environment = allow: the rest",
     "environment = allow",
     NULL,
     {.trust = "/a", .log = "stderr"},
     MODE_AUDIT,
     "stderr",
     "/a",
     0},
    {"environment = allow, but AT_SECURE",
     "mode = enforce\nenvironment = allow",
     NULL,
     {.secure = true, .mode = "off"},
     MODE_ENFORCE,
     "auto",
     "system",
     0},
    {"a broken system policy gives nothing away",
     "mode = enforce\nenvironment = allow\nx",
     USER,
     {.mode = "off"},
     MODE_ENFORCE,
     "auto",
     "system",
     1},

    /* What is left of an invalid policy. */
    {"broken, and said audit", "mode = audit\nx", NULL, {.secure = false}, MODE_AUDIT, "auto", "system", 1},
    {"broken, and said off", "mode = off\nx", NULL, {.secure = false}, MODE_AUDIT, "auto", "system", 1},
    {"broken, and said nothing", "verify = x", NULL, {.secure = false}, MODE_AUDIT, "auto", "system", 1},
    {"broken, and said enforce", "mode = enforce\nx", NULL, {.secure = false}, MODE_ENFORCE, "auto", "system", 1},
    {"said enforce twice over audit",
     "mode = audit\nmode = enforce",
     NULL,
     {.secure = false},
     MODE_ENFORCE,
     "auto",
     "system",
     1},
    {"a wrong mode", "mode = enfroce", NULL, {.secure = false}, MODE_ENFORCE, "auto", "system", 1},
    {"enforce in a wrong key", "mdoe = enforce", NULL, {.secure = false}, MODE_ENFORCE, "auto", "system", 1},
    {"enforce without '='", "mode: enforce", NULL, {.secure = false}, MODE_ENFORCE, "auto", "system", 1},
    {"enforce in an unknown section",
     "[plicy]\nmode = enforce",
     NULL,
     {.secure = false},
     MODE_ENFORCE,
     "auto",
     "system",
     1},
    {"enforce in a rule",
     "mode = audit\nx\n" RULE "mode = enforce",
     NULL,
     {.secure = false},
     MODE_ENFORCE,
     "auto",
     "system",
     1},
    {"enforce in a comment",
     "mode = audit\nx\n# mode = enforce",
     NULL,
     {.secure = false},
     MODE_AUDIT,
     "auto",
     "system",
     1},
    {"enforce in a text that was understood",
     "x\n" RULE "owner = enforcers",
     NULL,
     {.secure = false},
     MODE_AUDIT,
     "auto",
     "system",
     1},
    {"Mode = Enforce", "Mode = Enforce", NULL, {.secure = false}, MODE_ENFORCE, "auto", "system", 1},
    {"MODE = ENFORCE", "MODE = ENFORCE", NULL, {.secure = false}, MODE_ENFORCE, "auto", "system", 1},
    {"enforce on a header's line",
     "[policy] mode = enforce",
     NULL,
     {.secure = false},
     MODE_ENFORCE,
     "auto",
     "system",
     1},
    {"enforce on the line of a rule's header",
     "mode = audit\n[rule x] mode = Enforce\ndestination = a.test",
     NULL,
     {.secure = false},
     MODE_ENFORCE,
     "auto",
     "system",
     1},
    {"enforce in the name of a section", "[enforce]", NULL, {.secure = false}, MODE_ENFORCE, "auto", "system", 1},
    {"lines that end with a carriage return",
     "mode = audit\n[policy]\rmode = enforce\r",
     NULL,
     {.secure = false},
     MODE_ENFORCE,
     "auto",
     "system",
     1},
    {"such lines behind a comment",
     "mode = audit\n# ours\r[policy]\rmode = enforce\r",
     NULL,
     {.secure = false},
     MODE_ENFORCE,
     "auto",
     "system",
     1},
    {"a carriage return where nobody says enforce",
     "mode = audit\n# ours\r[policy]\r",
     NULL,
     {.secure = false},
     MODE_AUDIT,
     "auto",
     "system",
     1},
    {"it still knows where to complain",
     "mode = audit\nlog = syslog\nx",
     NULL,
     {.secure = false},
     MODE_AUDIT,
     "syslog",
     "system",
     1},
    {"TLSWARD_MODE can still tighten", "mode = audit\nx", NULL, {.mode = "enforce"}, MODE_ENFORCE, "auto", "system", 1},
};

static void check_trust(const struct settings *settings, const char *expected, const char *fact)
{
    char list[256] = "";
    for (size_t i = 0; i < settings->trust_count; i++) {
        size_t used = strlen(list);
        const char *path = settings->trust[i].path ? settings->trust[i].path : "system";
        snprintf(list + used, sizeof list - used, "%s%s", i ? " " : "", path);
    }
    ck_assert_msg(strcmp(list, expected) == 0, "%s: %s", fact, list);
}

START_TEST(which_policy_counts)
{
    char text[512];
    char user[128];
    struct config_errors errors = {0};
    struct config_environment environment = which[_i].environment;
    make_directory();
    if (which[_i].system) {
        snprintf(text, sizeof text, "[policy]\n%s\n", which[_i].system);
        write_file("policy.conf", text);
    }
    if (which[_i].user) {
        snprintf(text, sizeof text, "[policy]\n%s\n", which[_i].user);
        write_file("user.conf", text);
        snprintf(user, sizeof user, "%s", path_of("user.conf"));
        environment.policy_path = user;
    }
    struct policy *policy = load(environment, &errors);
    struct settings settings = settings_of(policy);
    ck_assert_msg(settings.mode == which[_i].mode, "%s: %s", which[_i].fact, mode_text(settings.mode));
    ck_assert_msg(strcmp(settings.log, which[_i].log) == 0, "%s: %s", which[_i].fact, settings.log);
    ck_assert_msg(errors.count == which[_i].errors, "%s: %zu errors", which[_i].fact, errors.count);
    check_trust(&settings, which[_i].trust, which[_i].fact);
    config_errors_free(&errors);
    policy_free(policy);
    remove_directory();
}
END_TEST

/* What cannot be had now says nothing, whatever it would have said. */
START_TEST(a_shortage_of_descriptors_is_no_invalid_file)
{
    struct config_errors errors = {0};
    struct rlimit limit, none;
    make_directory();
    write_file("policy.conf", "[policy]\nmode = enforce\n");
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = 0;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    struct policy *policy = load((struct config_environment){.mode = "off"}, &errors);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_uint_eq(errors.count, 2);
    ck_assert_int_eq(settings_of(policy).mode, MODE_AUDIT);
    ck_assert(!policy_is_invalid(policy));
    ck_assert_msg(policy_is_incomplete(policy), "not read again");
    ck_assert_msg(!policy_believes_environment(policy), "there is a system policy, and nobody knows what it says");
    policy_free(policy);
    config_errors_free(&errors);

    write_file("policy.conf", "broken\n");
    policy = load((struct config_environment){0}, &errors);
    ck_assert(policy_is_invalid(policy));
    ck_assert_msg(!policy_is_incomplete(policy), "read again every second");
    policy_free(policy);
    config_errors_free(&errors);
    remove_directory();
}
END_TEST

START_TEST(no_file_and_no_descriptor_is_the_built_in_default)
{
    struct config_errors errors = {0};
    struct rlimit limit, none;
    make_directory();
    ck_assert_int_eq(rmdir(path_of("policy.d")), 0);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = 0;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    struct policy *policy = load((struct config_environment){.mode = "enforce"}, &errors);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_uint_eq(errors.count, 0);
    ck_assert(!policy_is_incomplete(policy) && policy_believes_environment(policy));
    ck_assert_int_eq(settings_of(policy).mode, MODE_ENFORCE);
    policy_free(policy);
    remove_directory();
}
END_TEST

/* Under enforce, extend and exclusive accept what the program rejects. */
static const struct {
    const char *fact, *system, *raised;
    enum trust_mode trust_mode;
    enum policy_mode mode;
} raises[] = {
    {"[policy] raised", "mode = audit\ntrust-mode = extend", "enforce", TRUST_SUPPLEMENT, MODE_ENFORCE},
    {"[policy] raised over exclusive", "mode = audit\ntrust-mode = exclusive", "enforce", TRUST_SUPPLEMENT,
     MODE_ENFORCE},
    {"a rule raised", "mode = audit\n[rule r]\nprogram = *\n" EXCUSE "trust-mode = extend", "enforce", TRUST_SUPPLEMENT,
     MODE_ENFORCE},
    {"a rule that inherits both", "mode = audit\ntrust-mode = extend\n[rule r]\nprogram = *", "enforce",
     TRUST_SUPPLEMENT, MODE_ENFORCE},
    {"a rule that enforced before", "mode = audit\ntrust-mode = extend\n[rule r]\nprogram = *\nmode = enforce",
     "enforce", TRUST_EXTEND, MODE_ENFORCE},
    {"nothing raised", "mode = enforce\ntrust-mode = extend", "enforce", TRUST_EXTEND, MODE_ENFORCE},
    {"nothing asked", "mode = audit\ntrust-mode = extend", NULL, TRUST_EXTEND, MODE_AUDIT},
    {"the environment believed", "environment = allow\nmode = audit\ntrust-mode = extend", "enforce", TRUST_EXTEND,
     MODE_ENFORCE},
};

START_TEST(who_may_only_tighten_switches_no_trust_mode_on)
{
    char text[512];
    struct config_errors errors = {0};
    make_directory();
    snprintf(text, sizeof text, "[policy]\n%s\n", raises[_i].system);
    write_file("policy.conf", text);
    struct policy *policy = load((struct config_environment){.mode = raises[_i].raised}, &errors);
    ck_assert_msg(errors.count == 0, "%s: %s", raises[_i].fact, errors.count ? errors.items[0].message : "");
    struct settings settings = settings_of(policy);
    ck_assert_msg(settings.mode == raises[_i].mode, "%s: mode %d", raises[_i].fact, settings.mode);
    ck_assert_msg(settings.trust_mode == raises[_i].trust_mode, "%s: trust-mode %d", raises[_i].fact,
                  settings.trust_mode);
    policy_free(policy);
    remove_directory();
}
END_TEST

START_TEST(rules_keep_their_own_mode)
{
    struct config_errors errors = {0};
    make_directory();
    write_file("policy.conf", "[rule own]\ndestination = x.example\nmode = audit\n[rule inherits]\nprogram = *\n");
    struct policy *policy = load((struct config_environment){.mode = "enforce"}, &errors);
    struct process_identity process = {.executable = "/x"};
    struct destination x = {"x.example", NULL, 0};
    struct destination y = {"y.example", NULL, 0};
    ck_assert_int_eq(policy_settings(policy, &process, &x, 0).mode, MODE_AUDIT);
    ck_assert_int_eq(policy_settings(policy, &process, &y, 0).mode, MODE_ENFORCE);
    policy_free(policy);
    remove_directory();
}
END_TEST

START_TEST(drop_ins_are_read_in_byte_order)
{
    struct config_errors errors = {0};
    make_directory();
    write_file("policy.conf", "[policy]\ntrust = /0\n");
    write_file("policy.d/b.conf", "[policy]\ntrust = /3\n");
    write_file("policy.d/a.conf", "[policy]\ntrust = /2\n");
    write_file("policy.d/Z.conf", "[policy]\ntrust = /1\n");
    write_file("policy.d/.hidden.conf", "broken");
    write_file("policy.d/a.conf.dpkg-new", "broken");
    write_file("policy.d/.conf", "broken");
    struct policy *policy = load((struct config_environment){0}, &errors);
    struct settings settings = settings_of(policy);
    check_trust(&settings, "/0 /1 /2 /3", "order");
    ck_assert_str_eq(policy_files(policy)[3], path_of("policy.d/b.conf"));
    ck_assert_ptr_null(policy_files(policy)[4]);
    policy_free(policy);
    remove_directory();
}
END_TEST

START_TEST(a_drop_in_alone_is_a_system_policy)
{
    struct config_errors errors = {0};
    make_directory();
    write_file("policy.d/ring.conf", "[policy]\nmode = enforce\n");
    struct policy *policy = load((struct config_environment){.mode = "off"}, &errors);
    ck_assert_int_eq(settings_of(policy).mode, MODE_ENFORCE);
    policy_free(policy);
    remove_directory();
}
END_TEST

START_TEST(the_default_comes_from_no_file)
{
    struct config_errors errors = {0};
    make_directory();
    struct policy *policy = load((struct config_environment){0}, &errors);
    ck_assert_ptr_null(policy_files(policy)[0]);
    policy_free(policy);
    remove_directory();
}
END_TEST

START_TEST(an_empty_file_cannot_be_read_yet)
{
    struct config_errors errors = {0};
    make_directory();
    write_file("policy.conf", "");
    write_file("policy.d/a.conf", "[policy]\nmode = enforce\n");
    struct policy *policy = load((struct config_environment){0}, &errors);
    ck_assert(policy_is_incomplete(policy) && !policy_is_invalid(policy));
    ck_assert_int_eq(settings_of(policy).mode, MODE_ENFORCE);
    ck_assert_ptr_nonnull(strstr(errors.items[0].message, "it is empty"));
    policy_free(policy);
    config_errors_free(&errors);
    remove_directory();
}
END_TEST

/* What changes after it was opened, and before anybody asks: `name` gets `text`, and NULL stands for nothing there. */
static const struct {
    const char *fact;
    const char *name;
    const char *text;
    bool in_place;
    bool changed;
} changes[] = {
    {"nothing", NULL, NULL, false, false},
    {"a replaced policy", "policy.conf", "[policy]\nmode = enforce\n", false, true},
    {"a policy written in place", "policy.conf", "[policy]\nmode = enforce\n", true, true},
    {"a replaced drop-in", "policy.d/a.conf", "[policy]\nmode = enforce\n", false, true},
    {"a drop-in written in place", "policy.d/a.conf", "[policy]\nmode = enforce\n", true, true},
    {"a new drop-in", "policy.d/b.conf", "[policy]\nmode = enforce\n", false, true},
    {"a drop-in that is gone", "policy.d/a.conf", NULL, false, true},
    {"a replaced include", "extra.conf", "# other\n", false, true},
    {"a missing include that comes", "missing.conf", "# other\n", false, true},
    {"a replaced policy of the environment", "user.conf", "[policy]\n", false, true},
    {"a drop-in that could not be used, and is written in place", "policy.d/large.conf", "[policy]\n", true, true},
    {"an unrelated file", "other.conf", "[policy]\n", false, false},
};

static void change_file(const char *name, const char *text, bool in_place)
{
    char target[128];
    snprintf(target, sizeof target, "%s", path_of(name));
    if (!text) {
        ck_assert_int_eq(unlink(target), 0);
    } else if (in_place) {
        write_file(name, text);
    } else {
        write_file("fresh", text);
        ck_assert_int_eq(rename(path_of("fresh"), target), 0);
    }
}

START_TEST(what_changes_after_it_was_opened_is_noticed)
{
    struct config_errors errors = {0};
    char user[128];
    make_directory();
    write_file("policy.conf", "[policy]\nenvironment = allow\ninclude = extra\ninclude = missing\n");
    write_file("policy.d/a.conf", "[policy]\n");
    write_file("policy.d/large.conf", "");
    ck_assert_int_eq(truncate(path_of("policy.d/large.conf"), 2 * SIZE_LIMIT), 0);
    write_file("extra.conf", "# none\n");
    write_file("user.conf", "[policy]\ninclude = extra\n");
    snprintf(user, sizeof user, "%s", path_of("user.conf"));
    if (!changes[_i].name || !strstr("policy.d/large.conf missing.conf", changes[_i].name)) {
        ck_assert_int_eq(unlink(path_of("policy.d/large.conf")), 0);
        write_file("missing.conf", "# none\n");
    }
    struct policy *policy = load((struct config_environment){.policy_path = user}, &errors);
    if (changes[_i].name)
        change_file(changes[_i].name, changes[_i].text, changes[_i].in_place);
    bool changed = config_watch_fingerprint(policy) != config_watch_fingerprint_now(policy);
    ck_assert_msg(changed == changes[_i].changed, "%s", changes[_i].fact);
    policy_free(policy);
    config_errors_free(&errors);
    remove_directory();
}
END_TEST

#define OF_INCLUDE "program = /x\nowner = o\nreason = r\n"

/*
 * What "include = extra" brings. `shipped` is extra.conf, NULL: there is none. The rule that decides for /x, or the
 * error, and what is left in force where there is one.
 */
static const struct {
    const char *fact;
    const char *system;
    const char *shipped;
    const char *rule;
    const char *error;
    enum policy_mode mode;
} includes[] = {
    {"a rule of an included file applies, without an end", "[policy]\nmode = enforce\ninclude = extra\n",
     "[rule a]\n" OF_INCLUDE "verify = none\n", "extra/a", NULL, MODE_ENFORCE},
    {"the administrator's rules come first, whatever stands first in the file",
     "[policy]\ninclude = extra\n[rule own]\nprogram = /x\n", "[rule a]\n" OF_INCLUDE, "own", NULL, MODE_AUDIT},
    {"a rule may have the name of an included one", "[policy]\ninclude = extra\n[rule a]\nprogram = /y\n",
     "[rule a]\n" OF_INCLUDE, "extra/a", NULL, MODE_AUDIT},
    {"including twice is including once", "[policy]\ninclude = extra\ninclude = extra\n", "[rule a]\n" OF_INCLUDE,
     "extra/a", NULL, MODE_AUDIT},
    {"one that weakens says who wants it and why", "[policy]\ninclude = extra\n",
     "[rule a]\nprogram = /x\nverify = none\n", NULL,
     "extra.conf:1: the rule weakens [policy] (verify) and must "
     "say: owner, reason",
     MODE_AUDIT},
    {"it holds no [policy]", "[policy]\ninclude = extra\n", "[policy]\nmode = off\n", NULL,
     "extra.conf:1: an included file holds nothing but rules", MODE_AUDIT},
    {"it cannot ask for enforcement", "[policy]\ninclude = extra\n", "[rule a]\nprogram = /x\nmode = enforce\n", NULL,
     "extra.conf:3: an included rule cannot ask for enforcement", MODE_AUDIT},
    {"a missing one is an error where it is included", "[policy]\n\ninclude = extra\n", NULL, NULL,
     "policy.conf:3: these shipped rules cannot be used: ", MODE_AUDIT},
    {"a missing one fails closed where the policy enforces", "[policy]\nmode = enforce\ninclude = extra\n", NULL, NULL,
     "policy.conf:3: these shipped rules cannot be used: ", MODE_ENFORCE},
    {"its name leads to no other place", "[policy]\ninclude = ../extra\n", "[rule a]\n" OF_INCLUDE, NULL,
     "policy.conf:2: not the name of shipped rules", MODE_AUDIT},
};

START_TEST(what_an_include_brings)
{
    struct config_errors errors = {0};
    char told[512] = "";
    make_directory();
    write_file("policy.conf", includes[_i].system);
    if (includes[_i].shipped)
        write_file("extra.conf", includes[_i].shipped);
    struct policy *policy = load((struct config_environment){0}, &errors);
    struct settings settings = settings_of(policy);
    if (errors.count > 0)
        snprintf(told, sizeof told, "%s:%u: %s", strrchr(errors.items[0].file, '/') + 1, errors.items[0].line,
                 errors.items[0].message);
    const char *error = includes[_i].error ? includes[_i].error : "";
    ck_assert_msg(strncmp(told, error, *error ? strlen(error) : 1) == 0, "%s: %s", includes[_i].fact, told);
    ck_assert_msg(settings.mode == includes[_i].mode, "%s: mode %d", includes[_i].fact, settings.mode);
    ck_assert_msg(!settings.rule == !includes[_i].rule, "%s", includes[_i].fact);
    if (settings.rule)
        ck_assert_str_eq(settings.rule, includes[_i].rule);
    policy_free(policy);
    config_errors_free(&errors);
    remove_directory();
}
END_TEST

START_TEST(an_included_file_is_checked_like_any_other)
{
    struct config_errors errors = {0};
    make_directory();
    write_file("policy.conf", "[policy]\ninclude = extra\n");
    write_file("extra.conf", "[rule a]\n" OF_INCLUDE);
    ck_assert_int_eq(chmod(path_of("extra.conf"), 0666), 0);
    policy_free(load((struct config_environment){0}, &errors));
    ck_assert_uint_eq(errors.count, 2);
    ck_assert_ptr_nonnull(strstr(errors.items[0].message, "others than its owner can write it"));
    ck_assert_uint_eq(errors.items[1].line, 2);
    config_errors_free(&errors);
    remove_directory();
}
END_TEST

START_TEST(a_missing_include_is_watched_for)
{
    struct config_errors errors = {0};
    make_directory();
    write_file("policy.conf", "[policy]\ninclude = extra\n");
    struct policy *policy = load((struct config_environment){0}, &errors);
    ck_assert_str_eq(policy_files(policy)[1], path_of("extra.conf"));
    ck_assert_ptr_null(policy_files(policy)[2]);
    policy_free(policy);
    config_errors_free(&errors);
    remove_directory();
}
END_TEST

START_TEST(included_rules_are_printed_as_comments)
{
    struct config_errors errors = {0};
    make_directory();
    write_file("policy.conf", "[policy]\ninclude = extra\n");
    write_file("extra.conf", "[rule a]\n" OF_INCLUDE "verify = none\n");
    struct policy *policy = load((struct config_environment){0}, &errors);
    char *text = config_print(policy);
    ck_assert_ptr_nonnull(strstr(text, "\ninclude = extra\n"));
    ck_assert_ptr_nonnull(strstr(text, "\n# [rule extra/a]\n# program = /x\n# verify = none\n"));
    policy_free(parse_good(text));
    free(text);
    policy_free(policy);
    remove_directory();
}
END_TEST

static const struct {
    const char *system;
    bool allows;
    bool believes_environment;
} kill_switches[] = {
    {NULL, true, true},
    {"[policy]\n", false, false},
    {"[policy]\nenvironment = ignore\n", false, false},
    {"[policy]\nenvironment = allow\n", false, true},
    {"[policy]\nkill-switch-environment = ignore\n", false, false},
    {"[policy]\nkill-switch-environment = allow\n", true, false},
    {"[policy]\nkill-switch-environment = allow\nbroken\n", true, false},
    {"[policy]\nbroken\n", false, false},
};

START_TEST(who_may_switch_off)
{
    struct config_errors errors = {0};
    make_directory();
    if (kill_switches[_i].system)
        write_file("policy.conf", kill_switches[_i].system);
    struct policy *policy = load((struct config_environment){0}, &errors);
    ck_assert_int_eq(policy_allows_kill_switch(policy), kill_switches[_i].allows);
    ck_assert_int_eq(policy_believes_environment(policy), kill_switches[_i].believes_environment);
    config_errors_free(&errors);
    policy_free(policy);
    remove_directory();
}
END_TEST

/* What became of a policy in another process. */
struct outcome_there {
    bool ran; /* the process could be made at all */
    size_t errors;
    enum policy_mode mode;
    bool invalid;
    bool incomplete;
    char message[200];
};

/* What a user namespace knows, whose every other user is nobody there. */
enum namespace { NO_NAMESPACE, KNOWS_THE_USER, USER_IS_ROOT };

static bool become(uid_t uid, enum namespace space)
{
    char map[64];
    if (uid != 0 && setresuid(uid, uid, uid) != 0)
        return false;
    if (space == NO_NAMESPACE)
        return true;
    snprintf(map, sizeof map, "%u %u 1\n", space == USER_IS_ROOT ? 0 : uid, uid);
    if (prctl(PR_SET_DUMPABLE, 1) != 0 || unshare(CLONE_NEWUSER) != 0)
        return false;
    int fd = open("/proc/self/uid_map", O_WRONLY);
    bool mapped = fd >= 0 && write(fd, map, strlen(map)) == (ssize_t)strlen(map);
    close(fd);
    return mapped;
}

static struct outcome_there load_here(bool secure)
{
    struct config_environment environment = {.secure = secure, .system_dir = directory};
    struct config_errors errors = {0};
    const struct policy *policy = config_load(&environment, &errors);
    struct outcome_there outcome = {.ran = true,
                                    .errors = errors.count,
                                    .mode = settings_of(policy).mode,
                                    .invalid = policy_is_invalid(policy),
                                    .incomplete = policy_is_incomplete(policy)};
    if (errors.count > 0)
        snprintf(outcome.message, sizeof outcome.message, "%s", errors.items[0].message);
    return outcome;
}

/* Loads the system policy as user `uid`, in a child. */
static struct outcome_there load_as(uid_t uid, enum namespace space, bool secure)
{
    struct outcome_there outcome = {.ran = false};
    int pipes[2];
    ck_assert_int_eq(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        if (become(uid, space))
            outcome = load_here(secure);
        _exit(write(pipes[1], &outcome, sizeof outcome) != sizeof outcome);
    }
    close(pipes[1]);
    ck_assert_int_eq(read(pipes[0], &outcome, sizeof outcome), sizeof outcome);
    close(pipes[0]);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    return outcome;
}

enum { SOMEBODY = 12345, SOMEBODY_ELSE = 12346, NOBODY = 65534 };
enum { ACCEPTED, DISTRUSTED, UNREADABLE };

static const struct {
    const char *fact;
    uid_t owner;
    mode_t mode;
    uid_t user;
    bool secure;
    enum namespace space;
    int becomes;
    const char *objection; /* NULL: accepted */
} permissions[] = {
    {"root's file in root's process", 0, 0644, 0, false, NO_NAMESPACE, ACCEPTED, NULL},
    {"root's file in a user's process", 0, 0644, SOMEBODY, false, NO_NAMESPACE, ACCEPTED, NULL},
    {"root's file in a set-user-id process", 0, 0644, SOMEBODY, true, NO_NAMESPACE, ACCEPTED, NULL},
    {"root's private file in root's process", 0, 0600, 0, false, NO_NAMESPACE, ACCEPTED, NULL},
    {"root's private file in a user's process", 0, 0600, SOMEBODY, false, NO_NAMESPACE, UNREADABLE,
     "Permission denied"},
    {"group-writable", 0, 0664, SOMEBODY, false, NO_NAMESPACE, DISTRUSTED, "others than its owner can write it"},
    {"world-writable", 0, 0646, SOMEBODY, false, NO_NAMESPACE, DISTRUSTED, "others than its owner can write it"},
    {"group-writable for root", 0, 0664, 0, false, NO_NAMESPACE, DISTRUSTED, "others than its owner can write it"},
    {"the user's own", SOMEBODY, 0644, SOMEBODY, false, NO_NAMESPACE, ACCEPTED, NULL},
    {"the user's own under AT_SECURE", SOMEBODY, 0644, SOMEBODY, true, NO_NAMESPACE, DISTRUSTED,
     "this process is privileged"},
    {"a user's file in root's process", SOMEBODY, 0644, 0, false, NO_NAMESPACE, DISTRUSTED,
     "this process is privileged"},
    {"another user's", SOMEBODY_ELSE, 0644, SOMEBODY, false, NO_NAMESPACE, DISTRUSTED, "neither root nor the user"},
    {"nobody's, where nobody is a user", NOBODY, 0644, SOMEBODY, false, NO_NAMESPACE, DISTRUSTED,
     "neither root nor the user"},
    {"root's file in a user namespace", 0, 0644, SOMEBODY, false, KNOWS_THE_USER, ACCEPTED, NULL},
    {"root's file in a user namespace, to the user as root", 0, 0644, SOMEBODY, false, USER_IS_ROOT, ACCEPTED, NULL},
    {"the user's own in a user namespace", SOMEBODY, 0644, SOMEBODY, false, KNOWS_THE_USER, ACCEPTED, NULL},
    {"the user's own in one where he is root", SOMEBODY, 0644, SOMEBODY, false, USER_IS_ROOT, ACCEPTED, NULL},
    {"world-writable in a user namespace", 0, 0646, SOMEBODY, false, KNOWS_THE_USER, DISTRUSTED,
     "others than its owner can write it"},
};

static void check_permissions(int row, bool enforce)
{
    const char *fact = permissions[row].fact;
    int becomes = permissions[row].becomes;
    make_directory();
    write_file("policy.conf", enforce ? "[policy]\nmode = enforce\n" : "[policy]\nmode = audit\n");
    ck_assert_int_eq(chown(path_of("policy.conf"), permissions[row].owner, 0), 0);
    ck_assert_int_eq(chmod(path_of("policy.conf"), permissions[row].mode), 0);
    struct outcome_there there = load_as(permissions[row].user, permissions[row].space, permissions[row].secure);
    if (!there.ran) {
        ck_assert_msg(permissions[row].space != NO_NAMESPACE, "%s: no such process", fact);
        remove_directory();
        return;
    }
    ck_assert_msg(there.errors == (becomes != ACCEPTED), "%s: %zu errors: %s", fact, there.errors, there.message);
    if (permissions[row].objection)
        ck_assert_msg(strstr(there.message, permissions[row].objection), "%s: %s", fact, there.message);
    enum policy_mode mode = enforce && becomes != UNREADABLE ? MODE_ENFORCE : MODE_AUDIT;
    ck_assert_msg(there.mode == mode, "%s: mode %d", fact, there.mode);
    ck_assert_msg(there.invalid == (becomes == DISTRUSTED), "%s: invalid %d", fact, there.invalid);
    ck_assert_msg(there.incomplete == (becomes != ACCEPTED), "%s: incomplete %d", fact, there.incomplete);
    remove_directory();
}

/* What may have been written by anybody blocks where it says enforce, and is not followed where it does not. */
START_TEST(who_may_write_a_policy)
{
    if (geteuid() != 0)
        return;
    check_permissions(_i, false);
    check_permissions(_i, true);
}
END_TEST

START_TEST(what_cannot_be_read_leaves_the_rest_in_force)
{
    if (geteuid() != 0)
        return;
    make_directory();
    write_file("policy.conf", "[policy]\nmode = enforce\n");
    write_file("policy.d/a.conf", "[rule a]\nprogram = *\nmode = audit\n" EXCUSE);
    ck_assert_int_eq(chmod(path_of("policy.d/a.conf"), 0600), 0);
    struct outcome_there there = load_as(SOMEBODY, NO_NAMESPACE, false);
    ck_assert_msg(there.errors == 1 && strstr(there.message, "cannot be read: Permission denied"), "%s", there.message);
    ck_assert(there.mode == MODE_ENFORCE && !there.invalid && there.incomplete);
    remove_directory();
}
END_TEST

START_TEST(a_good_file_still_enforces_beside_one_that_others_wrote)
{
    struct config_errors errors = {0};
    make_directory();
    write_file("policy.conf", "[policy]\nmode = enforce\n");
    write_file("policy.d/a.conf", "[rule a]\nprogram = *\nmode = off\n" EXCUSE);
    ck_assert_int_eq(chmod(path_of("policy.d/a.conf"), 0666), 0);
    struct policy *policy = load((struct config_environment){0}, &errors);
    ck_assert(policy_is_invalid(policy));
    ck_assert_int_eq(settings_of(policy).mode, MODE_ENFORCE);
    config_errors_free(&errors);
    policy_free(policy);
    remove_directory();
}
END_TEST

/* Whatever the environment's file would have said: the policy that gave way to it stays. */
START_TEST(what_the_environment_names_and_nobody_can_read_replaces_nothing)
{
    struct config_errors errors = {0};
    if (geteuid() != 0)
        return;
    make_directory();
    write_file("policy.conf", "[policy]\nmode = enforce\nenvironment = allow\n");
    write_file("user.conf", "[policy]\nmode = off\n");
    ck_assert_int_eq(chown(path_of("user.conf"), SOMEBODY, 0), 0);
    ck_assert_int_eq(chmod(path_of("user.conf"), 0), 0);
    pid_t child = fork();
    if (child == 0) {
        if (!become(SOMEBODY_ELSE, NO_NAMESPACE))
            _exit(2);
        struct policy *policy = load((struct config_environment){.policy_path = path_of("user.conf")}, &errors);
        _exit(settings_of(policy).mode != MODE_ENFORCE || policy_is_invalid(policy) || !policy_is_incomplete(policy) ||
              errors.count != 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    remove_directory();
}
END_TEST

static void make_fifo(const char *path)
{
    ck_assert_int_eq(mkfifo(path, 0644), 0);
}

static void make_subdirectory(const char *path)
{
    ck_assert_int_eq(mkdir(path, 0755), 0);
}

static void make_broken_link(const char *path)
{
    ck_assert_int_eq(symlink("/no/such/file", path), 0);
}

static void make_looping_link(const char *path)
{
    ck_assert_int_eq(symlink(path, path), 0);
}

static void make_device_link(const char *path)
{
    ck_assert_int_eq(symlink("/dev/zero", path), 0);
}

static void make_huge_file(const char *path)
{
    write_file("policy.conf", "");
    ck_assert_int_eq(truncate(path, SIZE_LIMIT + 1), 0);
}

static const struct {
    void (*make)(const char *path);
    const char *objection;
} no_policies[] = {
    {make_fifo, "not a regular file"},        {make_subdirectory, "not a regular file"},
    {make_broken_link, "leads nowhere"},      {make_looping_link, "leads nowhere"},
    {make_device_link, "not a regular file"}, {make_huge_file, "larger than 16 MiB"},
};

START_TEST(what_is_no_file_cannot_switch_enforcement_off)
{
    struct config_errors errors = {0};
    make_directory();
    no_policies[_i].make(path_of("policy.conf"));
    struct policy *policy = load((struct config_environment){.mode = "off"}, &errors);
    ck_assert_uint_eq(errors.count, 1);
    ck_assert_str_eq(errors.items[0].file, path_of("policy.conf"));
    ck_assert_msg(strstr(errors.items[0].message, no_policies[_i].objection), "%s", errors.items[0].message);
    ck_assert_int_eq(settings_of(policy).mode, MODE_ENFORCE);
    config_errors_free(&errors);
    policy_free(policy);
    remove_directory();
}
END_TEST

/* Text with a rule behind it, filled up with a comment to that many bytes. */
static void write_file_of_size(const char *name, const char *head, size_t size)
{
    static const char tail[] = "\n[rule last]\nuser = 0\nmode = audit\n";
    write_file(name, head);
    FILE *file = fopen(path_of(name), "a");
    ck_assert_ptr_nonnull(file);
    for (size_t i = strlen(head) + strlen(tail); i < size; i++)
        putc('#', file);
    fputs(tail, file);
    ck_assert_int_eq(fclose(file), 0);
}

static const struct {
    const char *file;
    size_t size;
    bool is_used;
} sizes[] = {
    {"policy.conf", SIZE_LIMIT - 1, true},      {"policy.conf", SIZE_LIMIT, true},
    {"policy.conf", SIZE_LIMIT + 1, false},     {"policy.d/a.conf", SIZE_LIMIT, true},
    {"policy.d/a.conf", SIZE_LIMIT + 1, false}, {"extra.conf", SIZE_LIMIT + 1, false},
};

/* What a larger one says cannot be known, so that it may have enforced; but for one that can hold nothing of the kind.
 */
START_TEST(a_file_of_up_to_16_mebibytes_is_read)
{
    struct config_errors errors = {0};
    bool is_include = strcmp(sizes[_i].file, "extra.conf") == 0;
    make_directory();
    bool is_policy = strcmp(sizes[_i].file, "policy.conf") == 0;
    write_file("policy.conf", is_include ? "[policy]\nmode = off\ninclude = extra\n" : "[policy]\nmode = off\n");
    write_file_of_size(sizes[_i].file, is_policy ? "[policy]\nmode = off\n" : "", sizes[_i].size);
    struct policy *policy = load((struct config_environment){0}, &errors);
    ck_assert_msg(policy_is_invalid(policy) == !sizes[_i].is_used, "%s, %zu", sizes[_i].file, sizes[_i].size);
    enum policy_mode refused = is_include ? MODE_AUDIT : MODE_ENFORCE;
    ck_assert_int_eq(settings_of(policy).mode, sizes[_i].is_used ? MODE_AUDIT : refused);
    if (sizes[_i].is_used)
        ck_assert_str_eq(settings_of(policy).rule, "last");
    else
        ck_assert_msg(strcmp(errors.items[0].file, path_of(sizes[_i].file)) == 0 &&
                          strstr(errors.items[0].message, "larger than 16 MiB"),
                      "%s: %s", errors.items[0].file, errors.items[0].message);
    config_errors_free(&errors);
    policy_free(policy);
    remove_directory();
}
END_TEST

START_TEST(links_to_good_files_are_followed)
{
    struct config_errors errors = {0};
    make_directory();
    write_file("real", "[policy]\nmode = enforce\n");
    char target[128];
    snprintf(target, sizeof target, "%s", path_of("real"));
    ck_assert_int_eq(symlink(target, path_of("policy.conf")), 0);
    struct policy *policy = load((struct config_environment){0}, &errors);
    ck_assert_int_eq(settings_of(policy).mode, MODE_ENFORCE);
    policy_free(policy);
    remove_directory();
}
END_TEST

START_TEST(a_system_directory_that_leads_nowhere_is_an_error)
{
    struct config_errors errors = {0};
    make_directory();
    char link[128];
    snprintf(link, sizeof link, "%s", path_of("link"));
    ck_assert_int_eq(symlink("/no/such/directory", link), 0);
    struct config_environment environment = {.system_dir = link};
    struct policy *policy = config_load(&environment, &errors);
    ck_assert(policy_is_invalid(policy));
    ck_assert_int_eq(settings_of(policy).mode, MODE_ENFORCE);
    config_errors_free(&errors);
    policy_free(policy);
    remove_directory();
}
END_TEST

static int open_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

START_TEST(no_descriptor_is_kept)
{
    struct config_errors errors = {0};
    make_directory();
    write_file("policy.conf", "[rule r]\nuser = root\nuser = nobody-here\n");
    write_file("policy.d/a.conf", "broken");
    make_fifo(path_of("policy.d/b.conf"));
    int before = open_descriptors();
    policy_free(load((struct config_environment){0}, &errors));
    ck_assert_int_eq(open_descriptors(), before);
    config_errors_free(&errors);
    remove_directory();
}
END_TEST

static const struct {
    const char *name;
    bool found;
    uid_t uid;
} accounts[] = {
    {"root", true, 0},    {"app", true, 1000},    {"ap", false, 0},    {"appp", false, 0},
    {"last", true, 1002}, {"", false, 0},         {"short", false, 0}, {"letters", false, 0},
    {"huge", false, 0},   {"reserved", false, 0}, {"x", false, 0},     {"App", false, 0},
};

START_TEST(accounts_without_nss)
{
    uid_t uid = 0;
    make_directory();
    write_file("passwd",
               "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/:/bin/sh\nshort:x\n"
               "letters:x:10a:0::/:\nhuge:x:4294967296:0::/:\nreserved:x:4294967295:0::/:\n+::::::\nlast:x:1002:0::/:");
    struct accounts read = accounts_read(path_of("passwd")), unread = accounts_read(path_of("no-passwd"));
    enum account account = account_id(&read, accounts[_i].name, &uid);
    ck_assert_msg(account == (accounts[_i].found ? ACCOUNT_FOUND : ACCOUNT_ABSENT), "%s", accounts[_i].name);
    if (account == ACCOUNT_FOUND)
        ck_assert_uint_eq(uid, accounts[_i].uid);
    ck_assert_int_eq(account_id(&unread, "root", &uid), ACCOUNT_UNKNOWN);
    accounts_free(&read);
    accounts_free(&unread);
    remove_directory();
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(table)[0])

int main(void)
{
    TCase *text = tcase_create("text");
    tcase_add_test(text, defaults);
    tcase_add_loop_test(text, every_key, 0, ROWS(keys));
    tcase_add_test(text, an_overlong_line_is_a_line);
    tcase_add_test(text, proxies_add_up);
    tcase_add_test(text, several_texts_are_one_policy);
    tcase_add_loop_test(text, every_error, 0, ROWS(wrong));
    tcase_add_loop_test(text, an_exception_is_no_longer_than_any_may_be, 0, ROWS(exceptions));
    tcase_add_loop_test(text, ten_thousand_rules_are_told_apart, 0, ROWS(wrong_at_scale));
    tcase_add_test(text, a_nul_byte_is_an_error);
    tcase_add_test(text, all_errors_are_told);
    tcase_add_loop_test(text, rules_that_weaken_need_an_owner_a_reason_and_an_end, 0, ROWS(weakening));
    tcase_add_test(text, the_missing_metadata_is_named);
    tcase_add_test(text, a_whole_policy_survives_printing);

    TCase *files = tcase_create("files");
    tcase_add_loop_test(files, which_policy_counts, 0, ROWS(which));
    tcase_add_test(files, a_shortage_of_descriptors_is_no_invalid_file);
    tcase_add_test(files, no_file_and_no_descriptor_is_the_built_in_default);
    tcase_add_loop_test(files, who_may_only_tighten_switches_no_trust_mode_on, 0, ROWS(raises));
    tcase_add_test(files, rules_keep_their_own_mode);
    tcase_add_test(files, drop_ins_are_read_in_byte_order);
    tcase_add_test(files, a_drop_in_alone_is_a_system_policy);
    tcase_add_test(files, the_default_comes_from_no_file);
    tcase_add_test(files, an_empty_file_cannot_be_read_yet);
    tcase_add_loop_test(files, what_changes_after_it_was_opened_is_noticed, 0, ROWS(changes));
    tcase_add_loop_test(files, what_an_include_brings, 0, ROWS(includes));
    tcase_add_test(files, an_included_file_is_checked_like_any_other);
    tcase_add_test(files, a_missing_include_is_watched_for);
    tcase_add_test(files, included_rules_are_printed_as_comments);
    tcase_add_loop_test(files, who_may_switch_off, 0, ROWS(kill_switches));
    tcase_add_loop_test(files, who_may_write_a_policy, 0, ROWS(permissions));
    tcase_add_test(files, what_cannot_be_read_leaves_the_rest_in_force);
    tcase_add_test(files, a_good_file_still_enforces_beside_one_that_others_wrote);
    tcase_add_test(files, what_the_environment_names_and_nobody_can_read_replaces_nothing);
    tcase_add_loop_test(files, what_is_no_file_cannot_switch_enforcement_off, 0, ROWS(no_policies));
    tcase_add_loop_test(files, a_file_of_up_to_16_mebibytes_is_read, 0, ROWS(sizes));
    tcase_add_test(files, links_to_good_files_are_followed);
    tcase_add_test(files, a_system_directory_that_leads_nowhere_is_an_error);
    tcase_add_test(files, no_descriptor_is_kept);
    tcase_add_loop_test(files, accounts_without_nss, 0, ROWS(accounts));

    return run_cases("config", (TCase *const[]){text, files, NULL});
}
