#include "support.h"

#include <string.h>
#include <unistd.h>

SSL *client_new(SSL_CTX *ctx, struct server *server, const char *name)
{
    SSL *ssl = SSL_new(ctx);
    demand(ssl != NULL && SSL_set_fd(ssl, dial(server)) == 1);
    if (name != NULL)
        demand(SSL_set_tlsext_host_name(ssl, name) == 1);
    return ssl;
}

static void say_errors(void)
{
    const char *reason = "-", *data;
    int explained = 0, flags;
    unsigned long error;
    while ((error = ERR_get_error_all(NULL, NULL, NULL, &data, &flags)) != 0) {
        if (ERR_GET_LIB(error) == ERR_LIB_SSL)
            reason = ERR_reason_error_string(error);
        if ((flags & ERR_TXT_STRING) != 0 && strstr(data, "tlsward") != NULL)
            explained++;
    }
    say("reason", "%s", reason);
    say("explained", "%d", explained);
}

static bool exchange(SSL *ssl)
{
    char reply[8] = "";
    if (SSL_write(ssl, "ping", 4) == 4)
        SSL_read(ssl, reply, sizeof reply - 1);
    return strcmp(reply, "pong") == 0;
}

bool client_tell(SSL *ssl, int connected)
{
    bool replied = connected == 1 && exchange(ssl);
    say("connected", "%d", connected);
    say("reply", "%s", replied ? "pong" : "-");
    say_errors();
    say("result", "%ld", SSL_get_verify_result(ssl));
    return replied;
}

bool client_run(SSL *ssl)
{
    return client_tell(ssl, SSL_connect(ssl));
}

void client_free(SSL *ssl)
{
    int fd = SSL_get_fd(ssl);
    SSL_shutdown(ssl);
    SSL_free(ssl);
    if (fd >= 0)
        close(fd);
}
