"""README.md's deployments, carried out as it says: python3 -B tests/deploy --build DIR.

Every command of a snippet comes from README.md. Each deployment has a root directory of its own, and so an /etc, a
/usr/local and an /etc/ld.so.preload that nobody else sees.
"""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent.parent
sys.path[1:1] = [str(HERE.parent / "clients"), str(HERE.parent)]

import certificates  # noqa: E402
import namespace  # noqa: E402
from options import new_parser, parse  # noqa: E402
from patience import HANG_SECONDS  # noqa: E402
from private_root import private_root  # noqa: E402
from readme import command_before, image, snippet, unit_environment  # noqa: E402
from servers import Fleet, unprivileged  # noqa: E402
from tally import Tally, Unavailable, is_wanted  # noqa: E402

LIBRARY = "/usr/local/lib/libtlsward.so"
PRELOAD = "etc/ld.so.preload"
BLOCKED = 60  # curl: the peer's certificate cannot be authenticated
BLOCKED_EVENT = '"tlsward.action":"blocked"'
LOGIN_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Host:
    """A machine as README.md's reader has it, and a server whose certificate nobody should trust."""

    def __init__(self, root, build, port, trust):
        self.root = root
        self.build = build
        self.url = f"https://good.test:{port}/"
        self.trust = trust

    def run(self, command, user=None, environment=None):
        prefix = ["chroot", self.root, *(unprivileged(user) if user else ()), "env"]
        variables = [f"{name}={value}" for name, value in (environment or {}).items()]  # only the command has them
        return subprocess.run([*prefix, *variables, *command], env={"PATH": LOGIN_PATH}, capture_output=True,
                              text=True, timeout=HANG_SECONDS, stdin=subprocess.DEVNULL, check=False)

    def shell(self, commands):
        """As typed in, at the top of the source tree; `make` knows where the build is."""
        return self.run(["sh", "-c", f"cd {shlex.quote(str(SOURCE))}\n{commands}"], environment={"B": str(self.build)})

    def follow(self, commands):
        done = self.shell(commands)
        assert done.returncode == 0, f"{commands}{done.stdout}{done.stderr}"
        return done

    def curl(self, environment=None):
        """The careless client of an ordinary user."""
        done = self.run(["curl", "-sSk", self.url], "nobody", environment)
        assert "ERROR: ld.so" not in done.stderr, done.stderr
        return done

    def has_library(self):
        done = self.run(["grep", "-c", LIBRARY, "/proc/self/maps"], "nobody")
        assert not done.stderr, done.stderr
        return done.stdout.strip() != "0"

    def write(self, path, text, mode=0o644):
        place = self.root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        place.chmod(mode)

    def preload(self):
        place = self.root / PRELOAD
        return place.read_text(encoding="ascii") if place.exists() else ""


def installed(host):
    host.follow(command_before("(below"))


def one_command(host):
    installed(host)
    audit, enforce = snippet("**One command.**").splitlines()
    host.write("/opt/acme/bin/sync", f"#!/bin/sh\nexec curl -sSk {host.url}\n", 0o755)
    host.write("/etc/ssl/corp.pem", host.trust.read_text(encoding="ascii"))
    done = host.follow(audit)
    assert "data of the server" in done.stdout and "1 failed" in done.stderr, done
    done = host.shell(enforce)
    assert done.returncode == BLOCKED and BLOCKED_EVENT in done.stderr, done


def service_environment(host):
    installed(host)
    host.write("/etc/acme/tlsward.conf", "[policy]\nmode = enforce\nlog = stderr\n")
    values = unit_environment(snippet("in its systemd unit:"))
    done = host.curl(values)
    assert done.returncode == BLOCKED and BLOCKED_EVENT in done.stderr, done


def service_unit(host):
    installed(host)
    host.write("/run/acme.service", snippet("in its systemd unit:") + "ExecStart=/usr/bin/curl\n")
    done = host.run(["systemd-analyze", "verify", "/run/acme.service"])
    if "not found" in done.stderr or done.returncode == 127:
        raise Unavailable("no systemd-analyze")
    assert done.returncode == 0 and "acme.service" not in done.stderr, done.stderr


