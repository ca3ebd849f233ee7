"""A group that cannot be made ready."""

import contextlib

from runner import Row


def rows(_):
    yield Row("one", lambda _: None)
    yield Row("two", lambda _: None)


@contextlib.contextmanager
def place(_, __):
    raise RuntimeError("nothing is ready")
    yield  # pylint: disable=unreachable # what makes it a generator
