"""tlsward enable, disable and status, the boot guard and the way back, each on a host of its own.

Such a host is this machine's files under a layer that is thrown away, in a mount namespace: an /etc/ld.so.preload, a
/run and a library that nobody else sees.
"""

import contextlib
import functools
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent.parent
sys.path[1:1] = [str(HERE.parent / "clients"), str(HERE.parent)]

import boot_rows  # noqa: E402
import disable_rows  # noqa: E402
import enable_rows  # noqa: E402
import namespace  # noqa: E402
import security_rows  # noqa: E402
import status_rows  # noqa: E402
import unit_rows  # noqa: E402
from host import Host, broken_libraries  # noqa: E402
from private_root import private_root  # noqa: E402
from runner import Row, needs  # noqa: E402

enter = namespace.enter

ROWS = {**enable_rows.ROWS, **disable_rows.ROWS, **unit_rows.ROWS, **boot_rows.ROWS, **security_rows.ROWS,
        **status_rows.ROWS}


def try_row(name, place):
    build, directory = place
    with private_root(directory / name.replace("/", "-"), (SOURCE, build)) as root:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", root / "run"], check=True)
        try:
            return ROWS[name](Host(root, build, directory))
        finally:
            subprocess.run(["umount", "--lazy", root / "run"], check=False)


def rows(_):
    for name in ROWS:
        yield Row(name, functools.partial(try_row, name), needs=(needs.root,), seconds=3)


@contextlib.contextmanager
def place(options, _):
    with namespace.workplace("tlsward-host.") as directory:
        broken_libraries(directory)
        yield options.build.resolve(), directory
