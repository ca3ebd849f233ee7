/*
 * A TLS client that verifies nothing, sends no SNI and reaches its server on the way its arguments tell, step by step:
 *     story lookup:good.test connect:443 tls
 * An address that was found stays for the connects that follow. Exit status 0 after the handshake.
 */
#include <locale.h>
#include <netdb.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sockaddr_storage address;
static socklen_t address_length;
static int fd = -1;

static void fail(const char *what)
{
    fprintf(stderr, "%s failed\n", what);
    _exit(2);
}

static void take_address(const struct addrinfo *found)
{
    if (found == NULL)
        fail("look-up");
    memcpy(&address, found->ai_addr, found->ai_addrlen);
    address_length = found->ai_addrlen;
}

static void lookup_with(const char *name, int flags)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = flags}, *found = NULL;
    if (getaddrinfo(name, NULL, &hints, &found) != 0)
        fail("getaddrinfo");
    take_address(found);
    freeaddrinfo(found);
}

static void lookup(const char *name)
{
    lookup_with(name, 0);
}

static void lookup_idn(const char *name)
{
    lookup_with(name, AI_IDN);
}

static void lookup_hostent(const char *name)
{
    const struct hostent *found = gethostbyname(name);
    struct sockaddr_in in = {.sin_family = AF_INET};
    if (found == NULL)
        fail("gethostbyname");
    memcpy(&in.sin_addr, found->h_addr_list[0], sizeof in.sin_addr);
    memcpy(&address, &in, sizeof in);
    address_length = sizeof in;
}

static void lookup_a(const char *name, int mode)
{
    struct gaicb request = {.ar_name = name};
    struct gaicb *list[] = {NULL, &request};
    const struct gaicb *pending[] = {&request};
    if (getaddrinfo_a(mode, list, 2, NULL) != 0)
        fail("getaddrinfo_a");
    if (mode == GAI_NOWAIT)
        while (gai_error(&request) == EAI_INPROGRESS)
            gai_suspend(pending, 1, NULL);
    take_address(request.ar_result);
    freeaddrinfo(request.ar_result);
}

static void lookup_wait(const char *name)
{
    lookup_a(name, GAI_WAIT);
}

static void lookup_nowait(const char *name)
{
    lookup_a(name, GAI_NOWAIT);
}

/* As links and irssi do: all that reaches this process is the address. */
static void lookup_child(const char *name)
{
    int ends[2];
    if (pipe(ends) != 0)
        fail("pipe");
    if (fork() == 0) {
        lookup(name);
        ssize_t written = write(ends[1], &address, sizeof address);
        _exit(written != sizeof address);
    }
    if (read(ends[0], &address, sizeof address) != sizeof address)
        fail("the child's look-up");
    address_length = sizeof(struct sockaddr_in);
}

/* So many other addresses. */
static void flood(const char *count)
{
    struct sockaddr_storage kept = address;
    char text[32];
    for (int i = 0; i < atoi(count); i++) {
        snprintf(text, sizeof text, "127.1.%d.%d", i / 250, 1 + i % 250);
        lookup(text);
    }
    address = kept;
}

/* So many are open, so that the next one has a higher number. */
static void take_descriptors(const char *count)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        fail("getrlimit");
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    for (int i = 0; i < atoi(count); i++)
        if (dup(STDIN_FILENO) < 0)
            fail("dup");
}

static void set_port(const char *port)
{
    in_port_t number = htons((in_port_t)atoi(port));
    memcpy((char *)&address + offsetof(struct sockaddr_in, sin_port), &number,
           sizeof number); /* in6 has it there too */
}

static void connect_socket(const char *port, int type)
{
    set_port(port);
    fd = socket(address.ss_family, type, 0);
    if (connect(fd, (const struct sockaddr *)&address, address_length) == 0)
        return;
    struct pollfd polled = {.fd = fd, .events = POLLOUT};
    int error = 0;
    socklen_t length = sizeof error;
    if (poll(&polled, 1, -1) != 1 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0 || error != 0)
        fail("connect");
}

static void connect_stream(const char *port)
{
    connect_socket(port, SOCK_STREAM);
}

static void connect_nonblocking(const char *port)
{
    connect_socket(port, SOCK_STREAM | SOCK_NONBLOCK);
}

static void connect_datagram(const char *port)
{
    connect_socket(port, SOCK_DGRAM);
}

static ssize_t send_first(const void *data, size_t length)
{
    return sendto(fd, data, length, MSG_FASTOPEN, (const struct sockaddr *)&address, address_length);
}

/* TCP fast open without connect(2): RFC 7413, tcp(7). */
static void fast_open(const char *port)
{
    set_port(port);
    fd = socket(address.ss_family, SOCK_STREAM, 0);
    if (send_first("", 0) != 0)
        fail("fast open");
}

static void fast_open_later(const char *port)
{
    set_port(port);
    fd = socket(address.ss_family, SOCK_STREAM, 0);
}

