"""A run of `tlsward scan`, and what it told."""

import json
import os
import subprocess
from dataclasses import dataclass

from patience import HANG_SECONDS


@dataclass
class Scan:
    status: int
    out: str
    err: str

    @property
    def lines(self):
        return [json.loads(line) for line in self.out.splitlines()]

    def of(self, kind):
        return [line for line in self.lines if line["type"] == kind]

    @property
    def findings(self):
        return self.of("finding")

    @property
    def places(self):
        """Rule, file without the directory that was scanned, line and state of all."""
        return {(each["rule"], each["file"].rpartition("/place")[2].partition("/")[2], each["line"], each["state"]) for each in self.findings}

    @property
    def coverage(self):
        return {each["program"]: each for each in self.of("coverage")}


def scan(fixture, *arguments, through=(), environment=None, cwd="/"):
    done = subprocess.run([*through, fixture.command, "scan", *arguments], cwd=cwd, env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8"} | (environment or {}),
                          capture_output=True, timeout=HANG_SECONDS, stdin=subprocess.DEVNULL, check=False)
    return Scan(done.returncode, done.stdout.decode(), done.stderr.decode())


def json_scan(fixture, *arguments, **more):
    return scan(fixture, "--json", *arguments, **more)


def under_terminal(fixture, *arguments, columns=80):
    """What a terminal of that width shows, standard error among it."""
    command = f"stty cols {columns}; {' '.join(map(str, (fixture.command, 'scan', *arguments)))}"
    done = subprocess.run(["script", "-qec", command, "/dev/null"], capture_output=True, timeout=HANG_SECONDS, stdin=subprocess.DEVNULL,
                          env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8", "TERM": os.environ.get("TERM") or "xterm"}, check=False)
    return done.stdout.decode(errors="replace")
