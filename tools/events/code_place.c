#include "events/code_place.h"

#include "process/hex.h"
#include "process/loader.h"
#include "shared/text.h"

#include <elfutils/libdwfl.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *code_lack_text(enum code_lack lack)
{
    static const char *const texts[CODE_LACKS] = {
        [CODE_IS_KNOWN] = "",
        [CODE_HAS_NO_DEBUG_INFORMATION] = "there is no debug information here",
        [CODE_IS_NOT_HERE] = "the file is not here",
        [CODE_IS_UNREADABLE] = "the file cannot be read",
        [CODE_IS_ANOTHER_USERS] = "the file is another user's",
        [CODE_IS_NO_OBJECT] = "the file is no program or library",
        [CODE_IS_ANOTHER_BUILD] = "the file is another build now",
        [CODE_IS_NEWER] = "the file has changed since",
        [CODE_HAS_NO_PATH] = "nobody knows which file it is",
    };
    return texts[lack];
}

bool code_lack_is_for_servers(enum code_lack lack)
{
    return lack == CODE_HAS_NO_DEBUG_INFORMATION || lack == CODE_IS_NOT_HERE || lack == CODE_IS_ANOTHER_BUILD;
}

/* A place of an event in parts. */
struct place {
    char *path;
    char *build_id; /* "" for none */
    uint64_t offset;
};

struct object {
    char *path, *build_id;
    Dwfl *dwfl; /* NULL: `lack` says why */
    Dwfl_Module *module;
    int64_t changed; /* milliseconds since 1970 */
    enum code_lack lack;
};

enum { OBJECTS_MAX = 256 };

struct code_objects {
    struct object items[OBJECTS_MAX];
    size_t count; /* that were opened; of more than fit the newest are there */
    bool ask_servers;
};

struct code_objects *code_objects_new(bool ask_servers)
{
    struct code_objects *objects = text_grow(NULL, 1, sizeof *objects);
    *objects = (struct code_objects){.ask_servers = ask_servers};
    if (!ask_servers)
        unsetenv("DEBUGINFOD_URLS");
    else if (isatty(STDERR_FILENO))
        setenv("DEBUGINFOD_PROGRESS", "1", 0);
    return objects;
}

/* How long it is without the build id behind it, which says to a machine which build it is. A path may hold blanks. */
static size_t without_build_id(const char *place)
{
    const char *id = strrchr(place, '(');
    return id != NULL && id > place && id[-1] == ' ' ? (size_t)(id - 1 - place) : strlen(place);
}

/* False where it is not written as the library writes it. */
static bool split(const char *text, const char *program, struct place *place)
{
    size_t end = without_build_id(text);
    const char *plus = NULL;
    for (const char *at = text; (at = strstr(at, "+0x")) != NULL && at < text + end; at++)
        plus = at;
    char *rest = NULL;
    place->offset = plus != NULL ? strtoull(plus + 1, &rest, 16) : 0;
    if (place->offset == 0 || rest != text + end)
        return false;
    const char *id = text[end] != '\0' ? text + end + strlen(" (") : "";
    bool is_program = strncmp(text, "program+", strlen("program+")) == 0;
    place->path = is_program ? text_format("%s", program) : text_format("%.*s", (int)(plus - text), text);
    place->build_id = text_format("%.*s", (int)strcspn(id, ")"), id);
    return true;
}

/* Why a file is not to be read: who writes events names any path. */
static enum code_lack lack_of(const struct object *object, int path, struct stat *status)
{
    if (*object->path != '/')
        return CODE_HAS_NO_PATH;
    if (path < 0)
        return errno == ENOENT ? CODE_IS_NOT_HERE : CODE_IS_UNREADABLE;
    if (fstat(path, status) != 0 || !S_ISREG(status->st_mode))
        return CODE_IS_NO_OBJECT;
    return status->st_uid == 0 || status->st_uid == geteuid() ? CODE_IS_KNOWN : CODE_IS_ANOTHER_USERS;
}

/* A file that is parsed here is one of who asks, or of root. To open a device, or a pipe, may do something to it. */
static int open_file(struct object *object)
{
    struct stat status;
    int path = *object->path == '/' ? open(object->path, O_PATH | O_CLOEXEC) : -1, fd = -1;
    object->lack = lack_of(object, path, &status);
    if (object->lack == CODE_IS_KNOWN) {
        char *self = text_format("/proc/self/fd/%d", path);
        fd = open(self, O_RDONLY | O_NOCTTY | O_CLOEXEC);
        object->lack = fd < 0 ? CODE_IS_UNREADABLE : CODE_IS_KNOWN;
        object->changed = (int64_t)status.st_ctim.tv_sec * 1000 + status.st_ctim.tv_nsec / 1000000;
        free(self);
    }
    if (path >= 0)
        close(path);
    return fd;
}

static void close_object(struct object *object)
{
    if (object->dwfl != NULL)
        dwfl_end(object->dwfl);
    object->dwfl = NULL;
}

static void begin(struct object *object)
{
    static const Dwfl_Callbacks callbacks = {.find_elf = dwfl_build_id_find_elf,
                                             .find_debuginfo = dwfl_standard_find_debuginfo,
                                             .section_address = dwfl_offline_section_address};
    object->dwfl = dwfl_begin(&callbacks);
    if (object->dwfl == NULL)
        text_grow(NULL, SIZE_MAX / 2, 1);
    dwfl_report_begin(object->dwfl);
}