static void pump(int from, int to)
{
    char buffer[16384];
    ssize_t got = read(from, buffer, sizeof buffer);
    if (got <= 0 || write(to, buffer, (size_t)got) != got)
        _exit(0);
}

/* A child has the connection; what this process has is a unix socket. */
static void relay(const char *port)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        fail("socketpair");
    if (fork() == 0) {
        lookup("good.test");
        connect_stream(port);
        close(ends[0]);
        struct pollfd polled[] = {{.fd = fd, .events = POLLIN}, {.fd = ends[1], .events = POLLIN}};
        while (poll(polled, 2, -1) > 0) {
            if (polled[0].revents != 0)
                pump(fd, ends[1]);
            if (polled[1].revents != 0)
                pump(ends[1], fd);
        }
    }
    close(ends[1]);
    fd = ends[0];
}

struct message {
    struct msghdr header;
    struct iovec data;
    char byte;
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
};

static struct msghdr *message_of(struct message *message)
{
    message->data = (struct iovec){&message->byte, 1};
    message->header = (struct msghdr){.msg_iov = &message->data,
                                      .msg_iovlen = 1,
                                      .msg_control = message->control,
                                      .msg_controllen = sizeof message->control};
    return &message->header;
}

static void send_descriptor(int over)
{
    struct message message = {.byte = 0};
    struct msghdr *header = message_of(&message);
    struct cmsghdr *control = CMSG_FIRSTHDR(header);
    *control = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(control), &fd, sizeof fd);
    _exit(sendmsg(over, header, 0) != 1);
}

/* Another process connects and passes the descriptor. */
static void connect_child(const char *port)
{
    struct message message = {.byte = 0};
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        fail("socketpair");
    if (fork() == 0) {
        connect_stream(port);
        send_descriptor(ends[1]);
    }
    struct msghdr *header = message_of(&message);
    if (recvmsg(ends[0], header, 0) != 1 || CMSG_FIRSTHDR(header) == NULL)
        fail("the child's connect");
    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(header)), sizeof fd);
}

/* What follows happens in a child, as in a server that resolves at start and forks workers. */
static void fork_worker(const char *unused)
{
    int status = 0;
    (void)unused;
    pid_t child = fork();
    if (child == 0)
        return;
    waitpid(child, &status, 0);
    _exit(WEXITSTATUS(status));
}

static void ask_proxy(const char *peer)
{
    char text[512];
    int length = snprintf(text, sizeof text, "CONNECT %s HTTP/1.0\r\n\r\n", peer);
    if (write(fd, text, (size_t)length) != length)
        fail("write");
    /* Byte by byte, because what follows the blank line is TLS. */
    for (size_t used = 0; used < sizeof text && read(fd, text + used, 1) == 1; used++)
        if (used >= 3 && memcmp(text + used - 3, "\r\n\r\n", 4) == 0)
            return;
    fail("the proxy");
}

static BIO *bio;

/* libcrypto looks up and connects. */
static void connect_bio(const char *host_and_port)
{
    bio = BIO_new_connect(host_and_port);
    if (BIO_do_connect(bio) != 1)
        fail("connect BIO");
    BIO_get_fd(bio, &fd);
}

static void handshake(SSL *ssl)
{
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    int result;
    while ((result = SSL_connect(ssl)) != 1 && SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ)
        poll(&polled, 1, -1);
    _exit(result == 1 ? 0 : 1);
}

static void tls(const char *unused)
{
    SSL *ssl = SSL_new(SSL_CTX_new(TLS_client_method()));
    (void)unused;
    SSL_set_fd(ssl, fd);
    handshake(ssl);
}

static SSL *outer;

/* A proxy that speaks TLS itself. */
static void ask_tls_proxy(const char *peer)
{
    char text[512];
    int length = snprintf(text, sizeof text, "CONNECT %s HTTP/1.0\r\n\r\n", peer);
    outer = SSL_new(SSL_CTX_new(TLS_client_method()));
    SSL_set_fd(outer, fd);
    if (SSL_connect(outer) != 1 || SSL_write(outer, text, length) != length)
        fail("the proxy's TLS");
    for (size_t used = 0; used < sizeof text && SSL_read(outer, text + used, 1) == 1; used++)
        if (used >= 3 && memcmp(text + used - 3, "\r\n\r\n", 4) == 0)
            return;
    fail("the proxy");
}

static void tls_inside(const char *unused)
{
    SSL *ssl = SSL_new(SSL_CTX_new(TLS_client_method()));
    (void)unused;
    bio = BIO_new(BIO_f_ssl());
    BIO_set_ssl(bio, outer, BIO_NOCLOSE);
    SSL_set_bio(ssl, bio, bio);
    if (SSL_get_fd(ssl) != fd)
        fail("finding the descriptor");
    _exit(SSL_connect(ssl) != 1);
}

static int write_first(BIO *out, const char *data, int length)
{
    static int sent;
    (void)out;
    ssize_t written = sent ? write(fd, data, (size_t)length) : send_first(data, (size_t)length);
    sent = 1;
    return (int)written;
}

