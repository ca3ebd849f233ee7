#include "openssl/verify.h"

#include <string.h>

/* The depth of OpenSSL's own "default" param (X509_VERIFY_PARAM_set_depth(3)); a new param would allow none. */
#define DEFAULT_DEPTH 100

static bool is_name_error(int error)
{
    return error == X509_V_ERR_HOSTNAME_MISMATCH || error == X509_V_ERR_IP_ADDRESS_MISMATCH;
}

/* libcrypto stops at the first name that does not match, and compares hosts before addresses. */
enum compared { ALL_NAMES, ADDRESSES, NO_NAMES };

static bool names_a_host(const struct verify_request *request)
{
    for (size_t i = 0; i < request->name_count; i++)
        if (request->names[i].kind == PEER_HOST)
            return true;
    return false;
}

/* Whether libcrypto refused a name for what it is (X509_VERIFY_PARAM_set1_host(3) of 4.0), not for want of memory. */
static bool takes_another_name(const struct openssl_api *api)
{
    static const char name[] = "host.example";
    X509_VERIFY_PARAM *param = api->X509_VERIFY_PARAM_new();
    if (param == NULL)
        return false;
    bool takes = api->X509_VERIFY_PARAM_set1_host(param, name, strlen(name)) == 1;
    api->X509_VERIFY_PARAM_free(param);
    return takes;
}

static bool set_name(const struct openssl_api *api, const struct peer_name *name, X509_VERIFY_PARAM *param)
{
    if (name->kind == PEER_ADDRESS)
        return api->X509_VERIFY_PARAM_set1_ip_asc(param, name->text) == 1;
    return api->X509_VERIFY_PARAM_add1_host(param, name->text, strlen(name->text)) == 1;
}

static bool is_compared(enum compared compared, const struct peer_name *name)
{
    return compared == ALL_NAMES || (compared == ADDRESSES && name->kind == PEER_ADDRESS);
}

/* A host name that libcrypto takes from nobody is one that no certificate matches. */
static bool set_names(const struct openssl_api *api, const struct verify_request *request, enum compared compared,
                      X509_VERIFY_PARAM *param, struct verify_result *result)
{
    bool host_is_set = false;
    for (size_t i = 0; i < request->name_count; i++) {
        const struct peer_name *name = &request->names[i];
        if (!is_compared(compared, name))
            continue;
        if (set_name(api, name, param))
            host_is_set = host_is_set || name->kind == PEER_HOST;
        else if (name->kind != PEER_HOST || !takes_another_name(api))
            return false;
    }
    if (compared == ALL_NAMES && names_a_host(request) && !host_is_set)
        result->name_error = X509_V_ERR_HOSTNAME_MISMATCH;
    return true;
}

static int depth_of(const struct verify_request *request)
{
    const struct program_rules *program = request->program;
    return program != NULL && program->depth >= 0 && program->depth < DEFAULT_DEPTH ? program->depth : DEFAULT_DEPTH;
}

static int level_of(const struct verify_request *request)
{
    const struct program_rules *program = request->program;
    return program != NULL && program->security_level > request->security_level ? program->security_level
                                                                                : request->security_level;
}

/* A param of our own: the one made by X509_STORE_CTX_init() has inherited what the program set on its store. */
static bool set_param(const struct openssl_api *api, const struct verify_request *request, enum compared compared,
                      X509_STORE_CTX *ctx, struct verify_result *result)
{
    X509_VERIFY_PARAM *param = api->X509_VERIFY_PARAM_new();
    if (param == NULL)
        return false;
    api->X509_STORE_CTX_set0_param(ctx, param);
    api->X509_VERIFY_PARAM_set_depth(param, depth_of(request));

    unsigned long flags = X509_V_FLAG_TRUSTED_FIRST;
    flags |= request->program != NULL ? request->program->flags : X509_V_FLAG_PARTIAL_CHAIN;
    if (request->strict)
        flags |= X509_V_FLAG_X509_STRICT;
    if (request->ignores_dates)
        flags |= X509_V_FLAG_NO_CHECK_TIME;
    api->X509_VERIFY_PARAM_set_hostflags(param, VERIFY_HOST_FLAGS);
    if (api->X509_VERIFY_PARAM_set_auth_level != NULL)
        api->X509_VERIFY_PARAM_set_auth_level(param, level_of(request));
    return api->X509_VERIFY_PARAM_set_flags(param, flags) == 1 && set_names(api, request, compared, param, result) &&
           api->X509_STORE_CTX_set_purpose(ctx, X509_PURPOSE_SSL_SERVER) == 1;
}

