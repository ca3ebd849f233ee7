/*
 * Where the library under test lies in the process, so that a wrapper of a C library's function knows whose call it is.
 */
#ifndef TLSWARD_TEST_OWN_CODE_H
#define TLSWARD_TEST_OWN_CODE_H

#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static uintptr_t own_from, own_to; /* zeros: not looked for yet, or not there */

static int own_code_in(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size, (void)arg;
    if (strstr(info->dlpi_name, "libtlsward") == NULL)
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_LOAD)
            own_to = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;
    own_from = info->dlpi_addr;
    return 1;
}

static void own_code_find(void)
{
    if (own_from == 0)
        dl_iterate_phdr(own_code_in, NULL);
}

static bool own_code_has(const void *address)
{
    return (uintptr_t)address >= own_from && (uintptr_t)address < own_to;
}

#endif
