#include "shared/needed_objects.h"

#include "shared/elf.h"
#include "shared/elf_file.h"
#include "shared/text.h"

#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* More than any program has; an image may be made to keep us busy. */
enum { MOST_OBJECTS = 2000, MOST_INCLUDES = 16 };

struct directories {
    char **items;
    size_t count;
};

struct search {
    const char *root;
    struct elf_facts program;
    struct directories system; /* of ld.so.conf(5), and the loader's own */
    struct linked_objects found;
};

const char *needed_objects_inside(const char *root, const char *path)
{
    size_t length = strlen(root);
    while (length > 0 && root[length - 1] == '/')
        length--;
    return strncmp(path, root, length) == 0 && path[length] == '/' ? path + length : path;
}

static bool read_name(int fd, char name[static PATH_MAX])
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = fd >= 0 ? readlink(link, name, PATH_MAX - 1) : -1;
    name[length > 0 ? length : 0] = '\0';
    return length > 0;
}

/* The kernel names a file of another mount namespace as it is called there: only `root` leads to it. */
char *needed_objects_resolve(const char *root, const char *path)
{
    if (*root == '\0')
        return realpath(path, NULL);
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
    char root_name[PATH_MAX], name[PATH_MAX];
    int base = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = base >= 0 ? (int)syscall(SYS_openat2, base, path, &how, sizeof how) : -1;
    bool found = read_name(base, root_name) && read_name(fd, name);
    if (base >= 0)
        close(base);
    if (fd >= 0)
        close(fd);
    return found ? text_format("%s%s", root, needed_objects_inside(root_name, name)) : NULL;
}

static void add_directory(struct directories *directories, char *directory)
{
    directories->items = text_grow(directories->items, directories->count + 1, sizeof *directories->items);
    directories->items[directories->count++] = directory;
}

static void free_directories(struct directories *directories)
{
    for (size_t i = 0; i < directories->count; i++)
        free(directories->items[i]);
    free(directories->items);
}

/* A line of ld.so.conf(5): a directory, or "include PATTERN". */
static void read_configuration(struct search *search, const char *path, int depth)
{
    char *real = needed_objects_resolve(search->root, path);
    FILE *file = real != NULL && depth < MOST_INCLUDES ? fopen(real, "re") : NULL;
    char *line = NULL;
    size_t room = 0;
    while (file != NULL && getline(&line, &room, file) > 0) {
        line[strcspn(line, "#\r\n")] = '\0';
        char *word = line + strspn(line, " \t");
        word[strcspn(word, " \t")] = '\0';
        char *rest = word + strlen(word) + 1;
        if (strcmp(word, "include") == 0) {
            char *pattern = text_format("%s%s", search->root, rest + strspn(rest, " \t"));
            glob_t found;
            if (glob(pattern, 0, NULL, &found) == 0) {
                for (size_t i = 0; i < found.gl_pathc; i++)
                    read_configuration(search, needed_objects_inside(search->root, found.gl_pathv[i]), depth + 1);
                globfree(&found);
            }
            free(pattern);
        } else if (*word == '/') {
            add_directory(&search->system, text_format("%s", word));
        }
    }
    free(line);
    free(real);
    if (file != NULL)
        fclose(file);
}

static void add_standard(struct search *search)
{
    static const char *const standard[] = {"/lib/x86_64-linux-gnu",
                                           "/usr/lib/x86_64-linux-gnu",
                                           "/lib/aarch64-linux-gnu",
                                           "/usr/lib/aarch64-linux-gnu",
                                           "/lib/i386-linux-gnu",
                                           "/usr/lib/i386-linux-gnu",
                                           "/lib64",
                                           "/usr/lib64",
                                           "/lib",
                                           "/usr/lib",
                                           "/usr/local/lib"};
    for (size_t i = 0; i < sizeof standard / sizeof *standard; i++)
        add_directory(&search->system, text_format("%s", standard[i]));
}

/* Adds the directories of a list as DT_RUNPATH has it; $ORIGIN is where `object` is. */
static void add_run_path(struct search *search, struct directories *directories, const char *list, const char *object)
{
    const char *inside = needed_objects_inside(search->root, object);
    const char *slash = strrchr(inside, '/');
    int origin = slash != NULL ? (int)(slash - inside) : 0;
    while (*list != '\0') {
        size_t length = strcspn(list, ":");
        const char *rest = NULL;
        if (strncmp(list, "$ORIGIN", strlen("$ORIGIN")) == 0)
            rest = list + strlen("$ORIGIN");
        else if (strncmp(list, "${ORIGIN}", strlen("${ORIGIN}")) == 0)
            rest = list + strlen("${ORIGIN}");
        if (rest != NULL)
            add_directory(directories, text_format("%.*s%.*s", origin, inside, (int)(list + length - rest), rest));
        else if (*list == '/')
            add_directory(directories, text_format("%.*s", (int)length, list));
        list += length + (list[length] == ':');
    }
}

