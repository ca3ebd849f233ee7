"""The rows of all groups in one queue: which of them runs next, and what becomes of them."""

import json
import selectors
import signal
import time
from collections import deque
from fnmatch import fnmatch

from runner.process import Process
from runner.row import NEVER_ENDS_SECONDS, Result

TICK_SECONDS = 0.5


def is_wanted(row, patterns):
    """Whether a pattern means this row: by a pattern of the shell's for its whole name, or by a part of the name."""
    return any(fnmatch(row, pattern) or pattern in row for pattern in patterns)


class Job:
    """A row, or several that one run tells of."""

    def __init__(self, group, number, told, wanted):
        self.group, self.number = group, number
        self.holds, self.shares = frozenset(told["holds"]), frozenset(told["shares"])
        self.seconds, self.never_ends = told["seconds"], told["never_ends"]
        self.left = list(wanted)  # rows that have no result yet
        self.name = wanted[0]
        self.began = None


class Chain:
    """The jobs of a group that claim the same, of which one that is held by it runs at a time."""

    def __init__(self, jobs):
        self.jobs = deque(sorted(jobs, key=lambda job: -job.seconds))
        self.holds, self.shares = jobs[0].holds, jobs[0].shares
        self.seconds = sum(job.seconds for job in jobs)

    def weight(self):
        """How long it takes at least until the last of them has ended."""
        return self.seconds if self.holds else self.jobs[0].seconds

    def take(self):
        job = self.jobs.popleft()
        self.seconds -= job.seconds
        return job


class Group:
    """A group's rows and the process in which they run: another one, once a row has made it unusable."""

    def __init__(self, name, options):
        self.name = name
        self.options = options
        self.process = None
        self.jobs = []  # of all that is wanted
        self.chains = []  # of those that have not run
        self.running = {}  # number: job
        self.state = "new"  # listing, listed, opening, open, closed, ended
        self.since = 0  # when it was last seen in another state

    def become(self, state):
        self.state = state
        self.since = time.monotonic()

    def start(self):
        self.process = Process(self.name, self.options)
        self.become("listing")

    def plan(self):
        chains = {}
        for job in self.jobs:
            if job.left:
                chains.setdefault((job.holds, job.shares), []).append(job)
        self.chains = [Chain(jobs) for jobs in chains.values()]

    def open(self):
        self.process.order(selected=[row for job in self.jobs for row in job.left])
        self.become("opening")

    def has_more(self):
        return any(chain.jobs for chain in self.chains)

    def candidates(self):
        """The chains that may go on now; before it is open, that is all."""
        held = {name for job in self.running.values() for name in job.holds}
        shared = {name for job in self.running.values() for name in job.shares}
        return [chain for chain in self.chains
                if chain.jobs and not (chain.holds & (held | shared) or chain.shares & held)]

    def busy(self):
        """How many rows' worth of the machine it takes."""
        return len(self.running) + (self.state == "opening")


