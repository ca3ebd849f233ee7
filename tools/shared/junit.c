#include "shared/junit.h"

#include "shared/markup.h"
#include "shared/text.h"

#include <stdlib.h>
#include <string.h>

/* What XML 1.0 cannot hold, control characters, text_clean() has made text of. */
static void print_escaped(FILE *out, const char *text)
{
    char *clean = text_clean(text, strlen(text));
    markup_print(out, clean);
    free(clean);
}

static void print_attribute(FILE *out, const char *name, const char *value)
{
    fprintf(out, " %s=\"", name);
    print_escaped(out, value);
    putc('"', out);
}

static void print_element(FILE *out, const char *name, const char *message)
{
    if (message == NULL)
        return;
    fprintf(out, "    <%s", name);
    print_attribute(out, "message", message);
    fputs("/>\n", out);
}

static void print_case(FILE *out, const struct junit_case *item)
{
    fputs("  <testcase", out);
    print_attribute(out, "classname", item->group != NULL ? item->group : "");
    print_attribute(out, "name", item->name);
    fputs(">\n", out);
    print_element(out, "failure", item->failure);
    if (item->failure == NULL)
        print_element(out, "skipped", item->skipped);
    if (item->output != NULL) {
        fputs("    <system-out>", out);
        print_escaped(out, item->output);
        fputs("</system-out>\n", out);
    }
    fputs("  </testcase>\n", out);
}

void junit_print(FILE *out, const char *suite, const struct junit_case *cases, size_t count)
{
    size_t failures = 0, skipped = 0;
    for (size_t i = 0; i < count; i++) {
        failures += cases[i].failure != NULL;
        skipped += cases[i].failure == NULL && cases[i].skipped != NULL;
    }
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite", out);
    print_attribute(out, "name", suite);
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\">\n", count, failures, skipped);
    for (size_t i = 0; i < count; i++)
        print_case(out, &cases[i]);
    fputs("</testsuite>\n", out);
}
