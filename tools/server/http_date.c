#include "server/http_date.h"

#include "shared/text.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <openssl/err.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ANSWER_SECONDS = 2, ANSWER_SIZE = 8192 };

bool http_date_may_be_asked(uint16_t port)
{
    const struct servent *service = getservbyport(htons(port), "tcp");
    return service == NULL || strncmp(service->s_name, "http", 4) == 0;
}

time_t http_date_parse(const char *answer)
{
    for (const char *line = strchr(answer, '\n'); line != NULL; line = strchr(line, '\n')) {
        struct tm date = {.tm_isdst = 0};
        if (strncasecmp(++line, "Date:", 5) != 0)
            continue;
        /* The command never leaves the locale C, so that names are English. */
        const char *end = strptime(line + 5, " %a, %d %b %Y %H:%M:%S GMT", &date);
        time_t time = end != NULL ? timegm(&date) : 0;
        return time > 0 ? time : 0;
    }
    return 0;
}

/* True where the connection is ready for another try. */
static bool wait_for(const struct channel *channel, const SSL *ssl, int result)
{
    int error = SSL_get_error(ssl, result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
        return false;
    return channel_wait(channel, error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT);
}

static bool send_request(const struct channel *channel, SSL *ssl, const char *host, uint16_t port)
{
    bool bracketed = strchr(host, ':') != NULL;
    char *request = text_format("HEAD / HTTP/1.1\r\nHost: %s%s%s:%u\r\nUser-Agent: tlsward\r\nAccept: */*\r\n"
                                "Connection: close\r\n\r\n",
                                bracketed ? "[" : "", host, bracketed ? "]" : "", port);
    int result;
    do
        result = SSL_write(ssl, request, (int)strlen(request));
    while (result <= 0 && wait_for(channel, ssl, result));
    free(request);
    return result > 0;
}

/* The header fields, or as much of them as comes. */
static void read_answer(const struct channel *channel, SSL *ssl, char answer[static ANSWER_SIZE])
{
    int length = 0, result = 1;
    while (length < ANSWER_SIZE - 1 && strstr(answer, "\r\n\r\n") == NULL) {
        result = SSL_read(ssl, answer + length, ANSWER_SIZE - 1 - length);
        if (result <= 0 && !wait_for(channel, ssl, result))
            return;
        length += result > 0 ? result : 0;
        answer[length] = '\0';
    }
}

time_t http_date_ask(const struct channel *channel, SSL *ssl, const char *host, uint16_t port)
{
    char answer[ANSWER_SIZE] = "";
    struct channel patient = *channel;
    clock_gettime(CLOCK_MONOTONIC, &patient.deadline);
    patient.deadline.tv_sec += ANSWER_SECONDS;
    if (send_request(&patient, ssl, host, port))
        read_answer(&patient, ssl, answer);
    ERR_clear_error();
    return strncmp(answer, "HTTP/1.", 7) == 0 ? http_date_parse(answer) : 0;
}
