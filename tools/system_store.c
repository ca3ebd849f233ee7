#include "system_store.h"

#include "trust.h"

#include <stdlib.h>

const char *system_store_location(void)
{
    trust_believe_environment(getenv("SSL_CERT_FILE"), getenv("SSL_CERT_DIR"));
    return trust_system_location();
}
