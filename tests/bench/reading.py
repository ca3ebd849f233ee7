"""What it costs to read and group recorded events, of which a fleet has millions.

A file of some events is read again and again: what counts is how many lines there are, and how many groups. CPU time
wavers with what else the machine does, by far less than the goals leave.
"""
import os
import re
import sys

EVENTS, GROUPS = 200_000, 100_000
MEGABYTE = 1_000_000


def generate(build, directory):
    path = os.path.join(directory, "events.log")
    with open(path, "wb") as log:
        child = os.posix_spawn(f"{build}/bench/events", ["events", "generate", str(EVENTS), str(GROUPS)], os.environ,
                               file_actions=[(os.POSIX_SPAWN_DUP2, log.fileno(), 1)])
        _, status = os.waitpid(child, 0)
    if status != 0:
        sys.exit("no events were generated")
    return path


def group(build, log, workers, times):
    """CPU time in seconds, memory in bytes and bytes that were read."""
    output = os.open(f"{log}.out", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    command = ["events", "group", str(workers), *[log] * times]
    child = os.posix_spawn(f"{build}/bench/events", command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, output, 1)])
    _, status, usage = os.wait4(child, 0)
    said = os.pread(output, 1000, 0).decode()
    os.close(output)
    counts = re.match(r"(\d+) events, (\d+) groups, 0 damaged, (\d+) bytes\n", said)
    if status != 0 or not counts or (int(counts[1]), int(counts[2])) != (EVENTS * times, GROUPS):
        sys.exit(f"{' '.join(command[:3])} failed ({status}): {said}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, int(counts[3])


def report(build, log, times, form):
    """CPU seconds of `tlsward report` on one core, with all its tables, and memory in bytes."""
    command = ["taskset", "-c", str(min(os.sched_getaffinity(0))), f"{build}/tlsward", "report", "--format", form, "--policy",
               f"{log}.conf", *[log] * times]
    with open(f"{log}.conf", "w", encoding="ascii") as policy:
        policy.write("[policy]\nmode = audit\n")
    output = os.open(f"{log}.out", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, output, 1)])
    _, status, usage = os.wait4(child, 0)
    said, size = os.pread(output, 20000, 0).decode(errors="replace"), os.fstat(output).st_size
    os.close(output)
    told = rf'{EVENTS * times} read|"events": {EVENTS * times},|^handshakes,not_verified|"bomFormat": "CycloneDX"'
    if status != 0 or not re.search(told, said) or size < 1000:
        sys.exit(f"{' '.join(command[:5])} failed ({status}): {said}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def instructions(bench, log, few, many):
    """For one event, most of which make a group."""
    def count(lines):
        with open(log, "rb") as whole, open(f"{log}.{lines}", "wb") as part:
            part.writelines(whole.readline() for _ in range(lines))
        return bench.instructions([f"{bench.BUILD}/bench/events", "group", "1", f"{log}.{lines}"], {})
    return (count(many) - count(few)) // (many - few)


def rows(bench, directory):
    log = generate(bench.BUILD, directory)
    alone, memory, size = group(bench.BUILD, log, 1, 5)
    both, memory_of_two, _ = group(bench.BUILD, log, 2, 50)
    yield f"1 M events of {size // (5 * EVENTS)} bytes read and grouped, CPU seconds", alone, 10.0
    yield "10 M events on two cores, seconds", both / 2, 60.0
    yield "100,000 groups, MB of memory", memory / MEGABYTE, 100.0
    yield "the same on two cores", memory_of_two / MEGABYTE, 100.0
    for form in ("text", "json", "html", "csv", "cbom"):
        seconds, memory = report(bench.BUILD, log, 5, form)
        yield f"1 M events reported as {form} on one core, CPU seconds", seconds, 10.0
        yield f"100,000 peers reported as {form}, MB of memory", memory / MEGABYTE, 100.0
    yield "instructions for an event", instructions(bench, log, 2000, 12000), 30_000


def print_rows(bench, directory):
    """The number of goals that are missed."""
    missed = 0
    print(f"\n{'recorded events':64} {'':>10} {'goal':>8}")
    for name, value, goal in rows(bench, directory):
        missed += value > goal
        print(f"{name:64} {value:10,.1f} {goal:8,.1f} {'' if value <= goal else ' MISSED'}", flush=True)
    return missed
