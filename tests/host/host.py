"""A host to be enabled, and libraries that are broken on purpose."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

from patience import HANG_SECONDS

SOURCE = Path(__file__).resolve().parents[2]
LIBRARY = "usr/lib/x86_64-linux-gnu/libtlsward.so"
PRELOAD = "etc/ld.so.preload"
POLICY = "etc/tlsward/policy.conf"
DIRECT = "/usr/$LIB/libtlsward.so"
GUARDED = "/run/tlsward/preload/$LIB/libtlsward.so"
GUARD = "usr/local/lib/systemd/system/tlsward-guard.service"
WANTED = "etc/systemd/system/sysinit.target.wants/tlsward-guard.service"
OTHER = "/usr/lib/x86_64-linux-gnu/libm.so.6"
NOISE = "cannot be preloaded"

# Constructors; each is the whole of a library.
BROKEN = {
    "aborts": "abort();",
    "exits": "_exit(3);",
    "writes-for-users": 'if (getuid() != 0) (void)!write(2, "noise\\n", 6);',
    "writes-to-standard-output": '(void)!write(1, "noise\\n", 6);',
    # What LD_PRELOAD does not show.
    "writes-by-the-file": 'char text[999] = ""; int fd = open("/etc/ld.so.preload", O_RDONLY); '
                          'if (read(fd, text, 998) > 0 && strstr(text, "libtlsward")) (void)!write(2, "noise\\n", 6); '
                          'close(fd);',
}


def broken_libraries(directory):
    for name, body in BROKEN.items():
        source = ("#include <fcntl.h>\n#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n"
                  f"__attribute__((constructor)) static void start(void) {{ {body} }}\n")
        subprocess.run(["gcc", "-shared", "-fPIC", "-x", "c", "-o", directory / f"{name}.so", "-"], input=source, text=True,
                       check=True)


class Host:
    """What is installed as `make install` does, with or without the boot guard."""

    def __init__(self, root, build, directory):
        self.root, self.build, self.directory = root, build, directory
        (root / PRELOAD).unlink(missing_ok=True)
        shutil.rmtree(root / "etc/tlsward", ignore_errors=True)
        self.install(build / "libtlsward.so", LIBRARY, 0o644)
        self.install(build / "tlsward", "usr/local/bin/tlsward", 0o755)
        self.install(build / "tlsward-rescue", "usr/local/sbin/tlsward-rescue", 0o755)

    def install(self, source, place, mode):
        """By rename, as every replacement of the library has to be; by a program, as this one forks meanwhile."""
        place = self.root / place
        staged = place.with_name(place.name + ".staged")
        subprocess.run(["install", "-D", "-m", f"{mode:o}", source, staged], check=True)
        os.rename(staged, place)

    def install_guard(self):
        self.write(GUARD, (SOURCE / "tools/units/tlsward-guard.service").read_text(encoding="ascii"))

    def break_library(self, how):
        self.install(self.directory / f"{how}.so", LIBRARY, 0o644)

    def mend_library(self):
        self.install(self.build / "libtlsward.so", LIBRARY, 0o644)

    def write(self, path, text, mode=0o644):
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        place.chmod(mode)

    def read(self, path):
        place = self.root / path
        return place.read_text(encoding="utf-8") if place.exists() else None

    def mode(self, path):
        return stat.S_IMODE((self.root / path).lstat().st_mode)

    def exists(self, path):
        return os.path.lexists(self.root / path)

    def execute(self, *command, before=(), **environment):
        """The command itself, with no shell between: what is wrong with the library is wrong with every other program."""
        variables = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"} | environment
        return subprocess.run([*before, "/usr/sbin/chroot", self.root, *command], env=variables, capture_output=True, text=True,
                              timeout=HANG_SECONDS, stdin=subprocess.DEVNULL, check=False)

    def tlsward(self, *words, **more):
        return self.execute("/usr/local/bin/tlsward", *words, **more)

    def good(self, *words, **more):
        done = self.tlsward(*words, **more)
        assert done.returncode == 0, done
        return done.stdout

    def refused(self, *words, status=1, **more):
        done = self.tlsward(*words, **more)
        assert done.returncode == status, done
        return done.stderr

    def rescue(self, *words):
        return self.execute("/usr/local/sbin/tlsward-rescue", *words)

    def covers(self):
        """Whether a program of an ordinary user has the library; it must say nothing else in any case."""
        done = self.execute("/usr/sbin/chroot", "--userspec=nobody:nogroup", "/", "/bin/grep", "-c", "libtlsward.so",
                            "/proc/self/maps")
        assert not done.stderr, done
        return done.stdout.strip() != "0"

    def files(self):
        """What enabling may touch, for a comparison."""
        found = {}
        for place in ("etc", "var/lib/tlsward", "run"):
            for path in sorted((self.root / place).rglob("*tlsward*")) + sorted((self.root / place).glob("ld.so.preload*")):
                found[str(path.relative_to(self.root))] = path.read_bytes() if path.is_file() else None
        found.pop("run/tlsward", None)
        return found
