"""A group whose rows see who runs beside them."""

import contextlib
import threading
import time

from runner import Claims, Row


class Place:
    def __init__(self):
        self.lock = threading.Lock()
        self.inside = set()


def visit(name, enemies):
    """What is wrong where one of the enemies is inside."""
    def run(place):
        with place.lock:
            met = place.inside & enemies
            place.inside.add(name)
        time.sleep(0.1)
        with place.lock:
            met |= place.inside & enemies
            place.inside.remove(name)
        return f"met {met}" if met else ""
    return run


def rows(_):
    """Two who hold the same, two who share what a third holds."""
    for turn in range(3):
        yield Row(f"left-{turn}", visit(f"left-{turn}", {f"left-{other}" for other in range(3)} - {f"left-{turn}"}),
                  claims=Claims(frozenset({"side"})))
        yield Row(f"reader-{turn}", visit(f"reader-{turn}", {"writer"}), claims=Claims(shares=frozenset({"book"})))
    yield Row("writer", visit("writer", {f"reader-{turn}" for turn in range(3)}), claims=Claims(frozenset({"book"})))


@contextlib.contextmanager
def place(_, __):
    yield Place()
