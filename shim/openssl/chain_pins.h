/*
 * The public keys of a chain, for what the policy denies.
 */
#ifndef TLSWARD_CHAIN_PINS_H
#define TLSWARD_CHAIN_PINS_H

#include "openssl/decoder.h"
#include "policy/policy.h"

/* What was presented, and what was made of it. Each may be NULL but the leaf. */
struct presented_chains {
    X509 *leaf;
    const STACK *sent;
    const STACK *by_program, *by_policy; /* as built to the anchors of each, as far as it could be */
    EVP_PKEY *bare_anchor;               /* of the program's chain, if that ends at a key without a certificate */
};

/*
 * Notes the keys of the chain that the settings accept, or where they accept none those of all there is: what is sent
 * beside an accepted chain is no part of it. What does not fit, or cannot be told, as a chain that was verified and of
 * which no copy could be had, is noted as missing.
 */
void chain_pins_note(const struct decoder *decoder, const struct presented_chains *chains,
                     const struct settings *settings, struct facts *facts);

#endif
