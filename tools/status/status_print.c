#include "status/status_print.h"

#include "shared/exit_status.h"
#include "shared/json_text.h"
#include "shared/prom_text.h"
#include "shared/text.h"
#include "shared/text_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *summary(const struct host_state *state)
{
    static const char *const words[] = {"enabled", "degraded", "", "not enabled", "enabled, but not all can be told"};
    return words[host_state_status(state)];
}

static int by_unit(const void *left, const void *right)
{
    const struct surveyed *one = left, *other = right;
    int unit = strcmp(one->unit, other->unit);
    return unit != 0 ? unit : one->pid - other->pid;
}

/* What a restart would change, a row for each process. */
static void print_processes(const struct host_state *state)
{
    static const struct table_column columns[] = {{"pid", ALIGN_RIGHT},
                                                  {"unit", ALIGN_LEFT},
                                                  {"program", ALIGN_LEFT},
                                                  {"state", ALIGN_LEFT},
                                                  {"why", ALIGN_LEFT}};
    struct text_table table = text_table(columns, sizeof columns / sizeof *columns);
    const struct survey *survey = &state->survey;
    qsort(survey->items, survey->count, sizeof *survey->items, by_unit);
    for (size_t i = 0; i < survey->count; i++) {
        const struct surveyed *item = &survey->items[i];
        if (item->state == STATE_COVERED || (item->state != STATE_OLD && !item->tls))
            continue;
        char *pid = text_format("%d", (int)item->pid);
        text_table_add(
            &table, item->state == STATE_UNREACHABLE ? COLOUR_FAINT : COLOUR_WARNING,
            (const char *const[]){pid, item->unit, item->program, process_state_name(item->state), item->why});
        free(pid);
    }
    if (table.row_count > 0)
        puts("\nWith TLS or an old library, and not covered");
    text_table_print(&table, stdout, 2);
}

static void print_restarts(const struct host_state *state)
{
    const struct survey *survey = &state->survey;
    const char *last = "";
    for (size_t i = 0; i < survey->count; i++) {
        const struct surveyed *item = &survey->items[i];
        bool helps = item->state == STATE_OLD || (item->state == STATE_MISSING && item->tls);
        size_t length = strlen(item->unit);
        if (!helps || length < 8 || strcmp(item->unit + length - 8, ".service") != 0 || strcmp(item->unit, last) == 0)
            continue;
        printf("  systemctl restart %s\n", item->unit);
        last = item->unit;
    }
}

void status_print_text(const struct host_state *state)
{
    const struct survey *survey = &state->survey;
    printf("%s%s%s\n", text_colour(stdout, COLOUR_STRONG), summary(state), text_colour(stdout, COLOUR_OFF));
    printf("preload      %s\n", state->entry != NULL ? state->entry : "none in /etc/ld.so.preload");
    printf("services     %zu by a drop-in\n", state->units);
    printf("boot guard   %s\n", state->guard ? "enabled" : "not enabled");
    printf("kill switch  %s\n", state->kill_switch ? "on" : "off");
    printf("policy       %s, mode = %s\n", state->policy_file != NULL ? state->policy_file : "built in",
           state->policy_mode);
    if (*state->policy_hash != '\0')
        printf("             sha256 %s\n", state->policy_hash);
    for (int i = 0; i < STATE_COUNT; i++)
        printf("%-12s %zu processes, %zu with TLS\n", process_state_name((enum process_state)i), survey->states[i],
               survey->tls_states[i]);
    if (survey->denied > 0)
        printf("not told     %zu processes, which this user may not look at\n", survey->denied);
    if (survey->user_namespaces > 0)
        printf("namespaces   %zu of other users\n", survey->user_namespaces);
    if (state->problems != NULL)
        printf("\n%s%s%s\n", text_colour(stdout, COLOUR_WARNING), state->problems, text_colour(stdout, COLOUR_OFF));
    if (state->entry == NULL && state->units == 0)
        return;
    print_processes(state);
    print_restarts(state);
}

