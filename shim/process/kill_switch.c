#include "process/kill_switch.h"

#include "process/file_identity.h"

#include <stdatomic.h>

static _Atomic enum { SWITCH_UNSEEN, SWITCH_OFF, SWITCH_ON } last_seen;

bool kill_switch_is_there(void)
{
    return file_identify(KILL_SWITCH).kind != FILE_ABSENT;
}

void kill_switch_look(void)
{
    atomic_store_explicit(&last_seen, kill_switch_is_there() ? SWITCH_ON : SWITCH_OFF, memory_order_relaxed);
}

bool kill_switch_was_seen(void)
{
    return atomic_load_explicit(&last_seen, memory_order_relaxed) != SWITCH_UNSEEN;
}

bool kill_switch_is_on(void)
{
    return atomic_load_explicit(&last_seen, memory_order_relaxed) == SWITCH_ON;
}
