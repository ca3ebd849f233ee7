"""What a terminal shows of a report."""

import re

from cases import POLICY, certificate
from rows import event
from terminal_of_width import on_terminal

STRONG = {"tls.server.x509.signature_algorithm": "SHA256-RSA"}
STYLE = re.compile("\x1b\\[[0-9]*m")


def fits(place):
    directory = place.below("terminal-fits")
    (directory / "p.conf").write_bytes(POLICY)
    (directory / "log").write_bytes(
        event(1, tlsward_finding="verification-disabled", tlsward_call_site="libx.so.1+0x1234 (" + "ab" * 20 + ")",
              rule_name="old-ldap", process_executable="/usr/bin/python3", tlsward_script="/opt/" + "é" * 200) +
        certificate(2, "2026-01-01T00:00:00Z", "2199-01-01T00:00:00Z", STRONG, server_address="x" * 200))
    for columns in (80, 100, 120, 160, 200):
        text = on_terminal(columns, place.command, "report", "--policy", directory / "p.conf", directory / "log")
        lines = STYLE.sub("", text).splitlines()
        assert max(map(len, lines)) <= columns, (columns, max(lines, key=len))
        for word in ("verification-disabled", "would block", "certificate-host-mismatch", "weak-key-rsa-1024", "libx.so.1+0x1234\n"):
            # Columns of their own share what room there is.
            assert columns == 160 or word in STYLE.sub("", text), (columns, word, text)
        assert "\x1b[31m" in text, "what fails has no colour"


ROWS = {
    "terminal/lines-fit": (fits, ()),
}
