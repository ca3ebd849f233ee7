/*
 * A family of TLS libraries that is played: handshakes are observed, judged, reported and carried out from plain
 * values, and no TLS library is linked with this program. The events are what arrives at a socket.
 */
#include "cases.h"
#include "event/announcement.h"
#include "event/event.h"
#include "event/fallback.h"
#include "event/handshake_observe.h"
#include "event/handshake_report.h"
#include "event/notice.h"
#include "trail_fixture.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/un.h>

enum { NOT_TRUSTED = 20, EXPIRED = 10, HOST_MISMATCH = 62 }; /* of X509_STORE_CTX_get_error(3) */

/* Every test runs in a process of its own and in the directory of this program. */
static char directory[] = "/tmp/tlsward-heart.XXXXXX";
static int sink;

/* One connection of the family. */
struct played {
    struct client_handshake handshake;
    const char *subject;     /* of its peer's certificate */
    const char *session_for; /* the name that the session was verified for, or NULL */
};

static bool session_is_for(const void *object, const struct peer_name *name)
{
    const struct played *played = object;
    return played->session_for != NULL && strcmp(played->session_for, name->text) == 0;
}

static size_t hash_certificate(const void *object, unsigned char digest[static FAMILY_DIGEST_MAX])
{
    const struct played *played = object;
    size_t length = strnlen(played->subject, FAMILY_DIGEST_MAX);
    memcpy(digest, played->subject, length);
    return length;
}

static void tell_public_key(const void *object, char pin[static SPKI_PIN_SIZE])
{
    (void)object;
    snprintf(pin, SPKI_PIN_SIZE, "%s", "played-pin");
}

static void describe(const void *object, int x509_error, struct handshake_text *text)
{
    const struct played *played = object;
    snprintf(text->certificate.subject, sizeof text->certificate.subject, "%s", played->subject);
    text->version = "1.3";
    text->cipher = "PLAYED_SHA256";
    text->library = "/usr/lib/libplayed.so.1";
    snprintf(text->group, sizeof text->group, "X25519MLKEM768");
    snprintf(text->next_protocol, sizeof text->next_protocol, "played/1");
    snprintf(text->certificate.serial_number, sizeof text->certificate.serial_number, "0A");
    alternative_names_add(&text->certificate.names, "good.test", 9);
    alternative_names_add(&text->certificate.names, NULL, 0);
    text->chain.length = 2;
    snprintf(text->chain.last_issuer, sizeof text->chain.last_issuer, "CN=Played CA");
    snprintf(text->certificate.usable.text, sizeof text->certificate.usable.text, "forged.test");
    text->chain.source = "program";
    text->error_text = x509_error == NOT_TRUSTED ? "played: unknown issuer" : "played: error";
}

static const struct tls_family family = {session_is_for, hash_certificate, tell_public_key, describe};

