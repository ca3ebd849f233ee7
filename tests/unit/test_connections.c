#include "peer/connections.h"
#include "trail_fixture.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/un.h>
#include <sys/wait.h>

START_TEST(tells_address_and_port)
{
    static const char *const rows[][2] = {{"::ffff:127.0.0.2", "127.0.0.2"}, {"::1", "::1"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct trail_peer peer;
        char text[INET6_ADDRSTRLEN];
        trail_lookup(connect_stream(rows[i][0]), &peer);
        ck_assert(peer.has_address);
        ip_print(&peer.ip, text);
        ck_assert_str_eq(text, rows[i][1]);
        ck_assert_uint_eq(peer.port, server_port);
    }
}
END_TEST

START_TEST(knows_no_peer_of_what_has_none)
{
    int pair[2], file = open("/dev/null", O_RDONLY);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);

    ck_assert_str_eq(lookup(file), "unknown");
    ck_assert_str_eq(lookup(pair[0]), "unknown");
    ck_assert_str_eq(lookup(server), "unknown");
    ck_assert_str_eq(lookup(1023), "unknown");
    ck_assert_str_eq(lookup(1 << 20), "unknown");
}
END_TEST

/* Where connect(2) is seen to ask for another address than the socket's, the name is that of the address asked for. */
static int connect_through_another(const char *asked)
{
    socklen_t length;
    struct sockaddr_storage address = address_of("127.0.0.2", server_port, &length);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, length), 0);
    address = address_of(asked, 443, &length);
    connections_add(fd, (struct sockaddr *)&address, length, NULL);
    return fd;
}

START_TEST(what_lies_between_is_not_the_peer)
{
    resolve_one("a.example", "224.0.0.1");
    resolve_one("proxy.example", "127.0.0.2");
    resolve_one("192.0.2.1", "192.0.2.1");
    ck_assert_str_eq(lookup(connect_through_another("224.0.0.1")), "name a.example");
    ck_assert_str_eq(lookup(connect_through_another("192.0.2.1")), "literal 192.0.2.1");
    ck_assert_str_eq(lookup(connect_through_another("192.0.2.2")), "no name");
}
END_TEST

START_TEST(what_lies_between_is_seen_without_a_descriptor)
{
    resolve_one("a.example", "224.0.0.1");
    connect_through_another("224.0.0.1");
    ck_assert_str_eq(lookup(-1), "weak name a.example");
}
END_TEST

START_TEST(the_unspecified_address_is_this_host)
{
    ck_assert_str_eq(lookup(connect_stream("0.0.0.0")), "literal 127.0.0.1");
    ck_assert_str_eq(lookup(connect_stream("::")), "literal ::1");
}
END_TEST

START_TEST(a_record_does_not_survive_its_socket)
{
    int fd = connect_through_another("224.0.0.1");

    close(fd);
    resolve_one("a.example", "127.0.0.2");
    ck_assert_int_eq(socket(AF_INET, SOCK_STREAM, 0), fd);
    socklen_t length;
    struct sockaddr_storage address = address_of("127.0.0.2", server_port, &length);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, length), 0);
    ck_assert_str_eq(lookup(fd), "name a.example");
}
END_TEST

START_TEST(an_unclaimed_record_does_not_survive_its_socket)
{
    socklen_t length;
    struct sockaddr_storage address = address_of("127.0.0.2", server_port, &length);
    int fd = connect_stream("127.0.0.2");

    close(fd);
    ck_assert_int_eq(socket(AF_INET, SOCK_STREAM, 0), fd);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, length), 0);
    ck_assert_str_eq(lookup(-1), "unknown");
}
END_TEST

START_TEST(a_new_socket_with_the_old_number_and_peer_is_another_connection)
{
    int fd = connect_stream("127.0.0.2");
    struct trail_peer first, second;

    trail_lookup(fd, &first);
    ck_assert(first.is_first);
    close(fd);
    ck_assert_int_eq(connect_stream("127.0.0.2"), fd);
    trail_lookup(fd, &second);
    ck_assert(second.is_first && second.socket != first.socket);
    trail_lookup(fd, &second);
    ck_assert(!second.is_first);
}
END_TEST

