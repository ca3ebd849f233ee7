#include "trail_fixture.h"

enum step_action {
    END,
    LOOKS_UP,        /* this thread */
    THREAD_LOOKS_UP, /* another thread, which ends */
    CONNECTS,
    CONNECTS_DATAGRAM
};

struct step {
    enum step_action action;
    const char *node;
    const char *addresses[3];
};

struct story {
    const char *name;
    const char *expected; /* for the last connection */
    struct step steps[8];
};

static const struct story stories[] = {
    {"one name", "name a.example", {{LOOKS_UP, "a.example", {"127.0.0.2"}}, {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"the name is normalised",
     "name xn--bcher-kva.example",
     {{LOOKS_UP, "BÜCHER.Example.", {"127.0.0.2"}}, {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"an IPv6 address", "name a.example", {{LOOKS_UP, "a.example", {"::1"}}, {CONNECTS, NULL, {"::1"}}}},
    {"found as IPv4, connected as IPv4-mapped",
     "name a.example",
     {{LOOKS_UP, "a.example", {"127.0.0.2"}}, {CONNECTS, NULL, {"::ffff:127.0.0.2"}}}},
    {"found as IPv4-mapped, connected as IPv4",
     "name a.example",
     {{LOOKS_UP, "a.example", {"::ffff:127.0.0.2"}}, {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"nothing looked up", "literal 127.0.0.2", {{CONNECTS, NULL, {"127.0.0.2"}}}},
    {"nothing looked up, IPv4-mapped", "literal 127.0.0.2", {{CONNECTS, NULL, {"::ffff:127.0.0.2"}}}},
    {"another address looked up",
     "literal 127.0.0.2",
     {{LOOKS_UP, "a.example", {"127.0.0.3"}}, {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"a literal looked up",
     "literal 127.0.0.2",
     {{LOOKS_UP, "127.0.0.2", {"127.0.0.2"}}, {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"a literal in the form of inet_aton looked up",
     "literal 127.0.0.2",
     {{LOOKS_UP, "127.2", {"127.0.0.2"}}, {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"a literal in hexadecimal looked up",
     "literal 127.0.0.2",
     {{LOOKS_UP, "0x7f000002", {"127.0.0.2"}}, {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"a literal with scope looked up", "literal ::1", {{LOOKS_UP, "::1%lo", {"::1"}}, {CONNECTS, NULL, {"::1"}}}},
    {"a name that no certificate can carry",
     "no host name",
     {{LOOKS_UP, "a b.example", {"127.0.0.2"}}, {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"such a name is a candidate all the same",
     "ambiguous",
     {{THREAD_LOOKS_UP, "a b.example", {"127.0.0.2"}},
      {THREAD_LOOKS_UP, "b.example", {"127.0.0.2"}},
      {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"the same name again",
     "name a.example",
     {{LOOKS_UP, "a.example", {"127.0.0.2"}},
      {LOOKS_UP, "A.example.", {"127.0.0.2"}},
      {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"another name at another address",
     "name a.example",
     {{LOOKS_UP, "a.example", {"127.0.0.2"}}, {LOOKS_UP, "b.example", {"127.0.0.3"}}, {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"a resolver thread",
     "name a.example",
     {{THREAD_LOOKS_UP, "a.example", {"127.0.0.2"}}, {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"second address after the first failed",
     "name a.example",
     {{LOOKS_UP, "a.example", {"127.0.0.2", "127.0.0.3"}},
      {CONNECTS, NULL, {"127.0.0.2"}},
      {CONNECTS, NULL, {"127.0.0.3"}}}},
    {"both families (happy eyeballs)",
     "name a.example",
     {{LOOKS_UP, "a.example", {"::1", "127.0.0.2"}}, {CONNECTS, NULL, {"::1"}}, {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"connected again without a look-up",
     "name a.example",
     {{LOOKS_UP, "a.example", {"127.0.0.2"}}, {CONNECTS, NULL, {"127.0.0.2"}}, {CONNECTS, NULL, {"127.0.0.2"}}}},

    {"two names since the start",
     "ambiguous",
     {{LOOKS_UP, "a.example", {"127.0.0.2"}}, {LOOKS_UP, "b.example", {"127.0.0.2"}}, {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"two names, the second since the previous connect",
     "name b.example",
     {{LOOKS_UP, "a.example", {"127.0.0.2"}},
      {CONNECTS, NULL, {"127.0.0.2"}},
      {LOOKS_UP, "b.example", {"127.0.0.2"}},
      {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"two names, the first again since the previous connect",
     "name a.example",
     {{LOOKS_UP, "a.example", {"127.0.0.2"}},
      {LOOKS_UP, "b.example", {"127.0.0.2"}},
      {CONNECTS, NULL, {"127.0.0.2"}},
      {LOOKS_UP, "a.example", {"127.0.0.2"}},
      {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"two names, neither since the previous connect",
     "ambiguous",
     {{LOOKS_UP, "a.example", {"127.0.0.2"}},
      {LOOKS_UP, "b.example", {"127.0.0.2"}},
      {CONNECTS, NULL, {"127.0.0.3"}},
      {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"two names, one by this thread",
     "name a.example",
     {{THREAD_LOOKS_UP, "b.example", {"127.0.0.2"}},
      {LOOKS_UP, "a.example", {"127.0.0.2"}},
      {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"two names, the other thread's after ours",
     "name a.example",
     {{LOOKS_UP, "a.example", {"127.0.0.2"}},
      {THREAD_LOOKS_UP, "b.example", {"127.0.0.2"}},
      {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"two names, none by this thread",
     "ambiguous",
     {{THREAD_LOOKS_UP, "a.example", {"127.0.0.2"}},
      {THREAD_LOOKS_UP, "b.example", {"127.0.0.2"}},
      {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"a name and a literal",
     "ambiguous",
     {{LOOKS_UP, "a.example", {"127.0.0.2"}}, {LOOKS_UP, "127.0.0.2", {"127.0.0.2"}}, {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"a name and a literal, the literal since the previous connect",
     "literal 127.0.0.2",
     {{LOOKS_UP, "a.example", {"127.0.0.2"}},
      {CONNECTS, NULL, {"127.0.0.2"}},
      {LOOKS_UP, "127.0.0.2", {"127.0.0.2"}},
      {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"a datagram connect ends no look-up (address sorting)",
     "name b.example",
     {{THREAD_LOOKS_UP, "a.example", {"127.0.0.2"}},
      {LOOKS_UP, "b.example", {"127.0.0.2"}},
      {CONNECTS_DATAGRAM, NULL, {"127.0.0.2"}},
      {CONNECTS, NULL, {"127.0.0.2"}}}},
};

START_TEST(tells_the_name)
{
    const struct story *story = &stories[_i];
    int fd = -1;

    for (const struct step *step = story->steps; step->action != END; step++) {
        struct lookup_by_thread other = {step->node, step->addresses[0]};
        switch (step->action) {
        case LOOKS_UP:
            resolve(step->node, step->addresses);
            break;
        case THREAD_LOOKS_UP:
            run_in_thread(resolve_in_thread, &other);
            break;
        case CONNECTS:
            fd = connect_stream(step->addresses[0]);
            break;
        default:
            connect_datagram(step->addresses[0], 80);
        }
    }
    const char *seen = lookup(fd);
    ck_assert_msg(strcmp(seen, story->expected) == 0, "%s: %s", story->name, seen);
}
END_TEST

START_TEST(a_lookup_after_the_connect_does_not_count)
{
    resolve_one("a.example", "127.0.0.2");
    int first = connect_stream("127.0.0.2");
    resolve_one("b.example", "127.0.0.2");
    int second = connect_stream("127.0.0.2");

    ck_assert_str_eq(lookup(second), "name b.example");
    ck_assert_str_eq(lookup(first), "name a.example");
}
END_TEST

START_TEST(a_handshake_in_another_thread_has_the_name_of_the_connecting_one)
{
    struct lookup_by_thread other = {"b.example", "127.0.0.2"};
    resolve_one("a.example", "127.0.0.2");
    int fd = connect_stream("127.0.0.2");
    run_in_thread(resolve_in_thread, &other);

    ck_assert_str_eq(lookup(fd), "name a.example");
}
END_TEST

static void *connect_and_lookup(void *arg)
{
    snprintf(arg, PEER_NAME_MAX, "%s", lookup(connect_stream("127.0.0.2")));
    return NULL;
}

/* pthread_self, gettid and the address of thread-local storage are all used again. */
START_TEST(a_thread_does_not_inherit_the_lookups_of_an_ended_one)
{
    char seen[PEER_NAME_MAX];
    struct lookup_by_thread a = {"a.example", "127.0.0.2"};

    resolve_one("b.example", "127.0.0.2");
    run_in_thread(resolve_in_thread, &a);
    run_in_thread(connect_and_lookup, seen);
    ck_assert_str_eq(seen, "ambiguous");
}
END_TEST

START_TEST(reads_a_hostent)
{
    struct in_addr first = {htonl(0x7F000002)}, second = {htonl(0x7F000003)};
    struct hostent host = {.h_name = "canonical.example",
                           .h_addrtype = AF_INET,
                           .h_length = 4,
                           .h_addr_list = (char *[]){(char *)&first, (char *)&second, NULL}};

    errno = EXDEV;
    trail_resolved_hostent("a.example", &host);
    ck_assert_int_eq(errno, EXDEV);
    ck_assert_str_eq(lookup(connect_stream("127.0.0.2")), "name a.example");
    ck_assert_str_eq(lookup(connect_stream("127.0.0.3")), "name a.example");
}
END_TEST

START_TEST(bears_missing_pieces)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct addrinfo without_address = {0};
    struct hostent without_list = {.h_addrtype = AF_INET};

    trail_resolved(NULL, &without_address);
    trail_resolved("a.example", NULL);
    trail_resolved("a.example", &without_address);
    trail_resolved_hostent(NULL, &without_list);
    trail_resolved_hostent("a.example", NULL);
    trail_resolved_hostent("a.example", &without_list);
    connections_add(-1, (struct sockaddr *)&address, sizeof address);
    connections_add(1, NULL, 0);
    connections_add(1, (struct sockaddr *)&address, sizeof address - 1);
    connections_add(1, (struct sockaddr *)&address, 1);
    ck_assert_str_eq(lookup(-1), "unknown");
}
END_TEST

static TCase *names_tests(void)
{
    TCase *tests = tcase_create("names");

    tcase_add_loop_test(tests, tells_the_name, 0, sizeof stories / sizeof *stories);
    tcase_add_test(tests, a_lookup_after_the_connect_does_not_count);
    tcase_add_test(tests, a_handshake_in_another_thread_has_the_name_of_the_connecting_one);
    tcase_add_test(tests, a_thread_does_not_inherit_the_lookups_of_an_ended_one);
    tcase_add_test(tests, reads_a_hostent);
    tcase_add_test(tests, bears_missing_pieces);
    return tests;
}

int main(void)
{
    TCase *const cases[] = {names_tests(), NULL};

    return run_cases("trail", cases);
}
