#include "explain/explanation.h"

#include "explain/advice.h"
#include "shared/certificate.h"
#include "shared/text.h"

#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void heading(const char *title)
{
    printf("%s%-14s%s ", text_colour(stdout, COLOUR_STRONG), title, text_colour(stdout, COLOUR_OFF));
}

static void print_server(const struct explanation *explanation)
{
    heading("server");
    printf("%s port %u at %s, %s, %s\n", explanation->host, explanation->port, explanation->address,
           explanation->tls.version, explanation->tls.cipher);
    if (explanation->tls.ended != NULL) {
        heading("ended early");
        puts(explanation->tls.ended);
    }
    if (explanation->tls.date != 0) {
        char *date = certificate_time_text(explanation->tls.date);
        heading("server's clock");
        printf("%s, by its HTTP header Date\n", date);
        free(date);
    }
    heading("expected name");
    printf("%s (from %s)\n", explanation->expected.kind != PEER_NONE ? explanation->expected.text : "unknown",
           name_source_text(explanation->peer.source));
}

static void print_names(const struct explanation *explanation)
{
    heading("names");
    if (explanation->names.count == 0)
        puts("none");
    for (size_t i = 0; i < explanation->names.count; i++) {
        const struct certificate_name *name = &explanation->names.items[i];
        const char *colour = text_colour(stdout, name->why == NULL ? COLOUR_GOOD : COLOUR_FAINT);
        printf("%*s%s:%s  %s%s%s\n", i > 0 ? 15 : 0, "", name->type, name->value, colour,
               name->why == NULL ? "matches" : name->why, text_colour(stdout, COLOUR_OFF));
    }
}

static void print_certificate(int position, const X509 *certificate)
{
    struct certificate_text text = certificate_describe(certificate);
    const char *colour = text_colour(stdout, text.days_left < 0 ? COLOUR_BAD : COLOUR_FAINT);
    printf("%*s%d %s\n", position > 0 ? 15 : 0, "", position, text.subject);
    printf("%17sissued by %s\n", "", text.issuer);
    printf("%17s%send%s %s, ", "", colour, text.days_left < 0 ? "ed" : "s", text.not_after);
    if (text.days_left < 0)
        printf("%ld days ago", -text.days_left);
    else
        printf("%ld days left", text.days_left);
    printf("%s\n", text_colour(stdout, COLOUR_OFF));
    certificate_text_free(&text);
}

static void print_chain(const char *title, STACK_OF(X509) * chain)
{
    heading(title);
    if (sk_X509_num(chain) <= 0)
        puts("none");
    for (int i = 0; i < sk_X509_num(chain); i++)
        print_certificate(i, sk_X509_value(chain, i));
}

static void print_public_key(const struct explanation *explanation)
{
    const char *pin = explanation->facts.public_key_pin;
    heading("public key");
    printf("%s", *pin != '\0' ? pin : "none");
    if (explanation->settings.pin_count > 0) {
        bool pinned = settings_pin_key(&explanation->settings, pin);
        printf("  %s%s%s", text_colour(stdout, pinned ? COLOUR_GOOD : COLOUR_BAD), pinned ? "pinned" : "not pinned",
               text_colour(stdout, COLOUR_OFF));
    }
    if (settings_deny_key(&explanation->settings, pin))
        printf("  %sdenied%s", text_colour(stdout, COLOUR_BAD), text_colour(stdout, COLOUR_OFF));
    putchar('\n');
}

static void print_notes(const struct server_notes *notes)
{
    for (size_t i = 0; i < notes->count; i++) {
        heading(i == 0 ? "noticed" : "");
        puts(notes->items[i]);
    }
}

static void print_other_stores(const struct other_stores *stores)
{
    for (size_t i = 0; i < stores->count; i++) {
        const struct other_store *store = &stores->items[i];
        heading(i == 0 ? "other stores" : "");
        const char *said =
            store->chain_error == X509_V_OK ? "the chain is valid" : X509_verify_cert_error_string(store->chain_error);
        printf("%s, %s: %s\n", store->whose, store->file, store->problem != NULL ? store->problem : said);
    }
}

static void print_anchor(const struct explanation *explanation)
{
    int count = sk_X509_num(explanation->chain.built);
    const struct anchor *anchor =
        count > 0 ? anchors_find(&explanation->anchors, sk_X509_value(explanation->chain.built, count - 1)) : NULL;
    heading("trust anchor");
    if (anchor != NULL)
        printf("%d of the chain as built: certificate %u of %s\n", count - 1, anchor->position, anchor->file);
    else
        printf("none: the chain ends at a certificate the policy does not trust\n");
}

static void print_decision(const struct explanation *explanation)
{
    const struct settings *settings = &explanation->settings;
    heading("rule");
    if (explanation->facts.policy_invalid)
        printf("none, as the policy is not valid");
    else if (settings->rule != NULL)
        printf("%s", settings->rule);
    else
        printf("[policy], as no rule matches");
    if (settings->rule_is_uncertain)
        printf(", which tightens: whether it matches is not known");
    printf(" (mode %s, verify %s)\n", mode_text(settings->mode), verify_level_text(settings->verify));
    char *verdict = explanation_verdict(explanation);
    heading("verdict");
    printf("%s%s%s\n", text_colour(stdout, explanation_allows(explanation) ? COLOUR_GOOD : COLOUR_BAD), verdict,
           text_colour(stdout, COLOUR_OFF));
    free(verdict);
}

/* Further in than what is said about it. */
#define COPIED_INDENT 19

static void print_lines(const char *text)
{
    for (size_t length; text != NULL && *text != '\0'; text += length) {
        length = strcspn(text, "\n") + 1;
        printf("%*s%.*s", COPIED_INDENT, "", (int)length, text);
    }
}

void explanation_print(const struct explanation *explanation)
{
    print_server(explanation);
    print_names(explanation);
    print_public_key(explanation);
    print_chain("chain as sent", explanation->tls.chain);
    print_notes(&explanation->notes);
    print_chain("chain as built", explanation->chain.built);
    print_anchor(explanation);
    print_other_stores(&explanation->other_stores);
    print_decision(explanation);
    struct advice advice = advice_for(explanation);
    for (size_t i = 0; i < advice.count; i++) {
        heading(i == 0 ? "what to do" : "");
        puts(advice.items[i].text);
        if (advice.items[i].command != NULL)
            printf("%*s%s\n", COPIED_INDENT, "", advice.items[i].command);
        print_lines(advice.items[i].rule);
    }
    advice_free(&advice);
}