START_TEST(an_unseen_connect_to_a_looked_up_address_has_its_one_name)
{
    socklen_t length;
    struct sockaddr_storage address = address_of("127.0.0.2", server_port, &length);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    resolve_one("a.example", "127.0.0.2");
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, length), 0);
    ck_assert_str_eq(lookup(fd), "name a.example");
}
END_TEST

/* Through something between, so that the name tells whether the record was found. */
static int connect_for_a(void)
{
    resolve_one("a.example", "224.0.0.1");
    return connect_through_another("224.0.0.1");
}

START_TEST(a_duplicate_is_the_same_connection)
{
    int fd = connect_for_a();
    int copy = dup2(fd, 77);

    close(fd);
    ck_assert_str_eq(lookup(copy), "name a.example");
}
END_TEST

START_TEST(claiming_a_duplicate_claims_the_connection)
{
    int fd = connect_for_a();

    ck_assert_str_eq(lookup(dup(fd)), "name a.example");
    ck_assert_str_eq(lookup(-1), "unknown");
}
END_TEST

static void send_descriptor(int channel, int fd)
{
    char control[CMSG_SPACE(sizeof fd)] = {0};
    struct iovec data = {"x", 1};
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    ck_assert_int_eq(sendmsg(channel, &message, 0), 1);
}

static int receive_descriptor(int channel)
{
    int fd = -1;
    char byte, control[CMSG_SPACE(sizeof fd)];
    struct iovec data = {&byte, 1};
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};

    ck_assert_int_eq(recvmsg(channel, &message, 0), 1);
    const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    ck_assert_ptr_nonnull(header);
    memcpy(&fd, CMSG_DATA(header), sizeof fd);
    return fd;
}

/* What an application finds when a helper connects for it (links): the number may be one we have a record for. */
START_TEST(a_passed_descriptor_has_no_record_of_ours)
{
    int channel[2], status;

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, channel), 0);
    int number = connect_for_a();
    close(number);
    pid_t child = fork();
    if (child == 0) {
        send_descriptor(channel[1], connect_stream("127.0.0.2"));
        _exit(0);
    }
    int fd = receive_descriptor(channel[0]);
    ck_assert_int_eq(fd, number);
    ck_assert_str_eq(lookup(fd), "literal 127.0.0.2");
    waitpid(child, &status, 0);
}
END_TEST

START_TEST(an_accepted_socket_has_no_record)
{
    connect_stream("127.0.0.2");
    int fd = accept(server, NULL, NULL);

    ck_assert_str_eq(lookup(fd), "literal 127.0.0.1");
}
END_TEST

START_TEST(a_child_of_fork_knows_what_its_parent_did)
{
    int status;
    int fd = connect_for_a();
    pid_t child = fork();

    if (child == 0) {
        _exit(strcmp(lookup(fd), "name a.example") == 0 && strcmp(lookup(-1), "unknown") == 0 ? 0 : 1);
    }
    waitpid(child, &status, 0);
    ck_assert_int_eq(status, 0);
    ck_assert_str_eq(lookup(-1), "weak name a.example");
}
END_TEST

START_TEST(a_disconnected_socket_has_no_peer)
{
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    int fd = connect_datagram("127.0.0.2", 4433);

    ck_assert_int_eq(connect(fd, &nobody, sizeof nobody), 0);
    connections_add(fd, &nobody, sizeof nobody, NULL);
    ck_assert_str_eq(lookup(fd), "unknown");
    ck_assert_str_eq(lookup(-1), "unknown");
}
END_TEST

static void connect_unseen(int fd, const char *text, in_port_t port)
{
    socklen_t length;
    struct sockaddr_storage address = address_of(text, port, &length);

    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, length), 0);
}

START_TEST(a_socket_connected_elsewhere_unseen_has_no_name)
{
    resolve_one("b.example", "127.0.0.3");
    int fd = connect_datagram("127.0.0.2", 4433);
    connect_unseen(fd, "127.0.0.3", 4433);
    ck_assert_str_eq(lookup(fd), "no name");
    ck_assert_str_eq(lookup(-1), "unknown");
}
END_TEST

