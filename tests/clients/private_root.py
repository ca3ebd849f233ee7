"""A root directory of its own: the files of this machine under a layer that is thrown away.

For what lives in fixed places of a whole system: /etc/ld.so.preload, /etc/tlsward, packages that exclude those that are
installed. Whoever uses this is in a mount namespace of its own.
"""

import contextlib
import subprocess
from pathlib import Path

from runner import Unavailable

SYSTEM = ("/proc", "/sys", "/dev")


def mount(*arguments):
    done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unavailable(f"no private root: {done.stderr.strip()}")


def share(path, root):
    place = root / path.relative_to("/")
    if path.is_dir():
        place.mkdir(parents=True, exist_ok=True)
    else:
        place.touch()
    mount("--rbind", path, place)


@contextlib.contextmanager
def private_root(layer, shared=(), packages=(), below="/"):
    """Gives the path of the root. What is in `shared` is the same outside; `packages` are unpacked ones.

    `below` is what lies under the layer, where that is not this machine.
    """
    layer.mkdir()
    mounted = []
    try:
        mount("-t", "tmpfs", "tmpfs", layer)
        mounted.append(layer)
        upper, work, root = (layer / name for name in ("upper", "work", "root"))
        for directory in (upper, work, root):
            directory.mkdir(mode=0o755)
        for package in packages:
            for part in ("etc", "usr", "var"):  # and nothing that would hide a symbolic link like /lib
                if (package / part).exists():
                    subprocess.run(["cp", "-a", package / part, upper], check=True)
        mount("-t", "overlay", "overlay", "-o", f"lowerdir={below},upperdir={upper},workdir={work}", root)
        mounted.append(root)
        for directory in (*SYSTEM, *shared):
            share(Path(directory), root)
        yield root
    finally:
        for place in reversed(mounted):
            subprocess.run(["umount", "--recursive", "--lazy", place], check=False)

