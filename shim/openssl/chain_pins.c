#include "openssl/chain_pins.h"

#include "openssl/spki.h"

#include <string.h>

static bool has(const struct facts *facts, const char *pin)
{
    for (unsigned i = 0; i < facts->chain_pin_count; i++)
        if (strcmp(facts->chain_pins[i], pin) == 0)
            return true;
    return false;
}

static void add_pin(const char pin[static SPKI_PIN_SIZE], struct facts *facts)
{
    if (pin[0] != '\0' && has(facts, pin))
        return;
    if (pin[0] != '\0' && facts->chain_pin_count < FACTS_CHAIN_PINS)
        memcpy(facts->chain_pins[facts->chain_pin_count++], pin, SPKI_PIN_SIZE);
    else
        facts->chain_pins_missing = true;
}

static void add(const struct decoder *decoder, X509 *certificate, struct facts *facts)
{
    char pin[SPKI_PIN_SIZE];
    spki_pin_of_certificate(decoder, certificate, pin);
    add_pin(pin, facts);
}

static void add_key(const struct decoder *decoder, EVP_PKEY *key, struct facts *facts)
{
    char pin[SPKI_PIN_SIZE];
    spki_pin_of_key(decoder, key, pin);
    add_pin(pin, facts);
}

/* The leaf, with which each chain begins, is added already: a digest costs as much as all else here. */
static void add_others(const struct decoder *decoder, const STACK *certificates, const X509 *leaf, struct facts *facts)
{
    for (int i = 0; certificates != NULL && i < api_stack_num(decoder->api, certificates); i++) {
        X509 *certificate = api_stack_value(decoder->api, certificates, i);
        if (certificate != leaf)
            add(decoder, certificate, facts);
    }
}

/* What was verified has a chain, with the leaf at least: where there is none, memory was short for its copy. */
static bool lacks_a_chain(const struct presented_chains *chains, const struct facts *facts)
{
    return (facts->app_anchors_checked && chains->by_program == NULL) ||
           (facts->policy_anchors_checked && chains->by_policy == NULL);
}

void chain_pins_note(const struct decoder *decoder, const struct presented_chains *chains,
                     const struct settings *settings, struct facts *facts)
{
    bool program_accepts = settings_accept_app_chain(settings, facts);
    bool policy_accepts = settings_accept_policy_chain(settings, facts);
    facts->chain_pin_count = 0;
    facts->chain_pins_missing = lacks_a_chain(chains, facts);
    add(decoder, chains->leaf, facts);
    if (!program_accepts && !policy_accepts)
        add_others(decoder, chains->sent, chains->leaf, facts);
    if (program_accepts || !policy_accepts)
        add_others(decoder, chains->by_program, chains->leaf, facts);
    if (program_accepts && chains->bare_anchor != NULL)
        add_key(decoder, chains->bare_anchor, facts);
    if (!program_accepts)
        add_others(decoder, chains->by_policy, chains->leaf, facts);
}
