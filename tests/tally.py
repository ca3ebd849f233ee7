"""One line per row as it ends, counts, and what follows from them: shared by all groups of rows."""

import shutil
import threading
import traceback
from fnmatch import fnmatch


def is_wanted(row, patterns):
    """Whether a pattern means this row: by a pattern of the shell's for its whole name, or by a part of the name."""
    return any(fnmatch(row, pattern) or pattern in row for pattern in patterns)


class Unavailable(Exception):
    """This machine or user lacks what the row needs: a visible skip."""


def missing_program(failure):
    """The program that subprocess could not find in PATH, or None."""
    name = str(failure.filename) if isinstance(failure, FileNotFoundError) else "/"
    return name if "/" not in name and shutil.which(name) is None else None


def outcome(failure):
    """The result and the report that an exception means for its row."""
    if isinstance(failure, Unavailable):
        return "skip", str(failure)
    if missing_program(failure):
        return "skip", f"{missing_program(failure)} is not installed"
    if isinstance(failure, AssertionError) and str(failure):
        return "FAIL", str(failure)
    return "FAIL", "".join(traceback.format_exception(failure))


class Tally:
    def __init__(self):
        self.counts = {"ok": 0, "FAIL": 0, "skip": 0}
        self.lock = threading.Lock()

    def add(self, result, row, report=""):
        with self.lock:
            self.counts[result] += 1
            print(f"{result:4} {row}", flush=True)
            if report:
                print("    " + report.strip().replace("\n", "\n    "), flush=True)

    def add_passed(self, number):
        """Rows that are too many to print one by one."""
        self.counts["ok"] += number

    def attempt(self, row, work):
        """Counts a row by what `work()` returns, "" or what is wrong with it, or by what it raises."""
        try:
            found = work()
            self.add("FAIL" if found else "ok", row, found or "")
        except Exception as failure:  # the other rows go on
            result, report = outcome(failure)
            self.add(result, row, report)

    def close(self):
        """Prints the closing line; returns the exit status. No row at all is a failure."""
        print("{ok} passed, {FAIL} failed, {skip} skipped".format(**self.counts))
        return 0 if self.counts["FAIL"] == 0 and sum(self.counts.values()) else 1
