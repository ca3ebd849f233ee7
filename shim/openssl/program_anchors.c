#include "openssl/program_anchors.h"

#include "openssl/foreign_lookups.h"
#include "openssl/presented.h"
#include "openssl/store_ctx.h"

#define CHECKS_CRLS (X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL)

/* PARTIAL_CHAIN loosens, but is the program's own word on what its anchors are good for. */
#define TAKEN_OVER                                                                                                     \
    (CHECKS_CRLS | X509_V_FLAG_X509_STRICT | X509_V_FLAG_POLICY_CHECK | X509_V_FLAG_EXPLICIT_POLICY |                  \
     X509_V_FLAG_INHIBIT_ANY | X509_V_FLAG_INHIBIT_MAP | X509_V_FLAG_EXTENDED_CRL_SUPPORT | X509_V_FLAG_USE_DELTAS |   \
     X509_V_FLAG_CHECK_SS_SIGNATURE | X509_V_FLAG_SUITEB_128_LOS | X509_V_FLAG_PARTIAL_CHAIN)

struct program_rules program_anchors_rules(const struct openssl_api *api, X509_STORE_CTX *store_ctx)
{
    X509_VERIFY_PARAM *param = api->X509_STORE_CTX_get0_param(store_ctx);
    struct program_rules rules = {.depth = -1};
    if (param == NULL)
        return rules;
    rules.flags = api->X509_VERIFY_PARAM_get_flags(param) & TAKEN_OVER;
    rules.depth = api->X509_VERIFY_PARAM_get_depth(param);
    if (api->X509_VERIFY_PARAM_get_auth_level != NULL)
        rules.security_level = api->X509_VERIFY_PARAM_get_auth_level(param);
    return rules;
}

/* X509_VERIFY_PARAM of 1.0.2, which has no function to ask it (openssl/x509_vfy.h and vpm_int.h of 1.0.2u). */
struct names_of_102 {
    const STACK *hosts;
    unsigned flags;
};
struct param_of_102 {
    const char *name;
    long check_time;
    unsigned long inheritance, flags;
    int purpose, trust, depth;
    const STACK *policies;
    const struct names_of_102 *names;
};

/* LibreSSL without that function has other layouts: its flags stay unknown. */
static unsigned host_flags(const struct openssl_api *api, const X509_VERIFY_PARAM *param)
{
    if (api->X509_VERIFY_PARAM_get_hostflags != NULL)
        return api->X509_VERIFY_PARAM_get_hostflags(param);
    const struct param_of_102 *of_102 = api->X509_STORE_set_ex_data == NULL ? (const void *)param : NULL;
    return of_102 != NULL && of_102->names != NULL ? of_102->names->flags : 0;
}

unsigned program_anchors_host_flags(const struct openssl_api *api, X509_STORE_CTX *store_ctx)
{
    const unsigned tighten = X509_CHECK_FLAG_NO_WILDCARDS | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
                             X509_CHECK_FLAG_SINGLE_LABEL_SUBDOMAINS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
    const X509_VERIFY_PARAM *param = api->X509_STORE_CTX_get0_param(store_ctx);
    return param != NULL ? host_flags(api, param) & tighten : 0;
}

bool program_anchors_can_be_told(const struct openssl_api *api, X509_STORE_CTX *store_ctx)
{
    void *(*const replaced[])(const X509_STORE *) = {
        api->X509_STORE_get_verify,       api->X509_STORE_get_check_issued,     api->X509_STORE_get_get_issuer,
        api->X509_STORE_get_lookup_certs, api->X509_STORE_get_check_revocation, api->X509_STORE_get_get_crl,
        api->X509_STORE_get_check_crl,    api->X509_STORE_get_cert_crl,         api->X509_STORE_get_check_policy,
        api->X509_STORE_get_lookup_crls,
    };
    const X509_STORE *store = store_ctx_store(api, store_ctx);
    for (size_t i = 0; store != NULL && i < sizeof replaced / sizeof replaced[0]; i++)
        if (replaced[i] != NULL && replaced[i](store) != NULL)
            return false;
    return store != NULL;
}

static bool add(struct anchor_fill *fill, X509 *anchor)
{
    if (presented_has(fill->api, anchor))
        return true;
    presented_know(fill->api, anchor);
    return anchor_fill_add(fill, anchor);
}

/* Takes over a stack of certificates with a reference to each. */
static bool add_all(struct anchor_fill *fill, STACK *certificates, const X509_NAME *subject)
{
    const struct openssl_api *api = fill->api;
    bool added = true;
    if (certificates == NULL)
        return true;
    for (int i = 0; i < api_stack_num(api, certificates); i++) {
        X509 *certificate = api_stack_value(api, certificates, i);
        if (added && api->X509_NAME_cmp(api->X509_get_subject_name(certificate), subject) == 0)
            added = add(fill, certificate);
        api->X509_free(certificate);
    }
    api_stack_free(api, certificates);
    return added;
}

