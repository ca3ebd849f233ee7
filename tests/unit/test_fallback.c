/* Which connections are refused after a block, and that no other one is. */
#include "cases.h"
#include "event/announcement.h"
#include "event/fallback.h"
#include "peer/lookups.h"
#include "peer/trail.h"

#include <arpa/inet.h>
#include <check.h>
#include <netdb.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

/* Every test runs in a process of its own, so the table is empty when it starts. */

static struct ip ip_of(const char *text)
{
    struct ip ip;
    ck_assert(ip_from_text(text, strlen(text), &ip));
    return ip;
}

static struct refusal block_at(const char *address, in_port_t port)
{
    return (struct refusal){.retry.ip = ip_of(address),
                            .retry.port = port,
                            .retry.caller_start = 0x1000,
                            .retry.caller_end = 0x2000,
                            .until = 100,
                            .retry.pid = getpid(),
                            .policy = policy_announced(),
                            .name = "good.test"};
}

static bool refused_at(const char *address, in_port_t port, uintptr_t caller, int64_t now)
{
    struct refusal found;
    struct ip ip = ip_of(address);
    return fallback_find(&ip, port, (const void *)caller, now, &found); /* NOLINT(performance-no-int-to-ptr) */
}

/* After a block at 192.0.2.1:5432 of code from 0x1000 to 0x1fff, until second 100. */
static const struct {
    const char *fact;
    const char *address;
    in_port_t port;
    uintptr_t caller;
    int64_t now;
    bool refused;
} retries[] = {
    {"the same peer, from the same code", "192.0.2.1", 5432, 0x1000, 99, true},
    {"its last byte", "192.0.2.1", 5432, 0x1fff, 99, true},
    {"the IPv4-mapped form of the address", "::ffff:192.0.2.1", 5432, 0x1000, 99, true},
    {"another address", "192.0.2.2", 5432, 0x1000, 99, false},
    {"another port", "192.0.2.1", 5433, 0x1000, 99, false},
    {"code before it", "192.0.2.1", 5432, 0xfff, 99, false},
    {"code after it", "192.0.2.1", 5432, 0x2000, 99, false},
    {"the time is up", "192.0.2.1", 5432, 0x1000, 100, false},
};

START_TEST(what_is_refused)
{
    struct refusal block = block_at("192.0.2.1", 5432);
    fallback_remember(&block);
    ck_assert_msg(refused_at(retries[_i].address, retries[_i].port, retries[_i].caller, retries[_i].now) ==
                      retries[_i].refused,
                  "%s", retries[_i].fact);
}
END_TEST

START_TEST(nothing_is_refused_before_a_block)
{
    ck_assert_int_eq(fallback_watched_until, 0);
    ck_assert(!refused_at("::", 0, 0, 0));
}
END_TEST

START_TEST(a_child_is_another_process)
{
    struct refusal block = block_at("192.0.2.1", 5432);
    int status;
    fallback_remember(&block);
    pid_t child = fork();
    if (child == 0)
        _exit(refused_at("192.0.2.1", 5432, 0x1000, 99));
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
END_TEST

static void *block_hundred(void *number)
{
    for (in_port_t i = 1; i <= 100; i++) {
        struct refusal block = block_at("192.0.2.1", (in_port_t)((uintptr_t)number * 100 + i));
        fallback_remember(&block);
    }
    return NULL;
}

START_TEST(several_blocks_are_remembered)
{
    for (in_port_t port = 1; port <= 1000; port++) {
        struct refusal block = block_at("192.0.2.1", port);
        fallback_remember(&block);
    }
    for (in_port_t port = 1; port <= 1000; port++)
        ck_assert(refused_at("192.0.2.1", port, 0x1000, 99));
}
END_TEST

START_TEST(a_block_again_takes_no_room_and_ends_later)
{
    struct refusal block = block_at("192.0.2.1", 1), other = block_at("192.0.2.1", 2);
    fallback_remember(&other);
    for (block.until = 101; block.until < 1000; block.until++)
        fallback_remember(&block);
    ck_assert(refused_at("192.0.2.1", 1, 0x1000, 998));
    ck_assert(!refused_at("192.0.2.1", 1, 0x1000, 999));
    ck_assert(refused_at("192.0.2.1", 2, 0x1000, 99));
}
END_TEST

START_TEST(threads_lose_no_block)
{
    pthread_t threads[8];
    for (uintptr_t i = 0; i < 8; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, block_hundred, (void *)i), 0); /* NOLINT */
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    for (in_port_t port = 1; port <= 800; port++)
        ck_assert_msg(refused_at("192.0.2.1", port, 0x1000, 99), "port %d", port);
}
END_TEST

