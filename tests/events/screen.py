"""What a terminal shows."""

import contextlib
import os
import re
import select
import subprocess
import time

from patience import HANG_SECONDS
from rows import event
from terminal_of_width import ENVIRONMENT, on_terminal, open_terminal

STYLE = re.compile("\x1b\\[[0-9]*m")


def log_on_terminal(place, columns, *arguments, **variables):
    return on_terminal(columns, place.command, "log", *arguments, **variables)


def long_log(place, name):
    path = place.below(name) / "log"
    path.write_bytes(event(1, process_executable="/opt/" + "x" * 200, server_address="é" * 200 + ".example",
                           tlsward_reason="certificate-expired", tlsward_message="ü" * 300) + event(2))
    return path


def fits(place):
    path = long_log(place, "screen-fits")
    for columns in (40, 80, 100, 120, 200):
        lines = STYLE.sub("", log_on_terminal(place, columns, path)).splitlines()
        assert len(lines) == 2, lines
        for line in lines:
            # Nothing is left out of a line but what does not fit: the verdict never is.
            assert "would-block" in line and len(line) <= max(columns, 67), (columns, len(line), line)
    assert len(STYLE.sub("", log_on_terminal(place, 120, path)).splitlines()[0]) == 120


def colours(place):
    path = place.below("screen-colours") / "log"
    path.write_bytes(event(1) + event(2, tlsward_action="blocked") + event(3, tlsward_outcome="verified"))
    said = log_on_terminal(place, 120, path)
    assert all(f"\x1b[{colour}m{word}" in said for colour, word in ((33, "would-block"), (31, "blocked"), (32, "verified"))), said
    for variables, arguments in (({"NO_COLOR": "1"}, ()), ({"TERM": "dumb"}, ()), ({}, ("--color", "never"))):
        assert "\x1b" not in log_on_terminal(place, 120, *arguments, path, **variables)


def one_event(place):
    path = place.below("screen-id") / "log"
    path.write_bytes(event(1, tlsward_message="word " * 60))
    said = STYLE.sub("", log_on_terminal(place, 80, "00000001", path))
    assert max(map(len, said.splitlines())) == 80 and len(re.findall(r"^ +word|^ {20,}\w", said, re.MULTILINE)) >= 3, said


def progress(place):
    """Of what takes long, and on a terminal alone; the line is taken away again."""
    master, slave = open_terminal(80)
    command = [place.command, "log", "--program", "none", "-"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=slave, env=ENVIRONMENT)
    os.close(slave)
    end = time.monotonic() + HANG_SECONDS
    said = b""
    while not re.search(rb"\r\x1b\[Ktlsward log: \d+ MB read", said):
        assert time.monotonic() < end, said
        process.stdin.write(event(1))
        process.stdin.flush()
        if select.select([master], [], [], 0.05)[0]:
            said += os.read(master, 1 << 16)
    process.stdin.close()
    with contextlib.suppress(OSError):
        while data := os.read(master, 1 << 16):
            said += data
    os.close(master)
    assert process.wait(HANG_SECONDS) == 0 and said.endswith(b"\r\x1b[K"), said


def no_progress_in_a_pipe(place):
    """For as long as it would have been told of on a terminal."""
    command = [place.command, "log", "--program", "none", "-"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=ENVIRONMENT)
    for _ in range(12):
        process.stdin.write(event(1))
        process.stdin.flush()
        time.sleep(0.1)
    said = process.communicate(timeout=HANG_SECONDS)[1]
    assert process.returncode == 0 and said == b"", said


ROWS = {
    "screen/lines-fit": (fits, ()),
    "screen/colours": (colours, ()),
    "screen/one-event-fits": (one_event, ()),
    "screen/progress": (progress, ()),
    "screen/no-progress-in-a-pipe": (no_progress_in_a_pipe, ()),
}
