#include "anchors/trust_print.h"

#include "events/timestamp.h"
#include "shared/certificate.h"
#include "shared/json_text.h"

static const char *const mode_texts[] = {
    [TRUST_SUPPLEMENT] = "supplement", [TRUST_EXTEND] = "extend", [TRUST_EXCLUSIVE] = "exclusive"};

/* null where no events were asked. */
static json_t *json_use(const struct viewed_anchor *item, const struct anchor_uses *uses)
{
    char last[TIMESTAMP_SIZE];
    if (uses == NULL)
        return json_null();
    if (item->use == NULL)
        return json_pack("{s:i, s:n}", "count", 0, "last");
    return json_pack("{s:I, s:s}", "count", (json_int_t)item->use->count, "last",
                     timestamp_write(item->use->last, last));
}

static json_t *json_anchors(const struct trust_view *view, const struct anchor_uses *uses)
{
    json_t *list = json_array();
    for (size_t i = 0; i < view->count; i++) {
        const struct viewed_anchor *item = &view->items[i];
        char fingerprint[65];
        struct certificate_text text = certificate_describe(item->anchor->certificate);
        certificate_fingerprint(item->anchor->certificate, fingerprint);
        json_t *one = json_pack("{s:o, s:s, s:s, s:o, s:i, s:s, s:o}", "subject", json_text(item->subject), "not_after",
                                text.not_after, "sha256", fingerprint, "file", json_text(item->anchor->file),
                                "position", (int)item->anchor->position, "origin", anchor_origin_text(item->origin),
                                "origin_why", json_text(item->how));
        json_object_set_new(one, "used", json_use(item, uses));
        json_array_append_new(list, one);
        certificate_text_free(&text);
    }
    return list;
}

static json_t *json_missing(const struct trust_view *view)
{
    json_t *list = json_array();
    for (size_t i = 0; i < view->missing_count; i++) {
        const struct missing_anchor *missing = &view->missing[i];
        json_array_append_new(list,
                              json_pack("{s:o, s:o, s:o, s:o, s:I}", "subject", json_text(missing->subject), "file",
                                        json_text(missing->file), "why", json_text(missing->why), "command",
                                        json_text(missing->command), "refused", (json_int_t)missing->refused));
    }
    return list;
}

void trust_print_json(const struct trust_view *view, const struct anchor_uses *uses)
{
    json_t *sources = json_array(), *problems = json_array();
    for (size_t i = 0; i < view->settings.trust_count; i++)
        json_array_append_new(
            sources, json_text(view->settings.trust[i].path != NULL ? view->settings.trust[i].path : "system"));
    for (size_t i = 0; i < view->anchors.problem_count; i++)
        json_array_append_new(problems, json_pack("{s:o, s:o}", "file", json_text(view->anchors.problems[i].file),
                                                  "message", json_text(view->anchors.problems[i].message)));
    json_print(json_pack("{s:o, s:b, s:o, s:s, s:b, s:o, s:o, s:o}", "rule", json_text(view->settings.rule),
                         "rule_is_uncertain", (int)view->settings.rule_is_uncertain, "trust", sources, "trust_mode",
                         mode_texts[view->settings.trust_mode], "other_lists", (int)view->other_lists, "anchors",
                         json_anchors(view, uses), "missing", json_missing(view), "problems", problems));
}
