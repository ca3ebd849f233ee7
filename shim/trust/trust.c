#include "trust/trust.h"

#include "process/array.h"
#include "process/kernel_clock.h"
#include "trust/anchor_search.h"
#include "trust/trust_parts.h"
#include "trust/trust_places.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/*
 * The snapshots of one list of sources. Slots and snapshots are never freed: a handshake in another thread may be
 * using any of them. Files rarely change, and what did not change is shared by the old snapshot and the new one.
 */
struct slot {
    struct trust_places sources; /* copies; "" stands for "system" */
    struct trust_places places;  /* where the sources lead; found once, when the slot is made */
    unsigned belief;             /* in the environment, when they were found */
    _Atomic(struct trust *) current;
    _Atomic time_t checked; /* second of the last look for changes */
    struct slot *next;
};

static _Atomic(struct slot *) slots;

static const char *source_text(const struct trust_source *source)
{
    return source->path ? source->path : "";
}

static bool has_sources(const struct slot *slot, const struct trust_source *sources, size_t count)
{
    if (slot->sources.count != count || slot->belief != trust_places_belief())
        return false;
    for (size_t i = 0; i < count; i++)
        if (strcmp(slot->sources.items[i].path, source_text(&sources[i])) != 0)
            return false;
    return true;
}

static struct slot *find_slot(struct slot *head, const struct trust_source *sources, size_t count)
{
    while (head && !has_sources(head, sources, count))
        head = head->next;
    return head;
}

static bool add_source(struct slot *slot, const struct trust_source *source)
{
    return trust_places_add(&slot->sources, source_text(source), false) &&
           (source->path ? trust_places_add(&slot->places, source->path, false)
                         : trust_places_add_system(&slot->places));
}

static void slot_free(struct slot *slot)
{
    trust_places_free(&slot->sources);
    trust_places_free(&slot->places);
    free(slot);
}

static struct slot *slot_new(const struct trust_source *sources, size_t count)
{
    struct slot *slot = calloc(1, sizeof(*slot));
    if (!slot)
        return NULL;
    slot->belief = trust_places_belief();
    for (size_t i = 0; i < count; i++)
        if (!add_source(slot, &sources[i])) {
            slot_free(slot);
            return NULL;
        }
    return slot;
}

static struct slot *get_slot(const struct trust_source *sources, size_t count)
{
    struct slot *head = atomic_load_explicit(&slots, memory_order_acquire);
    struct slot *published = find_slot(head, sources, count);
    if (published)
        return published;
    struct slot *mine = slot_new(sources, count);
    if (!mine)
        return NULL;
    do {
        published = find_slot(head, sources, count);
        if (published) {
            slot_free(mine);
            return published;
        }
        mine->next = head;
    } while (!atomic_compare_exchange_weak_explicit(&slots, &head, mine, memory_order_acq_rel, memory_order_acquire));
    return mine;
}

static bool part_has_changed(const struct trust_part *part)
{
    return anchor_file_changed(&part->file) ||
           (part->directory && !part->file.kept && anchor_directory_changed(part->directory));
}

static bool has_changed(const struct trust *trust)
{
    for (size_t i = 0; i < trust->count; i++)
        if (part_has_changed(&trust->parts[i]))
            return true;
    return false;
}

static void look_again(const struct trust *trust)
{
    for (size_t i = 0; i < trust->count; i++)
        if (trust->parts[i].directory)
            anchor_directory_look_again(trust->parts[i].directory);
}

static bool has_content(const struct trust_part *part)
{
    return part->file.bundle || (part->directory && anchor_directory_has_certificate(part->directory));
}

static void keep_content(struct trust_part *part, const struct trust_part *previous)
{
    part->directory = previous->directory;
    part->file.bundle = previous->file.bundle;
    part->file.kept = true;
}

static void read_directory(struct trust_part *part, const struct trust_part *previous, bool only_hashed)
{
    part->directory = anchor_directory_new(part->file.path, only_hashed, previous ? previous->directory : NULL);
    if (!part->directory) {
        part->file.problem = PROBLEM_UNREADABLE;
        part->file.identity = (struct file_identity){.kind = FILE_ABSENT};
    } else if (!only_hashed && !has_content(part)) {
        part->file.problem = PROBLEM_NO_CERTIFICATE;
    }
}

/* `only_hashed`: another place stands in for this one where it is no hashed directory. */
static void read_part(struct trust_part *part, const struct trust_part *previous, bool only_hashed)
{
    if (!file_root_is_same()) {
        part->file.problem = PROBLEM_OTHER_ROOT;
        return;
    }
    part->file.identity = file_identify(part->file.path);
    if (part->file.identity.kind == FILE_DIRECTORY)
        read_directory(part, previous, only_hashed);
    else
        anchor_file_read(&part->file, previous ? &previous->file : NULL);
    if (part->file.problem == PROBLEM_NONE || has_content(part) || !previous || !has_content(previous))
        return;
    anchor_directory_free(part->directory);
    keep_content(part, previous);
}

static struct trust *snapshot_new(const struct trust_places *places, struct trust *previous)
{
    struct trust *trust = calloc(1, sizeof(*trust) + places->count * sizeof(trust->parts[0]));
    if (!trust)
        return NULL;
    trust->replaced = previous;
    trust->count = places->count;
    for (size_t i = 0; i < places->count; i++) {
        struct trust_part *part = &trust->parts[i];
        const struct trust_part *last = previous ? &previous->parts[i] : NULL;
        part->file.path = places->items[i].path;
        part->stands_in = places->items[i].stands_in;
        if (last && !part_has_changed(last))
            *part = *last;
        else
            read_part(part, last, i + 1 < places->count && places->items[i + 1].stands_in);
    }
    return trust;
}

