"""corpus DIRECTORY LIBRARY SCRATCH: certificate corpora through real handshakes with the library preloaded.

No case may be weaker than in the corpus's baseline of a perfectly configured OpenSSL client. Where DIRECTORY is absent
the part is skipped, visibly.
"""

import os
import sys
from pathlib import Path

sys.path.insert(1, str(Path(__file__).resolve().parent.parent))

from corpus import Corpus, is_there  # noqa: E402
from tally import Tally  # noqa: E402 (found through the path above)


def main():
    source, library, scratch = (Path(os.path.abspath(argument)) for argument in sys.argv[1:])
    tally = Tally()
    if not is_there(source):
        tally.add("skip", "corpus", f"{source} is absent")
        return tally.close()
    corpus = Corpus(source, scratch)
    with tally.watching("corpus"):
        corpus.run(library)
    cases = corpus.reference().keys() | corpus.ours().keys()
    problems = dict(corpus.problems(cases))
    for case, problem in problems.items():
        tally.add("FAIL", f"corpus/{case}", problem)
    tally.add_passed(len(cases - problems.keys()))
    return tally.close()


if __name__ == "__main__":
    sys.exit(main())
