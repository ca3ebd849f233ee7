#include "trust/name_key.h"

#include "process/fnv.h"
#include "trust/der.h"

enum {
    TAG_CONSTRUCTED = 0x20,
    TAG_SEQUENCE = 0x30,
    TAG_SET = 0x31,
    TAG_BIT_STRING = 0x03,
    TAG_OID = 0x06,
    TAG_UNIVERSAL_STRING = 0x1c,
    TAG_BMP_STRING = 0x1e
};

static uint64_t add_bytes(uint64_t hash, struct der bytes)
{
    for (size_t i = 0; i < bytes.length; i++)
        hash = fnv_add(hash, bytes.data[i]);
    return hash;
}

/*
 * libcrypto compares strings of all kinds as UTF-8, without regard to the case of ASCII letters and to white space at
 * the ends and in rows (X509_NAME_cmp(3)): what is not ASCII, and all white space, is left out. A BIT STRING is left
 * out as a whole, as it corrects its count of unused bits.
 */
static uint64_t add_character(uint64_t hash, uint32_t character)
{
    if (character >= 0x80 || character == ' ' || (character >= '\t' && character <= '\r'))
        return hash;
    bool is_upper = character >= 'A' && character <= 'Z';
    return fnv_add(hash, (unsigned char)(is_upper ? character + ('a' - 'A') : character));
}

static uint64_t add_string(uint64_t hash, unsigned char tag, struct der string)
{
    if (tag == TAG_BIT_STRING)
        return hash;
    size_t width = tag == TAG_BMP_STRING ? 2 : tag == TAG_UNIVERSAL_STRING ? 4 : 1;
    for (size_t i = 0; width == 1 && i < string.length; i++) /* nearly all */
        hash = add_character(hash, string.data[i]);
    for (size_t i = 0; width > 1 && i + width <= string.length; i += width) {
        uint32_t character = 0;
        for (size_t j = 0; j < width; j++)
            character = character << 8 | string.data[i + j];
        hash = add_character(hash, character);
    }
    return hash;
}

/* BER may cut a string of any kind into pieces, which libcrypto puts together; DER has none (X.690, 10.2). */
static bool is_in_pieces(unsigned char tag)
{
    return (tag & TAG_CONSTRUCTED) != 0 && tag != TAG_SEQUENCE;
}

/* An AttributeTypeAndValue. */
static bool add_attribute(struct der *attributes, uint64_t *key)
{
    struct der attribute, type, value;
    unsigned char tag;
    if (!der_take(attributes, TAG_SEQUENCE, &attribute) || !der_take(&attribute, TAG_OID, &type) ||
        !der_take_any(&attribute, &tag, &value) || is_in_pieces(tag))
        return false;
    uint64_t hash = add_bytes(FNV_SEED, type);
    /* A sum, because attributes of one RelativeDistinguishedName are sorted by their bytes, whatever those mean. */
    *key += add_string(hash, tag, value);
    return true;
}

bool name_key(const unsigned char *der, size_t length, uint64_t *key)
{
    struct der input = {der, length}, names, attributes;
    *key = 0;
    if (!der_take(&input, TAG_SEQUENCE, &names))
        return false;
    while (names.length > 0) {
        if (!der_take(&names, TAG_SET, &attributes))
            return false;
        while (attributes.length > 0)
            if (!add_attribute(&attributes, key))
                return false;
    }
    return true;
}

uint64_t subject_key(const unsigned char *der, size_t length)
{
    uint64_t key;
    return name_key(der, length, &key) ? key : 0;
}
