"""README.md's deployments, carried out as it says.

Every command of a snippet comes from README.md. Each deployment has a root directory of its own, and so an /etc, a /usr
and an /etc/ld.so.preload that nobody else sees.
"""

import contextlib
import functools
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE.parent.parent
sys.path[1:1] = [str(HERE.parent / "clients"), str(HERE.parent)]

import certificates  # noqa: E402
import cluster  # noqa: E402
import namespace  # noqa: E402
from patience import HANG_SECONDS  # noqa: E402
from private_root import private_root  # noqa: E402
from readme import command_before, image, snippet, unit_environment  # noqa: E402
from runner import Row, Unavailable  # noqa: E402
from servers import Fleet, unprivileged  # noqa: E402

LIBRARY = "/usr/lib/x86_64-linux-gnu/libtlsward.so"
ENTRY = "/usr/$LIB/libtlsward.so"
PRELOAD = "etc/ld.so.preload"
STRICT_UMASK = 0o027
SECONDS = {"host/32-bit-programs-want-a-library-of-their-own": 8}  # about how many, of what compiles
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

    def shell(self, commands, umask=0o022):
        """As in a script that ends with the first failure, at the top of the source tree; `make` knows where the build is."""
        return self.run(["sh", "-c", f"set -e\numask {umask:o}\ncd {shlex.quote(str(SOURCE))}\n{commands}"],
                        environment={"B": str(self.build)})

    def follow(self, commands, umask=0o022):
        done = self.shell(commands, umask)
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


def installed(host, umask=0o022):
    host.follow(command_before("builds and installs"), umask)


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


def enabled(host, umask=0o022):
    """All that README.md says up to the point where every program has the library."""
    installed(host, umask)
    for step in STEPS.values():
        host.follow(snippet(step), umask)


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
    assert host.preload() == ENTRY + "\n", host.preload()
    assert (host.root / PRELOAD).stat().st_mode & 0o777 == 0o644
    assert host.has_library()
    assert host.curl().returncode == 0  # the first policy only records


def host_preload_beside_another(host):
    host.write(PRELOAD, OTHER)  # without a newline at its end
    enabled(host)
    assert host.preload().split() == [OTHER, ENTRY], host.preload()
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


def say_enforce(host):
    """As an administrator edits it: the mode of the file stays."""
    host.follow("sed -i 's/^mode = audit$/mode = enforce/' /etc/tlsward/policy.conf", STRICT_UMASK)


def host_with_a_strict_umask(host):
    """What root does under umask 027 holds for every user."""
    enabled(host, STRICT_UMASK)
    say_enforce(host)
    assert host.curl().returncode == BLOCKED
    done = host.run(["tlsward", "check"], "nobody")
    assert done.returncode == 0, done
    host.follow(command_before("switches the library off"), STRICT_UMASK)
    assert host.curl().returncode == 0


def install_opens_the_directory(host):
    host.follow("install -d -m 700 /etc/tlsward")
    installed(host, STRICT_UMASK)
    assert (host.root / "etc/tlsward").stat().st_mode & 0o777 == 0o755


def installed_elsewhere(host, umask=0o022):
    """What is compiled in changes with the place: not in the build that the other rows use."""
    host.follow("cp -a $B /tmp/build && B=/tmp/build make install PREFIX=/opt/place", umask)


def install_is_for_everyone(host):
    """Whatever the umask: programs can be started, and what they and people read can be read."""
    place = host.root / "opt/place"
    installed_elsewhere(host, 0o077)
    assert host.run(["/opt/place/bin/tlsward", "--version"], "nobody").returncode == 0
    modes = {path: path.stat().st_mode & 0o777 for path in place.rglob("*")}
    wrong = {str(path): oct(mode) for path, mode in modes.items() if mode not in (0o755, 0o644)}
    assert place.stat().st_mode & 0o777 == 0o755 and len(modes) > 10 and not wrong, wrong