START_TEST(a_socket_connected_to_another_port_unseen_has_no_name)
{
    connect_unseen(connect_datagram("127.0.0.2", 4433), "127.0.0.2", 4434);
    ck_assert_str_eq(lookup(-1), "weak no name");
}
END_TEST

START_TEST(a_socket_connected_to_another_port_has_a_new_record)
{
    socklen_t length;
    struct sockaddr_storage address = address_of("127.0.0.2", 4434, &length);
    int fd = connect_datagram("127.0.0.2", 4433);

    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, length), 0);
    connections_add(fd, (struct sockaddr *)&address, length, NULL);
    ck_assert_str_eq(lookup(-1), "weak literal 127.0.0.2");
}
END_TEST

START_TEST(an_address_cut_short_is_not_read)
{
    socklen_t length;
    struct sockaddr_storage address = address_of("127.0.0.2", server_port, &length);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, length), 0);
    for (socklen_t cut = 0; cut < length; cut++) {
        connections_add(fd, (struct sockaddr *)&address, cut, NULL);
    }
    ck_assert_str_eq(lookup(-1), "unknown");
    connections_add(fd, (struct sockaddr *)&address, length, NULL);
    ck_assert_str_eq(lookup(-1), "weak literal 127.0.0.2");
}
END_TEST

START_TEST(a_connect_in_progress_has_a_peer)
{
    socklen_t length;
    struct sockaddr_storage address = address_of("127.0.0.2", 0, &length);
    int busy = socket(AF_INET, SOCK_STREAM, 0);
    int fd = -1;

    ck_assert_int_eq(bind(busy, (struct sockaddr *)&address, length), 0);
    ck_assert_int_eq(getsockname(busy, (struct sockaddr *)&address, &length), 0);
    ck_assert_int_eq(listen(busy, 0), 0);
    resolve_one("a.example", "127.0.0.2");
    in_port_t port = ntohs(((struct sockaddr_in *)&address)->sin_port);
    for (int i = 0; i < 4; i++) { /* a full queue answers no further SYN */
        fd = connect_socket(SOCK_STREAM | SOCK_NONBLOCK, "127.0.0.2", port);
    }
    length = sizeof address;
    ck_assert_int_eq(getpeername(fd, (struct sockaddr *)&address, &length), -1);
    ck_assert_int_eq(errno, ENOTCONN);
    ck_assert_str_eq(lookup(fd), "name a.example");
}
END_TEST

START_TEST(a_failed_connect_has_no_peer)
{
    socklen_t length;
    struct sockaddr_storage address = address_of("127.0.0.2", 0, &length);
    int closed = socket(AF_INET, SOCK_STREAM, 0);

    ck_assert_int_eq(bind(closed, (struct sockaddr *)&address, length), 0);
    ck_assert_int_eq(getsockname(closed, (struct sockaddr *)&address, &length), 0);
    int fd =
        connect_socket(SOCK_STREAM | SOCK_NONBLOCK, "127.0.0.2", ntohs(((struct sockaddr_in *)&address)->sin_port));
    ck_assert_str_eq(lookup(fd), "unknown");
    ck_assert_str_eq(lookup(-1), "unknown");
    connect_stream("127.0.0.3");
    ck_assert_str_eq(lookup(-1), "weak literal 127.0.0.3");
}
END_TEST

/* A program that calls connect(2) until it no longer says EINPROGRESS made one connection, not two. */
START_TEST(asking_again_for_a_connect_in_progress_is_no_other_connect)
{
    socklen_t length;
    struct sockaddr_storage address = address_of("127.0.0.2", server_port, &length);
    int fd = connect_stream("127.0.0.2");

    connections_add(fd, (struct sockaddr *)&address, length, NULL);
    ck_assert_str_eq(lookup(fd), "literal 127.0.0.2");
    connections_add(fd, (struct sockaddr *)&address, length, NULL);
    ck_assert_str_eq(lookup(-1), "unknown");
}
END_TEST

