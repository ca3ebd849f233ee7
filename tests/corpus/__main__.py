"""corpus DIRECTORY LIBRARY SCRATCH: certificate corpora through real handshakes with the library preloaded.

No case may be weaker than in the corpus's baseline of a perfectly configured OpenSSL client. Where DIRECTORY is absent
the part is skipped, visibly.
"""

import os
import sys
from pathlib import Path

from corpus import Corpus, is_there


def main():
    source, library, scratch = (Path(os.path.abspath(argument)) for argument in sys.argv[1:])
    if not is_there(source):
        print(f"skip corpus: {source} is absent\n0 passed, 0 failed, 1 skipped")
        return 0
    corpus = Corpus(source, scratch)
    corpus.run(library)
    cases = corpus.reference().keys() | corpus.ours().keys()
    problems = list(corpus.problems(cases))
    for problem in problems:
        print(f"FAIL {problem}")
    print(f"{len(cases) - len(problems)} passed, {len(problems)} failed, 0 skipped")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
