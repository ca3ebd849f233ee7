"""`tlsward report`: what it counts of recorded events, on events that were made up and on those of real programs."""

import contextlib
import functools
import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(1, str(HERE))
sys.path.insert(2, str(HERE.parent / "events"))
sys.path.insert(3, str(HERE.parent))

import browser  # noqa: E402
import code_places  # noqa: E402
import formats  # noqa: E402
import real  # noqa: E402
import terminal  # noqa: E402
from asking import environment, wrong_with  # noqa: E402
from cases import CASES, POLICY  # noqa: E402
from command_place import CommandPlace  # noqa: E402
from patience import HANG_SECONDS  # noqa: E402
from runner import Row  # noqa: E402


class Place(CommandPlace):
    def report(self, *arguments, status=0, **variables):
        """What it says, and what it complains of."""
        done = subprocess.run([self.command, "report", *arguments], env=environment(**variables), capture_output=True,
                              timeout=HANG_SECONDS, check=False)
        assert done.returncode == status, f"exit status {done.returncode}, not {status}: {done.stderr.decode()}"
        return done.stdout.decode(), done.stderr.decode()


def look_up(document, path):
    for step in path.split("."):
        if step == "#":
            return len(document)
        document = document[int(step)] if isinstance(document, list) else document[step]
    return document


def wrong_members(out, wanted):
    document = json.loads(out) if wanted else {}
    for path, value in wanted.items():
        try:
            found = look_up(document, path)
        except (KeyError, IndexError) as lacking:
            found = repr(lacking)
        if found != value:
            yield f"{path} is {found!r}, not {value!r}"


def try_case(case, place):
    directory = place.below(case.name)
    (directory / "log").write_bytes(case.log)
    (directory / "p.conf").write_bytes(POLICY)
    return wrong_with(case, (place.command, "report"), directory, {"TLSWARD_POLICY": str(directory / "p.conf")},
                      look=functools.partial(wrong_members, wanted=case.has), quiet=not case.err)


def rows(_):
    for case in CASES:
        yield Row(case.name, functools.partial(try_case, case))
    for module in (browser, code_places, formats, real, terminal):
        for name, (function, needs) in module.ROWS.items():
            yield Row(name, function, needs=needs, seconds=1)


@contextlib.contextmanager
def place(options, _):
    with tempfile.TemporaryDirectory(prefix="tlsward-report.") as directory:
        yield Place(options.build.resolve(), Path(directory))
