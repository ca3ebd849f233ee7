"""Programs for `tlsward run`: what they are built as, and what they are linked with."""

import os
import pathlib
import re
import shutil
import struct
import subprocess

import sandbox

SAYS = """#include <stdio.h>
__attribute__((constructor)) static void start(void) { puts("it ran"); }
int main(void) { return 0; }
"""
CLIENT = """#include <openssl/ssl.h>
int client(void);
int client(void) { return SSL_connect(SSL_new(SSL_CTX_new(TLS_client_method()))); }
"""
THREAD = """#include <pthread.h>
#include <unistd.h>
static void *wait_for_ever(void *unused) { for (;;) pause(); return unused; }
__attribute__((constructor)) static void start(void) { pthread_t thread; pthread_create(&thread, 0, wait_for_ever, 0); }
"""
# Starts a program by the function that its first argument names.
STARTS = r"""#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
extern char **environ;
static void start(const char *by, char *file)
{
    char *arguments[] = {file, "a", "b", NULL};
    if (!strcmp(by, "execve") || !strcmp(by, "vfork")) execve(file, arguments, environ);
    if (!strcmp(by, "execv")) execv(file, arguments);
    if (!strcmp(by, "execvp")) execvp(file, arguments);
    if (!strcmp(by, "execvpe")) execvpe(file, arguments, environ);
    if (!strcmp(by, "execl")) execl(file, file, "a", "b", (char *)NULL);
    if (!strcmp(by, "execle")) execle(file, file, "a", "b", (char *)NULL, environ);
    if (!strcmp(by, "execlp")) execlp(file, file, "a", "b", (char *)NULL);
    if (!strcmp(by, "fexecve")) fexecve(open(file, O_RDONLY), arguments, environ);
    if (!strcmp(by, "system")) { unsetenv("LD_PRELOAD"); exit(system(file)); }
    if (!strcmp(by, "popen")) { unsetenv("LD_PRELOAD"); exit(pclose(popen(file, "w"))); }
    if (!strcmp(by, "posix_spawn") && !posix_spawn(NULL, file, NULL, NULL, arguments, environ)) wait(NULL);
    if (!strcmp(by, "posix_spawnp") && !posix_spawnp(NULL, file, NULL, NULL, arguments, environ)) wait(NULL);
}
static int start_all(char **argv)
{
    pid_t child = strcmp(argv[1], "vfork") ? 0 : vfork();
    if (child == 0) { start(argv[1], argv[2]); _exit(3); }
    int status;
    wait(&status);
    return WIFSIGNALED(status) ? 6 : 3;
}
static void *start_in_thread(void *argv) { exit(start_all(argv)); }
/* In a thread whose stack has as many bytes as the third argument says, where there is one. */
int main(int argc, char **argv)
{
    pthread_t thread;
    pthread_attr_t attributes;
    if (argc < 3) return 2;
    if (argc == 3) return start_all(argv);
    pthread_attr_init(&attributes);
    if (pthread_attr_setstacksize(&attributes, atoi(argv[3])) || pthread_create(&thread, &attributes, start_in_thread, argv)) return 5;
    for (;;) pause();
}
"""
STARTED_BY = ("execve", "execv", "execvp", "execvpe", "execl", "execle", "execlp", "posix_spawn", "posix_spawnp", "vfork")
SOURCES = {
    "shows.c": '#include <stdio.h>\nint main(int argc, char **argv) { return argc == 3 ? printf("got %s %s\\n", argv[1], argv[2]) < 0 : 4; }\n',
    "starts.c": STARTS,
    "plain.c": "int main(void) { return 0; }\n",
    "says.c": SAYS,
    "client.c": CLIENT,
    "main.c": "int client(void);\nint main(int argc, char **argv) { (void)argv; return argc > 9 ? client() : 0; }\n",
    "digest.c": "#include <openssl/evp.h>\nint main(void) { return EVP_sha256() == NULL; }\n",
    "finds.c": '#include <dlfcn.h>\nint main(void) { return dlsym(RTLD_DEFAULT, "SSL_CTX_new") != 0; }\n',
    "thread.c": THREAD,
    "labels.c": 'const char labels[] = "c hs traffic\\0s hs traffic"; int main(void) { return labels[0] == 0; }\n',
    "wrapper.c": "int SSL_CTX_new;\n",
    "boringssl.c": "int SSL_CTX_new, SSL_CTX_set_cert_verify_callback, SSL_CTX_set_custom_verify;\n",
    "empty.c": "",
}
SHARED = ["-shared", "-fPIC"]
STATIC_OPENSSL = ["-Wl,-Bstatic", "-lssl", "-lcrypto", "-Wl,-Bdynamic"]
BESIDE = ["-L.", "-Wl,-rpath,$ORIGIN"]
# Other TLS libraries, by nothing but the name that programs need them under.
FAMILIES = {"GnuTLS": "libgnutls.so.30", "NSS": "libssl3.so", "mbedTLS": "libmbedtls.so.14", "wolfSSL": "libwolfssl.so.35"}

