#include "server/starttls.h"

#include "shared/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* RFC 5321 section 4.5.3.1.5 allows 512; servers are wordier than that. */
#define LINE_SIZE 4096
#define REPLY_LINES 200
#define LDAP_REPLY_MAX 65536

const char starttls_names[] = "smtp, imap, pop3, ftp, postgres, ldap";

static bool broken(char **why)
{
    *why = text_format("%s", errno != 0 ? strerror(errno) : "the server closed the connection");
    return false;
}

static bool refused(const char *reply, char **why)
{
    char *clean = text_clean(reply, strlen(reply));
    *why = text_format("the server does not start TLS: %s", clean);
    free(clean);
    return false;
}

static bool send_text(const struct channel *channel, const char *text, char **why)
{
    return channel_write(channel, text, strlen(text)) || broken(why);
}

/*
 * A reply with a three-digit code, RFC 5321 section 4.2.1 and RFC 959 section 4.2: lines follow until one has the
 * code and a blank. *offers, where given, is set when a line carries that keyword (RFC 3207 section 4.1).
 */
static bool read_coded_reply(const struct channel *channel, const char *code, const char *keyword, bool *offers,
                             char **why)
{
    char line[LINE_SIZE];
    for (int lines = 0; lines < REPLY_LINES; lines++) {
        if (!channel_read_line(channel, line, sizeof line))
            return broken(why);
        bool coded = strncmp(line, code, 3) == 0;
        if (lines == 0 && !coded)
            return refused(line, why);
        if (coded && line[3] != '\0' && keyword != NULL && strcasecmp(line + 4, keyword) == 0)
            *offers = true;
        if (coded && line[3] != '-')
            return true;
    }
    return refused("its reply does not end", why);
}

/* The address literal by which a client without a host name greets, RFC 5321 section 4.1.3. */
static char *smtp_greeting(const struct channel *channel)
{
    struct sockaddr_storage own = {.ss_family = AF_UNSPEC};
    socklen_t size = sizeof own;
    char text[INET6_ADDRSTRLEN] = "127.0.0.1";
    getsockname(channel->fd, (struct sockaddr *)&own, &size);
    bool v6 = own.ss_family == AF_INET6;
    if (v6)
        inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&own)->sin6_addr, text, sizeof text);
    if (own.ss_family == AF_INET)
        inet_ntop(AF_INET, &((struct sockaddr_in *)&own)->sin_addr, text, sizeof text);
    return text_format("EHLO [%s%s]\r\n", v6 ? "IPv6:" : "", text);
}

/* RFC 3207 */
static bool start_smtp(const struct channel *channel, char **why)
{
    char *greeting = smtp_greeting(channel);
    bool offers = false;
    bool greeted = read_coded_reply(channel, "220", NULL, NULL, why) && send_text(channel, greeting, why) &&
                   read_coded_reply(channel, "250", "STARTTLS", &offers, why);
    free(greeting);
    if (!greeted)
        return false;
    if (!offers)
        return refused("STARTTLS is not among what it offers", why);
    return send_text(channel, "STARTTLS\r\n", why) && read_coded_reply(channel, "220", NULL, NULL, why);
}

/* RFC 4217 section 4 */
static bool start_ftp(const struct channel *channel, char **why)
{
    return read_coded_reply(channel, "220", NULL, NULL, why) && send_text(channel, "AUTH TLS\r\n", why) &&
           read_coded_reply(channel, "234", NULL, NULL, why);
}

/* Reads the line a command is answered with: it begins with `expected`. */
static bool read_answer(const struct channel *channel, const char *expected, const char *untagged, char **why)
{
    char line[LINE_SIZE];
    for (int lines = 0; lines < REPLY_LINES; lines++) {
        if (!channel_read_line(channel, line, sizeof line))
            return broken(why);
        if (strncasecmp(line, expected, strlen(expected)) == 0)
            return true;
        if (untagged == NULL || strncmp(line, untagged, strlen(untagged)) != 0)
            return refused(line, why);
    }
    return refused("its reply does not end", why);
}

/* RFC 9051 section 6.2.1 */
static bool start_imap(const struct channel *channel, char **why)
{
    return read_answer(channel, "* OK", NULL, why) && send_text(channel, "a1 STARTTLS\r\n", why) &&
           read_answer(channel, "a1 OK", "* ", why);
}

