/* Where a line arrives and in which form; and that losing one costs the host nothing: no wait, no signal, no
 * descriptor. */
#include "cases.h"
#include "event/sink.h"
#include "process/standard_error.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static const char line[] = "{\"a\":1}\n";
#define LINE line, sizeof line - 1

static char directory[PATH_MAX];

/* A path in the test's own directory, in static storage; the second call's does not overwrite the first's. */
static const char *path_of(const char *name)
{
    static char paths[4][PATH_MAX + 64];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", directory, name);
    return path;
}

static const char *destination_of(const char *kind, const char *name)
{
    static char destination[PATH_MAX + 128];
    snprintf(destination, sizeof destination, "%s:%s", kind, path_of(name));
    return destination;
}

static unsigned count_descriptors(void)
{
    unsigned count = 0;
    DIR *entries = opendir("/proc/self/fd");
    ck_assert_ptr_nonnull(entries);
    while (readdir(entries))
        count++;
    closedir(entries);
    return count;
}

static unsigned descriptors_before;

static void enter(void)
{
    const char *temporary = getenv("TMPDIR");
    snprintf(directory, sizeof directory, "%s/sink-XXXXXX", temporary ? temporary : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    descriptors_before = count_descriptors();
    alarm(600); /* whatever blocks is killed */
}

static void leave(void)
{
    DIR *entries = opendir(directory);
    for (struct dirent *entry = readdir(entries); entry; entry = readdir(entries))
        if (unlinkat(dirfd(entries), entry->d_name, 0) != 0)
            unlinkat(dirfd(entries), entry->d_name, AT_REMOVEDIR);
    closedir(entries);
    rmdir(directory);
}

/* Delivers as the library does and says how many lines were lost; errno and descriptors stay as they were. */
static uint64_t lost_by(const char *destination, const char *text, size_t length)
{
    unsigned before = count_descriptors();
    errno = 4711;
    sink_deliver(destination, 3, text, length, NULL);
    ck_assert_msg(errno == 4711, "%s: errno is changed", destination);
    ck_assert_msg(count_descriptors() == before, "%s: a descriptor is left open", destination);
    return sink_take_dropped();
}

static int listen_on(const char *path, int type)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    ck_assert_uint_lt(strlen(path), sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    if (type == SOCK_STREAM)
        ck_assert_int_eq(listen(fd, 1), 0);
    return fd;
}

static void expect_read(int fd, const char *expected, size_t length)
{
    char buffer[16384];
    ssize_t got = read(fd, buffer, sizeof buffer);
    ck_assert_msg(got == (ssize_t)length && memcmp(buffer, expected, length) == 0, "got %zd: %.*s", got,
                  got > 0 ? (int)got : 0, buffer);
}

static void expect_content(const char *path, const char *expected)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(fd, 0);
    expect_read(fd, expected, strlen(expected));
    close(fd);
}

/* Files and FIFOs */

START_TEST(a_file_is_made_and_appended_to)
{
    umask(0);
    ck_assert_uint_eq(lost_by(destination_of("file", "log"), LINE), 0);
    ck_assert_uint_eq(lost_by(destination_of("file", "log"), LINE), 0);
    expect_content(path_of("log"), "{\"a\":1}\n{\"a\":1}\n");
    struct stat status;
    ck_assert_int_eq(stat(path_of("log"), &status), 0);
    ck_assert_msg((status.st_mode & 07777) == 0640, "mode %o", status.st_mode);
}
END_TEST

static void make_symlink(const char *path)
{
    ck_assert_int_eq(symlink("elsewhere", path), 0);
}

static void make_directory(const char *path)
{
    ck_assert_int_eq(mkdir(path, 0700), 0);
}

static void make_fifo(const char *path)
{
    ck_assert_int_eq(mkfifo(path, 0600), 0);
}

static void make_socket(const char *path)
{
    close(listen_on(path, SOCK_DGRAM));
}

static void make_nothing(const char *path)
{
    (void)path;
}

