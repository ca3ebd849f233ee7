/* A policy becomes what is matched; in a process, what it does not need is left behind. */
#include "policy/config_parse.h"
#include "policy/rule_build.h"

#include <string.h>

static const char *copy_text(struct arena *arena, const char *text)
{
    return arena_copy(arena, text, strlen(text));
}

static void copy_proxies(struct policy *kept, const struct policy *draft)
{
    size_t count = draft->base.proxy_count;
    struct proxy *proxies = arena_alloc(&kept->arena, count * sizeof *proxies);
    for (size_t i = 0; proxies && i < count; i++) {
        proxies[i] = draft->base.proxies[i];
        proxies[i].text = copy_text(&kept->arena, proxies[i].text);
    }
    kept->base.proxies = proxies;
    kept->base.proxy_count = proxies ? count : 0;
}

/* Of [policy] all that is asked for after it was read. */
static void copy_base(struct policy *kept, const struct policy *draft)
{
    const struct policy_section *base = &draft->base;
    kept->base = (struct policy_section){
        .settings = rule_build_copy(&kept->arena, &base->settings),
        .environment = base->environment,
        .kill_switch_environment = base->kill_switch_environment,
        .deepbind = base->deepbind,
        .stderr_file = base->stderr_file,
    };
    kept->base.settings.log = copy_text(&kept->arena, base->settings.log);
    copy_proxies(kept, draft);
}

static void copy_files(struct policy *kept, const struct policy *draft)
{
    for (size_t i = 0; i < draft->file_count; i++)
        policy_add_file(kept, draft->files[i]);
    config_watch_keep(kept, &draft->watch);
}

static struct policy *keep_for(const struct policy *draft, const struct process_identity *process)
{
    struct arena arena = {0};
    struct policy *kept = arena_alloc(&arena, sizeof *kept);
    if (!kept)
        return NULL;
    *kept = (struct policy){
        .arena = arena, .from_system = draft->from_system, .invalid = draft->invalid, .incomplete = draft->incomplete};
    copy_base(kept, draft);
    copy_files(kept, draft);
    if (!kept->arena.exhausted)
        rule_set_build(kept, draft, process);
    return kept;
}

/* The file is read where some rule names a user, and once for all that do. */
static void look_up_users(struct policy *policy)
{
    struct accounts accounts = {.text = NULL};
    bool is_read = false;
    for (size_t i = 0; i < policy->rule_count; i++) {
        const struct policy_section *rule = &policy->rules[i];
        for (size_t k = 0; k < rule->user_count; k++) {
            struct user_pattern *user = &rule->users[k];
            if (user->account == ACCOUNT_FOUND)
                continue;
            if (!is_read)
                accounts = accounts_read("/etc/passwd");
            is_read = true;
            user->account = account_uid(&accounts, user->text, &user->uid);
        }
    }
    accounts_free(&accounts);
}

struct policy *policy_seal(struct policy *draft, const struct process_identity *process)
{
    struct policy *sealed = draft;
    if (draft->arena.exhausted) {
        policy_free(draft);
        return NULL;
    }
    look_up_users(draft);
    if (process) {
        sealed = keep_for(draft, process);
        policy_free(draft);
    } else {
        rule_set_build(draft, draft, NULL);
    }
    if (sealed && sealed->arena.exhausted) {
        policy_free(sealed);
        return NULL;
    }
    return sealed;
}
