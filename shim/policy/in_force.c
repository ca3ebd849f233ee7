#include "policy/in_force.h"

#include "policy/policy_version.h"
#include "process/file_identity.h"
#include "process/kernel_clock.h"
#include "process/kill_switch.h"
#include "trust/trust.h"

#include <errno.h>
#include <time.h>

static _Atomic(struct policy_version *) version;
static _Atomic(struct policy_version *) passed_over; /* by one that stays: its errors are not told yet */
static _Atomic int64_t looked_at;                    /* CLOCK_MONOTONIC seconds of the last look at the files */

static void believe_environment(const struct start *start, const struct policy *policy)
{
    bool believed = policy_believes_environment(policy);
    trust_believe_environment(believed ? start->variables[VARIABLE_CERT_FILE] : NULL,
                              believed ? start->variables[VARIABLE_CERT_DIR] : NULL);
}

/* Whoever was late with another policy may have said what that one believes. */
static void believe_as_published(const struct start *start)
{
    struct policy_version *current;
    do {
        current = atomic_load(&version);
        believe_environment(start, current->policy);
    } while (atomic_load(&version) != current);
}

static struct policy_version *publish(const struct start *start, struct policy_version *fresh,
                                      struct policy_version *previous)
{
    struct policy_version *current = previous;
    /* So that the next look finds a change. */
    if (policy_is_incomplete(fresh->policy))
        fresh->fingerprint = ~fresh->fingerprint;
    believe_environment(start, fresh->policy);
    if (atomic_compare_exchange_strong(&version, &current, fresh))
        return fresh;
    believe_as_published(start);
    policy_version_free(fresh);
    return current;
}

static struct policy_version *load(const struct start *start, struct policy_version *previous)
{
    struct policy_version *fresh = policy_version_read(start);
    if (fresh == NULL)
        return previous;
    if (!policy_version_stays(previous, fresh))
        return publish(start, fresh, previous);
    policy_version_free(atomic_exchange(&passed_over, fresh));
    return previous;
}

static bool is_time_to_look(void)
{
    struct timespec now = {0};
    kernel_clock(CLOCK_MONOTONIC_COARSE, &now);
    int64_t last = atomic_load_explicit(&looked_at, memory_order_relaxed);
    /* One second is added so that 0, "never", differs from the first second after boot. */
    int64_t seconds = (int64_t)now.tv_sec + 1;
    return seconds != last && atomic_compare_exchange_strong(&looked_at, &last, seconds);
}

static void look_again(const struct start *start)
{
    struct policy_version *current = atomic_load_explicit(&version, memory_order_acquire);
    if (!file_root_is_same())
        return;
    kill_switch_look();
    if (current != NULL && policy_version_has_changed(current))
        load(start, current);
}

bool policy_is_over(const struct policy *policy)
{
    int saved = errno;
    const struct start *start = start_known();
    const struct policy_version *current = atomic_load_explicit(&version, memory_order_acquire);
    bool over = start != NULL && current != NULL &&
                (current->policy != policy ||
                 (file_root_is_same() && (kill_switch_is_there() || policy_version_has_changed(current))));
    errno = saved;
    return over;
}

bool process_app_anchors_count(const struct policy *policy)
{
    const struct start *start = start_get();
    bool chosen = start != NULL && (start->variables[VARIABLE_CERT_FILE] || start->variables[VARIABLE_CERT_DIR] ||
                                    start->variables[VARIABLE_CONF] || start->variables[VARIABLE_CONF_DIR]);
    return !chosen || (policy != NULL && policy_believes_environment(policy));
}

struct process_identity process_identity_for(const struct policy *policy)
{
    struct process_identity identity = process_identity();
    if (policy_names_groups(policy))
        process_identity_add_groups(&identity);
    return identity;
}

struct settings process_settings(const struct policy *policy)
{
    struct process_identity identity = process_identity_for(policy);
    return policy_settings(policy, &identity, &(struct destination){0}, kernel_seconds());
}

bool process_is_off(const struct policy *policy)
{
    struct process_identity identity = process_identity_for(policy);
    return policy_is_off(policy, &identity, kernel_seconds());
}

struct policy_version *policy_version_in_force(void)
{
    struct policy_version *current = atomic_load_explicit(&version, memory_order_acquire);
    const struct start *start = start_get();
    return current == NULL && start != NULL ? load(start, NULL) : current;
}

/* A policy that cannot be had for want of memory has allowed nothing. */
static bool is_switched_off_by_request(void)
{
    const struct policy_version *current = policy_version_in_force();
    return current != NULL && policy_allows_kill_switch(current->policy);
}

bool process_is_welcome(void)
{
    int saved = errno;
    const struct start *start = start_get();
    bool welcome = start != NULL && !start->denied;
    /* Whose turn it is not yet looks nevertheless, as long as nobody has said what he found. */
    if (welcome && (is_time_to_look() || !kill_switch_was_seen()))
        look_again(start);
    welcome = welcome && !kill_switch_is_on();
    if (welcome && start->off_requested)
        welcome = !is_switched_off_by_request();
    errno = saved;
    return welcome;
}

const struct policy *policy_in_force(void)
{
    int saved = errno;
    const struct policy_version *current = policy_version_in_force();
    errno = saved;
    return current != NULL ? current->policy : NULL;
}

const struct policy_version *policy_version_known(void)
{
    return atomic_load_explicit(&version, memory_order_acquire);
}

struct policy_version *policy_version_take_passed_over(void)
{
    return atomic_exchange(&passed_over, NULL);
}
