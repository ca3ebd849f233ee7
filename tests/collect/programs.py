"""Real programs under the library, whose events the collector keeps."""

import contextlib
import os
import signal
import socket
import subprocess

import stranger
from collector import Collector, until
from patience import HANG_SECONDS

PYTHON = "/usr/bin/python3"
TWICE = """import socket, ssl, sys
context = ssl._create_unverified_context()
for line in sys.stdin:
    with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as plain:
        context.wrap_socket(plain, server_hostname=line.strip()).close()
    print("done", flush=True)
"""


def preloaded(place, log):
    return {"PATH": "/usr/bin:/bin", "LD_PRELOAD": str(place.build / "libtlsward.so"), "TLSWARD_LOG": log}


def curl(place):
    with Collector(place, "curl") as collector, stranger.server(collector.below) as port:
        done = subprocess.run(["curl", "-sk", f"https://localhost:{port}/"], env=preloaded(place, f"unix:{collector.path}"),
                              capture_output=True, timeout=HANG_SECONDS, check=False)
        assert done.returncode == 0 and not done.stderr, done
        kept = until(collector.kept, "an event")
        assert kept[0]["process.executable"] == "/usr/bin/curl" and kept[0]["tlsward.collect.pid"] == kept[0]["process.pid"], kept
        assert str(kept[0]["tlsward.collect.uid"]) == kept[0]["user.id"], kept


def fill(collector):
    """A socket has only so much memory for what it sent: the queue is full when a new one cannot send."""
    with contextlib.suppress(BlockingIOError):
        while True:
            with collector.connect() as sender:
                sender.setblocking(False)
                sender.send(b"filled")


def stopped(place):
    """A collector that does nothing: no program waits for it, and what is lost is told by the next event."""
    with Collector(place, "stopped") as collector, stranger.server(collector.below) as port:
        collector.process.send_signal(signal.SIGSTOP)
        fill(collector)
        with subprocess.Popen([PYTHON, "-c", TWICE, str(port)], env=preloaded(place, f"unix:{collector.path}"),
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
            for name in ("one.test", "two.test"):
                print(name, file=program.stdin, flush=True)
                assert program.stdout.readline() == "done\n", "the program waits"
            collector.process.send_signal(signal.SIGCONT)
            until(collector.notices, "the collector has taken what it was sent")
            print("three.test", file=program.stdin, flush=True)
            assert program.stdout.readline() == "done\n"
            kept = until(lambda: [item for item in collector.kept() if item["event.action"] == "tls-handshake"], "an event")
            program.stdin.close()
        assert [item["tlsward.expected_name"] for item in kept] == ["three.test"], kept
        dropped = sum(item.get("tlsward.dropped", 0) for item in collector.kept())  # an update may have told it
        assert dropped >= 2, [(item["event.action"], item.get("tlsward.expected_name"), item.get("tlsward.dropped")) for item in collector.kept()]
        assert collector.end() == 0
        metrics = collector.metrics()
        assert metrics['tlsward_events_dropped_total{by="program"}'] == dropped, metrics


SCRIPT = """set -e
mount -t tmpfs tmpfs /run; mount -t tmpfs tmpfs /var/log
mkdir -m 755 /run/tlsward-collect /var/log/tlsward
"$1" collect --listen /run/tlsward-collect/socket & collector=$!
while ! [ -S /run/tlsward-collect/socket ]; do sleep 0.05; done
printf '[policy]\\nmode = audit\\nlog = collect\\n' > "$2/p.conf"
export TLSWARD_POLICY="$2/p.conf"
"$1" check "$2/p.conf"
for i in 1 2 3; do LD_PRELOAD="$3" curl -sk "$4"; done
kill $collector; wait $collector
"$1" report --json > "$2/report.json"
"$1" log
"""


def by_its_word(place):
    """`log = collect` leads to the socket, and without a source the report reads what is kept there."""
    directory = place.below("word")
    with stranger.server(directory) as port:
        done = subprocess.run(["unshare", "--mount", "sh", "-c", SCRIPT, "sh", place.command, directory,
                               place.build / "libtlsward.so", f"https://localhost:{port}/"], capture_output=True, text=True,
                              timeout=HANG_SECONDS, env={"PATH": os.environ["PATH"]}, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("/usr/bin/curl") == 3 and '"outcomes"' in (directory / "report.json").read_text(), done.stdout


ROWS = [
    ("programs/curl-to-the-collector", curl),
    ("programs/no-program-waits-for-a-collector-that-stopped", stopped),
    ("programs/log-collect-leads-to-it-and-to-its-files", by_its_word),
]
