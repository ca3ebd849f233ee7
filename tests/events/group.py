"""`tlsward log`, and the reader of events below every subcommand that reads them: each kind of source, each kind of damage."""

import contextlib
import functools
import re
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(1, str(HERE))
sys.path.insert(1, str(HERE.parent))

import documentation  # noqa: E402
import following  # noqa: E402
import journal  # noqa: E402
import live_journal  # noqa: E402
import screen  # noqa: E402
from asking import wrong_with  # noqa: E402
from command_place import CommandPlace  # noqa: E402
from rows import CASES, zstd  # noqa: E402
from runner import Row  # noqa: E402

LINE_ID = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  ([0-9a-f]{8})  ", re.MULTILINE)


def content(data, directory):
    if isinstance(data, tuple):
        packed = zstd(data[1])
        return packed[:-30] if data[0] == "zstd-cut" else packed
    return data.replace(b"{t}", str(directory).encode())


def write(directory, files):
    for name, data in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content(data, directory))


def try_case(case, place):
    directory = place.below(case.name)
    write(directory, case.files)
    variables = {name: value.replace("{t}", str(directory)) for name, value in case.environment.items()}

    def wrong_ids(out):
        shown = tuple(LINE_ID.findall(out))
        if case.ids is not None and (shown != case.ids or out.count("\n") != len(case.ids)):
            yield f"shown: {shown[:20]}, not {case.ids[:20]}"

    return wrong_with(case, (place.command, "log"), directory, variables, case.stdin, wrong_ids, quiet=case.status == 0)


def rows(_):
    for case in CASES:
        yield Row(case.name, functools.partial(try_case, case))
    for module in (documentation, following, journal, live_journal, screen):
        for name, (function, needs) in module.ROWS.items():
            yield Row(name, function, needs=needs, seconds=1)


@contextlib.contextmanager
def place(options, _):
    with tempfile.TemporaryDirectory(prefix="tlsward-events.") as directory:
        yield CommandPlace(options.build.resolve(), Path(directory))
