"""What the events of programs say of findings: one check per kind of evidence, and what is none."""

import json
import os
import re
import socket
import subprocess

from files import CURL
from patience import HANG_SECONDS
from processes import SHELL, running
from runner import Row, needs
from scans import json_scan, scan, under_terminal

HANDSHAKE = {
    "@timestamp": "2026-11-21T06:44:40.123Z", "ecs.version": "8.11.0", "tlsward.schema": 1, "event.kind": "event", "event.action": "tls-handshake",
    "process.pid": 4711, "server.address": "a.example", "server.port": 443, "tlsward.outcome": "failed", "tlsward.action": "would-block", "tlsward.app_verify": "none",
}
PYTHON = "import requests\nrequests.get(u, verify=False)\n"


def event(number=1, **members):
    return json.dumps({**HANDSHAKE, "event.id": f"{number:032x}", **{name.replace("__", "."): value for name, value in members.items()}})


def write(place, *events):
    path = place / "events.jsonl"
    path.write_text("".join(f"{each}\n" for each in events))
    return path


def seen(fixture, contents, *events, arguments=(), **more):
    """Rule → (confidence, what was observed) in a tree; {} in an event is where the tree is."""
    place = fixture.tree(contents)
    path = write(fixture.fresh(), *(each.replace("{}", str(place)) for each in events))
    done = json_scan(fixture, "--events", path, *arguments or (place,), **more)
    return {line["rule"]: (line["confidence"], line.get("observed", {}).get("what", "").replace(str(place), "{}")) for line in done.findings}


def of(contents, expected, *events):
    def check(fixture):
        found = seen(fixture, contents, *events)
        assert found == expected, found
    return check


SCRIPT = {"x.py": PYTHON}
BY_SCRIPT = {"python-verify-false": ("observed", "script {}/x.py")}
LATENT = {"python-verify-false": ("latent", "")}
UNIT = {"sync@.service.d/x.conf": "[Service]\nEnvironment=NODE_TLS_REJECT_UNAUTHORIZED=0\n"}
UNSEEN = {"node-reject-unauthorized-variable": ("latent", "")}
OURS = {"process.executable": "/usr/bin/python3.11", "tlsward.script": "{}/x.py"}


def later(text):
    return json.dumps({"@timestamp": "2026-11-21T06:44:41.123Z", "tlsward.schema": 1, "event.id": f"{1:032x}", "event.action": "tls-handshake-update", "tlsward.app_checked_later": text})


CASES = {
    "script-that-was-seen": of(SCRIPT, BY_SCRIPT, event(**OURS)),
    "script-that-checks-the-chain-alone": of(SCRIPT, BY_SCRIPT, event(**{**OURS, "tlsward.app_verify": "ca"})),
    "another-script": of(SCRIPT, LATENT, event(**{**OURS, "tlsward.script": "{}/y.py"})),
    "script-that-verifies": of(SCRIPT, LATENT, event(**{**OURS, "tlsward.app_verify": "full"})),
    "script-that-reads-the-names-itself": of(SCRIPT, LATENT, event(**OURS), later("peer-certificate names-read name-matched")),
    "script-that-looks-at-the-result-alone": of(SCRIPT, BY_SCRIPT, event(**OURS), later("peer-certificate verify-result")),
    "program-of-an-option": of({"a.sh": CURL}, {"curl-insecure-option": ("observed", "program curl")}, event(**{"process.executable": "/opt/bin/curl"})),
    "program-of-another-name": of({"a.sh": CURL}, {"curl-insecure-option": ("latent", "")}, event(**{"process.executable": "/opt/bin/mycurl"})),
    "program-says-nothing-of-a-setting": of({".env": "GIT_SSL_NO_VERIFY=1\n"}, {"git-no-verify-variable": ("latent", "")}, event(**{"process.executable": "/usr/bin/git"})),
    "unit-of-a-template": of(UNIT, {"node-reject-unauthorized-variable": ("observed", "unit sync@.service")}, event(**{"tlsward.unit": "sync@a.service"})),
    "unit-of-another-template": of(UNIT, UNSEEN, event(**{"tlsward.unit": "sync.service"})),
    "unit-by-its-file": of({"sync.service": "[Service]\nExecStart=/usr/bin/curl -k x\n"}, {"curl-insecure-option": ("observed", "unit sync.service")}, event(**{"tlsward.unit": "sync.service"})),
    "name-that-breaks-the-line": of({"a\nb.py": PYTHON}, {"python-verify-false": ("observed", "script {}/a\\x0ab.py")}, event(**{"tlsward.script": "{}/a\nb.py"})),
}