/* With the addresses that the file itself names. */
static bool open_from_file(struct object *object)
{
    const unsigned char *id;
    GElf_Addr id_address;
    char text[2 * BUILD_ID_MAX + 1];
    int fd = open_file(object);
    if (fd < 0)
        return false;
    begin(object);
    object->module = dwfl_report_elf(object->dwfl, object->path, object->path, fd, 0, true);
    if (object->module == NULL) {
        close(fd);
        object->lack = CODE_IS_NO_OBJECT;
        close_object(object);
        return false;
    }
    dwfl_report_end(object->dwfl, NULL, NULL);
    int length = dwfl_module_build_id(object->module, &id, &id_address);
    hex_print(id, length > 0 && length <= BUILD_ID_MAX ? (size_t)length : 0, HEX_LOWER, text);
    if (*object->build_id == '\0' || strcmp(text, object->build_id) == 0)
        return true;
    object->lack = CODE_IS_ANOTHER_BUILD;
    close_object(object);
    return false;
}

/* By its build id alone. The module reaches as far as addresses do, as nobody knows yet how large it is. */
static bool open_from_servers(struct object *object)
{
    long length;
    GElf_Addr bias;
    unsigned char *id = OPENSSL_hexstr2buf(object->build_id, &length);
    if (id == NULL)
        return false;
    begin(object);
    object->module = dwfl_report_module(object->dwfl, object->path, 0, INT64_MAX);
    bool opened = object->module != NULL && dwfl_module_report_build_id(object->module, id, (size_t)length, 0) == 0 &&
                  dwfl_report_end(object->dwfl, NULL, NULL) == 0 && dwfl_module_getelf(object->module, &bias) != NULL &&
                  bias == 0;
    OPENSSL_free(id);
    if (!opened)
        close_object(object);
    return opened;
}

static struct object *object_of(struct code_objects *objects, struct place *place)
{
    size_t known = objects->count < OBJECTS_MAX ? objects->count : OBJECTS_MAX;
    for (size_t i = 0; i < known; i++)
        if (strcmp(objects->items[i].path, place->path) == 0 &&
            strcmp(objects->items[i].build_id, place->build_id) == 0)
            return &objects->items[i];
    struct object *object = &objects->items[objects->count++ % OBJECTS_MAX];
    if (objects->count > OBJECTS_MAX) {
        close_object(object);
        free(object->path);
        free(object->build_id);
    }
    *object = (struct object){.path = place->path, .build_id = place->build_id};
    place->path = place->build_id = NULL;
    if (open_from_file(object) || (objects->ask_servers && open_from_servers(object)))
        object->lack = CODE_IS_KNOWN;
    return object;
}

/* Where no symbol holds the address: stripped objects have those alone that others call. */
static void find_nearest(Dwfl_Module *module, GElf_Addr address, struct code_place *found)
{
    int count = dwfl_module_getsymtab(module);
    GElf_Addr nearest = 0;
    for (int i = 0; i < count; i++) {
        GElf_Sym symbol;
        GElf_Addr value;
        const char *name = dwfl_module_getsym_info(module, i, &symbol, &value, NULL, NULL, NULL);
        if (name == NULL || GELF_ST_TYPE(symbol.st_info) != STT_FUNC || value > address || value <= nearest)
            continue;
        nearest = value;
        found->function = name;
    }
    found->is_after = found->function != NULL;
    found->offset = address - nearest;
}

/* The address is the one that the call returns to, and so its last byte is before it. */
static struct code_place find_in(Dwfl_Module *module, GElf_Addr address)
{
    struct code_place found = {.lack = CODE_HAS_NO_DEBUG_INFORMATION};
    GElf_Sym symbol;
    Dwfl_Line *line = dwfl_module_getsrc(module, address - 1);
    found.function = dwfl_module_addrinfo(module, address - 1, &found.offset, &symbol, NULL, NULL, NULL);
    if (found.function == NULL)
        find_nearest(module, address - 1, &found);
    found.offset++;
    if (line != NULL)
        found.file = dwfl_lineinfo(line, NULL, &found.line, NULL, NULL, NULL);
    if (found.file != NULL)
        found.lack = CODE_IS_KNOWN;
    return found;
}

struct code_place code_place_find(struct code_objects *objects, const char *place_text, const char *program,
                                  int64_t since)
{
    struct place place;
    if (!split(place_text, program, &place))
        return (struct code_place){.lack = CODE_HAS_NO_PATH};
    const struct object *object = object_of(objects, &place);
    free(place.path);
    free(place.build_id);
    if (object->lack != CODE_IS_KNOWN)
        return (struct code_place){.lack = object->lack};
    if (*object->build_id == '\0' && object->changed > since)
        return (struct code_place){.lack = CODE_IS_NEWER};
    return find_in(object->module, place.offset);
}

char *code_place_text(const struct code_place *found, const char *place)
{
    int length = (int)without_build_id(place);
    const char *slash = memrchr(place, '/', (size_t)length), *object = slash != NULL ? slash + 1 : place;
    const char *function = found->function != NULL ? found->function : "";
    if (found->file != NULL)
        return text_format("%s%s%s:%d", function, *function != '\0' ? " at " : "", found->file, found->line);
    if (*function != '\0' && !found->is_after)
        return text_format("%s+0x%" PRIx64 " in %.*s", function, found->offset, (int)strcspn(object, "+"), object);
    if (found->function != NULL)
        return text_format("%.*s, 0x%" PRIx64 " after %s", length - (int)(object - place), object, found->offset,
                           function);
    return text_format("%.*s", length, place);
}

void code_objects_free(struct code_objects *objects)
{
    for (size_t i = 0; objects != NULL && i < objects->count && i < OBJECTS_MAX; i++) {
        close_object(&objects->items[i]);
        free(objects->items[i].path);
        free(objects->items[i].build_id);
    }
    free(objects);
}
