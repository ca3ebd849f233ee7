#include "anchors/trust_view.h"

#include "anchors/missing.h"
#include "shared/certificate.h"
#include "shared/text.h"

#include <stdlib.h>
#include <string.h>

static const char *const origin_texts[] = {
    [ORIGIN_LOCAL] = "local",
    [ORIGIN_POLICY] = "policy",
    [ORIGIN_UNKNOWN] = "unknown",
    [ORIGIN_DISTRIBUTION] = "distribution",
};

const char *anchor_origin_text(enum anchor_origin origin)
{
    return origin_texts[origin];
}

static bool is_named_by_policy(const struct settings *settings, const char *file)
{
    for (size_t i = 0; i < settings->trust_count; i++) {
        const char *path = settings->trust[i].path;
        size_t length = path != NULL ? strlen(path) : 0;
        if (length > 0 && strncmp(file, path, length) == 0 && (file[length] == '\0' || file[length] == '/'))
            return true;
    }
    return false;
}

/* The certificate counts, whatever file holds it: bundles are made of all of them. */
static void find_origin(struct viewed_anchor *viewed, const struct trust_view *view, const struct anchors *packaged,
                        const struct anchors *local)
{
    const X509 *certificate = viewed->anchor->certificate;
    const struct anchor *in_package = anchors_find(packaged, certificate), *added = anchors_find(local, certificate);
    if (in_package != NULL) {
        viewed->origin = ORIGIN_DISTRIBUTION;
        viewed->how = text_format("in the package: %s", in_package->file);
    } else if (added != NULL) {
        viewed->origin = ORIGIN_LOCAL;
        viewed->how = text_format("added here: %s", added->file);
    } else if (is_named_by_policy(&view->settings, viewed->anchor->file)) {
        viewed->origin = ORIGIN_POLICY;
        viewed->how = text_format("the policy names its file");
    } else if (packaged->count > 0) {
        viewed->origin = ORIGIN_LOCAL;
        viewed->how = text_format("in no file of the package below %s", view->distribution->packaged);
    } else {
        viewed->origin = ORIGIN_UNKNOWN;
        viewed->how = view->distribution != NULL
                          ? text_format("there is nothing below %s to compare with", view->distribution->packaged)
                          : text_format("it is not known where this distribution keeps its own");
    }
}

static int by_origin(const void *left, const void *right)
{
    const struct viewed_anchor *a = left, *b = right;
    if (a->origin != b->origin)
        return a->origin < b->origin ? -1 : 1;
    return strcmp(a->subject, b->subject);
}

static void view_anchors(struct trust_view *view, const struct anchor_uses *uses, const struct anchors *packaged,
                         const struct anchors *local)
{
    for (size_t i = 0; i < view->anchors.count; i++) {
        struct viewed_anchor viewed = {.anchor = &view->anchors.items[i]};
        viewed.subject = certificate_name_text(X509_get_subject_name(viewed.anchor->certificate));
        viewed.use = anchor_use_find(uses->used, uses->used_count, viewed.subject);
        find_origin(&viewed, view, packaged, local);
        view->items = text_grow(view->items, view->count + 1, sizeof *view->items);
        view->items[view->count++] = viewed;
    }
    if (view->count > 0)
        qsort(view->items, view->count, sizeof *view->items, by_origin);
}

void trust_view_fill(struct trust_view *view, const struct anchor_uses *uses)
{
    struct anchors packaged = {.count = 0}, local = {.count = 0};
    view->distribution = distribution_of_this_host();
    if (view->distribution != NULL) {
        distribution_add_packaged(view->distribution, &packaged);
        distribution_add_local(view->distribution, &local);
    }
    for (size_t i = 0; i < view->settings.trust_count; i++)
        anchors_add(&view->anchors, &view->settings.trust[i]);
    view_anchors(view, uses, &packaged, &local);
    missing_find(view, uses, &local);
    anchors_free(&packaged);
    anchors_free(&local);
}

void trust_view_free(struct trust_view *view)
{
    for (size_t i = 0; i < view->count; i++) {
        free(view->items[i].subject);
        free(view->items[i].how);
    }
    free(view->items);
    for (size_t i = 0; i < view->missing_count; i++) {
        free(view->missing[i].subject);
        free(view->missing[i].file);
        free(view->missing[i].why);
        free(view->missing[i].command);
    }
    free(view->missing);
    anchors_free(&view->anchors);
}
