#include "anchors.h"

#include "system_store.h"
#include "text.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void add_problem(struct anchors *anchors, const char *file, unsigned position, const char *message)
{
    anchors->problems = text_grow(anchors->problems, anchors->problem_count + 1, sizeof *anchors->problems);
    anchors->problems[anchors->problem_count++] = (struct anchor_problem){
        .file = text_format("%s", file), .position = position, .message = text_format("%s", message)};
}

const struct anchor *anchors_find(const struct anchors *anchors, const X509 *certificate)
{
    for (size_t i = 0; i < anchors->count; i++)
        if (X509_cmp(anchors->items[i].certificate, certificate) == 0)
            return &anchors->items[i];
    return NULL;
}

/* A certificate that several files hold counts once, for the first of them. */
static void add_certificate(struct anchors *anchors, const char *file, unsigned position, X509 *certificate)
{
    if (anchors_find(anchors, certificate) != NULL) {
        X509_free(certificate);
        return;
    }
    anchors->items = text_grow(anchors->items, anchors->count + 1, sizeof *anchors->items);
    anchors->items[anchors->count++] =
        (struct anchor){.certificate = certificate, .file = text_format("%s", file), .position = position};
}

/* OpenSSL's text for the error that was queued last; empties the queue. */
static const char *openssl_reason(void)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    return reason != NULL ? reason : "unreadable";
}

static bool is_certificate(const char *name)
{
    return strcmp(name, PEM_STRING_X509) == 0 || strcmp(name, PEM_STRING_X509_OLD) == 0 ||
           strcmp(name, PEM_STRING_X509_TRUSTED) == 0;
}

/* Reads one PEM block. False at the end of the file. */
static bool add_pem_block(struct anchors *anchors, const char *file, BIO *bio, unsigned *position)
{
    char *name = NULL;
    char *header = NULL;
    unsigned char *data = NULL;
    long length = 0;
    if (!PEM_read_bio(bio, &name, &header, &data, &length)) {
        bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
        const char *reason = openssl_reason();
        if (!at_end)
            add_problem(anchors, file, ++*position, reason);
        return !at_end && !BIO_eof(bio);
    }
    if (is_certificate(name)) {
        const unsigned char *next = data;
        X509 *certificate = strcmp(name, PEM_STRING_X509_TRUSTED) == 0 ? d2i_X509_AUX(NULL, &next, length)
                                                                       : d2i_X509(NULL, &next, length);
        ++*position;
        if (certificate != NULL)
            add_certificate(anchors, file, *position, certificate);
        else
            add_problem(anchors, file, *position, openssl_reason());
    }
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(data);
    return true;
}

static void add_file(struct anchors *anchors, const char *file)
{
    struct stat status;
    if (stat(file, &status) != 0) {
        add_problem(anchors, file, 0, strerror(errno));
        return;
    }
    if (!S_ISREG(status.st_mode)) {
        add_problem(anchors, file, 0, "is no regular file");
        return;
    }
    BIO *bio = BIO_new_file(file, "rb");
    if (bio == NULL) {
        add_problem(anchors, file, 0, strerror(errno));
        ERR_clear_error();
        return;
    }
    unsigned position = 0;
    while (add_pem_block(anchors, file, bio, &position))
        ;
    X509 *certificate = NULL;
    if (position == 0 && BIO_seek(bio, 0) == 0 && (certificate = d2i_X509_bio(bio, NULL)) != NULL)
        add_certificate(anchors, file, ++position, certificate);
    if (position == 0)
        add_problem(anchors, file, 0, "holds no certificate");
    ERR_clear_error();
    BIO_free(bio);
}

/* "5ed36f99.0", as openssl-rehash(1) names links. */
static int is_hash_link(const struct dirent *entry)
{
    return strspn(entry->d_name, "0123456789abcdef") == 8 && entry->d_name[8] == '.' && entry->d_name[9] >= '0' &&
           entry->d_name[9] <= '9';
}

static int is_certificate_file(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot != NULL && (strcmp(dot, ".pem") == 0 || strcmp(dot, ".crt") == 0 || strcmp(dot, ".cer") == 0);
}

/* The library looks at hash links where a directory has any, and else at its certificate files. */
static void add_directory(struct anchors *anchors, const char *directory)
{
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, is_hash_link, alphasort);
    if (count == 0) {
        free(entries);
        count = scandir(directory, &entries, is_certificate_file, alphasort);
    }
    if (count < 0)
        add_problem(anchors, directory, 0, strerror(errno));
    if (count == 0)
        add_problem(anchors, directory, 0, "holds no certificate");
    for (int i = 0; i < count; i++) {
        char *file = text_format("%s/%s", directory, entries[i]->d_name);
        add_file(anchors, file);
        free(file);
        free(entries[i]);
    }
    free(entries);
}

static void add_path(struct anchors *anchors, const char *path)
{
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        add_directory(anchors, path);
    else
        add_file(anchors, path);
}

/* The places the library looks at; one that stands in for another counts only where that one gave nothing. */
static void add_system(struct anchors *anchors)
{
    struct trust_places places = system_store_places();
    for (size_t i = 0; i < places.count; i++)
        if (!places.items[i].stands_in || anchors->count == 0)
            add_path(anchors, places.items[i].path);
    trust_places_free(&places);
}

void anchors_add(struct anchors *anchors, const struct trust_source *source)
{
    if (source->path != NULL)
        add_path(anchors, source->path);
    else
        add_system(anchors);
}

void anchors_free(struct anchors *anchors)
{
    for (size_t i = 0; i < anchors->count; i++) {
        X509_free(anchors->items[i].certificate);
        free(anchors->items[i].file);
    }
    for (size_t i = 0; i < anchors->problem_count; i++) {
        free(anchors->problems[i].file);
        free(anchors->problems[i].message);
    }
    free(anchors->items);
    free(anchors->problems);
    *anchors = (struct anchors){.items = NULL};
}
