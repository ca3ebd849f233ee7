#include "peer/lookups.h"
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
    ck_assert_str_eq(lookup(connect_stream("127.0.0.2")), "incomplete");
    ck_assert_str_eq(lookup(connect_stream("127.0.0.4")), "literal 127.0.0.4");
    resolve_one("old.example", "127.0.0.2");
    ck_assert_str_eq(lookup(connect_stream("127.0.0.2")), "name old.example");
}
END_TEST

/* Who floods the table must not make his name look as if it alone led there. */
START_TEST(a_name_that_is_left_is_not_alone)
{
    resolve_one("good.example", "127.0.0.2");
    for (unsigned i = 0; i < LOOKUP_PAIRS - 1; i++) {
        resolve_number("other.example", i);
    }
    resolve_one("evil.example", "127.0.0.2");
    ck_assert_str_eq(lookup(connect_stream("127.0.0.2")), "incomplete");
    resolve_one("good.example", "127.0.0.2");
    ck_assert_str_eq(lookup(connect_stream("127.0.0.2")), "each evil.example good.example");
}
END_TEST

/* What is forgotten has no end either: full buckets make names unknown, and never known. */
START_TEST(a_flood_makes_nothing_known)
{
    char node[32];

    resolve_one("good.example", "127.0.0.2");
    for (unsigned i = 0; i < 64 * LOOKUP_PAIRS; i++) {
        snprintf(node, sizeof node, "n%u.example", i % 64);
        resolve_number(node, i);
    }
    resolve_one("evil.example", "127.0.0.2");
    ck_assert_str_eq(lookup(connect_stream("127.0.0.2")), "incomplete");
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

static bool looked_up(uint64_t begin, const char *address)
{
    struct ip ip;
    struct lookup_window window = lookup_window_since(begin);

    ck_assert(ip_from_text(address, strlen(address), &ip));
    return lookups_led_to(&ip, &window);
}

START_TEST(a_window_has_what_its_thread_looked_up_since)
{
    struct lookup_by_thread other = {"a.example", "127.0.0.4"};

    resolve_one("a.example", "127.0.0.2");
    uint64_t begin = lookup_window_since(0).end;
    resolve_one("a.example", "127.0.0.3");
    run_in_thread(resolve_in_thread, &other);
    ck_assert(!looked_up(begin, "127.0.0.2"));
    ck_assert(looked_up(begin, "127.0.0.3"));
    ck_assert(!looked_up(begin, "127.0.0.4"));
    ck_assert(looked_up(0, "127.0.0.2"));
}
END_TEST

START_TEST(a_window_that_lost_lookups_has_none)
{
    resolve_one("a.example", "127.0.0.2");
    for (unsigned i = 0; i < LOOKUP_ORDER; i++) {
        resolve_number("other.example", i % 8);
    }
    ck_assert(!looked_up(0, "127.0.0.2"));
    ck_assert(looked_up(lookup_window_since(0).end - 8, "10.0.0.7"));
}
END_TEST

START_TEST(a_window_with_a_forgotten_pair_has_none)
{
    resolve_one("a.example", "127.0.0.2");
    for (unsigned i = 0; i < LOOKUP_PAIRS; i++) {
        resolve_number("other.example", i);
    }
    ck_assert(!looked_up(0, "127.0.0.2"));
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
    ck_assert_str_eq(lookup(connect_stream("127.0.0.4")), "incomplete");
    ck_assert_str_eq(lookup(connect_stream("127.0.0.5")), "incomplete");
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
        bool named = peer.name_count == 1 && strcmp(peer.names[0].text, expected) == 0;
        if (!peer.incomplete && !named) {
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
    connections_add(signal_fd, (struct sockaddr *)&address, length, NULL);
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
        resolve_number(i % 2 == 0 ? "a.example" : "b.example", i % 64);
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
    tcase_add_test(tests, a_name_that_is_left_is_not_alone);
    tcase_add_test(tests, a_flood_makes_nothing_known);
    tcase_add_test(tests, a_window_has_what_its_thread_looked_up_since);
    tcase_add_test(tests, a_window_that_lost_lookups_has_none);
    tcase_add_test(tests, a_window_with_a_forgotten_pair_has_none);
    tcase_add_test(tests, a_huge_answer_does_not_wash_out_the_table);
    tcase_add_test(tests, threads_do_not_disturb_each_other);
    tcase_add_test(tests, a_signal_handler_may_connect);
    tcase_set_timeout(tests, 60);
    return tests;
}

int main(void)
{
    TCase *const cases[] = {with_server(table_tests()), NULL};

    return run_cases("lookups", cases);
}
