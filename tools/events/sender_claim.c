#include "events/sender_claim.h"

#include <stdio.h>

bool sender_claims_another(struct event_record *record, uid_t sender)
{
    char number[16];
    snprintf(number, sizeof number, "%u", (unsigned)sender);
    return sender != 0 && record_has(record, MEMBER_USER_ID) && !record_flag(record, MEMBER_USER_NAMESPACE) &&
           !slice_is(record_text(record, MEMBER_USER_ID), number);
}

bool record_claims_another(struct event_record *record)
{
    return record_has(record, MEMBER_COLLECT_UID) &&
           sender_claims_another(record, (uid_t)record_number(record, MEMBER_COLLECT_UID));
}
