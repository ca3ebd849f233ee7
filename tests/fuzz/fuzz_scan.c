/*
 * A file of any kind under all rules: the first byte chooses the kind. What is found is where it is said to be, and is
 * safe to show; comments that are blank stay lines.
 */
#include "fuzz.h"
#include "scan/comments.h"
#include "scan/examine.h"

static struct examiner *examiner;

static size_t count_lines(const char *text, size_t length)
{
    size_t lines = 1;
    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n';
    return lines;
}

static void check_comments(enum file_kind kind, const char *text, size_t length)
{
    char *plain = malloc(length + 1);
    memcpy(plain, text, length);
    comments_blank(kind, plain, length);
    require(count_lines(plain, length) == count_lines(text, length));
    for (size_t i = 0; i < length; i++)
        require(plain[i] == text[i] || plain[i] == ' ');
    free(plain);
}

static void check_finding(const struct scan_finding *finding, const char *text, size_t length)
{
    require(finding->line >= 1 && finding->line <= count_lines(text, length));
    require(strlen(finding->fingerprint) == FINGERPRINT_SIZE - 1);
    for (const char *byte = finding->text; *byte != '\0'; byte++)
        require((unsigned char)*byte >= ' ' && *byte != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct place place = {.shown = "x", .relative = "x"};
    struct scan_findings findings = {.items = NULL};
    if (size == 0)
        return 0;
    if (examiner == NULL)
        examiner = examiner_new("2026-06-01");
    enum file_kind kind = (enum file_kind)(data[0] % KIND_COUNT);
    char *text = malloc(size);
    memcpy(text, data + 1, size - 1);
    check_comments(kind, text, size - 1);
    examine_text(examiner, kind, &place, text, size - 1, &findings);
    for (size_t i = 0; i < findings.count; i++)
        check_finding(&findings.items[i], text, size - 1);
    scan_findings_free(&findings);
    free(text);
    return 0;
}
