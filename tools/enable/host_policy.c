#include "enable/host_policy.h"

#include "policy/config.h"
#include "process/start.h"
#include "shared/effective.h"
#include "shared/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *wanted_name(enum wanted_mode wanted)
{
    return wanted == WANTED_ENFORCE ? "enforce" : "audit";
}

static char *problem_of(const struct host_policy *found, const struct policy *policy,
                        const struct config_errors *errors, enum wanted_mode wanted)
{
    if (policy == NULL || policy_is_invalid(policy) || policy_is_incomplete(policy))
        return text_format("the policy is not in order: %s:%u: %s; 'tlsward check' says more",
                           errors->count > 0 ? errors->items[0].file : SYSTEM_DIRECTORY,
                           errors->count > 0 ? errors->items[0].line : 0,
                           errors->count > 0 ? errors->items[0].message : "it cannot be read");
    if (wanted == WANTED_ANY || !found->exists || strcmp(found->mode, wanted_name(wanted)) == 0)
        return NULL;
    return text_format("%s is there and says mode = %s: write 'mode = %s' in its [policy] to change that for every "
                       "program of this host, or leave --%s out",
                       policy_files(policy)[0], found->mode, wanted_name(wanted), wanted_name(wanted));
}

struct host_policy host_policy_look(enum wanted_mode wanted)
{
    static const struct destination anywhere;
    const struct process_identity nobody = {.executable = "", .script.name = "", .unit.name = ""};
    struct config_environment environment = {.system_dir = SYSTEM_DIRECTORY, .share_dir = TLSWARD_SHARE};
    struct config_errors errors = {0};
    struct policy *policy = config_load(&environment, &errors);
    struct host_policy found = {.mode = "audit"};
    if (policy != NULL) {
        found.exists = policy_files(policy)[0] != NULL;
        found.mode = mode_text(policy_settings(policy, &nobody, &anywhere, time(NULL)).mode);
    }
    found.problem = problem_of(&found, policy, &errors, wanted);
    config_errors_free(&errors);
    policy_free(policy);
    return found;
}

char *host_policy_write(enum wanted_mode wanted)
{
    char *text = text_format("[policy]\nmode = %s\n", wanted_name(wanted));
    bool made = mkdir(SYSTEM_DIRECTORY, 0755) == 0;
    if (made && chmod(SYSTEM_DIRECTORY, 0755) != 0)
        made = false;
    int fd = open(HOST_POLICY_FILE, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool written =
        fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && fchmod(fd, 0644) == 0 && fsync(fd) == 0;
    char *problem = written ? NULL : text_format(HOST_POLICY_FILE ": %s", strerror(errno));
    if (fd >= 0 && (close(fd) != 0 || !written))
        unlink(HOST_POLICY_FILE);
    if (!written && made)
        rmdir(SYSTEM_DIRECTORY);
    free(text);
    return problem;
}
