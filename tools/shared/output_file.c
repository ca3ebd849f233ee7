#include "shared/output_file.h"

#include "shared/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

static bool complain(const char *program, const char *path)
{
    fprintf(stderr, "%s: %s: %s\n", program, path, strerror(errno));
    return false;
}

static ssize_t write_packed(void *file, const char *bytes, size_t size)
{
    return gzwrite(file, bytes, (unsigned)size); /* 0 on an error, which fwrite(3) takes for one */
}

static int close_packed(void *file)
{
    return gzclose(file) == Z_OK ? 0 : EOF;
}

/* A stream that is packed on its way into the file, or goes there as it is. Either has a descriptor of its own. */
static FILE *open_stream(int descriptor, bool is_packed)
{
    static const cookie_io_functions_t functions = {.write = write_packed, .close = close_packed};
    int own = dup(descriptor);
    gzFile packed = is_packed && own >= 0 ? gzdopen(own, "wb") : NULL;
    FILE *stream = NULL;
    if (packed != NULL)
        stream = fopencookie(packed, "w", functions);
    else if (!is_packed && own >= 0)
        stream = fdopen(own, "w");
    if (stream == NULL && packed != NULL)
        gzclose(packed);
    else if (stream == NULL && own >= 0)
        close(own);
    return stream;
}

bool output_file_open(struct output_file *file, const char *program, const char *path)
{
    *file = (struct output_file){.path = path, .stream = stdout, .descriptor = -1};
    if (path == NULL || strcmp(path, "-") == 0)
        return true;
    /* A name that begins with a dot and does not end in ".prom" is none that a collector reads. */
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    int directory = slash != NULL ? (int)(slash - path + 1) : 0;
    file->temporary = text_format("%.*s.%s.XXXXXX", directory, path, path + directory);
    file->descriptor = mkstemp(file->temporary);
    file->stream = file->descriptor >= 0 ? open_stream(file->descriptor, dot != NULL && strcmp(dot, ".gz") == 0) : NULL;
    if (file->stream != NULL)
        return true;
    complain(program, path);
    if (file->descriptor >= 0)
        unlink(file->temporary);
    free(file->temporary);
    return false;
}

/* As open(2) would have made it: mkstemp(3) lets nobody else read. */
static bool put_in_place(struct output_file *file)
{
    mode_t mask = umask(0);
    umask(mask);
    bool written = fflush(file->stream) == 0 && ferror(file->stream) == 0;
    written = fclose(file->stream) == 0 && written;
    written = fchmod(file->descriptor, 0666 & ~mask) == 0 && fsync(file->descriptor) == 0 && written;
    written = close(file->descriptor) == 0 && written;
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
