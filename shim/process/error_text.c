#include "process/error_text.h"

#include <errno.h>
#include <stddef.h>

const char *error_text(int error)
{
    static const struct {
        int error;
        char text[40];
    } known[] = {
        {EACCES, "Permission denied"},
        {EPERM, "Operation not permitted"},
        {ENOENT, "No such file or directory"},
        {ENOTDIR, "Not a directory"},
        {EISDIR, "Is a directory"},
        {ELOOP, "Too many levels of symbolic links"},
        {ENAMETOOLONG, "File name too long"},
        {EMFILE, "Too many open files"},
        {ENFILE, "Too many open files in system"},
        {ENOMEM, "Cannot allocate memory"},
        {EIO, "Input/output error"},
        {ESTALE, "Stale file handle"},
        {EOVERFLOW, "Value too large for defined data type"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].error == error)
            return known[i].text;
    return "it cannot be opened or read";
}
