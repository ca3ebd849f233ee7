#include "explain/java_places.h"

#include "shared/text.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct places {
    void (*tell)(void *context, const char *file);
    void *context;
    char **known; /* with links resolved */
    size_t count;
};

static void add(struct places *places, const char *file)
{
    char *resolved = realpath(file, NULL);
    bool is_new = resolved != NULL;
    for (size_t i = 0; i < places->count && is_new; i++)
        is_new = strcmp(places->known[i], resolved) != 0;
    if (!is_new) {
        free(resolved);
        return;
    }
    places->known = text_grow(places->known, places->count + 1, sizeof *places->known);
    places->known[places->count++] = resolved;
    places->tell(places->context, file);
}

/* Up to Java 8 a JDK has its JRE in a directory of its own. */
static void add_home(struct places *places, const char *home)
{
    static const char *const files[] = {"jre/lib/security/jssecacerts", "lib/security/jssecacerts",
                                        "jre/lib/security/cacerts", "lib/security/cacerts"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *file = text_format("%s/%s", home, files[i]);
        bool found = access(file, F_OK) == 0;
        if (found)
            add(places, file);
        free(file);
        if (found)
            return;
    }
}

/* By the first `java` in PATH, which is bin/java of a home. */
static void add_started(struct places *places)
{
    const char *path = getenv("PATH");
    char *program = NULL;
    for (const char *next = path != NULL ? path : ""; *next != '\0' && program == NULL; next += strspn(next, ":")) {
        size_t length = strcspn(next, ":");
        char *candidate = text_format("%.*s/java", (int)length, next);
        program = *next == '/' ? realpath(candidate, NULL) : NULL;
        free(candidate);
        next += length;
    }
    char *bin = program != NULL ? strstr(program, "/bin/java") : NULL;
    if (bin != NULL) {
        *bin = '\0';
        add_home(places, program);
    }
    free(program);
}

static void add_matching(struct places *places, const char *pattern, void (*take)(struct places *, const char *))
{
    glob_t found;
    if (glob(pattern, 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++)
        take(places, found.gl_pathv[i]);
    globfree(&found);
}

void java_places_find(void (*tell)(void *context, const char *file), void *context)
{
    struct places places = {.tell = tell, .context = context};
    const char *home = getenv("JAVA_HOME");
    if (home != NULL && *home == '/')
        add_home(&places, home);
    add_started(&places);
    add_matching(&places, "/etc/ssl/certs/java/cacerts", add);
    add_matching(&places, "/etc/pki/java/cacerts", add);
    add_matching(&places, "/usr/lib/jvm/*", add_home);
    for (size_t i = 0; i < places.count; i++)
        free(places.known[i]);
    free(places.known);
}