def manuals_name_the_prefix(host):
    installed_elsewhere(host)
    place = host.root / "opt/place"
    texts = {path: path.read_text(encoding="utf-8") for path in (place / "share").rglob("*") if path.is_file()}
    wrong = [str(path) for path, text in texts.items() if "/usr/local/share/tlsward" in text or "x86_64-linux" in text]
    assert not wrong, wrong
    assert "/opt/place/lib/libtlsward.so" in texts[place / "share/man/man7/libtlsward.7"]
    assert "/opt/place/share/tlsward/" in texts[place / "share/man/man5/tlsward-policy.5"]
    assert "/opt/place/share/tlsward/" in texts[place / "share/tlsward/apparmor"]


def lacking_compiler(host):
    """Says what to do, before anything else."""
    done = host.shell("B=/tmp/fresh make CC=no-such-compiler")
    assert done.returncode != 0 and "run 'make deps-build' first" in done.stderr.splitlines()[0], done


def lacking_cross_compiler(host):
    """What brings one is another package than those of the build."""
    for compiler, packages in (("i686-linux-gnu-gcc", "gcc-i686-linux-gnu libc6-dev-i386-cross"), ("musl-gcc", "musl-tools")):
        (host.root / "usr/bin" / compiler).unlink(missing_ok=True)
        done = host.shell(f"B=/tmp/fresh make library CC={compiler}")
        first = done.stderr.partition("\n")[0]
        assert done.returncode != 0 and f"no compiler {compiler}: run 'apt-get install {packages}' first" in first, done
    done = host.shell("make musl B=/tmp/fresh")
    assert done.returncode != 0 and "'apt-get install musl-tools'" in done.stderr, done


def lacking_header(host):
    (host.root / "usr/include/jansson.h").unlink()
    done = host.shell("B=/tmp/fresh make command")
    assert done.returncode != 0 and "no header jansson.h: run 'make deps-build' first" in done.stderr, done


def compiler_by_default(host):
    """make(1) would take cc, which a machine with gcc need not have."""
    for path in ("usr/bin/cc", "etc/alternatives/cc"):
        (host.root / path).unlink(missing_ok=True)
    host.follow("B=/tmp/fresh make /tmp/fresh/shim/peer/ip.o")


def sandbox_without_the_library(host):
    """With this /etc and the machine's own /usr, where the library is not."""
    enabled(host)
    sandbox = host.root.parent / "sandbox"
    sandbox.mkdir()
    mounts = f"mount --bind / {sandbox}; mount --bind {host.root}/etc {sandbox}/etc; mount --bind /proc {sandbox}/proc"
    if Path(LIBRARY).exists():
        mounts += f"; mount --bind /dev/null {sandbox}{LIBRARY}"
    program = f"exec chroot {sandbox} grep -c libtlsward /proc/self/maps"
    done = subprocess.run(["unshare", "--mount", "sh", "-ec", f"{mounts}; {program}"], capture_output=True, text=True,
                          check=False)
    assert "cannot be preloaded" in done.stderr and done.stdout == "0\n", done


def sandbox_with_the_libraries(host):
    """A root directory with nothing but this /etc and the libraries."""
    enabled(host)
    say_enforce(host)
    sandbox = host.root / "srv/sandbox"
    for path in ("etc", "usr/lib", "usr/bin", "proc", "lib64"):
        (sandbox / path).mkdir(parents=True)
    (sandbox / "lib").symlink_to("usr/lib")
    commands = "".join(f"mount --rbind /{path} /srv/sandbox/{path}\n" for path in ("etc", "usr/lib", "usr/bin", "proc"))
    commands += "mount --rbind $(dirname $(realpath /lib64/ld-linux-x86-64.so.2)) /srv/sandbox/lib64\n"
    done = host.follow(commands + "chroot /srv/sandbox /usr/bin/grep -m1 libtlsward.so /proc/self/maps")
    assert LIBRARY in done.stdout and not done.stderr, done