struct general_name {
    int type; /* the first member of GENERAL_NAME in every version (openssl/x509v3.h) */
};

bool verify_has_dns_name(const struct openssl_api *api, const X509 *leaf)
{
    STACK *names = api->X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
    bool found = false;
    for (int i = 0; names != NULL && i < api_stack_num(api, names); i++) {
        const struct general_name *name = api_stack_value(api, names, i);
        found = found || name->type == GEN_DNS;
    }
    api->GENERAL_NAMES_free(names);
    return found;
}

/*
 * X509_CHECK_FLAG_NEVER_CHECK_SUBJECT would not do instead: 1.0.2 and old LibreSSL ignore it, and it switches off the
 * name constraints on a common name.
 */
static void refuse_names(const struct openssl_api *api, const struct verify_request *request,
                         struct verify_result *result)
{
    if (result->name_error == 0 && !request->allow_cn && names_a_host(request) &&
        !verify_has_dns_name(api, request->leaf))
        result->name_error = X509_V_ERR_HOSTNAME_MISMATCH;
    if (result->error == 0)
        result->error = result->name_error;
}

static bool matches_loosely(const struct openssl_api *api, const struct verify_request *request)
{
    for (size_t i = 0; i < request->name_count; i++) {
        const struct peer_name *name = &request->names[i];
        if (name->kind == PEER_HOST && api->X509_check_host != NULL &&
            api->X509_check_host(request->leaf, name->text, strlen(name->text), request->loose_flags, NULL) == 1)
            return true;
    }
    return false;
}

/* An address that does not match is told last, and no rules make it match. */
static void note_loose_match(const struct openssl_api *api, const struct verify_request *request,
                             struct verify_result *result)
{
    if (result->name_error == X509_V_ERR_HOSTNAME_MISMATCH && matches_loosely(api, request))
        result->loose_match = verify_has_dns_name(api, request->leaf) ? LOOSE_PARTIAL_WILDCARD : LOOSE_COMMON_NAME;
}

static X509_STORE_CTX *new_ctx(const struct openssl_api *api, const struct verify_request *request)
{
    if (api->X509_STORE_CTX_new_ex != NULL)
        return api->X509_STORE_CTX_new_ex(request->library_context, request->properties);
    return api->X509_STORE_CTX_new();
}

/* What was found wrong, 0 where nothing was. */
static int error_of(const struct openssl_api *api, X509_STORE_CTX *ctx, int accepted)
{
    int error = accepted != 1 ? api->X509_STORE_CTX_get_error(ctx) : 0;
    return accepted != 1 && error == 0 ? X509_V_ERR_UNSPECIFIED : error;
}

static bool run(const struct openssl_api *api, const struct verify_request *request, X509_STORE_CTX *ctx, int *error,
                struct verify_result *result)
{
    int accepted = api->X509_verify_cert(ctx);
    *error = error_of(api, ctx, accepted);
    if (result->error == 0 && *error != 0) {
        result->error = *error;
        result->depth = api->X509_STORE_CTX_get_error_depth(ctx);
    }
    if (request->keep_chain) {
        verify_result_clear(api, result);
        result->chain = api->X509_STORE_CTX_get1_chain(ctx);
    }
    return accepted >= 0 && *error != X509_V_ERR_OUT_OF_MEM;
}

/*
 * Ends at the first error. A verify callback could go on, but has no argument to tell whose error it is: within
 * libcrypto a fibre may make way for another of the same thread that verifies too (ASYNC_pause_job(3), in a provider).
 */
static bool look(const struct openssl_api *api, const struct verify_request *request, enum compared compared,
                 int *error, struct verify_result *result)
{
    X509_STORE_CTX *ctx = new_ctx(api, request);
    bool ran = ctx != NULL && api->X509_STORE_CTX_init(ctx, request->anchors, request->leaf, request->untrusted) == 1 &&
               set_param(api, request, compared, ctx, result) && run(api, request, ctx, error, result);
    if (ctx != NULL)
        api->X509_STORE_CTX_free(ctx);
    return ran;
}

