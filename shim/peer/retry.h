/*
 * Which connections may be another attempt to reach the peer of one whose handshake was blocked: some libraries answer
 * that by connecting to the same place again in clear text.
 */
#ifndef TLSWARD_RETRY_H
#define TLSWARD_RETRY_H

#include "peer/ip.h"

#include <stdbool.h>
#include <stdint.h>

struct retry {
    _Alignas(8) struct ip ip;           /* 32-bit systems would not fill the last word */
    uint64_t port;                      /* host byte order */
    uintptr_t caller_start, caller_end; /* where connect(2) is called from: the code of one library, or all */
    int64_t pid;
    uint64_t thread;    /* lookup_window's: its calls only, until it looks the address up again; 0: all */
    uint64_t looked_up; /* the position in the order of look-ups when the handshake was blocked */
};

/* Any connection of this process to there. */
struct retry retry_to(const struct ip *ip, in_port_t port);

/*
 * Narrows it to the own code of the library that `call_site` lies in. False where that is not known to fall back to
 * clear text.
 */
bool retry_narrow(struct retry *retry, const void *call_site);

/* Whether a call of connect(2) from `caller` is one. Async-signal-safe. */
bool retry_is_this(const struct retry *retry, const struct ip *ip, in_port_t port, const void *caller);

/* Whether they are about the same place, process, thread and code. */
bool retry_is_same(const struct retry *left, const struct retry *right);

#endif