static json_t *counts(const size_t *states)
{
    json_t *object = json_object();
    for (int i = 0; i < STATE_COUNT; i++)
        json_object_set_new(object, process_state_name((enum process_state)i), json_integer((json_int_t)states[i]));
    return object;
}

static json_t *processes(const struct survey *survey)
{
    json_t *list = json_array();
    for (size_t i = 0; i < survey->count; i++) {
        const struct surveyed *item = &survey->items[i];
        json_array_append_new(list, json_pack("{s:i, s:o, s:o, s:s, s:b, s:b, s:o}", "pid", (int)item->pid, "program",
                                              json_text(item->program), "unit", json_text(item->unit), "state",
                                              process_state_name(item->state), "tls", item->tls, "old_policy",
                                              item->old_policy, "why", json_text(item->why)));
    }
    return list;
}

void status_print_json(const struct host_state *state)
{
    const struct survey *survey = &state->survey;
    json_t *policy =
        json_pack("{s:o, s:s, s:o, s:I, s:b}", "file", json_text(state->policy_file), "mode", state->policy_mode,
                  "sha256", json_text(*state->policy_hash != '\0' ? state->policy_hash : NULL), "changed",
                  (json_int_t)state->policy_changed, "invalid", state->policy_invalid);
    json_t *guard = json_pack("{s:b, s:o}", "enabled", state->guard, "failure", json_text(state->guard_why));
    json_print(json_pack("{s:s, s:i, s:o, s:I, s:o, s:b, s:o, s:o, s:o, s:I, s:I, s:o, s:o}", "state", summary(state),
                         "status", host_state_status(state), "preload", json_text(state->entry), "units",
                         (json_int_t)state->units, "boot_guard", guard, "kill_switch", state->kill_switch, "policy",
                         policy, "processes", counts(survey->states), "processes_with_tls", counts(survey->tls_states),
                         "processes_denied", (json_int_t)survey->denied, "user_namespaces",
                         (json_int_t)survey->user_namespaces, "problems", json_text(state->problems), "list",
                         processes(survey)));
}

int status_print_nagios(const struct host_state *state)
{
    static const char *const words[] = {"OK", "WARNING", "UNKNOWN", "CRITICAL", "UNKNOWN"};
    static const int statuses[] = {0, 1, 3, 2, 3};
    int status = host_state_status(state);
    int length = state->problems != NULL ? (int)strcspn(state->problems, "\n") : 0;
    printf("TLSWARD %s - %s%s%.*s |", words[status], summary(state), length > 0 ? ": " : "", length,
           length > 0 ? state->problems : "");
    for (int i = 0; i < STATE_COUNT; i++)
        printf(" %s=%zu;;;0", process_state_name((enum process_state)i), state->survey.states[i]);
    putchar('\n');
    return statuses[status];
}

static void print_states(const char *name, const char *help, const size_t *states)
{
    prom_type(stdout, name, "gauge", help);
    for (int i = 0; i < STATE_COUNT; i++)
        printf("%s{state=\"%s\"} %zu\n", name, process_state_name((enum process_state)i), states[i]);
}

static void print_flag(const char *name, const char *help, bool is_set)
{
    prom_type(stdout, name, "gauge", help);
    printf("%s %d\n", name, is_set);
}

void status_print_prom(const struct host_state *state)
{
    print_flag("tlsward_enabled", "Whether the library gets into every program of the host.",
               state->entry != NULL && !state->kill_switch);
    print_flag("tlsward_kill_switch", "Whether the library stands down everywhere.", state->kill_switch);
    print_flag("tlsward_policy_invalid", "Whether the policy is not in order.", state->policy_invalid);
    print_states("tlsward_processes", "Running processes.", state->survey.states);
    print_states("tlsward_processes_with_tls", "Running processes with a TLS library.", state->survey.tls_states);
}
