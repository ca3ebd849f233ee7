"""What is kept of a datagram, and that none harms the collector."""

import array
import functools
import json
import os
import socket
import subprocess

from collector import Collector, until
from patience import HANG_SECONDS
from rows import event
from runner import needs

SEND = "import socket,sys; s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM); s.connect(sys.argv[1]); s.send(sys.stdin.buffer.read())"


def send_as(user, path, datagram):
    subprocess.run(["/usr/bin/python3", "-c", SEND, path], input=datagram, user=user, group=user, extra_groups=[], check=True, timeout=HANG_SECONDS)


def kept_with_its_sender(place):
    """Byte for byte what was sent, and behind it who sent it, when, and to which host."""
    with Collector(place, "sender") as collector:
        line = event(1, tlsward_message="a \\ b \" é \u2028")
        collector.send(line)
        collector.wait_for(1)
        written = (collector.files / "events.jsonl").read_bytes()
        assert written.startswith(line[:-2] + b',"tlsward.collect.time":"20'), written
        (kept,) = collector.kept()
        assert kept["tlsward.collect.uid"] == os.getuid() and kept["tlsward.collect.pid"] == os.getpid(), kept
        assert kept["tlsward.collect.host"] == os.uname().nodename, kept
        assert set(kept) - set(json.loads(line)) == {f"tlsward.collect.{name}" for name in ("time", "host", "uid", "pid")}, kept


def another_user(place):
    """A user who says that he is root: the kernel's word stands beside his, and the report counts it."""
    with Collector(place, "another") as collector:
        send_as(65534, collector.path, event(1, **{"user_id": "0"}))
        send_as(65534, collector.path, event(2, **{"user_id": "65534"}))
        collector.wait_for(1, 2)
        kept = {item["user.id"]: item["tlsward.collect.uid"] for item in collector.kept()}
        assert kept == {"0": 65534, "65534": 65534}, kept
        out = subprocess.run([place.command, "report", "--json", collector.files], capture_output=True, check=True).stdout
        assert json.loads(out)["summary"]["of_another_user"] == 1, out
        assert collector.end() == 0 and collector.metrics()["tlsward_collect_claimed_total"] == 1, collector.metrics()


REFUSED = {
    "what-is-no-json": (b"\x00\xff\x1b[31m", "it does not begin with {"),
    "an-empty-datagram": (b"", "it does not begin with {"),
    "an-object-in-an-object": (event(9)[:-2] + b',"x":{"y":1}}', "a value that is neither"),
    "an-event-that-is-cut": (event(9)[:-20], "ends"),
    "two-events": (event(9) + event(8), "something behind the event"),
    "a-newline-within": (event(9).replace(b',"process.pid"', b',\n"process.pid"'), "a newline within the event"),
    "a-carriage-return-within": (event(9).replace(b',"process.pid"', b',\r"process.pid"'), "a newline within the event"),
    "a-member-twice": (event(9)[:-2] + b',"tlsward.schema":1}', "was there before"),
    "a-member-of-the-collectors": (event(9)[:-2] + b',"tlsward.collect.uid":0}', "only the collector may add"),
    "a-later-member-of-the-collectors": (event(9)[:-2] + b',"tlsward.collect.later":0}', "only the collector may add"),
    "json-of-something-else": (b'{"a":1}\n', "no event of tlsward"),
    "one-that-is-too-long": (event(9, tlsward_message="x" * 9000), "the line is too long"),
    "a-huge-one": (b"{" * 150000, "the line is too long"),
    "a-syslog-frame-before-it": (b"<30>1 - - tlsward 1 event - " + event(9), "it does not begin with {"),
    "too-many-members": (event(9)[:-2] + b"".join(b',"m%d":1' % n for n in range(65)) + b"}", "too many members"),
}


def refused(name, place):
    """Said once, with its sender, and what comes after it is kept."""
    datagram, why = REFUSED[name]
    with Collector(place, f"refused-{name}") as collector:
        collector.send(datagram, event(1))
        until(collector.notices, "a notice")
        assert collector.numbers() == [1], collector.kept()
        (notice,) = collector.notices()
        said = notice["tlsward.message"]
        assert said.startswith("1 datagrams were refused") and f"user {os.getuid()} and process {os.getpid()}" in said and why in said, said
        assert "tlsward.dropped" not in notice, notice
        assert collector.end() == 0 and collector.metrics()["tlsward_collect_refused_total"] == 1, collector.metrics()


def descriptors_are_not_taken(place):
    """What is sent beside an event is closed by the kernel, however often."""
    with Collector(place, "descriptors") as collector:
        before = len(os.listdir(f"/proc/{collector.process.pid}/fd"))
        null = os.open("/dev/null", os.O_RDONLY)
        with collector.connect() as sender:
            for number in range(1, 101):
                rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [null] * 20))
                sender.sendmsg([event(number)], [rights])
        os.close(null)
        collector.wait_for(*range(1, 101))
        after = len(os.listdir(f"/proc/{collector.process.pid}/fd"))
        assert after < before + 20, (before, after)  # it has some of its own for a moment
        assert all(item["tlsward.collect.pid"] == os.getpid() for item in collector.kept())


def labels_are_bounded(place):
    """Whoever invents destinations fills the table of metrics, and no more than it."""
    with Collector(place, "labels") as collector:
        collector.send(*(event(number, tlsward_action="blocked", server_address=f'h{number}"}}\n') for number in range(1, 1001)))
        collector.wait_for(*range(1, 1001))
        assert collector.end() == 0
        blocked = {name: value for name, value in collector.metrics().items() if name.startswith("tlsward_blocked_total")}
        assert len(blocked) == 501 and blocked['tlsward_blocked_total{program="_other",dest="_other",port="_other"}'] == 500, len(blocked)
        checked = subprocess.run(["promtool", "check", "metrics"], stdin=collector.metrics_file.open(), capture_output=True, text=True, check=False)
        assert checked.returncode == 0 and not checked.stdout + checked.stderr, checked


ROWS = [
    ("datagram/is-kept-with-its-sender", kept_with_its_sender),
    ("datagram/of-another-user-than-it-says-is-told", another_user, needs.root),
    ("datagram/descriptors-are-not-taken", descriptors_are_not_taken),
    ("metrics/labels-are-bounded-and-escaped", labels_are_bounded, needs.program("promtool")),
    *((f"datagram/{name}-is-refused", functools.partial(refused, name)) for name in REFUSED),
]
