"""Whether programs are covered, on real ones: of this machine, and such as are made for the row."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

from runner import Row, Unavailable, needs
from scans import json_scan

STATIC = "int main(void) { return 0; }\n"
LABELS = 'const char *volatile labels[] = {"c hs traffic", "s hs traffic"};\n' + STATIC
OPENS = '#include <dlfcn.h>\nint main(void) { return dlopen("libssl.so.3", RTLD_NOW) == 0; }\n'

# Program: how it is covered, and what is said of the library, of how it gets in, and of why not.
PROGRAMS = {
    "/usr/bin/curl": ("covered", "OpenSSL \\(/.*libssl", "linked", ""),
    "/usr/bin/openssl": ("covered", "OpenSSL", "linked", ""),
    "/usr/bin/python3": ("covered", "OpenSSL", "by its module .*/_ssl\\.", ""),
    "/usr/bin/perl": ("covered", "OpenSSL", "by its module .*/SSLeay.so", ""),
    "/usr/bin/ruby": ("covered", "OpenSSL", "by its module .*openssl.so", ""),
    "/usr/bin/wget": ("not", "GnuTLS", "", "has GnuTLS \\(libgnutls.so"),
    "/usr/bin/hey": ("not", "Go", "", "is a Go program"),
    "/usr/bin/node": ("not", "OpenSSL", "", "TLS library of its own built in"),
    "/usr/bin/true": ("no-tls", None, None, None),
}


def matches(pattern, text):
    import re
    return (not text) if not pattern else bool(re.search(pattern, text or ""))


def program(path, expected):
    def check(fixture):
        real = os.path.realpath(path)
        if path == "/usr/bin/node" and "libssl.so" in subprocess.run(["ldd", real], capture_output=True, text=True, check=False).stdout:
            raise Unavailable("this node has no OpenSSL built in, as that of Debian")
        done = json_scan(fixture, real)
        status, library, through, reasons = expected
        line = done.coverage[real]
        assert line["coverage"] == status and matches(library, line["library"]) and matches(through, line["through"]) and matches(reasons, line["reasons"]), line
        assert done.status == 0, "what is not covered is no finding"
    return check


def compiled(text, *options, compiler="gcc"):
    def make(fixture):
        place = fixture.tree({"a.c": text})
        subprocess.run([compiler, "-o", place / "a", place / "a.c", *options], check=True)
        return place / "a"
    return make


def copied(path, mode):
    def make(fixture):
        file = fixture.fresh() / "a"
        shutil.copy(path, file)
        file.chmod(mode)
        return file
    return make


# Name: what makes it, how it is covered, and what is said of why not.
MADE = {
    "static-without-TLS": (compiled(STATIC, "-static"), "no-tls", ""),
    "static-with-TLS": (compiled(LABELS, "-static"), "not", "built in.*is statically linked"),
    "own-TLS-hidden": (compiled(LABELS), "not", "has a TLS library built in"),
    "setuid": (copied("/usr/bin/curl", 0o4755), "not", "is setuid"),
    "opened-while-it-runs": (compiled(OPENS), "covered", ""),
    "needs-the-library-that-musl-has": (compiled(OPENS, compiler="musl-gcc"), "not", "uses musl"),
    "of-32-bits": (compiled(OPENS, compiler="i686-linux-gnu-gcc"), "not", "is a 32-bit i386 program"),
}
NEEDS = {"needs-the-library-that-musl-has": (needs.program("musl-gcc"),), "of-32-bits": (needs.program("i686-linux-gnu-gcc"),)}


def made(make, status, reasons):
    def check(fixture):
        path = make(fixture)
        line = json_scan(fixture, path.parent).coverage[str(path)]
        assert line["coverage"] == status and matches(reasons, line["reasons"]), line
    return check


def nothing_runs(fixture):
    """A program that names a loader of its own is not asked by it what it links."""
    place = fixture.tree({"a.c": STATIC, "loader": "#!/bin/sh\ntouch \"$(dirname \"$0\")/ran\"\n"})
    (place / "loader").chmod(0o755)
    subprocess.run(["gcc", "-o", place / "a", place / "a.c", f"-Wl,--dynamic-linker={place}/loader"], check=True)
    done = json_scan(fixture, place)
    assert done.coverage[f"{place}/a"]["coverage"] == "no-tls" and not (place / "ran").exists(), done.out


def as_the_loader_says(fixture):
    """All programs of /usr/bin that link libssl by their loaders are told to, and no other is."""
    paths = [path for path in sorted(Path("/usr/bin").iterdir()) if path.is_file() and not path.is_symlink() and path.stat().st_mode & stat.S_IXUSR]
    with_interpreter = [path for path in paths if path.open("rb").read(4) == b"\x7fELF"]
    linked = set()
    for path in with_interpreter:
        listed = subprocess.run(["ldd", path], capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin"}).stdout
        if "/libssl.so." in listed:
            linked.add(str(path))
    told = {name for name, line in json_scan(fixture, "/usr/bin").coverage.items() if line["through"] == "linked"}
    assert linked and told == linked, f"told alone: {sorted(told - linked)}; linked: {sorted(linked - told)}"


def rows():
    for path, expected in PROGRAMS.items():
        yield Row(f"coverage{path}", program(path, expected), (needs.program(path),), seconds=1)
    yield from (Row(f"coverage/{name}", made(*what), NEEDS.get(name, ()), seconds=2) for name, what in MADE.items())
    yield Row("coverage/nothing-of-a-program-is-run", nothing_runs)
    yield Row("coverage/as-the-loader-says", as_the_loader_says, seconds=30)
