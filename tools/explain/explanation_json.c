#include "explain/explanation.h"

#include "explain/advice.h"
#include "shared/certificate.h"
#include "shared/json_text.h"
#include "shared/text.h"

#include <openssl/x509_vfy.h>
#include <stdlib.h>
#include <string.h>

static json_t *json_names(const struct certificate_names *names)
{
    json_t *list = json_array();
    for (size_t i = 0; i < names->count; i++) {
        const struct certificate_name *name = &names->items[i];
        json_array_append_new(list,
                              json_pack("{s:s, s:o, s:b, s:o}", "type", name->type, "value", json_text(name->value),
                                        "matches", name->why == NULL, "why", json_text(name->why)));
    }
    return list;
}

static json_t *json_chain(STACK_OF(X509) * chain)
{
    json_t *list = json_array();
    for (int i = 0; i < sk_X509_num(chain); i++) {
        char fingerprint[65];
        certificate_fingerprint(sk_X509_value(chain, i), fingerprint);
        struct certificate_text text = certificate_describe(sk_X509_value(chain, i));
        json_array_append_new(list, json_pack("{s:o, s:o, s:s, s:I, s:s}", "subject", json_text(text.subject), "issuer",
                                              json_text(text.issuer), "not_after", text.not_after, "days_left",
                                              (json_int_t)text.days_left, "sha256", fingerprint));
        certificate_text_free(&text);
    }
    return list;
}

static json_t *json_notes(const struct server_notes *notes)
{
    json_t *list = json_array();
    for (size_t i = 0; i < notes->count; i++)
        json_array_append_new(list, json_text(notes->items[i]));
    return list;
}

static json_t *json_other_stores(const struct other_stores *stores)
{
    json_t *list = json_array();
    for (size_t i = 0; i < stores->count; i++) {
        const struct other_store *store = &stores->items[i];
        const char *text = X509_verify_cert_error_string(store->chain_error);
        json_array_append_new(list, json_pack("{s:s, s:o, s:i, s:s, s:o}", "whose", store->whose, "file",
                                              json_text(store->file), "x509_error", store->chain_error,
                                              "x509_error_text", text, "problem", json_text(store->problem)));
    }
    return list;
}

static json_t *json_anchor(const struct explanation *explanation)
{
    int count = sk_X509_num(explanation->chain.built);
    const struct anchor *anchor =
        count > 0 ? anchors_find(&explanation->anchors, sk_X509_value(explanation->chain.built, count - 1)) : NULL;
    if (anchor == NULL)
        return json_null();
    return json_pack("{s:o, s:i}", "file", json_text(anchor->file), "position", (int)anchor->position);
}

/* null where the policy has no pins. */
static json_t *json_pinned(const struct explanation *explanation)
{
    const struct settings *settings = &explanation->settings;
    return settings->pin_count > 0 ? json_boolean(settings_pin_key(settings, explanation->facts.public_key_pin))
                                   : json_null();
}

static json_t *json_verdict(const struct explanation *explanation)
{
    const struct verdict *verdict = &explanation->verdict;
    bool off = explanation->settings.mode == MODE_OFF;
    return json_pack("{s:b, s:s, s:s, s:s, s:i, s:s}", "allowed", (int)explanation_allows(explanation), "outcome",
                     outcome_text(verdict->outcome), "action", off ? "allowed" : action_text(verdict->action), "reason",
                     reason_text(verdict->reason), "x509_error", verdict->x509_error, "x509_error_text",
                     X509_verify_cert_error_string(verdict->x509_error));
}

/* null for NULL. */
static json_t *json_lines(const char *text)
{
    if (text == NULL)
        return json_null();
    json_t *lines = json_array();
    for (size_t length; *text != '\0'; text += length + (text[length] == '\n')) {
        length = strcspn(text, "\n");
        char *line = text_format("%.*s", (int)length, text);
        json_array_append_new(lines, json_text(line));
        free(line);
    }
    return lines;
}

static json_t *json_advice(const struct explanation *explanation)
{
    struct advice advice = advice_for(explanation);
    json_t *list = json_array();
    for (size_t i = 0; i < advice.count; i++)
        json_array_append_new(list,
                              json_pack("{s:o, s:o, s:o}", "text", json_text(advice.items[i].text), "command",
                                        json_text(advice.items[i].command), "rule", json_lines(advice.items[i].rule)));
    advice_free(&advice);
    return list;
}

void explanation_print_json(const struct explanation *explanation)
{
    const struct settings *settings = &explanation->settings;
    bool known = explanation->expected.kind != PEER_NONE;
    json_t *root = json_pack("{s:o, s:i, s:s, s:s, s:s}", "host", json_text(explanation->host), "port",
                             (int)explanation->port, "address", explanation->address, "tls_version",
                             explanation->tls.version, "tls_cipher", explanation->tls.cipher);
    json_object_set_new(root, "ended_early", json_text(explanation->tls.ended));
    char *date = explanation->tls.date != 0 ? certificate_time_text(explanation->tls.date) : NULL;
    json_object_set_new(root, "server_date", json_text(date));
    free(date);
    json_object_set_new(root, "expected_name", json_text(known ? explanation->expected.text : NULL));
    json_object_set_new(root, "name_source", json_text(name_source_text(explanation->peer.source)));
    json_object_set_new(root, "names", json_names(&explanation->names));
    json_object_set_new(root, "public_key_pin", json_text(explanation->facts.public_key_pin));
    json_object_set_new(root, "pinned", json_pinned(explanation));
    json_object_set_new(root, "chain_sent", json_chain(explanation->tls.chain));
    json_object_set_new(root, "noticed", json_notes(&explanation->notes));
    json_object_set_new(root, "resigned_by", json_text(explanation->resigner.issuer));
    json_object_set_new(root, "chain_built", json_chain(explanation->chain.built));
    json_object_set_new(root, "trust_anchor", json_anchor(explanation));
    json_object_set_new(root, "other_stores", json_other_stores(&explanation->other_stores));
    json_object_set_new(root, "rule", json_text(settings->rule));
    json_object_set_new(root, "rule_is_uncertain", json_boolean(settings->rule_is_uncertain));
    json_object_set_new(root, "mode", json_text(mode_text(settings->mode)));
    json_object_set_new(root, "verify", json_text(verify_level_text(settings->verify)));
    json_object_set_new(root, "verdict", json_verdict(explanation));
    json_object_set_new(root, "advice", json_advice(explanation));
    json_print(root);
}
