"""Mounts of a test, which is in a mount namespace of its own."""

import contextlib
import subprocess
from pathlib import Path


def propagation():
    """Mounts stay in the namespace, except where the root is a plain chroot(2): that is no mount that could be told."""
    mount_points = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    return "private" if "/" in mount_points else "unchanged"


def unmount(place):
    subprocess.run(["umount", "--lazy", place], check=False)


@contextlib.contextmanager
def bound_over(path, ours):
    """A file of ours in the place of the machine's, which may have none."""
    existed = path.exists()
    if not existed:
        path.touch()
    subprocess.run(["mount", "--bind", ours, path], check=True)
    try:
        yield
    finally:
        unmount(path)
        if not existed:
            path.unlink()


@contextlib.contextmanager
def throw_away_layer(place, layer):
    """What changes below `place` goes to `layer`, a directory that this makes, and is gone afterwards."""
    layer.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", layer], check=True)
    for name in ("upper", "work"):
        (layer / name).mkdir()
    options = f"lowerdir={place},upperdir={layer}/upper,workdir={layer}/work"
    subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, place], check=True)
    try:
        yield
    finally:
        unmount(place)
        unmount(layer)
