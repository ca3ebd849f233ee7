#include "event/json_writer.h"

#include <string.h>

static const char ellipsis[] = "\u2026";

/* Reads one well-formed UTF-8 sequence of a terminated text; returns its length, or 0 if it is ill-formed. */
static size_t decode_sequence(const unsigned char *text, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned first = text[0];
    size_t length = first < 0x80 ? 1 : first >> 5 == 0x6 ? 2 : first >> 4 == 0xE ? 3 : first >> 3 == 0x1E ? 4 : 0;
    if (length == 0)
        return 0;

    uint32_t value = length == 1 ? first : first & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (text[i] & 0x3F);
    }
    bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (value < least[length] || value > 0x10FFFF || surrogate)
        return 0;
    *code = value;
    return length;
}

/* Escaping changes no value, so harmless neighbours of dangerous characters may be in the ranges too. */
static bool must_escape(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x00, 0x1F},     {'"', '"'},       {'\\', '\\'},     {0x7F, 0x9F},     {0x061C, 0x061C},
        {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F}, {0xFEFF, 0xFEFF},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (code >= ranges[i].first && code <= ranges[i].last)
            return true;
    return false;
}

static void append_escape(struct line *line, uint32_t code)
{
    static const char hex[] = "0123456789abcdef";
    const char escape[] = {
        '\\', 'u', hex[code >> 12 & 0xF], hex[code >> 8 & 0xF], hex[code >> 4 & 0xF], hex[code & 0xF],
    };
    line_bytes(line, escape, sizeof escape);
}

/* Appends the first character of `text` in its JSON form; returns how many bytes of `text` it took. */
static size_t append_character(struct line *line, const char *text)
{
    uint32_t code = 0;
    size_t length = decode_sequence((const unsigned char *)text, &code);
    if (length == 0)
        append_escape(line, 0xFFFD);
    else if (must_escape(code))
        append_escape(line, code);
    else
        line_bytes(line, text, length);
    return length > 0 ? length : 1;
}

/* How many characters stand for themselves, of `limit`: most strings have no others. */
static size_t plain_length(const char *text, size_t limit)
{
    size_t length = 0;
    while (length < limit && text[length] >= ' ' && text[length] < 0x7F && text[length] != '"' && text[length] != '\\')
        length++;
    return length;
}

static void append_text(struct json_writer *writer, const char *text)
{
    struct line *line = &writer->line;
    size_t start = line->length;

    while (*text && !line->overflow) {
        size_t used = line->length - start;
        if (used >= writer->text_max) {
            line_text(line, ellipsis);
            return;
        }
        size_t plain = plain_length(text, writer->text_max - used);
        if (plain > 0)
            line_bytes(line, text, plain);
        text += plain > 0 ? plain : append_character(line, text);
    }
}

static void append_name(struct line *line, const char *name)
{
    line_text(line, line->length == 0 ? "{\"" : ",\"");
    line_text(line, name);
    line_text(line, "\":");
}

void json_writer_begin(struct json_writer *writer, char *buffer, size_t size, size_t text_max)
{
    *writer = (struct json_writer){.line = {.data = buffer, .size = size}, .text_max = text_max};
}

static void append_string(struct json_writer *writer, const char *value)
{
    line_text(&writer->line, "\"");
    append_text(writer, value);
    line_text(&writer->line, "\"");
}

void json_writer_text(struct json_writer *writer, const char *name, const char *value)
{
    if (!value)
        return;
    append_name(&writer->line, name);
    append_string(writer, value);
}

void json_writer_texts(struct json_writer *writer, const char *name, const char *values, size_t count)
{
    append_name(&writer->line, name);
    line_text(&writer->line, "[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            line_text(&writer->line, ",");
        append_string(writer, values);
        values += strlen(values) + 1;
    }
    line_text(&writer->line, "]");
}

void json_writer_number(struct json_writer *writer, const char *name, uint64_t value)
{
    append_name(&writer->line, name);
    line_number(&writer->line, value < INT64_MAX ? value : INT64_MAX, 1);
}

void json_writer_time(struct json_writer *writer, const char *name, const struct timespec *value)
{
    append_name(&writer->line, name);
    line_text(&writer->line, "\"");
    line_time(&writer->line, value);
    line_text(&writer->line, "\"");
}

void json_writer_literal(struct json_writer *writer, const char *name, const char *json)
{
    append_name(&writer->line, name);
    line_text(&writer->line, json);
}

bool json_writer_end(struct json_writer *writer)
{
    line_text(&writer->line, "}\n");
    return !writer->line.overflow;
}
