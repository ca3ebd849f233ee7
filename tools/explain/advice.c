#include "explain/advice.h"

#include "event/advice.h"
#include "event/name_list.h"
#include "explain/issuer_url.h"
#include "explain/remedy.h"
#include "shared/certificate.h"
#include "shared/distribution.h"
#include "shared/text.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Takes over all three; `command` and `rule` may be NULL. */
static void say_how(struct advice *advice, char *text, char *command, char *rule)
{
    if (advice->count < ADVICE_MAX) {
        advice->items[advice->count++] = (struct advice_item){text, command, rule};
        return;
    }
    free(text);
    free(command);
    free(rule);
}

static X509 *leaf_of(const struct explanation *explanation)
{
    return sk_X509_value(explanation->tls.chain, 0);
}

static bool leaf_matches(const void *leaf, const struct peer_name *name)
{
    return explain_name_matches((X509 *)leaf, name, false);
}

static void list_usable_names(const struct explanation *explanation, struct name_list *list)
{
    *list = (struct name_list){.target = &explanation->target,
                               .expected = &explanation->expected,
                               .matches = leaf_matches,
                               .object = leaf_of(explanation)};
    for (size_t i = 0; i < explanation->names.count; i++)
        if (explanation->names.items[i].server_name)
            name_list_add(list, explanation->names.items[i].value);
    name_list_end(list);
}

/* What the sentences are made of, and what has to be freed. */
struct material {
    struct advice_matter matter;
    struct name_list names;
    struct certificate_text leaf, faulty;
    char *last_subject, *last_issuer, *last_issuer_url;
    char fingerprint[65];
    char *server_time, *host_time;
};

static bool is_valid_at(STACK_OF(X509) * chain, time_t time)
{
    for (int i = 0; i < sk_X509_num(chain); i++)
        if (X509_cmp_time(X509_get0_notBefore(sk_X509_value(chain, i)), &time) >= 0 ||
            X509_cmp_time(X509_get0_notAfter(sk_X509_value(chain, i)), &time) <= 0)
            return false;
    return sk_X509_num(chain) > 0;
}

static void gather_clocks(const struct explanation *explanation, struct material *material)
{
    time_t date = explanation->tls.date;
    if (date == 0 || !is_valid_at(explanation->chain.built, date))
        return;
    material->server_time = certificate_time_text(date);
    material->host_time = certificate_time_text(time(NULL));
    material->matter.server_time = material->server_time;
    material->matter.host_time = material->host_time;
}

static void gather_chain(const struct explanation *explanation, struct material *material)
{
    int count = sk_X509_num(explanation->chain.built);
    int depth = explanation->chain.chain_depth;
    X509 *leaf = leaf_of(explanation);
    X509 *last = count > 0 ? sk_X509_value(explanation->chain.built, count - 1) : leaf;
    material->faulty = certificate_describe(depth < count ? sk_X509_value(explanation->chain.built, depth) : leaf);
    material->last_subject = certificate_name_text(X509_get_subject_name(last));
    material->last_issuer = certificate_name_text(X509_get_issuer_name(last));
    material->last_issuer_url = issuer_url(last);
    struct advice_matter *matter = &material->matter;
    matter->chain_length = count > 0 ? (unsigned)count : 0;
    matter->fault_depth = (unsigned)depth;
    matter->faulty_subject = material->faulty.subject;
    matter->faulty_end = material->faulty.not_after;
    matter->last_subject = material->last_subject;
    matter->last_issuer = material->last_issuer;
    matter->last_issuer_url = material->last_issuer_url;
    matter->error_text = X509_verify_cert_error_string(explanation->chain.chain_error);
}

static void gather_leaf(const struct explanation *explanation, struct material *material)
{
    X509 *leaf = leaf_of(explanation);
    struct advice_matter *matter = &material->matter;
    material->leaf = certificate_describe(leaf);
    certificate_fingerprint(leaf, material->fingerprint);
    list_usable_names(explanation, &material->names);
    matter->leaf_sha256 = material->fingerprint;
    matter->leaf_end_known = true;
    matter->leaf_days_left = material->leaf.days_left;
    matter->usable_names = material->names.text;
    matter->has_alternative_names = explanation->names.has_san;
    matter->common_name_fits = explain_name_matches(leaf, &explanation->expected, true);
}

static void gather(const struct explanation *explanation, struct material *material)
{
    *material = (struct material){.matter = {.settings = &explanation->settings,
                                             .facts = &explanation->facts,
                                             .verdict = &explanation->verdict,
                                             .expected = &explanation->expected,
                                             .policy_incomplete = explanation->policy_incomplete}};
    if (leaf_of(explanation) == NULL)
        return;
    gather_leaf(explanation, material);
    gather_chain(explanation, material);
    gather_clocks(explanation, material);
}

static void release(struct material *material)
{
    certificate_text_free(&material->leaf);
    certificate_text_free(&material->faulty);
    free(material->last_subject);
    free(material->last_issuer);
    free(material->last_issuer_url);
    free(material->server_time);
    free(material->host_time);
}