static void write_file(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

static void set_policy(const char *log, const char *rest)
{
    char text[1024];
    snprintf(text, sizeof text, "[policy]\nlog = %s:%s/log\n%s\n", log, directory, rest);
    write_file("policy", text);
}

static void remove_log(void)
{
    char path[256];
    snprintf(path, sizeof path, "%s/log", directory);
    unlink(path);
}

static void open_sink(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    remove_log();
    snprintf(address.sun_path, sizeof address.sun_path, "%s/log", directory);
    sink = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    ck_assert_int_eq(bind(sink, (struct sockaddr *)&address, sizeof address), 0);
}

/* The next line without what differs from run to run; its id is copied. NULL where there is none. */
static json_t *next_event(char id[static 33])
{
    static const char *const varying[] = {
        "@timestamp", "event.id",      "process.executable", "host.name",     "container.id", "process.pid",
        "user.id",    "user.group.id", "server.port",        "tlsward.facts", "tlsward.unit"};
    char line[EVENT_MAX];
    ssize_t length = recv(sink, line, sizeof line, 0);
    json_t *event = length > 0 ? json_loadb(line, (size_t)length, 0, NULL) : NULL;
    if (event == NULL)
        return NULL;
    snprintf(id, 33, "%s", json_string_value(json_object_get(event, "event.id")));
    for (size_t i = 0; i < sizeof varying / sizeof varying[0]; i++)
        json_object_del(event, varying[i]);
    return event;
}

static void is_told(const char *expected, char id[static 33])
{
    json_error_t error;
    json_t *event = next_event(id), *wanted = json_loads(expected, 0, &error);
    ck_assert_msg(wanted != NULL, "%s", error.text);
    ck_assert_msg(event != NULL, "nothing is told");
    char *text = json_dumps(event, JSON_SORT_KEYS | JSON_INDENT(1));
    ck_assert_msg(json_equal(event, wanted), "%s", text);
    free(text);
    json_decref(event);
    json_decref(wanted);
}

/* What every event has, and every one that is about the peer of these tests. */
#define EVENT(action, type)                                                                                            \
    "{\"ecs.version\":\"8.11.0\",\"event.action\":\"" action "\",\"event.category\":[\"network\"],"                    \
    "\"event.kind\":\"event\",\"event.type\":[\"" type "\"],\"tlsward.schema\":1,"                                     \
    "\"server.address\":\"good.test\",\"server.ip\":\"127.0.0.1\",\"tlsward.expected_name\":\"good.test\","

/* What the event of each handshake has. */
#define HANDSHAKE(subject, source)                                                                                     \
    EVENT("tls-handshake", "connection")                                                                               \
    "\"tls.next_protocol\":\"played/1\",\"tls.server.x509.serial_number\":\"0A\","                                     \
    "\"tls.server.x509.alternative_names\":[\"good.test\"],\"tlsward.alternative_names_count\":2,"                     \
    "\"tlsward.group\":\"X25519MLKEM768\",\"tlsward.chain_length\":2,\"tlsward.anchor.source\":\"program\","           \
    "\"tls.cipher\":\"PLAYED_SHA256\",\"tls.protocol.name\":\"tls\",\"tls.protocol.version\":\"1.3\","                 \
    "\"tls.resumed\":false,\"tls.server.subject\":\"" subject "\",\"tlsward.app_verify\":\"none\","                    \
    "\"tlsward.authentication\":\"certificate\",\"tlsward.decided_by\":\"policy\","                                    \
    "\"tlsward.finding\":\"chain-not-verified\",\"tlsward.library\":\"/usr/lib/libplayed.so.1\","                      \
    "\"tlsward.name_source\":\"" source "\",\"tlsward.public_key_pin\":\"played-pin\",\"tlsward.verify\":\"full\","

#define UPDATE(checks)                                                                                                 \
    EVENT("tls-handshake-update", "connection")                                                                        \
    "\"tlsward.app_checked_later\":\"" checks "\",\"tlsward.mode\":\"audit\",\"tlsward.verify\":\"full\"}"

static void nothing_is_told(void)
{
    char id[33];
    json_t *event = next_event(id);
    ck_assert_msg(event == NULL, "%s", json_dumps(event, 0));
}

static void observe(struct played *played, const char *sni, int fd)
{
    struct handshake_clues clues = {.fd = fd};
    if (sni != NULL)
        peer_normalise(sni, strlen(sni), &clues.candidates.sni);
    client_handshake_observe(&played->handshake, &clues, &family, played);
}

static void judge(struct played *played, int chain_error, int name_error)
{
    client_handshake_start_facts(&played->handshake, AUTH_CERTIFICATE);
    played->handshake.facts.policy_anchors_checked = true;
    played->handshake.facts.policy_anchors_error = chain_error;
    client_handshake_note_name(&played->handshake, name_error, LOOSE_NONE);
    client_handshake_decide(&played->handshake);
    played->handshake.stage = STAGE_DECIDED;
    client_handshake_report(&played->handshake, &family, played, NULL);
}

static bool may_connect(void)
{
    socklen_t length;
    struct sockaddr_storage address = address_of("127.0.0.1", server_port, &length);
    return !fallback_refuses((struct sockaddr *)&address, length, NULL);
}

START_TEST(what_is_not_trusted_is_blocked_and_so_is_what_follows_in_clear_text)
{
    struct played played = {.subject = "CN=forged"};
    struct client_handshake *handshake = &played.handshake;
    char id[33], retry_id[33], text[512];
    resolve("good.test", (const char *const[]){"127.0.0.1", NULL});
    set_policy("unix", "mode = enforce\n[rule played]\ndestination = good.test\nfallback = refuse");
    observe(&played, "Good.Test.", connect_stream("127.0.0.1"));
    ck_assert_int_eq(handshake->stage, STAGE_OBSERVED);
    ck_assert_str_eq(client_handshake_name_to_send(handshake, false), "good.test");
    ck_assert(client_handshake_demands_proof(handshake));
    ck_assert(may_connect());

    judge(&played, NOT_TRUSTED, 0);
    ck_assert(client_handshake_is_blocked(handshake));
    ck_assert_int_eq(client_handshake_consequence(handshake), CONSEQUENCE_REFUSE);
    is_told(
        HANDSHAKE("CN=forged",
                  "sni") "\"event.outcome\":\"failure\",\"rule.name\":\"played\",\"tls.established\":false,"
                         "\"tlsward.advice\":\"if \\\"CN=Played CA\\\" is a CA that you mean to trust, get its "
                         "certificate and trust it by a rule\","
                         "\"tlsward.action\":\"blocked\",\"tlsward.mode\":\"enforce\",\"tlsward.outcome\":\"failed\","
                         "\"tlsward.reason\":\"certificate-not-trusted\",\"tlsward.x509_error\":20,"
                         "\"tlsward.x509_error_text\":\"played: unknown issuer\"}",
        id);
    ck_assert_str_eq(id, handshake->event_id);
    client_handshake_explain(handshake, text, sizeof text);
    ck_assert_str_eq(text,
                     "tlsward: blocked by rule played: certificate-not-trusted (expected name: good.test, from: sni)");

    ck_assert(!may_connect());
    is_told(EVENT("clear-text-retry-refused",
                  "connection\",\"denied") "\"rule.name\":\"played\",\"tlsward.message\":"
                                           "\"a connection to the peer of a blocked handshake was refused: it might "
                                           "have been in clear text\","
                                           "\"tlsward.mode\":\"enforce\",\"tlsward.verify\":\"full\"}",
            retry_id);
    ck_assert_str_eq(id, retry_id);
    client_handshake_reset(handshake);
}
END_TEST

START_TEST(what_the_program_checks_later_is_told_with_the_same_id)
{
    struct played played = {.subject = "CN=forged"};
    char id[33], update_id[33];
    set_policy("unix", "mode = audit");
    resolve("good.test", (const char *const[]){"127.0.0.1", NULL});
    observe(&played, NULL, connect_stream("127.0.0.1"));
    ck_assert_ptr_null(client_handshake_name_to_send(&played.handshake, false));
    judge(&played, 0, HOST_MISMATCH);
    ck_assert_int_eq(client_handshake_consequence(&played.handshake), CONSEQUENCE_NONE);
    is_told(
        HANDSHAKE("CN=forged", "resolver") "\"event.outcome\":\"failure\",\"tlsward.action\":\"would-block\","
                                           "\"tlsward.advice\":\"the certificate names forged.test: connect by such a "
                                           "name, or expect it of this server by a rule\","
                                           "\"tlsward.mode\":\"audit\",\"tlsward.outcome\":\"failed\","
                                           "\"tlsward.reason\":\"certificate-host-mismatch\",\"tlsward.x509_error\":62,"
                                           "\"tlsward.x509_error_text\":\"played: error\"}",
        id);
    ck_assert(client_handshake_awaits_check(&played.handshake));
    client_handshake_add_check(&played.handshake, CHECK_CERTIFICATE_FETCHED);
    is_told(UPDATE("peer-certificate"), update_id);
    ck_assert_str_eq(id, update_id);
    client_handshake_add_check(&played.handshake, CHECK_CERTIFICATE_FETCHED);
    nothing_is_told();
    client_handshake_add_check(&played.handshake, CHECK_NAME_MISMATCHED);
    is_told(UPDATE("peer-certificate name-mismatch"), update_id);
    client_handshake_reset(&played.handshake);
}
END_TEST

START_TEST(a_peer_that_proves_itself_is_told_and_nothing_follows)
{
    struct played played = {.subject = "CN=good.test"};
    char id[33];
    set_policy("unix", "mode = enforce");
    observe(&played, "good.test", connect_stream("127.0.0.1"));
    judge(&played, 0, 0);
    ck_assert(!client_handshake_is_blocked(&played.handshake));
    is_told(HANDSHAKE("CN=good.test", "sni") "\"event.outcome\":\"success\",\"tlsward.action\":\"allowed\","
                                             "\"tlsward.mode\":\"enforce\",\"tlsward.outcome\":\"verified-by-policy\"}",
            id);
    ck_assert(may_connect());
    client_handshake_reset(&played.handshake);
}
END_TEST

static unsigned lines_of_log(char *last, size_t size)
{
    char path[256];
    unsigned count = 0;
    snprintf(path, sizeof path, "%s/log", directory);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(last, (int)size, file) != NULL)
        count++;
    if (file != NULL)
        fclose(file);
    return count;
}

