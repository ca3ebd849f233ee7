/* Any bytes as a program that `tlsward run` looks at before it starts it. */
#include "fuzz.h"
#include "shared/elf.h"
#include "shared/elf_tls.h"
#include "shared/shebang.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static const char *write_file(const uint8_t *data, size_t size)
{
    static char path[32];
    static int fd = -1;
    if (fd < 0) {
        fd = memfd_create("fuzz", MFD_CLOEXEC);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    require(fd >= 0 && ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
    return path;
}

static void inspect(const char *path)
{
    struct elf_facts facts = elf_inspect(path);
    char *interpreter = elf_interpreter(path), *architecture = elf_architecture(&facts);
    struct elf_tls tls = elf_tls_inspect(path);
    require(architecture[0] != '\0');
    require(interpreter == NULL || facts.dynamic);
    require(!tls.exports_openssl || tls.exports_context);
    elf_tls_is_go(path);
    elf_tls_names_context(path);
    elf_tls_seems_to_have_openssl(path);
    elf_tls_seems_to_do_tls(path);
    free(interpreter);
    free(architecture);
}

static void read_first_line(const uint8_t *data, size_t size)
{
    struct shebang shebang;
    if (shebang_parse((const char *)data, size < 256 ? (unsigned)size : 256, &shebang)) {
        require(memchr(shebang.interpreter, '\0', sizeof shebang.interpreter) != NULL);
        require(memchr(shebang.command, '\0', sizeof shebang.command) != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    inspect(write_file(data, size));
    read_first_line(data, size);
    return 0;
}
