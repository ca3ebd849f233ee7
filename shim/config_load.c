#include "config.h"

#include "config_error.h"
#include "config_file.h"
#include "config_keys.h"
#include "config_parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The files that make up one policy. */
struct sources {
    struct config_text *texts;
    size_t count;
    bool refused;     /* there is a file that cannot be used */
    bool unreachable; /* and it may be different the next time */
    bool no_memory;
};

/* A policy on its way to becoming one that counts. */
struct loading {
    const struct config_environment *environment;
    struct config_errors *errors;
    struct policy *policy; /* NULL: memory shortage */
    struct parse_result result;
    bool unreachable; /* a file could not be read now */
};

static void sources_free(struct sources *sources)
{
    for (size_t i = 0; i < sources->count; i++) {
        free((char *)sources->texts[i].file);
        free((char *)sources->texts[i].data);
    }
    free(sources->texts);
    *sources = (struct sources){0};
}

static void note(struct sources *sources, enum config_file_status status)
{
    sources->refused |= status == CONFIG_FILE_REFUSED || status == CONFIG_FILE_UNREACHABLE;
    sources->unreachable |= status == CONFIG_FILE_UNREACHABLE;
    sources->no_memory |= status == CONFIG_FILE_NO_MEMORY;
}

static bool is_privileged(const struct loading *loading)
{
    return loading->environment->secure || geteuid() == 0;
}

static enum config_file_status add_file(struct sources *sources, const struct loading *loading, const char *path)
{
    struct config_text text = {0};
    struct config_text *texts = realloc(sources->texts, (sources->count + 1) * sizeof *texts);
    if (!texts)
        return CONFIG_FILE_NO_MEMORY;
    sources->texts = texts;
    enum config_file_status status = config_file_read(path, is_privileged(loading), &text, loading->errors);
    if (status == CONFIG_FILE_READ)
        texts[sources->count++] = text;
    return status;
}

static void add_directory(struct sources *sources, const struct loading *loading, const char *directory)
{
    char **paths;
    size_t count;
    note(sources, config_file_list(directory, &paths, &count, loading->errors));
    for (size_t i = 0; i < count; i++) {
        note(sources, add_file(sources, loading, paths[i]));
        free(paths[i]);
    }
    free(paths);
}

static struct sources system_sources(const struct loading *loading)
{
    struct sources sources = {0};
    const char *directory = loading->environment->system_dir;
    char *file = config_file_path(directory, "policy.conf");
    char *drop_ins = config_file_path(directory, "policy.d");
    if (config_file_is_broken_link(directory)) {
        sources.refused = true;
        config_error_add(loading->errors, directory, 0, NULL, "the policy cannot be used: a link that leads nowhere");
    } else if (file && drop_ins) {
        note(&sources, add_file(&sources, loading, file));
        add_directory(&sources, loading, drop_ins);
    } else {
        sources.no_memory = true;
    }
    free(file);
    free(drop_ins);
    return sources;
}

static struct sources environment_sources(const struct loading *loading)
{
    struct sources sources = {0};
    const char *path = loading->environment->policy_path;
    enum config_file_status status = add_file(&sources, loading, path);
    note(&sources, status);
    if (status == CONFIG_FILE_ABSENT) {
        sources.refused = true;
        config_error_add(loading->errors, path, 0, NULL, "the policy file does not exist");
    }
    return sources;
}

static void complain_of_include(struct loading *loading, const struct include *include, const char *path)
{
    config_error_add(loading->errors, include->file, include->line, include->name,
                     "these shipped rules cannot be used: %s", path);
    loading->result.failed = true;
}

static void take_include(struct loading *loading, const struct include *include)
{
    struct policy *policy = loading->policy;
    struct config_text text = {0};
    char *path = NULL;
    enum config_file_status status = CONFIG_FILE_NO_MEMORY;
    if (asprintf(&path, "%s/%s.conf", loading->environment->share_dir, include->name) < 0)
        path = NULL;
    if (path)
        status = config_file_read(path, is_privileged(loading), &text, loading->errors);
    if (status == CONFIG_FILE_READ)
        policy_parse_included(policy, include->name, &text, loading->errors, &loading->result);
    else if (path)
        policy_add_file(policy, path); /* so that its coming is noticed */
    if (status == CONFIG_FILE_ABSENT || status == CONFIG_FILE_REFUSED || status == CONFIG_FILE_UNREACHABLE)
        complain_of_include(loading, include, path);
    loading->unreachable |= status == CONFIG_FILE_UNREACHABLE;
    policy->arena.exhausted |= status == CONFIG_FILE_NO_MEMORY;
    free((char *)text.file);
    free((char *)text.data);
    free(path);
}

static void complete(struct loading *loading)
{
    struct policy *policy = loading->policy;
    for (size_t i = 0; i < policy->base.include_count; i++)
        take_include(loading, &policy->base.includes[i]);
    if (!policy_check_rules(policy, loading->errors))
        loading->result.failed = true;
}

/* Replaces the policy by that of `sources`, which it frees. */
static void take(struct loading *loading, struct sources *sources)
{
    policy_free(loading->policy);
    loading->policy = NULL;
    if (!sources->no_memory)
        loading->policy = policy_parse(sources->texts, sources->count, loading->errors, &loading->result);
    if (loading->policy)
        complete(loading);
    loading->unreachable |= sources->unreachable;
    if (sources->refused)
        loading->result = (struct parse_result){.failed = true, .enforcement_possible = true};
    sources_free(sources);
}

static bool is_set(const char *value)
{
    return value && *value;
}

static void complain(struct loading *loading, const char *variable, const char *value, const char *problem)
{
    loading->result.failed = true;
    config_error_add(loading->errors, variable, 0, value, "%s", problem);
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

/* What is left of an invalid policy: whether it may have enforced, where to complain, and who may switch it off. */
static void invalidate(struct loading *loading)
{
    struct policy *policy = loading->policy;
    struct policy_section base = config_defaults();
    bool enforce = loading->result.enforcement_possible || policy->base.settings.mode == MODE_ENFORCE;
    base.settings.mode = enforce ? MODE_ENFORCE : MODE_AUDIT;
    base.settings.log = policy->base.settings.log;
    base.kill_switch_environment = policy->base.kill_switch_environment;
    policy->base = base;
    policy->rules = NULL;
    policy->rule_count = 0;
    policy->invalid = true;
}

struct policy *config_load(const struct config_environment *environment, struct config_errors *errors)
{
    struct loading loading = {.environment = environment, .errors = errors};
    struct sources sources = system_sources(&loading);
    bool from_system = sources.count > 0 || sources.refused;
    take(&loading, &sources);
    if (!loading.policy)
        return NULL;

    bool gives_way = !loading.result.failed && loading.policy->base.environment == CHOICE_ALLOW;
    bool believed = !environment->secure && (!from_system || gives_way);
    if (believed && is_set(environment->policy_path)) {
        sources = environment_sources(&loading);
        take(&loading, &sources);
        if (!loading.policy)
            return NULL;
    }
    loading.policy->from_system = from_system;
    loading.policy->unreachable = loading.unreachable;
    if (!environment->secure)
        apply_environment(&loading, believed);
    if (loading.result.failed)
        invalidate(&loading);
    policy_inherit(loading.policy);
    if (loading.policy->arena.exhausted) {
        policy_free(loading.policy);
        return NULL;
    }
    return loading.policy;
}
