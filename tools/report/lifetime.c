#include "report/lifetime.h"

#include "events/timestamp.h"

enum { DAY = 86400 };

static enum lifetime_state state_of(const struct lifetime *lifetime)
{
    if (lifetime->seconds_left < 0)
        return LIFETIME_EXPIRED;
    if (lifetime->seconds_left < DAY || (lifetime->left >= 0 && lifetime->left < 1.0 / 6))
        return LIFETIME_CRITICAL;
    if (lifetime->left >= 0 && lifetime->left < 1.0 / 3)
        return LIFETIME_WARNING;
    return LIFETIME_GOOD;
}

struct lifetime lifetime_of(const char *not_before, const char *not_after, int64_t now)
{
    struct lifetime lifetime = {.left = -1};
    int64_t begin, end;
    if (!timestamp_read(slice_of(not_after), &end))
        return lifetime;
    lifetime.seconds_left = end / 1000 - now;
    if (timestamp_read(slice_of(not_before), &begin) && end > begin) {
        lifetime.seconds = (end - begin) / 1000;
        lifetime.left = lifetime.seconds_left < 0 ? 0 : (double)lifetime.seconds_left / (double)lifetime.seconds;
        lifetime.left = lifetime.left > 1 ? 1 : lifetime.left; /* it has not begun */
    }
    lifetime.state = state_of(&lifetime);
    return lifetime;
}

const char *lifetime_text(enum lifetime_state state)
{
    static const char *const texts[] = {"unknown", "good", "warning", "critical", "expired"};
    return texts[state];
}
