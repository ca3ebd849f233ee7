#include "peer/punycode.h"

#include <stdbool.h>

/* The parameters of RFC 3492 section 5. */
enum { BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700, INITIAL_BIAS = 72, INITIAL_N = 0x80 };

struct output {
    char *text;
    size_t size;
    size_t used;
};

static bool put(struct output *output, char character)
{
    if (output->used == output->size) {
        return false;
    }
    output->text[output->used++] = character;
    return true;
}

/* Section 6.1. */
static uint32_t adapt_bias(uint32_t delta, uint32_t handled, bool first)
{
    uint32_t k = 0;

    delta = first ? delta / DAMP : delta / 2;
    delta += delta / handled;
    while (delta > ((BASE - T_MIN) * T_MAX) / 2) {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

/* A generalised variable-length integer, section 3.3. */
static bool put_delta(struct output *output, uint32_t delta, uint32_t bias)
{
    static const char DIGITS[] = "abcdefghijklmnopqrstuvwxyz0123456789";

    for (uint32_t k = BASE;; k += BASE) {
        uint32_t threshold = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
        if (delta < threshold) {
            return put(output, DIGITS[delta]);
        }
        if (!put(output, DIGITS[threshold + (delta - threshold) % (BASE - threshold)])) {
            return false;
        }
        delta = (delta - threshold) / (BASE - threshold);
    }
}

static bool put_basic(struct output *output, const uint32_t *points, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (points[i] < INITIAL_N && !put(output, (char)points[i])) {
            return false;
        }
    }
    return true;
}

static uint32_t smallest_from(const uint32_t *points, size_t count, uint32_t from)
{
    uint32_t smallest = UINT32_MAX;

    for (size_t i = 0; i < count; i++) {
        if (points[i] >= from && points[i] < smallest) {
            smallest = points[i];
        }
    }
    return smallest;
}

/* The state of the encoder, in the names of section 6.3. */
struct encoder {
    struct output output;
    uint32_t n;
    uint32_t delta;
    uint32_t bias;
    uint32_t basic;
    uint32_t handled;
};

/* Encodes every place where the code point n stands. */
static bool put_places(struct encoder *encoder, const uint32_t *points, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (points[i] < encoder->n && ++encoder->delta == 0) {
            return false;
        }
        if (points[i] != encoder->n) {
            continue;
        }
        if (!put_delta(&encoder->output, encoder->delta, encoder->bias)) {
            return false;
        }
        encoder->bias = adapt_bias(encoder->delta, encoder->handled + 1, encoder->handled == encoder->basic);
        encoder->delta = 0;
        encoder->handled++;
    }
    return true;
}

size_t punycode_encode(const uint32_t *points, size_t count, char *text, size_t size)
{
    struct encoder encoder = {.output = {text, size, 0}, .n = INITIAL_N, .bias = INITIAL_BIAS};

    if (!put_basic(&encoder.output, points, count)) {
        return 0;
    }
    encoder.basic = encoder.handled = (uint32_t)encoder.output.used;
    if (encoder.basic > 0 && !put(&encoder.output, '-')) {
        return 0;
    }
    while (encoder.handled < count) {
        uint32_t next = smallest_from(points, count, encoder.n);
        if (next - encoder.n > (UINT32_MAX - encoder.delta) / (encoder.handled + 1)) {
            return 0;
        }
        encoder.delta += (next - encoder.n) * (encoder.handled + 1);
        encoder.n = next;
        if (!put_places(&encoder, points, count)) {
            return 0;
        }
        encoder.delta++;
        encoder.n++;
    }
    return encoder.output.used;
}