/* Only for a snapshot that was built without a previous one and never published. */
static void snapshot_free(struct trust *trust)
{
    for (size_t i = 0; i < trust->count; i++) {
        bundle_free(trust->parts[i].file.bundle);
        anchor_directory_free(trust->parts[i].directory);
    }
    free(trust);
}

static void warn_of_problems(const struct trust *trust, const struct trust *previous, trust_warning warn, void *arg)
{
    for (size_t i = 0; i < trust->count; i++) {
        const struct trust_part *part = &trust->parts[i];
        const struct trust_part *last = previous ? &previous->parts[i] : NULL;
        anchor_file_warn(&part->file, last ? &last->file : NULL, warn, arg);
        if (part->directory && !part->file.kept)
            anchor_directory_warn(part->directory, last ? last->directory : NULL, warn, arg);
    }
}

static struct trust *first_snapshot(struct slot *slot, trust_warning warn, void *arg)
{
    struct trust *published = NULL;
    struct trust *mine = snapshot_new(&slot->places, NULL);
    if (!mine)
        return NULL;
    if (!atomic_compare_exchange_strong_explicit(&slot->current, &published, mine, memory_order_acq_rel,
                                                 memory_order_acquire)) {
        snapshot_free(mine);
        return published;
    }
    warn_of_problems(mine, NULL, warn, arg);
    return mine;
}

static bool is_same(const struct trust *left, const struct trust *right)
{
    for (size_t i = 0; i < left->count; i++) {
        const struct trust_part *a = &left->parts[i], *b = &right->parts[i];
        if (a->file.bundle != b->file.bundle || a->directory != b->directory || a->file.problem != b->file.problem ||
            !file_identity_equal(&a->file.identity, &b->file.identity))
            return false;
    }
    return true;
}

/* True for one caller per second. */
static bool is_due(struct slot *slot, time_t now)
{
    time_t checked = atomic_load_explicit(&slot->checked, memory_order_relaxed);
    return now > checked && atomic_compare_exchange_strong_explicit(&slot->checked, &checked, now, memory_order_relaxed,
                                                                    memory_order_relaxed);
}

/*
 * A file that still cannot be read makes no new snapshot, and neither does what was read while the root directory
 * changed. A lost race, which takes two threads that each need longer than a second, leaks what the loser read.
 */
static struct trust *next_snapshot(struct slot *slot, struct trust *current, trust_warning warn, void *arg)
{
    struct trust *published = current;
    struct trust *mine = snapshot_new(&slot->places, current);
    if (!mine)
        return current;
    if (is_same(mine, current) || !file_root_is_same()) {
        free(mine);
        return current;
    }
    if (!atomic_compare_exchange_strong_explicit(&slot->current, &published, mine, memory_order_acq_rel,
                                                 memory_order_acquire))
        return published;
    warn_of_problems(mine, current, warn, arg);
    return mine;
}

struct trust *trust_snapshot_at(const struct trust_source *sources, size_t count, time_t now, trust_warning warn,
                                void *arg)
{
    struct slot *slot = get_slot(sources, count);
    if (!slot)
        return NULL;
    struct trust *current = atomic_load_explicit(&slot->current, memory_order_acquire);
    bool due = is_due(slot, now);
    if (!current)
        return first_snapshot(slot, warn, arg);
    if (due)
        look_again(current);
    if (due && file_root_is_same() && has_changed(current))
        return next_snapshot(slot, current, warn, arg);
    return current;
}

struct trust *trust_snapshot(const struct trust_source *sources, size_t count, trust_warning warn, void *arg)
{
    struct timespec now = {0};
    kernel_clock(CLOCK_MONOTONIC_COARSE, &now);
    return trust_snapshot_at(sources, count, now.tv_sec, warn, arg);
}

static enum search_result search_part(const struct trust_part *part, const struct anchor_search *search)
{
    if (part->directory)
        return anchor_directory_search(part->directory, search);
    return part->file.bundle ? bundle_search(part->file.bundle, search) : SEARCH_UNREACHABLE;
}

enum search_result trust_search(struct trust *trust, const struct anchor_search *search)
{
    bool reached = true;
    for (size_t i = 0; i < trust->count; i++) {
        const struct trust_part *part = &trust->parts[i];
        if (part->stands_in && reached)
            continue;
        enum search_result result = search_part(part, search);
        if (result == SEARCH_FAILED)
            return SEARCH_FAILED;
        reached = result == SEARCH_DONE;
        bool has_stand_in = i + 1 < trust->count && trust->parts[i + 1].stands_in;
        if (!reached && !has_stand_in && part->directory && anchor_directory_has_certificate(part->directory))
            anchor_directory_warn_unreachable(part->directory, search->warn, search->warn_arg);
    }
    return SEARCH_DONE;
}

bool trust_is_empty(struct trust *trust, trust_warning warn, void *arg)
{
    for (size_t i = 0; i < trust->count; i++) {
        const struct trust_part *part = &trust->parts[i];
        if (part->directory && anchor_directory_has_certificate(part->directory))
            return false;
        if (part->file.bundle && bundle_count(part->file.bundle, warn, arg) > 0)
            return false;
    }
    return true;
}
