#include "shared/system_store.h"

#include "shared/effective.h"
#include "shared/text.h"
#include "trust/trust.h"
#include "trust/trust_places.h"

#include <stdlib.h>
#include <unistd.h>

void system_store_believe_environment(void)
{
    if (effective_environment_counts())
        trust_believe_environment(getenv("SSL_CERT_FILE"), getenv("SSL_CERT_DIR"));
}

char *system_store_location(void)
{
    struct trust_places places = {.items = NULL};
    char *location = NULL;
    system_store_believe_environment();
    trust_places_add_system(&places);
    for (size_t i = 0; i < places.count; i++) {
        const struct trust_place *place = &places.items[i];
        if (place->stands_in || access(place->path, F_OK) != 0)
            continue;
        char *longer = location != NULL ? text_format("%s, %s", location, place->path) : text_format("%s", place->path);
        free(location);
        location = longer;
    }
    trust_places_free(&places);
    return location;
}
