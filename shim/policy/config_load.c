#include "policy/config.h"

#include "policy/config_error.h"
#include "policy/config_file.h"
#include "policy/config_keys.h"
#include "policy/config_parse.h"
#include "policy/config_watch.h"
#include "policy/strictness.h"
#include "process/kernel.h"

#include <string.h>

/* The files that make up one policy. */
struct sources {
    struct config_text *texts;
    size_t count;
    bool refused;     /* there is a file that cannot be used, */
    bool may_enforce; /* and that may have meant to enforce */
    bool incomplete;  /* something was not read, or not believed */
    bool hidden;      /* there is a file that cannot be read */
    bool no_memory;
};

/* A policy on its way to becoming one that counts. */
struct loading {
    const struct config_environment *environment;
    struct config_errors *errors;
    struct arena arena; /* for what is needed while loading */
    struct config_watch watch;
    struct policy *policy; /* NULL: memory shortage */
    struct parse_result result;
    bool incomplete;
    bool raised; /* [policy]'s mode is higher than the policy says, as the environment asked for */
};

static bool is_privileged(const struct loading *loading)
{
    return loading->environment->secure || kernel_geteuid() == 0;
}

/* Tells no errors: nothing but this is asked of the text. */
static bool may_ask_for_enforcement(const struct config_text *text)
{
    struct config_errors errors = {0};
    struct parse_result result = {0};
    struct policy *policy = policy_parse(text, 1, &errors, &result);
    bool possible = !policy || result.enforcement_possible;
    policy_free(policy);
    config_errors_free(&errors);
    return possible;
}

static void note(struct sources *sources, enum config_file_status status, const struct config_text *text)
{
    switch (status) {
    case CONFIG_FILE_READ:
    case CONFIG_FILE_ABSENT:
        break;
    case CONFIG_FILE_DISTRUSTED:
        sources->refused = sources->incomplete = true;
        sources->may_enforce |= may_ask_for_enforcement(text);
        break;
    case CONFIG_FILE_REFUSED:
        sources->refused = sources->may_enforce = true;
        break;
    case CONFIG_FILE_UNREADABLE:
        sources->hidden = sources->incomplete = true;
        break;
    case CONFIG_FILE_NO_MEMORY:
        sources->no_memory = true;
    }
}

static enum config_file_status add_file(struct sources *sources, struct loading *loading, const char *path)
{
    struct config_text text = {0};
    struct arena *arena = &loading->arena;
    struct config_text *texts = arena_grow(arena, sources->texts, sources->count, sizeof *texts);
    enum config_file_status status = CONFIG_FILE_NO_MEMORY;
    if (texts)
        status = config_file_read(path, is_privileged(loading), arena, &text, loading->errors);
    config_watch_add(&loading->watch, arena, path, &text.identity);
    if (status == CONFIG_FILE_READ) {
        sources->texts = texts;
        texts[sources->count++] = text;
    }
    note(sources, status, &text);
    return status;
}

static void add_directory(struct sources *sources, struct loading *loading, const char *directory)
{
    struct config_paths paths;
    note(sources, config_file_list(directory, &loading->arena, &paths, loading->errors), NULL);
    config_watch_add(&loading->watch, &loading->arena, directory, &paths.identity);
    for (size_t i = 0; i < paths.count; i++)
        add_file(sources, loading, paths.items[i]);
}

static struct sources system_sources(struct loading *loading)
{
    struct sources sources = {0};
    const char *directory = loading->environment->system_dir;
    const char *file = config_file_path(&loading->arena, directory, "policy.conf", "");
    const char *drop_ins = config_file_path(&loading->arena, directory, "policy.d", "");
    if (config_file_is_broken_link(directory)) {
        sources.refused = sources.may_enforce = true;
        config_error_add(loading->errors, "policy-missing", directory, 0, NULL,
                         "the policy cannot be used: a link that leads nowhere");
        config_watch_add(&loading->watch, &loading->arena, directory, &(struct file_identity){.kind = FILE_ABSENT});
    } else if (file && drop_ins) {
        add_file(&sources, loading, file);
        add_directory(&sources, loading, drop_ins);
    } else {
        sources.no_memory = true;
    }
    return sources;
}

static struct sources environment_sources(struct loading *loading)
{
    struct sources sources = {0};
    const char *path = loading->environment->policy_path;
    if (add_file(&sources, loading, path) == CONFIG_FILE_ABSENT) {
        sources.refused = sources.may_enforce = true;
        config_error_add(loading->errors, "policy-missing", path, 0, NULL, "the policy file does not exist");
    }
    return sources;
}