static const struct {
    const char *what, *kind, *name;
    void (*make)(const char *path);
} lost[] = {
    {"a symbolic link leads anywhere", "file", "x", make_symlink},
    {"a directory", "file", "x", make_directory},
    {"a FIFO without a reader", "file", "x", make_fifo},
    {"a socket is no file", "file", "x", make_socket},
    {"a missing directory", "file", "none/x", make_nothing},
    {"a missing socket", "unix", "x", make_nothing},
    {"a socket whose owner is gone", "unix", "x", make_socket},
    {"a file is no socket", "unix", "x", make_fifo},
    {"a word we do not know", "carrier-pigeon", "x", make_nothing},
};

START_TEST(what_cannot_be_delivered_is_counted)
{
    lost[_i].make(path_of(lost[_i].name));
    ck_assert_msg(lost_by(destination_of(lost[_i].kind, lost[_i].name), LINE) == 1, "%s", lost[_i].what);
    ck_assert_msg(access(path_of("elsewhere"), F_OK) != 0, "%s: followed", lost[_i].what);
}
END_TEST

START_TEST(odd_destinations_are_counted)
{
    char path[200];
    memset(path, 'x', sizeof path - 1);
    memcpy(path, "unix:/", 6);
    path[sizeof path - 1] = '\0';
    ck_assert_uint_eq(lost_by(path, LINE), 1); /* longer than a socket address */
    ck_assert_uint_eq(lost_by("file:relative", LINE), 1);
    ck_assert_uint_eq(lost_by("file:", LINE), 1);
    ck_assert_uint_eq(lost_by("", LINE), 1);
    ck_assert_uint_eq(lost_by("file:/dev/null", LINE), 1); /* a device */
}
END_TEST

