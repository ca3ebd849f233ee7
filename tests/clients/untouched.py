"""Server sides are not touched: under enforce a server asks no client for a certificate, and serves as ever."""

import subprocess
from pathlib import Path

from cases import ADDRESS
from events import Events
from patience import HANG_SECONDS
from rows import environment

SERVERS = ("https", "openssl")
REQUEST = b"GET /untouched HTTP/1.0\r\n\r\n"


def s_client(server):
    command = ["openssl", "s_client", "-connect", f"{ADDRESS}:{server.port}"]
    return subprocess.run(command, input=REQUEST, capture_output=True, timeout=HANG_SECONDS, check=False).stdout.decode()


def problems(setup, server, directory):
    """Starts the server with the library and looks at it from a client without."""
    directory.mkdir()
    server.environment = environment(setup, directory, "enforce")
    server.start()
    try:
        said = s_client(server)
        log = server.log_after(0, "/untouched", 5)
        maps = Path(f"/proc/{server.process.pid}/maps").read_text()
    finally:
        server.stop()
    if str(setup.library) not in maps:
        yield "the library is not loaded in the server"
    if "No client certificate CA names sent" not in said or "Client Certificate Types" in said:
        yield "the server asked its client for a certificate:\n" + said
    if "/untouched" not in log:
        yield "no application data reached the server:\n" + log
    if any(event.get("event.action") == "tls-handshake" for event in Events(directory / "events.jsonl").all):
        yield "the library recorded a server's handshake"
