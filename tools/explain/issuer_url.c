#include "explain/issuer_url.h"

#include "shared/text.h"

#include <openssl/x509v3.h>

char *issuer_url(X509 *certificate)
{
    AUTHORITY_INFO_ACCESS *access = X509_get_ext_d2i(certificate, NID_info_access, NULL, NULL);
    char *url = NULL;
    for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(access) && url == NULL; i++) {
        const ACCESS_DESCRIPTION *description = sk_ACCESS_DESCRIPTION_value(access, i);
        if (OBJ_obj2nid(description->method) != NID_ad_ca_issuers || description->location->type != GEN_URI)
            continue;
        const ASN1_STRING *uri = description->location->d.uniformResourceIdentifier;
        url = text_clean((const char *)ASN1_STRING_get0_data(uri), (size_t)ASN1_STRING_length(uri));
    }
    AUTHORITY_INFO_ACCESS_free(access);
    return url;
}