/* ---- Handshakes without a descriptor ---- */

START_TEST(takes_the_one_unclaimed_connection)
{
    resolve_one("a.example", "127.0.0.2");
    connect_stream("127.0.0.2");

    ck_assert_str_eq(lookup(-1), "weak name a.example");
    ck_assert_str_eq(lookup(-1), "unknown");
}
END_TEST

START_TEST(takes_none_of_two)
{
    connect_stream("127.0.0.2");
    int second = connect_stream("127.0.0.3");

    ck_assert_str_eq(lookup(-1), "unknown");
    ck_assert_str_eq(lookup(second), "literal 127.0.0.3");
    ck_assert_str_eq(lookup(-1), "weak literal 127.0.0.2");
}
END_TEST

START_TEST(a_closed_connection_is_none)
{
    close(connect_stream("127.0.0.2"));
    ck_assert_str_eq(lookup(-1), "unknown");
    ck_assert_int_ge(open("/dev/null", O_RDONLY), 0); /* takes the number */
    connect_stream("127.0.0.3");
    ck_assert_str_eq(lookup(-1), "weak literal 127.0.0.3");
}
END_TEST

static void *connect_in_thread(void *arg)
{
    (void)arg;
    connect_stream("127.0.0.2");
    return NULL;
}

START_TEST(a_connection_of_another_thread_is_none)
{
    run_in_thread(connect_in_thread, NULL);
    ck_assert_str_eq(lookup(-1), "unknown");
    connect_stream("127.0.0.3");
    ck_assert_str_eq(lookup(-1), "weak literal 127.0.0.3");
}
END_TEST

START_TEST(a_stream_goes_before_datagrams)
{
    connect_datagram("127.0.0.2", 4433);
    connect_stream("127.0.0.3");
    ck_assert_str_eq(lookup(-1), "weak literal 127.0.0.3");
    ck_assert_str_eq(lookup(-1), "weak literal 127.0.0.2");
}
END_TEST

START_TEST(a_datagram_socket_is_no_way_out_of_two_streams)
{
    connect_stream("127.0.0.2");
    connect_stream("127.0.0.3");
    connect_datagram("127.0.0.4", 4433);
    ck_assert_str_eq(lookup(-1), "unknown");
}
END_TEST

START_TEST(a_datagram_socket_for_dns_is_none)
{
    connect_datagram("127.0.0.2", 53);
    ck_assert_str_eq(lookup(-1), "unknown");
    connect_datagram("127.0.0.3", 4433);
    ck_assert_str_eq(lookup(-1), "weak literal 127.0.0.3");
}
END_TEST

/* A connection to 127.0.0.2 for a.example, with another number. */
static int connect_high(int number)
{
    struct rlimit limit;
    int fd = connect_for_a();

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    int high = fcntl(fd, F_DUPFD, number);
    ck_assert_int_ge(high, number);
    close(fd);
    return high;
}

static void add_to(int fd, const char *asked)
{
    socklen_t length;
    struct sockaddr_storage address = address_of(asked, 443, &length);

    connections_add(fd, (struct sockaddr *)&address, length, NULL);
}

static const int numbers[] = {1023, 1024, 1025, 2047, 2048, 4095};

START_TEST(no_number_is_too_high)
{
    int fd = connect_high(numbers[_i]);

    resolve_one("b.example", "224.0.0.2");
    add_to(fd, "224.0.0.2");
    ck_assert_str_eq(lookup(-1), "weak name b.example");
    ck_assert_str_eq(lookup(fd), "name b.example");
    int copy = dup(fd);
    close(fd);
    ck_assert_str_eq(lookup(copy), "name b.example");
}
END_TEST

START_TEST(two_high_ones_are_told_apart)
{
    int one = connect_high(3000), other = connect_high(4000);

    resolve_one("b.example", "224.0.0.2");
    add_to(one, "224.0.0.1");
    add_to(other, "224.0.0.2");
    ck_assert_str_eq(lookup(-1), "unknown");
    ck_assert_str_eq(lookup(dup2(other, 78)), "name b.example");
    ck_assert_str_eq(lookup(dup2(one, 79)), "name a.example");
}
END_TEST

