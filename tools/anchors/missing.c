#include "anchors/missing.h"

#include "shared/certificate.h"
#include "shared/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct missing_anchor *add(struct trust_view *view, char *subject)
{
    view->missing = text_grow(view->missing, view->missing_count + 1, sizeof *view->missing);
    struct missing_anchor *missing = &view->missing[view->missing_count++];
    *missing = (struct missing_anchor){.subject = subject};
    return missing;
}

static bool trusts_system(const struct settings *settings)
{
    for (size_t i = 0; i < settings->trust_count; i++)
        if (settings->trust[i].path == NULL)
            return true;
    return false;
}

static bool ends_with(const char *text, const char *ending)
{
    size_t length = strlen(text), size = strlen(ending);
    return length >= size && strcmp(text + length - size, ending) == 0;
}

static bool is_pem(const char *path)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t size = 0;
    bool pem = false;
    while (file != NULL && !pem && getline(&line, &size, file) > 0)
        pem = strstr(line, "-----BEGIN ") != NULL;
    free(line);
    if (file != NULL)
        fclose(file);
    return pem;
}

/* In single quotes, as a shell takes it. The caller frees it. */
static char *quoted(const char *text)
{
    char *result = text_format("'");
    for (const char *next = text; *next != '\0'; next++) {
        char *longer = *next == '\'' ? text_format("%s'\\''", result) : text_format("%s%c", result, *next);
        free(result);
        result = longer;
    }
    char *whole = text_format("%s'", result);
    free(result);
    return whole;
}

/* Why a certificate that lies where this host adds its own is not in force. */
static void explain_local(struct missing_anchor *missing, const struct trust_view *view)
{
    const struct distribution *distribution = view->distribution;
    char *file = quoted(missing->file);
    if (!trusts_system(&view->settings)) {
        missing->why = text_format("the policy trusts other sources for this program: it needs 'trust = system' or "
                                   "'trust = %s' beside them",
                                   missing->file);
    } else if (distribution->ending != NULL && !ends_with(missing->file, distribution->ending)) {
        missing->why =
            text_format("%s passes over what does not end in %s", distribution->update, distribution->ending);
        missing->command = text_format("mv %s %s%s && %s", file, file, distribution->ending, distribution->update);
    } else if (distribution->takes_pem_alone && !is_pem(missing->file)) {
        missing->why = text_format("%s takes PEM, and this is DER", distribution->update);
        missing->command =
            text_format("openssl x509 -inform DER -in %s -out %s && %s", file, file, distribution->update);
    } else {
        missing->why = text_format("%s has not run since it was put there", distribution->update);
        missing->command = text_format("%s", distribution->update);
    }
    free(file);
}

static bool is_in_force(const struct trust_view *view, const char *subject)
{
    for (size_t i = 0; i < view->count; i++)
        if (strcmp(view->items[i].subject, subject) == 0)
            return true;
    return false;
}

static struct missing_anchor *find(struct trust_view *view, const char *subject)
{
    for (size_t i = 0; i < view->missing_count; i++)
        if (strcmp(view->missing[i].subject, subject) == 0)
            return &view->missing[i];
    return NULL;
}

/* An issuer is not always an authority that can be an anchor: an intermediate that the server left out looks alike. */
static void explain_refused(struct missing_anchor *missing, const struct trust_view *view)
{
    const struct distribution *distribution = view->distribution;
    missing->why = text_format("certificates that it issued were not trusted, and no anchor has its name: it is not "
                               "trusted here, or is an intermediate that the server did not send");
    if (distribution != NULL && trusts_system(&view->settings))
        missing->command = distribution_add_command(distribution);
}

void missing_find(struct trust_view *view, const struct anchor_uses *uses, const struct anchors *local)
{
    for (size_t i = 0; i < local->count; i++) {
        const struct anchor *anchor = &local->items[i];
        if (anchors_find(&view->anchors, anchor->certificate) != NULL)
            continue;
        struct missing_anchor *missing = add(view, certificate_name_text(X509_get_subject_name(anchor->certificate)));
        missing->file = text_format("%s", anchor->file);
        explain_local(missing, view);
    }
    for (size_t i = 0; i < uses->refused_count; i++) {
        const struct anchor_use *refused = &uses->refused[i];
        struct missing_anchor *missing = find(view, refused->subject);
        if (missing == NULL && is_in_force(view, refused->subject))
            continue;
        if (missing == NULL) {
            missing = add(view, text_format("%s", refused->subject));
            explain_refused(missing, view);
        }
        missing->refused = refused->count;
    }
}
