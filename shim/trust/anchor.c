#include "trust/anchor.h"

#include <stdatomic.h>

static struct anchor_form *find(struct anchor_form *head, const void *maker)
{
    while (head && head->maker != maker)
        head = head->next;
    return head;
}

struct anchor_form *anchor_find_form(const struct anchor *anchor, const void *maker)
{
    return find(atomic_load_explicit(anchor->forms, memory_order_acquire), maker);
}

struct anchor_form *anchor_keep_form(const struct anchor *anchor, struct anchor_form *mine)
{
    struct anchor_form *head = atomic_load_explicit(anchor->forms, memory_order_acquire);
    do {
        struct anchor_form *theirs = find(head, mine->maker);
        if (theirs) {
            mine->free(mine);
            return theirs;
        }
        mine->next = head;
    } while (
        !atomic_compare_exchange_weak_explicit(anchor->forms, &head, mine, memory_order_acq_rel, memory_order_acquire));
    return mine;
}

void anchor_free_forms(struct anchor_form *forms)
{
    for (struct anchor_form *next; forms; forms = next) {
        next = forms->next;
        forms->free(forms);
    }
}