START_TEST(an_unrecorded_connection_forbids_to_guess)
{
    const struct rlimit none = {0, RLIM_INFINITY}, any = {RLIM_INFINITY, RLIM_INFINITY};
    int fd = connect_high(CONNECTION_PAGE);

    ck_assert_int_eq(setrlimit(RLIMIT_AS, &none), 0);
    add_to(fd, "224.0.0.1");
    ck_assert_str_eq(lookup(-1), "unknown");
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &any), 0); /* a sanitizer looks for leaks at the end */
}
END_TEST

START_TEST(another_family_is_not_recorded)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/nowhere"};
    int fd = connect_stream("127.0.0.2");

    connections_add(fd, (struct sockaddr *)&address, sizeof address, NULL);
    ck_assert_str_eq(lookup(-1), "weak literal 127.0.0.2");
}
END_TEST

static TCase *sockets_tests(void)
{
    TCase *tests = tcase_create("sockets");

    tcase_add_test(tests, tells_address_and_port);
    tcase_add_test(tests, knows_no_peer_of_what_has_none);
    tcase_add_test(tests, what_lies_between_is_not_the_peer);
    tcase_add_test(tests, what_lies_between_is_seen_without_a_descriptor);
    tcase_add_test(tests, the_unspecified_address_is_this_host);
    tcase_add_test(tests, a_record_does_not_survive_its_socket);
    tcase_add_test(tests, an_unclaimed_record_does_not_survive_its_socket);
    tcase_add_test(tests, a_new_socket_with_the_old_number_and_peer_is_another_connection);
    tcase_add_test(tests, an_unseen_connect_to_a_looked_up_address_has_its_one_name);
    tcase_add_test(tests, a_duplicate_is_the_same_connection);
    tcase_add_test(tests, claiming_a_duplicate_claims_the_connection);
    tcase_add_test(tests, a_passed_descriptor_has_no_record_of_ours);
    tcase_add_test(tests, an_accepted_socket_has_no_record);
    tcase_add_test(tests, a_child_of_fork_knows_what_its_parent_did);
    tcase_add_test(tests, a_disconnected_socket_has_no_peer);
    tcase_add_test(tests, a_socket_connected_elsewhere_unseen_has_no_name);
    tcase_add_test(tests, a_socket_connected_to_another_port_unseen_has_no_name);
    tcase_add_test(tests, a_socket_connected_to_another_port_has_a_new_record);
    tcase_add_test(tests, an_address_cut_short_is_not_read);
    tcase_add_test(tests, a_connect_in_progress_has_a_peer);
    tcase_add_test(tests, a_failed_connect_has_no_peer);
    tcase_add_test(tests, asking_again_for_a_connect_in_progress_is_no_other_connect);
    return tests;
}

static TCase *weak_tests(void)
{
    TCase *tests = tcase_create("without a descriptor");

    tcase_add_test(tests, takes_the_one_unclaimed_connection);
    tcase_add_test(tests, takes_none_of_two);
    tcase_add_test(tests, a_closed_connection_is_none);
    tcase_add_test(tests, a_connection_of_another_thread_is_none);
    tcase_add_test(tests, a_stream_goes_before_datagrams);
    tcase_add_test(tests, a_datagram_socket_is_no_way_out_of_two_streams);
    tcase_add_test(tests, a_datagram_socket_for_dns_is_none);
    tcase_add_loop_test(tests, no_number_is_too_high, 0, sizeof numbers / sizeof *numbers);
    tcase_add_test(tests, two_high_ones_are_told_apart);
    tcase_add_test(tests, an_unrecorded_connection_forbids_to_guess);
    tcase_add_test(tests, another_family_is_not_recorded);
    return tests;
}

int main(void)
{
    TCase *const cases[] = {with_server(sockets_tests()), with_server(weak_tests()), NULL};

    return run_cases("connections", cases);
}
