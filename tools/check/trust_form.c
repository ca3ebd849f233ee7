#include "check/lint_trust.h"

#include "shared/text.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>
#include <stdio.h>
#include <string.h>

enum { LOOKED_AT = 65536 };

static char *pkcs7(const char *path, const char *form)
{
    return text_format(
        "is PKCS #7: 'openssl pkcs7 -inform %s -print_certs -in %s -out %s.pem' makes certificates of it", form, path,
        path);
}

static char *form_of_der(const char *path, BIO *file)
{
    PKCS12 *store = d2i_PKCS12_bio(file, NULL);
    (void)BIO_reset(file);
    PKCS7 *bag = store == NULL ? d2i_PKCS7_bio(file, NULL) : NULL;
    char *form = NULL;
    if (store != NULL)
        form = text_format("is PKCS #12: 'openssl pkcs12 -nokeys -in %s -out %s.pem' takes the certificates out of it",
                           path, path);
    else if (bag != NULL)
        form = pkcs7(path, "DER");
    PKCS12_free(store);
    PKCS7_free(bag);
    ERR_clear_error();
    return form;
}

static char *form_of_text(const char *path, const char *text)
{
    if (strstr(text, "-----BEGIN PKCS7-----") != NULL || strstr(text, "-----BEGIN CMS-----") != NULL)
        return pkcs7(path, "PEM");
    if (strstr(text, "PRIVATE KEY-----") != NULL)
        return text_format("is a private key: a CA's certificate belongs here, and the key to nobody but the CA");
    if (strstr(text, "-----BEGIN CERTIFICATE REQUEST-----") != NULL)
        return text_format("is a request for a certificate, and none");
    if (strstr(text, "-----BEGIN X509 CRL-----") != NULL)
        return text_format("is a list of revoked certificates");
    if (memcmp(text, "\xfe\xed\xfe\xed", 4) == 0)
        return text_format("is a Java key store: 'keytool -list -rfc -keystore %s' prints its certificates", path);
    if (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0)
        return text_format("is UTF-16: 'iconv -f UTF-16 -t ASCII %s > %s.pem' makes plain text of it", path, path);
    return NULL;
}

char *trust_form(const char *path)
{
    static char text[LOOKED_AT + 1];
    char *form = NULL;
    BIO *file = BIO_new_file(path, "rb");
    if (file == NULL)
        ERR_clear_error();
    if (file == NULL)
        return NULL;
    memset(text, 0, sizeof text);
    int length = BIO_read(file, text, LOOKED_AT);
    if (length > 0 && BIO_reset(file) == 0)
        form = *text == 0x30 ? form_of_der(path, file) : form_of_text(path, text);
    BIO_free(file);
    return form;
}
