#include "process/hex.h"

void hex_print(const unsigned char *bytes, size_t length, const char digits[static 16], char *text)
{
    for (size_t i = 0; i < length; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 0xf];
    }
    text[2 * length] = '\0';
}
