#include "events/timestamp.h"

#include <stdio.h>
#include <time.h>

enum { SECONDS_OF_DAY = 86400 };

/* `count` digits as a number, or -1. */
static int digits(const char *text, size_t count)
{
    int number = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* How many days the years from 1 to `year` have. */
static int64_t days_until(int year)
{
    return (int64_t)year * 365 + year / 4 - year / 100 + year / 400;
}

bool timestamp_read_date(struct slice text, int64_t *days)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    if (text.length != 10 || text.text[4] != '-' || text.text[7] != '-')
        return false;
    int year = digits(text.text, 4), month = digits(text.text + 5, 2), day = digits(text.text + 8, 2);
    if (year < 1 || month < 1 || month > 12 || day < 1)
        return false;
    int leap_day = is_leap(year) ? 1 : 0;
    if (day > before[month] - before[month - 1] + (month == 2 ? leap_day : 0))
        return false;
    *days = days_until(year - 1) - days_until(1969) + before[month - 1] + (month > 2 ? leap_day : 0) + day - 1;
    return true;
}

/* The fraction of a second at `text`, which is a dot and digits, in milliseconds; -1 where it is none. */
static int fraction(struct slice *text)
{
    size_t count = 0;
    while (1 + count < text->length && text->text[1 + count] >= '0' && text->text[1 + count] <= '9')
        count++;
    if (count == 0)
        return -1;
    int milliseconds = 0;
    for (size_t i = 0; i < 3; i++)
        milliseconds = milliseconds * 10 + (i < count ? text->text[1 + i] - '0' : 0);
    text->text += 1 + count;
    text->length -= 1 + count;
    return milliseconds;
}

/* "Z", "+01:00": what the clock is ahead of UTC, in seconds. */
static bool read_offset(struct slice text, int *seconds)
{
    *seconds = 0;
    if (slice_is(text, "Z") || slice_is(text, "z"))
        return true;
    if (text.length != 6 || (text.text[0] != '+' && text.text[0] != '-') || text.text[3] != ':')
        return false;
    int hours = digits(text.text + 1, 2), minutes = digits(text.text + 4, 2);
    *seconds = (hours * 60 + minutes) * 60 * (text.text[0] == '-' ? -1 : 1);
    return hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60;
}

bool timestamp_read(struct slice text, int64_t *milliseconds)
{
    int64_t days;
    if (text.length < sizeof "2026-11-21T06:44:40Z" - 1 || !timestamp_read_date((struct slice){text.text, 10}, &days))
        return false;
    const char *clock = text.text + 11;
    int hour = digits(clock, 2), minute = digits(clock + 3, 2), second = digits(clock + 6, 2);
    bool separated = (clock[-1] == 'T' || clock[-1] == 't' || clock[-1] == ' ') && clock[2] == ':' && clock[5] == ':';
    if (!separated || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
        return false;
    struct slice rest = {text.text + 19, text.length - 19};
    int thousandths = rest.text[0] == '.' ? fraction(&rest) : 0, offset;
    if (thousandths < 0 || !read_offset(rest, &offset))
        return false;
    *milliseconds =
        (days * SECONDS_OF_DAY + (int64_t)hour * 3600 + (int64_t)minute * 60 + second - offset) * 1000 + thousandths;
    return true;
}

char *timestamp_write(int64_t milliseconds, char text[static TIMESTAMP_SIZE])
{
    time_t seconds = (time_t)(milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0));
    struct tm utc;
    if (gmtime_r(&seconds, &utc) == NULL || strftime(text, TIMESTAMP_SIZE, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        snprintf(text, TIMESTAMP_SIZE, "?");
    return text;
}
