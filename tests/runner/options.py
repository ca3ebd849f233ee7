"""The command line of the runner, which is what the groups are told as well."""

import argparse
import os
from pathlib import Path


def parse(description):
    parser = argparse.ArgumentParser(prog="tests/runner", description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("groups", nargs="+", metavar="GROUP", help="directories of tests/, or any with a group.py and a / in the path")
    add("--row", nargs="+", default=["*"], help="run the rows that match a pattern or have it in their name")
    add("--list", action="store_true", help="only print the names of all rows")
    add("--at-once", type=int, default=2 * (os.cpu_count() or 1), help="how many rows run at once (default: %(default)s)")
    add("--junit", type=Path, help="where to write the results as JUnit has them")
    add("--build", type=Path, default=Path("build"), help="what make built (default: %(default)s)")
    add("--share", type=Path, default=Path("/usr/local/share/tlsward"), help="where the library looks for shipped rules")
    add("--corpus", type=Path, default=Path("../shared/corpus"), help="certificate corpora (default: %(default)s)")
    add("--libs", default="system,1.1.1,3.5,3.6,4.0", type=lambda text: text.split(","),
        help="table: system, what tests/libs/fetch knows, or directories with a built libssl (default: %(default)s)")
    add("--fetched", type=Path, default=Path("build/libs"), help="table: where fetch put them (default: %(default)s)")
    add("--server-build", type=Path, help="table: this machine's, where --build is of another architecture")
    add("--runtime", help="behaviour: a sanitizer's runtime, which must come before every other library")
    add("--starts", type=int, default=25, help="behaviour: of a process, for what happens once in it")
    add("--runs", type=int, help="fuzz: how many inputs")
    add("--seconds", type=int, help="fuzz: for how long")
    add("--never-ends", type=float, help="after how many seconds a row is given up (default: what the row says)")
    add("--place", type=int, nargs=2, help=argparse.SUPPRESS)  # runner/place.py
    return parser.parse_args()
