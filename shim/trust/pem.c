#include "trust/pem.h"

#include <stdlib.h>
#include <string.h>

static const char begin_marker[] = "-----BEGIN ";
static const char end_marker[] = "-----END ";
static const char dashes[] = "-----";

struct line {
    const char *start;
    size_t length; /* without trailing white space */
    const char *next;
};

static struct line read_line(const char *start, const char *end)
{
    const char *newline = memchr(start, '\n', (size_t)(end - start));
    const char *stop = newline ? newline : end;
    while (stop > start && (stop[-1] == '\r' || stop[-1] == ' ' || stop[-1] == '\t'))
        stop--;
    return (struct line){start, (size_t)(stop - start), newline ? newline + 1 : end};
}

static bool starts_with(struct line line, const char *prefix)
{
    size_t length = strlen(prefix);
    return line.length >= length && memcmp(line.start, prefix, length) == 0;
}

/* The line is exactly `marker`, `label`, "-----". */
static bool is_boundary(struct line line, const char *marker, const char *label)
{
    size_t marker_length = strlen(marker), label_length = strlen(label), dashes_length = strlen(dashes);
    return line.length == marker_length + label_length + dashes_length && starts_with(line, marker) &&
           memcmp(line.start + marker_length, label, label_length) == 0 &&
           memcmp(line.start + marker_length + label_length, dashes, dashes_length) == 0;
}

/* The label of a BEGIN line that opens a certificate, or NULL. */
static const char *certificate_label(struct line line)
{
    static const char *const labels[] = {"CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE"};
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
        if (is_boundary(line, begin_marker, labels[i]))
            return labels[i];
    return NULL;
}

static bool at_line_start(const char *text, const char *place)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    return place == text || place[-1] == '\n' || (place == text + 3 && memcmp(text, byte_order_mark, 3) == 0);
}

/* The next line that opens a certificate; a start of NULL at the end of the text. */
static struct line find_begin(const char *text, const char *from, const char *end, const char **label)
{
    while ((from = memmem(from, (size_t)(end - from), begin_marker, strlen(begin_marker))) != NULL) {
        struct line line = at_line_start(text, from) ? read_line(from, end) : (struct line){.next = end};
        *label = certificate_label(line);
        if (*label)
            return line;
        from += strlen(begin_marker);
    }
    return (struct line){NULL, 0, end};
}

bool pem_next(const char *text, size_t length, size_t *offset, struct pem_block *block)
{
    const char *end = text + length;
    const char *label = NULL;
    struct line begin = find_begin(text, text + *offset, end, &label);
    if (!begin.start)
        return false;

    struct line line = {.next = begin.next};
    bool at_boundary = false;
    while (line.next < end && !at_boundary) {
        line = read_line(line.next, end);
        at_boundary = starts_with(line, dashes);
    }
    const char *body_end = at_boundary ? line.start : end;
    block->trust_settings = strcmp(label, "TRUSTED CERTIFICATE") == 0;
    block->complete = at_boundary && is_boundary(line, end_marker, label);
    block->body = begin.next;
    block->length = (size_t)(body_end - begin.next);
    /* A line that does not close this block may open the next one. */
    *offset = (size_t)((block->complete ? line.next : body_end) - text);
    return true;
}

static int base64_value(unsigned char character)
{
    static const signed char values['z' - '+' + 1] = {
        62, -1, -1, -1, 63,                                 /* + , - . / */
        52, 53, 54, 55, 56, 57, 58, 59, 60, 61,             /* 0-9 */
        -1, -1, -1, -1, -1, -1, -1,                         /* : ; < = > ? @ */
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, /* A-M */
        13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, /* N-Z */
        -1, -1, -1, -1, -1, -1,                             /* [ \ ] ^ _ ` */
        26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, /* a-m */
        39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, /* n-z */
    };
    return character < '+' || character > 'z' ? -1 : values[character - '+'];
}

static bool is_white_space(char character)
{
    return character == '\n' || character == '\r' || character == ' ' || character == '\t';
}

/* The common case: four digits in a row. */
static bool decode_group(const char *digits, unsigned char *out)
{
    int first = base64_value((unsigned char)digits[0]), second = base64_value((unsigned char)digits[1]);
    int third = base64_value((unsigned char)digits[2]), fourth = base64_value((unsigned char)digits[3]);
    if ((first | second | third | fourth) < 0)
        return false;
    out[0] = (unsigned char)(first << 2 | second >> 4);
    out[1] = (unsigned char)(second << 4 | third >> 2);
    out[2] = (unsigned char)(third << 6 | fourth);
    return true;
}

/* Returns the number of bytes, or 0 where the body is not base64 (or empty, which is no certificate either). */
static size_t decode_into(const char *body, size_t length, unsigned char *out)
{
    size_t digits = 0, padding = 0, written = 0;
    unsigned bits = 0;
    for (size_t i = 0; i < length; i++) {
        if (digits % 4 == 0 && padding == 0 && length - i >= 4 && decode_group(body + i, out + written)) {
            written += 3;
            i += 3;
            continue;
        }
        if (is_white_space(body[i]))
            continue;
        if (body[i] == '=') {
            padding++;
            continue;
        }
        int value = base64_value((unsigned char)body[i]);
        if (value < 0 || padding)
            return 0;
        bits = bits << 6 | (unsigned)value;
        if (++digits % 4 != 1)
            out[written++] = (unsigned char)(bits >> (6 - 2 * ((digits - 1) % 4)));
    }
    return digits % 4 != 1 && padding == (4 - digits % 4) % 4 ? written : 0;
}

unsigned char *pem_decode(const char *body, size_t length, size_t *decoded)
{
    unsigned char *out = malloc(length / 4 * 3 + 3);
    if (!out)
        return NULL;
    *decoded = decode_into(body, length, out);
    if (*decoded == 0) {
        free(out);
        return NULL;
    }
    return out;
}
