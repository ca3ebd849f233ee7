#include "peer/host_name.h"
#include "trail_fixture.h"

#include <sys/utsname.h>

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
     "no name",
     {{LOOKS_UP, "a b.example", {"127.0.0.2"}}, {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"such a name is a candidate all the same",
     "no name",
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

    {"two names",
     "each a.example b.example",
     {{LOOKS_UP, "a.example", {"127.0.0.2"}}, {LOOKS_UP, "b.example", {"127.0.0.2"}}, {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"two names, the second since the previous connect",
     "each a.example b.example",
     {{LOOKS_UP, "a.example", {"127.0.0.2"}},
      {CONNECTS, NULL, {"127.0.0.2"}},
      {LOOKS_UP, "b.example", {"127.0.0.2"}},
      {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"two names, the first again since the previous connect",
     "each a.example b.example",
     {{LOOKS_UP, "a.example", {"127.0.0.2"}},
      {LOOKS_UP, "b.example", {"127.0.0.2"}},
      {CONNECTS, NULL, {"127.0.0.2"}},
      {LOOKS_UP, "a.example", {"127.0.0.2"}},
      {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"two names, one by another thread",
     "each b.example a.example",
     {{THREAD_LOOKS_UP, "b.example", {"127.0.0.2"}},
      {LOOKS_UP, "a.example", {"127.0.0.2"}},
      {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"a name and a literal",
     "each a.example 127.0.0.2",
     {{LOOKS_UP, "a.example", {"127.0.0.2"}}, {LOOKS_UP, "127.0.0.2", {"127.0.0.2"}}, {CONNECTS, NULL, {"127.0.0.2"}}}},
    {"a name and a literal, the literal since the previous connect",
     "each a.example 127.0.0.2",
     {{LOOKS_UP, "a.example", {"127.0.0.2"}},
      {CONNECTS, NULL, {"127.0.0.2"}},
      {LOOKS_UP, "127.0.0.2", {"127.0.0.2"}},
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

/* Which of two connections an answer was meant for, and so which name, nobody can tell by when it came. */
START_TEST(a_lookup_after_the_connect_counts)
{
    resolve_one("a.example", "127.0.0.2");
    int first = connect_stream("127.0.0.2");
    resolve_one("b.example", "127.0.0.2");
    int second = connect_stream("127.0.0.2");

    ck_assert_str_eq(lookup(second), "each a.example b.example");
    ck_assert_str_eq(lookup(first), "each a.example b.example");
}
END_TEST

/* A name in a form that a program looks up, and what is known where it and a.example lead to one address of this host.
 */
static const struct {
    const char *fact;
    const char *own; /* %s is the host's node name */
    bool counts;
} own_names[] = {
    {"the host's own name", "%s", false},
    {"with a domain", "%s.example", false},
    {"a name that only begins like it", "%s-2.example", true},
};

START_TEST(the_hosts_own_name_makes_no_other_ambiguous)
{
    char own[PEER_NAME_MAX], expected[2 * PEER_NAME_MAX];
    struct utsname host;
    struct peer_name name;

    ck_assert_int_eq(uname(&host), 0);
    snprintf(own, sizeof own, own_names[_i].own, host.nodename); /* NOLINT(clang-diagnostic-format-nonliteral) */
    ck_assert(peer_normalise(own, strlen(own), &name));
    resolve_one(own, "127.0.0.2");
    snprintf(expected, sizeof expected, "name %s", name.text);
    ck_assert_str_eq(lookup(connect_stream("127.0.0.2")), expected);
    resolve_one("a.example", "127.0.0.2");
    snprintf(expected, sizeof expected, own_names[_i].counts ? "each %s a.example" : "name a.example", name.text);
    ck_assert_msg(strcmp(lookup(connect_stream("127.0.0.2")), expected) == 0, "%s", own_names[_i].fact);
}
END_TEST

static const struct {
    const char *name;
    const char *node_name;
    bool own;
} host_names[] = {
    {"web1", "web1", true},
    {"web1", "WEB1", true},
    {"web1.corp.example", "web1", true},
    {"web1", "web1.corp.example", true},
    {"web1.corp.example", "web1.corp.example", true},
    {"web10", "web1", false},
    {"web1", "web10", false},
    {"corp.example", "web1.corp.example", false},
    {"web1.evil.example", "web1.corp.example", false},
    {"a.example", "", false},
    {"a.example", "(none)", false},
};

START_TEST(which_names_are_the_hosts_own)
{
    ck_assert_msg(host_name_is_of(host_names[_i].name, host_names[_i].node_name) == host_names[_i].own, "%s of %s",
                  host_names[_i].name, host_names[_i].node_name);
}
END_TEST

START_TEST(tells_eight_names_and_no_more)
{
    char node[32], expected[256] = "each";

    for (unsigned i = 0; i < PEER_LOOKUP_NAMES; i++) {
        snprintf(node, sizeof node, "n%u.example", i);
        resolve_one(node, "127.0.0.2");
        snprintf(expected + strlen(expected), sizeof expected - strlen(expected), " %s", node);
    }
    ck_assert_str_eq(lookup(connect_stream("127.0.0.2")), expected);
    resolve_one("one-more.example", "127.0.0.2");
    ck_assert_str_eq(lookup(connect_stream("127.0.0.2")), "incomplete");
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
    connections_add(-1, (struct sockaddr *)&address, sizeof address, NULL);
    connections_add(1, NULL, 0, NULL);
    connections_add(1, (struct sockaddr *)&address, sizeof address - 1, NULL);
    connections_add(1, (struct sockaddr *)&address, 1, NULL);
    ck_assert_str_eq(lookup(-1), "unknown");
}
END_TEST

static TCase *names_tests(void)
{
    TCase *tests = tcase_create("names");

    tcase_add_loop_test(tests, tells_the_name, 0, sizeof stories / sizeof *stories);
    tcase_add_test(tests, a_lookup_after_the_connect_counts);
    tcase_add_loop_test(tests, the_hosts_own_name_makes_no_other_ambiguous, 0, sizeof own_names / sizeof *own_names);
    tcase_add_loop_test(tests, which_names_are_the_hosts_own, 0, sizeof host_names / sizeof *host_names);
    tcase_add_test(tests, tells_eight_names_and_no_more);
    tcase_add_test(tests, reads_a_hostent);
    tcase_add_test(tests, bears_missing_pieces);
    return tests;
}

int main(void)
{
    TCase *const cases[] = {with_server(names_tests()), NULL};

    return run_cases("trail", cases);
}
