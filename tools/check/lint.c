#include "check/lint.h"

#include "check/written.h"

void lint_warn(struct findings *findings, const char *id, const struct policy *policy, size_t rule, const char *key,
               const char *value, char *message)
{
    const struct written written = written_at(policy, rule, key, value);
    findings_add(findings, (struct finding){.severity = FINDING_WARNING,
                                            .id = id,
                                            .file = (char *)written.file,
                                            .line = written.line,
                                            .rule = (char *)policy_rule(policy, rule).name,
                                            .message = message});
}
