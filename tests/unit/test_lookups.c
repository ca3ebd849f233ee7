#include "lookups.h"
#include "trail_fixture.h"

#include <signal.h>
#include <sys/time.h>

static void resolve_number(const char *node, unsigned number)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(0x0A000000 + number)}};
    struct addrinfo info = {.ai_addr = (struct sockaddr *)&address, .ai_addrlen = sizeof address};

    trail_resolved(node, &info);
}

START_TEST(forgets_the_oldest_pair)
{
    resolve_one("old.example", "127.0.0.2");
    resolve_one("new.example", "127.0.0.3");
    for (unsigned i = 0; i < LOOKUP_PAIRS - 1; i++) {
        resolve_number("other.example", i);
    }
    ck_assert_str_eq(lookup(connect_stream("127.0.0.3")), "name new.example");
    /* A name did lead there: an address certificate will not do. */
    ck_assert_str_eq(lookup(connect_stream("127.0.0.2")), "ambiguous");
    ck_assert_str_eq(lookup(connect_stream("127.0.0.4")), "literal 127.0.0.4");
}
END_TEST

START_TEST(asking_again_takes_no_room)
{
    resolve_one("old.example", "127.0.0.2");
    for (unsigned i = 0; i < 4 * LOOKUP_ORDER; i++) {
        resolve_number("other.example", i % 8);
    }
    ck_assert_str_eq(lookup(connect_stream("127.0.0.2")), "name old.example");
}
END_TEST

/* Of the names since the previous connect, one is forgotten: the other one only looks as if it were alone. */
START_TEST(a_window_that_lost_lookups_tells_nothing)
{
    resolve_one("a.example", "127.0.0.2");
    resolve_one("b.example", "127.0.0.2");
    for (unsigned i = 0; i < LOOKUP_ORDER - 2; i++) {
        resolve_number("other.example", i % 8);
    }
    resolve_one("b.example", "127.0.0.2");
    ck_assert_str_eq(lookup(connect_stream("127.0.0.2")), "ambiguous");
}
END_TEST

/* The same, but the window lost them between the connect and the handshake. */
START_TEST(a_window_that_loses_lookups_later_tells_nothing)
{
    resolve_one("a.example", "127.0.0.2");
    connect_stream("127.0.0.3");
    resolve_one("b.example", "127.0.0.2");
    int fd = connect_stream("127.0.0.2");
    for (unsigned i = 0; i < LOOKUP_ORDER - 1; i++) {
        resolve_number("other.example", i % 8);
    }
    ck_assert_str_eq(lookup(fd), "name b.example");
    resolve_number("other.example", 0);
    ck_assert_str_eq(lookup(fd), "ambiguous");
}
END_TEST

/* Of two names in the window one is lost later: the other must not look as if it were alone. */
START_TEST(a_window_that_loses_a_name_later_tells_nothing)
{
    resolve_one("a.example", "127.0.0.2");
    resolve_one("b.example", "127.0.0.2");
    int fd = connect_stream("127.0.0.2");
    for (unsigned i = 0; i < LOOKUP_ORDER - 1; i++) {
        resolve_number("other.example", i % 8);
    }
    ck_assert_str_eq(lookup(fd), "ambiguous");
}
END_TEST

/* a, forgotten as a pair, was looked up in the window; two others stay. */
START_TEST(a_window_with_a_forgotten_pair_tells_nothing)
{
    struct lookup_by_thread c = {"c.example", "127.0.0.2"};

    resolve_one("a.example", "127.0.0.2");
    for (unsigned i = 0; i < LOOKUP_PAIRS - 2; i++) {
        resolve_number("other.example", i);
    }
    run_in_thread(resolve_in_thread, &c);
    resolve_one("b.example", "127.0.0.2");
    ck_assert_str_eq(lookup(connect_stream("127.0.0.2")), "ambiguous");
}
END_TEST

START_TEST(a_huge_answer_does_not_wash_out_the_table)
{
    enum { COUNT = 2 * LOOKUP_PAIRS };
    static struct sockaddr_in addresses[COUNT];
    static struct addrinfo info[COUNT];

    resolve_one("old.example", "127.0.0.2");
    for (unsigned i = 0; i < COUNT; i++) {
        addresses[i] = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(0x0A000000 + i)}};
        info[i] = (struct addrinfo){.ai_addr = (struct sockaddr *)&addresses[i], .ai_addrlen = sizeof *addresses};
        info[i].ai_next = i + 1 < COUNT ? &info[i + 1] : NULL;
    }
    addresses[LOOKUP_ADDRESSES - 1].sin_addr.s_addr = htonl(0x7F000003);
    addresses[LOOKUP_ADDRESSES].sin_addr.s_addr = htonl(0x7F000004);
    addresses[COUNT - 1].sin_addr.s_addr = htonl(0x7F000005);
    trail_resolved("huge.example", info);
    ck_assert_str_eq(lookup(connect_stream("127.0.0.2")), "name old.example");
    ck_assert_str_eq(lookup(connect_stream("127.0.0.3")), "name huge.example");
    /* Who answers so must not get the name's connection judged as one to an address. */
    ck_assert_str_eq(lookup(connect_stream("127.0.0.4")), "ambiguous");
    ck_assert_str_eq(lookup(connect_stream("127.0.0.5")), "ambiguous");
}
END_TEST

