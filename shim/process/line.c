#include "process/line.h"

#include <string.h>

void line_bytes(struct line *line, const char *bytes, size_t length)
{
    if (line->overflow || length > line->size - line->length) {
        line->overflow = true;
        return;
    }
    memcpy(line->data + line->length, bytes, length);
    line->length += length;
}

void line_text(struct line *line, const char *text)
{
    line_bytes(line, text, strlen(text));
}

void line_number(struct line *line, uint64_t number, unsigned digits)
{
    char text[20]; /* UINT64_MAX has 20 digits */
    size_t at = sizeof text;
    do {
        text[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (at > 0 && (number > 0 || sizeof text - at < digits));
    line_bytes(line, text + at, sizeof text - at);
}

/*
 * The proleptic Gregorian date of a day counted from 1970-01-01. Years are counted from March on, so that the
 * leap day is the last of its year; 400 of them, an era, have 146097 days.
 */
static void line_date(struct line *line, uint64_t days)
{
    uint64_t since_march_0000 = days + 719468;
    uint64_t era = since_march_0000 / 146097;
    uint64_t day_of_era = since_march_0000 % 146097;
    uint64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint64_t month_from_march = (5 * day_of_year + 2) / 153;
    uint64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;

    line_number(line, era * 400 + year_of_era + (month <= 2 ? 1 : 0), 4);
    line_bytes(line, "-", 1);
    line_number(line, month, 2);
    line_bytes(line, "-", 1);
    line_number(line, day_of_year - (153 * month_from_march + 2) / 5 + 1, 2);
}

void line_time(struct line *line, const struct timespec *time)
{
    uint64_t seconds = time->tv_sec > 0 ? (uint64_t)time->tv_sec : 0;
    uint64_t milliseconds = (uint64_t)time->tv_nsec / 1000000 % 1000;

    line_date(line, seconds / 86400);
    line_bytes(line, "T", 1);
    line_number(line, seconds / 3600 % 24, 2);
    line_bytes(line, ":", 1);
    line_number(line, seconds / 60 % 60, 2);
    line_bytes(line, ":", 1);
    line_number(line, seconds % 60, 2);
    line_bytes(line, ".", 1);
    line_number(line, milliseconds, 3);
    line_bytes(line, "Z", 1);
}
