/* libssl's functions by its own symbol table, whoever stands in front: as if fetched before the library was there. */
#include "client.h"

#include <elf.h>
#include <link.h>
#include <string.h>

struct search {
    const char *name;
    ElfW(Addr) found;
};

static int find_function(struct dl_phdr_info *info, size_t size, void *argument)
{
    struct search *search = argument;
    (void)size;
    const ElfW(Sym) *symbols = NULL;
    const char *strings = NULL;
    if (strstr(info->dlpi_name, "libssl") == NULL && strstr(info->dlpi_name, "under-test") == NULL)
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type != PT_DYNAMIC)
            continue;
        const ElfW(Dyn) *entry = (const void *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
        for (; entry->d_tag != DT_NULL; entry++) {
            if (entry->d_tag == DT_SYMTAB)
                symbols = (const void *)entry->d_un.d_ptr;
            if (entry->d_tag == DT_STRTAB)
                strings = (const void *)entry->d_un.d_ptr;
        }
    }
    for (const ElfW(Sym) *symbol = symbols; (const void *)symbol < (const void *)strings; symbol++)
        if (symbol->st_value != 0 && strcmp(strings + symbol->st_name, search->name) == 0)
            search->found = info->dlpi_addr + symbol->st_value;
    return 0;
}

void *client_unseen(const char *name)
{
    struct search search = {.name = name};
    void *function;
    dl_iterate_phdr(find_function, &search);
    memcpy(&function, &search.found, sizeof function);
    return function;
}

/* SSL_CTX_new() itself may call SSL_CTX_new_ex() where it can be seen. */
SSL_CTX *client_unseen_context(void)
{
    const SSL_METHOD *method = TLS_client_method();
    SSL_CTX *(*new_ex)(void *, const char *, const SSL_METHOD *);
    SSL_CTX *(*new)(const SSL_METHOD *);
    *(void **)&new_ex = client_unseen("SSL_CTX_new_ex");
    *(void **)&new = client_unseen("SSL_CTX_new");
    return new_ex != NULL ? new_ex(NULL, NULL, method) : new (method);
}
