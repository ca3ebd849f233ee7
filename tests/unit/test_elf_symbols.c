#include "cases.h"
#include "linked_library.h"
#include "process/elf_symbols.h"
#include "process/loader.h"

#include <check.h>
#include <dlfcn.h>
#include <elf.h>
#include <netdb.h>
#include <sys/socket.h>

/* A table of symbols as an object would have it, with one bucket, so that every symbol is on the same chain. */
enum { OLD_OF_TWO = 1, DEFAULT_OF_TWO, OLDER_OF_TWO, ONLY_OLD, IMPORTED, THREAD_LOCAL, LOCAL_ONE, BEYOND, SYMBOLS };

static const char strings[] = "\0two\0old\0imported\0thread\0local\0beyond";
enum { TWO = 1, OLD = 5, IMPORT = 9, THREAD = 18, LOCAL = 25, END = 31 };

#define DEFINED(name_at, kind, bound, at)                                                                              \
    {                                                                                                                  \
        .st_name = (name_at), .st_info = ELF64_ST_INFO(bound, kind), .st_shndx = 1, .st_value = (at)                   \
    }
static const ElfW(Sym) table[SYMBOLS] = {
    [OLD_OF_TWO] = DEFINED(TWO, STT_FUNC, STB_GLOBAL, 0x10),
    [DEFAULT_OF_TWO] = DEFINED(TWO, STT_FUNC, STB_WEAK, 0x20),
    [OLDER_OF_TWO] = DEFINED(TWO, STT_FUNC, STB_GLOBAL, 0x30),
    [ONLY_OLD] = DEFINED(OLD, STT_OBJECT, STB_GLOBAL, 0x40),
    [IMPORTED] = {.st_name = IMPORT, .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), .st_value = 0x50},
    [THREAD_LOCAL] = DEFINED(THREAD, STT_TLS, STB_GLOBAL, 0x60),
    [LOCAL_ONE] = DEFINED(LOCAL, STT_FUNC, STB_LOCAL, 0x70),
    [BEYOND] = DEFINED(END, STT_FUNC, STB_GLOBAL, 0x80),
};
static const ElfW(Half) versions[SYMBOLS] = {0, 0x8002, 3, 0x8004, 0x8002, 3, 3, 0, 1};
/* One bucket, SYMBOLS entries; each symbol's number is followed by the next one's. */
static const uint32_t hash[] = {1, SYMBOLS, 1, 0, 2, 3, 4, 5, 6, 7, 8, 0};

static uintptr_t lowest(void)
{
    uintptr_t base = (uintptr_t)strings;
    base = (uintptr_t)table < base ? (uintptr_t)table : base;
    base = (uintptr_t)versions < base ? (uintptr_t)versions : base;
    return (uintptr_t)hash < base ? (uintptr_t)hash : base;
}

/* With offsets from `base` where `taken_off` says so, as musl leaves them; else with addresses, as glibc writes them.
 */
static void *find(const char *name, uintptr_t taken_off)
{
    const ElfW(Dyn) dynamic[] = {
        {DT_SYMTAB, {.d_ptr = (uintptr_t)table - taken_off}},
        {DT_STRTAB, {.d_ptr = (uintptr_t)strings - taken_off}},
        {DT_STRSZ, {.d_val = END}},
        {DT_VERSYM, {.d_ptr = (uintptr_t)versions - taken_off}},
        {DT_HASH, {.d_ptr = (uintptr_t)hash - taken_off}},
        {DT_NULL, {0}},
    };
    struct elf_symbols symbols;
    ck_assert(elf_symbols_read(&symbols, lowest(), dynamic));
    return elf_symbols_find(&symbols, name);
}

static const struct {
    const char *fact, *name;
    uintptr_t offset; /* 0: not found */
} rows[] = {
    {"the default version wins over others before and behind it", "two", 0x20},
    {"an old version is better than nothing", "old", 0x40},
    {"an import is no definition", "imported", 0},
    {"a thread-local variable has no address to give", "thread", 0},
    {"a local symbol is nobody else's", "local", 0},
    {"a name beyond the string table is not read", "beyond", 0},
    {"a name that is not there", "absent", 0},
    {"the empty name", "", 0},
};

START_TEST(finds_what_an_object_defines)
{
    uintptr_t expected = rows[_i].offset != 0 ? lowest() + rows[_i].offset : 0;
    ck_assert_msg((uintptr_t)find(rows[_i].name, 0) == expected, "%s", rows[_i].fact);
    ck_assert_msg((uintptr_t)find(rows[_i].name, lowest()) == expected, "%s, under musl", rows[_i].fact);
}
END_TEST

