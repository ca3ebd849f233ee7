#include "policy/spki_pin.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static const char prefix[] = "sha256//";
static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
enum { PREFIX_LENGTH = sizeof prefix - 1, PADDING = SPKI_PIN_SIZE - 2 };

/* 32 bytes leave two bits of the last character unused, and they are zero. */
static bool can_be_last(char c)
{
    const char *place = strchr(alphabet, c);
    return place != NULL && (place - alphabet) % 4 == 0;
}

bool spki_pin_is_valid(const char *text)
{
    return strlen(text) == SPKI_PIN_SIZE - 1 && strncmp(text, prefix, PREFIX_LENGTH) == 0 &&
           strspn(text + PREFIX_LENGTH, alphabet) == PADDING - PREFIX_LENGTH && text[PADDING] == '=' &&
           can_be_last(text[PADDING - 1]);
}

void spki_pin_format(const unsigned char digest[static SPKI_DIGEST_SIZE], char pin[static SPKI_PIN_SIZE])
{
    unsigned char padded[SPKI_DIGEST_SIZE + 1] = {0};
    memcpy(padded, digest, SPKI_DIGEST_SIZE);
    memcpy(pin, prefix, PREFIX_LENGTH);
    char *next = pin + PREFIX_LENGTH;
    for (size_t i = 0; i < sizeof padded; i += 3) {
        uint32_t group = (uint32_t)padded[i] << 16 | (uint32_t)padded[i + 1] << 8 | padded[i + 2];
        for (int shift = 18; shift >= 0; shift -= 6)
            *next++ = alphabet[group >> shift & 0x3f];
    }
    pin[PADDING] = '=';
    pin[PADDING + 1] = '\0';
}
