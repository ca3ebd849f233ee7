#include "enable/directories.h"

#include "shared/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int directories_make(const char *path)
{
    char *part = text_format("%s", path);
    int error = 0;
    for (char *slash = part; error == 0 && slash != NULL;) {
        slash = strchr(slash + 1, '/');
        if (slash != NULL)
            *slash = '\0';
        if (mkdir(part, 0755) == 0)
            error = chmod(part, 0755) == 0 ? 0 : errno;
        else
            error = errno == EEXIST ? 0 : errno;
        if (slash != NULL)
            *slash = '/';
    }
    free(part);
    return error;
}
