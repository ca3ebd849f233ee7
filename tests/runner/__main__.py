"""Runs rows of tests: python3 -B tests/runner [--row PATTERN] GROUP...

The rows of all groups are in one queue, from which as many run at once as keep the machine busy. Each is told in a line
of its own as it ends; on a terminal only those that are not in order are, above one line that tells how far it is. The
last line is "N passed, N failed, N skipped".
"""

import os
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from runner import options, place  # noqa: E402 (found through the path above)
from runner.queue import Queue  # noqa: E402
from runner.show import Show  # noqa: E402


def main():
    given = options.parse(__doc__)
    if given.place:
        place.serve(given)
        return 0
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    show = Show(len(given.groups) > 1, given.junit)
    queue = Queue(given, show)
    if given.list:
        return queue.list()
    return queue.run()


if __name__ == "__main__":
    sys.exit(main())