static int read_socket(BIO *in, char *data, int size)
{
    (void)in;
    return (int)read(fd, data, (size_t)size);
}

static long control_socket(BIO *in, int command, long number, void *value)
{
    (void)in;
    (void)number;
    if (command != BIO_C_GET_FD)
        return command == BIO_CTRL_FLUSH;
    if (value != NULL)
        memcpy(value, &fd, sizeof fd);
    return fd;
}

/* The hello goes out with the SYN: the socket has no peer before. */
static void tls_fast_open(const char *unused)
{
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK | BIO_TYPE_DESCRIPTOR, "fast open");
    SSL *ssl = SSL_new(SSL_CTX_new(TLS_client_method()));
    (void)unused;
    BIO_meth_set_write(method, write_first);
    BIO_meth_set_read(method, read_socket);
    BIO_meth_set_ctrl(method, control_socket);
    bio = BIO_new(method);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    handshake(ssl);
}

static void dtls(const char *unused)
{
    SSL *ssl = SSL_new(SSL_CTX_new(DTLS_client_method()));
    (void)unused;
    bio = BIO_new_dgram(fd, BIO_NOCLOSE);
    BIO_ctrl(bio, BIO_CTRL_DGRAM_SET_CONNECTED, 0, &address);
    SSL_set_bio(ssl, bio, bio);
    handshake(ssl);
}

static void tls_bio(const char *unused)
{
    SSL *ssl = SSL_new(SSL_CTX_new(TLS_client_method()));
    (void)unused;
    SSL_set_bio(ssl, bio, bio);
    handshake(ssl);
}

/* Shows libssl no descriptor. */
static void tls_memory(const char *unused)
{
    SSL *ssl = SSL_new(SSL_CTX_new(TLS_client_method()));
    BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
    (void)unused;
    SSL_set_bio(ssl, in, out);
    for (;;) {
        char buffer[16384];
        int result = SSL_connect(ssl);
        int length = BIO_read(out, buffer, sizeof buffer);
        if (length > 0 && write(fd, buffer, (size_t)length) != length)
            fail("write");
        if (result == 1 || SSL_get_error(ssl, result) != SSL_ERROR_WANT_READ)
            _exit(result == 1 ? 0 : 1);
        struct pollfd polled = {.fd = fd, .events = POLLIN};
        ssize_t got = poll(&polled, 1, -1) == 1 ? read(fd, buffer, sizeof buffer) : -1;
        if (got <= 0)
            fail("read");
        BIO_write(in, buffer, (int)got);
    }
}

static const struct step {
    const char *name;
    void (*take)(const char *argument);
    int in_thread; /* a new one, which ends with the step */
} steps[] = {
    {"lookup", lookup, 0},
    {"lookup-idn", lookup_idn, 0},
    {"lookup-hostent", lookup_hostent, 0},
    {"lookup-wait", lookup_wait, 0},
    {"lookup-nowait", lookup_nowait, 0},
    {"lookup-child", lookup_child, 0},
    {"lookup-thread", lookup, 1},
    {"flood", flood, 0},
    {"descriptors", take_descriptors, 0},
    {"connect", connect_stream, 0},
    {"connect-nonblocking", connect_nonblocking, 0},
    {"connect-datagram", connect_datagram, 0},
    {"connect-child", connect_child, 0},
    {"connect-thread", connect_stream, 1},
    {"connect-bio", connect_bio, 0},
    {"fast-open", fast_open, 0},
    {"fast-open-later", fast_open_later, 0},
    {"relay", relay, 0},
    {"fork", fork_worker, 0},
    {"proxy", ask_proxy, 0},
    {"tls-proxy", ask_tls_proxy, 0},
    {"tls-inside", tls_inside, 0},
    {"tls", tls, 0},
    {"tls-fast-open", tls_fast_open, 0},
    {"dtls", dtls, 0},
    {"tls-bio", tls_bio, 0},
    {"tls-memory", tls_memory, 0},
};

struct task {
    const struct step *step;
    const char *argument;
};

static void *run(void *arg)
{
    const struct task *task = arg;
    task->step->take(task->argument);
    return NULL;
}

static void take(const struct step *step, const char *argument)
{
    struct task task = {step, argument};
    pthread_t thread;
    if (!step->in_thread)
        run(&task);
    else if (pthread_create(&thread, NULL, run, &task) != 0 || pthread_join(thread, NULL) != 0)
        fail("thread");
}

int main(int argc, char **argv)
{
    setlocale(LC_ALL, ""); /* for AI_IDN */
    for (int i = 1; i < argc; i++) {
        size_t length = strcspn(argv[i], ":");
        const char *argument = argv[i][length] == ':' ? argv[i] + length + 1 : "";
        const struct step *step = NULL;
        for (size_t s = 0; s < sizeof steps / sizeof *steps; s++)
            if (strlen(steps[s].name) == length && strncmp(steps[s].name, argv[i], length) == 0)
                step = &steps[s];
        if (step == NULL)
            fail(argv[i]);
        take(step, argument);
    }
    return 2;
}
