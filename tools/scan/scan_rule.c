#include "scan/scan_rule.h"

#include <string.h>

const struct scan_rule *scan_rule_find(const char *id)
{
    for (size_t i = 0; i < scan_rule_count; i++)
        if (strcmp(scan_rules[i].id, id) == 0)
            return &scan_rules[i];
    return NULL;
}

static const char *const severities[] = {"info", "low", "medium", "high"};

const char *severity_name(enum severity severity)
{
    return severities[severity];
}

bool severity_of_name(const char *name, enum severity *severity)
{
    for (size_t i = 0; i < sizeof severities / sizeof *severities; i++) {
        if (strcmp(severities[i], name) != 0)
            continue;
        *severity = (enum severity)i;
        return true;
    }
    return false;
}

const char *evidence_name(enum evidence evidence)
{
    static const char *const names[] = {"tried", "documented", "recalled"};
    return names[evidence];
}

const char *reach_name(enum reach reach)
{
    static const char *const names[] = {"yes", "depends", "later", "no"};
    return names[reach];
}

const char *reach_sentence(enum reach reach)
{
    static const char *const sentences[] = {
        "tlsward verifies all the same where the program loads OpenSSL",
        "tlsward verifies all the same where the program was built with OpenSSL; often it was not",
        "tlsward sees the handshake, but the program judges the certificate after it",
        "no library that is preloaded reaches it: only the mend helps",
    };
    return sentences[reach];
}
