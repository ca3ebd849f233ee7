"""`tlsward collect`: what it keeps of what it is sent, and that it tells what is missing, whatever happens to it."""

import contextlib
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(1, str(HERE))
sys.path.insert(2, str(HERE.parent / "events"))
sys.path.insert(3, str(HERE.parent))
sys.path.append(str(HERE.parent / "clients"))

import datagrams  # noqa: E402
import files  # noqa: E402
import loopback  # noqa: E402
import losses  # noqa: E402
import namespace  # noqa: E402
import programs  # noqa: E402
import usage  # noqa: E402
from command_place import CommandPlace  # noqa: E402
from runner import Row  # noqa: E402

# As systemd sets it when a host starts (net.unix.max_dgram_qlen).
QUEUE = 512


enter = namespace.enter


def rows(_):
    for module in (datagrams, files, losses, programs, usage):
        for name, function, *needs in module.ROWS:
            yield Row(f"collect/{name}", function, needs=tuple(needs), seconds=1.5)


@contextlib.contextmanager
def place(options, _):
    loopback.bring_up()
    Path("/proc/sys/net/unix/max_dgram_qlen").write_text(str(QUEUE))
    with tempfile.TemporaryDirectory(prefix="tlsward-collect.") as name:
        directory = Path(name)
        directory.chmod(0o755)
        yield CommandPlace(options.build.resolve(), directory)
