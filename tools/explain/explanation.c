#include "explain/explanation.h"

#include "shared/text.h"

#include <openssl/x509_vfy.h>

bool explanation_allows(const struct explanation *explanation)
{
    return explanation->settings.mode == MODE_OFF || explanation->verdict.action == ACTION_ALLOWED;
}

char *explanation_verdict(const struct explanation *explanation)
{
    const struct verdict *verdict = &explanation->verdict;
    const char *action = action_text(verdict->action);
    if (explanation->settings.mode == MODE_OFF)
        return text_format("allowed: tlsward is off here");
    if (verdict->reason == REASON_NONE)
        return text_format("%s: %s", action, outcome_text(verdict->outcome));
    /* OpenSSL has no words of its own for what only the policy demands. */
    if (verdict->x509_error == X509_V_ERR_APPLICATION_VERIFICATION)
        return text_format("%s: %s", action, reason_text(verdict->reason));
    return text_format("%s: %s (%s)", action, reason_text(verdict->reason),
                       X509_verify_cert_error_string(verdict->x509_error));
}
