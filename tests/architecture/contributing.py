"""README.md's section for those who change the sources: what it names is there.

A backquoted path is one of the source tree, `function()` in `path` is defined there, the first table's rows are the
rooms, and what is in double quotes is the subject of a commit.
"""

import re
import subprocess

import rooms
from runner import Unavailable

README = 'README.md'


def section(root):
    """Its words, with one blank between them, and the lines of its table."""
    _, _, text = (root / README).read_text(encoding='utf-8').partition('\n## Contributing\n')
    text = text.partition('\n## ')[0]
    table = [[cell.strip() for cell in line.strip('|').split('|')] for line in text.splitlines() if line.startswith('|')]
    return ' '.join(text.split()), table[2:]


def paths(root):
    words, _ = section(root)
    named = [name for name in re.findall(r'`([^` ]+/[^` ]*)`', words)]
    if not named:
        yield f'{README} has no section for contributors'
    for name in named:
        if not (root / name).exists():
            yield f'{name} is not there'


def functions(root):
    words, _ = section(root)
    for name, path in re.findall(r'`(\w+)\(\)` in `([^`]+)`', words):
        file = root / path
        # A definition begins a line and has no semicolon behind its parameters.
        if not file.exists() or not re.search(rf'^\w[^;\n]*\b{name}\([^;{{]*\)\n{{', file.read_text(), re.MULTILINE):
            yield f'{path} does not define {name}()'
    for name in re.findall(r'`(\w+)\(\)`(?! in `)', words):
        yield f'{name}() is named without its file'


def houses(root):
    """The rooms as the other checks have them, in an order in which each knows only those before it."""
    _, table = section(root)
    told = {row[0].strip('`'): tuple(re.findall(r'\w+', row[2])) for row in table}
    meant = {f'shim/{room}': below for room, below in rooms.LIBRARY.items()}
    meant |= {f'tools/{room}': below for room, below in rooms.COMMAND.items()}
    for room in sorted(told.keys() | meant.keys()):
        if told.get(room) != meant.get(room):
            yield f'{room}: knows {told.get(room)} in {README}, not {meant.get(room)}'
    if list(told) != list(meant):
        yield f'the rooms stand in the order {list(told)}'


def commits(root):
    git = ['git', '-C', root]
    whole = subprocess.run([*git, 'rev-parse', '--is-shallow-repository'], capture_output=True, text=True, check=False)
    if whole.stdout.strip() != 'false':
        raise Unavailable('this is no repository with all its history')
    words, _ = section(root)
    subjects = subprocess.run([*git, 'log', '--format=%s'], capture_output=True, text=True, check=True).stdout.splitlines()
    for name in re.findall(r'"([^"]+)"', words):
        if name not in subjects:
            yield f'no commit is called "{name}"'


CHECKS = {
    'contributing/paths_exist': paths,
    'contributing/functions_are_where_it_says': functions,
    'contributing/rooms_are_these': houses,
    'contributing/commits_are_in_the_history': commits,
}

# What a check has to notice: a name for it, a word of the section, what stands for it in a copy, and what must be said.
BREAKS = {
    'contributing/paths_exist': (
        ('a_file_that_moved', '`shim/policy/policy.h`', '`shim/policy.h`', 'shim/policy.h is not there'),
    ),
    'contributing/functions_are_where_it_says': (
        ('another_name', '`decide()`', '`decided()`', 'shim/policy/decide.c does not define decided()'),
        ('a_call_of_it_only', '`shim/policy/decide.c` makes', '`shim/event/client_handshake.c` makes',
         'shim/event/client_handshake.c does not define decide()'),
        ('no_file', '`verify_chain()` in', '`verify_chain()` of', 'verify_chain() is named without its file'),
    ),
    'contributing/rooms_are_these': (
        ('another_arrow', '| peer, trust, process |', '| trust, process |', "shim/policy: knows ('trust', 'process')"),
        ('another_room', '| `tools/check` |', '| `tools/checks` |', "tools/check: knows None in README.md, not ('shared',)"),
        ('another_order', '| `tools/run` |', '| `tools/explain` |', 'the rooms stand in the order'),
    ),
    'contributing/commits_are_in_the_history': (
        ('another_subject', '"Play a family', '"Act a family', 'no commit is called "Act a family of TLS libraries'),
    ),
}
