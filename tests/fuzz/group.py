"""Fuzz targets, one row each, on mutated inputs for so many runs or seconds.

The programs are libFuzzer's; what covers more than tests/fuzz/corpus and what fails is left beside them.
"""

import contextlib
import functools
import re
import subprocess

from replay import HERE, TARGETS, how_it_ended
from runner import Row, Said

SECONDS_PER_INPUT = 600
# Bytes of an input; of the others 4096.
LONGEST = {"event": 256, "names": 300, "name_key": 300, "elf_symbols": 200, "config": 1024, "summary": 1024}
MEGABYTES = 4096


def fuzz(name, options):
    """What is wrong, or how many inputs a second there were."""
    program = options.build.resolve() / "fuzz" / name
    found = program.parent / "corpus" / name
    found.mkdir(parents=True, exist_ok=True)
    end = f"-max_total_time={options.seconds}" if options.seconds else f"-runs={options.runs}"
    command = [program, end, f"-max_len={LONGEST.get(name, 4096)}", f"-timeout={SECONDS_PER_INPUT}",
               f"-rss_limit_mb={MEGABYTES}", "-print_final_stats=1", "-verbosity=0", f"-artifact_prefix={program}-",
               found, HERE / "corpus" / name]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    statistics = dict(re.findall(r"^stat::(\w+): +(\d+)$", done.stderr, re.MULTILINE))
    ran = int(statistics.get("number_of_executed_units", 0))
    if done.returncode != 0:
        return f"{how_it_ended(done.returncode)}\n{done.stderr}"
    if ran < (1 if options.seconds else options.runs):
        return f"only {ran} inputs"
    return Said(f"{ran} inputs, {statistics.get('average_exec_per_sec')} a second")


def rows(_):
    for name in TARGETS:
        yield Row(f"fuzz/{name}", functools.partial(fuzz, name), never_ends=float("inf"))


@contextlib.contextmanager
def place(options, _):
    yield options