START_TEST(what_repeats_in_a_file_is_counted)
{
    char last[EVENT_MAX];
    remove_log();
    set_policy("file", "mode = audit");
    for (int i = 0; i < 4; i++) {
        struct played played = {.subject = i < 3 ? "CN=forged" : "CN=other"};
        observe(&played, "good.test", connect_stream("127.0.0.1"));
        judge(&played, NOT_TRUSTED, 0);
        client_handshake_reset(&played.handshake);
    }
    ck_assert_uint_eq(lines_of_log(last, sizeof last), 2);
    ck_assert_ptr_nonnull(strstr(last, "CN=other"));
    notice_counted(policy_announced());
    ck_assert_uint_eq(lines_of_log(last, sizeof last), 3);
    ck_assert_ptr_nonnull(strstr(last, "\"tlsward.repeated\":2"));
}
END_TEST

START_TEST(a_session_confirms_the_name_of_an_address_that_was_given)
{
    struct played played = {.subject = "CN=good.test", .session_for = "good.test"};
    set_policy("unix", "mode = enforce");
    resolve("good.test", (const char *const[]){"127.0.0.1", NULL});
    resolve("127.0.0.1", (const char *const[]){"127.0.0.1", NULL});
    observe(&played, NULL, connect_stream("127.0.0.1"));
    ck_assert_int_eq(played.handshake.name_source, NAME_FROM_SESSION);
    ck_assert_str_eq(played.handshake.names[0].text, "good.test");
    client_handshake_reset(&played.handshake);
}
END_TEST

