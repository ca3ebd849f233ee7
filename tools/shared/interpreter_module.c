#include "shared/interpreter_module.h"

#include "process/base_name.h"
#include "shared/text.h"

#include <fnmatch.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *interpreter; /* fnmatch(3) */
    const char *module;      /* glob(7): from the root, or with no '/' first from the directory above the program's */
} modules[] = {
    {"python3*", "lib/python3*/lib-dynload/_ssl.*.so"},
    {"python3*", "lib64/python3*/lib-dynload/_ssl.*.so"},
    {"python3*", "/usr/lib/python3*/lib-dynload/_ssl.*.so"},
    {"python2*", "lib/python2*/lib-dynload/_ssl*.so"},
    {"perl*", "/usr/lib/*/perl5/*/auto/Net/SSLeay/SSLeay.so"},
    {"perl*", "/usr/lib*/perl5/vendor_perl/auto/Net/SSLeay/SSLeay.so"},
    {"ruby*", "/usr/lib/*/ruby/*/openssl.so"},
    {"ruby*", "lib/ruby/*/*/openssl.so"},
    {"php*", "lib/php/*/openssl.so"},
    {"lua5*", "/usr/lib/*/lua/5.*/ssl.so"},
    {"tclsh*", "/usr/lib/tcltk/*/tcltls*/*tls*.so"},
    {"swipl", "/usr/lib/swi-prolog/lib/*/ssl4pl.so"},
    {"gawk", "/usr/lib/*/gawk/*ssl*.so"},
};

static char *first_of(const char *pattern)
{
    glob_t found;
    char *path = NULL;
    if (glob(pattern, 0, NULL, &found) == 0) {
        path = text_format("%s", found.gl_pathv[0]);
        globfree(&found);
    }
    return path;
}

static char *above(const char *program)
{
    char *directory = text_format("%s", program);
    for (int level = 0; level < 2; level++) {
        char *slash = strrchr(directory, '/');
        if (slash != NULL)
            *slash = '\0';
    }
    return directory;
}

char *interpreter_module_find(const char *root, const char *program)
{
    char *prefix = above(program);
    char *module = NULL;
    for (size_t i = 0; i < sizeof modules / sizeof *modules && module == NULL; i++) {
        if (fnmatch(modules[i].interpreter, base_name(program), 0) != 0)
            continue;
        char *pattern = modules[i].module[0] == '/' ? text_format("%s%s", root, modules[i].module)
                                                    : text_format("%s/%s", prefix, modules[i].module);
        module = first_of(pattern);
        free(pattern);
    }
    free(prefix);
    return module;
}
