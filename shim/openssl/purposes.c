#include "openssl/purposes.h"

/* openssl/x509v3.h and x509_vfy.h: the same numbers and first members in every version that shows them. */
enum { TRUST_FOR_SSL_SERVER = 3 };

struct purpose {
    int purpose, trust, flags;
    const void *check; /* in fact a function */
};

struct trust_setting {
    int trust, flags;
    const void *check; /* in fact a function */
};

bool purposes_are_own(const struct library *library)
{
    const struct openssl_api *api = &library->api;
    if (api->X509_PURPOSE_get0 != NULL && api->X509_PURPOSE_get_by_id != NULL) {
        const struct purpose *purpose = api->X509_PURPOSE_get0(api->X509_PURPOSE_get_by_id(X509_PURPOSE_SSL_SERVER));
        if (purpose == NULL || !library_has_in_crypto(library, purpose->check))
            return false;
    }
    if (api->X509_TRUST_get0 != NULL && api->X509_TRUST_get_by_id != NULL) {
        const struct trust_setting *trust = api->X509_TRUST_get0(api->X509_TRUST_get_by_id(TRUST_FOR_SSL_SERVER));
        if (trust == NULL || !library_has_in_crypto(library, trust->check))
            return false;
    }
    return true;
}
