#!/usr/bin/python3 -B
"""Every way a TLS library gets into a process, under the preloaded library.

    run.py [--build build] [ROW ...]

A ROW is a part of a row's name; without one, all rows run. A row that preloads asserts that the library was active: by
the event of a handshake, or where tlsward stands down by its mapping and the notice it gave. The last line is
"N passed, N failed, N skipped".
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

import rows
from programs import Unavailable
from setting import Setting


def run_row(row, build):
    with tempfile.TemporaryDirectory(prefix='tlsward-loading.') as directory:
        try:
            row(Setting(build, pathlib.Path(directory)))
        except Unavailable as reason:
            print(f'skipped  {row.__name__}: {reason}', flush=True)
            return 'skipped'
        except (AssertionError, OSError, subprocess.TimeoutExpired) as failure:
            print(f'FAILED   {row.__name__}\n         ' + str(failure).replace('\n', '\n         '), flush=True)
            return 'failed'
    print(f'ok       {row.__name__}', flush=True)
    return 'passed'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', type=pathlib.Path, default=pathlib.Path('build'))
    parser.add_argument('rows', nargs='*', metavar='ROW')
    arguments = parser.parse_args()
    os.environ.update(LC_ALL='C', OPENSSL_CONF='/dev/null')
    wanted = [row for row in rows.ALL if not arguments.rows or any(part in row.__name__ for part in arguments.rows)]
    results = [run_row(row, arguments.build.resolve()) for row in wanted]
    print(f'{results.count("passed")} passed, {results.count("failed")} failed, {results.count("skipped")} skipped')
    return 1 if 'failed' in results or not results else 0


if __name__ == '__main__':
    sys.exit(main())
