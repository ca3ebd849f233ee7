"""SECURITY.md's tables name the tests that show each line: every one of these must be there."""

import pathlib
import re
import subprocess
import sys
from fnmatch import fnmatchcase

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PAGE = SOURCE / "SECURITY.md"
LISTED = ("clients", "names", "behaviour", "loading", "table", "keep", "deploy", "audit", "host")  # as groups are called there
GROUP = re.compile(rf"\b({'|'.join([*LISTED, 'command', 'unit'])})\b")


def listed(group):
    """A group's rows; of those of the table what comes behind the library's name."""
    command = [sys.executable, "-B", SOURCE / "tests" / "runner", "--list", group]
    rows = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return {row.partition("/")[2] for row in rows} if group == "table" else rows


def tables():
    """The lines of each table that names tests, with the group that is meant where they name none."""
    for table in re.findall(r"(?:^\|.*\n)+", PAGE.read_text(), re.MULTILINE):
        head, _, *lines = table.splitlines()
        if "shown by" not in head:
            continue
        yield (GROUP.search(head) or ["table"])[0], lines


def is_row(name, rows):
    """`modes:` stands for all rows that begin so, and … or * for anything."""
    pattern = name.replace("…", "*").replace("[", "[[]") + ("*" if name.endswith(":") else "")
    return any(fnmatchcase(row, pattern) for row in rows)


class UnitTests:
    """A file's name, and then names of its tests, or quoted ones of its groups and rows."""

    text = ""

    def has(self, name):
        file = SOURCE / "tests" / "unit" / f"{name}.c"
        if file.exists():
            self.text = file.read_text()
            return True
        words = ".*".join(map(re.escape, name.split("…")))
        return re.search(rf'START_TEST\({words}\)|"{words}"', self.text) is not None


def is_target(command):
    """Of the Makefile, which has one rule for the groups."""
    makefile = (SOURCE / "Makefile").read_text()
    target = command.removeprefix("make ")
    groups = re.search("^GROUPS := (.*)", makefile, re.MULTILINE)[1].split()
    return target in (f"test-{group}" for group in groups) or re.search(rf"^{target}:", makefile, re.MULTILINE) is not None


def missing_of_line(cell, group, rows):
    """The names in a cell that are none of a test, or the whole cell where it names nothing."""
    unit = UnitTests()
    named = False
    for place, text in enumerate(cell.split("`")):
        if place % 2 == 0:
            group = (GROUP.findall(text) or [group])[-1]
            named = named or "all rows" in text
            continue
        named = True
        if text.startswith("make "):
            found = is_target(text)
        else:
            found = unit.has(text) if group == "unit" else is_row(text, rows[group])
        if not found:
            yield f"{group} {text}"
    if not named:
        yield cell


def missing(command_rows):
    """What SECURITY.md names and nobody tests."""
    rows = {group: listed(group) for group in LISTED} | {"command": command_rows}
    wrong = [name for group, lines in tables() for line in lines
             for name in missing_of_line(line.strip("| ").rpartition("|")[2], group, rows)]
    return "SECURITY.md names no test, or one that is not there: " + "; ".join(wrong) if wrong else None