/* For a chain that fails: trust what is missing, or trust this key alone. */
static void offer_trust(struct advice *advice, const struct explanation *explanation, struct remedy remedy,
                        bool lacks_anchor)
{
    const struct remedy pinned = {.only_pins_key = true, .protocol = remedy.protocol};
    bool self_signed = explanation->chain.chain_error == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT;
    remedy.trusts_file = true;
    if (lacks_anchor) {
        char *file = remedy_trust_file(explanation);
        say_how(advice,
                text_format(self_signed ? "to trust the certificate:" : "to trust the CA, with its certificate in %s:",
                            file),
                self_signed ? remedy_fetch_command(explanation) : NULL, remedy_rule(explanation, &remedy));
        free(file);
    }
    say_how(advice,
            text_format("%s, which then decides alone (compare it on the server itself):",
                        lacks_anchor ? "or to pin the key" : "until then, to pin the key"),
            NULL, remedy_rule(explanation, &pinned));
}

static bool trusts_system(const struct settings *settings)
{
    for (size_t i = 0; i < settings->trust_count; i++)
        if (settings->trust[i].path == NULL)
            return true;
    return false;
}

/* For a proxy that signs anew, which the whole host meets and no rule for one destination mends. */
static void offer_proxy(struct advice *advice, const struct explanation *explanation)
{
    const struct distribution *distribution = distribution_of_this_host();
    bool by_store = distribution != NULL && trusts_system(&explanation->settings);
    say_how(advice,
            text_format("if a proxy of yours signs anew, get the certificate of its root CA from who runs it, and %s",
                        by_store ? "add it to those of this host:" : "name it by 'trust' in [policy]"),
            by_store ? distribution_add_command(distribution) : NULL, NULL);
}

/* What a rule would have to change. `material` outlives the result. */
static struct remedy remedy_of(const struct material *material)
{
    const struct advice_matter *matter = &material->matter;
    const struct settings *settings = matter->settings;
    struct remedy remedy = {.pins_key =
                                settings->pin_count > 0 && !settings_pin_key(settings, matter->facts->public_key_pin)};
    if (advice_is_about_protocol(matter))
        remedy.protocol = matter->facts->protocol;
    if (!advice_is_about_name(matter))
        return remedy;
    bool fits_partly = matter->facts->loose_match == LOOSE_PARTIAL_WILDCARD;
    remedy.name = material->names.usable > 0 && !fits_partly ? material->names.first.text : NULL;
    remedy.allows_cn = remedy.name == NULL && !matter->has_alternative_names && matter->common_name_fits;
    remedy.ignores_name = remedy.name == NULL && !remedy.allows_cn;
    return remedy;
}

/* For a chain of which only the expiry is wrong. */
static void offer_forgiveness(struct advice *advice, const struct explanation *explanation, struct remedy remedy)
{
    remedy.forgives_expiry = true;
    if (explanation->chain.expiry_alone)
        say_how(advice, text_format("until then, to forgive the expiry and nothing else:"), NULL,
                remedy_rule(explanation, &remedy));
}

/* The rules that would have the server accepted as it is. */
static void offer_rules(struct advice *advice, const struct explanation *explanation, const struct material *material)
{
    const struct advice_matter *matter = &material->matter;
    struct remedy remedy = remedy_of(material);
    if (advice_chain_error(matter) != 0) {
        offer_forgiveness(advice, explanation, remedy);
        offer_trust(advice, explanation, remedy, advice_lacks_anchor(matter));
    } else if (advice_is_about_name(matter) || remedy.pins_key || advice_is_about_protocol(matter)) {
        say_how(advice, text_format("the rule, before the others of the policy:"), NULL,
                remedy_rule(explanation, &remedy));
    }
}

/* Behind a trust file that cannot be read is what nobody knows, and no rule accepts a denied key: none is offered then.
 */
static bool may_offer(const struct explanation *explanation, const enum advice_kind *kinds, size_t count)
{
    bool offers = !explanation_allows(explanation) && leaf_of(explanation) != NULL;
    for (size_t i = 0; i < count; i++)
        offers = offers && kinds[i] != ADVICE_REPAIR_POLICY && kinds[i] != ADVICE_MAKE_POLICY_READABLE &&
                 kinds[i] != ADVICE_MAKE_TRUST_READABLE && kinds[i] != ADVICE_REPLACE_KEY;
    return offers;
}

static void say_all(struct advice *advice, const struct explanation *explanation, const struct material *material)
{
    enum advice_kind kinds[ADVICE_LIST_MAX];
    char text[ADVICE_TEXT_MAX];
    size_t count = advice_list(&material->matter, kinds);
    /* What is only soon due comes behind what mends the verdict. */
    if (explanation->resigner.issuer != NULL && advice_lacks_anchor(&material->matter) &&
        may_offer(explanation, kinds, count))
        offer_proxy(advice, explanation);
    bool ends_soon = count > 0 && kinds[count - 1] == ADVICE_RENEW_SOON;
    for (size_t i = 0; i < count; i++) {
        if (i + ends_soon == count && may_offer(explanation, kinds, count))
            offer_rules(advice, explanation, material);
        advice_print(kinds[i], &material->matter, text);
        say_how(advice, text_format("%s", text), NULL, NULL);
    }
    if (!ends_soon && may_offer(explanation, kinds, count))
        offer_rules(advice, explanation, material);
}

struct advice advice_for(const struct explanation *explanation)
{
    struct advice advice = {.count = 0};
    struct material material;
    gather(explanation, &material);
    say_all(&advice, explanation, &material);
    release(&material);
    return advice;
}

void advice_free(struct advice *advice)
{
    for (size_t i = 0; i < advice->count; i++) {
        free(advice->items[i].text);
        free(advice->items[i].command);
        free(advice->items[i].rule);
    }
}
