/*
 * What time it is at an HTTP server. Nothing proves it: it is as good a hint as a clock on a wall.
 */
#ifndef TLSWARD_HTTP_DATE_H
#define TLSWARD_HTTP_DATE_H

#include "server/channel.h"

#include <openssl/ssl.h>
#include <stdint.h>
#include <time.h>

/* Whether HTTP may be spoken at this port: services(5) has none there, or one of HTTP's. */
bool http_date_may_be_asked(uint16_t port);

/*
 * The Date (RFC 9110, section 6.6.1) of the answer to a HEAD request on this connection, in seconds since 1970; 0 where
 * no answer with one comes within 2 seconds. `host` is for the request.
 */
time_t http_date_ask(const struct channel *channel, SSL *ssl, const char *host, uint16_t port);

/* The time in a header field of that name among those of an answer, as IMF-fixdate has it (section 5.6.7); 0: none. */
time_t http_date_parse(const char *answer);

#endif
