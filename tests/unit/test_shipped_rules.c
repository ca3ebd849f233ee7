/*
 * What a policy means that says nothing, and the rules in tools/share; which programs these are for, and that they are
 * for no others. Runs in the source's directory.
 */
#include "cases.h"
#include "policy/config.h"
#include "policy/config_keys.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[] = "/tmp/tlsward-test-XXXXXX";

static const char *path_of(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    return path;
}

static void write_file(const char *name, const char *text, size_t length)
{
    FILE *file = fopen(path_of(name), "we");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text, 1, length, file), length);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_int_eq(chmod(path_of(name), 0644), 0);
}

/* A copy, because only what belongs to root or to us counts as a policy. */
static void copy_rules(void)
{
    char text[16384];
    FILE *file = fopen("tools/share/protocols.conf", "re");
    ck_assert_ptr_nonnull(file);
    size_t length = fread(text, 1, sizeof text, file);
    ck_assert(length > 0 && length < sizeof text);
    ck_assert_int_eq(fclose(file), 0);
    write_file("protocols.conf", text, length);
}

static struct policy *load(const char *base)
{
    struct config_errors errors = {0};
    const struct config_environment environment = {.system_dir = directory, .share_dir = directory};
    ck_assert_ptr_nonnull(mkdtemp(directory));
    copy_rules();
    write_file("policy.conf", base, strlen(base));
    struct policy *policy = config_load(&environment, &errors);
    for (size_t i = 0; i < errors.count; i++)
        fprintf(stderr, "%s:%u: %s\n", errors.items[i].file, errors.items[i].line, errors.items[i].message);
    ck_assert_uint_eq(errors.count, 0);
    ck_assert_int_eq(unlink(path_of("policy.conf")), 0);
    ck_assert_int_eq(unlink(path_of("protocols.conf")), 0);
    ck_assert_int_eq(rmdir(directory), 0);
    return policy;
}

static const char *const bases[] = {
    "[policy]\nmode = enforce\ninclude = protocols\n",
    "[policy]\nmode = audit\nverify = ca\ninclude = protocols\n",
    "[policy]\nmode = enforce\ntrust-mode = exclusive\ntrust = /corp.pem\ninclude = protocols\n",
    "[policy]\nmode = enforce\ntrust-mode = extend\nstrict = yes\npsk = block\ninclude = protocols\n",
};

START_TEST(they_suit_every_policy)
{
    policy_free(load(bases[_i]));
}
END_TEST

static const struct {
    const char *executable;
    uint16_t port;
    const char *rule;
    enum verify_level verify;
} programs[] = {
    {"/usr/sbin/openvpn", 1194, "protocols/openvpn", VERIFY_CA},
    {"/usr/sbin/openvpn", 0, "protocols/openvpn", VERIFY_CA},
    {"/usr/local/sbin/openvpn", 443, "protocols/openvpn", VERIFY_CA},
    {"/usr/sbin/wpa_supplicant", 0, "protocols/eap", VERIFY_CA},
    {"/usr/bin/eapol_test", 0, "protocols/eap", VERIFY_CA},
    {"/usr/lib/postfix/sbin/smtp", 25, "protocols/postfix", VERIFY_NONE},
    {"/usr/libexec/postfix/smtp", 25, "protocols/postfix", VERIFY_NONE},
    {"/usr/lib/postfix/sbin/tlsproxy", 25, "protocols/postfix", VERIFY_NONE},
    {"/usr/sbin/exim4", 25, "protocols/exim", VERIFY_NONE},
    {"/usr/sbin/smtpd", 25, "protocols/opensmtpd", VERIFY_NONE},
    {"/usr/sbin/dma", 25, "protocols/dma", VERIFY_NONE},
    {"/usr/bin/openfortivpn", 443, "protocols/openfortivpn", VERIFY_NONE},
    {"/usr/lib/postfix/sbin/smtp", 587, NULL, VERIFY_FULL},
    {"/usr/lib/postfix/sbin/smtp", 0, NULL, VERIFY_FULL},
    {"/usr/lib/postfix/sbin/smtpd", 26, NULL, VERIFY_FULL},
    {"/usr/lib/postfix/sbin/qmgr", 25, NULL, VERIFY_FULL},
    {"/usr/bin/curl", 25, NULL, VERIFY_FULL},
    {"/opt/openvpn/helper", 443, NULL, VERIFY_FULL},
};

START_TEST(whom_they_are_for)
{
    struct policy *policy = load(bases[0]);
    const struct process_identity process = {.executable = programs[_i].executable, .uid = 1000, .effective_uid = 1000};
    const struct destination destination = {"mx.example", "192.0.2.1", programs[_i].port};
    struct settings settings = policy_settings(policy, &process, &destination, 1700000000);
    ck_assert_pstr_eq(settings.rule, programs[_i].rule);
    ck_assert_int_eq(settings.verify, programs[_i].verify);
    ck_assert_int_eq(settings.mode, MODE_ENFORCE);
    policy_free(policy);
}
END_TEST

/* Each policy, and the text that says what it means: a change of it shows in the commit that makes it. */
static const struct {
    const char *base, *meaning;
} meanings[] = {
    {"[policy]\n", "tests/unit/meanings/defaults"},
    {"[policy]\nmode = enforce\ninclude = protocols\n", "tests/unit/meanings/protocols"},
};

static void tell_key(FILE *to, const struct policy_section *section, const struct config_key *key)
{
    for (size_t i = 0; i < config_value_count(section, key); i++) {
        const char *value = config_value_text(section, key, i);
        if (value != NULL)
            fprintf(to, "%s = %s\n", key->name, value);
    }
}

static void tell_section(FILE *to, const struct policy_section *section, unsigned where)
{
    for (size_t k = 0; k < config_key_count; k++)
        if (config_keys[k].sections & where)
            tell_key(to, section, &config_keys[k]);
}

/* Unlike config_print() with what a rule takes from [policy]. */
static void tell(const struct policy *policy, char text[static 16384])
{
    FILE *to = fmemopen(text, 16384, "w");
    ck_assert_ptr_nonnull(to);
    fputs("[policy]\n", to);
    tell_section(to, &policy->base, IN_POLICY);
    for (size_t i = 0; i < policy->rule_count; i++) {
        fprintf(to, "\n[rule %s]\n", policy->rules[i].settings.rule);
        tell_section(to, &policy->rules[i], IN_RULE);
    }
    ck_assert_int_eq(fclose(to), 0);
}

START_TEST(what_they_mean)
{
    char text[16384] = "", meant[16384] = "";
    struct policy *policy = load(meanings[_i].base);
    tell(policy, text);
    FILE *file = fopen(meanings[_i].meaning, "re");
    ck_assert_ptr_nonnull(file);
    fread(meant, 1, sizeof meant - 1, file);
    ck_assert_int_eq(fclose(file), 0);
    ck_assert_msg(strcmp(text, meant) == 0, "%s is no longer what it means, which is now:\n%s", meanings[_i].meaning,
                  text);
    policy_free(policy);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(table)[0])

int main(void)
{
    TCase *rules = tcase_create("protocols");
    tcase_add_loop_test(rules, they_suit_every_policy, 0, ROWS(bases));
    tcase_add_loop_test(rules, whom_they_are_for, 0, ROWS(programs));
    tcase_add_loop_test(rules, what_they_mean, 0, ROWS(meanings));

    return run_cases("shipped rules", (TCase *const[]){rules, NULL});
}
