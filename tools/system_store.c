#include "system_store.h"

#include "trust.h"

const char *system_store_location(void)
{
    return trust_system_location();
}
