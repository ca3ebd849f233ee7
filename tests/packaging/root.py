"""A host that packages are installed on: a Debian of its own under a layer that is thrown away."""

import contextlib
import shutil
import subprocess
from pathlib import Path

from patience import HANG_SECONDS
from private_root import private_root
from runner import Unavailable

LOGIN_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PRELOAD = "etc/ld.so.preload"
STRICT_UMASK = 0o077
# What packages of any kind leave behind: the books of who installs them.
BOOKS = ("var/lib/dpkg", "var/log", "var/cache", "var/lib/rpm", "usr/lib/sysimage", "root", "tmp", "run")


class Host:
    def __init__(self, root, upper):
        self.root = root
        self.upper = upper

    def run(self, *command, **variables):
        environment = {"PATH": LOGIN_PATH, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8", **variables}
        return subprocess.run(["chroot", self.root, *map(str, command)], env=environment, capture_output=True, text=True,
                              timeout=HANG_SECONDS, stdin=subprocess.DEVNULL, umask=STRICT_UMASK, check=False)

    def do(self, *command, **variables):
        """What has to succeed, and what it said."""
        done = self.run(*command, **variables)
        assert done.returncode == 0, f"{command}: exit status {done.returncode}\n{done.stdout}{done.stderr}"
        assert "ERROR: ld.so" not in done.stderr, done.stderr
        return done.stdout + done.stderr

    def place(self, path):
        return self.root / path.lstrip("/")

    def write(self, path, text):
        self.place(path).parent.mkdir(parents=True, exist_ok=True)
        self.place(path).write_text(text, encoding="utf-8")
        self.place(path).chmod(0o644)

    def preload(self):
        """What /etc/ld.so.preload says, or None where there is none."""
        place = self.place(PRELOAD)
        return place.read_text(encoding="utf-8") if place.exists() else None

    def covered(self):
        """Whether a program that starts now has the library; none may complain."""
        return "libtlsward.so" in self.do("cat", "/proc/self/maps")

    def changed(self):
        """What is not as it was before anything was installed, but for the books."""
        kept = {}
        for path in sorted(self.upper.rglob("*")):
            name = str(path.relative_to(self.upper))
            if path.is_dir() or name.startswith(BOOKS):
                continue
            kept[name] = "gone" if path.is_char_device() else "there"
        return kept


@contextlib.contextmanager
def host_of(suite, place, name):
    below = place.build / "roots" / suite
    if not below.exists():
        raise Unavailable(f"no root directory of {suite}: debootstrap or the mirror is missing")
    layer = place.directory / name.replace("/", "-")
    with private_root(layer, (place.build,), below=below) as root:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", root / "run"], check=True)
        try:
            yield Host(root, layer / "upper")
        finally:
            subprocess.run(["umount", "--lazy", root / "run"], check=False)


def rows_on(kind):
    """Makes rows of functions, each of which has a bookworm of its own as a host of that kind."""
    def row(function, *arguments):
        def run(name, place):
            with host_of("bookworm", place, name) as host:
                function(kind(host, place), *arguments)
        return run
    return row


def variant(package, directory, version, **scripts):
    """The same package of another version, whose maintainer scripts, by their names, are others."""
    tree = directory / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    subprocess.run(["dpkg-deb", "--raw-extract", package, tree], check=True)
    control = tree / "DEBIAN/control"
    text = control.read_text(encoding="utf-8")
    ours = next(line.split()[1] for line in text.splitlines() if line.startswith("Version:"))
    control.write_text(text.replace(ours, version), encoding="utf-8")
    for name, body in scripts.items():
        script = tree / "DEBIAN" / name
        script.write_text("#!/bin/sh\n" + body + "\n", encoding="utf-8")
        script.chmod(0o755)
    result = directory / f"{package.name.split('_')[0]}_{version}_{package.name.split('_')[2]}"
    subprocess.run(["dpkg-deb", "--root-owner-group", "--build", tree, result], check=True, stdout=subprocess.DEVNULL)
    return result


def file_names(package):
    """Paths of the files of a .deb."""
    listing = subprocess.run(["dpkg-deb", "--fsys-tarfile", package], check=True, capture_output=True).stdout
    names = subprocess.run(["tar", "-t"], input=listing, check=True, capture_output=True).stdout.decode().splitlines()
    return [name[1:] for name in names if not name.endswith("/")]


def only(directory, pattern):
    found = list(Path(directory).glob(pattern))
    assert len(found) == 1, f"{pattern}: {found}"
    return found[0]
