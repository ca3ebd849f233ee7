#include "check/finding.h"

#include "shared/text.h"

#include <stdlib.h>

static char *copy(const char *text)
{
    return text != NULL ? text_format("%s", text) : NULL;
}

void findings_add(struct findings *findings, struct finding finding)
{
    finding.file = copy(finding.file);
    finding.rule = copy(finding.rule);
    finding.text = copy(finding.text);
    findings->items = text_grow(findings->items, findings->count + 1, sizeof *findings->items);
    findings->items[findings->count++] = finding;
}

bool findings_have(const struct findings *findings, enum severity severity)
{
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].severity == severity)
            return true;
    return false;
}

const char *severity_text(enum severity severity)
{
    return severity == FINDING_ERROR ? "error" : "warning";
}

void findings_free(struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        struct finding *finding = &findings->items[i];
        free(finding->file);
        free(finding->rule);
        free(finding->text);
        free(finding->message);
    }
    free(findings->items);
    *findings = (struct findings){.items = NULL};
}
