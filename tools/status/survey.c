#include "status/survey.h"

#include "process/arena.h"
#include "process/unit.h"
#include "shared/running_process.h"
#include "shared/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct surveyor {
    struct survey survey;
    struct object_cache *cache;
    bool host_wide;
    time_t policy_changed;
    ino_t *namespaces;
};

const char *process_state_name(enum process_state state)
{
    static const char *const names[] = {"covered", "old", "missing", "unreachable"};
    return names[state];
}

static char *unit_of(pid_t pid)
{
    struct arena arena = {0};
    struct unit unit = {.name = NULL};
    struct process_text groups = process_text_read(pid, "cgroup");
    unit_of_groups(groups.start, &unit, &arena);
    char *name = text_format("%s", unit.name != NULL ? unit.name : "");
    arena_free(&arena);
    free(groups.start);
    return name;
}

/* proc(5), stat: the 22nd field, in ticks since boot; 0 for unknown. */
static time_t started(pid_t pid)
{
    struct process_text status = process_text_read(pid, "stat");
    const char *field = strrchr(status.start, ')');
    struct timespec now, boot;
    for (int i = 2; field != NULL && i < 22; i++)
        field = strchr(field + 1, ' ');
    double seconds = field != NULL ? strtod(field, NULL) / (double)sysconf(_SC_CLK_TCK) : 0;
    free(status.start);
    clock_gettime(CLOCK_REALTIME, &now);
    clock_gettime(CLOCK_BOOTTIME, &boot);
    return field != NULL ? now.tv_sec - boot.tv_sec + (time_t)seconds : 0;
}

static void note_namespace(struct surveyor *surveyor, pid_t pid)
{
    struct stat theirs, ours;
    char *path = text_format("/proc/%d/ns/user", (int)pid);
    bool other = stat(path, &theirs) == 0 && stat("/proc/self/ns/user", &ours) == 0 && theirs.st_ino != ours.st_ino;
    free(path);
    for (size_t i = 0; other && i < surveyor->survey.user_namespaces; i++)
        other = surveyor->namespaces[i] != theirs.st_ino;
    if (!other)
        return;
    surveyor->namespaces = text_grow(surveyor->namespaces, surveyor->survey.user_namespaces + 1, sizeof(ino_t));
    surveyor->namespaces[surveyor->survey.user_namespaces++] = theirs.st_ino;
}

/* Sets the state and the reason of one that has no library. */
static void explain(struct surveyed *found, const struct running_process *process, bool host_wide)
{
    struct program_facts facts = running_process_facts(process);
    facts.protected = host_wide; /* /etc/ld.so.preload reaches what LD_PRELOAD does not */
    found->why = coverage_obstacle(&facts);
    found->state = found->why != NULL ? STATE_UNREACHABLE : STATE_MISSING;
    if (found->why == NULL && *process->root != '\0') {
        found->state = STATE_UNREACHABLE;
        found->why = text_format("has a root directory or mounts of its own");
    } else if (found->why == NULL) {
        found->why = text_format(host_wide ? "started before it was enabled, or where it was not" : "is not enabled");
    }
}

static bool has_tls(struct surveyor *surveyor, const struct running_process *process)
{
    struct program_facts facts = running_process_facts(process);
    struct coverages coverages = {.items = NULL};
    coverages_add(&coverages, surveyor->cache, &facts);
    bool has = coverages.count > 0 && coverages.items[0].status != COVERAGE_NO_TLS;
    coverages_free(&coverages);
    return has;
}

static void add(struct surveyor *surveyor, const struct running_process *process)
{
    struct surveyed found = {.pid = process->pid,
                             .state = process->outdated ? STATE_OLD : STATE_COVERED,
                             .tls = has_tls(surveyor, process),
                             .program = text_clean(process->program, strlen(process->program)),
                             .unit = unit_of(process->pid)};
    if (!process->protected)
        explain(&found, process, surveyor->host_wide);
    else if (process->outdated)
        found.why = text_format("has a library that was replaced");
    found.old_policy = process->protected && strcmp(process->base, "/") != 0 && surveyor->policy_changed > 0 &&
                       started(process->pid) < surveyor->policy_changed;
    struct survey *survey = &surveyor->survey;
    survey->items = text_grow(survey->items, survey->count + 1, sizeof *survey->items);
    survey->items[survey->count++] = found;
    survey->states[found.state]++;
    survey->tls_states[found.state] += found.tls;
    survey->old_policies += found.old_policy;
    note_namespace(surveyor, process->pid);
}

struct survey survey_take(bool host_wide, time_t policy_changed)
{
    struct surveyor surveyor = {.cache = object_cache_new(), .host_wide = host_wide, .policy_changed = policy_changed};
    pid_t *pids;
    size_t count = running_processes_list(&pids);
    for (size_t i = 0; i < count; i++) {
        struct running_process process;
        enum process_look look = running_process_look(&process, pids[i]);
        surveyor.survey.denied += look == PROCESS_DENIED;
        if (look != PROCESS_SEEN)
            continue;
        add(&surveyor, &process);
        running_process_free(&process);
    }
    free(pids);
    free(surveyor.namespaces);
    object_cache_free(surveyor.cache);
    return surveyor.survey;
}

void survey_free(struct survey *survey)
{
    for (size_t i = 0; i < survey->count; i++) {
        free(survey->items[i].program);
        free(survey->items[i].unit);
        free(survey->items[i].why);
    }
    free(survey->items);
}
