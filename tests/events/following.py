"""`tlsward log -f`: what is written while it looks, into a file that grows, moves away and becomes shorter."""

import contextlib
import os
import re
import select
import subprocess
import time

from patience import HANG_SECONDS
from rows import event, numbered, update

ID = re.compile(rb"  ([0-9a-f]{8})  ")


class Log:
    def __init__(self, process):
        self.process = process
        self.seen = b""

    def wait_for(self, *numbers):
        """Until these events were shown, each once and in this order."""
        wanted = [b"%08x" % number for number in numbers]
        end = time.monotonic() + HANG_SECONDS
        while ID.findall(self.seen) != wanted:
            assert time.monotonic() < end, f"shown: {self.seen.decode()}"
            assert len(ID.findall(self.seen)) <= len(wanted), f"shown: {self.seen.decode()}"
            if select.select([self.process.stdout], [], [], 1)[0]:
                data = os.read(self.process.stdout.fileno(), 1 << 16)
                assert data, f"it ended: {self.seen.decode()}"
                self.seen += data


@contextlib.contextmanager
def following(place, *arguments, stdin=subprocess.DEVNULL, through=(), **variables):
    process = subprocess.Popen([*through, place.command, "log", *arguments], stdin=stdin, stdout=subprocess.PIPE,
                               env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", **variables})
    try:
        yield Log(process)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def append(path, data):
    with open(path, "ab") as file:
        file.write(data)


def grows(place):
    path = place.below("follow-grows") / "log"
    path.write_bytes(event(1))
    with following(place, "-f", path) as log:
        log.wait_for(1)
        append(path, event(2))
        log.wait_for(1, 2)
        append(path, event(3)[:200])
        append(path, event(3)[200:] + event(4)[:10])
        log.wait_for(1, 2, 3)
        append(path, event(4)[10:])
        log.wait_for(1, 2, 3, 4)


def begins_with_the_last(place):
    path = place.below("follow-last") / "log"
    path.write_bytes(numbered(*range(1, 400)))
    with following(place, "-f", path) as log:
        log.wait_for(*range(390, 400))
        append(path, event(400))
        log.wait_for(*range(390, 401))


def begins_where_since_says(place):
    path = place.below("follow-since") / "log"
    path.write_bytes(numbered(*range(1, 40)))
    with following(place, "-f", "--since", "2026-11-21T06:00:05Z", path) as log:
        log.wait_for(*range(5, 40))


def is_rotated(place):
    path = place.below("follow-rotated") / "log"
    path.write_bytes(event(1))
    with following(place, "-f", path) as log:
        log.wait_for(1)
        append(path, event(2))
        os.rename(path, f"{path}.1")
        append(path, event(3))
        log.wait_for(1, 2, 3)
        append(path, event(4))
        log.wait_for(1, 2, 3, 4)


def is_emptied(place):
    path = place.below("follow-emptied") / "log"
    path.write_bytes(numbered(1, 2))
    with following(place, "-f", path) as log:
        log.wait_for(1, 2)
        os.truncate(path, 0)
        append(path, event(3))
        log.wait_for(1, 2, 3)


def several(place):
    directory = place.below("follow-several")
    for number, name in enumerate("ab", 1):
        (directory / name).write_bytes(event(number))
    with following(place, "-f", directory / "a", directory / "b") as log:
        log.wait_for(1, 2)
        append(directory / "b", event(3))
        log.wait_for(1, 2, 3)
        append(directory / "a", event(4))
        log.wait_for(1, 2, 3, 4)


def update_in_its_line(place):
    path = place.below("follow-update") / "log"
    path.write_bytes(b"")
    with following(place, "-f", path) as log:
        append(path, event(1) + update(1, "names-read name-matched"))
        log.wait_for(1)
        assert b"then names-read name-matched\n" in log.seen, log.seen


def a_pipe_that_stays_open(place):
    """Lines are shown as they come, and not when the pipe ends."""
    with following(place, "-", stdin=subprocess.PIPE) as log:
        log.process.stdin.write(event(1))
        log.process.stdin.flush()
        log.wait_for(1)
        log.process.stdin.write(event(2) + event(3)[:99])
        log.process.stdin.flush()
        log.wait_for(1, 2)
        log.process.stdin.write(event(3)[99:])
        log.process.stdin.close()
        log.wait_for(1, 2, 3)
        assert log.process.wait(HANG_SECONDS) == 0


ROWS = {
    "follow/a-file-that-grows": (grows, ()),
    "follow/begins-with-the-last-ten": (begins_with_the_last, ()),
    "follow/begins-where-since-says": (begins_where_since_says, ()),
    "follow/a-file-that-is-rotated": (is_rotated, ()),
    "follow/a-file-that-is-emptied": (is_emptied, ()),
    "follow/several-files": (several, ()),
    "follow/an-update-in-the-line-of-its-handshake": (update_in_its_line, ()),
    "follow/a-pipe-that-stays-open": (a_pipe_that_stays_open, ()),
}
