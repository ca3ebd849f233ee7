#include "policy/policy_version.h"

#include "policy/config_watch.h"
#include "process/file_identity.h"

static struct config_environment environment_of(const struct start *start)
{
    return (struct config_environment){
        .secure = start->secure,
        .policy_path = start->variables[VARIABLE_POLICY],
        .mode = start->variables[VARIABLE_MODE],
        .trust = start->variables[VARIABLE_TRUST],
        .log = start->variables[VARIABLE_LOG],
        .system_dir = SYSTEM_DIRECTORY,
        .share_dir = TLSWARD_SHARE,
    };
}

struct policy_version *policy_version_read(const struct start *start)
{
    struct config_errors errors = {0};
    const struct process_identity identity = identity_now(&start->names);
    struct config_environment environment = environment_of(start);
    environment.process = &identity;
    struct policy *policy = config_load(&environment, &errors);
    struct policy_version *fresh = policy != NULL ? arena_alloc(&errors.arena, sizeof *fresh) : NULL;
    if (fresh == NULL) {
        policy_free(policy);
        config_errors_free(&errors);
        return NULL;
    }
    fresh->policy = policy;
    fresh->fingerprint = config_watch_fingerprint(policy);
    fresh->errors = errors;
    return fresh;
}

bool policy_version_stays(const struct policy_version *previous, const struct policy_version *fresh)
{
    if (previous == NULL || !policy_is_incomplete(fresh->policy))
        return false;
    return !policy_is_incomplete(previous->policy) || previous->fingerprint == ~fresh->fingerprint;
}

static bool file_exists(const char *path)
{
    return file_identify(path).kind != FILE_ABSENT;
}

bool policy_version_has_changed(const struct policy_version *version)
{
    if (config_watch_fingerprint_now(version->policy) == version->fingerprint)
        return false;
    /* A system policy that is gone stays in force: removing a file must not switch protection off. */
    return policy_files(version->policy)[0] == NULL || file_exists(policy_files(version->policy)[0]);
}

void policy_version_free(struct policy_version *unused)
{
    if (unused == NULL)
        return;
    struct config_errors errors = unused->errors; /* the version itself is in there */
    policy_free(unused->policy);
    config_errors_free(&errors);
}
