#include "report/print_html.h"

#include "events/timestamp.h"
#include "report/lifetime.h"

#include <inttypes.h>

enum { BARS_MAX = 60, CHART_WIDTH = 600, CHART_HEIGHT = 140 };

struct bar {
    uint64_t by_fate[FATE_COUNT];
    uint64_t all;
};

struct bars {
    struct bar items[BARS_MAX];
    size_t count;
    int64_t first; /* hour since 1970 */
    int64_t hours; /* of one bar */
    uint64_t tallest;
};

/* As few hours in one bar as the width allows, and a number of them that people know. */
static int64_t hours_of_bar(int64_t span)
{
    static const int64_t steps[] = {1, 3, 6, 12, 24, 48, 168, 336};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (span / steps[i] + 2 <= BARS_MAX)
            return steps[i];
    return span / (BARS_MAX - 2) + 1;
}

static struct bars make_bars(const struct timeline *timeline)
{
    struct bars bars = {.count = 0};
    if (timeline->count == 0)
        return bars;
    int64_t last = timeline->hours[timeline->count - 1].hour;
    bars.hours = hours_of_bar(last - timeline->hours[0].hour + 1);
    bars.first = timeline->hours[0].hour - timeline->hours[0].hour % bars.hours;
    bars.count = (size_t)((last - bars.first) / bars.hours + 1);
    for (size_t i = 0; i < timeline->count; i++) {
        struct bar *bar = &bars.items[(timeline->hours[i].hour - bars.first) / bars.hours];
        for (int fate = 0; fate < FATE_COUNT; fate++) {
            bar->by_fate[fate] += timeline->hours[i].by_fate[fate];
            bar->all += timeline->hours[i].by_fate[fate];
        }
        bars.tallest = bar->all > bars.tallest ? bar->all : bars.tallest;
    }
    return bars;
}

static void print_bar(const struct bars *bars, size_t at, FILE *out)
{
    const struct bar *bar = &bars->items[at];
    double width = (double)CHART_WIDTH / (double)bars->count, bottom = CHART_HEIGHT;
    char time[TIMESTAMP_SIZE];
    fprintf(out,
            "<g><title>%s:", timestamp_write((bars->first + (int64_t)at * bars->hours) * MILLISECONDS_OF_HOUR, time));
    for (int fate = 0; fate < FATE_COUNT; fate++)
        if (bar->by_fate[fate] > 0)
            fprintf(out, " %" PRIu64 " %s", bar->by_fate[fate], fate_text((enum fate)fate));
    fputs("</title>", out);
    for (int fate = 0; fate < FATE_COUNT; fate++) {
        double height = (double)bar->by_fate[fate] * CHART_HEIGHT / (double)bars->tallest;
        bottom -= height;
        if (height > 0)
            fprintf(out, "<rect class=\"f%d\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"/>", fate,
                    (double)at * width, bottom, width * 0.85, height);
    }
    fputs("</g>\n", out);
}

void html_print_timeline(const struct report *report, FILE *out)
{
    struct bars bars = make_bars(&report->gathering.tallies[BY_CONNECTION].timeline);
    char from[TIMESTAMP_SIZE], to[TIMESTAMP_SIZE];
    if (bars.count == 0)
        return;
    fprintf(out,
            "<section id=\"timeline\">\n<h2>Handshakes over time</h2>\n"
            "<svg viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"Handshakes over time, "
            "by outcome\">\n",
            CHART_WIDTH, CHART_HEIGHT);
    for (size_t i = 0; i < bars.count; i++)
        print_bar(&bars, i, out);
    fprintf(out,
            "</svg>\n<p class=\"axis\"><span>%s</span><span>at most %" PRIu64 " in %" PRId64
            " h</span><span>%s</span></p>\n"
            "</section>\n",
            timestamp_write(bars.first * MILLISECONDS_OF_HOUR, from), bars.tallest, bars.hours,
            timestamp_write((bars.first + (int64_t)bars.count * bars.hours) * MILLISECONDS_OF_HOUR, to));
}

enum { ENDS = 7 };

static const struct {
    const char *name;
    int64_t before; /* seconds from now */
} ends[ENDS] = {{"ended", 0},
                {"within a day", 86400},
                {"within a week", INT64_C(7) * 86400},
                {"within a month", INT64_C(30) * 86400},
                {"within 3 months", INT64_C(91) * 86400},
                {"within a year", INT64_C(365) * 86400},
                {"later", INT64_MAX}};

void html_print_ends(const struct report *report, FILE *out)
{
    const struct tally *tally = &report->gathering.tallies[BY_CERTIFICATE];
    size_t counts[ENDS] = {0}, bad[ENDS] = {0}, most = 1;
    for (size_t i = 0; i < tally->group_count; i++) {
        struct lifetime life = lifetime_of(gather_kept(&tally->groups[i], CERTIFICATE_NOT_BEFORE),
                                           gather_kept(&tally->groups[i], CERTIFICATE_NOT_AFTER), report->now);
        int at = 0;
        while (life.seconds_left >= ends[at].before && at < ENDS - 1)
            at++;
        counts[at] += life.state != LIFETIME_UNKNOWN;
        bad[at] += life.state >= LIFETIME_WARNING;
        most = counts[at] > most ? counts[at] : most;
    }
    if (tally->group_count == 0)
        return;
    fputs("<section id=\"ends\">\n<h2>When certificates end</h2>\n<p>Those with less than a third of their lives left "
          "are "
          "marked.</p>\n<ul class=\"ends\">\n",
          out);
    for (int at = 0; at < ENDS; at++)
        fprintf(out,
                "<li><span>%s</span><svg viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
                "<rect class=\"good\" width=\"%.1f\" height=\"10\"/><rect class=\"late\" width=\"%.1f\" "
                "height=\"10\"/></svg>"
                "<b>%zu</b></li>\n",
                ends[at].name, 100.0 * (double)counts[at] / (double)most, 100.0 * (double)bad[at] / (double)most,
                counts[at]);
    fputs("</ul>\n</section>\n", out);
}
