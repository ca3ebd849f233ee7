#include "openssl/spki_memory.h"

#include "process/seqlock.h"

/* Of RSA with 4,096 bits a SubjectPublicKeyInfo has 550 bytes. */
enum { KEYS = 32, LONGEST = 560 };

struct hashed_key {
    uint64_t length; /* the bytes behind these are zero */
    unsigned char spki[LONGEST];
    unsigned char digest[SPKI_DIGEST_SIZE];
};

enum { WORDS = sizeof(struct hashed_key) / sizeof(uint64_t) };
_Static_assert(sizeof(struct hashed_key) % sizeof(uint64_t) == 0, "seqlock.h copies words");

/* Untouched in a process whose policy asks for no keys. */
static struct {
    seqlock_word version;
    seqlock_word words[WORDS];
} keys[KEYS];

/* In its middle each kind of key has bytes that differ; its ends may be the same for all of a kind. */
static size_t place_of(const unsigned char *spki, size_t length)
{
    return spki[length / 2] % KEYS;
}

bool spki_memory_find(const unsigned char *spki, size_t length, unsigned char digest[static SPKI_DIGEST_SIZE])
{
    struct hashed_key key;
    size_t place = length > 0 && length <= LONGEST ? place_of(spki, length) : KEYS;
    if (place == KEYS || seqlock_read(&keys[place].version, keys[place].words, &key, WORDS) == 0 ||
        key.length != length || memcmp(key.spki, spki, length) != 0)
        return false;
    memcpy(digest, key.digest, SPKI_DIGEST_SIZE);
    return true;
}

void spki_memory_keep(const unsigned char *spki, size_t length, const unsigned char digest[static SPKI_DIGEST_SIZE])
{
    struct hashed_key key = {.length = length};
    if (length == 0 || length > LONGEST)
        return;
    memcpy(key.spki, spki, length);
    memcpy(key.digest, digest, SPKI_DIGEST_SIZE);
    size_t place = place_of(spki, length);
    seqlock_write(&keys[place].version, keys[place].words, &key, WORDS);
}
