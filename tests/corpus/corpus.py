"""A copy of the corpus in a scratch directory, and what its runs say next to the reference.

The reference is a perfectly configured OpenSSL client; no verdict may be weaker than its.
"""

import gzip
import json
import os
import re
import shutil
import subprocess

OF_PARTIAL_CHAINS = "baseline/ref-npw-partial.json"  # any certificate that is trusted ends a chain
OF_ROOTS = "baseline/ref-npw.json"  # only one that is self-signed
CORE = "core.json.gz"
SUITES = ("limbo", "bettertls-sample", "hostnames")


def is_there(source):
    return (source / "run.py").exists()


def section(identifier):
    """Where a case belongs: rfc5280::nc::permitted-dns-match to rfc5280::nc."""
    return identifier.rpartition("::")[0]


def form_of_name(identifier):
    """What the certificate's name of host::source::number[name]vs[expected] is like: w*.*.example.com is x*.*.x."""
    pattern = identifier.split("[", 1)[1].rpartition("]vs[")[0]
    words = re.sub(r"[A-Za-z0-9-]+", lambda word: "xn--" if word[0].startswith("xn--") else "x", pattern)
    return re.sub(r"x([.:]+x)+", "x", words)


def nature(case):
    """Cases of one nature differ in detail: the first of each is a core case."""
    identifier = case["id"]
    place = form_of_name(identifier) if identifier.startswith("host::") else section(identifier)
    return place, tuple(case["features"]), case["expected_result"], (case["expected_peer_name"] or {}).get("kind")


class Corpus:
    """Directories may be read-only, so a corpus's tools are built and run in a copy."""

    def __init__(self, source, scratch):
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.copytree(source, scratch, copy_function=shutil.copy)
        for path in [scratch, *scratch.rglob("*")]:
            path.chmod(path.stat().st_mode | 0o200)
        self.scratch = scratch
        self.baseline = OF_PARTIAL_CHAINS
        self.events = scratch / "events.jsonl"
        self.policy = scratch / "policy.conf"
        # run.py names each case's trust anchors in SSL_CERT_FILE, which is where "system" is found first.
        self.trust("system")

    def trust(self, source):
        self.policy.write_text(f"[policy]\nmode = enforce\ntrust = {source}\nlog = file:{self.events}\n")
        self.policy.chmod(0o600)

    def trust_somebody_else(self):
        """A policy whose trust anchors are those of no case."""
        anchor = self.scratch / "somebody-else.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", os.devnull, "-out", anchor,
                        "-subj", "/CN=somebody else"], check=True, capture_output=True)
        self.trust(anchor)

    def keep_core(self):
        """Writes the core cases as a suite of their own and returns its name."""
        core = {}
        for suite in SUITES:
            with gzip.open(self.scratch / "data" / f"{suite}.json.gz") as file:
                for case in json.load(file)["testcases"]:
                    core.setdefault(nature(case), case)
        with gzip.open(self.scratch / CORE, "wt") as file:
            json.dump({"testcases": list(core.values())}, file)
        return CORE

    def run(self, library, reference, *options, **how):
        """Runs all cases, or those that the options choose, with the library preloaded."""
        self.events.unlink(missing_ok=True)
        self.baseline = reference
        command = ["./run.py", "run", "--label", "tlsward", "--preload", library, "--env",
                   f"TLSWARD_POLICY={self.policy}", "--against", reference, *options]
        # The corpus has a Makefile and a B of its own: what our make was told is not for it.
        environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "B")}
        subprocess.run(command, cwd=self.scratch, env=environment, check=True, **how)

    def verdicts(self, path):
        results = json.loads((self.scratch / path).read_text())["results"]
        return {case: result["verdict"] for case, result in results.items()}

    def reference(self):
        return self.verdicts(self.baseline)

    def ours(self):
        return self.verdicts("results/tlsward.json")

    def active_handshakes(self):
        events = map(json.loads, self.events.read_text().splitlines())
        return len({event["process.pid"] for event in events if event.get("event.action") == "tls-handshake"})

    def problems(self, cases):
        """Each case that is weaker than the reference with what is wrong, and "all" where not all had the library."""
        reference, ours = self.reference(), self.ours()
        for case in sorted(cases):
            if is_weaker(reference.get(case), ours.get(case)):
                yield case, f"{ours.get(case)}, the reference says {reference.get(case)}"
        if self.active_handshakes() < len(ours):
            yield "all", f"events of {self.active_handshakes()} processes for {len(ours)} cases"


def is_weaker(reference, verdict):
    """Accepted though the reference refuses; a case without a verdict, or missing on either side, proves nothing."""
    return verdict not in ("ACCEPT", "REJECT") or (verdict == "ACCEPT" and reference != "ACCEPT")
