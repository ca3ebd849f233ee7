#include "trust/trust_places.h"

#include "process/array.h"
#include "trust/anchor_directory.h"
#include "trust/trust.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* In the rows themselves, and the last is empty: pointers would cost relocations in every process. */
enum { PATH_ROOM = 52 };

static const char known_directories[][PATH_ROOM] = {
    "/etc/ssl/certs",                                 /* Debian, SUSE, Alpine, Arch, FreeBSD */
    "/etc/pki/ca-trust/extracted/pem/directory-hash", /* Fedora, RHEL 9 */
    "/etc/pki/tls/certs",                             /* RHEL 8 and older, where rehashed */
    "",
};

static const char known_bundles[][PATH_ROOM] = {
    "/etc/ssl/certs/ca-certificates.crt",                /* Debian, Alpine, Arch */
    "/etc/pki/tls/certs/ca-bundle.crt",                  /* Fedora, RHEL */
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* Fedora 42 and later */
    "/etc/ssl/ca-bundle.pem",                            /* SUSE */
    "/var/lib/ca-certificates/ca-bundle.pem",            /* SUSE */
    "/etc/ssl/cert.pem",                                 /* Alpine, Arch, FreeBSD */
    "/usr/local/share/certs/ca-root-nss.crt",            /* FreeBSD */
    "",
};

static _Atomic(const char *) environment_file, environment_directories;
static atomic_uint belief;

void trust_believe_environment(const char *cert_file, const char *cert_dir)
{
    const char *file_before = atomic_exchange(&environment_file, cert_file);
    const char *directories_before = atomic_exchange(&environment_directories, cert_dir);
    if (file_before != cert_file || directories_before != cert_dir)
        atomic_fetch_add(&belief, 1);
}

unsigned trust_places_belief(void)
{
    return atomic_load(&belief);
}

static const char *find_known_directory(void)
{
    const char(*directory)[PATH_ROOM] = known_directories;
    while (**directory != '\0' && !anchor_directory_is_hashed(*directory))
        directory++;
    return **directory != '\0' ? *directory : NULL;
}

static const char *find_known_bundle(void)
{
    const char(*bundle)[PATH_ROOM] = known_bundles;
    while (**bundle != '\0' && file_identify(*bundle).kind != FILE_REGULAR)
        bundle++;
    return **bundle != '\0' ? *bundle : NULL;
}

bool trust_places_add(struct trust_places *places, const char *path, bool stands_in)
{
    struct trust_place *items = array_grow(places->items, places->count, sizeof(*items));
    char *copy = strdup(path);
    if (items)
        places->items = items;
    if (!items || !copy) {
        free(copy);
        return false;
    }
    items[places->count++] = (struct trust_place){copy, stands_in};
    return true;
}

static bool add_all(struct trust_places *places, const char (*paths)[PATH_ROOM])
{
    for (; **paths != '\0'; paths++)
        if (!trust_places_add(places, *paths, false))
            return false;
    return true;
}

static bool add_known(struct trust_places *places)
{
    const char *directory = find_known_directory();
    const char *bundle = find_known_bundle();
    if (!directory && !bundle)
        return add_all(places, known_directories) && add_all(places, known_bundles);
    return (!directory || trust_places_add(places, directory, false)) &&
           (!bundle || trust_places_add(places, bundle, directory != NULL));
}

/* SSL_CERT_DIR may name several directories, separated by colons. */
static bool add_list(struct trust_places *places, const char *list)
{
    char *copy = strdup(list);
    if (!copy)
        return false;
    bool added = true;
    char *state = NULL;
    for (char *path = strtok_r(copy, ":", &state); path && added; path = strtok_r(NULL, ":", &state))
        added = trust_places_add(places, path, false);
    free(copy);
    return added;
}

/* As in OpenSSL, each variable replaces its own half: SSL_CERT_FILE alone leaves the known directory in force. */
bool trust_places_add_system(struct trust_places *places)
{
    const char *file = environment_file, *directories = environment_directories;
    if (file && *file && !trust_places_add(places, file, false))
        return false;
    return directories ? add_list(places, directories) : add_known(places);
}

void trust_places_free(struct trust_places *places)
{
    for (size_t i = 0; i < places->count; i++)
        free(places->items[i].path);
    free(places->items);
    *places = (struct trust_places){NULL, 0};
}