/* Its store, by libcrypto's own look-ups. */
static bool ask_store(struct anchor_fill *fill, X509_NAME *subject, void *store_ctx)
{
    const struct openssl_api *api = fill->api;
    STACK *found = api->X509_STORE_CTX_get1_certs != NULL ? api->X509_STORE_CTX_get1_certs(store_ctx, subject)
                   : api->X509_STORE_get1_certs != NULL   ? api->X509_STORE_get1_certs(store_ctx, subject)
                                                          : NULL;
    return add_all(fill, found, subject);
}

static bool add_objects(struct anchor_fill *fill, const STACK *objects, const X509_NAME *subject)
{
    const struct openssl_api *api = fill->api;
    bool added = true;
    for (int i = 0; added && i < api_stack_num(api, objects); i++) {
        X509 *certificate = api->X509_OBJECT_get0_X509(api_stack_value(api, objects, i));
        if (certificate != NULL && api->X509_NAME_cmp(api->X509_get_subject_name(certificate), subject) == 0)
            added = add(fill, certificate);
    }
    return added;
}

/* Only what the store holds. The lock is held across nothing but libcrypto's own code. */
static bool look_into_store(struct anchor_fill *fill, X509_NAME *subject, void *store_ctx)
{
    const struct openssl_api *api = fill->api;
    X509_STORE *store = store_ctx_store(api, store_ctx);
    if (api->X509_STORE_get1_all_certs != NULL)
        return add_all(fill, api->X509_STORE_get1_all_certs(store), subject);
    if (api->X509_STORE_lock == NULL || api->X509_STORE_get0_objects == NULL || api->X509_OBJECT_get0_X509 == NULL)
        return true;
    if (api->X509_STORE_lock(store) != 1)
        return false;
    bool added = add_objects(fill, api->X509_STORE_get0_objects(store), subject);
    api->X509_STORE_unlock(store);
    return added;
}

static bool has_of_stack(const struct openssl_api *api, STACK *certificates, const X509 *certificate)
{
    bool found = false;
    if (certificates == NULL)
        return false;
    for (int i = 0; i < api_stack_num(api, certificates); i++) {
        X509 *one = api_stack_value(api, certificates, i);
        found = found || anchor_is_same(api, one, certificate);
        api->X509_free(one);
    }
    api_stack_free(api, certificates);
    return found;
}

static bool has_of_objects(const struct openssl_api *api, const STACK *objects, const X509 *certificate)
{
    bool found = false;
    for (int i = 0; !found && i < api_stack_num(api, objects); i++) {
        const X509 *one = api->X509_OBJECT_get0_X509(api_stack_value(api, objects, i));
        found = one != NULL && anchor_is_same(api, one, certificate);
    }
    return found;
}

bool program_anchors_hold(const struct library *library, X509_STORE_CTX *store_ctx, const X509 *certificate)
{
    const struct openssl_api *api = &library->api;
    X509_STORE *store = store_ctx_store(api, store_ctx);
    if (!program_anchors_can_be_told(api, store_ctx))
        return false;
    if (api->X509_STORE_get1_all_certs != NULL)
        return has_of_stack(api, api->X509_STORE_get1_all_certs(store), certificate);
    if (api->X509_STORE_get1_certs != NULL && !foreign_lookups_has(library, store)) /* 1.0.2, which looks it up */
        return has_of_stack(api, api->X509_STORE_get1_certs(store_ctx, api->X509_get_subject_name(certificate)),
                            certificate);
    if (api->X509_STORE_lock == NULL || api->X509_STORE_get0_objects == NULL || api->X509_OBJECT_get0_X509 == NULL ||
        api->X509_STORE_lock(store) != 1)
        return false;
    bool found = has_of_objects(api, api->X509_STORE_get0_objects(store), certificate);
    api->X509_STORE_unlock(store);
    return found;
}

static void add_crls(struct anchor_fill *fill, X509_STORE_CTX *store_ctx, X509_NAME *issuer)
{
    const struct openssl_api *api = fill->api;
    STACK *found = api->X509_STORE_CTX_get1_crls != NULL ? api->X509_STORE_CTX_get1_crls(store_ctx, issuer)
                   : api->X509_STORE_get1_crls != NULL   ? api->X509_STORE_get1_crls(store_ctx, issuer)
                                                         : NULL;
    if (found == NULL)
        return;
    for (int i = 0; i < api_stack_num(api, found); i++) {
        X509_CRL *crl = api_stack_value(api, found, i);
        api->X509_STORE_add_crl(fill->store, crl); /* where it fails the check of revocation does */
        api->X509_CRL_free(crl);
    }
    api_stack_free(api, found);
}

bool program_anchors_gather(const struct library *library, X509_STORE_CTX *store_ctx, const struct program_rules *rules,
                            const X509 *leaf, const STACK *untrusted, struct anchor_fill *fill)
{
    fill->by_issuers = (rules->flags & X509_V_FLAG_PARTIAL_CHAIN) == 0;
    bool is_foreign = foreign_lookups_has(library, store_ctx_store(&library->api, store_ctx));
    if (!anchor_fill(fill, leaf, untrusted, is_foreign ? look_into_store : ask_store, store_ctx))
        return false;
    for (size_t i = 0; !is_foreign && (rules->flags & CHECKS_CRLS) != 0 && i < fill->name_count; i++)
        add_crls(fill, store_ctx, fill->names[i]);
    return true;
}
