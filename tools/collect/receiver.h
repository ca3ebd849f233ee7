/*
 * The thread that takes datagrams from the kernel as fast as it can and does nothing else with them: the kernel keeps
 * few for a socket, and a program's send(2) fails where it has no room.
 */
#ifndef TLSWARD_COLLECT_RECEIVER_H
#define TLSWARD_COLLECT_RECEIVER_H

#include "collect/ledger.h"
#include "collect/ring.h"

#include <stdatomic.h>

struct receiver {
    int socket;
    int stop; /* a descriptor that becomes readable when it is to end */
    struct ring *ring;
    struct ledger *ledger;
    _Atomic uint64_t lost; /* datagrams for which there was no room in the ring */
    atomic_bool ended;     /* all that it took is in the ring */
};

/* For pthread_create(3), with a struct receiver. */
void *receiver_run(void *receiver);

#endif
