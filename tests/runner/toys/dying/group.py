"""A group whose process dies in the middle of a row."""

import contextlib
import os
import sys

from runner import Claims, Row

ALONE = Claims(frozenset({"all"}))


def dies(_):
    print("last words", file=sys.stderr, flush=True)
    os._exit(3)


def rows(_):
    yield Row("before", lambda _: None, claims=ALONE, seconds=3)
    yield Row("dying", dies, claims=ALONE, seconds=2)
    yield Row("after", lambda _: None, claims=ALONE, seconds=1)


@contextlib.contextmanager
def place(_, __):
    yield
