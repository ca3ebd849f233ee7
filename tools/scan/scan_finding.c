#include "scan/scan_finding.h"

#include "shared/text.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct scan_finding *scan_findings_add(struct scan_findings *findings, const struct scan_rule *rule,
                                       const struct place *place, char *text)
{
    /* Doubled each time that it is full, which it is at powers of two. */
    if ((findings->count & (findings->count - 1)) == 0)
        findings->items =
            text_grow(findings->items, findings->count == 0 ? 1 : findings->count * 2, sizeof *findings->items);
    struct scan_finding *added = &findings->items[findings->count++];
    *added = (struct scan_finding){.rule = rule,
                                   .shown = text_format("%s", place->shown),
                                   .relative = text_format("%s", place->relative),
                                   .text = text,
                                   .active = place->active,
                                   .pid = place->pid,
                                   .protected = place->protected};
    return added;
}

static bool are_alike(const struct scan_finding *one, const struct scan_finding *other)
{
    return one->rule == other->rule && strcmp(one->relative, other->relative) == 0 &&
           strcmp(one->text, other->text) == 0;
}

void scan_findings_fingerprint(struct scan_findings *findings, size_t first)
{
    for (size_t i = first; i < findings->count; i++) {
        struct scan_finding *finding = &findings->items[i];
        size_t earlier = 0;
        for (size_t j = first; j < i; j++)
            earlier += are_alike(finding, &findings->items[j]);
        char *text = text_format("%s\n%s\n%s\n%zu", finding->rule->id, finding->relative, finding->text, earlier);
        unsigned char digest[EVP_MAX_MD_SIZE];
        EVP_Digest(text, strlen(text), digest, NULL, EVP_sha256(), NULL);
        for (size_t byte = 0; byte < (FINGERPRINT_SIZE - 1) / 2; byte++)
            sprintf(finding->fingerprint + 2 * byte, "%02x", digest[byte]);
        free(text);
    }
}

void scan_findings_join(struct scan_findings *findings, struct scan_findings *from)
{
    if (from->count > 0) {
        size_t count = findings->count + from->count, room = 1;
        while (room < count)
            room *= 2;
        findings->items = text_grow(findings->items, room, sizeof *findings->items);
        memcpy(findings->items + findings->count, from->items, from->count * sizeof *from->items);
        findings->count = count;
    }
    free(from->items);
    *from = (struct scan_findings){.items = NULL};
}

static int compare(const void *left, const void *right)
{
    const struct scan_finding *one = left, *other = right;
    if (one->rule->severity != other->rule->severity)
        return one->rule->severity > other->rule->severity ? -1 : 1;
    int order = strcmp(one->rule->id, other->rule->id);
    if (order == 0)
        order = strcmp(one->shown, other->shown);
    if (order != 0)
        return order;
    if (one->pid != other->pid)
        return one->pid < other->pid ? -1 : 1;
    if (one->line != other->line)
        return one->line < other->line ? -1 : 1;
    return one->column < other->column ? -1 : one->column > other->column;
}

void scan_findings_sort(struct scan_findings *findings)
{
    if (findings->count > 0)
        qsort(findings->items, findings->count, sizeof *findings->items, compare);
}

void scan_findings_free(struct scan_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        struct scan_finding *finding = &findings->items[i];
        free(finding->shown);
        free(finding->relative);
        free(finding->text);
        free(finding->note);
        free(finding->owner);
        free(finding->reason);
        free(finding->expires);
        free(finding->observed);
    }
    free(findings->items);
    *findings = (struct scan_findings){.items = NULL};
}

const char *scan_finding_confidence(const struct scan_finding *finding)
{
    return finding->observed != NULL ? "observed" : finding->active ? "active" : "latent";
}

const char *scan_finding_neutralised(const struct scan_finding *finding)
{
    return finding->protected && finding->rule->reach <= REACH_BUILD ? "now" : reach_name(finding->rule->reach);
}