/* Looks again after a mismatch, so that an expired certificate of the wrong host is told as both. */
static bool look_at_all(const struct openssl_api *api, const struct verify_request *request,
                        struct verify_result *result)
{
    int error = 0;
    enum compared compared = ALL_NAMES;
    while (look(api, request, compared, &error, result)) {
        if (!is_name_error(error) || compared == NO_NAMES) {
            result->chain_error = error;
            return true;
        }
        result->name_error = error;
        compared = error == X509_V_ERR_HOSTNAME_MISMATCH && compared == ALL_NAMES ? ADDRESSES : NO_NAMES;
    }
    return false;
}

/* Whether all have begun, and say when they end. X509_cmp_time(3) tells no time that it cannot read from the present.
 */
static bool have_begun(const struct openssl_api *api, const STACK *chain)
{
    int count = chain != NULL ? api_stack_num(api, chain) : 0;
    for (int i = 0; i < count; i++) {
        const X509 *certificate = api_stack_value(api, chain, i);
        if (api->X509_cmp_time(api->X509_get0_notBefore(certificate), NULL) >= 0 ||
            api->X509_cmp_time(api->X509_get0_notAfter(certificate), NULL) == 0)
            return false;
    }
    return count > 0;
}

/* CRLs have dates as well, of which the same flag lets libcrypto ignore all. */
static bool can_ignore_dates(const struct openssl_api *api, const struct verify_request *request)
{
    const struct program_rules *program = request->program;
    return (program == NULL || (program->flags & (X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL)) == 0) &&
           api->X509_get0_notBefore != NULL && api->X509_get0_notAfter != NULL && api->X509_cmp_time != NULL;
}

/*
 * Of what has expired, whether all else is as it should be: looks again, at everything but the dates, and then at
 * those that have not begun. What else is wrong says more than expiry.
 */
static bool look_beyond_expiry(const struct openssl_api *api, const struct verify_request *request,
                               struct verify_result *result)
{
    struct verify_request undated = *request;
    struct verify_result beyond = {.error = 0};
    undated.ignores_dates = undated.keep_chain = true;
    if (result->chain_error != X509_V_ERR_CERT_HAS_EXPIRED || !request->asks_about_expiry ||
        !can_ignore_dates(api, request))
        return true;
    bool ran = look_at_all(api, &undated, &beyond);
    result->expiry_alone = ran && beyond.chain_error == 0 && have_begun(api, beyond.chain);
    if (beyond.chain_error != 0) {
        result->chain_error = beyond.chain_error;
        result->depth = beyond.depth;
    }
    result->name_error = beyond.name_error;
    if (request->keep_chain) {
        STACK *unused = result->chain;
        result->chain = beyond.chain;
        beyond.chain = unused;
    }
    verify_result_clear(api, &beyond);
    return ran;
}

static bool verify_any_name(const struct openssl_api *api, const struct verify_request *request,
                            struct verify_result *result)
{
    *result = (struct verify_result){0};
    if (!look_at_all(api, request, result) || !look_beyond_expiry(api, request, result))
        return false;
    /* Names come before signatures and dates but after the building of the chain. */
    result->name_checked =
        request->name_count > 0 && (result->chain_error == 0 || result->expiry_alone || result->name_error != 0);
    if (result->name_checked) {
        refuse_names(api, request, result);
        note_loose_match(api, request, result);
    }
    return true;
}

static bool is_refused(const struct verify_result *result)
{
    return result->name_error != 0 || (result->error != 0 && !result->expiry_alone);
}

/* One param holds names of which any one is enough, so each gets a verification of its own. */
bool verify_chain(const struct openssl_api *api, const struct verify_request *request, struct verify_result *result)
{
    struct verify_request one = *request;
    struct verify_result next = {.error = 0};
    if (!request->each_name || request->name_count < 2)
        return verify_any_name(api, request, result);
    one.name_count = 1;
    if (!verify_any_name(api, &one, result))
        return false;
    one.keep_chain = false;
    for (size_t i = 1; i < request->name_count && !is_refused(result); i++) {
        one.names = &request->names[i];
        if (!verify_any_name(api, &one, &next))
            return false;
        next.chain = result->chain;
        *result = next;
    }
    return true;
}

void verify_result_clear(const struct openssl_api *api, struct verify_result *result)
{
    api_certificates_free(api, result->chain);
    result->chain = NULL;
}
