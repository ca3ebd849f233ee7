/* main_plugin PORT local|global|deepbind PLUGIN...: opens plugins that are linked with libssl, and lets each connect.
 */
#include "openssl.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int flags_of(const char *word)
{
    if (strcmp(word, "deepbind") == 0)
        return RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND;
    return RTLD_NOW | (strcmp(word, "global") == 0 ? RTLD_GLOBAL : RTLD_LOCAL);
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    for (int i = 3; i < argc; i++) {
        void *plugin = dlopen(argv[i], flags_of(argv[2]));
        void (*run)(const char *, int) = NULL;
        if (plugin != NULL)
            *(void **)&run = dlsym(plugin, "linked_client_run");
        if (run == NULL) {
            fprintf(stderr, "%s\n", dlerror());
            return 1;
        }
        run(strrchr(argv[i], '/') + 1, atoi(argv[1]));
    }
    return 0;
}