/* ---- Many at once ---- */

enum { WORKERS = 4, ROUNDS = 3000 };

/* Each worker has names and addresses of its own; an answer from two records mixed would show. */
static void *work(void *arg)
{
    unsigned worker = *(const unsigned *)arg;
    char address[32], expected[PEER_NAME_MAX], node[PEER_NAME_MAX];
    struct trail_peer peer;

    snprintf(address, sizeof address, "127.0.1.%u", worker + 1);
    memset(node, 0, sizeof node);
    memset(node, 'a' + (int)worker, 40 + worker);
    snprintf(expected, sizeof expected, "%s", node);
    for (unsigned i = 0; i < ROUNDS; i++) {
        resolve_one(node, address);
        resolve_number(node, i * WORKERS + worker); /* wraps the table of pairs */
        int fd = connect_stream(address);
        trail_lookup(fd, &peer);
        close(fd);
        /* Between our look-up and our connect others may have washed out our pair, but nobody changed it. */
        bool named = peer.name.kind == PEER_HOST && strcmp(peer.name.text, expected) == 0;
        if (!peer.ambiguous && !named) {
            return "a torn record was believed";
        }
    }
    return NULL;
}

static void *drain(void *arg)
{
    (void)arg;
    for (int fd; (fd = accept(server, NULL, NULL)) >= 0;) {
        close(fd);
    }
    return NULL;
}

START_TEST(threads_do_not_disturb_each_other)
{
    static unsigned workers[WORKERS];
    pthread_t threads[WORKERS], drainer;

    ck_assert_int_eq(pthread_create(&drainer, NULL, drain, NULL), 0);
    for (unsigned i = 0; i < WORKERS; i++) {
        workers[i] = i;
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (size_t i = 0; i < WORKERS; i++) {
        void *complaint;
        ck_assert_int_eq(pthread_join(threads[i], &complaint), 0);
        ck_assert_msg(complaint == NULL, "%s", (const char *)complaint);
    }
    shutdown(server, SHUT_RDWR);
    pthread_join(drainer, NULL);
}
END_TEST

static int signal_fd;

static void connect_in_handler(int number)
{
    socklen_t length = sizeof(struct sockaddr_in);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr = {htonl(0x7F000002)}, .sin_port = htons(server_port)};

    (void)number;
    connections_add(signal_fd, (struct sockaddr *)&address, length);
}

/* The handler's connect interrupts look-ups and connects anywhere, and must neither wait nor destroy. */
START_TEST(a_signal_handler_may_connect)
{
    struct sigaction action = {.sa_handler = connect_in_handler, .sa_flags = SA_RESTART};
    struct itimerval often = {{0, 200}, {0, 200}}, never = {{0, 0}, {0, 0}};

    signal_fd = connect_stream("127.0.0.2");
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    for (unsigned i = 0; i < 20000; i++) {
        resolve_number(i % 2 == 0 ? "a.example" : "b.example", i % 4096);
        connect_in_handler(0);
    }
    setitimer(ITIMER_REAL, &never, NULL);
    resolve_one("c.example", "127.0.0.4");
    ck_assert_str_eq(lookup(connect_stream("127.0.0.4")), "name c.example");
}
END_TEST

static TCase *table_tests(void)
{
    TCase *tests = tcase_create("tables");

    tcase_add_test(tests, forgets_the_oldest_pair);
    tcase_add_test(tests, asking_again_takes_no_room);
    tcase_add_test(tests, a_window_that_lost_lookups_tells_nothing);
    tcase_add_test(tests, a_window_that_loses_lookups_later_tells_nothing);
    tcase_add_test(tests, a_window_that_loses_a_name_later_tells_nothing);
    tcase_add_test(tests, a_window_with_a_forgotten_pair_tells_nothing);
    tcase_add_test(tests, a_huge_answer_does_not_wash_out_the_table);
    tcase_add_test(tests, threads_do_not_disturb_each_other);
    tcase_add_test(tests, a_signal_handler_may_connect);
    tcase_set_timeout(tests, 60);
    return tests;
}

int main(void)
{
    TCase *const cases[] = {table_tests(), NULL};

    return run_cases("lookups", cases);
}