def process(fixture):
    """Of this host, with this number and this program."""
    with running(*SHELL, GIT_SSL_NO_VERIFY="1") as pid:
        ours = {"process.pid": pid, "process.executable": os.path.realpath("/bin/sh"), "host.name": socket.gethostname()}
        for members, expected in ((ours, "observed"), ({**ours, "host.name": "another"}, "active"), ({**ours, "process.executable": "/bin/other"}, "active")):
            done = json_scan(fixture, "--running", "--events", write(fixture.fresh(), event(**members)))
            assert [line["confidence"] for line in done.findings if line["pid"] == pid] == [expected], (members, done.findings)


def image(fixture):
    """Its programs know a path from its root on."""
    place = fixture.tree({"srv/x.py": PYTHON})
    path = write(fixture.fresh(), event(**{**OURS, "tlsward.script": "/srv/x.py"}))
    [line] = json_scan(fixture, "--events", path, "--container-image", place).findings
    assert (line["confidence"], line["observed"]["what"]) == ("observed", "script /srv/x.py"), line


def forms(fixture):
    place = fixture.tree(SCRIPT)
    path = write(fixture.fresh(), event(1, **{**OURS, "tlsward.script": f"{place}/x.py"}), event(2, **{**OURS, "tlsward.script": f"{place}/x.py", "tlsward.repeated": 5}))
    text = f"seen: script {place}/x.py made 7 handshakes without verifying, the last 2026-11-21T06:44:40Z"
    assert text in scan(fixture, "--events", path, place).out
    [result] = json.loads(scan(fixture, "--format", "sarif", "--events", path, place).out)["runs"][0]["results"]
    assert result["properties"]["confidence"] == "observed" and text in result["message"]["text"], result
    [line] = json_scan(fixture, "--events", path, place).findings
    assert line["observed"] == {"what": f"script {place}/x.py", "handshakes": 7, "last": "2026-11-21T06:44:40Z"}, line


def several(fixture):
    """Two sources count together, and a damaged one is said."""
    place, one, other = fixture.tree(SCRIPT), fixture.fresh(), fixture.fresh()
    member = {**OURS, "tlsward.script": f"{place}/x.py"}
    done = json_scan(fixture, "--events", write(one, event(1, **member)), "--events", write(other, event(2, **member), "{no event"), place)
    assert done.findings[0]["observed"]["handshakes"] == 2 and f"{other}/events.jsonl:2: " in done.err and done.status == 1, done
    done = json_scan(fixture, "--events", other / "events.jsonl", fixture.tree({"a.sh": "true\n"}))
    assert done.status == 3, "events that are damaged are all in order"


def real(fixture):
    """The library's own events of a script that runs."""
    place = fixture.tree({"fetch.py": f"#!/usr/bin/python3\nimport ssl, urllib.request as u\nu.urlopen('{fixture.server.url}/', context=ssl._create_unverified_context())\n"})
    events = fixture.fresh() / "events.jsonl"
    (place / "fetch.py").chmod(0o755)
    done = subprocess.run([fixture.command, "run", "--log", f"file:{events}", place / "fetch.py"], capture_output=True, text=True, timeout=HANG_SECONDS, check=False)
    assert events.exists() and '"tlsward.app_verify":"none"' in events.read_text(), f"the library was not there: {done}"
    [line] = [line for line in json_scan(fixture, "--events", events, place).findings if line["rule"] == "python-unverified-context"]
    assert line["confidence"] == "observed" and line["observed"]["what"] == f"script {place}/fetch.py", line


def terminal(fixture):
    place = fixture.tree({b"a\x1b[2J.py": PYTHON})
    path = write(fixture.fresh(), event(**{**OURS, "tlsward.script": f"{place}/a\x1b[2J.py"}))
    shown = under_terminal(fixture, "--events", path, place)
    assert "seen: script" in shown and "\x1b[2J" not in re.sub("\x1b\\[[0-9]*m", "", shown), repr(shown)


def rows():
    for name, check in CASES.items():
        yield Row(f"observed/{name}", check)
    yield Row("observed/process-of-this-host", process)
    yield Row("observed/path-in-an-image", image)
    yield Row("observed/in-all-forms", forms)
    yield Row("observed/several-sources", several)
    yield Row("observed/by-the-librarys-own-events", real, (needs.program("/usr/bin/python3"),))
    yield Row("observed/text-drives-no-terminal", terminal)
