"""What was written stays, and what was not is counted: killed, restarted, full, renamed, removed."""

import os
import signal
import subprocess

from collector import Collector, made, numbered, until
from rows import event
from runner import needs


def killed_after_it_wrote(place):
    """Nothing is missing, and nothing is told to be."""
    with Collector(place, "killed", handed_over=True) as collector:
        collector.send(*numbered(1, 500))
        collector.wait_for(*range(1, 501))
        collector.end(signal.SIGKILL)
        collector.start()
        collector.send(event(501))
        collector.wait_for(*range(1, 502))
        assert collector.end() == 0 and collector.dropped() == 0, collector.notices()


def nobody_there(place):
    """What arrives while it is restarted waits in the socket that systemd keeps open."""
    with Collector(place, "restarted", handed_over=True) as collector:
        collector.send(*numbered(1, 10))
        collector.wait_for(*range(1, 11))
        assert collector.end() == 0
        collector.send(*numbered(11, 100))  # as many as the kernel takes of one sender
        collector.start()
        collector.wait_for(*range(1, 101))
        assert collector.end() == 0 and not collector.notices()


def small_disk(collector, size):
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", collector.files], check=True)


def larger_disk(collector, size):
    subprocess.run(["mount", "-o", f"remount,size={size}", collector.files], check=True)


def filled(collector):
    """A collector whose disk is full, and the numbers of the events that it was sent."""
    small_disk(collector, "64k")
    collector.start()
    collector.send(*numbered(1, 1000))
    until(lambda: "events wait in memory" in collector.errors(), "it says that it cannot write")


def full(place):
    """It waits, and loses nothing of what its memory holds; no line is in the file in part."""
    collector = Collector(place, "full")
    try:
        filled(collector)
        written = (collector.files / "events.jsonl").read_bytes()
        assert written == b"" or written.endswith(b"\n"), written[-100:]
        until(lambda: collector.metrics()["tlsward_collect_failing"] == 1, "the metric says so")
        larger_disk(collector, "64m")
        collector.wait_for(*range(1, 1001))
        until(lambda: "written again" in collector.errors(), "it says that it can write again")
        assert collector.end() == 0 and collector.dropped() == 0, collector.notices()
    finally:
        collector.__exit__()
        subprocess.run(["umount", collector.files], check=True)


def ended_while_full(end, place):
    """The next one tells how many are missing, to the last one."""
    collector = Collector(place, f"ended-{end}", handed_over=True)  # what the kernel has goes with the last socket
    try:
        filled(collector)
        status = collector.end(end)
        assert status == (-signal.SIGKILL if end == signal.SIGKILL else 3), status
        larger_disk(collector, "64m")
        collector.start()
        collector.send(event(1001))
        until(lambda: 1001 in collector.numbers() and collector.notices(), "the event after it")
        kept = collector.numbers()
        assert len(kept) + collector.dropped() == 1001 and collector.dropped() > 0, (len(kept), collector.notices())
        assert collector.end() == 0 and collector.metrics()['tlsward_events_dropped_total{by="collector"}'] == collector.dropped()
        collector.start()
        collector.send(event(1002))
        until(lambda: 1002 in collector.numbers(), "the last event")
        assert collector.end() == 0 and len(collector.numbers()) + collector.dropped() == 1002, "it is told twice"
    finally:
        collector.__exit__()
        subprocess.run(["umount", collector.files], check=True)


def killed_while_full(place):
    ended_while_full(signal.SIGKILL, place)


def terminated_while_full(place):
    ended_while_full(signal.SIGTERM, place)


def more_than_memory(place):
    """What is above is counted, to the last one, and no sender waits for the disk."""
    collector = Collector(place, "memory")
    try:
        filled(collector)
        long = "x" * 7000
        collector.send(*(made(number, tlsward_message=long) for number in range(1001, 12001)))
        larger_disk(collector, "512m")
        until(collector.notices, "it tells what is missing")
        assert collector.end() == 0
        assert len(collector.numbers()) + collector.dropped() == 12000 and collector.dropped() > 0, collector.notices()
    finally:
        collector.__exit__()
        subprocess.run(["umount", collector.files], check=True)


def renamed(place):
    """By another program that rotates: the file it was renamed to keeps what it has, and another is begun."""
    with Collector(place, "renamed") as collector:
        collector.send(*numbered(1, 10))
        collector.wait_for(*range(1, 11))
        os.rename(collector.files / "events.jsonl", collector.files / "events.jsonl.1")
        until(lambda: (collector.files / "events.jsonl").exists(), "another file")
        collector.send(*numbered(11, 20))
        collector.wait_for(*range(1, 21))
        assert (collector.files / "events.jsonl").read_bytes().count(b"\n") == 10
        assert collector.end() == 0 and collector.dropped() == 0, collector.notices()


def removed(place):
    """With the events in it, which are counted."""
    with Collector(place, "removed") as collector:
        collector.send(*numbered(1, 10))
        collector.wait_for(*range(1, 11))
        os.unlink(collector.files / "events.jsonl")
        until(collector.notices, "it tells what is missing")
        collector.send(event(11))
        collector.wait_for(11)
        assert collector.dropped() == 10 and collector.end() == 0, collector.notices()
        collector.start()
        collector.send(event(12))
        collector.wait_for(11, 12)
        assert collector.end() == 0 and collector.dropped() == 10, "it is told twice"


def truncated(place):
    """As by logrotate's copytruncate: it goes on behind what is left."""
    with Collector(place, "truncated") as collector:
        collector.send(*numbered(1, 10))
        collector.wait_for(*range(1, 11))
        os.truncate(collector.files / "events.jsonl", 0)
        collector.send(event(11))
        collector.wait_for(11)
        assert collector.end() == 0
        assert (collector.files / "events.jsonl").read_bytes().startswith(b"{"), "there is a hole in it"


ROWS = [
    ("losses/killed-after-it-wrote", killed_after_it_wrote),
    ("losses/restarted-with-the-socket-kept-open", nobody_there),
    ("losses/disk-full-for-a-while", full, needs.root),
    ("losses/killed-while-the-disk-is-full", killed_while_full, needs.root),
    ("losses/ended-while-the-disk-is-full", terminated_while_full, needs.root),
    ("losses/more-than-memory-holds-is-counted", more_than_memory, needs.root),
    ("losses/renamed-by-another-program", renamed),
    ("losses/removed-with-its-events", removed),
    ("losses/truncated-by-another-program", truncated),
]
