"""The core cases of the corpus (see tests/corpus) on one library, as a row of the table.

From 1.1.1 to 4.0 every version comes to the same verdicts, which differ from the reference only in that this one takes
a common name where there is no other. What differs is why: 4.0 takes no name of one letter, with an empty label, or
with a hyphen at a label's end (X509_VERIFY_PARAM_set1_host(3)), so that no certificate matches such a peer; and in
1.1.1 a certificate that cannot be parsed is found by the verification, not before it.
"""

import subprocess

from corpus import OF_PARTIAL_CHAINS, Corpus, is_there
from runner import Unavailable

ROW = "corpus-core"


def problems(source, bench):
    """The client verifies nothing, sends no SNI, and is given the name to connect to."""
    if not is_there(source):
        raise Unavailable(f"{source} is absent")
    if bench.lacks("host-names"):
        raise Unavailable("tlsward passes this libssl by")
    if bench.library.emulator:
        raise Unavailable("the corpus knows of no emulator")
    corpus = Corpus(source, bench.directory / "corpus")
    program = bench.programs / "driver-connect"
    client = f"env LD_LIBRARY_PATH={bench.base['LD_LIBRARY_PATH']} {program} {{host}} {{port}} token"
    try:
        corpus.run(bench.shim, OF_PARTIAL_CHAINS, "--suite", corpus.keep_core(), "--client", client, capture_output=True, text=True)
    except subprocess.CalledProcessError as failure:
        return f"run.py: {failure.stdout}{failure.stderr}"
    found = "\n".join(f"{case}: {problem}" for case, problem in corpus.problems(corpus.ours()))
    if found and not bench.library.is_carried:
        raise Unavailable("the reference is of another libcrypto, which differs in\n" + found)
    return found
