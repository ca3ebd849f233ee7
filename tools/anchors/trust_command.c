#include "anchors/trust_command.h"

#include "anchors/trust_options.h"
#include "anchors/trust_print.h"
#include "policy/config.h"
#include "shared/effective.h"
#include "shared/exit_status.h"
#include "shared/system_store.h"

#include <string.h>
#include <time.h>

static bool same_sources(const struct settings *settings, const struct trust_source *trust, size_t count)
{
    bool same = count == settings->trust_count;
    for (size_t i = 0; i < count && same; i++) {
        const char *one = settings->trust[i].path, *other = trust[i].path;
        same = one == other || (one != NULL && other != NULL && strcmp(one, other) == 0);
    }
    return same;
}

static bool has_other_lists(const struct policy *policy, const struct settings *settings)
{
    const struct trust_source *trust;
    size_t count;
    for (size_t i = 0; policy_trust_list(policy, i, &trust, &count); i++)
        if (count > 0 && !same_sources(settings, trust, count))
            return true;
    return false;
}

static int show(const struct trust_options *options, const struct policy *policy)
{
    struct anchor_uses uses = {.program = options->process.program};
    struct trust_view view = {
        .settings = policy_settings(policy, &options->process.identity, &options->destination, time(NULL))};
    bool asked = options->source_count > 0;
    bool complete = !asked || anchor_uses_read(&uses, options->sources, options->source_count);
    view.other_lists = has_other_lists(policy, &view.settings);
    trust_view_fill(&view, &uses);
    (options->json ? trust_print_json : trust_print)(&view, asked ? &uses : NULL);
    int status = view.count > 0 ? STATUS_OK : STATUS_NEGATIVE;
    trust_view_free(&view);
    anchor_uses_free(&uses);
    return complete ? status : STATUS_INCOMPLETE;
}

int trust_main(int argc, char **argv)
{
    struct trust_options options;
    struct config_errors errors = {0};
    struct policy *policy = NULL;
    int status = trust_options_parse(argc, argv, &options);
    if (status >= 0)
        goto out;
    struct config_environment environment =
        options.policy != NULL ? effective_file(options.policy) : effective_environment();
    system_store_believe_environment();
    policy = config_load(&environment, &errors);
    effective_print_errors(&errors);
    status = policy != NULL && !policy_is_invalid(policy) ? show(&options, policy) : STATUS_USAGE;
out:
    policy_free(policy);
    config_errors_free(&errors);
    trust_options_free(&options);
    return status;
}
