#include "status/host_state.h"

#include "policy/config.h"
#include "preload/preload_file.h"
#include "preload/preload_text.h"
#include "process/kill_switch.h"
#include "shared/exit_status.h"
#include "shared/text.h"

#include <errno.h>
#include <glob.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GUARD "/etc/systemd/system/sysinit.target.wants/tlsward-guard.service"
#define GUARD_MEMORY "/var/lib/tlsward/boot-guard"
enum { NOT_ENABLED = 3, CANNOT_TELL = 4 };

/* `problem` is taken over. */
static void add_problem(struct host_state *state, char *problem)
{
    char *all = state->problems == NULL ? text_format("%s", problem) : text_format("%s\n%s", state->problems, problem);
    free(state->problems);
    free(problem);
    state->problems = all;
}

static void find_entry(struct host_state *state)
{
    struct preload_file file;
    if (preload_file_read(&file) == 0) {
        size_t at = 0;
        for (struct preload_entry entry; preload_text_next(file.text, file.length, &at, &entry);)
            if (preload_entry_is_ours(&entry) && state->entry == NULL)
                state->entry = text_format("%.*s", (int)entry.length, entry.start);
    }
    preload_file_free(&file);
}

static void find_guard(struct host_state *state)
{
    struct stat status;
    char line[512];
    FILE *memory = fopen(GUARD_MEMORY, "re");
    state->guard = lstat(GUARD, &status) == 0;
    for (int i = 0; memory != NULL && i < 2 && fgets(line, sizeof line, memory) != NULL; i++)
        if (i == 1)
            state->guard_why = text_clean(line, strcspn(line, "\n"));
    if (memory != NULL)
        fclose(memory);
}

static void find_units(struct host_state *state)
{
    glob_t found;
    if (glob("/etc/systemd/system/*.service.d/50-tlsward.conf", 0, NULL, &found) == 0)
        state->units += found.gl_pathc;
    globfree(&found);
    if (glob("/run/systemd/system/*.service.d/50-tlsward.conf", 0, NULL, &found) == 0)
        state->units += found.gl_pathc;
    globfree(&found);
}

static void hash_file(struct host_state *state, EVP_MD_CTX *digest, const char *path)
{
    char some[65536];
    struct stat status;
    FILE *file = fopen(path, "re");
    for (size_t got = 1; file != NULL && got > 0;) {
        got = fread(some, 1, sizeof some, file);
        EVP_DigestUpdate(digest, some, got);
    }
    if (file != NULL && fstat(fileno(file), &status) == 0 && status.st_mtime > state->policy_changed)
        state->policy_changed = status.st_mtime;
    if (file != NULL)
        fclose(file);
}

static void hash_files(struct host_state *state, const char *const *files)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    if (files[0] != NULL && digest != NULL && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1) {
        for (size_t i = 0; files[i] != NULL; i++)
            hash_file(state, digest, files[i]);
        EVP_DigestFinal_ex(digest, hash, &length);
    }
    EVP_MD_CTX_free(digest);
    for (unsigned i = 0; i < length; i++)
        snprintf(state->policy_hash + 2 * (size_t)i, 3, "%02x", hash[i]);
}

static void find_policy(struct host_state *state)
{
    static const struct destination anywhere;
    const struct process_identity nobody = {.executable = "", .script.name = "", .unit.name = ""};
    struct config_environment environment = {.system_dir = SYSTEM_DIRECTORY, .share_dir = TLSWARD_SHARE};
    struct config_errors errors = {0};
    struct policy *policy = config_load(&environment, &errors);
    state->policy_mode = mode_text(MODE_AUDIT);
    state->policy_invalid = policy == NULL || policy_is_invalid(policy) || policy_is_incomplete(policy);
    if (policy != NULL) {
        state->policy_mode = mode_text(policy_settings(policy, &nobody, &anywhere, time(NULL)).mode);
        if (policy_files(policy)[0] != NULL)
            state->policy_file = text_format("%s", policy_files(policy)[0]);
        hash_files(state, policy_files(policy));
    }
    config_errors_free(&errors);
    policy_free(policy);
}

static void judge(struct host_state *state)
{
    const struct survey *survey = &state->survey;
    if (state->kill_switch)
        add_problem(state, text_format(KILL_SWITCH " is there: the library stands down everywhere"));
    if (state->guard_why != NULL)
        add_problem(state, text_format("the boot guard keeps the library off: %s", state->guard_why));
    else if (state->guard && state->entry == NULL)
        add_problem(state, text_format("the boot guard is enabled and has not run"));
    if (state->policy_invalid)
        add_problem(state, text_format("the policy is not in order: 'tlsward check' says why"));
    if (survey->states[STATE_OLD] > 0)
        add_problem(state, text_format("%zu processes have a library that was replaced", survey->states[STATE_OLD]));
    if (survey->tls_states[STATE_MISSING] > 0)
        add_problem(state,
                    text_format("%zu processes with TLS do not have it and could", survey->tls_states[STATE_MISSING]));
    if (survey->old_policies > 0)
        add_problem(state,
                    text_format("%zu processes in a root directory of their own started before the policy changed",
                                survey->old_policies));
}

struct host_state host_state_find(void)
{
    struct host_state state = {.kill_switch = kill_switch_is_there()};
    find_entry(&state);
    find_guard(&state);
    find_units(&state);
    find_policy(&state);
    state.survey = survey_take(state.entry != NULL, state.policy_changed);
    if (host_state_status(&state) != NOT_ENABLED)
        judge(&state);
    return state;
}

void host_state_free(struct host_state *state)
{
    free(state->entry);
    free(state->guard_why);
    free(state->policy_file);
    free(state->problems);
    survey_free(&state->survey);
}

int host_state_status(const struct host_state *state)
{
    if (state->entry == NULL && state->units == 0 && !state->guard)
        return NOT_ENABLED;
    if (state->problems != NULL)
        return STATUS_NEGATIVE;
    return state->survey.denied > 0 ? CANNOT_TELL : STATUS_OK;
}
