#include "pin/pin_print.h"

#include "shared/json_text.h"
#include "shared/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char hint_few[] = "One pin is none too many: when this key is lost or replaced, programs lose the server. "
                               "Make the next key now, keep it\n"
                               "in another place, and pin it beside this one:\n"
                               "    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out next.key\n"
                               "    tlsward pin ";

/* Each pin that is a peer's own, once. The caller frees the list, not what is in it. */
static size_t own_pins(const struct pinned_place *places, size_t count, const char ***pins)
{
    size_t found = 0;
    *pins = NULL;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < places[i].count; j++) {
            const struct pinned_key *key = &places[i].keys[j];
            bool known = key->issuer || key->pin[0] == '\0';
            for (size_t k = 0; k < found && !known; k++)
                known = strcmp((*pins)[k], key->pin) == 0;
            if (known)
                continue;
            *pins = text_grow(*pins, found + 1, sizeof **pins);
            (*pins)[found++] = key->pin;
        }
    return found;
}

static const char *role_of(const struct pinned_key *key)
{
    return key->issuer ? "issuer" : key->kind;
}

static void print_place(const struct pinned_place *place)
{
    char *name = text_clean(place->name, strlen(place->name));
    printf("%s%s%s", text_colour(stdout, COLOUR_STRONG), name, text_colour(stdout, COLOUR_OFF));
    if (place->address != NULL)
        printf(" at %s", place->address);
    putchar('\n');
    for (size_t i = 0; i < place->count; i++) {
        const struct pinned_key *key = &place->keys[i];
        printf("  %s  %-11s  %s\n", key->pin[0] != '\0' ? key->pin : "(no pin can be told)", role_of(key),
               key->subject != NULL ? key->subject : "");
    }
    free(name);
}

static void print_hint(const struct pinned_place *places, size_t count, size_t pins)
{
    bool issuers = false;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < places[i].count; j++)
            issuers = issuers || places[i].keys[j].issuer;
    if (issuers)
        puts("\nA pin is held against the server's own key alone: that of an issuer is for deny-pin, and no second "
             "pin.");
    if (pins != 1)
        return;
    printf("\n%s", hint_few);
    for (size_t i = 0; i < count; i++) {
        char *name = text_clean(places[i].name, strlen(places[i].name));
        printf("%s ", name);
        free(name);
    }
    puts("next.key");
}

void pin_print(const struct pinned_place *places, size_t count)
{
    const char **pins;
    for (size_t i = 0; i < count; i++)
        if (places[i].count > 0)
            print_place(&places[i]);
    size_t found = own_pins(places, count, &pins);
    if (found > 0)
        putchar('\n');
    for (size_t i = 0; i < found; i++)
        printf("pin = %s\n", pins[i]);
    print_hint(places, count, found);
    free(pins);
}

void pin_print_json(const struct pinned_place *places, size_t count)
{
    const char **pins;
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *keys = json_array();
        for (size_t j = 0; j < places[i].count; j++) {
            const struct pinned_key *key = &places[i].keys[j];
            json_array_append_new(keys, json_pack("{s:o, s:s, s:b, s:o}", "pin",
                                                  json_text(key->pin[0] != '\0' ? key->pin : NULL), "kind", key->kind,
                                                  "issuer", (int)key->issuer, "subject", json_text(key->subject)));
        }
        json_array_append_new(list, json_pack("{s:o, s:o, s:b, s:o}", "name", json_text(places[i].name), "address",
                                              json_text(places[i].address), "complete", (int)!places[i].failed, "keys",
                                              keys));
    }
    json_t *own = json_array();
    size_t found = own_pins(places, count, &pins);
    for (size_t i = 0; i < found; i++)
        json_array_append_new(own, json_text(pins[i]));
    free(pins);
    json_print(json_pack("{s:o, s:o}", "places", list, "pin", own));
}