class Queue:
    def __init__(self, options, show):
        self.options = options
        self.show = show
        self.groups = [Group(name, options) for name in dict.fromkeys(options.groups)]
        self.selector = selectors.DefaultSelector()

    # What rows there are.

    def list(self):
        """Prints the names of all rows."""
        for group in self.groups:
            group.start()
        for group in self.groups:
            for told in self.told_rows(group) or ():
                for name in told["names"]:
                    print(self.show.label(group.name, name))
            group.process.close()
        return self.show.close() if self.show.results else 0

    def told_rows(self, group):
        """All rows of a group that was started, as it tells of them; None where it does not."""
        answer = group.process.answer()
        if answer and "rows" in answer:
            return answer["rows"]
        kind, report = answer["broken"] if answer else ("FAIL", "")
        self.show.add(group.name, Result(group.name, kind, report + group.process.log()))
        return None

    def learn(self, group):
        """Which rows of a group are wanted. Of those of one name none would be known by it: that is a failure."""
        seen = set()
        for number, told in enumerate(self.told_rows(group) or ()):
            wanted = []
            for name in told["names"]:
                if not any(is_wanted(text, self.options.row) for text in (name, self.show.label(group.name, name))):
                    continue
                if name in seen:
                    self.show.add(group.name, Result(name, "FAIL", "there are two rows of this name"))
                else:
                    wanted.append(name)
                seen.add(name)
            if wanted:
                group.jobs.append(Job(group, number, told, wanted))
        group.become("listed")
        self.show.total += sum(len(job.left) for job in group.jobs)
        group.plan()

    # What runs.

    def run(self):
        """Runs what is wanted; returns the exit status."""
        for number in (signal.SIGINT, signal.SIGTERM):  # also where it was ignored, as in what a script's `&` starts
            signal.signal(number, signal.default_int_handler)
        try:
            for group in self.groups:
                group.start()
            for group in self.groups:
                self.learn(group)
            self.run_all()
        except KeyboardInterrupt:
            self.show.add("runner", Result("interrupted", "FAIL"))
        finally:
            self.end_all()
        return self.show.close()

    def end_all(self):
        """Ends what an interruption has left; another one does not hinder that."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        processes = [group.process for group in self.groups if group.process]
        for process in processes:
            process.ask_to_end()
        for process in processes:
            process.end()

    def run_all(self):
        for group in self.groups:
            self.selector.register(group.process, selectors.EVENT_READ, group)
            self.close_if_done(group)
        while any(group.state != "ended" for group in self.groups):
            self.fill()
            for key, _ in self.selector.select(TICK_SECONDS):
                self.hear(key.data)
            self.give_up()
            self.show.tick()

    def fill(self):
        """Starts as much as the machine takes, the heaviest first."""
        while sum(group.busy() for group in self.groups) < self.options.at_once:
            startable = [(chain.weight(), index, chain) for index, group in enumerate(self.groups)
                         if group.state in ("listed", "open") for chain in group.candidates()]
            if not startable:
                return
            _, index, chain = max(startable, key=lambda found: found[0])
            group = self.groups[index]
            if group.state == "listed":
                group.open()
            else:
                self.begin(group, chain.take())

    def begin(self, group, job):
        job.began = time.monotonic()
        group.running[job.number] = job
        self.show.begin(group.name, job.name)
        group.process.order(job=job.number, wanted=job.left)

    def end(self, group, job):
        del group.running[job.number]
        self.show.end(group.name, job.name)

    def fail(self, group, job, report, kind="FAIL"):
        for row in job.left:
            self.show.add(group.name, Result(row, kind, report))
        job.left = []

    def hear(self, group):
        """Takes in what a group's process has told, or that it has ended."""
        answers = group.process.read()
        if answers is None:
            self.ended(group)
            return
        for answer in answers:
            if "rows" in answer:  # of one that was started again
                group.open()
            elif "ready" in answer:
                group.become("open")
            elif "broken" in answer:
                self.broken(group, *answer["broken"])
            else:
                self.told(group, group.running[answer["job"]], answer)
        self.close_if_done(group)

    def told(self, group, job, answer):
        if "done" in answer:
            job.left = []
            self.end(group, job)
            return
        result = Result(**answer["result"])
        if result.row in job.left:
            job.left.remove(result.row)
        self.show.add(group.name, result)

    def close_if_done(self, group):
        if group.state in ("listed", "open") and not group.running and not group.has_more():
            group.process.close()
            group.become("closed")

    # What goes wrong with a group and not with a row.

    def broken(self, group, kind, report):
        """It could not be made ready, or be put away: nothing more runs there."""
        left = [job for job in group.jobs if job.left]
        if kind == "FAIL" or not left:
            self.show.add(group.name, Result(group.name, kind, report + group.process.log()))
        for job in left:
            self.fail(group, job, report.strip().rpartition("\n")[2], kind)
        group.chains = []
        group.become("closed")

    def ended(self, group):
        """Its process is no more: by order, or in the middle of what it did."""
        status = group.process.status()
        said = f"the group's process ended with status {status}\n{group.process.log()}"
        died_with = list(group.running.values())
        for job in died_with:
            self.fail(group, job, said)
            self.end(group, job)
        if group.state != "closed" and not died_with:
            self.broken(group, "FAIL", said)
        elif group.state == "closed" and status != 0:
            self.show.add(group.name, Result(group.name, "FAIL", said))
        self.start_again(group)

    def give_up(self):
        """A row that never ends takes its group's process with it; what ran beside it is run again."""
        now = time.monotonic()
        for group in self.groups:
            late = [job for job in group.running.values() if now - job.began > (self.options.never_ends or job.never_ends)]
            for job in late:
                self.fail(group, job, f"given up after {now - job.began:.0f} s")
            if group.state in ("listing", "opening", "closed") and now - group.since > NEVER_ENDS_SECONDS:
                self.broken(group, "FAIL", f"given up after {now - group.since:.0f} s in state {group.state}")
            elif not late:
                continue
            for job in list(group.running.values()):
                self.end(group, job)
            self.start_again(group)

    def start_again(self, group):
        """With what has not run, if there is anything."""
        self.selector.unregister(group.process)
        group.process.kill()
        group.plan()
        if group.state == "closed" or not group.has_more():
            group.become("ended")
            return
        group.start()
        self.selector.register(group.process, selectors.EVENT_READ, group)
