/*
 * One evaluator: what the commands make of an event is what the library had decided when it wrote it, for policies,
 * processes, destinations and facts drawn by chance; and a rule that has expired in one has expired in the other.
 */
#include "cases.h"
#include "evaluate/evaluate.h"
#include "event/event.h"
#include "policy/config.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { POLICIES = 1000, HANDSHAKES = 5, TODAY = 20000 * 86400 /* 2024-10-04 */ };

static const char *const programs[] = {"/opt/a", "/opt/b", "/usr/bin/python3"};
enum { PYTHON = 2 };
static const char *const names[] = {"a.example", "b.example", "c.b.example"};
static const char *const addresses[] = {"192.0.2.1", "192.0.2.200", "2001:db8::1"};

static uint64_t state = 88172645463325252u;

/* A small generator of our own (xorshift64), so that a failing run can be repeated. */
static unsigned draw(unsigned limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 33) % limit;
}

static void add_rule(FILE *out, unsigned number)
{
    static const char *const matchers[] = {"program = /opt/*",
                                           "program = /opt/a",
                                           "user = 1000",
                                           "destination = *.example",
                                           "destination = b.example:443",
                                           "destination = 192.0.2.0/25",
                                           "script = /srv/*.py",
                                           "unit = a.service"};
    static const char *const settings[] = {"verify = none",        "verify = ca",
                                           "mode = audit",         "mode = enforce",
                                           "mode = off",           "psk = block",
                                           "unknown-name = allow", "allow-cn = yes",
                                           "names = strict",       "allow-expired-until = 2030-01-01",
                                           "min-protocol = tls1.2"};
    fprintf(out, "[rule r%u]\n%s\n", number, matchers[draw(sizeof matchers / sizeof *matchers)]);
    fprintf(out, "%s\n", settings[draw(sizeof settings / sizeof *settings)]);
    fprintf(out, "owner = o\nreason = r\nexpires = %s\n", draw(3) == 0 ? "2024-10-03" : "2024-10-04");
}

static void write_policy(const char *path)
{
    FILE *out = fopen(path, "we");
    ck_assert_ptr_nonnull(out);
    fprintf(out, "[policy]\nmode = %s\n", draw(2) ? "enforce" : "audit");
    for (unsigned number = 0, count = draw(6); number < count; number++)
        add_rule(out, number);
    ck_assert_int_eq(fclose(out), 0);
    ck_assert_int_eq(chmod(path, 0600), 0);
}

static struct policy *load(const char *path, const struct process_identity *process)
{
    struct config_errors errors = {.items = NULL};
    const struct config_environment environment = {
        .policy_path = path, .system_dir = "/nonexistent", .share_dir = "/nonexistent", .process = process};
    struct policy *policy = config_load(&environment, &errors);
    ck_assert_msg(errors.count == 0, "%s", errors.count > 0 ? errors.items[0].message : "");
    return policy;
}

/* All of it is what an event can tell. */
static struct process_identity draw_process(void)
{
    uid_t uid = draw(2) ? 1000 : 0;
    unsigned program = draw(3);
    const char *script = draw(2) ? "/srv/x.py" : "-c";
    return (struct process_identity){.executable = programs[program],
                                     .uid = uid,
                                     .effective_uid = uid,
                                     .kernel_uid = uid,
                                     .groups_known = GROUPS_OWN,
                                     .gid = uid,
                                     .effective_gid = uid,
                                     .script = {.name = program == PYTHON ? script : "", .is_certain = true},
                                     .unit = {.name = draw(2) ? "a.service" : "b.service"},
                                     .unit_is_certain = true,
                                     .host_name = "host"};
}

static struct facts draw_facts(void)
{
    static const enum authentication ways[] = {AUTH_CERTIFICATE, AUTH_CERTIFICATE, AUTH_CERTIFICATE, AUTH_PSK,
                                               AUTH_ANONYMOUS};
    static const int errors[] = {0, 0, 10, 20, 18};
    struct facts facts = {.authentication = ways[draw(5)],
                          .name_source = draw(5) ? NAME_FROM_SNI : NAME_UNKNOWN,
                          .protocol = PROTOCOL_TLS1_3,
                          .app_demands_chain = draw(2),
                          .app_demands_name = draw(2)};
    if (facts.authentication != AUTH_CERTIFICATE)
        return facts;
    facts.app_anchors_checked = facts.policy_anchors_checked = true;
    facts.app_anchors_error = errors[draw(5)];
    facts.policy_anchors_error = errors[draw(5)];
    facts.app_rejected = facts.app_demands_chain && facts.app_anchors_error != 0;
    facts.app_error = facts.app_rejected ? facts.app_anchors_error : 0;
    facts.policy_anchors_expiry_alone = facts.policy_anchors_error == 10 && draw(2);
    facts.name_checked = facts.name_source != NAME_UNKNOWN;
    facts.name_error = facts.name_checked && draw(2) ? 62 : 0;
    return facts;
}

