"""Where in the code connections were made: of a program that is built here, in builds that tell more or less."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import stranger
from cases import POLICY
from patience import HANG_SECONDS
from rows import event
from runner import needs

SOURCE = """#include <openssl/ssl.h>
#include <stdlib.h>

int connect_without_verifying(const char *port)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method()); /* here */
    BIO *bio = BIO_new_connect("127.0.0.1");
    SSL *ssl = SSL_new(context);
    BIO_set_conn_port(bio, port);
    SSL_set_bio(ssl, bio, bio);
    return SSL_connect(ssl) == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    return argc == 2 ? connect_without_verifying(argv[1]) : EXIT_FAILURE;
}
"""
LINE = 1 + SOURCE[:SOURCE.index("here")].count("\n")
KNOWN = {"function": "connect_without_verifying", "source_line": LINE, "no_line": None, "after_function": None}


def compile_it(directory, *flags):
    (directory / "client.c").write_text(SOURCE)
    subprocess.run(["gcc", "-g", "-O1", "-fno-inline", *flags, "-o", directory / "client", directory / "client.c", "-lssl", "-lcrypto"], check=True)


def recorded(place, row, *flags):
    """A directory with the program and the event that the library wrote of it."""
    directory = place.below(row)
    compile_it(directory, *flags)
    (directory / "p.conf").write_text(f"[policy]\nmode = audit\nlog = file:{directory}/log\n")
    variables = {"LD_PRELOAD": str(place.build / "libtlsward.so"), "TLSWARD_POLICY": str(directory / "p.conf")}
    with stranger.server(directory) as port:
        done = subprocess.run([directory / "client", str(port)], env=variables, capture_output=True, timeout=HANG_SECONDS, check=False)
    assert done.returncode == 0, done
    assert (directory / "log").exists(), "the library was not active"
    return directory


def report(place, directory, *arguments, **variables):
    (directory / "rules.conf").write_bytes(POLICY)
    out, err = place.report("--policy", directory / "rules.conf", *arguments, directory / "log", **variables)
    return out, err


def found(place, directory, *arguments, **variables):
    """What the only call site of the report says of the source."""
    out, _ = report(place, directory, "--json", *arguments, **variables)
    (item,) = json.loads(out)["call_sites"]
    return item


def assert_known(item, directory):
    assert {name: item[name] for name in KNOWN} == KNOWN, item
    assert item["source_file"] == str(directory / "client.c"), item


def split_debug(directory):
    """The program without debug information, and a file with it alone."""
    subprocess.run(["objcopy", "--only-keep-debug", directory / "client", directory / "client.debug"], check=True)
    subprocess.run(["strip", "--strip-all", directory / "client"], check=True)


def in_the_program(place):
    directory = recorded(place, "code-line")
    assert_known(found(place, directory), directory)
    out, _ = report(place, directory)
    assert f"connect_without_verifying at {directory}/client.c:{LINE}\n" in out and "no line" not in out, out
    number = json.loads((directory / "log").read_text().splitlines()[0])["event.id"]
    shown = subprocess.run([place.command, "log", number, directory / "log"], capture_output=True, text=True, check=True).stdout
    assert re.search(rf"^tlsward.call_site .*\n +connect_without_verifying at {directory}/client.c:{LINE}$", shown, re.MULTILINE), shown
    page = directory / "x.html"
    report(place, directory, "--html", page)
    assert f"<td>connect_without_verifying</td><td>{directory}/client.c</td><td class=\"n\">{LINE}</td>" in page.read_text()


def at_fixed_addresses(place):
    directory = recorded(place, "code-fixed", "-no-pie")
    assert_known(found(place, directory), directory)


def beside_the_program(place):
    """As debug packages are: stripped, with a link to a file of that name."""
    directory = recorded(place, "code-beside")
    split_debug(directory)
    subprocess.run(["objcopy", f"--add-gnu-debuglink={directory}/client.debug", directory / "client"], check=True)
    assert_known(found(place, directory), directory)


def by_symbols_alone(place):
    """A function that the program lets others call is named, though nobody knows the line."""
    directory = recorded(place, "code-symbols", "-rdynamic")
    subprocess.run(["strip", "--strip-all", directory / "client"], check=True)
    item = found(place, directory)
    assert (item["function"], item["source_line"], item["no_line"]) == ("connect_without_verifying", None, "there is no debug information here"), item
    out, _ = report(place, directory)
    assert re.search(r"connect_without_verifying\+0x[0-9a-f]+ in program\n", out), out
    assert "  no line for 1 of them: there is no debug information here\n" in out and "--debuginfod" in out, out


def lacking(place, directory, why, **more):
    item = found(place, directory)
    assert item["no_line"] == why and item["source_file"] is None and item["function"] is None, item


def another_build(place):
    """The same path, and the address is in another line now."""
    directory = recorded(place, "code-another")
    compile_it(directory, "-DANOTHER", "-O0")
    lacking(place, directory, "the file is another build now")


def gone(place):
    directory = recorded(place, "code-gone")
    (directory / "client").unlink()
    lacking(place, directory, "the file is not here")


def changed_without_a_build_id(place):
    directory = recorded(place, "code-changed", "-Wl,--build-id=none")
    assert_known(found(place, directory), directory)
    time.sleep(0.01)
    (directory / "client").chmod(0o700)
    lacking(place, directory, "the file has changed since")


def of_another_user(place):
    directory = recorded(place, "code-user")
    os.chown(directory / "client", 65534, 65534)
    lacking(place, directory, "the file is another user's")


def what_is_no_program(place):
    """An event says any path: what stands there is neither waited for nor believed."""
    directory = place.below("code-none")
    os.mkfifo(directory / "pipe")
    (directory / "text").write_text("no program\n")
    whole = Path("/bin/true").read_bytes()
    (directory / "cut").write_bytes(whole[:len(whole) // 3])
    (directory / "torn").write_bytes(whole[:64] + b"\xff" * (len(whole) - 64))
    places = [f"{directory}/{name}+0x1234" for name in ("pipe", "text", "cut", "torn")]
    places += [str(directory), "", "+0x", "program+0x12", "relative+0x1", "/x+0x", "/x+0xzz (", "x (", "(", "/etc+0x1 (00)", "/bin/true+0xffffffffffffffff", "/bin/true+0x1 ()", "/bin/true+0x1 (zz)"]
    log = b"".join(event(n, tlsward_call_site=text, process_executable=f"/p{n}") for n, text in enumerate(places, 1))
    (directory / "log").write_bytes(log)
    writer = subprocess.Popen(["sh", "-c", f"echo >'{directory}/pipe'"])
    try:
        while Path(f"/proc/{writer.pid}/stat").read_text().rpartition(")")[2].split()[0] != "S":
            time.sleep(0.01)
        out, err = report(place, directory, "--json")
        assert writer.poll() is None, "the pipe was opened"
    finally:
        writer.kill()
        writer.wait()
    items = {item["call_site"]: item for item in json.loads(out)["call_sites"]}
    assert not err and all(item["source_file"] is None and item["no_line"] for item in items.values()), out
    assert items[places[0]]["no_line"] == items[places[1]]["no_line"] == "the file is no program or library", out
    assert items["relative+0x1"]["no_line"] == "nobody knows which file it is", out


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serves(url, build_id):
    """Whether it has both files of a build by now."""
    for kind in ("debuginfo", "executable"):
        try:
            urllib.request.urlopen(f"{url}buildid/{build_id}/{kind}", timeout=HANG_SECONDS).close()
        except OSError:
            return False
    return True


@contextlib.contextmanager
def debuginfod(directory, path, build_id):
    """A real server of what is below the path, when it has read it, and its log."""
    port = free_port()
    log = directory / "debuginfod.log"
    with open(log, "wb") as out:
        served = subprocess.Popen(["debuginfod", "-d", directory / "db", "-p", str(port), "-t", "0", "-v", "-F", path],
                                  stdout=out, stderr=subprocess.STDOUT, env={"PATH": "/usr/bin:/bin", "HOME": str(directory)})
    url = f"http://127.0.0.1:{port}/"
    try:
        end = time.monotonic() + HANG_SECONDS
        while not serves(url, build_id):
            assert served.poll() is None and time.monotonic() < end, log.read_text()
            time.sleep(0.1)
        yield url, log
    finally:
        served.terminate()
        served.wait()


def from_a_server(place):
    """Asked for what is not here, and for the whole program where that is gone; and never unless it is wanted."""
    directory = recorded(place, "code-server")
    split_debug(directory)
    (directory / "served").mkdir()
    (directory / "client.debug").rename(directory / "served" / "client.debug")
    shutil.copy(directory / "client", directory / "served" / "client")
    build_id = json.loads((directory / "log").read_text().splitlines()[0])["tlsward.call_site"].partition("(")[2].rstrip(")")
    with debuginfod(directory, directory / "served", build_id) as (url, log):
        there = {"DEBUGINFOD_URLS": url, "HOME": str(directory)}
        asked = len(log.read_bytes())
        assert found(place, directory, **there)["no_line"] == "there is no debug information here"
        assert len(log.read_bytes()) == asked, "the server was asked"
        assert_known(found(place, directory, "--debuginfod", **there), directory)
        assert b"buildid" in log.read_bytes()[asked:], "the server was not asked"
        shutil.rmtree(directory / ".cache")
        (directory / "client").unlink()
        assert_known(found(place, directory, "--debuginfod", **there), directory)
    shutil.rmtree(directory / ".cache")
    assert found(place, directory, "--debuginfod", **there)["no_line"] == "the file is not here"


def without_a_server(place):
    _, err = place.report("--debuginfod", "-", status=2)
    assert "--debuginfod: DEBUGINFOD_URLS names no server" in err, err


GCC = (needs.program("gcc"), needs.program("objcopy"))
ROWS = {
    "code/function-file-and-line": (in_the_program, GCC),
    "code/of-a-program-at-fixed-addresses": (at_fixed_addresses, GCC),
    "code/from-debug-information-beside-it": (beside_the_program, GCC),
    "code/by-symbols-alone": (by_symbols_alone, GCC),
    "code/another-build-has-other-lines": (another_build, GCC),
    "code/a-program-that-is-gone": (gone, GCC),
    "code/a-file-that-changed-without-a-build-id": (changed_without_a_build_id, GCC),
    "code/of-another-user": (of_another_user, GCC),
    "code/what-is-no-program": (what_is_no_program, ()),
    "code/from-a-server-if-asked-for": (from_a_server, (*GCC, needs.program("debuginfod"))),
    "code/servers-are-named": (without_a_server, ()),
}
