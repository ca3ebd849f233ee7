/*
 * The clear-text prologue of protocols that start TLS on a connection already open.
 */
#ifndef TLSWARD_STARTTLS_H
#define TLSWARD_STARTTLS_H

#include "server/channel.h"

#include <stdbool.h>
#include <stdint.h>

struct starttls {
    const char *name;
    uint16_t port; /* where the protocol is usually served */
    bool (*start)(const struct channel *channel, char **why);
};

/* The protocol of this name, or NULL. */
const struct starttls *starttls_find(const char *name);

/* The one that is usually served there, or NULL. */
const struct starttls *starttls_of_port(uint16_t port);

/* The names, for messages. */
extern const char starttls_names[];

/* Leaves the channel where the ClientHello is due. False with the reason in *why (the caller frees it). */
bool starttls_start(const struct starttls *protocol, const struct channel *channel, char **why);

#endif
