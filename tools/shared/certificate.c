#include "shared/certificate.h"

#include "shared/text.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

char *certificate_name_text(const X509_NAME *name)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *bytes = NULL;
    /* What is left unescaped by OpenSSL is left readable here, and text_clean() has the last word. */
    if (bio != NULL)
        X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB);
    long length = bio != NULL ? BIO_get_mem_data(bio, &bytes) : 0;
    char *text = length > 0 ? text_clean(bytes, (size_t)length) : text_format("(empty)");
    BIO_free(bio);
    return text;
}

struct certificate_text certificate_describe(const X509 *certificate)
{
    struct certificate_text text = {.subject = certificate_name_text(X509_get_subject_name(certificate)),
                                    .issuer = certificate_name_text(X509_get_issuer_name(certificate)),
                                    .not_after = "?"};
    const ASN1_TIME *not_after = X509_get0_notAfter(certificate);
    struct tm end;
    int seconds = 0;
    int days = 0;
    if (ASN1_TIME_to_tm(not_after, &end) == 1)
        strftime(text.not_after, sizeof text.not_after, "%Y-%m-%dT%H:%M:%SZ", &end);
    if (ASN1_TIME_diff(&days, &seconds, NULL, not_after) == 1)
        text.days_left = days < 0 || seconds < 0 ? days - 1 : days;
    return text;
}

void certificate_text_free(struct certificate_text *text)
{
    free(text->subject);
    free(text->issuer);
}

char *certificate_time_text(time_t time)
{
    char text[24] = "?";
    struct tm date;
    if (gmtime_r(&time, &date) != NULL)
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &date);
    return text_format("%s", text);
}

void certificate_fingerprint(const X509 *certificate, char text[static 65])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    text[0] = '\0';
    if (X509_digest(certificate, EVP_sha256(), digest, &length) != 1)
        return;
    for (unsigned i = 0; i < length; i++)
        snprintf(text + (size_t)2 * i, 3, "%02X", digest[i]);
}