static void resolve(const char *name, const char *address)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct addrinfo info = {.ai_addr = (struct sockaddr *)&in, .ai_addrlen = sizeof in};
    ck_assert_int_eq(inet_pton(AF_INET, address, &in.sin_addr), 1);
    trail_resolved(name, &info);
}

START_TEST(the_same_name_looked_up_again_is_the_same_peer)
{
    struct refusal block = block_at("192.0.2.1", 5432);
    fallback_remember(&block);
    resolve("good.test", "192.0.2.1");
    ck_assert(refused_at("192.0.2.1", 5432, 0x1000, 99));
}
END_TEST

/* Whoever owns the other name may have let it lead there for this. */
START_TEST(another_name_of_the_same_address_is_the_same_peer)
{
    struct refusal block = block_at("192.0.2.1", 5432);
    fallback_remember(&block);
    resolve("other.test", "192.0.2.1");
    ck_assert(refused_at("192.0.2.1", 5432, 0x1000, 99));
}
END_TEST

/* As after a block of a library that retries within the call. */
static void block_this_thread(void)
{
    struct refusal block = block_at("192.0.2.1", 5432);
    struct lookup_window window = lookup_window_since(0);
    block.retry.thread = window.thread;
    block.retry.looked_up = window.end;
    fallback_remember(&block);
}

START_TEST(a_retry_within_the_call_is_refused)
{
    resolve("good.test", "192.0.2.1");
    block_this_thread();
    ck_assert(refused_at("192.0.2.1", 5432, 0x1000, 99));
    ck_assert_msg(refused_at("192.0.2.1", 5432, 0x1000, 99), "a second time as well");
}
END_TEST

START_TEST(what_was_looked_up_before_the_block_makes_no_other_call)
{
    resolve("good.test", "192.0.2.1");
    block_this_thread();
    ck_assert(refused_at("192.0.2.1", 5432, 0x1000, 99));
}
END_TEST

START_TEST(a_look_up_of_another_address_makes_no_other_call)
{
    block_this_thread();
    resolve("other.test", "192.0.2.2");
    ck_assert(refused_at("192.0.2.1", 5432, 0x1000, 99));
}
END_TEST

START_TEST(a_new_call_looks_the_name_up_again_and_goes_on)
{
    resolve("good.test", "192.0.2.1");
    block_this_thread();
    resolve("good.test", "192.0.2.1");
    ck_assert(!refused_at("192.0.2.1", 5432, 0x1000, 99));
}
END_TEST

static void *is_refused_here(void *refused)
{
    *(bool *)refused = refused_at("192.0.2.1", 5432, 0x1000, 99);
    return NULL;
}

