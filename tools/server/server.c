#include "server/server.h"

#include "shared/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TIMEOUT_SECONDS 10

static void show_progress(const char *host, const char *address)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[Kconnecting to %s (%s)...\r", host, address);
}

static void end_progress(void)
{
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
}

/* One TLS handshake with one address. False with the reason in *why. */
static bool shake_hands(const struct server *server, const struct addrinfo *address, const char *sni,
                        enum tls_offer offer, struct tls_peer *peer, char **why)
{
    struct channel channel;
    if (!channel_connect(&channel, address, TIMEOUT_SECONDS)) {
        *why = text_format("%s", strerror(errno));
        return false;
    }
    const struct tls_question question = {
        .host = server->asks_date && server->starttls == NULL ? server->name.text : NULL, .port = server->port};
    bool done = server->starttls == NULL || starttls_start(server->starttls, &channel, why);
    done = done && tls_peer_examine(&channel, sni, offer, &question, peer, why);
    channel_close(&channel);
    return done;
}

/* A server that refuses every suite with a certificate may have none. */
static bool examine_address(const struct server *server, const struct addrinfo *address, const char *sni,
                            struct tls_peer *peer, char **why)
{
    char *other_reason = NULL;
    bool done = shake_hands(server, address, sni, OFFER_CERTIFICATES, peer, why) ||
                (peer->refused && shake_hands(server, address, sni, OFFER_ANONYMOUS, peer, &other_reason));
    free(other_reason);
    return done;
}

bool server_examine(const struct server *server, struct tls_peer *peer, char address[static NI_MAXHOST])
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    char port[8];
    snprintf(port, sizeof port, "%u", server->port);
    /* A name as the resolver and the server know it, an address as it was written: it may have a scope. */
    const char *sni = server->name.kind == PEER_HOST ? server->name.text : NULL;
    const char *node = server->address != NULL ? server->address : sni != NULL ? sni : server->host;
    int error = getaddrinfo(node, port, &hints, &found);
    if (error != 0)
        fprintf(stderr, "%s: %s: %s\n", server->program, server->host, gai_strerror(error));
    bool done = false;
    for (const struct addrinfo *next = found; next != NULL && !done; next = next->ai_next) {
        char *why = NULL;
        getnameinfo(next->ai_addr, next->ai_addrlen, address, NI_MAXHOST, NULL, 0, NI_NUMERICHOST);
        show_progress(server->host, address);
        done = examine_address(server, next, sni, peer, &why);
        end_progress();
        if (!done)
            fprintf(stderr, "%s: %s port %s at %s: %s\n", server->program, server->host, port, address, why);
        free(why);
    }
    if (found != NULL)
        freeaddrinfo(found);
    return done;
}

bool server_examine_without_sni(const struct server *server, const char *address, struct tls_peer *peer, char **why)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | AI_NUMERICHOST};
    struct addrinfo *found = NULL;
    char port[8];
    snprintf(port, sizeof port, "%u", server->port);
    int error = getaddrinfo(address, port, &hints, &found);
    if (error != 0) {
        *why = text_format("%s", gai_strerror(error));
        return false;
    }
    struct server silent = *server;
    silent.asks_date = false;
    bool done = examine_address(&silent, found, NULL, peer, why);
    freeaddrinfo(found);
    return done;
}
