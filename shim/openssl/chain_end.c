#include "openssl/chain_end.h"

#include "event/notice.h"
#include "openssl/describe.h"
#include "openssl/trust_fill.h"

#include <stdio.h>

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

void chain_end_describe(const struct judgement *judgement, struct chain_text *text)
{
    const struct openssl_api *api = &judgement->library->api;
    bool by_program = app_anchors_accept(&judgement->connection->handshake.facts) || judgement->by_policy.chain == NULL;
    const STACK *chain = by_program ? judgement->by_program.chain : judgement->by_policy.chain;
    X509 *last = last_of(api, chain, &text->length);
    text->source = last != NULL ? source_of(judgement, by_program, last, text) : NULL;
    if (text->source != NULL)
        describe_name(api, api->X509_get_subject_name(last), text->subject, sizeof text->subject);
}