START_TEST(a_later_handshake_is_for_the_same_peer)
{
    struct played played = {.subject = "CN=good.test"};
    char id[33];
    set_policy("unix", "mode = enforce");
    observe(&played, "good.test", connect_stream("127.0.0.1"));
    judge(&played, 0, 0);
    json_decref(next_event(id));
    client_handshake_observe_again(&played.handshake);
    ck_assert_int_eq(played.handshake.stage, STAGE_OBSERVED);
    ck_assert_str_eq(played.handshake.names[0].text, "good.test");
    judge(&played, EXPIRED, 0);
    ck_assert(client_handshake_is_blocked(&played.handshake));
    client_handshake_reset(&played.handshake);
}
END_TEST

START_TEST(of_several_names_none_is_chosen)
{
    struct played played = {.subject = "CN=good.test"};
    set_policy("unix", "mode = enforce");
    resolve("good.test", (const char *const[]){"127.0.0.1", NULL});
    resolve("other.test", (const char *const[]){"127.0.0.1", NULL});
    observe(&played, NULL, connect_stream("127.0.0.1"));
    ck_assert_uint_eq(played.handshake.name_count, 2);
    ck_assert_ptr_null(client_handshake_name_to_send(&played.handshake, false));
    judge(&played, 0, HOST_MISMATCH);
    ck_assert_int_eq(played.handshake.verdict.reason, REASON_NAME_UNKNOWN);
    ck_assert(client_handshake_is_blocked(&played.handshake));
    client_handshake_reset(&played.handshake);
}
END_TEST

START_TEST(a_family_may_have_nothing_to_tell)
{
    static const struct tls_family silent;
    struct client_handshake handshake = {0};
    struct handshake_clues clues = {.fd = connect_stream("127.0.0.1")};
    char id[33];
    set_policy("unix", "mode = enforce");
    client_handshake_observe(&handshake, &clues, &silent, NULL);
    client_handshake_start_facts(&handshake, AUTH_PSK);
    client_handshake_decide(&handshake);
    client_handshake_report(&handshake, &silent, NULL, NULL);
    json_t *event = next_event(id);
    ck_assert_str_eq(json_string_value(json_object_get(event, "tlsward.authentication")), "psk");
    ck_assert_str_eq(json_string_value(json_object_get(event, "tlsward.action")), "allowed");
    json_decref(event);
    client_handshake_reset(&handshake);
}
END_TEST

static void begin(void)
{
    start_server();
    open_sink();
}

int main(void)
{
    char path[256];
    if (mkdtemp(directory) == NULL)
        return EXIT_FAILURE;
    snprintf(path, sizeof path, "%s/policy", directory);
    setenv("TLSWARD_POLICY", path, 1);

    TCase *played = tcase_create("played");
    tcase_add_checked_fixture(played, begin, NULL);
    tcase_add_test(played, what_is_not_trusted_is_blocked_and_so_is_what_follows_in_clear_text);
    tcase_add_test(played, what_the_program_checks_later_is_told_with_the_same_id);
    tcase_add_test(played, a_peer_that_proves_itself_is_told_and_nothing_follows);
    tcase_add_test(played, what_repeats_in_a_file_is_counted);
    tcase_add_test(played, a_session_confirms_the_name_of_an_address_that_was_given);
    tcase_add_test(played, a_later_handshake_is_for_the_same_peer);
    tcase_add_test(played, of_several_names_none_is_chosen);
    tcase_add_test(played, a_family_may_have_nothing_to_tell);
    int status = run_cases("heart", (TCase *const[]){played, NULL});
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, (const char *const[]){"policy", "log"}[i]);
        unlink(path);
    }
    rmdir(directory);
    return status;
}
