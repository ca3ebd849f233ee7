#include "events/member.h"

#include <pthread.h>
#include <stdint.h>

#define MEMBER(NAME, name, kind) {(name), sizeof(name) - 1, KIND_##kind},
static const struct {
    const char *name;
    size_t length;
    enum member_kind kind;
} members[] = {
#include "events/members.def"
};
#undef MEMBER

/* A place holds a member's number plus one. So many are free that a name is found at the first or second place. */
enum { PLACES = 1024 };
static uint8_t places[PLACES];
static pthread_once_t placed = PTHREAD_ONCE_INIT;

_Static_assert(MEMBER_COUNT < UINT8_MAX, "a place is a byte");

/* Names differ in their last eight bytes or in their length, but for few. */
static size_t place_of(const char *name, size_t length)
{
    uint64_t end = 0;
    memcpy(&end, length >= sizeof end ? name + length - sizeof end : name, length >= sizeof end ? sizeof end : length);
    return (size_t)(((end ^ (uint64_t)length << 56) * UINT64_C(0x9E3779B97F4A7C15)) >> 54);
}

static void place_all(void)
{
    for (unsigned i = 0; i < MEMBER_COUNT; i++) {
        size_t place = place_of(members[i].name, members[i].length);
        while (places[place] != 0)
            place = (place + 1) % PLACES;
        places[place] = (uint8_t)(i + 1);
    }
}

enum member member_find(struct slice name)
{
    pthread_once(&placed, place_all);
    for (size_t place = place_of(name.text, name.length); places[place] != 0; place = (place + 1) % PLACES) {
        uint8_t found = (uint8_t)(places[place] - 1);
        if (members[found].length == name.length && memcmp(members[found].name, name.text, name.length) == 0)
            return found;
    }
    return MEMBER_COUNT;
}

const char *member_name(enum member member)
{
    return members[member].name;
}

enum member_kind member_kind(enum member member)
{
    return members[member].kind;
}