START_TEST(another_thread_makes_calls_of_its_own)
{
    pthread_t thread;
    bool refused = true;
    block_this_thread();
    ck_assert_int_eq(pthread_create(&thread, NULL, is_refused_here, &refused), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert(!refused);
}
END_TEST

START_TEST(when_the_time_is_up_no_clock_is_asked_any_more)
{
    const struct sockaddr_in peer = {.sin_family = AF_INET};
    struct refusal block = block_at("192.0.2.1", 5432);
    block.until = 1; /* a second after boot */
    fallback_remember(&block);
    ck_assert_int_eq(fallback_watched_until, 1);
    ck_assert(!fallback_refuses((const struct sockaddr *)&peer, sizeof peer, NULL));
    ck_assert_int_eq(fallback_watched_until, 0);
}
END_TEST

START_TEST(a_policy_that_is_no_longer_in_force_refuses_nothing)
{
    struct refusal block = block_at("192.0.2.1", 5432);
    block.policy = NULL;
    fallback_remember(&block);
    ck_assert(!refused_at("192.0.2.1", 5432, 0x1000, 99));
    block.policy = policy_announced();
    fallback_remember(&block);
    ck_assert_msg(refused_at("192.0.2.1", 5432, 0x1000, 99), "an old record hides a newer one");
}
END_TEST

/* A blocked handshake with good.test at 127.0.0.1:4433, from code that is not known to fall back. */
static const struct {
    const char *fact;
    bool leads_elsewhere;
    const char *address;
    enum fallback setting;
    bool possible;
    bool refused;
} blocks[] = {
    {"by default", false, "127.0.0.1", FALLBACK_KNOWN, false, false},
    {"a rule names the program", false, "127.0.0.1", FALLBACK_REFUSE, false, true},
    {"a proxy", true, "127.0.0.1", FALLBACK_REFUSE, true, false},
    {"an address that is not known", false, "", FALLBACK_REFUSE, true, false},
    {"a rule lets it fall back", false, "127.0.0.1", FALLBACK_ALLOW, true, false},
};

START_TEST(what_a_block_leads_to)
{
    struct peer_name name = {PEER_HOST, "good.test"};
    struct client_handshake handshake = {
        .names = &name, .name_count = 1, .port = 4433, .leads_elsewhere = blocks[_i].leads_elsewhere};
    const struct sockaddr_in peer = {
        .sin_family = AF_INET, .sin_port = htons(4433), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    strcpy(handshake.address, blocks[_i].address); /* NOLINT(clang-analyzer-security.insecureAPI.strcpy) */
    handshake.policy = policy_announced();
    handshake.settings.fallback = blocks[_i].setting;
    handshake.settings.log = "file:/dev/null";
    ck_assert_msg(fallback_after_block(&handshake, NULL) == blocks[_i].possible, "%s", blocks[_i].fact);
    bool refused = fallback_refuses((const struct sockaddr *)&peer, sizeof peer, &handshake);
    ck_assert_msg(refused == blocks[_i].refused, "%s", blocks[_i].fact);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof(table)[0])

int main(void)
{
    TCase *retry = tcase_create("retry");
    tcase_add_loop_test(retry, what_is_refused, 0, ROWS(retries));
    tcase_add_test(retry, nothing_is_refused_before_a_block);
    tcase_add_test(retry, a_child_is_another_process);
    tcase_add_test(retry, several_blocks_are_remembered);
    tcase_add_test(retry, a_block_again_takes_no_room_and_ends_later);
    tcase_add_test(retry, threads_lose_no_block);
    tcase_add_test(retry, the_same_name_looked_up_again_is_the_same_peer);
    tcase_add_test(retry, another_name_of_the_same_address_is_the_same_peer);
    tcase_add_test(retry, a_retry_within_the_call_is_refused);
    tcase_add_test(retry, what_was_looked_up_before_the_block_makes_no_other_call);
    tcase_add_test(retry, a_look_up_of_another_address_makes_no_other_call);
    tcase_add_test(retry, a_new_call_looks_the_name_up_again_and_goes_on);
    tcase_add_test(retry, another_thread_makes_calls_of_its_own);
    tcase_add_test(retry, when_the_time_is_up_no_clock_is_asked_any_more);
    tcase_add_test(retry, a_policy_that_is_no_longer_in_force_refuses_nothing);
    tcase_add_loop_test(retry, what_a_block_leads_to, 0, ROWS(blocks));

    return run_cases("fallback", (TCase *const[]){retry, NULL});
}