BUILT = {
    "static": ["plain.c", "-static"],
    "static-shows": ["shows.c", "-static"],
    "shows": ["shows.c"],
    "starts": ["starts.c"],
    "setuid-starts": ["starts.c"],
    "static-pie": ["plain.c", "-static-pie"],
    "asan": ["plain.c", "-fsanitize=address"],
    "asan-static": ["plain.c", "-fsanitize=address", "-static-libasan"],
    "setuid": ["plain.c"],
    "setgid": ["plain.c"],
    "own-openssl": ["main.c", "client.c", *STATIC_OPENSSL, "-rdynamic"],
    "hidden-openssl": ["main.c", "client.c", *STATIC_OPENSSL],
    "hidden-libcrypto": ["digest.c", *STATIC_OPENSSL],
    "libvendor.so": ["client.c", *SHARED, *STATIC_OPENSSL, "-Wl,--exclude-libs,ALL"],
    "links-vendor": ["says.c", *BESIDE, "-lvendor"],
    "finds-openssl": ["finds.c"],
    "wrapper.so": ["wrapper.c", *SHARED],
    "thread.so": ["thread.c", *SHARED, "-pthread"],
    "boringssl.so": ["boringssl.c", *SHARED],
    **{f"links-{name}": ["says.c", *BESIDE, f"-l:{name}.so"] for name in ("wrapper", "boringssl")},
    **{file: ["empty.c", *SHARED, f"-Wl,-soname,{file}"] for file in FAMILIES.values()},
    **{f"links-{name}": ["says.c", *BESIDE, f"-l:{file}"] for name, file in FAMILIES.items()},
    "hidden-tls": ["labels.c"],
    "libhidden.so": ["labels.c", *SHARED],
    "links-hidden": ["says.c", *BESIDE, "-lhidden"],
    "beam.smp": ["says.c"],
    "libjli.so": ["empty.c", *SHARED],
    "java": ["says.c", *BESIDE, "-ljli"],
    "links-OpenSSL-too": ["says.c", *BESIDE, "-l:libgnutls.so.30", "-lssl"],
}


def build(directory, output, *arguments, cc="cc"):
    subprocess.run([cc, "-Wl,--no-as-needed", "-o", output, *arguments], cwd=directory, check=True)


def exported(program):
    """The names of the functions that a program exports."""
    table = subprocess.run(["readelf", "-W", "--dyn-syms", program], check=True, capture_output=True, text=True).stdout
    return set(re.findall(r"FUNC +GLOBAL +DEFAULT +\d+ ([^@\s]+)", table))


def patched(program, offset, value):
    """A copy of an ELF file with one number of its header changed, elf(5)."""
    copy = bytearray(program.read_bytes())
    copy[offset : offset + 2] = value.to_bytes(2, "little")
    return bytes(copy)


def of_32_bits():
    """A header and the name of a loader: as much of an i386 program as decides whether it can be run."""
    loader = b"/lib/ld-linux.so.2\0"
    header = b"\x7fELF\1\1\1" + bytes(9) + struct.pack("<2H5I6H", 2, 3, 1, 0, 52, 0, 0, 52, 32, 1, 40, 0, 0)
    return header + struct.pack("<8I", 3, 84, 0, 0, len(loader), len(loader), 4, 1) + loader


def make_all(directory, library):
    for name, text in SOURCES.items():
        (directory / name).write_text(text)
    for name, arguments in BUILT.items():
        build(directory, name, *arguments)
    if shutil.which("musl-gcc"):
        build(directory, "links-GnuTLS-musl", "says.c", *BESIDE, "-l:libgnutls.so.30", cc="musl-gcc")
    for name, mode in (("setuid", 0o4755), ("setuid-starts", 0o4755), ("setgid", 0o2755)):
        if sandbox.is_root():
            os.chown(directory / name, 65534, 65534)
        (directory / name).chmod(mode)
    headers = subprocess.run(["readelf", "-l", directory / "setuid"], check=True, capture_output=True, text=True).stdout
    (directory / "loader").symlink_to(re.search(r"interpreter: ([^]]+)\]", headers)[1])
    (directory / "link-to-shell").symlink_to("/bin/sh")
    (directory / "link-to-here").symlink_to(directory)
    machine, aarch64 = 18, 183
    for name, content in (("foreign", patched(directory / "setuid", machine, aarch64)), ("of-32-bits", of_32_bits())):
        (directory / name).write_bytes(content)
        (directory / name).chmod(0o755)
    (directory / "truncated.so").write_bytes(pathlib.Path(library).read_bytes()[:900])
