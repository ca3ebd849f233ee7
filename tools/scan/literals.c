#include "scan/literals.h"

#include "shared/text.h"

#include <stdlib.h>
#include <string.h>

enum { NONE = UINT32_MAX };

/* A list of the literals that end in a state, which continues with those of its suffixes. */
struct ending {
    uint32_t literal;
    uint32_t next; /* NONE at the end */
};

struct literals {
    unsigned char class_of[256]; /* bytes that no literal has are of class 0 */
    uint32_t classes;
    uint32_t states;
    uint32_t *next;   /* by state and class */
    uint32_t *ending; /* by state: the first of the list, or NONE */
    struct ending *endings;
    size_t *lengths; /* of literals */
};

static unsigned char folded(char byte)
{
    return (unsigned char)(byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte);
}

static void make_classes(struct literals *literals, const char *const *texts, size_t count)
{
    literals->classes = 1;
    for (size_t i = 0; i < count; i++)
        for (const char *byte = texts[i]; *byte != '\0'; byte++) {
            unsigned char *class = &literals->class_of[folded(*byte)];
            if (*class == 0)
                *class = (unsigned char)literals->classes++;
        }
    for (int byte = 'A'; byte <= 'Z'; byte++)
        literals->class_of[byte] = literals->class_of[folded((char)byte)];
}

static uint32_t add_state(struct literals *literals)
{
    uint32_t state = literals->states++;
    for (uint32_t class = 0; class < literals->classes; class ++)
        literals->next[state * literals->classes + class] = NONE;
    literals->ending[state] = NONE;
    return state;
}

static void add_literal(struct literals *literals, const char *text, uint32_t number)
{
    uint32_t state = 0;
    for (const char *byte = text; *byte != '\0'; byte++) {
        uint32_t *next = &literals->next[state * literals->classes + literals->class_of[(unsigned char)*byte]];
        if (*next == NONE)
            *next = add_state(literals);
        state = *next;
    }
    literals->endings[number] = (struct ending){number, literals->ending[state]};
    literals->ending[state] = number;
    literals->lengths[number] = strlen(text);
}

/* What ends in the state's longest proper suffix ends in the state as well. */
static void join_endings(struct literals *literals, uint32_t state, uint32_t suffix)
{
    uint32_t *end = &literals->ending[state];
    while (*end != NONE)
        end = &literals->endings[*end].next;
    *end = literals->ending[suffix];
}

/* Breadth first, so that a suffix is complete before what needs it. */
static void complete(struct literals *literals)
{
    uint32_t *queue = text_grow(NULL, literals->states, sizeof *queue);
    uint32_t *suffix = text_grow(NULL, literals->states, sizeof *suffix);
    uint32_t first = 0, last = 0;
    queue[last++] = 0;
    suffix[0] = 0;
    while (first < last) {
        uint32_t state = queue[first++];
        for (uint32_t class = 0; class < literals->classes; class ++) {
            uint32_t *next = &literals->next[state * literals->classes + class];
            uint32_t other = state == 0 ? 0 : literals->next[suffix[state] * literals->classes + class];
            if (*next == NONE) {
                *next = other;
                continue;
            }
            suffix[*next] = other;
            join_endings(literals, *next, other);
            queue[last++] = *next;
        }
    }
    free(queue);
    free(suffix);
}

struct literals *literals_new(const char *const *texts, size_t count)
{
    struct literals *literals = text_grow(NULL, 1, sizeof *literals);
    size_t states = 1;
    *literals = (struct literals){.states = 0};
    for (size_t i = 0; i < count; i++)
        states += strlen(texts[i]);
    make_classes(literals, texts, count);
    literals->next = text_grow(NULL, states * literals->classes, sizeof *literals->next);
    literals->ending = text_grow(NULL, states, sizeof *literals->ending);
    literals->endings = text_grow(NULL, count, sizeof *literals->endings);
    literals->lengths = text_grow(NULL, count, sizeof *literals->lengths);
    add_state(literals);
    for (size_t i = 0; i < count; i++)
        add_literal(literals, texts[i], (uint32_t)i);
    complete(literals);
    return literals;
}

void literals_search(const struct literals *literals, const char *text, size_t length,
                     void (*found)(void *arg, size_t literal, size_t start), void *arg)
{
    uint32_t state = 0;
    for (size_t i = 0; i < length; i++) {
        state = literals->next[state * literals->classes + literals->class_of[(unsigned char)text[i]]];
        for (uint32_t end = literals->ending[state]; end != NONE; end = literals->endings[end].next)
            found(arg, literals->endings[end].literal, i + 1 - literals->lengths[literals->endings[end].literal]);
    }
}

void literals_free(struct literals *literals)
{
    free(literals->next);
    free(literals->ending);
    free(literals->endings);
    free(literals->lengths);
    free(literals);
}
