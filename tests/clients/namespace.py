"""A private network and mount namespace, so that the tests name and bind what they like on the machine they run on."""

import contextlib
import os
import sys
import tempfile
from pathlib import Path

import loopback
from cases import ADDRESS, LONG_NAME, NAME, OTHER_NAME
from mounts import bound_over, propagation

MARK = "TLSWARD_TEST_NAMESPACE"
HOSTS = Path("/etc/hosts")


def enter():
    """Starts this program again inside the namespace; returns only there."""
    if MARK in os.environ:
        del os.environ[MARK]
        return
    os.environ[MARK] = "1"
    mapping = [] if os.geteuid() == 0 else ["--map-root-user"]
    options = [*mapping, "--mount", "--net", f"--propagation={propagation()}"]
    os.execvp("unshare", ["unshare", *options, sys.executable, "-B", *sys.argv])


@contextlib.contextmanager
def furnished(directory):
    """Brings the loopback interface up and lays a hosts file of our own over the machine's, which may have none."""
    loopback.bring_up()
    hosts = Path(directory) / "hosts"
    hosts.write_text(f"{ADDRESS} localhost\n{ADDRESS} {NAME}\n{ADDRESS} {OTHER_NAME}\n{ADDRESS} {LONG_NAME}\n")
    with bound_over(HOSTS, hosts):
        yield


@contextlib.contextmanager
def workplace(prefix):
    """A temporary directory that other users may enter, in a furnished namespace."""
    with tempfile.TemporaryDirectory(prefix=prefix) as name:
        directory = Path(name)
        directory.chmod(0o755)
        with furnished(directory):
            yield directory
