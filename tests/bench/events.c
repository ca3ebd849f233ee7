/*
 * Many events as a fleet has them, and what reading and grouping them costs:
 *   events generate COUNT GROUPS   writes COUNT events, made by event_format(), of GROUPS different groups
 *   events group WORKERS FILE...   reads and groups them, and says how many there were
 */
#include "event/event.h"
#include "events/reading.h"
#include "events/tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    struct verdict verdict;
    const char *error_text;
} verdicts[] = {
    {{.outcome = OUTCOME_VERIFIED, .action = ACTION_ALLOWED, .reason = REASON_NONE, .x509_error = 0}, NULL},
    {{.outcome = OUTCOME_VERIFIED_BY_POLICY, .action = ACTION_ALLOWED, .reason = REASON_NONE, .x509_error = 0}, NULL},
    {{.outcome = OUTCOME_FAILED, .action = ACTION_WOULD_BLOCK, .reason = REASON_HOST_MISMATCH, .x509_error = 62},
     "hostname mismatch"},
    {{.outcome = OUTCOME_FAILED, .action = ACTION_WOULD_BLOCK, .reason = REASON_NOT_TRUSTED, .x509_error = 18},
     "self-signed certificate"},
    {{.outcome = OUTCOME_FAILED, .action = ACTION_BLOCKED, .reason = REASON_EXPIRED, .x509_error = 10},
     "certificate has expired"},
};

/* The texts of one event. */
struct texts {
    char executable[64], address[64], ip[32], subject[160], issuer[160], sha256[65], call_site[200], name[64];
};

static void make_texts(struct texts *texts, unsigned group)
{
    snprintf(texts->executable, sizeof texts->executable, "/opt/acme/service-%u/bin/worker", group % 97);
    snprintf(texts->name, sizeof texts->name, "node-%u.region-%u.corp.example", group, group % 7);
    memcpy(texts->address, texts->name, sizeof texts->address);
    snprintf(texts->ip, sizeof texts->ip, "10.%u.%u.%u", group >> 16 & 255, group >> 8 & 255, group & 255);
    snprintf(texts->subject, sizeof texts->subject, "CN=node-%u.region-%u.corp.example,O=Acme Corporation,C=NL", group,
             group % 7);
    snprintf(texts->issuer, sizeof texts->issuer, "CN=Acme Issuing CA %u,O=Acme Corporation,C=NL", group % 5);
    for (unsigned i = 0; i < 8; i++)
        snprintf(texts->sha256 + 8 * i, 9, "%08X", (group + i) * 2654435761u);
    snprintf(texts->call_site, sizeof texts->call_site,
             "libcurl.so.4.8.0+0x%x (5f1d2c3b4a59687766554433221100ffeeddccbb)", 0x1000 + group % 4096);
}

static void write_event(unsigned number, unsigned group, size_t kind)
{
    static struct settings settings = {.mode = MODE_AUDIT, .verify = VERIFY_FULL};
    struct texts texts;
    make_texts(&texts, group);
    struct facts facts = {.authentication = AUTH_CERTIFICATE, .name_source = NAME_FROM_SNI};
    snprintf(facts.public_key_pin, sizeof facts.public_key_pin, "sha256//%043u=", group);
    struct verdict verdict = verdicts[kind].verdict;
    settings.rule = kind == 1 ? "platform-services-verified-by-policy" : NULL;
    struct event event = {
        .kind = EVENT_HANDSHAKE,
        .time = {.tv_sec = 1796000000 + number / 100, .tv_nsec = number % 100 * 10000000},
        .executable = texts.executable,
        .pid = (pid_t)(1000 + number % 30000),
        .uid = 1000 + group % 10,
        .server_address = texts.address,
        .server_ip = texts.ip,
        .server_port = 443,
        .tls_version = "1.3",
        .tls_cipher = "TLS_AES_256_GCM_SHA384",
        .tls_subject = texts.subject,
        .tls_issuer = texts.issuer,
        .tls_not_after = "2027-03-31T00:00:00Z",
        .tls_sha256 = texts.sha256,
        .settings = &settings,
        .facts = &facts,
        .verdict = &verdict,
        .expected_name = texts.name,
        .x509_text = verdicts[kind].error_text,
        .call_site = texts.call_site,
        .library = "/usr/lib/x86_64-linux-gnu/libssl.so.3",
        .message = kind == 2 ? "only the peer's address is known, and the certificate is not for it" : NULL,
        .repeated = number % 11 == 0 ? number % 50 : 0,
    };
    snprintf(event.id, sizeof event.id, "%016" PRIx64 "%016" PRIx64, number * UINT64_C(0x9E3779B97F4A7C15),
             (uint64_t)number);
    char line[EVENT_MAX];
    fwrite(line, 1, event_format(&event, line), stdout);
}

static int generate(unsigned count, unsigned groups)
{
    for (unsigned i = 0; i < count; i++)
        write_event(i, (unsigned)((uint64_t)i * 2654435761u % groups), i % 16 < 8 ? 0 : i % 16 < 11 ? 1 : 2 + i % 3);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static bool add(void *context, unsigned worker, struct event_record *record)
{
    tally_add(&((struct tally *)context)[worker], record);
    return true;
}

static int group(unsigned workers, char **files, size_t count)
{
    static const enum member by[] = {MEMBER_EXECUTABLE, MEMBER_SERVER_ADDRESS, MEMBER_SERVER_PORT};
    static const enum member kept[] = {MEMBER_RULE, MEMBER_REASON, MEMBER_NOT_AFTER};
    struct tally tallies[READING_WORKERS_MAX];
    for (size_t i = 0; i < READING_WORKERS_MAX; i++)
        tallies[i] = tally_new(by, 3, kept, 3);
    struct reading reading = {.program = "events",
                              .sources = files,
                              .source_count = count,
                              .period = period_all(),
                              .workers = workers,
                              .take = add,
                              .context = tallies};
    bool read = reading_run(&reading);
    for (size_t i = 1; i < READING_WORKERS_MAX; i++) {
        tally_merge(&tallies[0], &tallies[i]);
        tally_free(&tallies[i]);
    }
    tally_finish(&tallies[0]);
    printf("%" PRIu64 " events, %zu groups, %" PRIu64 " damaged, %" PRIu64 " bytes\n", reading.events,
           tallies[0].group_count, reading.damaged, reading.bytes);
    reading_print_damage(&reading, stderr);
    tally_free(&tallies[0]);
    reading_free(&reading);
    return read ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "generate") == 0)
        return generate((unsigned)strtoul(argv[2], NULL, 10), (unsigned)strtoul(argv[3], NULL, 10));
    if (argc >= 4 && strcmp(argv[1], "group") == 0)
        return group((unsigned)strtoul(argv[2], NULL, 10), argv + 3, (size_t)argc - 3);
    fputs("Usage: events generate COUNT GROUPS | events group WORKERS FILE...\n", stderr);
    return EXIT_FAILURE;
}
