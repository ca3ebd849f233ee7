"""Real programs against real servers with good and bad certificates: python3 -B tests/clients [--row PATTERN].

A row is named program/certificate/mode, and `make test-clients ROW='curl-k/*'` runs the rows that match. Everything
happens in a private network and mount namespace and in a temporary directory.
"""

import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

sys.path.insert(1, str(Path(__file__).resolve().parent.parent))

import certificates  # noqa: E402 (found through the path above)
import namespace  # noqa: E402
import untouched  # noqa: E402
from cases import CASES  # noqa: E402
from options import new_parser, parse  # noqa: E402
from programs import PROGRAMS  # noqa: E402
from rows import MODES, Setup, run_modes  # noqa: E402
from servers import KINDS, Fleet  # noqa: E402
from tally import Tally, is_wanted, outcome  # noqa: E402

WORKERS = 4


def report_all(tally, rows, work):
    """Runs `work`, which yields (row, problems, report); a row it did not come to fails or is skipped."""
    left = list(rows)
    try:
        for row, found, report in work:
            left.remove(row)
            tally.add("FAIL" if found else "ok", row, report)
    except Exception as failure:  # the other rows go on
        result, report = outcome(failure)
        for row in left:
            tally.add(result, row, report)


def client_rows(setup, fleet, program, case, rows):
    server = fleet.get(program.server, case.certificate)
    with server.lock:
        server.ensure_started()
        modes = [row.rpartition("/")[2] for row in rows]
        for mode, found, report in run_modes(setup, program, case, modes, server):
            yield f"{program.name}/{case.name}/{mode}", found, report


def untouched_row(setup, kind, row):
    directory = setup.directory / f"untouched-{kind}"
    server = KINDS[kind](setup.directory / "certificates", "good", directory / "server")
    found = list(untouched.problems(setup, server, directory))
    yield row, found, "\n".join(found)


def jobs(setup, fleet, patterns):
    """(rows, work) for everything that matches a pattern. Rows next to each other use different servers."""
    for kind in untouched.SERVERS:
        row = f"server-{kind}/good/enforce"
        if is_wanted(row, patterns):
            yield [row], untouched_row(setup, kind, row)
    for program in PROGRAMS:
        for case in CASES:
            rows = [row for mode in MODES if is_wanted(row := f"{program.name}/{case.name}/{mode}", patterns)]
            if rows and case.name not in program.left_out:
                yield rows, client_rows(setup, fleet, program, case, rows)


def run_all(arguments, directory):
    trust = certificates.make_all(directory / "certificates")
    setup = Setup(arguments.library.resolve(), arguments.drivers.resolve(), trust, directory)
    fleet = Fleet(directory / "certificates", directory)
    tally = Tally()
    pool = ThreadPoolExecutor(WORKERS)
    try:
        # A server dies with the thread that started it, prctl(2): no worker ends before all rows are done.
        wait([pool.submit(report_all, tally, rows, work) for rows, work in jobs(setup, fleet, arguments.row)])
    finally:
        pool.shutdown(cancel_futures=True)
        fleet.stop()
    return tally.close()


def main():
    names = (name for rows, _ in jobs(None, None, ["*"]) for name in rows)
    arguments = parse(new_parser(__doc__, library="build/libtlsward.so", drivers="build/drivers"), names)
    namespace.enter()
    with tempfile.TemporaryDirectory(prefix="tlsward-clients.") as directory:
        Path(directory).chmod(0o755)
        with namespace.furnished(directory):
            return run_all(arguments, Path(directory))


if __name__ == "__main__":
    sys.exit(main())
