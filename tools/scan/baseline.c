#include "scan/baseline.h"

#include "shared/text.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void know(struct scan_findings *findings, const char *fingerprint)
{
    for (size_t i = 0; i < findings->count; i++) {
        struct scan_finding *finding = &findings->items[i];
        if (finding->state == FINDING_NEW && strcmp(finding->fingerprint, fingerprint) == 0)
            finding->state = FINDING_KNOWN;
    }
}

/* "HASH:1", as SARIF has it. */
static void know_result(struct scan_findings *findings, const json_t *result)
{
    const json_t *prints = json_object_get(result, "partialFingerprints");
    const char *print = json_string_value(json_object_get(prints, "primaryLocationLineHash"));
    if (print == NULL)
        return;
    char *hash = text_format("%.*s", (int)strcspn(print, ":"), print);
    know(findings, hash);
    free(hash);
}

static void know_runs(struct scan_findings *findings, const json_t *runs)
{
    size_t i, j;
    const json_t *run, *result;
    json_array_foreach(runs, i, run)
    {
        json_array_foreach(json_object_get(run, "results"), j, result)
        {
            know_result(findings, result);
        }
    }
}

static char *know_lines(const char *file, FILE *input, struct scan_findings *findings)
{
    char *line = NULL, *problem = NULL;
    size_t room = 0;
    json_error_t error;
    for (unsigned number = 1; problem == NULL && getline(&line, &room, input) > 0; number++) {
        if (line[strspn(line, " \t\r\n")] == '\0')
            continue;
        json_t *object = json_loads(line, 0, &error);
        const char *type = json_string_value(json_object_get(object, "type"));
        const char *print = json_string_value(json_object_get(object, "fingerprint"));
        if (type == NULL)
            problem = text_format("%s:%u: neither a line of --json nor SARIF: %s", file, number,
                                  object == NULL ? error.text : "it has no type");
        else if (print != NULL)
            know(findings, print);
        json_decref(object);
    }
    free(line);
    return problem;
}

char *baseline_apply(const char *file, struct scan_findings *findings)
{
    FILE *input = fopen(file, "re");
    if (input == NULL)
        return text_format("%s: %s", file, strerror(errno));
    json_t *whole = json_loadf(input, 0, NULL);
    json_t *runs = json_object_get(whole, "runs");
    char *problem = NULL;
    rewind(input);
    if (json_is_array(runs))
        know_runs(findings, runs);
    else
        problem = know_lines(file, input, findings);
    json_decref(whole);
    fclose(input);
    return problem;
}
