#include "explain/node_store.h"

#include "server/channel.h"
#include "shared/text.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ANSWER_SECONDS = 10, ANSWER_MAX = 16 << 20 };

/*
 * tls.getCACertificates() is there since 22.15; before it, tls.rootCertificates are the ones compiled in, and
 * NODE_EXTRA_CA_CERTS adds to them. A build with NODE_OPENSSL_CERT_STORE asks OpenSSL, as --use-openssl-ca does.
 * https://nodejs.org/api/tls.html and https://nodejs.org/api/cli.html
 */
static const char question[] =
    "const tls = require('tls'), fs = require('fs');"
    "const options = (process.env.NODE_OPTIONS || '').split(/\\s+/);"
    "const built = (process.config.target_defaults || {}).defines || [];"
    "const openssl = options.includes('--use-openssl-ca') ||"
    "    (built.includes('NODE_OPENSSL_CERT_STORE') && !options.includes('--use-bundled-ca'));"
    "const has = tls.getCACertificates && process.allowedNodeEnvironmentFlags.has('--use-system-ca');"
    "const extra = process.env.NODE_EXTRA_CA_CERTS;"
    "const read = () => { try { return extra ? [fs.readFileSync(extra, 'latin1')] : []; } catch { return []; } };"
    "const usual = openssl ? [] : tls.getCACertificates ? tls.getCACertificates('default') :"
    "    [...tls.rootCertificates, ...read()];"
    "const more = openssl || !has ? [] : [...usual, ...tls.getCACertificates('system')];"
    "fs.writeSync(1, [...usual, '-- system --', ...more].join('\\n'));";
static const char between[] = "\n-- system --";

char *node_store_program(void)
{
    static const char *const names[] = {"node", "nodejs"};
    const char *path = getenv("PATH");
    for (const char *next = path != NULL ? path : ""; *next != '\0'; next += strspn(next, ":")) {
        size_t length = strcspn(next, ":");
        for (size_t i = 0; *next == '/' && i < sizeof names / sizeof *names; i++) {
            char *program = text_format("%.*s/%s", (int)length, next, names[i]);
            if (access(program, X_OK) == 0)
                return program;
            free(program);
        }
        next += length;
    }
    return NULL;
}

/* Its standard output goes to `output`, its error output nowhere. Returns -1 where it cannot be started. */
static pid_t start(const char *program, int output)
{
    char *const arguments[] = {(char *)program, "-e", (char *)question, NULL};
    posix_spawn_file_actions_t actions;
    pid_t process = -1;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return -1;
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (posix_spawn(&process, program, &actions, NULL, arguments, environ) != 0)
        process = -1;
    posix_spawn_file_actions_destroy(&actions);
    return process;
}

/* As much as comes in time. */
static void read_answer(int input, BIO *answer)
{
    struct channel channel = {.fd = input};
    char part[4096];
    long size = 0;
    ssize_t length = 1;
    clock_gettime(CLOCK_MONOTONIC, &channel.deadline);
    channel.deadline.tv_sec += ANSWER_SECONDS;
    while (length > 0 && size < ANSWER_MAX && channel_wait(&channel, POLLIN)) {
        length = read(input, part, sizeof part);
        if (length > 0)
            size += BIO_write(answer, part, (int)length);
    }
}

/* NULL where there is none. */
static STACK_OF(X509) * read_certificates(const char *text, size_t length)
{
    STACK_OF(X509) *found = sk_X509_new_null();
    BIO *bytes = BIO_new_mem_buf(text, (int)length);
    for (X509 *next; found != NULL && (next = PEM_read_bio_X509(bytes, NULL, NULL, NULL)) != NULL;)
        if (sk_X509_push(found, next) <= 0)
            X509_free(next);
    BIO_free(bytes);
    ERR_clear_error();
    if (sk_X509_num(found) > 0)
        return found;
    sk_X509_free(found);
    return NULL;
}

static void run(const char *program, BIO *answer)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return;
    pid_t process = start(program, ends[1]);
    close(ends[1]);
    if (process > 0) {
        read_answer(ends[0], answer);
        kill(process, SIGKILL); /* it has said all, or says nothing */
        while (waitpid(process, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    close(ends[0]);
}

struct node_store node_store_ask(const char *program)
{
    struct node_store store = {.usual = NULL};
    BIO *answer = BIO_new(BIO_s_mem());
    char *text = NULL;
    if (answer == NULL)
        return store;
    run(program, answer);
    size_t length = (size_t)BIO_get_mem_data(answer, &text);
    const char *end = length > 0 ? memmem(text, length, between, strlen(between)) : NULL;
    if (end != NULL) {
        store.usual = read_certificates(text, (size_t)(end - text));
        store.with_system_ca = read_certificates(end, length - (size_t)(end - text));
    }
    BIO_free(answer);
    return store;
}

void node_store_free(struct node_store *store)
{
    sk_X509_pop_free(store->usual, X509_free);
    sk_X509_pop_free(store->with_system_ca, X509_free);
}
