#include "explain/server_notes.h"

#include "shared/certificate.h"
#include "shared/text.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

void server_notes_add(struct server_notes *notes, char *text)
{
    if (notes->count < SERVER_NOTES_MAX)
        notes->items[notes->count++] = text;
    else
        free(text);
}

static bool issued(X509 *issuer, X509 *certificate)
{
    return X509_check_issued(issuer, certificate) == X509_V_OK;
}

/* Where its issuer is among the certificates, or -1. */
static int issuer_of(STACK_OF(X509) * sent, int position)
{
    for (int i = 0; i < sk_X509_num(sent); i++)
        if (i != position && issued(sk_X509_value(sent, i), sk_X509_value(sent, position)))
            return i;
    return -1;
}

static bool issues_another(STACK_OF(X509) * sent, int position)
{
    for (int i = 0; i < sk_X509_num(sent); i++)
        if (i != position && issued(sk_X509_value(sent, position), sk_X509_value(sent, i)))
            return true;
    return false;
}

static void note_order(struct server_notes *notes, STACK_OF(X509) * sent)
{
    for (int i = 0; i + 1 < sk_X509_num(sent); i++) {
        X509 *next = sk_X509_value(sent, i + 1);
        int issuer = issuer_of(sent, i);
        if (issuer < 0 || issued(next, sk_X509_value(sent, i)))
            continue;
        server_notes_add(
            notes, text_format("the chain is sent in the wrong order: %d is issued by %d, which is to come next; some "
                               "programs refuse that (the server's certificate file: its own, then each issuer)",
                               i, issuer));
        return;
    }
}

static void note_useless(struct server_notes *notes, STACK_OF(X509) * sent)
{
    for (int i = 1; i < sk_X509_num(sent); i++) {
        X509 *certificate = sk_X509_value(sent, i);
        char *subject = certificate_name_text(X509_get_subject_name(certificate));
        if (issued(certificate, certificate))
            server_notes_add(
                notes, text_format("%d of the chain as sent is a root (%s): whoever trusts it has it, and nobody else "
                                   "believes it; the server need not send it",
                                   i, subject));
        else if (!issues_another(sent, i))
            server_notes_add(
                notes, text_format("%d of the chain as sent (%s) has issued none of the others: it is of no use there",
                                   i, subject));
        free(subject);
    }
}

void server_notes_on_chain(struct server_notes *notes, STACK_OF(X509) * sent)
{
    note_order(notes, sent);
    note_useless(notes, sent);
    ERR_clear_error();
}

void server_notes_on_sni(struct server_notes *notes, const struct server *server, const char *address,
                         STACK_OF(X509) * sent)
{
    struct tls_peer peer = {.chain = NULL};
    X509 *leaf = sk_X509_value(sent, 0);
    char *why = NULL;
    if (server->name.kind != PEER_HOST || leaf == NULL)
        return;
    bool answered = server_examine_without_sni(server, address, &peer, &why);
    X509 *other = answered ? sk_X509_value(peer.chain, 0) : NULL;
    if (!answered)
        server_notes_add(
            notes, text_format("without SNI the server does not shake hands (%s): programs that send none fail", why));
    else if (other == NULL || X509_cmp(leaf, other) != 0) {
        char *subject = other != NULL ? certificate_name_text(X509_get_subject_name(other)) : text_format("none");
        server_notes_add(
            notes, text_format("the certificate depends on SNI: without it the server sends another (%s), which is "
                               "what programs get that send none",
                               subject));
        free(subject);
    }
    free(why);
    tls_peer_free(&peer);
}

void server_notes_free(struct server_notes *notes)
{
    for (size_t i = 0; i < notes->count; i++)
        free(notes->items[i]);
}