START_TEST(an_object_without_hash_table_cannot_be_searched)
{
    const ElfW(Dyn) dynamic[] = {
        {DT_SYMTAB, {.d_ptr = (uintptr_t)table}}, {DT_STRTAB, {.d_ptr = (uintptr_t)strings}}, {DT_NULL, {0}}};
    struct elf_symbols symbols;
    ck_assert(!elf_symbols_read(&symbols, lowest(), dynamic));
}
END_TEST

static const char *const libc_names[] = {
    "connect",
    "getaddrinfo",
    "dlopen",
    "dlsym",
    "dlvsym", /* the ones we need */
    "memcpy",
    "strlen", /* STT_GNU_IFUNC, one of them with an old version */
    "environ",
    "realpath",
    "pthread_cond_wait", /* data; old versions beside the default one */
    "SSL_connect_of_nobody",
};

START_TEST(agrees_with_dlsym)
{
    ck_assert_msg(loader_next(libc_names[_i]) == dlsym(RTLD_NEXT, libc_names[_i]), "%s", libc_names[_i]);
}
END_TEST

START_TEST(finds_all_that_it_finds_one_by_one)
{
    static const char names[][24] = {"connect", "SSL_connect_of_nobody", "SSL_connect", "environ"};
    enum { NAMES = sizeof names / sizeof names[0] };
    void *found[NAMES] = {&found, &found, &found, &found};
    loader_next_all(names[0], sizeof names[0], NAMES, found);
    for (size_t i = 0; i < NAMES; i++)
        ck_assert_msg(found[i] == loader_next(names[i]), "%s", names[i]);
}
END_TEST

static struct hostent *look_up(void)
{
    return gethostbyname("localhost"); /* so that this program refers to it */
}

START_TEST(finds_where_a_reference_is_bound)
{
    const void *here = (const void *)(uintptr_t)look_up;
    ck_assert_ptr_nonnull(loader_slot_beside(here, "gethostbyname"));
    ck_assert_ptr_null(loader_slot_beside(here, "gethostbyname2"));
    ck_assert_ptr_null(loader_slot_beside(NULL, "gethostbyname"));
}
END_TEST

START_TEST(tells_objects_apart)
{
    const void *here = (const void *)(uintptr_t)look_up, *libc = (const void *)(uintptr_t)connect;
    ck_assert_uint_ne(loader_identity(libc), 0);
    ck_assert_uint_ne(loader_identity(libc), loader_identity(here));
    ck_assert_uint_eq(loader_identity(libc), loader_identity((const char *)libc + 1));
    ck_assert_uint_eq(loader_identity(NULL), 0);
    ck_assert(loader_is_before_own(here) || loader_is_own(here));
    ck_assert(!loader_is_before_own(libc));
}
END_TEST

START_TEST(leaves_dlerror_alone)
{
    dlerror(); /* what went before */
    ck_assert_ptr_null(loader_next("SSL_connect_of_nobody"));
    ck_assert_ptr_null(dlerror());
}
END_TEST

START_TEST(tells_which_object_defines_a_symbol)
{
    ck_assert(loader_defines_beside((const void *)(uintptr_t)connect, "getaddrinfo"));
    ck_assert(!loader_defines_beside((const void *)(uintptr_t)connect, "SSL_connect"));
    ck_assert(!loader_defines_beside(NULL, "getaddrinfo"));
    ck_assert_ptr_nonnull(linked_symbol("SSL_connect"));
    ck_assert_uint_eq(loader_count_definitions("SSL_connect"), 1);
    ck_assert_uint_eq(loader_count_definitions("SSL_connect_of_nobody"), 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("look-ups");

    tcase_add_loop_test(tests, finds_what_an_object_defines, 0, (int)(sizeof rows / sizeof rows[0]));
    tcase_add_test(tests, an_object_without_hash_table_cannot_be_searched);
    tcase_add_loop_test(tests, agrees_with_dlsym, 0, (int)(sizeof libc_names / sizeof libc_names[0]));
    tcase_add_test(tests, finds_all_that_it_finds_one_by_one);
    tcase_add_test(tests, finds_where_a_reference_is_bound);
    tcase_add_test(tests, tells_objects_apart);
    tcase_add_test(tests, leaves_dlerror_alone);
    tcase_add_test(tests, tells_which_object_defines_a_symbol);
    return run_cases("elf_symbols", (TCase *const[]){tests, NULL});
}
