"""The process in which the rows of one group run; __main__.py starts it and says in what order.

What it is told and what it tells are lines of JSON on two pipes of their own: whatever a row writes to standard output
or reads from standard input is none of that.
"""

import importlib.util
import json
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from runner.row import outcome

TESTS = Path(__file__).resolve().parent.parent
DIRECTORIES = {"table": "libs", "packages": "packaging"}  # of groups that are not called like their directory


def load(group):
    """The group's module; beside it and in tests/ is what it imports."""
    directory = Path(group).resolve() if "/" in group else TESTS / DIRECTORIES.get(group, group)
    sys.path.insert(0, str(directory))
    spec = importlib.util.spec_from_file_location("group", directory / "group.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["group"] = module
    spec.loader.exec_module(module)
    return module


def as_told(row):
    """What the queue has to know of a row."""
    return {"names": row.names, "holds": sorted(row.claims.holds), "shares": sorted(row.claims.shares),
            "seconds": row.seconds, "never_ends": row.never_ends}


class Place:
    def __init__(self, orders, answers):
        self.orders = os.fdopen(orders)
        self.answers = os.fdopen(answers, "w")
        self.lock = threading.Lock()
        for descriptor in (orders, answers):
            os.set_inheritable(descriptor, False)

    def tell(self, **answer):
        with self.lock:
            print(json.dumps(answer), file=self.answers, flush=True)

    def run(self, number, row, value, wanted):
        try:
            for result in row.results(value, wanted):
                self.tell(job=number, result=asdict(result))
        finally:
            self.tell(job=number, done=True)

    def serve(self, module, options):
        """Tells all rows, and runs those that it is told to until there are no more orders."""
        rows = list(module.rows(options))
        self.tell(rows=[as_told(row) for row in rows])
        if not (line := self.orders.readline()):
            return
        with module.place(options, set(json.loads(line)["selected"])) as value:
            self.tell(ready=True)
            # What a thread started may die with it, prctl(2): none ends before all rows are done.
            pool = ThreadPoolExecutor(options.at_once)
            for line in self.orders:
                order = json.loads(line)
                pool.submit(self.run, order["job"], rows[order["job"]], value, order["wanted"])
            pool.shutdown()


class Ended(BaseException):
    """We are to end, whatever rows are at: not one of them is waited for."""


def end(*_):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Ended


def behave():
    """As from a terminal, whatever started us; whoever ends us lets us clean up."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, end)


def serve(options):
    """`options.place` names the two descriptors; what enters a namespace starts this program again."""
    try:
        module = load(options.groups[0])
        if hasattr(module, "enter") and not options.list:
            module.enter()
        behave()
    except Exception as failure:
        Place(*options.place).tell(broken=outcome(failure))
        return
    place = Place(*options.place)
    try:
        place.serve(module, options)
    except Ended:
        os.killpg(0, signal.SIGKILL)  # the session is ours: with it goes what rows have started meanwhile
    except Exception as failure:
        place.tell(broken=outcome(failure))
