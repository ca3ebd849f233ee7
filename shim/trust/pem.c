#include "trust/pem.h"

#include "trust/base64.h"

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
    static const char labels[][sizeof "TRUSTED CERTIFICATE"] = {"CERTIFICATE", "TRUSTED CERTIFICATE",
                                                                "X509 CERTIFICATE"};
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
        struct line line = at_line_start(text, from) ? read_line(from, end) : (struct line){.start = from, .next = end};
        *label = certificate_label(line);
        if (*label)
            return line;
        from += strlen(begin_marker);
    }
    return (struct line){NULL, 0, end};
}

/* Where the next "-----" line starts, or the end. Base64 has no dash: of a certificate's text few are looked at. */
static const char *find_boundary(const char *from, const char *end)
{
    const size_t length = strlen(dashes);
    for (const char *dash = from; (dash = memchr(dash, '-', (size_t)(end - dash))) != NULL; dash++)
        if ((dash == from || dash[-1] == '\n') && (size_t)(end - dash) >= length && memcmp(dash, dashes, length) == 0)
            return dash;
    return end;
}

bool pem_next(const char *text, size_t length, size_t *offset, struct pem_block *block)
{
    const char *end = text + length;
    const char *label = NULL;
    struct line begin = find_begin(text, text + *offset, end, &label);
    if (!begin.start)
        return false;

    const char *body_end = find_boundary(begin.next, end);
    struct line boundary = read_line(body_end, end);
    block->trust_settings = strcmp(label, "TRUSTED CERTIFICATE") == 0;
    block->complete = is_boundary(boundary, end_marker, label);
    block->body = begin.next;
    block->length = (size_t)(body_end - begin.next);
    /* A line that does not close this block may open the next one. */
    *offset = (size_t)((block->complete ? boundary.next : body_end) - text);
    return true;
}

unsigned char *pem_decode(const char *body, size_t length, size_t *decoded)
{
    size_t room = length / 4 * 3 + 3;
    unsigned char *out = malloc(room);
    if (!out)
        return NULL;
    *decoded = base64_decode_start(body, length, out, room);
    if (*decoded == 0) {
        free(out);
        return NULL;
    }
    return out;
}