START_TEST(a_read_only_directory_loses_the_line)
{
    ck_assert_int_eq(chmod(directory, 0555), 0);
    pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(2);
        sink_deliver(destination_of("file", "log"), 3, LINE, NULL);
        _exit(sink_take_dropped() == 1 ? 0 : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    chmod(directory, 0700);
    ck_assert_int_eq(status, 0);
    ck_assert(access(path_of("log"), F_OK) != 0);
}
END_TEST

START_TEST(a_fifo_takes_lines_until_it_is_full)
{
    make_fifo(path_of("fifo"));
    int reader = open(path_of("fifo"), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    ck_assert_uint_eq(lost_by(destination_of("file", "fifo"), LINE), 0);
    expect_read(reader, LINE);
    uint64_t count = 0;
    for (int i = 0; i < 100000 && count == 0; i++)
        count = lost_by(destination_of("file", "fifo"), LINE);
    ck_assert_uint_eq(count, 1);
    close(reader);
}
END_TEST

/* As lost_by(), where files may not grow beyond `size` bytes. */
static uint64_t lost_at_limit(rlim_t size, const char *destination)
{
    struct rlimit before;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit limit = {.rlim_cur = size, .rlim_max = before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
    sink_deliver(destination, 3, LINE, NULL);
    setrlimit(RLIMIT_FSIZE, &before);
    return sink_take_dropped();
}

START_TEST(a_file_at_its_size_limit_does_not_kill_the_host)
{
    const char *log = destination_of("file", "log");
    ck_assert_uint_eq(lost_at_limit(4, log), 1); /* a short write */
    ck_assert_uint_eq(lost_at_limit(4, log), 1); /* would raise SIGXFSZ */
}
END_TEST

static const struct {
    const char *what;
    bool blocked, pending;
} signals[] = {
    {"not blocked", false, false},
    {"blocked by the host", true, false},
    {"blocked and pending", true, true},
};

/* SIGXFSZ stands for SIGPIPE too, which only a reader that leaves between open and write can cause here. */
START_TEST(the_hosts_signals_stay_as_they_were)
{
    sigset_t ours, mask, pending;
    sigemptyset(&ours);
    sigaddset(&ours, SIGXFSZ);
    if (signals[_i].blocked)
        sigprocmask(SIG_BLOCK, &ours, NULL);
    if (signals[_i].pending)
        raise(SIGXFSZ);
    ck_assert_uint_eq(lost_at_limit(0, destination_of("file", "log")), 1);

    sigprocmask(SIG_BLOCK, NULL, &mask);
    sigpending(&pending);
    ck_assert_msg(sigismember(&mask, SIGXFSZ) == signals[_i].blocked, "%s: mask", signals[_i].what);
    ck_assert_msg(!sigismember(&mask, SIGPIPE), "%s: SIGPIPE is blocked", signals[_i].what);
    ck_assert_msg(sigismember(&pending, SIGXFSZ) == signals[_i].pending, "%s: pending", signals[_i].what);
}
END_TEST

/* Standard error */

/* Puts `fd` in the place of standard error. */
static void replace_stderr(int fd)
{
    ck_assert_int_eq(dup2(fd, STDERR_FILENO), STDERR_FILENO);
    close(fd);
}

/* The same for a program that was started with it. */
static void as_stderr(int fd)
{
    replace_stderr(fd);
    standard_error_keep();
}

START_TEST(stderr_may_be_a_pipe)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    as_stderr(ends[1]);
    ck_assert_uint_eq(lost_by("stderr", LINE), 0);
    expect_read(ends[0], LINE);
}
END_TEST

START_TEST(a_long_line_goes_through_a_pipe_whole)
{
    char text[8192];
    memset(text, 'x', sizeof text);
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    as_stderr(ends[1]);
    ck_assert_uint_eq(lost_by("stderr", text, sizeof text), 0);
    expect_read(ends[0], text, sizeof text);
}
END_TEST

START_TEST(a_full_pipe_is_not_waited_for)
{
    static const char block[8192];
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    int flags = fcntl(ends[1], F_GETFL);
    ck_assert_int_eq(fcntl(ends[1], F_SETFL, flags | O_NONBLOCK), 0);
    while (write(ends[1], block, sizeof block) > 0)
        ;
    ck_assert_int_eq(fcntl(ends[1], F_SETFL, flags), 0);
    as_stderr(ends[1]);
    ck_assert_uint_eq(lost_by("stderr", LINE), 1);
    ck_assert_uint_eq(lost_by("stderr", block, sizeof block), 1);
    ck_assert_int_eq(read(ends[0], (char[4096]){0}, 4096), 4096);
    ck_assert_msg(lost_by("stderr", block, sizeof block) == 1, "there is room for half a line");
    ck_assert_int_eq(fcntl(STDERR_FILENO, F_GETFL), flags); /* the description is shared with other processes */
}
END_TEST

START_TEST(a_pipe_without_a_reader_kills_nobody)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    close(ends[0]);
    as_stderr(ends[1]);
    ck_assert_uint_eq(lost_by("stderr", LINE), 1);
}
END_TEST

START_TEST(a_socket_without_a_reader_kills_nobody)
{
    int ends[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    as_stderr(ends[1]);
    ck_assert_uint_eq(lost_by("stderr", LINE), 0);
    expect_read(ends[0], LINE);
    close(ends[0]);
    ck_assert_uint_eq(lost_by("stderr", LINE), 1);
}
END_TEST

static const struct {
    const char *what;
    int flags;
    uint64_t lost;
} files[] = {
    {"2>log", O_WRONLY | O_CREAT | O_TRUNC, 0},
    {"2>>log", O_WRONLY | O_CREAT | O_APPEND, 0},
    {"a database that got the number 2", O_RDWR | O_CREAT, 1},
    {"opened for reading", O_RDONLY | O_CREAT, 1},
};

START_TEST(stderr_may_be_a_file_for_writing_where_the_policy_says_so)
{
    as_stderr(open(path_of("log"), files[_i].flags | O_CLOEXEC, 0600));
    ck_assert_msg(lost_by("stderr", LINE) == 1, "%s", files[_i].what);
    ck_assert_msg(lost_by("stderr-file", LINE) == files[_i].lost, "%s", files[_i].what);
    expect_content(path_of("log"), files[_i].lost ? "" : line);
}
END_TEST

/* What a program opens once its standard error is closed gets the number 2. */
static int other_pipe(void)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    return ends[1];
}

static int other_socket(void)
{
    int ends[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    return ends[1];
}

static int other_terminal(void)
{
    return open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
}

static int other_file(void)
{
    return open(path_of("data"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
}

static const struct {
    const char *what;
    int (*start)(void), (*now)(void);
} replaced[] = {
    {"a pipe of the program's own", other_pipe, other_pipe},
    {"a socket of the program's own", other_socket, other_socket},
    {"a terminal of the program's own", other_pipe, other_terminal},
    {"a file of the program's own", other_pipe, other_file},
    {"a pipe after a file", other_file, other_pipe},
};

START_TEST(what_became_descriptor_2_later_is_no_standard_error)
{
    as_stderr(replaced[_i].start());
    replace_stderr(replaced[_i].now());
    ck_assert_msg(lost_by("stderr", LINE) == 1, "%s", replaced[_i].what);
    ck_assert_msg(lost_by("stderr-file", LINE) == 1, "%s", replaced[_i].what);
}
END_TEST

START_TEST(what_was_closed_at_the_start_is_no_standard_error)
{
    close(STDERR_FILENO);
    standard_error_keep();
    replace_stderr(other_pipe());
    ck_assert_uint_eq(lost_by("stderr", LINE), 1);
}
END_TEST

START_TEST(a_full_socket_is_not_waited_for)
{
    int ends[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    while (send(ends[1], LINE, MSG_DONTWAIT) > 0)
        ;
    as_stderr(ends[1]);
    ck_assert_uint_eq(lost_by("stderr", LINE), 1);
}
END_TEST

START_TEST(a_network_connection_is_no_stderr)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int peer = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(peer, (const struct sockaddr *)&address, size), 0);
    ck_assert_int_eq(getsockname(peer, (struct sockaddr *)&address, &size), 0);
    int connection = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(connection, (const struct sockaddr *)&address, size), 0);
    as_stderr(connection);
    ck_assert_uint_eq(lost_by("stderr", LINE), 1);
    ck_assert_int_eq(read(peer, (char[1]){0}, 1), -1);
    close(peer);
}
END_TEST

START_TEST(stderr_may_be_closed)
{
    close(STDERR_FILENO);
    ck_assert_uint_eq(lost_by("stderr", LINE), 1);
}
END_TEST

/* Sockets */

START_TEST(a_datagram_is_the_line)
{
    int server = listen_on(path_of("s"), SOCK_DGRAM);
    ck_assert_uint_eq(lost_by(destination_of("unix", "s"), LINE), 0);
    expect_read(server, LINE);
    close(server);
}
END_TEST

START_TEST(a_full_queue_is_not_waited_for)
{
    int server = listen_on(path_of("s"), SOCK_DGRAM);
    uint64_t count = 0;
    int delivered = 0;
    for (; delivered < 100000 && count == 0; delivered++)
        count = lost_by(destination_of("unix", "s"), LINE);
    ck_assert_uint_eq(count, 1);
    for (int i = 0; i < 3; i++)
        sink_deliver(destination_of("unix", "s"), 3, LINE, NULL);
    ck_assert_uint_eq(sink_take_dropped(), 3);
    ck_assert_uint_eq(sink_take_dropped(), 0);
    expect_read(server, LINE);
    ck_assert_uint_eq(lost_by(destination_of("unix", "s"), LINE), 0);
    close(server);
}
END_TEST

START_TEST(closed_standard_descriptors_stay_closed)
{
    int server = listen_on(path_of("s"), SOCK_DGRAM);
    const char *log = destination_of("file", "log");
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
    pid_t child = fork();
    if (child == 0) {
        for (int fd = 0; fd <= 2; fd++)
            close(fd);
        sink_deliver(log, 3, LINE, NULL);
        bool sent = sink_to_unix(path_of("s"), LINE);
        bool still_closed = true;
        for (int fd = 0; fd <= 2; fd++)
            still_closed = still_closed && fcntl(fd, F_GETFD) == -1;
        _exit(sent && still_closed && sink_take_dropped() == 0 ? 0 : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    expect_content(path_of("log"), line);
    expect_read(server, LINE);
    close(server);
}
END_TEST

/* With no number left above 2 a line is lost rather than sent through a number that means something else. */
START_TEST(the_numbers_of_the_standard_descriptors_are_not_used)
{
    int server = listen_on(path_of("s"), SOCK_DGRAM);
    pid_t child = fork();
    if (child == 0) {
        struct rlimit three = {.rlim_cur = 3, .rlim_max = 3};
        for (int fd = 0; fd <= 2; fd++)
            close(fd);
        bool limited = setrlimit(RLIMIT_NOFILE, &three) == 0;
        bool used = sink_to_file(path_of("log"), LINE) || sink_to_unix(path_of("s"), LINE);
        _exit(limited && !used ? 0 : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    close(server);
}
END_TEST

START_TEST(a_child_reports_its_own_losses)
{
    sink_deliver("nowhere", 3, LINE, NULL);
    pid_t child = fork();
    if (child == 0) {
        uint64_t inherited = sink_take_dropped();
        sink_deliver("nowhere", 3, LINE, NULL);
        _exit(inherited == 0 && sink_take_dropped() == 1 ? 0 : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_uint_eq(sink_take_dropped(), 1);
}
END_TEST

#define JOURNAL(message, priority) message "\nSYSLOG_IDENTIFIER=tlsward\nPRIORITY=" priority "\n"
#define X16 "xxxxxxxxxxxxxxxx"
#define X64 X16 X16 X16 X16
#define X256 X64 X64 X64 X64
#define BYTES(text) (text), sizeof(text) - 1

static const struct {
    const char *what;
    int severity;
    const char *text;
    size_t length;
    const char *expected;
    size_t expected_length;
} journal[] = {
    {"a line", 3, BYTES("{}\n"), BYTES(JOURNAL("MESSAGE={}", "3"))},
    {"debug", 7, BYTES("{}\n"), BYTES(JOURNAL("MESSAGE={}", "7"))},
    {"a line without its newline", 6, BYTES("{}"), BYTES(JOURNAL("MESSAGE={}", "6"))},
    {"a newline inside adds no field", 4, BYTES("a\nPRIORITY=0\n"),
     BYTES(JOURNAL("MESSAGE\n\x0C\0\0\0\0\0\0\0a\nPRIORITY=0", "4"))},
    {"a long one: the size is little-endian", 4, BYTES("\n" X256 "x\n"),
     BYTES(JOURNAL("MESSAGE\n\x02\x01\0\0\0\0\0\0\n" X256 "x", "4"))},
    {"nothing", 0, BYTES(""), BYTES(JOURNAL("MESSAGE=", "0"))},
    {"a severity that is none", 8 + 5, BYTES("{}\n"), BYTES(JOURNAL("MESSAGE={}", "5"))},
};

START_TEST(the_journal_gets_its_native_protocol)
{
    int server = listen_on(path_of("s"), SOCK_DGRAM);
    ck_assert(sink_to_journal(path_of("s"), journal[_i].severity, journal[_i].text, journal[_i].length, NULL));
    expect_read(server, journal[_i].expected, journal[_i].expected_length);
    close(server);
    ck_assert_uint_eq(count_descriptors(), descriptors_before);
}
END_TEST

static const struct {
    const char *what, *value, *expected;
    size_t expected_length;
} values[] = {
    {"a value", "good.test", BYTES("TLSWARD_DEST=good.test\n")},
    {"nothing", "", BYTES("TLSWARD_DEST=\n")},
    {"an equals sign is one of it", "a=b=c", BYTES("TLSWARD_DEST=a=b=c\n")},
    {"a newline begins no field", "x\nPRIORITY=0\nMESSAGE=all is well",
     BYTES("TLSWARD_DEST\n\x20\0\0\0\0\0\0\0x\nPRIORITY=0\nMESSAGE=all is well\n")},
    {"nor at the end", "x\n", BYTES("TLSWARD_DEST\n\x02\0\0\0\0\0\0\0x\n\n")},
    {"what is no UTF-8 stays as it is", "\xFF\x1B[2J", BYTES("TLSWARD_DEST=\xFF\x1B[2J\n")},
};

START_TEST(no_value_of_a_journal_field_forges_another)
{
    char expected[512];
    struct journal_fields fields = {.items = {{"TLSWARD_DEST", values[_i].value}, {"TLSWARD_PORT", "636"}}, .count = 2};
    int length = snprintf(expected, sizeof expected, "%s", JOURNAL("MESSAGE={}", "4"));
    memcpy(expected + length, values[_i].expected, values[_i].expected_length);
    memcpy(expected + length + values[_i].expected_length, "TLSWARD_PORT=636\n", 17);
    int server = listen_on(path_of("s"), SOCK_DGRAM);
    ck_assert(sink_to_journal(path_of("s"), 4, "{}\n", 3, &fields));
    expect_read(server, expected, (size_t)length + values[_i].expected_length + 17);
    close(server);
}
END_TEST

START_TEST(as_many_fields_as_there_may_be)
{
    struct journal_fields fields = {.count = JOURNAL_FIELDS_MAX};
    char got[4096];
    for (size_t i = 0; i < JOURNAL_FIELDS_MAX; i++)
        fields.items[i] = (struct journal_field){"A", "\n"};
    int server = listen_on(path_of("s"), SOCK_DGRAM);
    ck_assert(sink_to_journal(path_of("s"), 4, "\n\n", 2, &fields));
    ssize_t length = read(server, got, sizeof got);
    ck_assert_int_eq(length, sizeof "MESSAGE\n12345678\n\nSYSLOG_IDENTIFIER=tlsward\nPRIORITY=4\n" - 1 +
                                 JOURNAL_FIELDS_MAX * (sizeof "A\n12345678\n\n" - 1));
    close(server);
}
END_TEST

/* RFC 5424 section 6: "<27>1 TIMESTAMP - tlsward PID event - {"a":1}", and `end`. */
static void expect_syslog(int fd, unsigned priority, const char *end)
{
    char got[256] = "", expected[256];
    ck_assert_int_gt(read(fd, got, sizeof got - 1), 0);
    for (char *digit = strchr(got, ' '); digit && *digit != 'Z'; digit++)
        if (*digit >= '0' && *digit <= '9')
            *digit = 'd';
    snprintf(expected, sizeof expected, "<%u>1 dddd-dd-ddTdd:dd:dd.dddZ - tlsward %d event - {\"a\":1}%s", priority,
             (int)getpid(), end);
    ck_assert_str_eq(got, expected);
}

START_TEST(syslog_gets_rfc_5424)
{
    static const unsigned daemon_facility = 24;
    int server = listen_on(path_of("s"), SOCK_DGRAM);
    for (int severity = 0; severity < 8; severity++) {
        ck_assert(sink_to_syslog(path_of("s"), severity, LINE));
        expect_syslog(server, daemon_facility + (unsigned)severity, "");
    }
    close(server);
    ck_assert_uint_eq(count_descriptors(), descriptors_before);
}
END_TEST

START_TEST(a_syslog_stream_gets_a_newline)
{
    int server = listen_on(path_of("s"), SOCK_STREAM);
    ck_assert(sink_to_syslog(path_of("s"), 3, LINE));
    int connection = accept(server, NULL, NULL);
    ck_assert_int_ge(connection, 0);
    expect_syslog(connection, 27, "\n");
    close(connection);
    bool sent = true;
    for (int i = 0; i < 1000 && sent; i++)
        sent = sink_to_syslog(path_of("s"), 3, LINE); /* nobody accepts any more */
    ck_assert(!sent);
    close(server);
    ck_assert_uint_eq(count_descriptors(), descriptors_before);
}
END_TEST

/* The real paths, in a mount namespace where they are ours. False where this user may not make one. */
static bool own_system_paths(void)
{
    bool own = unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
               mount("none", "/run", "tmpfs", 0, NULL) == 0 && mount("none", "/dev", "tmpfs", 0, NULL) == 0 &&
               mkdir("/run/systemd", 0755) == 0 && mkdir("/run/systemd/journal", 0755) == 0;
    if (!own)
        puts("test_sink: skipped the real paths: no mount namespace for this user");
    return own;
}

START_TEST(auto_prefers_the_journal)
{
    if (!own_system_paths())
        return;
    ck_assert_uint_eq(lost_by("auto", LINE), 1);
    int syslog = listen_on(SINK_SYSLOG_SOCKET, SOCK_DGRAM);
    ck_assert_uint_eq(lost_by("journald", LINE), 1);
    ck_assert_uint_eq(lost_by("syslog", LINE), 0);
    expect_syslog(syslog, 27, "");
    ck_assert_uint_eq(lost_by("auto", LINE), 0);
    expect_syslog(syslog, 27, "");

    int journald = listen_on(SINK_JOURNAL_SOCKET, SOCK_DGRAM);
    static const char *const words[] = {"auto", "journald", NULL};
    for (size_t i = 0; i < 3; i++) {
        ck_assert_uint_eq(lost_by(words[i], LINE), 0);
        expect_read(journald, BYTES(JOURNAL("MESSAGE={\"a\":1}", "3")));
    }
    while (lost_by("auto", LINE) == 0)
        ; /* a full journal is no reason to tell syslog, which is the same daemon */
    ck_assert_int_eq(read(syslog, (char[1]){0}, 1), -1);

    close(journald);
    ck_assert_msg(lost_by("auto", LINE) == 0, "the journal is gone, its socket is still there");
    expect_syslog(syslog, 27, "");
    close(syslog);
}
END_TEST

#define ROWS(table) ((int)(sizeof(table) / sizeof *(table)))

static TCase *create(const char *name)
{
    TCase *tests = tcase_create(name);
    tcase_add_checked_fixture(tests, enter, leave);
    return tests;
}

int main(void)
{
    TCase *file = create("file");
    tcase_add_test(file, a_file_is_made_and_appended_to);
    tcase_add_loop_test(file, what_cannot_be_delivered_is_counted, 0, ROWS(lost));
    tcase_add_test(file, odd_destinations_are_counted);
    tcase_add_test(file, a_read_only_directory_loses_the_line);
    tcase_add_test(file, a_fifo_takes_lines_until_it_is_full);
    tcase_add_test(file, a_file_at_its_size_limit_does_not_kill_the_host);
    tcase_add_loop_test(file, the_hosts_signals_stay_as_they_were, 0, ROWS(signals));

    TCase *standard_error = create("stderr");
    tcase_add_test(standard_error, stderr_may_be_a_pipe);
    tcase_add_test(standard_error, a_long_line_goes_through_a_pipe_whole);
    tcase_add_test(standard_error, a_full_pipe_is_not_waited_for);
    tcase_add_test(standard_error, a_pipe_without_a_reader_kills_nobody);
    tcase_add_test(standard_error, a_socket_without_a_reader_kills_nobody);
    tcase_add_loop_test(standard_error, stderr_may_be_a_file_for_writing_where_the_policy_says_so, 0, ROWS(files));
    tcase_add_loop_test(standard_error, what_became_descriptor_2_later_is_no_standard_error, 0, ROWS(replaced));
    tcase_add_test(standard_error, what_was_closed_at_the_start_is_no_standard_error);
    tcase_add_test(standard_error, a_full_socket_is_not_waited_for);
    tcase_add_test(standard_error, a_network_connection_is_no_stderr);
    tcase_add_test(standard_error, stderr_may_be_closed);

    TCase *sockets = create("sockets");
    tcase_add_test(sockets, a_datagram_is_the_line);
    tcase_add_test(sockets, a_full_queue_is_not_waited_for);
    tcase_add_test(sockets, closed_standard_descriptors_stay_closed);
    tcase_add_test(sockets, the_numbers_of_the_standard_descriptors_are_not_used);
    tcase_add_test(sockets, a_child_reports_its_own_losses);
    tcase_add_loop_test(sockets, the_journal_gets_its_native_protocol, 0, ROWS(journal));
    tcase_add_loop_test(sockets, no_value_of_a_journal_field_forges_another, 0, ROWS(values));
    tcase_add_test(sockets, as_many_fields_as_there_may_be);
    tcase_add_test(sockets, syslog_gets_rfc_5424);
    tcase_add_test(sockets, a_syslog_stream_gets_a_newline);
    tcase_add_test(sockets, auto_prefers_the_journal);

    return run_cases("sink", (TCase *const[]){file, standard_error, sockets, NULL});
}
