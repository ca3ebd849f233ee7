"""Events in journal files, as a machine keeps them; made here by what systemd has for the purpose."""

import os
import subprocess

from following import following
from patience import HANG_SECONDS
from rows import event

REMOTE = "/usr/lib/systemd/systemd-journal-remote"


def no_journal_remote(*_):
    return None if os.access(REMOTE, os.X_OK) else f"there is no {REMOTE}"


def entry(number, message, identifier=b"tlsward"):
    stamp = 1795240800000000 + number * 1000000
    head = (f"__CURSOR=s=0;i={number}\n__REALTIME_TIMESTAMP={stamp}\n__MONOTONIC_TIMESTAMP={number * 1000000}\n"
            f"_BOOT_ID=0123456789abcdef0123456789abcdef\nPRIORITY=6\n").encode()
    body = b"" if message is None else b"MESSAGE\n" + len(message).to_bytes(8, "little") + message + b"\n"
    return head + b"SYSLOG_IDENTIFIER=" + identifier + b"\n" + body + b"\n"


def make(directory, *entries):
    """The journal export format: https://systemd.io/JOURNAL_EXPORT_FORMATS/"""
    path = directory / "journal"
    path.mkdir(exist_ok=True)
    subprocess.run([REMOTE, "-o", path / "host.journal", "-"], input=b"".join(entries), capture_output=True,
                   timeout=HANG_SECONDS, check=True)
    return f"journal:{path}"


def log(place, *arguments, **variables):
    return subprocess.run([place.command, "log", *arguments], capture_output=True, text=True, timeout=HANG_SECONDS,
                          env={"PATH": "/usr/bin:/bin", "TZ": "UTC", **variables}, check=False)


def ids(done):
    return [line.split()[2] for line in done.stdout.splitlines()]


def ours_alone(place):
    source = make(place.below("journal-ours"), entry(1, event(1)[:-1]), entry(2, b"hello", b"cron"), entry(3, None),
                  entry(4, event(2)[:-1]))
    done = log(place, source)
    assert (done.returncode, ids(done), done.stderr) == (0, ["00000001", "00000002"], ""), done


def damage(place):
    source = make(place.below("journal-damage"), entry(1, b"no event\nof two lines"), entry(2, event(2)[:-1]),
                  entry(3, b"{" * 100000))
    done = log(place, source)
    assert done.returncode == 3 and ids(done) == ["00000002"], done
    assert f"{source}:1: it does not begin with {{" in done.stderr and f"{source}:3: " in done.stderr, done


def since(place):
    source = make(place.below("journal-since"), *(entry(number, event(number)[:-1]) for number in range(1, 9)))
    done = log(place, "--since", "2026-11-21T06:00:06Z", source)
    assert ids(done) == ["00000006", "00000007", "00000008"], done


def goes_on(place):
    directory = place.below("journal-follow")
    source = make(directory, entry(1, event(1)[:-1]))
    with following(place, "-f", source) as log_:
        log_.wait_for(1)
        make(directory, entry(2, event(2)[:-1]))
        log_.wait_for(1, 2)


def missing(place):
    done = log(place, f"journal:{place.below('journal-missing')}/none")
    assert done.returncode == 3 and "/none: No such file or directory" in done.stderr, done


def no_libsystemd(place):
    """In its place stands a file that is no library."""
    directory = place.below("journal-no-library")
    (directory / "libsystemd.so.0").write_bytes(b"no library")
    done = log(place, "journal", LD_LIBRARY_PATH=str(directory))
    assert done.returncode == 3 and done.stdout == "", done
    assert "journal: it needs libsystemd.so.0, which is not there" in done.stderr, done


ROWS = {
    "journal/our-entries-alone": (ours_alone, (no_journal_remote,)),
    "journal/entries-that-are-no-events": (damage, (no_journal_remote,)),
    "journal/since": (since, (no_journal_remote,)),
    "journal/goes-on": (goes_on, (no_journal_remote,)),
    "journal/one-that-is-missing": (missing, (no_journal_remote,)),
    "journal/without-libsystemd": (no_libsystemd, ()),
}
