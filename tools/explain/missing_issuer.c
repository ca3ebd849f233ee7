#include "explain/missing_issuer.h"

#include "explain/issuer_url.h"
#include "shared/certificate.h"
#include "shared/text.h"

#include <openssl/err.h>
#include <openssl/http.h>
#include <openssl/pkcs7.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

/* No chain of use is longer. */
#define FETCHES_MAX 4
#define ANSWER_MAX_BYTES (100 << 10)
#define ANSWER_MAX_SECONDS 10

/* A certificate, or those of a "certs-only" message, RFC 5280 section 4.2.2.1, of which the first counts. */
static X509 *read_issuer(BIO *answer)
{
    char *bytes = NULL;
    long length = BIO_get_mem_data(answer, &bytes);
    const unsigned char *start = (const unsigned char *)bytes;
    X509 *certificate = length > 0 ? d2i_X509(NULL, &start, length) : NULL;
    start = (const unsigned char *)bytes;
    PKCS7 *message = certificate == NULL && length > 0 ? d2i_PKCS7(NULL, &start, length) : NULL;
    if (message != NULL && PKCS7_type_is_signed(message) && sk_X509_num(message->d.sign->cert) > 0) {
        certificate = sk_X509_value(message->d.sign->cert, 0);
        X509_up_ref(certificate);
    }
    PKCS7_free(message);
    return certificate;
}

/* NULL with the reason in *why, which lives as long as the error queue's texts. */
static X509 *fetch(const char *url, const char **why)
{
    BIO *answer =
        OSSL_HTTP_get(url, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, 1, ANSWER_MAX_BYTES, ANSWER_MAX_SECONDS);
    X509 *certificate = answer != NULL ? read_issuer(answer) : NULL;
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    *why = answer != NULL ? "it is no certificate" : reason != NULL ? reason : "no answer";
    BIO_free_all(answer);
    ERR_clear_error();
    return certificate;
}

static bool lacks_issuer(const struct chain_result *chain)
{
    return chain->chain_error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
           chain->chain_error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
           chain->chain_error == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE;
}

/* Adds the issuer of the last of the chain as built. False where it cannot be had, which is noted. */
static bool add_issuer(struct server_notes *notes, STACK_OF(X509) * sent, const struct chain_result *chain)
{
    X509 *last = sk_X509_value(chain->built, sk_X509_num(chain->built) - 1);
    char *url = last != NULL ? issuer_url(last) : NULL;
    const char *why = "";
    X509 *issuer = url != NULL ? fetch(url, &why) : NULL;
    bool fits = issuer != NULL && X509_check_issued(issuer, last) == X509_V_OK;
    if (url == NULL)
        server_notes_add(notes, text_format("the missing issuer's certificate does not say where it can be had"));
    else if (!fits)
        server_notes_add(notes, text_format("the missing issuer's certificate cannot be had from %s: %s", url,
                                            issuer != NULL ? "what is there has not issued this one" : why));
    char *subject = fits ? certificate_name_text(X509_get_subject_name(issuer)) : NULL;
    if (fits)
        server_notes_add(notes,
                         text_format("the server leaves out the certificate of %s, which is at %s", subject, url));
    free(subject);
    free(url);
    if (fits && sk_X509_push(sent, issuer) > 0)
        return true;
    X509_free(issuer);
    return false;
}

void missing_issuer_note(struct explanation *explanation)
{
    struct chain_result chain = explanation->chain;
    STACK_OF(X509) *sent = lacks_issuer(&chain) ? X509_chain_up_ref(explanation->tls.chain) : NULL;
    size_t fetched = 0;
    chain.built = chain.built != NULL ? X509_chain_up_ref(chain.built) : NULL;
    while (sent != NULL && fetched < FETCHES_MAX && lacks_issuer(&chain) &&
           add_issuer(&explanation->notes, sent, &chain)) {
        sk_X509_pop_free(chain.built, X509_free);
        fetched++;
        if (!explain_verify(sent, &explanation->settings, &explanation->expected, &chain))
            break;
    }
    if (fetched > 0)
        server_notes_add(&explanation->notes,
                         chain.chain_error == X509_V_OK
                             ? text_format("with what it leaves out the chain leads to a trust anchor")
                             : text_format("with what it leaves out the chain is not valid either: %s",
                                           X509_verify_cert_error_string(chain.chain_error)));
    sk_X509_pop_free(chain.built, X509_free);
    sk_X509_pop_free(sent, X509_free);
}
