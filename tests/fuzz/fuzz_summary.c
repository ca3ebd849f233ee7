/* Any line as an event that `tlsward run --summary` receives, and any text on its way to a terminal. */
#include "fuzz.h"
#include "peer/unicode.h"
#include "run/summary.h"
#include "shared/text.h"

static void check_clean(const char *bytes, size_t length)
{
    char *clean = text_clean(bytes, length);
    size_t size;
    for (const char *c = clean; *c != '\0'; c += size) {
        uint32_t point;
        size = utf8_decode(c, strnlen(c, 4), &point);
        require(size > 0 && point >= 0x20 && (point < 0x7F || point > 0x9F) && point != 0x2028 && point != 0x202E);
    }
    free(clean);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static FILE *nowhere;
    if (nowhere == NULL)
        require((nowhere = fopen("/dev/null", "w")) != NULL);
    struct summary summary = summary_new();
    summary_add(&summary, (const char *)data, size);
    summary_print(&summary, nowhere);
    summary_free(&summary);
    check_clean((const char *)data, size);
    return 0;
}
