"""A group for the tests of the runner: a row for each way in which one can end."""

import contextlib
import subprocess
import time

from runner import Cases, Row, Rows, Said, Unavailable


def raises(_):
    raise RuntimeError("raised")


def asserts(_):
    raise AssertionError("is not so")


def is_skipped(_):
    raise Unavailable("there is no such thing")


def lacks_a_program(_):
    subprocess.run(["no-such-program-here"], check=True)


def two_of_three(_, wanted):
    yield wanted[0], ""
    yield wanted[1], "is wrong"


def rows(_):
    yield Row("good", lambda _: None)
    yield Row("said", lambda _: Said("seven"))
    yield Row("wrong", lambda _: "is wrong")
    yield Row("raising", raises)
    yield Row("asserting", asserts)
    yield Row("skipped", is_skipped)
    yield Row("needing", raises, needs=(lambda: "it is not here",))
    yield Row("lacking", lacks_a_program)
    yield Row("hanging", lambda _: time.sleep(1000), never_ends=1)
    yield Row("beside", lambda _: time.sleep(2))
    yield Row("many", lambda _: Cases(9, {"tenth": "is weak"}))
    yield Rows(("first", "second", "third"), two_of_three)


@contextlib.contextmanager
def place(_, __):
    yield
