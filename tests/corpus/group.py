"""Certificate corpora through real handshakes with the library preloaded.

No case may be weaker than in the corpus's baseline of a perfectly configured OpenSSL client: once the policy has the
case's trust anchors and the program none, then the program has them, does not heed what OpenSSL finds, and the policy
trusts somebody else. Where the corpora are absent the rows are skipped, visibly.
"""

import contextlib
import subprocess

from corpus import OF_PARTIAL_CHAINS, OF_ROOTS, Corpus, is_there
from runner import Cases, Claims, Row, Unavailable

IN_TURN = Claims(frozenset({"corpus"}))  # what is trusted changes from row to row
SECONDS = {"corpus": 40, "corpus-of-program/undemanded": 25, "corpus-of-program/forgiving": 5}


class Setting:
    def __init__(self, options):
        self.source = options.corpus.absolute()
        self.build = options.build.absolute()
        self.corpus = None

    def ready(self):
        if not is_there(self.source):
            raise Unavailable(f"{self.source} is absent")
        if subprocess.run(["unshare", "-r", "-n", "-m", "true"], capture_output=True, check=False).returncode != 0:
            raise Unavailable("no peer has its own address: no user and network namespace can be made here, as in a chroot(2)")
        self.corpus = self.corpus or Corpus(self.source, self.build / "corpus")
        return self.corpus

    def compare(self, reference, *options):
        """Runs the cases and compares them with what the reference says."""
        self.corpus.run(self.build / "libtlsward.so", reference, *options)
        cases = self.corpus.ours().keys()
        if not options:
            cases |= self.corpus.reference().keys()
        problems = dict(self.corpus.problems(cases))
        return Cases(len(cases - problems.keys()), problems)


def of_policy(setting):
    setting.ready().trust("system")
    return setting.compare(OF_PARTIAL_CHAINS)


def of_program(how):
    def run(setting):
        corpus = setting.ready()
        corpus.trust_somebody_else()
        suite = ("--suite", corpus.keep_core()) if how == "forgiving" else ()
        client = f"{setting.build / 'client_with_anchors'} {{ca}} {how} {{host}} {{port}} token"
        return setting.compare(OF_ROOTS, "--client", client, *suite)
    return run


def rows(_):
    checks = {"corpus": of_policy, **{f"corpus-of-program/{how}": of_program(how) for how in ("undemanded", "forgiving")}}
    for name, check in checks.items():
        yield Row(name, check, claims=IN_TURN, seconds=SECONDS[name])


@contextlib.contextmanager
def place(options, _):
    yield Setting(options)
