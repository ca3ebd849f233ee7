/* A file that is whole whenever it is there: it is written beside its place, and takes it when it is done. */
#ifndef TLSWARD_OUTPUT_FILE_H
#define TLSWARD_OUTPUT_FILE_H

#include <stdbool.h>
#include <stdio.h>

struct output_file {
    const char *path;
    char *temporary;
    FILE *stream;
    int descriptor; /* of the file, beside the stream's */
};

/* NULL or "-" is standard output; what is named ".gz" is compressed by gzip. False with a message on standard error,
 * after `program`. */
bool output_file_open(struct output_file *file, const char *program, const char *path);

/* Puts it in its place. False with a message, and nothing is left behind. */
bool output_file_close(struct output_file *file, const char *program);

#endif
