"""A row of a group: its name, what it needs, what it does, and what is made of what it found."""

import shutil
import time
import traceback
from dataclasses import dataclass
from typing import Callable

# What takes longer never ends: a guard, and nothing that a row's result may depend on.
NEVER_ENDS_SECONDS = 1800


class Unavailable(Exception):
    """This machine or user lacks what the row needs: a visible skip."""


@dataclass(frozen=True)
class Said:
    """What a row found in order, and has something to say about."""

    text: str


@dataclass(frozen=True)
class Cases:
    """What a row found that is many: how many are in order, and what is wrong with the others, by their names."""

    passed: int
    failed: dict


@dataclass
class Result:
    row: str
    kind: str  # ok, FAIL or skip
    report: str = ""
    seconds: float = 0
    passed: int = 1  # how many rows an "ok" stands for


@dataclass(frozen=True)
class Claims:
    """What rows of one group use beside each other, or not."""

    holds: frozenset = frozenset()  # by names: what no other row may use meanwhile
    shares: frozenset = frozenset()  # what none may hold meanwhile


@dataclass(frozen=True)
class Row:
    name: str
    run: Callable  # run(place) returns what is wrong, or nothing; it may raise AssertionError and Unavailable
    needs: tuple = ()  # functions that return why the row cannot run here, or nothing
    claims: Claims = Claims()
    seconds: float = 0.3  # about how long it takes where it has the machine to itself: long ones begin first
    never_ends: float = NEVER_ENDS_SECONDS

    @property
    def names(self):
        return (self.name,)

    def results(self, place, _):
        for need in self.needs:
            if unmet := need():
                yield Result(self.name, "skip", unmet)
                return
        began = time.monotonic()
        for result in results_of(self.name, lambda: self.run(place)):
            result.seconds = time.monotonic() - began
            yield result


@dataclass(frozen=True)
class Rows:
    """Several that one run tells of."""

    names: tuple
    run: Callable  # run(place, wanted) yields (name, what is wrong or nothing) of each name that is wanted
    claims: Claims = Claims()
    seconds: float = 0.3
    never_ends: float = NEVER_ENDS_SECONDS

    def results(self, place, wanted):
        """A row that the run did not come to fails or is skipped."""
        left = list(wanted)
        began = time.monotonic()
        try:
            for name, found in self.run(place, wanted):
                left.remove(name)
                for result in results_of(name, lambda found=found: found):
                    result.seconds, began = time.monotonic() - began, time.monotonic()
                    yield result
            for name in left:
                yield Result(name, "FAIL", "the run did not come to it")
        except Exception as failure:  # the other rows go on
            for name in left:
                yield Result(name, *outcome(failure))


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


def results_of(name, work):
    """What `work()` returns or raises, as results."""
    try:
        found = work()
    except Exception as failure:  # the other rows go on
        yield Result(name, *outcome(failure))
        return
    if isinstance(found, Cases):
        for case, problem in found.failed.items():
            yield Result(f"{name}/{case}", "FAIL", problem)
        if found.passed:
            yield Result(name, "ok", f"{found.passed} cases", passed=found.passed)
        elif not found.failed:
            yield Result(name, "FAIL", "no case")
    elif isinstance(found, Said):
        yield Result(name, "ok", found.text)
    elif found:
        yield Result(name, "FAIL", found if isinstance(found, str) else "\n".join(found))
    else:
        yield Result(name, "ok")
