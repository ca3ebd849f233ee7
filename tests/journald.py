"""A journald of a row's own: a real one, in a mount namespace with a /run of its own."""

import contextlib
import pathlib
import shutil
import signal
import subprocess
import time

from patience import HANG_SECONDS
from runner import Unavailable

JOURNALD = pathlib.Path("/lib/systemd/systemd-journald")
MACHINE = "3d1219c7c4c5404aaa1f6d2a48adfda4"
# A /run of its own is all that keeps this journald apart.
RUN = f"""mount -t tmpfs none /run
mkdir -p /run/systemd/journal /run/log/journal
echo {MACHINE} > /run/machine-id
cat /etc/machine-id >/dev/null 2>&1 || : > /etc/machine-id
mount --bind /run/machine-id /etc/machine-id
exec setpriv --pdeathsig=TERM {JOURNALD}
"""


class Journal:
    def __init__(self, process):
        self.process = process

    @property
    def enter(self):
        """What to put before a command that is to run there."""
        return ["nsenter", f"--mount=/proc/{self.process.pid}/ns/mnt"]

    def within(self, *words, **options):
        return subprocess.run([*self.enter, *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=HANG_SECONDS, check=False,
                              **options)

    def is_ready(self):
        return self.within("test", "-S", "/run/systemd/journal/socket").returncode == 0

    def rotate(self):
        """Makes it begin another file, and waits until it has: systemd-journald.service(8)."""
        files = len(self.files())
        self.process.send_signal(signal.SIGUSR2)
        deadline = time.monotonic() + HANG_SECONDS
        while len(self.files()) == files and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(self.files()) > files, "journald does not rotate"

    def files(self):
        return self.within("ls", f"/run/log/journal/{MACHINE}").stdout.split()


@contextlib.contextmanager
def journal():
    if not JOURNALD.exists() or shutil.which("journalctl") is None:
        raise Unavailable("systemd-journald is not installed")
    process = subprocess.Popen(["unshare", "--mount", "sh", "-ec", RUN], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        here, deadline = Journal(process), time.monotonic() + HANG_SECONDS
        while not here.is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise Unavailable("systemd-journald does not run here")
            time.sleep(0.05)
        yield here
    finally:
        process.terminate()
        process.wait()
