/*
 * A call site of an event, "object+0xoffset (build-id)", in the source: which function, which file and which line, as
 * far as the object is here and tells. elfutils' libdwfl reads it, and where it is stripped the debug information that
 * is installed beside it; a server of debug information is asked only by who says so.
 */
#ifndef TLSWARD_CODE_PLACE_H
#define TLSWARD_CODE_PLACE_H

#include <stdbool.h>
#include <stdint.h>

/* Why there is no line. */
enum code_lack {
    CODE_IS_KNOWN,
    CODE_HAS_NO_DEBUG_INFORMATION,
    CODE_IS_NOT_HERE,
    CODE_IS_UNREADABLE,
    CODE_IS_ANOTHER_USERS,
    CODE_IS_NO_OBJECT,
    CODE_IS_ANOTHER_BUILD,
    CODE_IS_NEWER,
    CODE_HAS_NO_PATH,
    CODE_LACKS
};

/* "the file is not here"; "" for CODE_IS_KNOWN. */
const char *code_lack_text(enum code_lack lack);

/* Whether a server of debug information may know more. */
bool code_lack_is_for_servers(enum code_lack lack);

struct code_place {
    const char *function; /* NULL: not known */
    uint64_t offset;      /* of the call's return from where the function begins */
    bool is_after;        /* no symbol holds it, and this function's is the nearest before it */
    const char *file;     /* as the compiler was given it; NULL: not known */
    int line;
    enum code_lack lack;
};

/* The objects of call sites, each opened once; of very many, the last ones. */
struct code_objects;

/*
 * `ask_servers`: what is not here is asked of the servers in DEBUGINFOD_URLS (debuginfod(8)), and kept where
 * debuginfod-find(1) keeps it. Otherwise the variable is taken from the environment, as libdwfl would follow it.
 */
struct code_objects *code_objects_new(bool ask_servers);

/*
 * `place` is tlsward.call_site, `program` process.executable, and `since` the time of the oldest event that has it, in
 * milliseconds since 1970: a file without a build id counts only where it has not changed from then on. The result's
 * texts live until the next question.
 */
struct code_place code_place_find(struct code_objects *objects, const char *place, const char *program, int64_t since);

/* "function at file:line", or what else is known of it. The caller frees the result. */
char *code_place_text(const struct code_place *found, const char *place);

void code_objects_free(struct code_objects *objects);

#endif
