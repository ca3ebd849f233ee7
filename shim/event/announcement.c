#include "event/announcement.h"

#include "event/notice.h"
#include "policy/policy_version.h"
#include "trust/trust.h"

#include <errno.h>
#include <stdio.h>

static void report_error(const struct policy *policy, const struct config_error *error)
{
    char message[2048];
    struct settings settings = process_settings(policy);
    char line[16] = "";
    if (error->line > 0)
        snprintf(line, sizeof line, "%u:", error->line);
    snprintf(message, sizeof message, "%s: %s:%s %s%s%s", policy_is_invalid(policy) ? "invalid policy" : "policy",
             error->file, line, error->message, error->text != NULL ? ": " : "",
             error->text != NULL ? error->text : "");
    notice_send(settings.log, message);
}

/* To where `policy` says. What stays unreadable is read again every second, and told once. */
static void report_errors(const struct policy *policy, uint64_t about, const struct config_errors *errors)
{
    static _Atomic uint64_t told;
    if (errors->count == 0 || atomic_exchange(&told, about) == about)
        return;
    for (size_t i = 0; i < errors->count; i++)
        report_error(policy, &errors->items[i]);
}

/* Reads the bytes of all trust files too: a daemon may chroot before its first handshake. */
static void read_trust(const struct policy *policy)
{
    struct settings settings = process_settings(policy);
    const struct trust_source *trust;
    size_t count;
    if (process_is_off(policy))
        return;
    for (size_t i = 0; policy_trust_list(policy, i, &trust, &count); i++)
        trust_snapshot(trust, count, notice_trust_warning, (void *)settings.log);
}

static void announce(struct policy_version *current)
{
    struct policy_version *unused = policy_version_take_passed_over();
    if (unused != NULL)
        report_errors(current->policy, ~unused->fingerprint, &unused->errors);
    policy_version_free(unused);
    if (atomic_exchange(&current->announced, true))
        return;
    report_errors(current->policy, current->fingerprint, &current->errors);
    read_trust(current->policy);
}

const struct policy *policy_announced(void)
{
    int saved = errno;
    struct policy_version *current = policy_version_in_force();
    if (current != NULL)
        announce(current);
    errno = saved;
    return current != NULL ? current->policy : NULL;
}

bool policy_may_enforce(void)
{
    const struct policy *policy = policy_announced();
    return policy != NULL && process_settings(policy).mode == MODE_ENFORCE;
}
