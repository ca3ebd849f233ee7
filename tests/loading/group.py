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


# About how many, of what compiles the library anew or opens a great many.
SECONDS = {'musl_program_is_unharmed': 8, 'lookups_mean_the_same_at_O0': 8,
           'what_passes_a_missing_dlsym_hook_is_still_stopped_and_an_event_says_what_is_not': 8,
           'each_connection_has_its_own_library_however_many_there_are': 6, 'old_version_opened_and_closed_50_times': 4}


def run_row(row, build):
    with tempfile.TemporaryDirectory(prefix='tlsward-loading.') as directory:
        row(Setting(build, pathlib.Path(directory)))


def rows(_):
    for row in table.ALL:
        yield Row(row.__name__, functools.partial(run_row, row), seconds=SECONDS.get(row.__name__, 1))


@contextlib.contextmanager
def place(options, _):
    os.environ.update(LC_ALL='C', OPENSSL_CONF='/dev/null')
    yield options.build.resolve()
