"""The journal of a machine, as its journald writes it: a real one, with a /run of its own."""

import subprocess
import sys
import time

from following import following
from journald import journal
from patience import HANG_SECONDS
from rows import event
from runner import needs

# One entry for each line, as tlsward(7) sends them: https://systemd.io/JOURNAL_NATIVE_PROTOCOL/
SEND = """import socket, sys
to = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
to.connect("/run/systemd/journal/socket")
for line in sys.stdin:
    to.send(f"MESSAGE={line.rstrip()}\\nPRIORITY=5\\nSYSLOG_IDENTIFIER={sys.argv[1]}\\n".encode())
"""


def send(here, *numbers, identifier="tlsward"):
    subprocess.run([*here.enter, sys.executable, "-c", SEND, identifier], input=b"".join(event(number) for number in numbers),
                   timeout=HANG_SECONDS, check=True)


def shown(place, here, *arguments, through=(), **variables):
    done = subprocess.run([*here.enter, *through, place.command, "log", *arguments], capture_output=True, text=True, timeout=HANG_SECONDS,
                          env={"PATH": "/usr/bin:/bin", "TZ": "UTC", **variables}, check=False)
    return done, [line.split()[2] for line in done.stdout.splitlines()]


def wait_for(place, here, *wanted):
    """journald takes what is sent when it gets to it."""
    deadline = time.monotonic() + HANG_SECONDS
    while True:
        done, ids = shown(place, here, "journal")
        if ids == list(wanted) or time.monotonic() > deadline:
            return done, ids
        time.sleep(0.05)


def is_read(place):
    """All entries of ours, over all files that it has begun, and no other program's."""
    with journal() as here:
        send(here, 1, 2)
        send(here, 9, identifier="cron")
        wait_for(place, here, "00000001", "00000002")
        here.rotate()
        send(here, 3)
        done, ids = wait_for(place, here, "00000001", "00000002", "00000003")
        assert ids == ["00000001", "00000002", "00000003"] and (done.returncode, done.stderr) == (0, ""), done


def is_where_the_policy_leads(place):
    policy = place.below("journal-live-policy") / "policy.conf"
    policy.write_text("[policy]\nlog = journald\n")
    with journal() as here:
        send(here, 1)
        wait_for(place, here, "00000001")
        done, ids = shown(place, here, TLSWARD_POLICY=str(policy))
        assert ids == ["00000001"] and done.returncode == 0, done


def is_empty(place):
    with journal() as here:
        done, ids = shown(place, here, "journal")
        assert ids == [] and done.returncode == 0, done


def may_not_be_read(place):
    """A user to whom the journal is closed is told so, and not that there is nothing."""
    with journal() as here:
        send(here, 1)
        wait_for(place, here, "00000001")
        here.within("sh", "-c", "chmod 0700 /run/log/journal/*; chmod 0600 /run/log/journal/*/*")
        done, ids = shown(place, here, "journal", through=("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"))
        assert ids == [] and done.returncode == 3 and "journal: " in done.stderr, done


def is_followed(place):
    with journal() as here:
        send(here, 1)
        wait_for(place, here, "00000001")
        with following(place, "-f", "journal", through=here.enter) as log:
            log.wait_for(1)
            send(here, 2)
            log.wait_for(1, 2)


def is_followed_while_it_rotates(place):
    """Each entry is shown once and in order, whatever file it went into."""
    with journal() as here:
        send(here, 1)
        wait_for(place, here, "00000001")
        with following(place, "-f", "journal", through=here.enter) as log:
            log.wait_for(1)
            for start in range(2, 202, 20):
                send(here, *range(start, start + 10))
                here.rotate()
                send(here, *range(start + 10, start + 20))
            log.wait_for(*range(1, 202))


def begins_at_since(place):
    with journal() as here:
        send(here, 1)
        wait_for(place, here, "00000001")
        done, ids = shown(place, here, "--since", "2099-01-01", "journal")
        assert ids == [] and done.returncode == 0, done


NEEDS = (needs.root, needs.success("unshare --mount true"))
ROWS = {f"journal/live/{check.__name__.replace('_', '-')}": (check, NEEDS) for check in (
    is_read, is_where_the_policy_leads, is_empty, may_not_be_read, is_followed, is_followed_while_it_rotates, begins_at_since)}
