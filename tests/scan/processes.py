"""Running processes, a host and an image."""

import contextlib
import os
import shutil
import subprocess

from runner import Row, needs
from scans import json_scan, scan

SECRET = "hunter2"


@contextlib.contextmanager
def running(*command, through=(), **variables):
    """A process with exactly these variables, which has started what it is to run."""
    process = subprocess.Popen([*through, "env", "-i", *(f"{name}={value}" for name, value in variables.items()), *command],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert process.stdout.readline() == b"ready\n", "it did not start"
        yield process.pid
    finally:
        process.kill()
        process.communicate()


SHELL = ("/bin/sh", "-c", "echo ready; read line")
PYTHON = ("/usr/bin/python3", "-c", "import ssl, sys; print('ready', flush=True); sys.stdin.read()")


def of_process(done, pid):
    return [line for line in done.findings if line.get("pid") == pid], [line for line in done.of("coverage") if line.get("pid") == pid]


def environment(fixture):
    """What is set in a process is active; other variables are never shown."""
    with running(*SHELL, NODE_TLS_REJECT_UNAUTHORIZED="0", GIT_SSL_NO_VERIFY="false", PASSWORD=SECRET, X=f"a\nVAULT_SKIP_VERIFY={SECRET}") as pid:
        done = json_scan(fixture, "--running")
    found, _ = of_process(done, pid)
    assert {line["rule"]: line["text"] for line in found} == {"node-reject-unauthorized-variable": "NODE_TLS_REJECT_UNAUTHORIZED=0",
                                                             "git-no-verify-variable": "GIT_SSL_NO_VERIFY=false"}, found
    assert all(line["confidence"] == "active" and line["program"] == os.path.realpath("/bin/sh") for line in found), found
    assert SECRET not in done.out + done.err and done.status == 1, done.err


def other_polarity(fixture):
    with running(*SHELL, NODE_TLS_REJECT_UNAUTHORIZED="false", PGSSLMODE="verify-full", SSL_NO_VERIFY="0") as pid:
        found, _ = of_process(json_scan(fixture, "--running"), pid)
    assert not found, found


def arguments(fixture):
    """Of a command in a shell's argument as well; the rest of it is not shown."""
    with running("/bin/sh", "-c", f"echo ready; read line; exec curl -sk -u a:{SECRET} https://a.invalid/") as pid:
        done = json_scan(fixture, "--running")
    found, _ = of_process(done, pid)
    assert [line["rule"] for line in found] == ["curl-insecure-option"] and SECRET not in done.out, found


def covered_by_its_module(fixture):
    with running(*PYTHON) as pid:
        _, [line] = of_process(json_scan(fixture, "--running"), pid)
    assert line["coverage"] == "covered" and not line["protected"] and "libssl.so" in line["library"] and "/_ssl." in line["through"], line


def protected(fixture):
    """Where the library is in the process, what it neutralises says so."""
    library = fixture.build / "libtlsward.so"
    with running(*PYTHON, LD_PRELOAD=library, PYTHONHTTPSVERIFY="0", NODE_TLS_REJECT_UNAUTHORIZED="0") as pid:
        found, [line] = of_process(json_scan(fixture, "--running"), pid)
    assert line["protected"] and line["coverage"] == "covered", line
    assert {line["rule"]: line["neutralised"] for line in found} == {"python-https-verify-variable": "now", "node-reject-unauthorized-variable": "no"}, found


def without_tls(fixture):
    with running(*SHELL) as pid:
        _, [line] = of_process(json_scan(fixture, "--running"), pid)
    assert line["coverage"] == "no-tls", line


def other_namespace(fixture):
    """A process that has another root directory is found with its files."""
    root = image_of(fixture, "/bin/sh", "/usr/bin/curl")
    with running(*SHELL, through=("unshare", "--mount", "chroot", root), GIT_SSL_NO_VERIFY="1") as pid:
        done = json_scan(fixture, "--running")
    found, [line] = of_process(done, pid)
    assert [each["rule"] for each in found] == ["git-no-verify-variable"] and line["coverage"] == "no-tls", (found, line)


def beside_itself(fixture):
    """What a program in another root directory links is found there, also where only its $ORIGIN says so."""
    root = image_of(fixture, "/bin/sh")
    place = root / "opt" / "acme"
    place.mkdir(parents=True)
    subprocess.run(["gcc", "-x", "c", "-", "-o", place / "program", "-Wl,--no-as-needed,-rpath,$ORIGIN", "-lssl", "-lcrypto"], check=True,
                   text=True, input='#include <stdio.h>\nint main(void) { puts("ready"); fflush(stdout); return getchar(); }\n')
    linked = subprocess.run(["ldd", place / "program"], capture_output=True, text=True, check=True).stdout.split()
    for file in (word for word in linked if word.startswith("/") and ("libssl" in word or "libcrypto" in word)):
        shutil.copy(file, place)
    (root / "proc").mkdir()  # by which a loader knows its $ORIGIN
    enter = 'mount --bind /proc "$0/proc" && exec chroot "$0" "$@"'
    with running("/opt/acme/program", through=("unshare", "--mount", "sh", "-c", enter, root)) as pid:
        _, [line] = of_process(json_scan(fixture, "--running"), pid)
    assert (line["coverage"], line["through"]) == ("covered", "linked"), line
    assert line["library"].startswith("OpenSSL (/opt/acme/libssl.so"), line


def image_of(fixture, *programs):
    """A root directory with programs of this machine and what they link."""
    root = fixture.tree({"etc/passwd": "root:x:0:0::/root:/bin/sh\nann:x:1:1::/home/ann:/bin/sh\n"})
    for program in (*programs, "/usr/bin/env"):
        listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout.split()
        for file in (program, *(word for word in listed if word.startswith("/"))):
            (root / file[1:]).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, root / file[1:])
    return root


