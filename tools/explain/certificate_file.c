#include "explain/certificate_file.h"

#include "shared/text.h"

#include <errno.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MODE 0644

/* A device or a pipe in its place would be gone after a rename. */
static bool can_be_replaced(const char *path)
{
    struct stat present;
    if (lstat(path, &present) != 0)
        return errno == ENOENT;
    errno = EEXIST;
    return S_ISREG(present.st_mode);
}

/* Writes and closes it. */
static bool write_pem(X509 *certificate, int descriptor)
{
    FILE *file = fdopen(descriptor, "w");
    if (file == NULL) {
        close(descriptor);
        return false;
    }
    bool written = PEM_write_X509(file, certificate) == 1 && fchmod(descriptor, FILE_MODE) == 0;
    return (fclose(file) == 0) && written;
}

bool certificate_file_write(X509 *certificate, const char *path)
{
    char *unfinished = text_format("%s.XXXXXX", path);
    int descriptor = can_be_replaced(path) ? mkstemp(unfinished) : -1;
    bool done = descriptor >= 0 && write_pem(certificate, descriptor) && rename(unfinished, path) == 0;
    if (!done)
        fprintf(stderr, "tlsward explain: the certificate cannot be written to %s: %s\n", path, strerror(errno));
    if (!done && descriptor >= 0)
        unlink(unfinished);
    free(unfinished);
    return done;
}
