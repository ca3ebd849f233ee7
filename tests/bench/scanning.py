"""What a scan of a large tree costs: sources and configurations in which the words that rules look for are common.

CPU time wavers with what else the machine does, by far less than the goals leave.
"""
import os
import random
import sys

FILES, PER_DIRECTORY, WORDS = 100_000, 100, 800
SUFFIXES = ("py", "js", "sh", "yaml", "json", "go", "c", "md", "txt", "conf")
VOCABULARY = "import os the verify ssl config server https curl insecure value return function = : ( ) false true 0 1 \n".split(" ")
SWITCH, EVERY = "\ncurl -k https://a.example/\n", 500  # every so many files have it; of the kinds above only some count
MEGABYTE = 1_000_000


def generate(directory):
    """Always the same tree; returns how many findings of `curl -k` it has."""
    chance = random.Random(1)
    bodies = [" ".join(chance.choice(VOCABULARY) for _ in range(WORDS)) for _ in range(50)]
    for number in range(FILES):
        place = os.path.join(directory, f"d{number // PER_DIRECTORY}")
        if number % PER_DIRECTORY == 0:
            os.makedirs(place)
        with open(os.path.join(place, f"f{number}.{SUFFIXES[number % len(SUFFIXES)]}"), "w") as file:
            file.write(bodies[number % len(bodies)] + (SWITCH if number % EVERY == 2 else ""))
    return FILES // EVERY


def scan(build, tree, wanted):
    """CPU time in seconds and memory in bytes."""
    output = os.open(f"{tree}.out", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    child = os.posix_spawn(f"{build}/tlsward", ["tlsward", "scan", "--json", tree], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, output, 1)])
    _, status, usage = os.wait4(child, 0)
    os.close(output)
    with open(f"{tree}.out") as said:
        found = sum('"rule":"curl-insecure-option"' in line for line in said)
    if os.waitstatus_to_exitcode(status) != 1 or found != wanted:
        sys.exit(f"the scan failed ({status}): {found} found, not {wanted}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def print_rows(bench, directory):
    """The number of goals that are missed."""
    tree = os.path.join(directory, "tree")
    used, memory = scan(bench.BUILD, tree, generate(tree))
    missed = 0
    print(f"\n{'tlsward scan':64} {'':>10} {'goal':>8}")
    for name, value, goal in ((f"{FILES:,} files on two cores, seconds", used / 2, 30.0), ("the same, MB of memory", memory / MEGABYTE, 100.0)):
        missed += value > goal
        print(f"{name:64} {value:10,.1f} {goal:8,.1f} {'' if value <= goal else ' MISSED'}", flush=True)
    return missed
