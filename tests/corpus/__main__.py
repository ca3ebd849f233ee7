"""corpus DIRECTORY LIBRARY SCRATCH CLIENT: certificate corpora through real handshakes with the library preloaded.

No case may be weaker than in the corpus's baseline of a perfectly configured OpenSSL client: once the policy has the
case's trust anchors and the program none, then the program has them, does not heed what OpenSSL finds, and the policy
trusts somebody else. Where DIRECTORY is absent the part is skipped, visibly.
"""

import os
import sys
from pathlib import Path

sys.path.insert(1, str(Path(__file__).resolve().parent.parent))

from corpus import OF_PARTIAL_CHAINS, OF_ROOTS, Corpus, is_there  # noqa: E402
from tally import Tally  # noqa: E402 (found through the path above)


def compare(tally, corpus, name, library, reference, *options):
    with tally.watching(name):
        corpus.run(library, reference, *options)
    cases = corpus.ours().keys()
    if not options:
        cases |= corpus.reference().keys()
    problems = dict(corpus.problems(cases))
    for case, problem in problems.items():
        tally.add("FAIL", f"{name}/{case}", problem)
    tally.add_passed(len(cases - problems.keys()))


def main():
    source, library, scratch, client = (Path(os.path.abspath(argument)) for argument in sys.argv[1:])
    tally = Tally()
    if not is_there(source):
        tally.add("skip", "corpus", f"{source} is absent")
        return tally.close()
    corpus = Corpus(source, scratch)
    compare(tally, corpus, "corpus", library, OF_PARTIAL_CHAINS)
    corpus.trust_somebody_else()
    for how, suite in ("undemanded", ()), ("forgiving", ("--suite", corpus.keep_core())):
        command = f"{client} {{ca}} {how} {{host}} {{port}} token"
        compare(tally, corpus, f"corpus-of-program/{how}", library, OF_ROOTS, "--client", command, *suite)
    return tally.close()


if __name__ == "__main__":
    sys.exit(main())
