#include "shared/elf_tls.h"

#include "shared/elf_file.h"

#include <string.h>

struct symbols {
    bool context, cert_verify, custom_verify;
};

static void inspect_symbol(const char *name, bool defined, struct symbols *symbols, struct elf_tls *tls)
{
    if (strcmp(name, "dlsym") == 0 || strcmp(name, "dlvsym") == 0) {
        tls->exports_dlsym = tls->exports_dlsym || defined;
        tls->imports_dlsym = tls->imports_dlsym || !defined;
    }
    symbols->context = symbols->context || (defined && strcmp(name, "SSL_CTX_new") == 0);
    symbols->cert_verify = symbols->cert_verify || (defined && strcmp(name, "SSL_CTX_set_cert_verify_callback") == 0);
    symbols->custom_verify = symbols->custom_verify || (defined && strcmp(name, "SSL_CTX_set_custom_verify") == 0);
}

/* As the library does, loader_hooks.c: BoringSSL and wrappers of other libraries have OpenSSL's names as well. */
static void inspect_symbols(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, struct elf_tls *tls)
{
    struct symbols symbols = {.context = false};
    Elf_Data *data = elf_getdata(section, NULL);
    GElf_Sym symbol;
    for (int i = 0; data != NULL && gelf_getsym(data, i, &symbol) != NULL; i++) {
        const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);
        if (name != NULL)
            inspect_symbol(name, symbol.st_shndx != SHN_UNDEF, &symbols, tls);
    }
    tls->exports_context = symbols.context;
    tls->exports_openssl = symbols.context && symbols.cert_verify && !symbols.custom_verify;
}

struct elf_tls elf_tls_inspect(const char *path)
{
    struct elf_tls tls = {.exports_context = false};
    struct elf_file file = elf_file_open(path);
    Elf_Scn *section = NULL;
    GElf_Shdr header;
    while (file.elf != NULL && (section = elf_nextscn(file.elf, section)) != NULL) {
        if (gelf_getshdr(section, &header) != NULL && header.sh_type == SHT_DYNSYM)
            inspect_symbols(file.elf, section, &header, &tls);
    }
    elf_file_close(&file);
    return tls;
}

struct bytes {
    const char *start;
    size_t length;
};

/* The next section of constants, or nothing after the last. */
static struct bytes next_constants(const struct elf_file *file, Elf_Scn **section)
{
    GElf_Shdr header;
    while (file->elf != NULL && (*section = elf_nextscn(file->elf, *section)) != NULL) {
        if (gelf_getshdr(*section, &header) == NULL || header.sh_type != SHT_PROGBITS ||
            (header.sh_flags & (SHF_ALLOC | SHF_EXECINSTR)) != SHF_ALLOC)
            continue;
        const Elf_Data *data = elf_rawdata(*section, NULL);
        if (data != NULL && data->d_buf != NULL)
            return (struct bytes){data->d_buf, data->d_size};
    }
    return (struct bytes){.start = NULL};
}

static bool has_constant(const char *path, const char *bytes, size_t length)
{
    struct elf_file file = elf_file_open(path);
    Elf_Scn *section = NULL;
    bool found = false;
    for (struct bytes in; !found && (in = next_constants(&file, &section)).start != NULL;)
        found = memmem(in.start, in.length, bytes, length) != NULL;
    elf_file_close(&file);
    return found;
}

static bool has_section(const char *path, const char *wanted)
{
    struct elf_file file = elf_file_open(path);
    Elf_Scn *section = NULL;
    GElf_Shdr header;
    size_t names;
    bool found = false;
    if (file.elf == NULL || elf_getshdrstrndx(file.elf, &names) != 0)
        goto out;
    while (!found && (section = elf_nextscn(file.elf, section)) != NULL) {
        const char *name = gelf_getshdr(section, &header) != NULL ? elf_strptr(file.elf, names, header.sh_name) : NULL;
        found = name != NULL && strcmp(name, wanted) == 0;
    }
out:
    elf_file_close(&file);
    return found;
}

bool elf_tls_is_go(const char *path)
{
    static const char package[] = "crypto/tls.";
    return has_section(path, ".go.buildinfo") && has_constant(path, package, strlen(package));
}

bool elf_tls_names_context(const char *path)
{
    return has_constant(path, "\0SSL_CTX_new", sizeof "\0SSL_CTX_new");
}

bool elf_tls_names_library(const char *path)
{
    static const char name[] = "libssl.so";
    return has_constant(path, name, strlen(name));
}

const char *elf_tls_built_in_name(const char *path)
{
    /* Names of files and modules, which messages of these libraries contain. */
    static const struct {
        const char *constant, *name;
    } libraries[] = {{"rustls", "rustls"}, {"boringssl", "BoringSSL"}, {"mbedtls", "mbedTLS"}, {"wolfSSL", "wolfSSL"}};
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
        if (has_constant(path, libraries[i].constant, strlen(libraries[i].constant)))
            return libraries[i].name;
    return NULL;
}

bool elf_tls_seems_to_have_openssl(const char *path)
{
    /* The label of the key derivation up to TLS 1.2, RFC 5246 section 6.3: libssl has it, libcrypto does not. */
    static const char label[] = "key expansion";
    /* What OPENSSL_die() says, in every version from 0.9.8 on; other libraries have the label, but not this. */
    static const char last_words[] = "OpenSSL internal error";
    return has_constant(path, label, strlen(label)) && has_constant(path, last_words, strlen(last_words));
}

bool elf_tls_seems_to_do_tls(const char *path)
{
    /* RFC 8446, section 7.1: the secrets that both sides derive for the handshake. */
    static const char *const labels[] = {"c hs traffic", "s hs traffic"};
    struct elf_file file = elf_file_open(path);
    size_t size = 0;
    const char *image = file.elf != NULL ? elf_rawfile(file.elf, &size) : NULL;
    bool found = image != NULL;
    for (size_t i = 0; found && i < sizeof labels / sizeof *labels; i++)
        found = memmem(image, size, labels[i], strlen(labels[i])) != NULL;
    elf_file_close(&file);
    return found;
}
