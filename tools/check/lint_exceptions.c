#include "check/lint.h"

#include "shared/text.h"

#include <string.h>

enum { DAY = 86400, DAYS_BEFORE = 30 };

static void add_end(const struct policy *policy, size_t rule, time_t now, struct findings *findings)
{
    const struct rule_view view = policy_rule(policy, rule);
    int64_t left = view.expires_at - (int64_t)now;
    if (view.expires_at == 0 || left > DAYS_BEFORE * (int64_t)DAY)
        return;
    if (left <= 0)
        lint_warn(findings, "rule-expired", policy, rule, "expires", NULL,
                  text_format("has expired and no longer applies: renew it or remove it"));
    else
        lint_warn(findings, "rule-expires-soon", policy, rule, "expires", NULL,
                  text_format("expires in %lld day%s, after %s", (long long)(left / DAY), left / DAY == 1 ? "" : "s",
                              view.expires));
}

static void add_pins(const struct policy *policy, size_t rule, struct findings *findings)
{
    const char *first = policy_rule_value(policy, rule, "pin", 0);
    if (first != NULL && strcmp(first, "none") != 0 && policy_rule_value(policy, rule, "pin", 1) == NULL)
        lint_warn(findings, "one-pin", policy, rule, "pin", NULL,
                  text_format("a single pin: when that key is lost or replaced, nothing is accepted; add the pin of a "
                              "key that is kept elsewhere (RFC 7469, 4.3)"));
}

/* Included rules come as they are: to switch them on is the explicit act. */
static void add_ticket(const struct policy *policy, size_t rule, struct findings *findings)
{
    char weakening[POLICY_KEYS_MAX];
    const struct rule_view view = policy_rule(policy, rule);
    policy_rule_weakening(policy, rule, weakening);
    if (*weakening != '\0' && !view.included && view.ticket == NULL)
        lint_warn(
            findings, "no-ticket", policy, rule, NULL, NULL,
            text_format("weakens [policy] (%s) and names no ticket: who looks later will want to know what became "
                        "of it",
                        weakening));
}

void lint_exceptions(const struct policy *policy, time_t now, struct findings *findings)
{
    add_pins(policy, POLICY_SECTION, findings);
    for (size_t i = 0; i < policy_rule_count(policy); i++) {
        add_end(policy, i, now, findings);
        add_pins(policy, i, findings);
        add_ticket(policy, i, findings);
    }
}