struct handshake {
    struct process_identity process;
    struct destination destination;
    struct facts facts;
    struct settings settings;
    struct verdict verdict;
};

static size_t tell(const struct handshake *handshake, char line[static EVENT_MAX])
{
    const struct event event = {.kind = EVENT_HANDSHAKE,
                                .id = "00112233445566778899aabbccddeeff",
                                .time = {.tv_sec = TODAY},
                                .executable = handshake->process.executable,
                                .script = handshake->process.script.name,
                                .unit = handshake->process.unit.name,
                                .host = handshake->process.host_name,
                                .uid = handshake->process.uid,
                                .gid = handshake->process.gid,
                                .server_address = handshake->destination.name,
                                .server_ip = handshake->destination.address,
                                .server_port = handshake->destination.port,
                                .expected_name = handshake->destination.name,
                                .settings = &handshake->settings,
                                .facts = &handshake->facts,
                                .verdict = &handshake->verdict};
    return event_format(&event, line);
}

static void compare(const struct policy *policy, const struct handshake *handshake)
{
    static struct event_record record;
    static struct seen seen;
    char line[EVENT_MAX];
    size_t length = tell(handshake, line);
    ck_assert(record_read(&record, line, length) && seen_read(&seen, &record));
    ck_assert(seen.has_facts);
    struct evaluation found = evaluate(policy, policy, &seen, TODAY);
    ck_assert_msg(found.missing == NULL, "%s: %.*s", found.missing, (int)length, line);
    ck_assert_msg(found.verdict.action == handshake->verdict.action &&
                      found.verdict.reason == handshake->verdict.reason,
                  "%.*s", (int)length, line);
    ck_assert_pstr_eq(found.settings.rule, handshake->settings.rule);
    ck_assert_pstr_eq(found.settings.expired_rule, handshake->settings.expired_rule);
}

static void try_policy(const char *path, unsigned *expired, unsigned *blocked)
{
    write_policy(path);
    struct policy *anybody = load(path, NULL);
    for (unsigned i = 0; i < HANDSHAKES; i++) {
        struct handshake handshake = {.process = draw_process(), .facts = draw_facts()};
        handshake.destination = (struct destination){
            .name = draw(6) ? names[draw(3)] : NULL, .address = addresses[draw(3)], .port = draw(2) ? 443 : 8443};
        if (handshake.destination.name == NULL) {
            handshake.facts.name_source = NAME_UNKNOWN;
            handshake.facts.name_checked = false;
            handshake.facts.name_error = 0;
        }
        struct policy *own = load(path, &handshake.process);
        handshake.settings = policy_settings(own, &handshake.process, &handshake.destination, TODAY);
        handshake.verdict = decide(&handshake.settings, &handshake.facts);
        compare(anybody, &handshake);
        *expired += handshake.settings.expired_rule != NULL;
        *blocked += handshake.verdict.action == ACTION_BLOCKED;
        policy_free(own);
    }
    policy_free(anybody);
}

START_TEST(commands_decide_as_the_library_did)
{
    char path[] = "/tmp/tlsward-test-XXXXXX";
    unsigned expired = 0, blocked = 0;
    int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    close(fd);
    for (unsigned i = 0; i < POLICIES; i++)
        try_policy(path, &expired, &blocked);
    unlink(path);
    /* Nothing is shown by what never happened. */
    ck_assert_uint_gt(expired, POLICIES / 10);
    ck_assert_uint_gt(blocked, POLICIES / 10);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("evaluate");
    tcase_set_timeout(tests, 0);
    tcase_add_test(tests, commands_decide_as_the_library_did);
    return run_cases("evaluate", (TCase *const[]){tests, NULL});
}
