#include "shared/preload_obstacle.h"

#include "shared/text.h"

#include <stdlib.h>
#include <string.h>

static char *architecture_obstacle(const struct elf_facts *theirs, const char *library, const struct elf_facts *ours)
{
    if (ours->class == theirs->class && ours->machine == theirs->machine && ours->data == theirs->data)
        return NULL;
    char *their_name = elf_architecture(theirs);
    char *our_name = elf_architecture(ours);
    char *why =
        text_format("is a %s program, but %s is %s; /etc/ld.so.preload reaches it by $LIB, tlsward run does not",
                    their_name, library, our_name);
    free(their_name);
    free(our_name);
    return why;
}

static bool link_order_is_waived(void)
{
    const char *options = getenv("ASAN_OPTIONS");
    return options != NULL && strstr(options, "verify_asan_link_order=0") != NULL;
}

char *preload_obstacle(const struct elf_facts *program, bool secure, bool system_preload, const char *library,
                       const struct elf_facts *ours)
{
    if (program->loader)
        return text_format("is a dynamic loader, in which the library stands down; run the program itself");
    if (!program->dynamic)
        return text_format("is statically linked, and no preload reaches it");
    char *what = architecture_obstacle(program, library, ours);
    if (what == NULL && program->sanitizer_needed && !link_order_is_waived())
        what = text_format("is built with AddressSanitizer, which refuses to run under a preload "
                           "(ASAN_OPTIONS=verify_asan_link_order=0 waives that)");
    if (what == NULL && secure && !system_preload)
        what = text_format("is setuid, setgid or has file capabilities: the loader ignores LD_PRELOAD there; "
                           "only a system-wide preload reaches it");
    return what;
}
