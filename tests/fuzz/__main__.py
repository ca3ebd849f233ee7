"""Fuzz targets, one row each: python3 -B tests/fuzz --programs DIR [--runs N] [--row PATTERN].

With --runs, the programs are libFuzzer's and run on as many mutated inputs; what covers more than tests/fuzz/corpus and
what fails is left in DIR. Without it, they are replay.c's and run over tests/fuzz/corpus alone.
"""

import re
import signal
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(1, str(HERE.parent))

from options import new_parser, parse  # noqa: E402 (found through the path above)
from tally import Tally, is_wanted  # noqa: E402

TARGETS = sorted(source.stem.removeprefix("fuzz_") for source in HERE.glob("fuzz_*.c"))
SECONDS_PER_INPUT = 600
# Bytes of an input; of the others 4096.
LONGEST = {"event": 256, "names": 300, "name_key": 300, "elf_symbols": 200, "config": 1024, "summary": 1024}
MEGABYTES = 4096


def how_it_ended(status):
    return signal.Signals(-status).name if status < 0 else f"exit status {status}"


def replay(program, name):
    """What is wrong with the inputs that are kept."""
    files = sorted((HERE / "corpus" / name).iterdir())
    for file in files:
        done = subprocess.run([program, file], capture_output=True, text=True, errors="replace", check=False)
        if done.returncode != 0:
            return f"{file}: {how_it_ended(done.returncode)}\n{done.stderr}"
    return "" if files else "no inputs"


def fuzz(program, name, runs):
    """What is wrong, and how many inputs a second there were."""
    found = program.parent / "corpus" / name
    found.mkdir(parents=True, exist_ok=True)
    command = [program, f"-runs={runs}", f"-max_len={LONGEST.get(name, 4096)}",
               f"-timeout={SECONDS_PER_INPUT}", f"-rss_limit_mb={MEGABYTES}", "-print_final_stats=1", "-verbosity=0",
               f"-artifact_prefix={program}-", found, HERE / "corpus" / name]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    statistics = dict(re.findall(r"^stat::(\w+): +(\d+)$", done.stderr, re.MULTILINE))
    ran = int(statistics.get("number_of_executed_units", 0))
    print(f"     {name}: {ran} inputs, {statistics.get('average_exec_per_sec')} a second", flush=True)
    if done.returncode != 0:
        return f"{how_it_ended(done.returncode)}\n{done.stderr}"
    return "" if ran >= runs else f"only {ran} inputs"


def main():
    parser = new_parser(__doc__, programs="build-fuzz/fuzz")
    parser.add_argument("--runs", type=int)
    arguments = parse(parser, TARGETS)
    tally = Tally()
    for name in (name for name in TARGETS if is_wanted(name, arguments.row)):
        program = arguments.programs.resolve() / name
        work = (replay, program, name) if arguments.runs is None else (fuzz, program, name, arguments.runs)
        tally.attempt(f"fuzz/{name}", lambda work=work: work[0](*work[1:]))
    return tally.close()


if __name__ == "__main__":
    sys.exit(main())