static void complain_of_include(struct loading *loading, const struct include *include, const char *path)
{
    config_error_add(loading->errors, "bad-include", include->file, include->line, include->name,
                     "these shipped rules cannot be used: %s", path);
    loading->result.failed = true;
}

static void take_include(struct loading *loading, const struct include *include)
{
    struct policy *policy = loading->policy;
    struct config_text text = {0};
    const char *path = config_file_path(&loading->arena, loading->environment->share_dir, include->name, ".conf");
    enum config_file_status status = CONFIG_FILE_NO_MEMORY;
    if (path)
        status = config_file_read(path, is_privileged(loading), &loading->arena, &text, loading->errors);
    if (path)
        config_watch_add(&loading->watch, &loading->arena, path, &text.identity);
    if (status == CONFIG_FILE_READ)
        policy_parse_included(policy, include->name, &text, loading->errors, &loading->result);
    else if (path)
        policy_add_file(policy, path);
    if (status == CONFIG_FILE_ABSENT || status == CONFIG_FILE_REFUSED || status == CONFIG_FILE_DISTRUSTED)
        complain_of_include(loading, include, path);
    loading->incomplete |= status == CONFIG_FILE_UNREADABLE;
    policy->arena.exhausted |= status == CONFIG_FILE_NO_MEMORY;
}

static void complete(struct loading *loading)
{
    struct policy *policy = loading->policy;
    for (size_t i = 0; i < policy->base.include_count; i++)
        take_include(loading, &policy->base.includes[i]);
    if (!policy_check_rules(policy, loading->errors))
        loading->result.failed = true;
}

/* Replaces the policy by that of `sources`, unless they say nothing. */
static void take(struct loading *loading, const struct sources *sources)
{
    loading->incomplete |= sources->incomplete;
    if (loading->policy && sources->hidden)
        return;
    policy_free(loading->policy);
    loading->policy = NULL;
    if (!sources->no_memory)
        loading->policy = policy_parse(sources->texts, sources->count, loading->errors, &loading->result);
    if (loading->policy)
        complete(loading);
    loading->result.failed |= sources->refused;
    loading->result.enforcement_possible |= sources->may_enforce;
}

static bool is_set(const char *value)
{
    return value && *value;
}

static void complain(struct loading *loading, const char *variable, const char *value, const char *problem)
{
    loading->result.failed = true;
    config_error_add(loading->errors, "bad-variable", variable, 0, value, "%s", problem);
}

static void apply_mode(struct loading *loading, const char *value, bool believed)
{
    struct policy_section *base = &loading->policy->base;
    enum policy_mode before = base->settings.mode;
    if (config_value_set(&loading->policy->arena, base, config_key_find("mode"), value)) {
        complain(loading, "TLSWARD_MODE", value, "unknown mode; accepted: off, audit, enforce");
        loading->result.enforcement_possible = true;
    } else if (!believed && base->settings.mode < before) {
        base->settings.mode = before;
    }
    /* Who asks for enforcement here asks for that of his process. */
    if (strcmp(value, mode_text(MODE_ENFORCE)) == 0)
        base->settings.enforce_percent = 100;
    loading->raised = !believed && base->settings.mode > before;
}

static void overrule_nobody_where_raised(struct policy *policy)
{
    uint64_t mode = config_key_bit(config_key_find("mode"));
    strictness_overrule_nobody(&policy->base.settings);
    for (size_t i = 0; i < policy->rule_count; i++)
        if (!(policy->rules[i].given & mode))
            strictness_overrule_nobody(&policy->rules[i].settings);
}

static void apply_trust(struct loading *loading, const char *value)
{
    struct policy *policy = loading->policy;
    const struct config_key *key = config_key_find("trust");
    policy->base.given &= ~config_key_bit(key);
    char *source = arena_copy(&policy->arena, value, strlen(value));
    while (source) {
        char *colon = strchr(source, ':');
        if (colon)
            *colon = '\0';
        const char *problem = config_value_set(&policy->arena, &policy->base, key, source);
        if (problem && !policy->arena.exhausted)
            complain(loading, "TLSWARD_TRUST", source, problem);
        source = colon ? colon + 1 : NULL;
    }
}

static void apply_log(struct loading *loading, const char *value)
{
    struct policy *policy = loading->policy;
    char *copy = arena_copy(&policy->arena, value, strlen(value));
    if (copy && config_value_set(&policy->arena, &policy->base, config_key_find("log"), copy))
        complain(loading, "TLSWARD_LOG", value,
                 "unknown destination; accepted: auto, journald, syslog, stderr, file:/PATH, unix:/PATH");
}

