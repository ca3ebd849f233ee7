#include "peer/unicode.h"

#include <stdbool.h>

struct range {
    uint32_t first;
    uint32_t last;
};

struct case_range {
    uint32_t first;
    uint32_t last;
    uint32_t step;    /* 2 where capital and small letters alternate */
    int32_t distance; /* from a capital to its small letter */
};

/* UnicodeData.txt, simple lower-case mappings, where UTS #46 says the same. */
static const struct case_range CAPITALS[] = {
    {0x0041, 0x005A, 1, 0x20},                          /* Basic Latin */
    {0x00C0, 0x00D6, 1, 0x20},                          /* Latin-1 */
    {0x00D8, 0x00DE, 1, 0x20},  {0x0100, 0x012E, 2, 1}, /* Latin Extended-A */
    {0x0132, 0x0136, 2, 1},     {0x0139, 0x0147, 2, 1},    {0x014A, 0x0176, 2, 1},
    {0x0178, 0x0178, 1, -0x79}, {0x0179, 0x017D, 2, 1},    {0x0386, 0x0386, 1, 0x26}, /* Greek */
    {0x0388, 0x038A, 1, 0x25},  {0x038C, 0x038C, 1, 0x40}, {0x038E, 0x038F, 1, 0x3F},
    {0x0391, 0x03A1, 1, 0x20},  {0x03A3, 0x03AB, 1, 0x20}, {0x0400, 0x040F, 1, 0x50}, /* Cyrillic */
    {0x0410, 0x042F, 1, 0x20},  {0x0460, 0x0480, 2, 1},    {0x048A, 0x04BE, 2, 1},
    {0x04C0, 0x04C0, 1, 0x0F},  {0x04C1, 0x04CD, 2, 1},    {0x04D0, 0x052E, 2, 1},
};

static const struct range REFUSED[] = {
    {0x0000, 0x002C},    /* controls, space, punctuation */
    {0x002E, 0x002F},    /* '.' separates labels */
    {0x003A, 0x0040},    /* punctuation */
    {0x005B, 0x005E},    /* punctuation without '_' */
    {0x0060, 0x0060},    /* '`' */
    {0x007B, 0x00A0},    /* punctuation, controls, no-break space */
    {0x00AD, 0x00AD},    /* soft hyphen */
    {0x0130, 0x0130},    /* I with dot: its simple mapping is a plain i, which is another name */
    {0x1680, 0x1680},    /* Ogham space */
    {0x2000, 0x200B},    /* spaces */
    {0x200E, 0x200F},    /* marks of direction; the joiners before them are letters to IDNA */
    {0x2028, 0x202F},    /* separators, marks of direction */
    {0x205F, 0x206F},    /* spaces, invisible operators */
    {0x3000, 0x3000},    /* ideographic space */
    {0xFEFF, 0xFEFF},    /* byte order mark */
    {0xFFF0, 0xFFFF},    /* specials */
    {0xE0000, 0x10FFFF}, /* tags, private use */
};

size_t utf8_decode(const char *text, size_t length, uint32_t *point)
{
    static const uint32_t SMALLEST[] = {0, 0, 0x80, 0x800, 0x10000};

    if (length == 0) {
        return 0;
    }
    unsigned char lead = (unsigned char)text[0];
    size_t size = lead < 0x80 ? 1 : lead < 0xC0 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF8 ? 4 : 0;
    if (size == 0 || size > length) {
        return 0;
    }
    uint32_t value = size == 1 ? lead : lead & (0x7Fu >> size);
    for (size_t i = 1; i < size; i++) {
        unsigned char byte = (unsigned char)text[i];
        if ((byte & 0xC0) != 0x80) {
            return 0;
        }
        value = value << 6 | (byte & 0x3Fu);
    }
    if (value < SMALLEST[size] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
        return 0;
    }
    *point = value;
    return size;
}

static bool is_refused(uint32_t point)
{
    for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++) {
        if (point >= REFUSED[i].first && point <= REFUSED[i].last) {
            return true;
        }
    }
    return false;
}

/* Letters, digits, hyphen and underscore: nearly every host name is made of these alone. */
static bool is_plain(uint32_t point)
{
    return (point >= 'a' && point <= 'z') || (point >= '0' && point <= '9') || point == '-' || point == '_';
}

uint32_t host_name_point(uint32_t point)
{
    if (is_plain(point)) {
        return point;
    }
    if (is_refused(point)) {
        return 0;
    }
    for (size_t i = 0; i < sizeof CAPITALS / sizeof *CAPITALS; i++) {
        const struct case_range *capitals = &CAPITALS[i];
        if (point >= capitals->first && point <= capitals->last) {
            bool capital = (point - capitals->first) % capitals->step == 0;
            return capital ? (uint32_t)((int32_t)point + capitals->distance) : point;
        }
    }
    return point;
}
