"""Private mount and network namespaces: /etc can be changed for one test run, and no port is anybody else's."""

import contextlib
import os
import pathlib
import shutil
import sys
import tempfile

import loopback
from mounts import propagation, throw_away_layer

INSIDE = "TLSWARD_TEST_NAMESPACE"


def enter():
    """Runs this program again inside the namespace; returns only there."""
    if INSIDE in os.environ:
        return
    os.environ[INSIDE] = "root" if os.getuid() == 0 else "user"
    flags = [] if os.getuid() == 0 else ["-r"]
    os.execvp("unshare", ["unshare", *flags, "-m", "-n", f"--propagation={propagation()}", sys.executable, "-B", *sys.argv])


def is_root():
    """Whether we are root outside as well, and may start servers under other users."""
    return os.environ[INSIDE] == "root"


@contextlib.contextmanager
def workplace(prefix):
    """A temporary directory that other users may enter, with an /etc and a network of our own."""
    loopback.bring_up()
    with tempfile.TemporaryDirectory(prefix=prefix) as name:
        directory = pathlib.Path(name)
        directory.chmod(0o755)
        with covered_etc(directory):
            yield directory


@contextlib.contextmanager
def covered_etc(directory):
    """Lays a throw-away layer over /etc, with the names the tests use."""
    with throw_away_layer(pathlib.Path("/etc"), directory / "etc"):
        shutil.rmtree("/etc/tlsward", ignore_errors=True)
        pathlib.Path("/etc/ld.so.preload").unlink(missing_ok=True)
        hosts = pathlib.Path("/etc/hosts")
        names = "good.test other.test a.wild.test a.b.wild.test wild.test bare.test app_1.wild.test xn--bcher-kva.test"
        several = "::1 two.wild.test\n127.0.0.1 two.wild.test\n"
        text = hosts.read_text() if hosts.exists() else ""
        hosts.unlink(missing_ok=True)
        hosts.write_text(f"127.0.0.1 {names}\n{several}{text}")
        yield


@contextlib.contextmanager
def system_policy(text, owner=0, off=False, modes=(0o755, 0o644)):
    """Installs /etc/tlsward/policy.conf and the kill switch, or for None neither. `modes`: of directory and file."""
    directory = pathlib.Path("/etc/tlsward")
    policy = directory / "policy.conf"
    if text is not None:
        directory.mkdir()
        policy.write_text(text)
        os.chown(policy, owner, 0)
        directory.chmod(modes[0])
        policy.chmod(modes[1])
        if off:
            (directory / "off").touch()
    try:
        yield
    finally:
        if directory.exists():
            shutil.rmtree(directory)
