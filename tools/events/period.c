#include "events/period.h"

#include "events/timestamp.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t period_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Midnight of the day that is `days` before that of `now`, where people are. */
static int64_t midnight(int64_t now, int days)
{
    time_t seconds = (time_t)(now / 1000);
    struct tm local;
    localtime_r(&seconds, &local);
    local.tm_hour = local.tm_min = local.tm_sec = 0;
    local.tm_mday -= days;
    local.tm_isdst = -1;
    return (int64_t)mktime(&local) * 1000;
}

/* "2026-11-21", "2026-11-21 06:44", "2026-11-21T06:44:40". */
static bool read_local(const char *text, int64_t *time)
{
    static const char *const forms[] = {"%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S",
                                        "%Y-%m-%dT%H:%M:%S"};
    int64_t day;
    if (strlen(text) < 10 || !timestamp_read_date((struct slice){text, 10}, &day))
        return false;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct tm local = {.tm_isdst = -1};
        const char *end = strptime(text, forms[i], &local);
        if (end != NULL && *end == '\0') {
            *time = (int64_t)mktime(&local) * 1000;
            return true;
        }
    }
    return false;
}

/* A number and what comes behind it; false where there is none, or one that no time has. */
static bool read_number(const char *text, int64_t *number, const char **rest)
{
    char *end;
    errno = 0;
    *number = isdigit((unsigned char)*text) ? strtoll(text, &end, 10) : -1;
    if (*number < 0 || errno != 0 || *number > INT64_MAX / 1000)
        return false;
    *rest = end;
    return true;
}

static bool read_ago(const char *text, int64_t now, int64_t *time)
{
    static const struct {
        char letter;
        int64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}};
    int64_t number;
    const char *rest;
    if (!read_number(text, &number, &rest))
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (*rest == units[i].letter && rest[1] == '\0' && number <= now / 1000 / units[i].seconds) {
            *time = now - number * units[i].seconds * 1000;
            return true;
        }
    return false;
}

static bool read_unix(const char *text, int64_t *time)
{
    int64_t number;
    const char *rest;
    if (*text != '@' || !read_number(text + 1, &number, &rest) || *rest != '\0')
        return false;
    *time = number * 1000;
    return true;
}

const char *period_read(const char *text, int64_t now, int64_t *time)
{
    static const char *const days[] = {"today", "yesterday"};
    for (int i = 0; i < 2; i++)
        if (strcmp(text, days[i]) == 0) {
            *time = midnight(now, i);
            return NULL;
        }
    if (strcmp(text, "now") == 0) {
        *time = now;
        return NULL;
    }
    if (timestamp_read(slice_of(text), time) || read_local(text, time) || read_ago(text, now, time) ||
        read_unix(text, time))
        return NULL;
    return "no point in time; accepted: 2026-11-21, 2026-11-21 06:44, 2026-11-21T06:44:40Z, 90s, 15m, 2h, 7d, 4w "
           "(ago), "
           "@1700000000, now, today, yesterday";
}

static bool set(int64_t *time, const char *program, const char *option, const char *text)
{
    const char *problem = period_read(text, period_now(), time);
    if (problem != NULL)
        fprintf(stderr, "%s: %s %s: %s\n", program, option, text, problem);
    return problem == NULL;
}

bool period_set_since(struct period *period, const char *program, const char *text)
{
    return set(&period->since, program, "--since", text);
}

bool period_set_until(struct period *period, const char *program, const char *text)
{
    return set(&period->until, program, "--until", text);
}
