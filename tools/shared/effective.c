#include "shared/effective.h"

#include "process/file_owner.h"
#include "process/identity.h"
#include "process/kill_switch.h"
#include "process/start.h"
#include "shared/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct destination anywhere;

struct config_environment effective_environment(void)
{
    return (struct config_environment){.policy_path = getenv("TLSWARD_POLICY"),
                                       .mode = getenv("TLSWARD_MODE"),
                                       .trust = getenv("TLSWARD_TRUST"),
                                       .log = getenv("TLSWARD_LOG"),
                                       .system_dir = SYSTEM_DIRECTORY,
                                       .share_dir = TLSWARD_SHARE};
}

struct config_environment effective_file(const char *path)
{
    return (struct config_environment){.policy_path = path, .system_dir = "/nonexistent", .share_dir = TLSWARD_SHARE};
}

static struct policy *load_system(const char *log)
{
    struct config_errors errors = {0};
    struct config_environment environment = {.log = log, .system_dir = SYSTEM_DIRECTORY, .share_dir = TLSWARD_SHARE};
    struct policy *policy = config_load(&environment, &errors);
    config_errors_free(&errors);
    return policy;
}

bool effective_environment_counts(void)
{
    /* A policy that believes the environment logs to where TLSWARD_LOG says. */
    static const char probe[] = "file:/nonexistent/tlsward-probe";
    const struct process_identity nobody = {.executable = "", .script.name = "", .unit.name = ""};
    struct policy *policy = load_system(probe);
    bool counts = policy != NULL && !policy_is_invalid(policy) &&
                  strcmp(policy_settings(policy, &nobody, &anywhere, time(NULL)).log, probe) == 0;
    policy_free(policy);
    return counts;
}

enum policy_mode effective_system_mode(const struct process_identity *process)
{
    struct policy *policy = load_system(NULL);
    enum policy_mode mode =
        policy != NULL ? policy_settings(policy, process, &anywhere, time(NULL)).mode : MODE_ENFORCE;
    policy_free(policy);
    return mode;
}

uid_t effective_user(uid_t uid)
{
    return identity_user(uid, file_owner_ids_are_the_hosts());
}

static bool environment_may_switch_off(void)
{
    struct config_environment environment = effective_environment();
    struct config_errors errors = {0};
    struct policy *policy = config_load(&environment, &errors);
    bool may = policy != NULL && policy_allows_kill_switch(policy);
    config_errors_free(&errors);
    policy_free(policy);
    return may;
}

const char *effective_kill_switch(void)
{
    const char *variable = getenv("TLSWARD_OFF");
    if (access(KILL_SWITCH, F_OK) == 0)
        return KILL_SWITCH;
    if (variable != NULL && strcmp(variable, "1") == 0 && environment_may_switch_off())
        return "TLSWARD_OFF=1 in the environment";
    return NULL;
}

void effective_print_errors(const struct config_errors *errors)
{
    for (size_t i = 0; i < errors->count; i++) {
        const struct config_error *error = &errors->items[i];
        fprintf(stderr, "%s%s:", text_colour(stderr, COLOUR_STRONG), error->file);
        if (error->line > 0)
            fprintf(stderr, "%u:", error->line);
        fprintf(stderr, "%s %s\n", text_colour(stderr, COLOUR_OFF), error->message);
        if (error->text == NULL)
            continue;
        char *text = text_clean(error->text, strlen(error->text));
        fprintf(stderr, "    %s\n", text);
        free(text);
    }
}