/* RFC 2595 section 4 */
static bool start_pop3(const struct channel *channel, char **why)
{
    return read_answer(channel, "+OK", NULL, why) && send_text(channel, "STLS\r\n", why) &&
           read_answer(channel, "+OK", NULL, why);
}

/* SSLRequest: https://www.postgresql.org/docs/current/protocol-message-formats.html */
static bool start_postgres(const struct channel *channel, char **why)
{
    static const unsigned char request[] = {0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f};
    char answer[2] = "";
    if (!channel_write(channel, request, sizeof request) || !channel_read(channel, answer, 1))
        return broken(why);
    return answer[0] == 'S' || refused(answer[0] == 'N' ? "its TLS is switched off" : answer, why);
}

/* Reads an element's identifier and length, X.690 section 8.1.3. */
static bool take_element(const unsigned char **next, const unsigned char *end, unsigned char tag, size_t *length)
{
    if (end - *next < 2 || (*next)[0] != tag)
        return false;
    size_t size = (*next)[1];
    *next += 2;
    if (size >= 0x80) {
        size_t octets = size & 0x7f;
        if (octets == 0 || octets > 4 || (size_t)(end - *next) < octets)
            return false;
        for (size = 0; octets > 0; octets--)
            size = size << 8 | *(*next)++;
    }
    *length = size;
    return true;
}

/* Reads one LDAPMessage without a byte of what follows. Returns its length, 0 where it is none. */
static size_t read_ldap_message(const struct channel *channel, unsigned char *message)
{
    size_t header = 2;
    if (!channel_read(channel, message, header))
        return 0;
    size_t octets = message[1] >= 0x80 ? message[1] & 0x7fu : 0;
    if (octets > 4 || (octets > 0 && !channel_read(channel, message + header, octets)))
        return 0;
    header += octets;
    const unsigned char *next = message;
    size_t length = 0;
    if (!take_element(&next, message + header, 0x30, &length) || length > LDAP_REPLY_MAX - header)
        return 0;
    return channel_read(channel, message + header, length) ? header + length : 0;
}

/* The resultCode of an ExtendedResponse, RFC 4511 section 4.12; -1 where it is none. */
static int ldap_result(const unsigned char *message, size_t size)
{
    const unsigned char *next = message;
    const unsigned char *end = message + size;
    size_t length;
    if (!take_element(&next, end, 0x30, &length) || !take_element(&next, end, 0x02, &length) ||
        length >= (size_t)(end - next))
        return -1;
    next += length;
    if (!take_element(&next, end, 0x78, &length) || !take_element(&next, end, 0x0a, &length) || length != 1 ||
        next == end)
        return -1;
    return *next;
}

/* RFC 4511 section 4.14 */
static bool start_ldap(const struct channel *channel, char **why)
{
    /* LDAPMessage { messageID 1, ExtendedRequest { requestName } } */
    static const char request[] = "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
                                  "1.3.6.1.4.1.1466.20037";
    if (!channel_write(channel, request, sizeof request - 1))
        return broken(why);
    unsigned char *message = text_grow(NULL, LDAP_REPLY_MAX, 1);
    errno = 0;
    size_t size = read_ldap_message(channel, message);
    int result = size > 0 ? ldap_result(message, size) : -1;
    free(message);
    if (result == 0)
        return true;
    if (size == 0)
        return broken(why);
    *why = text_format("the server does not start TLS: LDAP result %d", result);
    return false;
}

static const struct starttls protocols[] = {
    {"smtp", 25, start_smtp}, {"imap", 143, start_imap},          {"pop3", 110, start_pop3},
    {"ftp", 21, start_ftp},   {"postgres", 5432, start_postgres}, {"ldap", 389, start_ldap},
};

const struct starttls *starttls_find(const char *name)
{
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
        if (strcmp(protocols[i].name, name) == 0)
            return &protocols[i];
    return NULL;
}

const struct starttls *starttls_of_port(uint16_t port)
{
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
        if (protocols[i].port == port)
            return &protocols[i];
    return NULL;
}

bool starttls_start(const struct starttls *protocol, const struct channel *channel, char **why)
{
    return protocol->start(channel, why);
}