def container_image(host):
    copies, variables = image(snippet("In a **container image**"))
    context = host.root / "context"
    context.mkdir()
    (context / "policy.conf").write_text("[policy]\nmode = enforce\nlog = stderr\n", encoding="ascii")
    shutil.copy(host.build / "libtlsward.so", context)
    for source, destination in copies:
        assert destination.endswith("/"), destination
        place = host.root / destination.strip("/")
        place.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-p", context / source, place], check=True)
    done = host.curl(variables)
    assert done.returncode == BLOCKED and BLOCKED_EVENT in done.stderr, done


STEPS = {step: f"\n{step}. " for step in (1, 2, 3)}
OTHER = "/lib/x86_64-linux-gnu/libm.so.6"


def enabled(host):
    """All that README.md says up to the point where every program has the library."""
    installed(host)
    for step in STEPS.values():
        host.follow(snippet(step))


def host_policy(host):
    installed(host)
    done = host.follow(snippet(STEPS[1]))
    assert not done.stderr, done.stderr


def host_test_load(host):
    installed(host)
    host.follow(snippet(STEPS[1]))
    done = host.follow(snippet(STEPS[2]))
    assert len(done.stdout.splitlines()) == 1 and LIBRARY in done.stdout and not done.stderr, done


def host_preload(host):
    assert not host.has_library()
    enabled(host)
    assert host.preload() == LIBRARY + "\n", host.preload()
    assert (host.root / PRELOAD).stat().st_mode & 0o777 == 0o644
    assert host.has_library()
    assert host.curl().returncode == 0  # the first policy only records


def host_preload_beside_another(host):
    host.write(PRELOAD, OTHER)  # without a newline at its end
    enabled(host)
    assert host.preload().split() == [OTHER, LIBRARY], host.preload()
    assert host.has_library()
    host.follow(snippet("`make uninstall` refuses to go on while it is there:"))
    assert host.preload().split() == [OTHER], host.preload()


def host_enforce_and_switch_off(host):
    enabled(host)
    host.write("/etc/tlsward/policy.conf", "[policy]\nmode = enforce\n")
    assert host.curl().returncode == BLOCKED
    host.follow(command_before("switches the library off"))
    assert host.curl().returncode == 0
    assert host.has_library()


def host_uninstall_refuses(host):
    enabled(host)
    done = host.shell("make uninstall")
    assert done.returncode != 0 and "ld.so.preload first" in done.stderr, done
    assert (host.root / LIBRARY.lstrip("/")).exists()
    assert host.has_library()


def host_removal(host):
    enabled(host)
    done = host.follow(snippet("`make uninstall` refuses to go on while it is there:"))
    assert "ERROR: ld.so" not in done.stderr, done.stderr
    assert host.preload() == "", host.preload()
    assert not (host.root / LIBRARY.lstrip("/")).exists()
    assert not host.has_library()
    assert host.curl().returncode == 0


ROWS = {
    "command/audit-and-enforce": one_command,
    "service/unit-is-valid": service_unit,
    "service/environment-enforces": service_environment,
    "image/enforces-and-logs-to-stderr": container_image,
    "host/the-first-policy-is-valid": host_policy,
    "host/test-load-prints-one-line": host_test_load,
    "host/every-users-programs-have-it": host_preload,
    "host/another-preload-stays": host_preload_beside_another,
    "host/off-stops-enforcing": host_enforce_and_switch_off,
    "host/uninstall-refuses-while-preloaded": host_uninstall_refuses,
    "host/removal-leaves-nothing": host_removal,
}


def try_row(name, layer, build, server, trust):
    if unprivileged("nobody")[0] == "unshare":
        raise Unavailable("it takes root to have other users' programs")
    server.ensure_started()
    with private_root(layer, (SOURCE, build, Path("/etc/hosts"))) as root:
        ROWS[name](Host(root, build, server.port, trust))


def run_all(arguments, directory):
    trust = certificates.make_all(directory / "certificates")
    fleet = Fleet(directory / "certificates", directory)
    tally = Tally()
    build = arguments.build.resolve()
    server = fleet.get("https", "self-signed")
    try:
        for name in (name for name in ROWS if is_wanted(name, arguments.row)):
            layer = directory / name.replace("/", "-")
            tally.attempt(name, lambda name=name, layer=layer: try_row(name, layer, build, server, trust))
    finally:
        fleet.stop()
    return tally.close()


def main():
    arguments = parse(new_parser(__doc__, build="build"), ROWS)
    namespace.enter()
    with namespace.workplace("tlsward-deploy.") as directory:
        return run_all(arguments, directory)


if __name__ == "__main__":
    sys.exit(main())
