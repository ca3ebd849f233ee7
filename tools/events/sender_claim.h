/*
 * Who an event says that it is from, and who sent it to the collector, as the kernel says.
 */
#ifndef TLSWARD_SENDER_CLAIM_H
#define TLSWARD_SENDER_CLAIM_H

#include "events/record.h"

#include <sys/types.h>

/*
 * Whether the event names another user than its sender. Root may speak for others. Of an event that says it is from a
 * user namespace the number is another by right, and only who sent it counts; that it says so is the sender's word,
 * too.
 */
bool sender_claims_another(struct event_record *record, uid_t sender);

/* The same of an event that a collector has kept. False where none has. */
bool record_claims_another(struct event_record *record);

#endif
