"""The rooms of the sources, that each knows only those below it, and what README.md tells of them.

A row of each check looks at the sources as they are; the rows beside it put a file or a word into a copy that the check
has to notice.
"""

import contextlib
import functools
import pathlib
import shutil
import tempfile

import contributing
import rooms
from runner import Row

ROOT = pathlib.Path(__file__).resolve().parents[2]


def holds(check, _):
    return list(check(ROOT))


def notices(check, file, text, problem, _):
    with tempfile.TemporaryDirectory(prefix='tlsward-architecture.') as directory:
        root = pathlib.Path(directory)
        for house in 'shim', 'tools':
            shutil.copytree(ROOT / house, root / house)
        (root / file).parent.mkdir(exist_ok=True)
        (root / file).write_text(text + '\n')
        found = list(check(root))
    assert any(problem in line for line in found), f'nobody says {problem!r}, but {found}'


def notices_word(check, word, other, problem, _):
    with tempfile.TemporaryDirectory(prefix='tlsward-architecture.') as directory:
        root = pathlib.Path(directory)
        for beside in ROOT.iterdir():
            (root / beside.name).symlink_to(beside)
        text = (root / contributing.README).read_text()
        assert word in text, f'nothing to break: {word}'
        (root / contributing.README).unlink()
        (root / contributing.README).write_text(text.replace(word, other))
        found = list(check(root))
    assert any(problem in line for line in found), f'nobody says {problem!r}, but {found}'


def links(build):
    return list(rooms.links(ROOT, rooms.LIBRARY, build / 'shim'))


def rows(_):
    for name, check in rooms.CHECKS.items():
        yield Row(name, functools.partial(holds, check))
        for file, text, problem in rooms.BREAKS[name]:
            yield Row(f'{name}/notices/{file}', functools.partial(notices, check, file, text, problem))
    for name, check in contributing.CHECKS.items():
        yield Row(name, functools.partial(holds, check))
        for case, word, other, problem in contributing.BREAKS[name]:
            yield Row(f'{name}/notices/{case}', functools.partial(notices_word, check, word, other, problem))
    yield Row('library/each_room_is_linked_with_those_below_it', links)


@contextlib.contextmanager
def place(options, _):
    yield options.build.resolve()
