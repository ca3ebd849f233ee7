"""The unit tests, which are programs of Check's, and the kept inputs of the fuzz targets.

A row is named unit/FILE/TEST and stands for all turns of a test that has several.
"""

import contextlib
import functools
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

HERE = Path(__file__).resolve().parent
sys.path.insert(1, str(HERE.parent / "fuzz"))

from replay import TARGETS, replay  # noqa: E402 (found through the path above)
from runner import Row, Rows  # noqa: E402

# Check's own 4 seconds are a matter of the machine's load: this long takes only what never ends.
HANG_SECONDS = 900
TEST = re.compile(r"^START_TEST\((\w+)\)", re.MULTILINE)
SPACE = "{http://check.sourceforge.net/ns}"
SECONDS = {"test_shipped_rules": 3}


def failures(log):
    """By the names of the tests that ran: what is wrong with each, or nothing."""
    found = {}
    for test in ElementTree.parse(log).iter(f"{SPACE}test"):
        place, turn, message = (test.findtext(f"{SPACE}{part}") for part in ("fn", "iteration", "message"))
        told = found.setdefault(test.findtext(f"{SPACE}id"), [])
        if test.get("result") != "success":
            told.append(f"{place}, turn {turn}: {message}")
    return found


def run(source, build, wanted):
    """Every test of the program runs; what goes wrong outside of them is a failure of all."""
    with tempfile.TemporaryDirectory(prefix="tlsward-unit.") as directory:
        log = Path(directory) / "log.xml"
        environment = os.environ | {"CK_XML_LOG_FILE_NAME": str(log), "CK_DEFAULT_TIMEOUT": str(HANG_SECONDS)}
        done = subprocess.run([build / "unit" / source.stem], env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors="replace", check=False)
        told = failures(log) if log.exists() else {}
    if not told or (done.returncode != 0 and not any(told.values())):
        raise AssertionError(f"ended with status {done.returncode}\n{done.stdout}{done.stderr}")
    for row in wanted:
        test = row.rpartition("/")[2]
        yield row, "\n".join(told[test]) if test in told else "it did not run: no suite has it"


def rows(_):
    for source in sorted(HERE.glob("test_*.c")):
        names = tuple(f"unit/{source.stem}/{test}" for test in TEST.findall(source.read_text()))
        yield Rows(names, functools.partial(run, source), seconds=SECONDS.get(source.stem, 0.3))
    for target in TARGETS:
        yield Row(f"fuzz/{target}", functools.partial(replay, target), seconds=1)


@contextlib.contextmanager
def place(options, _):
    yield options.build.resolve()
