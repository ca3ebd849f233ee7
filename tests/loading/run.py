#!/usr/bin/python3 -B
"""Every way a TLS library gets into a process, under the preloaded library.

    run.py [--build build] [--row PATTERN ...]

A row that preloads asserts that the library was active: by the event of a handshake, or where tlsward stands down by
its mapping and the notice it gave. The last line is "N passed, N failed, N skipped".
"""
import os
import pathlib
import sys
import tempfile

sys.path.insert(1, str(pathlib.Path(__file__).resolve().parent.parent))

import hook_rows  # noqa: E402,F401 (adds its rows)
import rows  # noqa: E402 (imports through the path above)
from options import new_parser, parse  # noqa: E402
from setting import Setting  # noqa: E402
from tally import Tally, is_wanted  # noqa: E402


def run_row(row, build):
    with tempfile.TemporaryDirectory(prefix='tlsward-loading.') as directory:
        row(Setting(build, pathlib.Path(directory)))


def main():
    arguments = parse(new_parser(__doc__, build='build'), (row.__name__ for row in rows.ALL))
    os.environ.update(LC_ALL='C', OPENSSL_CONF='/dev/null')
    tally = Tally()
    for row in (row for row in rows.ALL if is_wanted(row.__name__, arguments.row)):
        tally.attempt(row.__name__, lambda row=row: run_row(row, arguments.build.resolve()))
    return tally.close()


if __name__ == '__main__':
    sys.exit(main())
