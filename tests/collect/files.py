"""The files: rotated, compressed, bounded, and readable at any time."""

import os
import subprocess
import time

from collector import Collector, made, numbered, until
from rows import event, zstd


def rotated(collector):
    return sorted(path.name for path in collector.files.glob("events.jsonl-*"))


def names_are_compressed(collector):
    return rotated(collector) and all(name.endswith(".zst") for name in rotated(collector))


def by_size(place):
    """Compressed, and each event once, in order."""
    with Collector(place, "size", "--rotate-size", "20K") as collector:
        for first in range(1, 401, 40):
            collector.send(*numbered(first, first + 39))
            collector.wait_for(*range(1, first + 40))
        until(lambda: names_are_compressed(collector), lambda: rotated(collector))
        assert len(rotated(collector)) > 3, rotated(collector)
        ids = [int(item["event.id"][:8], 16) for item in collector.kept()]
        assert ids == list(range(1, 401)), ids
        for name in rotated(collector):
            subprocess.run(["zstd", "-tq", collector.files / name], check=True)
            assert os.stat(collector.files / name).st_mode & 0o777 == 0o640, name


def by_age(place):
    with Collector(place, "age", "--rotate-age", "1s") as collector:
        collector.send(event(1))
        until(lambda: names_are_compressed(collector), lambda: rotated(collector))
        collector.wait_for(1)


def bounded_by_size(place):
    """The oldest go first, and how many events they had is told."""
    with Collector(place, "bound", "--rotate-size", "50K", "--keep-size", "60K") as collector:
        for first in range(1, 20001, 1000):
            collector.send(*(made(number, tlsward_message=os.urandom(50).hex()) for number in range(first, first + 1000)))
        until(lambda: names_are_compressed(collector), lambda: rotated(collector))
        assert collector.end() == 0
        kept = collector.numbers()
        assert kept[-1] == 20000 and kept == list(range(kept[0], 20001)), (kept[0], len(kept))
        removed = collector.metrics()["tlsward_collect_removed_events_total"]
        assert sum(path.stat().st_size for path in collector.files.glob("events*")) <= 120_000, rotated(collector)
        assert removed >= 20000 - len(kept) > 0 and collector.dropped() == 0, (removed, len(kept))


def bounded_by_age(place):
    collector = Collector(place, "old", "--keep-age", "1d")
    for name, days in (("20200101000000000", 3), ("20200102000000000", 0)):
        path = collector.files / f"events.jsonl-{name}"
        path.write_bytes(event(days + 1))
        os.utime(path, (time.time() - days * 86400,) * 2)
    with collector:
        until(lambda: rotated(collector) == ["events.jsonl-20200102000000000.zst"], lambda: rotated(collector))
        collector.wait_for(1)


def left_halfway(place):
    """A collector that was killed while it compressed: before the copy was whole, and before it had its last name."""
    collector = Collector(place, "halfway")
    (collector.files / "events.jsonl-20261129000000001").write_bytes(event(1))
    (collector.files / "events.jsonl-20261129000000002").write_bytes(zstd(event(2)))
    (collector.files / ".collect-compressed").write_bytes(zstd(event(1))[:20])
    assert collector.numbers() == [1, 2]
    with collector:
        until(lambda: names_are_compressed(collector), lambda: rotated(collector))
        assert collector.numbers() == [1, 2] and not (collector.files / ".collect-compressed").exists()


def cut_line(place):
    """What a machine without power has left of a line was never told to be kept."""
    collector = Collector(place, "cut")
    (collector.files / "events.jsonl").write_bytes(event(1) + event(2)[:77])
    with collector:
        collector.send(event(3))
        collector.wait_for(1, 3)


def strangers_stay(place):
    """Files that it did not make are neither compressed nor removed."""
    names = ("events.jsonl-2026", "events.jsonl-20261129000000001.bak", "other-20261129000000001", "events.jsonl.1")
    collector = Collector(place, "strangers", "--keep-size", "1K", "--keep-age", "1s")
    for name in names:
        (collector.files / name).write_bytes(event(1) * 10)
        os.utime(collector.files / name, (0, 0))
    with collector:
        collector.send(event(2))
        until(lambda: 2 in collector.numbers(), "the event")
        assert collector.end() == 0
    assert all((collector.files / name).exists() for name in names), list(collector.files.iterdir())


ROWS = [
    ("files/rotated-by-size-and-compressed", by_size),
    ("files/rotated-by-age", by_age),
    ("files/oldest-removed-by-size-and-counted", bounded_by_size),
    ("files/removed-by-age", bounded_by_age),
    ("files/left-halfway-by-a-kill", left_halfway),
    ("files/a-line-cut-by-a-loss-of-power", cut_line),
    ("files/of-others-stay", strangers_stay),
]
