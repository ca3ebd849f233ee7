/*
 * What a file is, by its name and its first line: what may stand in it, and how it writes comments.
 */
#ifndef TLSWARD_FILE_KIND_H
#define TLSWARD_FILE_KIND_H

#include <stddef.h>
#include <stdint.h>

enum file_kind {
    KIND_UNKNOWN, /* nothing that is known */
    KIND_DOCUMENT,
    /* Of a process, which is no file. */
    KIND_ENVIRON, /* NAME=value, one a line */
    KIND_COMMAND, /* an argument vector, quoted for a shell */
    /* What runs commands or sets their environment. */
    KIND_ENVFILE,
    KIND_SHELL,
    KIND_DOCKERFILE,
    KIND_YAML,
    KIND_MAKEFILE,
    KIND_CRON,
    KIND_UNIT,
    /* Configurations of one program. */
    KIND_CURLRC,
    KIND_WGETRC,
    KIND_GITCONFIG,
    KIND_NPMRC,
    KIND_PIPCONF,
    KIND_CONDARC,
    KIND_GEMRC,
    KIND_APTCONF,
    KIND_DNFCONF,
    KIND_LDAPCONF,
    KIND_SSSDCONF,
    KIND_MYCNF,
    KIND_NGINX,
    KIND_HAPROXY,
    KIND_APACHE,
    KIND_STUNNEL,
    KIND_RSYSLOG,
    KIND_REGISTRIES,
    KIND_MAILRC,
    /* Configurations of any program. */
    KIND_INI,
    KIND_JSON,
    KIND_XML,
    KIND_TERRAFORM,
    /* Sources of programs. */
    KIND_PYTHON,
    KIND_JAVASCRIPT,
    KIND_GO,
    KIND_JAVA,
    KIND_DOTNET,
    KIND_POWERSHELL,
    KIND_RUBY,
    KIND_PHP,
    KIND_PERL,
    KIND_RUST,
    KIND_C,
    KIND_COUNT
};

/* A set of kinds. */
typedef uint64_t file_kinds;
#define KIND_BIT(kind) (UINT64_C(1) << (kind))
_Static_assert(KIND_COUNT <= 64, "a set of kinds has 64 bits");

/* `path` as far as it is known, down to the bare name; `text` is the beginning of the file. */
enum file_kind file_kind_of(const char *path, const char *text, size_t length);

#endif
