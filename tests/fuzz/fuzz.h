/*
 * What the fuzz targets share. Each one takes any bytes, as libFuzzer hands them over, and holds the parser to what its
 * header promises; replay.c runs a target over files without libFuzzer.
 */
#ifndef TLSWARD_TESTS_FUZZ_H
#define TLSWARD_TESTS_FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void require(bool condition)
{
    if (!condition)
        abort();
}

/* Bytes that are taken from the front; past their end there are zeros. */
struct input {
    const uint8_t *data;
    size_t size;
};

static inline uint8_t take_byte(struct input *input)
{
    if (input->size == 0)
        return 0;
    input->size--;
    return *input->data++;
}

static inline uint64_t take_number(struct input *input, size_t bytes)
{
    uint64_t number = 0;
    for (size_t i = 0; i < bytes; i++)
        number = number << 8 | take_byte(input);
    return number;
}

/* A terminated copy of what comes before `end`, which is taken as well, or of all that is left. */
static inline char *take_text(struct input *input, char end)
{
    const uint8_t *found = input->size > 0 ? memchr(input->data, end, input->size) : NULL;
    size_t length = found != NULL ? (size_t)(found - input->data) : input->size;
    char *text = malloc(length + 1);
    require(text != NULL);
    if (length > 0)
        memcpy(text, input->data, length);
    text[length] = '\0';
    size_t taken = found != NULL ? length + 1 : length;
    input->data += taken;
    input->size -= taken;
    return text;
}

#endif
