"""One line per row as it ends, counts, and what follows from them: shared by all groups of rows."""

import contextlib
import threading
import time
from fnmatch import fnmatch

from runner.row import Unavailable, outcome  # noqa: F401

SILENCE_SECONDS = 30  # before it is said what is under way


def is_wanted(row, patterns):
    """Whether a pattern means this row: by a pattern of the shell's for its whole name, or by a part of the name."""
    return any(fnmatch(row, pattern) or pattern in row for pattern in patterns)


class Tally:
    def __init__(self):
        self.counts = {"ok": 0, "FAIL": 0, "skip": 0}
        self.lock = threading.Lock()
        self.under_way = {}  # row: when it began
        self.spoke = threading.Event()
        threading.Thread(target=self.tell_what_is_under_way, daemon=True).start()

    def tell_what_is_under_way(self):
        """Whoever watches a long row sees that it goes on, in a pipe too."""
        while True:
            if self.spoke.wait(SILENCE_SECONDS):
                self.spoke.clear()
                continue
            with self.lock:
                for row, began in self.under_way.items():
                    print(f"...  {row}: under way for {time.monotonic() - began:.0f} s", flush=True)

    def add(self, result, row, report=""):
        with self.lock:
            self.counts[result] += 1
            self.spoke.set()
            print(f"{result:4} {row}", flush=True)
            if report:
                print("    " + report.strip().replace("\n", "\n    "), flush=True)

    @contextlib.contextmanager
    def watching(self, row):
        """For what may take long: says now and then that it goes on."""
        with self.lock:
            self.under_way[row] = time.monotonic()
        try:
            yield
        finally:
            with self.lock:
                del self.under_way[row]

    def add_passed(self, number):
        """Rows that are too many to print one by one."""
        self.counts["ok"] += number

    def attempt(self, row, work):
        """Counts a row by what `work()` returns, "" or what is wrong with it, or by what it raises."""
        try:
            with self.watching(row):
                found = work()
            self.add("FAIL" if found else "ok", row, found or "")
        except Exception as failure:  # the other rows go on
            result, report = outcome(failure)
            self.add(result, row, report)

    def close(self):
        """Prints the closing line; returns the exit status. No row at all is a failure."""
        if not sum(self.counts.values()):
            print("no row of that name")
        print("{ok} passed, {FAIL} failed, {skip} skipped".format(**self.counts))
        return 0 if self.counts["FAIL"] == 0 and sum(self.counts.values()) else 1
