/*
 * tlsward-rescue: the way back, linked statically. Neither ld.so nor a shell nor anything of this host but its kernel
 * is needed for it, so that it works where every other program ends before its main().
 */
#include "preload/boot_link.h"
#include "preload/take_out.h"

#include <stdio.h>
#include <string.h>

static int usage(FILE *out, int status)
{
    fputs("Usage: tlsward-rescue [--stop]\n\n"
          "Takes libtlsward.so out of /etc/ld.so.preload and keeps what else is there; where it\n"
          "cannot be written, makes /etc/tlsward/off. Does as well what 'tlsward disable' does,\n"
          "without any other program, but for the boot guard, which stays enabled.\n\n"
          "  --stop   remove the links of the boot guard too, as its unit does when it ends\n"
          "  --help   show this text\n\n"
          "Exit status: 0 it is not there any more, 1 it is, 2 usage.\n",
          out);
    return status;
}

int main(int argc, char **argv)
{
    const char *option = argc > 1 ? argv[1] : "";
    if (argc == 2 && strcmp(option, "--help") == 0)
        return usage(stdout, 0);
    if (argc > 2 || (argc == 2 && strcmp(option, "--stop") != 0))
        return usage(stderr, 2);
    bool done = take_out("tlsward-rescue", argc == 2);
    if (argc == 2)
        done = boot_links_remove(BOOT_LINKS) == 0 && done;
    return done ? 0 : 1;
}
