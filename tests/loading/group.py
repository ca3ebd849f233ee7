"""Every way a TLS library gets into a process, under the preloaded library.

A row that preloads asserts that the library was active: by the event of a handshake, or where tlsward stands down by
its mapping and the notice it gave.
"""

import contextlib
import functools
import os
import pathlib
import tempfile

import hook_rows  # noqa: F401 (adds its rows)
import rows as table
from runner import Row
from setting import Setting


def run_row(row, build):
    with tempfile.TemporaryDirectory(prefix='tlsward-loading.') as directory:
        row(Setting(build, pathlib.Path(directory)))


def rows(_):
    for row in table.ALL:
        yield Row(row.__name__, functools.partial(run_row, row))


@contextlib.contextmanager
def place(options, _):
    os.environ.update(LC_ALL='C', OPENSSL_CONF='/dev/null')
    yield options.build.resolve()
