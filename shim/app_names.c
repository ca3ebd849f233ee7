#include "app_names.h"

#include <stdatomic.h>
#include <string.h>

#define NOTES 64 /* names are set shortly before their handshake, so few are waiting at any time */

struct note {
    const X509_VERIFY_PARAM *param;
    struct peer_name name;
};

static struct note notes[NOTES];
static size_t next_note;
static atomic_flag busy = ATOMIC_FLAG_INIT;

/* Gives up rather than wait: a fork may have left the flag set for ever, and a lost name only means a weaker source. */
static bool enter(void)
{
    for (int tries = 0; tries < 100000; tries++)
        if (!atomic_flag_test_and_set_explicit(&busy, memory_order_acquire))
            return true;
    return false;
}

static void leave(void)
{
    atomic_flag_clear_explicit(&busy, memory_order_release);
}

static void forget(const X509_VERIFY_PARAM *param)
{
    for (size_t i = 0; i < NOTES; i++)
        if (notes[i].param == param)
            notes[i].param = NULL;
}

/* One that is free, else one that has waited long. */
static struct note *place_for_note(void)
{
    for (size_t i = 0; i < NOTES; i++)
        if (notes[i].param == NULL)
            return &notes[i];
    struct note *old = &notes[next_note];
    next_note = (next_note + 1) % NOTES;
    return old;
}

static void note(const X509_VERIFY_PARAM *param, const char *name, size_t length, bool alone)
{
    struct peer_name peer = {.kind = PEER_NONE};
    if (name != NULL)
        peer_normalise(name, length != 0 ? length : strlen(name), &peer);
    if (!enter())
        return;
    if (alone)
        forget(param);
    if (peer.kind != PEER_NONE)
        *place_for_note() = (struct note){param, peer};
    leave();
}

void app_names_set(const X509_VERIFY_PARAM *param, const char *name, size_t length)
{
    note(param, name, length, true);
}

void app_names_add(const X509_VERIFY_PARAM *param, const char *name, size_t length)
{
    note(param, name, length, false);
}

void app_names_forget(const X509_VERIFY_PARAM *param)
{
    if (!enter())
        return;
    forget(param);
    leave();
}

size_t app_names_of(const X509_VERIFY_PARAM *param, struct peer_name *names, size_t size)
{
    size_t count = 0;
    if (!enter())
        return 0;
    for (size_t i = 0; i < NOTES && count < size; i++)
        if (notes[i].param == param)
            names[count++] = notes[i].name;
    leave();
    return count;
}
