#include "shared/distribution.h"

#include "shared/text.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Debian: update-ca-certificates(8). Fedora: update-ca-trust(8). SUSE: the README of openSUSE/ca-certificates; p11-kit
 * reads there what it reads for Fedora. Alpine: update-ca.c of alpinelinux/ca-certificates, which puts what lies in the
 * directory into the bundle as it is, whatever its name. Arch: its own update-ca-trust(8), where `trust anchor --store`
 * of trust(1) does both at once.
 */
static const struct distribution known[] = {
    {"debian ubuntu", "/usr/share/ca-certificates", "/var/lib/dpkg/info/ca-certificates.list",
     "/usr/local/share/ca-certificates", ".crt", true, "update-ca-certificates"},
    {"fedora rhel centos", "/usr/share/pki/ca-trust-source", NULL, "/etc/pki/ca-trust/source/anchors", NULL, false,
     "update-ca-trust"},
    {"suse opensuse sles", "/usr/share/pki/trust", NULL, "/etc/pki/trust/anchors", NULL, false,
     "update-ca-certificates"},
    {"alpine", "/usr/share/ca-certificates", NULL, "/usr/local/share/ca-certificates", NULL, true,
     "update-ca-certificates"},
    {"arch", "/usr/share/ca-certificates/trust-source", NULL, "/etc/ca-certificates/trust-source/anchors", NULL, false,
     "update-ca-trust"},
};

static bool has_word(const char *words, const char *word, size_t length)
{
    for (const char *next = words; *next != '\0'; next += strspn(next, " ")) {
        size_t size = strcspn(next, " ");
        if (size == length && strncmp(next, word, length) == 0)
            return true;
        next += size;
    }
    return false;
}

/* The first distribution that one of the words names. */
static const struct distribution *find(const char *words)
{
    static const char between[] = " \"'\n";
    for (const char *next = words + strspn(words, between); *next != '\0'; next += strspn(next, between)) {
        size_t length = strcspn(next, between);
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            if (has_word(known[i].names, next, length))
                return &known[i];
        next += length;
    }
    return NULL;
}

const struct distribution *distribution_of_this_host(void)
{
    const struct distribution *itself = NULL, *alike = NULL;
    FILE *file = fopen("/etc/os-release", "re");
    if (file == NULL)
        file = fopen("/usr/lib/os-release", "re");
    if (file == NULL)
        return NULL;
    char line[1024];
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "ID=", 3) == 0)
            itself = find(line + 3);
        else if (strncmp(line, "ID_LIKE=", 8) == 0)
            alike = find(line + 8);
    }
    fclose(file);
    return itself != NULL ? itself : alike;
}

/* nftw(3) has no argument for its caller. */
static struct anchors *found;
static char *package_files; /* "\n/a\n/b\n", or NULL: all count */

static bool is_of_the_package(const char *path)
{
    char *line = text_format("\n%s\n", path);
    bool listed = package_files == NULL || strstr(package_files, line) != NULL;
    free(line);
    return listed;
}

static int take_file(const char *path, const struct stat *facts, int kind, struct FTW *place)
{
    (void)place;
    if (kind == FTW_F && S_ISREG(facts->st_mode) && is_of_the_package(path))
        anchors_add(found, &(struct trust_source){.path = path});
    return 0;
}

static char *read_list(const char *path)
{
    FILE *file = path != NULL ? fopen(path, "re") : NULL;
    if (file == NULL)
        return NULL;
    char *text = text_format("\n"), *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, file) > 0) {
        char *longer = text_format("%s%s", text, line);
        free(text);
        text = longer;
    }
    free(line);
    fclose(file);
    return text;
}

static void add_below(const char *directory, const char *list, struct anchors *anchors)
{
    enum { OPEN_DIRECTORIES = 16 };
    found = anchors;
    package_files = read_list(list);
    nftw(directory, take_file, OPEN_DIRECTORIES, 0);
    free(package_files);
    package_files = NULL;
}

void distribution_add_packaged(const struct distribution *distribution, struct anchors *anchors)
{
    add_below(distribution->packaged, distribution->list, anchors);
}

void distribution_add_local(const struct distribution *distribution, struct anchors *anchors)
{
    add_below(distribution->local, NULL, anchors);
}

char *distribution_add_command(const struct distribution *distribution)
{
    return text_format("cp CA%s %s/ && %s", distribution->ending != NULL ? distribution->ending : ".pem",
                       distribution->local, distribution->update);
}
