/*
 * A server as it is written on a command line.
 */
#ifndef TLSWARD_HOST_PORT_H
#define TLSWARD_HOST_PORT_H

#include <stdbool.h>
#include <stdint.h>

/* A decimal number up to `max`, and nothing else. */
bool host_port_number(const char *text, unsigned long max, unsigned long *number);

/*
 * HOST, HOST:PORT, ADDRESS, [V6ADDRESS] or [V6ADDRESS]:PORT; a bare address with several colons is IPv6. *port is left
 * alone where none is written, *host is without brackets and the caller's to free. False with *why, which lives for
 * ever.
 */
bool host_port_parse(const char *text, char **host, uint16_t *port, const char **why);

#endif
