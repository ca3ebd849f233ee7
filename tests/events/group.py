"""`tlsward log`, and the reader of events below every subcommand that reads them: each kind of source, each kind of damage."""

import contextlib
import functools
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(1, str(HERE))
sys.path.insert(1, str(HERE.parent))

import documentation  # noqa: E402
import following  # noqa: E402
import journal  # noqa: E402
import screen  # noqa: E402
from patience import HANG_SECONDS  # noqa: E402
from rows import CASES, zstd  # noqa: E402
from runner import Row  # noqa: E402

LINE_ID = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  ([0-9a-f]{8})  ", re.MULTILINE)


class Place:
    def __init__(self, build, directory):
        self.command = build / "tlsward"
        self.directory = directory

    def below(self, row):
        path = self.directory / row.replace("/", "-")
        path.mkdir()
        return path


def environment(**more):
    return {"PATH": "/usr/bin:/bin", "TZ": "UTC", "LC_ALL": "C.UTF-8", **more}


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
    arguments = [argument.replace("{t}", str(directory)) for argument in case.arguments]
    variables = {name: value.replace("{t}", str(directory)) for name, value in case.environment.items()}
    done = subprocess.run([place.command, "log", *arguments], env=environment(**variables), input=case.stdin,
                          capture_output=True, timeout=HANG_SECONDS, check=False)
    out, err = done.stdout.decode(), done.stderr.decode()
    shown = tuple(LINE_ID.findall(out))
    problems = [f"exit status {done.returncode}, not {case.status}"] if done.returncode != case.status else []
    if case.ids is not None and (shown != case.ids or out.count("\n") != len(case.ids)):
        problems.append(f"shown: {shown[:20]}, not {case.ids[:20]}")
    problems += [f"no {word!r} in the output" for word in case.out if not re.search(word, out, re.MULTILINE)]
    problems += [f"no {word!r} in the errors" for word in case.err if not re.search(word, err, re.MULTILINE)]
    problems += [f"{word!r} is said" for word in case.never if re.search(word, out + err, re.MULTILINE)]
    if case.status == 0 and err:
        problems.append("something on standard error")
    return "\n".join([*problems, out[:4000], err[:4000]]) if problems else ""


def rows(_):
    for case in CASES:
        yield Row(case.name, functools.partial(try_case, case))
    for module in (documentation, following, journal, screen):
        for name, (function, needs) in module.ROWS.items():
            yield Row(name, function, needs=needs, seconds=1)


@contextlib.contextmanager
def place(options, _):
    with tempfile.TemporaryDirectory(prefix="tlsward-events.") as directory:
        yield Place(options.build.resolve(), Path(directory))
