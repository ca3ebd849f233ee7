"""A private mount namespace: /etc can be changed for one test run and stays as it is for everybody else."""

import contextlib
import os
import pathlib
import sys

from mounts import propagation, throw_away_layer

INSIDE = "TLSWARD_TEST_NAMESPACE"


def enter():
    """Runs this program again inside the namespace; returns only there."""
    if INSIDE in os.environ:
        return
    os.environ[INSIDE] = "root" if os.getuid() == 0 else "user"
    flags = [] if os.getuid() == 0 else ["-r"]
    os.execvp("unshare", ["unshare", *flags, "-m", f"--propagation={propagation()}", sys.executable, *sys.argv])


def is_root():
    """Whether we are root outside as well, and may start servers under other users."""
    return os.environ[INSIDE] == "root"


@contextlib.contextmanager
def covered_etc(directory):
    """Lays a throw-away layer over /etc, with the names the tests use."""
    with throw_away_layer(pathlib.Path("/etc"), directory / "etc"):
        hosts = pathlib.Path("/etc/hosts")
        names = "good.test other.test a.wild.test a.b.wild.test wild.test bare.test app_1.wild.test xn--bcher-kva.test"
        several = "::1 two.wild.test\n127.0.0.1 two.wild.test\n"
        text = hosts.read_text() if hosts.exists() else ""
        hosts.unlink(missing_ok=True)
        hosts.write_text(f"127.0.0.1 {names}\n{several}{text}")
        yield


def set_system_policy(text, owner, off, modes):
    """Installs /etc/tlsward/policy.conf and the kill switch, or removes both for None. `modes`: of directory and file."""
    directory = pathlib.Path("/etc/tlsward")
    policy = directory / "policy.conf"
    (directory / "off").unlink(missing_ok=True)
    if text is None:
        policy.unlink(missing_ok=True)
        if directory.exists():
            directory.rmdir()
        return
    directory.mkdir(exist_ok=True)
    policy.write_text(text)
    os.chown(policy, owner, 0)
    directory.chmod(modes[0])
    policy.chmod(modes[1])
    if off:
        (directory / "off").touch()
