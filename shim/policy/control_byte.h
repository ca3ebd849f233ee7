/*
 * The bytes below ' ' and DEL, tabs and newlines among them: where lines end, and what could forge lines where a policy
 * is printed or logged. Many bytes are looked at together, because a fleet's policy has millions.
 */
#ifndef TLSWARD_CONTROL_BYTE_H
#define TLSWARD_CONTROL_BYTE_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Sixteen bytes, which the compiler compares all at once where the machine can. */
typedef unsigned char control_byte_vector __attribute__((vector_size(16)));

static inline const char *control_byte_find_singly(const char *at, const char *end)
{
    while (at < end && (unsigned char)*at >= ' ' && *at != 0x7f)
        at++;
    return at;
}

/* The first control byte from `at` on, or `end`. */
static inline const char *control_byte_find(const char *at, const char *end)
{
    for (; end - at >= (ptrdiff_t)sizeof(control_byte_vector); at += sizeof(control_byte_vector)) {
        control_byte_vector bytes;
        uint64_t halves[2];
        memcpy(&bytes, at, sizeof bytes);
        bytes = (control_byte_vector)((bytes < ' ') | (bytes == 0x7f)); /* of each, all bits or none */
        memcpy(halves, &bytes, sizeof halves);
        if (halves[0])
            return at + __builtin_ctzll(le64toh(halves[0])) / 8;
        if (halves[1])
            return at + sizeof halves[0] + __builtin_ctzll(le64toh(halves[1])) / 8;
    }
    return control_byte_find_singly(at, end);
}

#endif