/* `believed`: no system policy stands above the environment, or it gave way. Otherwise it may only tighten. */
static void apply_environment(struct loading *loading, bool believed)
{
    const struct config_environment *environment = loading->environment;
    if (is_set(environment->mode))
        apply_mode(loading, environment->mode, believed);
    if (believed && is_set(environment->trust))
        apply_trust(loading, environment->trust);
    if (believed && is_set(environment->log))
        apply_log(loading, environment->log);
}

/*
 * What is left of an invalid policy: whether it may have enforced, where to complain, who may switch it off, and what
 * is to be within reach.
 */
static void invalidate(struct loading *loading)
{
    struct policy *policy = loading->policy;
    struct policy_section base = config_defaults();
    bool enforce = loading->result.enforcement_possible || policy->base.settings.mode == MODE_ENFORCE;
    base.settings.mode = enforce ? MODE_ENFORCE : MODE_AUDIT;
    base.settings.log = policy->base.settings.log;
    base.stderr_file = policy->base.stderr_file;
    base.deepbind = policy->base.deepbind;
    base.kill_switch_environment = policy->base.kill_switch_environment;
    policy->base = base;
    policy->rules = NULL;
    policy->rule_count = 0;
    policy->invalid = true;
}

/* The policy as far as it can be known; NULL for memory shortage. */
static struct policy *load(struct loading *loading)
{
    const struct config_environment *environment = loading->environment;
    struct sources sources = system_sources(loading);
    bool from_system = sources.count > 0 || sources.refused || sources.hidden;
    take(loading, &sources);
    if (!loading->policy)
        return NULL;

    bool gives_way = !loading->result.failed && loading->policy->base.environment == CHOICE_ALLOW;
    bool believed = !environment->secure && (!from_system || gives_way);
    if (believed && is_set(environment->policy_path)) {
        sources = environment_sources(loading);
        take(loading, &sources);
        if (!loading->policy)
            return NULL;
    }
    loading->policy->from_system = from_system;
    loading->policy->incomplete = loading->incomplete;
    if (!environment->secure)
        apply_environment(loading, believed);
    if (loading->result.failed)
        invalidate(loading);
    policy_inherit(loading->policy);
    if (loading->raised)
        overrule_nobody_where_raised(loading->policy);
    return loading->policy;
}

/* A file that is there to be read; what cannot be used is no candidate. */
static struct sources candidate_sources(struct loading *beside, const struct policy *policy)
{
    struct sources sources = {0};
    const char *directory = beside->environment->system_dir, *file = policy->base.candidate;
    const char *drop_ins = config_file_path(&beside->arena, directory, "candidate.d", "");
    if (policy->from_system && drop_ins)
        add_directory(&sources, beside, drop_ins);
    if (file && add_file(&sources, beside, file) == CONFIG_FILE_ABSENT) {
        sources.refused = true;
        config_error_add(beside->errors, "candidate-missing", file, 0, NULL, "the candidate policy does not exist");
    }
    return sources;
}

/*
 * Read as the policy was, with the same memory and watch. Whatever is wrong with it, the policy in force is as good as
 * it was: there is no candidate then, and the errors are told.
 */
static struct policy *load_candidate(struct loading *loading)
{
    struct loading beside = {.environment = loading->environment,
                             .errors = loading->errors,
                             .arena = loading->arena,
                             .watch = loading->watch};
    const struct sources sources = candidate_sources(&beside, loading->policy);
    if (sources.count > 0)
        take(&beside, &sources);
    if (beside.policy && (beside.result.failed || beside.incomplete || sources.hidden)) {
        policy_free(beside.policy);
        beside.policy = NULL;
    }
    if (beside.policy)
        policy_inherit(beside.policy);
    loading->arena = beside.arena;
    loading->watch = beside.watch;
    return beside.policy;
}

/* Frees both where memory is short. */
static struct policy *seal(struct policy *policy, struct policy *candidate, const struct process_identity *process)
{
    struct policy *sealed_candidate = candidate ? policy_seal(candidate, process) : NULL;
    struct policy *sealed = policy_seal(policy, process);
    if (sealed)
        sealed->candidate = sealed_candidate;
    else
        policy_free(sealed_candidate);
    return sealed;
}

struct policy *config_load(const struct config_environment *environment, struct config_errors *errors)
{
    struct loading loading = {.environment = environment, .errors = errors};
    struct policy *policy = load(&loading), *candidate = NULL;
    if (policy) {
        candidate = load_candidate(&loading);
        config_watch_keep(policy, &loading.watch);
        arena_take(&policy->arena, &loading.arena); /* with the texts, which the values are parts of */
    }
    arena_free(&loading.arena);
    return policy ? seal(policy, candidate, environment->process) : NULL;
}
