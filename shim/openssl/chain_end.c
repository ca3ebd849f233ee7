#include "openssl/chain_end.h"

#include "event/notice.h"
#include "openssl/describe.h"
#include "openssl/trust_fill.h"

#include <stdio.h>
#include <string.h>

static X509 *last_of(const struct openssl_api *api, const STACK *chain, unsigned *length)
{
    int count = chain != NULL ? api_stack_num(api, chain) : 0;
    *length = count > 0 ? (unsigned)count : 0;
    return count > 0 ? api_stack_value(api, chain, count - 1) : NULL;
}

static bool is_anchor_of_policy(const struct judgement *judgement, X509 *certificate, struct chain_text *text)
{
    const struct verify_request *request = &judgement->request;
    const struct decoder decoder = {&judgement->library->api, request->library_context, request->properties};
    const struct settings *settings = &judgement->connection->handshake.settings;
    return judgement->trust != NULL && trust_find_file(judgement->trust, &decoder, certificate, notice_trust_warning,
                                                       (void *)settings->log, text->file, sizeof text->file);
}

static const char *source_of(const struct judgement *judgement, bool by_program, X509 *last, struct chain_text *text)
{
    if (by_program)
        return anchor_fill_has(&judgement->program_anchors, last) ? "program" : NULL;
    return is_anchor_of_policy(judgement, last, text) ? "policy" : NULL;
}

/* The members of ACCESS_DESCRIPTION in every version (openssl/x509v3.h). */
struct access_description {
    const ASN1_OBJECT *method;
    const void *location;
};

static bool is_of_issuers(const struct openssl_api *api, const struct access_description *description)
{
    char method[32] = "";
    api->OBJ_obj2txt(method, sizeof method, description->method, 1);
    return strcmp(method, "1.3.6.1.5.5.7.48.2") == 0;
}

/* RFC 5280, section 4.2.2.1 */
static void describe_issuer_url(const struct openssl_api *api, const X509 *certificate, char *text, size_t size)
{
    if (api->AUTHORITY_INFO_ACCESS_free == NULL || api->OBJ_obj2txt == NULL || api->GENERAL_NAME_get0_value == NULL)
        return;
    STACK *access = api->X509_get_ext_d2i(certificate, NID_info_access, NULL, NULL);
    for (int i = 0; access != NULL && text[0] == '\0' && i < api_stack_num(api, access); i++) {
        const struct access_description *description = api_stack_value(api, access, i);
        int type = -1;
        const ASN1_STRING *uri = api->GENERAL_NAME_get0_value(description->location, &type);
        const unsigned char *bytes = type == GEN_URI ? api_string_data(api, uri) : NULL;
        if (bytes != NULL && is_of_issuers(api, description))
            snprintf(text, size, "%.*s", api->ASN1_STRING_length(uri), (const char *)bytes);
    }
    api->AUTHORITY_INFO_ACCESS_free(access);
}

static void describe_fault(const struct openssl_api *api, const STACK *chain, int depth, X509 *leaf, X509 *last,
                           struct chain_text *text)
{
    X509 *faulty = depth >= 0 && (unsigned)depth < text->length ? api_stack_value(api, chain, depth) : leaf;
    X509 *end = last != NULL ? last : leaf;
    text->fault_depth = faulty != leaf ? (unsigned)depth : 0;
    describe_name(api, api->X509_get_subject_name(faulty), text->faulty_subject, sizeof text->faulty_subject);
    describe_end(api, faulty, text->faulty_end);
    describe_name(api, api->X509_get_subject_name(end), text->last_subject, sizeof text->last_subject);
    describe_name(api, api->X509_get_issuer_name(end), text->last_issuer, sizeof text->last_issuer);
    describe_issuer_url(api, end, text->last_issuer_url, sizeof text->last_issuer_url);
}

void chain_end_describe(const struct judgement *judgement, struct chain_text *text)
{
    const struct openssl_api *api = &judgement->library->api;
    bool by_program = app_anchors_accept(&judgement->connection->handshake.facts) || judgement->by_policy.chain == NULL;
    const struct verify_result *result = by_program ? &judgement->by_program : &judgement->by_policy;
    X509 *last = last_of(api, result->chain, &text->length);
    text->source = last != NULL ? source_of(judgement, by_program, last, text) : NULL;
    if (text->source != NULL)
        describe_name(api, api->X509_get_subject_name(last), text->subject, sizeof text->subject);
    if (judgement->connection->handshake.verdict.outcome == OUTCOME_FAILED)
        describe_fault(api, result->chain, result->depth, judgement->request.leaf, last, text);
}
