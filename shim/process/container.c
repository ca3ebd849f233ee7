#include "process/container.h"

#include "process/kernel.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

enum { DIGITS = CONTAINER_ID_SIZE - 1, ROOM = 16384 };

static bool is_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Whether `text` ends in `word`. */
static bool ends_in(const char *text, size_t length, const char *word)
{
    size_t size = strlen(word);
    return length >= size && memcmp(text + length - size, word, size) == 0;
}

/* The last word of the text that is an id: containers are nested from left to right. Its position, or -1. */
static ptrdiff_t find_id(const char *text, size_t length)
{
    ptrdiff_t found = -1;
    for (size_t i = 0, begin = 0; i <= length; i++) {
        if (i < length && is_word(text[i]))
            continue;
        bool is_id = i - begin == DIGITS;
        for (size_t j = begin; j < i && is_id; j++)
            is_id = is_digit(text[j]);
        if (is_id)
            found = (ptrdiff_t)begin;
        begin = i + 1;
    }
    return found;
}

static bool take(const char *text, ptrdiff_t position, char id[static CONTAINER_ID_SIZE])
{
    if (position < 0)
        return false;
    memcpy(id, text + position, DIGITS);
    id[DIGITS] = '\0';
    return true;
}

/* "conmon" watches a container of podman or CRI-O from outside of it. */
bool container_of_group(const char *line, size_t length, char id[static CONTAINER_ID_SIZE])
{
    ptrdiff_t position = find_id(line, length);
    return (position < 0 || !ends_in(line, (size_t)position, "conmon-")) && take(line, position, id);
}

/* The field number `index` from 0, of those with a blank between them. */
static const char *field_of(const char *line, size_t length, unsigned index, size_t *size)
{
    const char *end = line + length;
    for (; index > 0; index--) {
        const char *blank = memchr(line, ' ', (size_t)(end - line));
        if (blank == NULL)
            return NULL;
        line = blank + 1;
    }
    const char *blank = memchr(line, ' ', (size_t)(end - line));
    *size = (size_t)((blank != NULL ? blank : end) - line);
    return line;
}

/*
 * Where a control group namespace hides the group's path: the files that a container gets for itself. Under containerd
 * they are those of a whole pod, which is no container's id.
 */
bool container_of_mount(const char *line, size_t length, char id[static CONTAINER_ID_SIZE])
{
    static const char places[][20] = {"/etc/hostname", "/etc/hosts", "/etc/resolv.conf"};
    size_t root_length, place_length;
    const char *root = field_of(line, length, 3, &root_length);
    const char *place = field_of(line, length, 4, &place_length);
    if (root == NULL || place == NULL)
        return false;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (strlen(places[i]) != place_length || memcmp(places[i], place, place_length) != 0)
            continue;
        ptrdiff_t position = find_id(root, root_length);
        return position >= 0 && ends_in(root, (size_t)position, "containers/") && take(root, position, id);
    }
    return false;
}

typedef bool line_reader(const char *line, size_t length, char id[static CONTAINER_ID_SIZE]);

/* Asks about each line until one has an id. One that is longer than the buffer is passed over. */
static bool read_lines(const char *path, line_reader *read, char *buffer, char id[static CONTAINER_ID_SIZE])
{
    int fd = kernel_above_standard(kernel_open(path, O_RDONLY | O_CLOEXEC, 0));
    size_t used = 0;
    ssize_t got;
    bool found = false;
    while (fd >= 0 && !found && (got = kernel_read(fd, buffer + used, ROOM - used)) > 0) {
        char *line = buffer, *end = buffer + used + got, *newline;
        while (!found && (newline = memchr(line, '\n', (size_t)(end - line))) != NULL) {
            found = read(line, (size_t)(newline - line), id);
            line = newline + 1;
        }
        used = (size_t)(end - line) < ROOM ? (size_t)(end - line) : 0;
        memmove(buffer, line, used);
    }
    if (fd >= 0)
        kernel_close(fd);
    return found;
}

static bool find_container(char id[static CONTAINER_ID_SIZE])
{
    char *buffer = kernel_map(ROOM);
    bool found = buffer != NULL && (read_lines("/proc/self/cgroup", container_of_group, buffer, id) ||
                                    read_lines("/proc/self/mountinfo", container_of_mount, buffer, id));
    if (buffer != NULL)
        kernel_unmap(buffer, ROOM);
    return found;
}

/* All threads find the same, so it does not matter whose words they are, nor that one was forked away meanwhile. */
bool container_id(char id[static CONTAINER_ID_SIZE])
{
    enum { UNASKED, NONE, FOUND, WORDS = DIGITS / sizeof(uint64_t) };
    static _Atomic uint64_t words[WORDS];
    static atomic_int state;
    uint64_t word;
    int known = atomic_load_explicit(&state, memory_order_acquire);
    for (size_t i = 0; known == FOUND && i < WORDS; i++) {
        word = atomic_load_explicit(&words[i], memory_order_relaxed);
        memcpy(id + i * sizeof word, &word, sizeof word);
    }
    id[DIGITS] = '\0';
    if (known != UNASKED)
        return known == FOUND;
    bool found = find_container(id);
    for (size_t i = 0; found && i < WORDS; i++) {
        memcpy(&word, id + i * sizeof word, sizeof word);
        atomic_store_explicit(&words[i], word, memory_order_relaxed);
    }
    atomic_store_explicit(&state, found ? FOUND : NONE, memory_order_release);
    return found;
}
