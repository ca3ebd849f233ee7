"""Events of real programs that do not verify, from the library to the report."""

import json
import subprocess

import stranger
from patience import HANG_SECONDS

PYTHON = "/usr/bin/python3"
CLIENT = """import ssl, sys, urllib.request
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
urllib.request.urlopen(sys.argv[1], context=context).read()
"""


def recorded(place, row):
    """A directory with `log`, where curl and a script of Python's are in, and the server's port."""
    directory = place.below(row)
    (directory / "p.conf").write_text(f"[policy]\nmode = audit\nlog = file:{directory}/log\n")
    (directory / "client.py").write_text(CLIENT)
    variables = {"PATH": "/usr/bin:/bin", "LD_PRELOAD": str(place.build / "libtlsward.so"), "TLSWARD_POLICY": str(directory / "p.conf")}
    with stranger.server(directory) as port:
        url = f"https://localhost:{port}/"
        for command in (["curl", "-sk", url], [PYTHON, directory / "client.py", url]):
            done = subprocess.run(command, env=variables, capture_output=True, timeout=HANG_SECONDS, check=False)
            assert done.returncode == 0, done
    assert (directory / "log").exists(), "the library was not active"
    return directory, str(port)


def programs(place):
    directory, port = recorded(place, "real-programs")
    out, err = place.report("--json", directory / "log", TLSWARD_POLICY=str(directory / "p.conf"))
    assert not err, err
    report = json.loads(out)
    found = {item["program"].rsplit("/", 1)[1][:6]: item for item in report["connections"]}
    assert set(found) == {"curl", "python"}, found
    for item in found.values():
        assert item["port"] == port and item["outcomes"]["would-block"] == 1 and item["finding"] and item["advice"], item
    assert found["python"]["script"] == str(directory / "client.py"), found["python"]
    (certificate,) = report["certificates"]
    assert certificate["handshakes"] == 2 and certificate["subject"] == "CN=stranger.test", certificate
    assert certificate["public_key_size"] == "2048" and not certificate["weak"], certificate
    assert 0.9 < certificate["left_ratio"] <= 1 and certificate["state"] == "good", certificate
    assert [item["handshakes"] for item in report["key_exchanges"]] == [2] and report["call_sites"], report


def where_the_policy_sends_them(place):
    """Without a source, and with an update between."""
    directory, _ = recorded(place, "real-policy")
    out, _ = place.report(TLSWARD_POLICY=str(directory / "p.conf"))
    assert "Not verified by the program" in out and f"{directory}/client.py" in out, out
    place.report("--fail-on", "blocked", status=1, TLSWARD_POLICY=str(directory / "p.conf"))


ROWS = {
    "real/programs-that-do-not-verify": (programs, ()),
    "real/where-the-policy-sends-events": (where_the_policy_sends_them, ()),
}
