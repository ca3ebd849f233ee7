#include "shared/text.h"

#include "shared/exit_status.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static _Noreturn void no_memory(void)
{
    fputs("tlsward: out of memory\n", stderr);
    exit(STATUS_REFUSED);
}

char *text_format(const char *format, ...)
{
    va_list arguments;
    char *text;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0)
        no_memory();
    return text;
}

void *text_grow(void *items, size_t count, size_t size)
{
    void *grown = reallocarray(items, count, size);
    if (grown == NULL)
        no_memory();
    return grown;
}

/* The length of the UTF-8 sequence (RFC 3629 section 4) at `bytes`, with its code point; 0 if it is none. */
static size_t utf8_decode(const unsigned char *bytes, size_t length, uint32_t *code)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t size = bytes[0] < 0x80 ? 1 : bytes[0] < 0xc0 ? 0 : bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
    if (size == 0 || size > length || bytes[0] > 0xf4)
        return 0;
    *code = size == 1 ? bytes[0] : bytes[0] & (0x7fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        *code = *code << 6 | (bytes[i] & 0x3f);
    }
    if (size > 1 && *code < smallest[size])
        return 0;
    return *code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff) ? 0 : size;
}

static bool is_harmless(uint32_t code)
{
    bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
    bool separator = code == 0x2028 || code == 0x2029;
    bool bidirectional = code == 0x61c || code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
                         (code >= 0x2066 && code <= 0x2069);
    return !control && !separator && !bidirectional;
}

char *text_clean(const char *bytes, size_t length)
{
    char *clean = text_grow(NULL, length * 4 + 1, 1);
    char *end = clean;
    for (size_t i = 0; i < length;) {
        uint32_t code = 0;
        size_t size = utf8_decode((const unsigned char *)bytes + i, length - i, &code);
        if (size > 0 && is_harmless(code)) {
            end = mempcpy(end, bytes + i, size);
            i += size;
        } else {
            end += sprintf(end, "\\x%02x", (unsigned char)bytes[i++]);
        }
    }
    *end = '\0';
    return clean;
}

static enum { WHEN_TERMINAL, WHEN_ALWAYS, WHEN_NEVER } colour_when;

bool text_colour_when(const char *when)
{
    static const char *const words[] = {[WHEN_TERMINAL] = "auto", [WHEN_ALWAYS] = "always", [WHEN_NEVER] = "never"};
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(when, words[i]) == 0) {
            colour_when = i;
            return true;
        }
    return false;
}

static bool shows_colour(FILE *out)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    bool refused = (no_color != NULL && *no_color != '\0') || term == NULL || strcmp(term, "dumb") == 0;
    return colour_when == WHEN_ALWAYS || (colour_when == WHEN_TERMINAL && !refused && isatty(fileno(out)));
}

const char *text_colour(FILE *out, enum colour colour)
{
    static const char *const sequences[] = {
        [COLOUR_GOOD] = "\033[32m",  [COLOUR_BAD] = "\033[31m",  [COLOUR_WARNING] = "\033[33m",
        [COLOUR_STRONG] = "\033[1m", [COLOUR_FAINT] = "\033[2m", [COLOUR_OFF] = "\033[0m",
    };
    return shows_colour(out) ? sequences[colour] : "";
}
