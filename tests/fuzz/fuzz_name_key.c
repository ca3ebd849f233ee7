/*
 * Any bytes as a Name: what libcrypto can read has a key, and what libcrypto takes for equal has an equal one. Two
 * Names are compared: the input, and either another spelling of it or what follows it.
 */
#include "fuzz.h"
#include "trust/name_key.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/x509.h>

struct name {
    X509_NAME *read;
    bool has_key;
    uint64_t key;
    size_t length; /* of its encoding */
};

/*
 * The key of the Name as libcrypto encodes it anew: what it reads need not be DER. Where a value is a SEQUENCE,
 * libcrypto leaves that as it was, and there may be none.
 */
static bool key_of_der(const X509_NAME *name, uint64_t *key)
{
    X509_NAME *copy = X509_NAME_new();
    unsigned char *der = NULL;
    bool is_der = true;
    int previous = -1;
    for (int i = 0; i < X509_NAME_entry_count(name); i++) {
        X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);
        int set = X509_NAME_ENTRY_set(entry);
        require(X509_NAME_add_entry(copy, entry, -1, set == previous ? -1 : 0) == 1);
        is_der = is_der && ASN1_STRING_type(X509_NAME_ENTRY_get_data(entry)) != V_ASN1_SEQUENCE;
        previous = set;
    }
    int length = i2d_X509_NAME(copy, &der);
    bool has_key = length > 0 && name_key(der, (size_t)length, key);
    require(X509_NAME_cmp(copy, name) == 0 && (has_key || !is_der));
    OPENSSL_free(der);
    X509_NAME_free(copy);
    return has_key;
}

static bool read_name(const uint8_t *data, size_t length, struct name *name)
{
    const unsigned char *end = data;
    uint64_t key;
    name->read = d2i_X509_NAME(NULL, &end, (long)length);
    if (name->read == NULL)
        return false;
    name->length = (size_t)(end - data);
    name->has_key = key_of_der(name->read, &name->key);
    require(!name_key(data, length, &key) || (name->has_key && key == name->key));
    return true;
}

static bool is_letter(uint8_t byte)
{
    uint8_t lower = byte | 0x20;
    return lower >= 'a' && lower <= 'z';
}

/* With the case of some letters changed, or of what looks like one. */
static uint8_t *spell_otherwise(const uint8_t *data, size_t length, uint8_t which)
{
    uint8_t *copy = malloc(length + 1);
    require(copy != NULL);
    for (size_t i = 0; i < length; i++)
        copy[i] = is_letter(data[i]) && (which >> i % 8 & 1) != 0 ? data[i] ^ 0x20 : data[i];
    return copy;
}

static void compare(const struct name *name, const uint8_t *data, size_t length)
{
    struct name other;
    if (!read_name(data, length, &other))
        return;
    if (X509_NAME_cmp(name->read, other.read) == 0)
        require(name->has_key == other.has_key && (!name->has_key || name->key == other.key));
    X509_NAME_free(other.read);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    uint8_t which = take_byte(&input);
    struct name name;
    if (read_name(input.data, input.size, &name)) {
        uint8_t *other = spell_otherwise(input.data, input.size, which);
        compare(&name, other, input.size);
        compare(&name, input.data + name.length, input.size - name.length);
        free(other);
        X509_NAME_free(name.read);
    }
    ERR_clear_error();
    return 0;
}
