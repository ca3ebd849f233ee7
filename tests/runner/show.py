"""What is seen of a run: on a terminal, in a pipe and in a file of JUnit's form."""

import re
import shutil
import sys
import time
from xml.etree import ElementTree

SILENCE_SECONDS = 30  # before it is said what is under way
NOT_IN_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LISTED_AGAIN = 50  # failures, before the closing line


class Show:
    def __init__(self, several, junit):
        self.several = several  # groups, so that a row's name does not say whose it is
        self.junit = junit
        self.terminal = sys.stdout.isatty()
        self.counts = {"ok": 0, "FAIL": 0, "skip": 0}
        self.results = []  # (group, result)
        self.total = 0
        self.under_way = {}  # label of a row: when it began
        self.spoke = time.monotonic()

    def label(self, group, row):
        """What a row is called where others' rows are as well."""
        return row if not self.several or row.startswith(f"{group}/") else f"{group}: {row}"

    def say(self, text):
        sys.stdout.write(f"\r\x1b[K{text}\n" if self.terminal else f"{text}\n")
        sys.stdout.flush()
        self.spoke = time.monotonic()

    def add(self, group, result):
        self.counts[result.kind] += result.passed if result.kind == "ok" else 1
        self.results.append((group, result))
        if self.terminal and result.kind == "ok":
            return
        report = result.report.strip().replace("\n", "\n    ")
        self.say(f"{result.kind:4} {self.label(group, result.row)}" + (f"\n    {report}" if report else ""))

    def begin(self, group, row):
        self.under_way[self.label(group, row)] = time.monotonic()

    def end(self, group, row):
        del self.under_way[self.label(group, row)]

    def tick(self):
        """Called now and then: whoever watches sees that it goes on."""
        if self.terminal:
            status = f"{len(self.results)} of {self.total}: " + ", ".join(self.under_way)
            sys.stdout.write(f"\r{status[:columns() - 1]}\x1b[K")
            sys.stdout.flush()
        elif time.monotonic() - self.spoke > SILENCE_SECONDS:
            for row, began in self.under_way.items():
                self.say(f"...  {row}: under way for {time.monotonic() - began:.0f} s")

    def close(self):
        """Prints the closing line; returns the exit status. No row at all is a failure."""
        failed = [self.label(group, result.row) for group, result in self.results if result.kind == "FAIL"]
        if not self.results:
            self.say("no row of that name")
        elif failed and len(self.results) > LISTED_AGAIN:
            for row in failed[:LISTED_AGAIN]:
                self.say(f"failed: {row}")
        if self.junit:
            self.write_junit()
        self.say("{ok} passed, {FAIL} failed, {skip} skipped".format(**self.counts))
        return 0 if self.results and not failed else 1

    def write_junit(self):
        self.junit.parent.mkdir(parents=True, exist_ok=True)
        ElementTree.ElementTree(junit(self.results)).write(self.junit, encoding="utf-8", xml_declaration=True)


def columns():
    return shutil.get_terminal_size().columns


def junit(results):
    """A suite for each group, a case for each row."""
    root = ElementTree.Element("testsuites")
    for group in sorted({group for group, _ in results}):
        mine = [result for its_group, result in results if its_group == group]
        kinds = [result.kind for result in mine]
        suite = ElementTree.SubElement(
            root, "testsuite", name=group, tests=str(len(mine)), failures=str(kinds.count("FAIL")), errors="0",
            skipped=str(kinds.count("skip")), time=f"{sum(result.seconds for result in mine):.3f}")
        for result in mine:
            add_case(suite, group, result)
    return root


def add_case(suite, group, result):
    case = ElementTree.SubElement(suite, "testcase", classname=group, name=result.row, time=f"{result.seconds:.3f}")
    text = NOT_IN_XML.sub("\ufffd", result.report)
    if result.kind == "FAIL":
        ElementTree.SubElement(case, "failure", message=text.partition("\n")[0]).text = text
    elif result.kind == "skip":
        ElementTree.SubElement(case, "skipped", message=text)
    elif text:
        ElementTree.SubElement(case, "system-out").text = text
