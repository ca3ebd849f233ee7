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

static void connect_socket(const char *port, int type)
{
    in_port_t number = htons((in_port_t)atoi(port));
    memcpy((char *)&address + offsetof(struct sockaddr_in, sin_port), &number,
           sizeof number); /* in6 has it there too */
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
        ssize_t got = read(fd, buffer, sizeof buffer);
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
    {"connect", connect_stream, 0},
    {"connect-nonblocking", connect_nonblocking, 0},
    {"connect-datagram", connect_datagram, 0},
    {"connect-child", connect_child, 0},
    {"connect-thread", connect_stream, 1},
    {"connect-bio", connect_bio, 0},
    {"fork", fork_worker, 0},
    {"proxy", ask_proxy, 0},
    {"tls", tls, 0},
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
