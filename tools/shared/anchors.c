#include "shared/anchors.h"

#include "shared/shared_trust.h"
#include "shared/text.h"

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

static bool has_problem(const struct anchors *anchors, const char *file, unsigned position, const char *message)
{
    for (size_t i = 0; i < anchors->problem_count; i++) {
        const struct anchor_problem *known = &anchors->problems[i];
        if (known->position == position && strcmp(known->file, file) == 0 && strcmp(known->message, message) == 0)
            return true;
    }
    return false;
}

static void add_problem(void *arg, const char *file, unsigned position, const char *message)
{
    struct anchors *anchors = arg;
    if (has_problem(anchors, file, position, message))
        return;
    anchors->problems = text_grow(anchors->problems, anchors->problem_count + 1, sizeof *anchors->problems);
    anchors->problems[anchors->problem_count++] = (struct anchor_problem){
        .file = text_format("%s", file), .position = position, .message = text_format("%s", message)};
}

static const struct anchor *find(const struct anchor *items, size_t count, const X509 *certificate)
{
    for (size_t i = 0; i < count; i++)
        if (X509_cmp(items[i].certificate, certificate) == 0)
            return &items[i];
    return NULL;
}

const struct anchor *anchors_find(const struct anchors *anchors, const X509 *certificate)
{
    return find(anchors->items, anchors->count, certificate);
}

static void add(struct anchor **items, size_t *count, const char *file, unsigned position, X509 *certificate)
{
    X509_up_ref(certificate);
    *items = text_grow(*items, *count + 1, sizeof **items);
    (*items)[(*count)++] =
        (struct anchor){.certificate = certificate, .file = text_format("%s", file), .position = position};
}

/* A certificate that several files hold counts once, for the first of them. */
static void add_anchor(void *arg, const char *file, unsigned position, X509 *certificate)
{
    struct anchors *anchors = arg;
    if (anchors_find(anchors, certificate) == NULL)
        add(&anchors->items, &anchors->count, file, position, certificate);
}

static void add_missed(void *arg, const char *file, unsigned position, X509 *certificate)
{
    struct anchors *anchors = arg;
    add(&anchors->missed, &anchors->missed_count, file, position, certificate);
}

/* What is found under another name is no loss. */
static void tell_missed(struct anchors *anchors)
{
    for (size_t i = 0; i < anchors->missed_count; i++) {
        const struct anchor *missed = &anchors->missed[i];
        if (anchors_find(anchors, missed->certificate) == NULL)
            add_problem(anchors, missed->file, missed->position,
                        "is not found: in a hashed directory, certificates are looked for in files named after the "
                        "hash of their subject, .0, .1 and so on; run 'openssl rehash' there");
    }
}

void anchors_add(struct anchors *anchors, const struct trust_source *source)
{
    const struct shared_trust_listener listener = {
        .anchor = add_anchor, .missed = add_missed, .problem = add_problem, .arg = anchors};
    if (!shared_trust_list(source, 1, &listener))
        add_problem(anchors, source->path != NULL ? source->path : "system", 0, "cannot be read");
    tell_missed(anchors);
    ERR_clear_error();
}

bool anchor_has_expired(const struct anchor *anchor, time_t now)
{
    return X509_cmp_time(X509_get0_notAfter(anchor->certificate), &now) < 0;
}

static void free_items(struct anchor *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        X509_free(items[i].certificate);
        free(items[i].file);
    }
    free(items);
}

void anchors_free(struct anchors *anchors)
{
    for (size_t i = 0; i < anchors->problem_count; i++) {
        free(anchors->problems[i].file);
        free(anchors->problems[i].message);
    }
    free(anchors->problems);
    free_items(anchors->items, anchors->count);
    free_items(anchors->missed, anchors->missed_count);
    *anchors = (struct anchors){.items = NULL};
}
