#include "pin/pinned_keys.h"

#include "shared/certificate.h"
#include "shared/shared_verify.h"
#include "shared/text.h"

#include <stdlib.h>
#include <string.h>

static struct pinned_key *add(struct pinned_place *place, const char *kind, char *subject)
{
    place->keys = text_grow(place->keys, place->count + 1, sizeof *place->keys);
    struct pinned_key *key = &place->keys[place->count++];
    *key = (struct pinned_key){.kind = kind, .subject = subject};
    return key;
}

void pinned_place_add_certificate(struct pinned_place *place, X509 *certificate)
{
    bool issuer = false;
    for (size_t i = 0; i < place->count; i++)
        issuer = issuer || strcmp(place->keys[i].kind, "certificate") == 0;
    struct pinned_key *key = add(place, "certificate", certificate_name_text(X509_get_subject_name(certificate)));
    key->issuer = issuer;
    shared_public_key_pin(certificate, key->pin);
}

void pinned_place_add_key(struct pinned_place *place, const char *kind, EVP_PKEY *public_key, char *subject)
{
    shared_raw_public_key_pin(public_key, add(place, kind, subject)->pin);
}

void pinned_place_free(struct pinned_place *place)
{
    for (size_t i = 0; i < place->count; i++)
        free(place->keys[i].subject);
    free(place->keys);
    free(place->address);
}
