"""The runner on toy groups: whatever goes wrong with a row is seen as that, and all is counted."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from xml.etree import ElementTree

from patience import HANG_SECONDS
from runner import Row

HERE = Path(__file__).resolve().parent


def command(*words):
    """The last words are groups, by their directories below toys/."""
    *options, groups = words
    return [sys.executable, "-B", HERE, *options, "--", *(f"{HERE}/toys/{group}" for group in groups.split())]


def run(*words):
    done = subprocess.run(command(*words), capture_output=True, text=True, timeout=HANG_SECONDS, check=False)
    return done.returncode, done.stdout + done.stderr


def closing(output):
    return output.splitlines()[-1]


def ends(kind, row, report):
    """One row is told so, counted and decides the exit status."""
    def check(_):
        status, output = run("--row", row, "plain")
        counts = {"ok": "1 passed, 0 failed, 0 skipped", "FAIL": "0 passed, 1 failed, 0 skipped",
                  "skip": "0 passed, 0 failed, 1 skipped"}
        assert f"{kind:4} {row}\n" in output, output
        assert report in output, output
        assert closing(output) == counts[kind] and status == (1 if kind == "FAIL" else 0), (status, output)
    return check


def hanging(_):
    """Given up, and what ran beside it in the same process runs again and counts once."""
    status, output = run("--row", "hanging", "beside", "plain")
    assert "FAIL hanging\n    given up after" in output and output.count("ok   beside") == 1, output
    assert closing(output) == "1 passed, 1 failed, 0 skipped" and status == 1, (status, output)


def many(_):
    status, output = run("--row", "many", "plain")
    assert "FAIL many/tenth\n    is weak" in output, output
    assert closing(output) == "9 passed, 1 failed, 0 skipped" and status == 1, (status, output)


def of_one_run(_):
    status, output = run("--row", "first", "second", "third", "plain")
    assert "ok   first" in output and "FAIL second\n    is wrong" in output, output
    assert "FAIL third\n    the run did not come to it" in output, output
    assert closing(output) == "1 passed, 2 failed, 0 skipped" and status == 1, (status, output)


def no_row(_):
    status, output = run("--row", "no-such-row", "plain twice")
    assert output == "no row of that name\n0 passed, 0 failed, 0 skipped\n" and status == 1, (status, output)


def not_imported(_):
    status, output = run("unable twice")
    assert "FAIL" in output and "No module named 'no_module_has_this_name'" in output, output
    assert re.search(r"ok +\S*twice: other", output), output
    assert closing(output) == "2 passed, 2 failed, 0 skipped" and status == 1, (status, output)


def duplicate(_):
    status, output = run("twice")
    assert "FAIL same\n    there are two rows of this name" in output, output
    assert closing(output) == "2 passed, 1 failed, 0 skipped" and status == 1, (status, output)


def dying(_):
    """Its row fails with what was said, and the others run in another process."""
    status, output = run("dying")
    assert "FAIL dying\n    the group's process ended with status 3\n    last words" in output, output
    assert "ok   before" in output and "ok   after" in output, output
    assert closing(output) == "2 passed, 1 failed, 0 skipped" and status == 1, (status, output)


def unready(_):
    status, output = run("unready")
    assert "FAIL one\n    RuntimeError: nothing is ready" in output and "FAIL two\n" in output, output
    assert closing(output) == "0 passed, 3 failed, 0 skipped" and status == 1, (status, output)


def claims(_):
    status, output = run("--at-once", "8", "crossing")
    assert closing(output) == "7 passed, 0 failed, 0 skipped" and status == 0, (status, output)


def listing(_):
    status, output = run("--list", "twice dying")
    names = [line.rpartition("/")[2] for line in output.splitlines()]
    assert names == ["twice: same", "twice: other", "twice: same", "dying: before", "dying: dying", "dying: after"], output
    assert status == 0, status


def junit(_):
    with tempfile.TemporaryDirectory(prefix="tlsward-runner.") as directory:
        file = Path(directory) / "build" / "test.xml"
        run("--junit", str(file), "--row", "good", "wrong", "needing", "plain")
        [suite] = ElementTree.parse(file).getroot()
    cases = {case.get("name"): [part.tag for part in case] for case in suite}
    assert cases == {"good": [], "wrong": ["failure"], "needing": ["skipped"]}, cases
    counts = [suite.get(name) for name in ("tests", "failures", "skipped")]
    assert counts == ["3", "1", "1"], counts


def terminal(_):
    """There only what is not in order stays, and a line that is written over tells how far it is."""
    words = command("--row", "good", "wrong", "plain")
    done = subprocess.run(["script", "-qec", " ".join(map(str, words)), "/dev/null"], capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=HANG_SECONDS, check=False)
    shown = done.stdout.decode()
    assert "ok   good" not in shown and "FAIL wrong" in shown and "of 2: " in shown, shown
    assert done.returncode == 1, shown


def interrupted(_):
    """All that it started ends, and it says so."""
    words = command("--row", "beside", "plain")
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=HANG_SECONDS)
    assert process.returncode != 0, output


def interrupted_in_a_row(_, before=()):
    """What the group and its rows have started ends, also what a row starts anew, and the group puts away its place."""
    with tempfile.TemporaryDirectory(prefix="tlsward-runner.") as name:
        directory = Path(name)
        environment = os.environ | {"TOY_DIRECTORY": name}
        words = [*before, *command("stubborn")]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) as process:
            wait_for(directory / "row")
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=HANG_SECONDS)
        assert "FAIL interrupted" in output and process.returncode != 0, output
        assert (directory / "put-away").exists(), output
        left = [entry.parent.name for entry in Path("/proc").glob("[0-9]*/environ") if is_told(entry, name)]
        assert not left, f"processes {left} are left\n{output}"


def interrupted_in_the_background(place):
    """A shell without job control lets what it starts with `&` ignore the signal."""
    interrupted_in_a_row(place, ("sh", "-c", 'trap "" INT; exec "$@"', "sh"))


def is_told(environ, word):
    with contextlib.suppress(OSError):
        return word.encode() in environ.read_bytes()
    return False


def wait_for(path):
    deadline = time.monotonic() + HANG_SECONDS
    while not path.exists():
        assert time.monotonic() < deadline, f"there is no {path}"
        time.sleep(0.02)


ROWS = {
    "a-good-row-passes": ends("ok", "good", ""),
    "what-a-good-row-says-is-told": ends("ok", "said", "    seven\n"),
    "a-row-that-finds-something-fails": ends("FAIL", "wrong", "    is wrong\n"),
    "a-row-that-raises-fails": ends("FAIL", "raising", "RuntimeError: raised"),
    "a-row-that-asserts-fails-with-what-it-says": ends("FAIL", "asserting", "    is not so\n"),
    "a-row-that-is-skipped-tells-why": ends("skip", "skipped", "    there is no such thing\n"),
    "a-row-whose-need-is-not-met-does-not-run": ends("skip", "needing", "    it is not here\n"),
    "a-row-without-its-program-is-skipped": ends("skip", "lacking", "no-such-program-here is not installed"),
    "a-row-that-hangs-is-given-up-and-the-others-go-on": hanging,
    "cases-are-counted-and-the-bad-ones-named": many,
    "rows-of-one-run-that-it-does-not-come-to-fail": of_one_run,
    "no-row-of-that-name-fails": no_row,
    "a-group-that-cannot-be-imported-fails-and-the-others-run": not_imported,
    "two-rows-of-one-name-fail": duplicate,
    "a-process-that-dies-fails-its-row-and-the-others-run": dying,
    "a-group-that-is-not-ready-fails-with-all-its-rows": unready,
    "rows-that-hold-the-same-do-not-meet": claims,
    "all-rows-are-listed": listing,
    "junit-has-every-row": junit,
    "a-terminal-has-one-line-of-status": terminal,
    "what-is-interrupted-fails": interrupted,
    "what-is-interrupted-leaves-nothing": interrupted_in_a_row,
    "what-a-script-started-in-the-background-is-interrupted-too": interrupted_in_the_background,
}


def rows(_):
    for name, check in ROWS.items():
        yield Row(f"runner/{name}", check)


@contextlib.contextmanager
def place(_, __):
    yield