CROSS = "/usr/i686-linux-gnu/lib"  # of libc6-dev-i386-cross
SMALL_HOST = f"""
ln -sf {CROSS}/ld-linux.so.2 /lib/ld-linux.so.2
install -D -m 755 {CROSS}/libc.so.6 /usr/lib/i386-linux-gnu/libc.so.6
echo 'int main(void) {{ return puts("ran") < 0; }}' | i686-linux-gnu-gcc -include stdio.h -x c -o /tmp/small -
"""


def small_programs(host):
    """32-bit ones, with the libc of a cross compiler where libc6:i386 would put it."""
    if shutil.which("i686-linux-gnu-gcc") is None:
        raise Unavailable("no compiler for 32-bit programs")
    host.follow(SMALL_HOST + "rm -f /usr/lib/i386-linux-gnu/libtlsward.so")
    enabled(host)
    done = host.follow("/tmp/small")
    assert done.stdout == "ran\n" and "cannot be preloaded" in done.stderr, done
    host.follow(command_before("installs it where"))
    done = host.follow("LD_TRACE_LOADED_OBJECTS=1 /tmp/small; /tmp/small")
    assert done.stdout.endswith("ran\n") and not done.stderr, done
    assert "/usr/lib/i386-linux-gnu/libtlsward.so" in done.stdout, done


PROGRAM_OF_ASAN = "echo 'int main(void) { return 0; }' | gcc -fsanitize=address -x c -o /tmp/program -\n"


def address_sanitizer(host):
    host.follow(PROGRAM_OF_ASAN + "/tmp/program")
    enabled(host)
    done = host.shell("/tmp/program")
    assert done.returncode != 0 and "ASan runtime does not come first" in done.stderr, done
    host.follow("ASAN_OPTIONS=verify_asan_link_order=0 /tmp/program")
    host.follow(PROGRAM_OF_ASAN.replace("-x c", "-static-libasan -x c") + "/tmp/program")


ROWS = {
    "install/every-user-can-use-it-whatever-the-umask": install_is_for_everyone,
    "install/directory-of-the-policy-is-open": install_opens_the_directory,
    "install/manuals-name-the-prefix": manuals_name_the_prefix,
    "build/says-what-to-do-without-a-compiler": lacking_compiler,
    "build/says-what-to-do-without-a-cross-compiler": lacking_cross_compiler,
    "build/says-what-to-do-without-a-header": lacking_header,
    "build/takes-gcc-where-there-is-no-cc": compiler_by_default,
    "host/strict-umask": host_with_a_strict_umask,
    "host/sandbox-without-the-library-says-so": sandbox_without_the_library,
    "host/sandbox-with-the-libraries-has-it": sandbox_with_the_libraries,
    "host/32-bit-programs-want-a-library-of-their-own": small_programs,
    "host/address-sanitizer-wants-an-option": address_sanitizer,
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
    **cluster.ROWS,
}


enter = namespace.enter


class Setting:
    def __init__(self, build, directory):
        self.build, self.directory = build, directory
        self.trust = certificates.make_all(directory / "certificates")
        self.fleet = Fleet(directory / "certificates", directory)
        self.server = self.fleet.get("https", "self-signed")


def try_row(name, setting):
    if unprivileged("nobody")[0] == "unshare":
        raise Unavailable("it takes root to have other users' programs")
    setting.server.ensure_started()
    shared = (SOURCE, setting.build, Path("/etc/hosts"))
    with private_root(setting.directory / name.replace("/", "-"), shared) as root:
        ROWS[name](Host(root, setting.build, setting.server.port, setting.trust))


def rows(_):
    for name in ROWS:
        yield Row(name, functools.partial(try_row, name), seconds=SECONDS.get(name, 1))


@contextlib.contextmanager
def place(options, _):
    with namespace.workplace("tlsward-deploy.") as directory:
        setting = Setting(options.build.resolve(), directory)
        try:
            yield setting
        finally:
            setting.fleet.stop()
