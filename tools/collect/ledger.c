#include "collect/ledger.h"

#include "process/error_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

/* Readers of a directory of events pass over names that begin with a dot. */
#define NAME ".collect-ledger"
#define MAGIC "tlsward ledger 1"

/* The state is written where the current one is not, and becomes that by one store. */
struct page {
    char magic[16];
    _Atomic uint64_t taken;
    _Atomic uint64_t current;
    struct ledger_state states[2];
};

struct ledger {
    int fd;
    struct page *page;
};

static bool is_ours(const struct page *page)
{
    return memcmp(page->magic, MAGIC, sizeof page->magic) == 0 && atomic_load(&page->current) < 2;
}

/* Its blocks are reserved: a store into a page of a file that has none ends the process where the disk is full. */
static struct page *map(int fd)
{
    int error = posix_fallocate(fd, 0, sizeof(struct page));
    if (error != 0) {
        errno = error;
        return MAP_FAILED;
    }
    return mmap(NULL, sizeof(struct page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
}

struct ledger *ledger_open(int directory, const char **why)
{
    int fd = openat(directory, NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool locked = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
    struct page *page = locked ? map(fd) : MAP_FAILED;
    struct ledger *ledger = page != MAP_FAILED ? calloc(1, sizeof *ledger) : NULL;
    if (ledger == NULL) {
        *why = fd >= 0 && !locked ? "another collector works there" : error_text(errno);
        if (page != MAP_FAILED)
            munmap(page, sizeof *page);
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    if (!is_ours(page)) {
        memset(page, 0, sizeof *page);
        memcpy(page->magic, MAGIC, sizeof page->magic);
    }
    *ledger = (struct ledger){fd, page};
    return ledger;
}

void ledger_take(struct ledger *ledger)
{
    atomic_fetch_add(&ledger->page->taken, 1);
}

uint64_t ledger_taken(const struct ledger *ledger)
{
    return atomic_load(&ledger->page->taken);
}

struct ledger_state ledger_state(const struct ledger *ledger)
{
    return ledger->page->states[atomic_load(&ledger->page->current)];
}

void ledger_set(struct ledger *ledger, const struct ledger_state *state)
{
    uint64_t other = 1 - atomic_load(&ledger->page->current);
    ledger->page->states[other] = *state;
    atomic_store(&ledger->page->current, other);
}

void ledger_close(struct ledger *ledger)
{
    munmap(ledger->page, sizeof *ledger->page);
    close(ledger->fd);
    free(ledger);
}
