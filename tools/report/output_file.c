#include "report/output_file.h"

#include "shared/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool complain(const char *program, const char *path)
{
    fprintf(stderr, "%s: %s: %s\n", program, path, strerror(errno));
    return false;
}

bool output_file_open(struct output_file *file, const char *program, const char *path)
{
    *file = (struct output_file){.path = path, .stream = stdout};
    if (path == NULL || strcmp(path, "-") == 0)
        return true;
    /* A name that begins with a dot and does not end in ".prom" is none that a collector reads. */
    const char *slash = strrchr(path, '/');
    int directory = slash != NULL ? (int)(slash - path + 1) : 0;
    file->temporary = text_format("%.*s.%s.XXXXXX", directory, path, path + directory);
    int descriptor = mkstemp(file->temporary);
    file->stream = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
    if (file->stream != NULL)
        return true;
    complain(program, path);
    free(file->temporary);
    return false;
}

/* As open(2) would have made it: mkstemp(3) lets nobody else read. */
static bool put_in_place(struct output_file *file)
{
    mode_t mask = umask(0);
    umask(mask);
    bool written = fchmod(fileno(file->stream), 0666 & ~mask) == 0 && fflush(file->stream) == 0 &&
                   ferror(file->stream) == 0 && fsync(fileno(file->stream)) == 0;
    written = fclose(file->stream) == 0 && written;
    return written && rename(file->temporary, file->path) == 0;
}

bool output_file_close(struct output_file *file, const char *program)
{
    if (file->temporary == NULL)
        return (fflush(stdout) == 0 && ferror(stdout) == 0) || complain(program, "standard output");
    bool done = put_in_place(file);
    if (!done) {
        complain(program, file->path);
        unlink(file->temporary);
    }
    free(file->temporary);
    return done;
}
