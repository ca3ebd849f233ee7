#include "event/handshake_advice.h"

static void add_certificate(struct advice_matter *matter, const struct certificate_text *certificate)
{
    matter->leaf_sha256 = certificate->sha256;
    matter->leaf_end_known = certificate->end_known;
    matter->leaf_days_left = certificate->days_left;
    matter->usable_names = certificate->usable.text;
    matter->has_alternative_names = certificate->names.count > 0;
    matter->common_name_fits = certificate->common_name_fits;
}

static void add_chain(struct advice_matter *matter, const struct chain_text *chain)
{
    matter->chain_length = chain->length;
    matter->fault_depth = chain->fault_depth;
    matter->faulty_subject = chain->faulty_subject;
    matter->faulty_end = chain->faulty_end;
    matter->last_subject = chain->last_subject;
    matter->last_issuer = chain->last_issuer;
    matter->last_issuer_url = chain->last_issuer_url;
}

bool handshake_advice(const struct client_handshake *handshake, const struct handshake_text *described,
                      char text[static ADVICE_TEXT_MAX])
{
    enum advice_kind kinds[ADVICE_LIST_MAX];
    struct advice_matter matter = {
        .settings = &handshake->settings,
        .facts = &handshake->facts,
        .verdict = &handshake->verdict,
        .expected = handshake->name_count > 0 ? &handshake->names[0] : NULL,
        .policy_incomplete = handshake->policy != NULL && policy_is_incomplete(handshake->policy),
        .of_program = true,
        .error_text = described->error_text,
    };
    add_certificate(&matter, &described->certificate);
    add_chain(&matter, &described->chain);
    if (advice_list(&matter, kinds) == 0)
        return false;
    advice_print(kinds[0], &matter, text);
    return true;
}