def image(fixture):
    """Its own configurations are active, other files are latent, and programs link what is in it alone."""
    root = image_of(fixture, "/usr/bin/curl")
    for name, text in {"root/.curlrc": "insecure\n", "home/ann/.npmrc": "strict-ssl=false\n", "srv/deploy.sh": "curl -k x\n",
                       "etc/systemd/system/a.service": "[Service]\nEnvironmentFile=-/opt/a.settings\n", "opt/a.settings": "PGSSLMODE=require\n"}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    done = json_scan(fixture, "--container-image", root)
    confidence = {line["file"].removeprefix(f"{root}/"): line["confidence"] for line in done.findings}
    assert confidence == {"root/.curlrc": "active", "home/ann/.npmrc": "active", "srv/deploy.sh": "latent", "opt/a.settings": "active"}, confidence
    line = done.coverage[f"{root}/usr/bin/curl"]
    assert line["coverage"] == "covered" and line["library"].startswith("OpenSSL (/") and str(root) not in line["library"], line
    for library in root.rglob("libssl.so*"):
        library.unlink()
    (root / "etc" / "ld.so.conf").symlink_to("/etc/ld.so.conf")
    line = json_scan(fixture, "--container-image", root).coverage[f"{root}/usr/bin/curl"]
    assert "libssl" not in str(line["library"]), f"a library of this host was taken for the image's: {line}"


def host(fixture):
    """The configuration of the user, and programs in PATH."""
    home = fixture.tree({".curlrc": "insecure\n", ".config/systemd/user/a.service": "[Service]\nEnvironment=NODE_TLS_REJECT_UNAUTHORIZED=0\n", "notes.sh": "curl -k x\n"})
    done = json_scan(fixture, "--host", environment={"HOME": str(home)})
    ours = {(line["rule"], line["file"].removeprefix(f"{home}/"), line["confidence"]) for line in done.findings if line["file"].startswith(str(home))}
    assert ours == {("curl-insecure-config", ".curlrc", "active"), ("node-reject-unauthorized-variable", ".config/systemd/user/a.service", "active")}, ours
    assert done.coverage["/usr/bin/curl"]["coverage"] == "covered", done.coverage["/usr/bin/curl"]


def as_somebody(fixture):
    """Who may not look at the others' processes is told so, and that is not all in order."""
    with running(*SHELL, GIT_SSL_NO_VERIFY="1") as pid:
        done = json_scan(fixture, "--running", through=("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"))
    assert not of_process(done, pid)[0] and done.of("unread") and done.status in (1, 3), done.err


def text(fixture):
    with running(*SHELL, GIT_SSL_NO_VERIFY="false") as pid:
        done = scan(fixture, "--running")
    assert f"process {pid}, {os.path.realpath('/bin/sh')}" in done.out and "GIT_SSL_NO_VERIFY=false" in done.out, done.out


ROWS = {
    "running/environment": (environment, ()),
    "running/values-that-switch-nothing-off": (other_polarity, ()),
    "running/arguments": (arguments, ()),
    "running/covered-by-a-module": (covered_by_its_module, ()),
    "running/with-the-library-in-it": (protected, ()),
    "running/shell-has-no-tls": (without_tls, ()),
    "running/of-another-root": (other_namespace, (needs.root, needs.success("unshare --mount true"))),
    "running/of-another-root-with-its-library-beside-it": (beside_itself, (needs.root, needs.success("unshare --mount true"))),
    "running/by-somebody-who-may-not": (as_somebody, (needs.root,)),
    "running/as-text": (text, ()),
    "image/configurations-and-programs": (image, ()),
    "host/configurations-and-programs": (host, ()),
}


def rows():
    for name, (check, wanted) in ROWS.items():
        yield Row(name, check, wanted, seconds=10 if name.startswith("host") else 2)
