#include "shared/shared_verify.h"

#include "openssl/chain_pins.h"
#include "openssl/protocol_floor.h"
#include "openssl/spki.h"
#include "openssl/verify.h"

#include <dlfcn.h>

static void *lookup(const char *name, void *handle)
{
    return dlsym(handle, name);
}

void shared_public_key_pin(struct x509_st *certificate, char pin[static SPKI_PIN_SIZE])
{
    struct openssl_api api;
    pin[0] = '\0';
    if (openssl_api_bind(&api, lookup, RTLD_DEFAULT) == NULL)
        spki_pin_of_certificate(&(struct decoder){.api = &api}, certificate, pin);
}

void shared_raw_public_key_pin(struct evp_pkey_st *key, char pin[static SPKI_PIN_SIZE])
{
    struct openssl_api api;
    pin[0] = '\0';
    if (openssl_api_bind(&api, lookup, RTLD_DEFAULT) == NULL)
        spki_pin_of_key(&(struct decoder){.api = &api}, key, pin);
}

void shared_chain_pins(struct x509_st *leaf, struct stack_st_X509 *sent, struct stack_st_X509 *built,
                       const struct settings *settings, struct facts *facts)
{
    struct openssl_api api;
    const struct presented_chains chains = {
        .leaf = leaf, .sent = (const STACK *)sent, .by_policy = (const STACK *)built};
    if (openssl_api_bind(&api, lookup, RTLD_DEFAULT) == NULL)
        chain_pins_note(&(struct decoder){.api = &api}, &chains, settings, facts);
}

enum protocol shared_protocol(const char *version)
{
    return protocol_named(version);
}

unsigned shared_host_flags(void)
{
    return VERIFY_HOST_FLAGS;
}

bool shared_has_dns_name(struct x509_st *certificate)
{
    struct openssl_api api;
    return openssl_api_bind(&api, lookup, RTLD_DEFAULT) == NULL && verify_has_dns_name(&api, certificate);
}

bool shared_verify(struct x509_store_st *anchors, struct x509_st *leaf, struct stack_st_X509 *sent,
                   const struct settings *settings, const struct peer_name *expected,
                   struct shared_verify_result *result)
{
    struct openssl_api api;
    struct verify_result verified;
    if (openssl_api_bind(&api, lookup, RTLD_DEFAULT) != NULL)
        return false;
    const struct verify_request request = {
        .leaf = leaf,
        .untrusted = (STACK *)sent,
        .anchors = anchors,
        .names = expected,
        .name_count = expected->kind != PEER_NONE ? 1 : 0,
        .allow_cn = settings->allow_cn,
        .strict = settings->strict,
        .security_level = settings->security_level,
        .keep_chain = true,
        .asks_about_expiry = true,
    };
    if (!verify_chain(&api, &request, &verified))
        return false;
    *result = (struct shared_verify_result){
        .chain_error = verified.chain_error,
        .expiry_alone = verified.expiry_alone,
        .depth = verified.depth,
        .name_checked = verified.name_checked,
        .name_error = verified.name_error,
        .loose_match = verified.loose_match,
        .chain = (struct stack_st_X509 *)verified.chain,
    };
    return true;
}
