#include "events/string_scan.h"

#include "peer/unicode.h"

#include <endian.h>
#include <stdint.h>
#include <string.h>

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/*
 * The top bit of each byte that ends a run of plain characters: a quotation mark, a backslash, a control character, one
 * beyond ASCII. Above the lowest such byte others may be marked that are plain, so only the lowest counts.
 */
static uint64_t marks_of(uint64_t word)
{
    uint64_t quote = word ^ EACH('"'), backslash = word ^ EACH('\\');
    uint64_t found = (word - EACH(0x20)) & ~word;
    found |= (quote - EACH(1)) & ~quote;
    found |= (backslash - EACH(1)) & ~backslash;
    return (found | word) & EACH(0x80);
}

static bool is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

static const char *skip_plain(const char *text, const char *end)
{
    while (end - text >= 8) {
        uint64_t word;
        memcpy(&word, text, sizeof word);
        uint64_t marks = marks_of(le64toh(word));
        if (marks != 0)
            return text + __builtin_ctzll(marks) / 8;
        text += 8;
    }
    while (text < end && is_plain((unsigned char)*text))
        text++;
    return text;
}

/* The four hexadecimal digits at `text`, or -1. */
static int32_t hex_unit(const char *text, const char *end)
{
    int32_t unit = 0;
    if (end - text < 4)
        return -1;
    for (size_t i = 0; i < 4; i++) {
        char c = text[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

static char plain_of(char escape)
{
    static const char letters[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
    for (size_t i = 0; i + 1 < sizeof letters; i += 2)
        if (letters[i] == escape)
            return letters[i + 1];
    return '\0';
}

/* The length of the escape at `text`, a backslash, with its code point; 0 where it is none. */
static size_t escape_read(const char *text, const char *end, uint32_t *point)
{
    if (end - text < 2)
        return 0;
    if (text[1] != 'u') {
        *point = (unsigned char)plain_of(text[1]);
        return *point != 0 ? 2 : 0;
    }
    int32_t unit = hex_unit(text + 2, end);
    if (unit <= 0 || (unit >= 0xDC00 && unit <= 0xDFFF))
        return 0;
    *point = (uint32_t)unit;
    if (unit < 0xD800 || unit > 0xDBFF)
        return 6;
    int32_t low = end - text >= 8 && text[6] == '\\' && text[7] == 'u' ? hex_unit(text + 8, end) : -1;
    if (low < 0xDC00 || low > 0xDFFF)
        return 0;
    *point = 0x10000 + ((uint32_t)(unit - 0xD800) << 10) + (uint32_t)(low - 0xDC00);
    return 12;
}

const char *string_scan(const char *text, const char *end, bool *escaped, const char **damage, const char **at)
{
    uint32_t point;
    *escaped = false;
    for (;;) {
        text = *at = skip_plain(text, end);
        if (text == end) {
            *damage = "the line ends within a text";
            return NULL;
        }
        if (*text == '"')
            return text;
        bool is_escape = *text == '\\';
        size_t length = is_escape                      ? escape_read(text, end, &point)
                        : (unsigned char)*text >= 0x80 ? utf8_decode(text, (size_t)(end - text), &point)
                                                       : 0;
        if (length == 0) {
            *damage = is_escape                      ? "a backslash that escapes nothing"
                      : (unsigned char)*text >= 0x80 ? "bytes that are no UTF-8"
                                                     : "a control character";
            return NULL;
        }
        *escaped = *escaped || is_escape;
        text += length;
    }
}

static size_t utf8_write(uint32_t point, char *bytes)
{
    if (point < 0x80) {
        bytes[0] = (char)point;
        return 1;
    }
    size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, point >>= 6)
        bytes[i] = (char)(0x80 | (point & 0x3F));
    bytes[0] = (char)((0xF00 >> length & 0xFF) | point);
    return length;
}

size_t string_unescape(const char *text, size_t length, char *plain)
{
    const char *end = text + length;
    size_t written = 0;
    while (text < end) {
        const char *backslash = memchr(text, '\\', (size_t)(end - text));
        size_t run = (size_t)((backslash != NULL ? backslash : end) - text);
        memcpy(plain + written, text, run);
        written += run;
        if (backslash == NULL)
            break;
        uint32_t point = 0;
        text = backslash + escape_read(backslash, end, &point);
        written += utf8_write(point, plain + written);
    }
    return written;
}
