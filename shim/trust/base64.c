#include "trust/base64.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The value of a digit, and XX for what is none: all bits, so that they show in whatever it is joined with. */
enum { XX = -1 };
static const signed char values[256] = {
    /* clang-format off */
    XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
    XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
    XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, 62, XX, XX, XX, 63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, XX, XX, XX, XX, XX, XX,
    XX, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, XX, XX, XX, XX, XX,
    XX, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, XX, XX, XX, XX, XX,
    XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
    XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
    XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
    XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
    XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
    XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
    XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
    XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX, XX,
    /* clang-format on */
};

static int value_of(char character)
{
    return values[(unsigned char)character];
}

static bool is_white_space(char character)
{
    return character == '\n' || character == '\r' || character == ' ' || character == '\t';
}

/* The common case: four digits in a row, to three bytes. */
static bool decode_group(const char *digits, unsigned char *out)
{
    uint32_t bits = (uint32_t)value_of(digits[0]) << 18 | (uint32_t)value_of(digits[1]) << 12 |
                    (uint32_t)value_of(digits[2]) << 6 | (uint32_t)value_of(digits[3]);
    if (bits >> 24 != 0)
        return false;
    out[0] = (unsigned char)(bits >> 16);
    out[1] = (unsigned char)(bits >> 8);
    out[2] = (unsigned char)bits;
    return true;
}

typedef signed char characters __attribute__((vector_size(16)));

static bool are_digits(const char *text)
{
    characters all, small;
    uint64_t fit[2];
    memcpy(&all, text, sizeof(all));
    small = all | ('a' - 'A');
    all = ((small >= 'a') & (small <= 'z')) | ((all >= '/') & (all <= '9')) | (all == '+');
    memcpy(fit, &all, sizeof(fit));
    return (fit[0] & fit[1]) == UINT64_MAX;
}

/* Base64 on its way to bytes, of which the first `room` are kept. */
struct decoding {
    const char *next, *end;
    unsigned char *out;
    size_t room, written; /* written: as if there were room for all */
    size_t digits, padding;
    unsigned bits; /* of the digits that do not fill a byte yet */
};

static size_t decode_groups(const char *text, size_t groups, unsigned char *out)
{
    size_t i = 0;
    while (i < groups && decode_group(text + 4 * i, out + 3 * i))
        i++;
    return i;
}

/* For what there is no room for, in steps of as many digits as are looked at together. */
static size_t count_groups(const char *text, size_t groups)
{
    const size_t step = sizeof(characters) / 4;
    size_t i = 0;
    while (groups - i >= step && are_digits(text + 4 * i))
        i += step;
    return i;
}

static void take_groups(struct decoding *decoding)
{
    size_t groups = (size_t)(decoding->end - decoding->next) / 4;
    if (decoding->written < decoding->room) {
        size_t fitting = (decoding->room - decoding->written) / 3;
        groups = decode_groups(decoding->next, groups < fitting ? groups : fitting, decoding->out + decoding->written);
    } else {
        groups = count_groups(decoding->next, groups);
    }
    decoding->next += 4 * groups;
    decoding->written += 3 * groups;
}

/* False for what has no place in base64, or not here. */
static bool take_character(struct decoding *decoding)
{
    char character = *decoding->next++;
    if (is_white_space(character))
        return true;
    if (character == '=') {
        decoding->padding++;
        return true;
    }
    int value = value_of(character);
    if (value == XX || decoding->padding)
        return false;
    decoding->bits = decoding->bits << 6 | (unsigned)value;
    if (++decoding->digits % 4 == 1)
        return true;
    if (decoding->written < decoding->room)
        decoding->out[decoding->written] = (unsigned char)(decoding->bits >> (6 - 2 * ((decoding->digits - 1) % 4)));
    decoding->written++;
    return true;
}

size_t base64_decode_start(const char *text, size_t length, unsigned char *out, size_t room)
{
    struct decoding decoding = {.next = text, .end = text + length, .out = out, .room = room};
    while (decoding.next < decoding.end) {
        if (decoding.digits % 4 == 0 && decoding.padding == 0)
            take_groups(&decoding);
        if (decoding.next < decoding.end && !take_character(&decoding))
            return 0;
    }
    size_t left_over = decoding.digits % 4;
    return left_over != 1 && decoding.padding == (4 - left_over) % 4 ? decoding.written : 0;
}