static bool is_known(const struct linked_objects *objects, const char *path)
{
    for (size_t i = 0; i < objects->count; i++)
        if (strcmp(objects->paths[i], path) == 0)
            return true;
    return false;
}

/* Of the program's own machine and word size. */
static bool fits(const struct search *search, const char *path)
{
    struct elf_facts facts = elf_inspect(path);
    return facts.is_elf && facts.class == search->program.class && facts.machine == search->program.machine;
}

static bool add_object(struct search *search, const char *path)
{
    char *real = needed_objects_resolve(search->root, path);
    bool good = real != NULL && (is_known(&search->found, real) || fits(search, real));
    if (!good || is_known(&search->found, real) || search->found.count >= MOST_OBJECTS) {
        free(real);
        return good;
    }
    search->found.paths = text_grow(search->found.paths, search->found.count + 1, sizeof *search->found.paths);
    search->found.paths[search->found.count++] = real;
    return true;
}

static bool find_in(struct search *search, const struct directories *directories, const char *name)
{
    for (size_t i = 0; i < directories->count; i++) {
        char *path = text_format("%s/%s", directories->items[i], name);
        bool found = add_object(search, path);
        free(path);
        if (found)
            return true;
    }
    return false;
}

static void add_needed(struct search *search, const struct directories *own, const char *name)
{
    if (strchr(name, '/') != NULL)
        add_object(search, name);
    else if (!find_in(search, own, name))
        find_in(search, &search->system, name);
}

/* Hands on the text of each entry of the dynamic section that has that tag. */
static void each_text(const char *object, int64_t tag, void (*take)(void *arg, const char *text), void *arg)
{
    struct elf_file file = elf_file_open(object);
    GElf_Shdr header;
    for (Elf_Scn *section = NULL; file.elf != NULL && (section = elf_nextscn(file.elf, section)) != NULL;) {
        GElf_Dyn entry;
        if (gelf_getshdr(section, &header) == NULL || header.sh_type != SHT_DYNAMIC)
            continue;
        Elf_Data *data = elf_getdata(section, NULL);
        for (int i = 0; data != NULL && gelf_getdyn(data, i, &entry) != NULL && entry.d_tag != DT_NULL; i++) {
            const char *text = entry.d_tag == tag ? elf_strptr(file.elf, header.sh_link, entry.d_un.d_val) : NULL;
            if (text != NULL)
                take(arg, text);
        }
    }
    elf_file_close(&file);
}

struct one_object {
    struct search *search;
    const char *path;
    struct directories own;
};

static void take_run_path(void *arg, const char *text)
{
    struct one_object *object = arg;
    add_run_path(object->search, &object->own, text, object->path);
}

static void take_needed(void *arg, const char *text)
{
    struct one_object *object = arg;
    add_needed(object->search, &object->own, text);
}

struct wanted {
    const char *name;
    bool found;
};

static void compare_name(void *arg, const char *text)
{
    struct wanted *wanted = arg;
    wanted->found = wanted->found || strcmp(text, wanted->name) == 0;
}

bool needed_objects_names(const char *object, const char *name)
{
    struct wanted wanted = {.name = name};
    each_text(object, DT_NEEDED, compare_name, &wanted);
    return wanted.found;
}

static void read_object(struct search *search, const char *path)
{
    struct one_object object = {.search = search, .path = path};
    each_text(path, DT_RUNPATH, take_run_path, &object);
    each_text(path, DT_RPATH, take_run_path, &object);
    each_text(path, DT_NEEDED, take_needed, &object);
    free_directories(&object.own);
}

struct linked_objects needed_objects_list(const char *root, const char *program)
{
    struct search search = {.root = root, .program = elf_inspect(program)};
    if (!search.program.is_elf)
        return search.found;
    read_configuration(&search, "/etc/ld.so.conf", 0);
    add_standard(&search);
    read_object(&search, program);
    for (size_t i = 0; i < search.found.count; i++) {
        char *path = text_format("%s", search.found.paths[i]);
        read_object(&search, path);
        free(path);
    }
    free_directories(&search.system);
    return search.found;
}
