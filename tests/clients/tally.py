"""One line per row as it ends, counts, and what follows from them: shared by the groups of rows."""

import threading


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

    def close(self):
        """Prints the closing line; returns the exit status. No row at all is a failure."""
        print("{ok} passed, {FAIL} failed, {skip} skipped".format(**self.counts))
        return 0 if self.counts["FAIL"] == 0 and sum(self.counts.values()) else 1
