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

/* A file that is read where some rule names one of its accounts, and once for all that do. */
struct account_file {
    const char *path;
    struct accounts accounts;
    bool is_read;
};

static void look_up(struct account_file *file, const struct account_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        struct account_pattern *account = &list->items[i];
        if (account->account == ACCOUNT_FOUND)
            continue;
        if (!file->is_read)
            file->accounts = accounts_read(file->path);
        file->is_read = true;
        account->account = account_id(&file->accounts, account->text, &account->id);
    }
}

static void look_up_accounts(struct policy *policy)
{
    struct account_file users = {.path = "/etc/passwd"}, groups = {.path = "/etc/group"};
    for (size_t i = 0; i < policy->rule_count; i++) {
        look_up(&users, &policy->rules[i].users);
        look_up(&groups, &policy->rules[i].groups);
    }
    accounts_free(&users.accounts);
    accounts_free(&groups.accounts);
}

struct policy *policy_seal(struct policy *draft, const struct process_identity *process)
{
    struct policy *sealed = draft;
    if (draft->arena.exhausted) {
        policy_free(draft);
        return NULL;
    }
    look_up_accounts(draft);
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
