"""A row of a small TLS program under the preloaded library: what it says, and what the library says."""
import dataclasses
import json
import os
import subprocess
import typing

from patience import HANG_SECONDS
from runner import Unavailable


@dataclasses.dataclass
class Row:
    name: str
    command: list
    policy: str = ''  # what is added to a [policy] that enforces with the test's CA
    expect: dict = dataclasses.field(default_factory=dict)  # facts the program says
    event: dict = dataclasses.field(default_factory=dict)  # members of the last handshake event; None: absent
    actions: dict = dataclasses.field(default_factory=dict)  # what followed for each expected name, in all events
    as_bare: bool = False  # everything the program says is the same without the library
    events: typing.Optional[int] = None  # how many handshake events there are; None: at least one
    environment: dict = dataclasses.field(default_factory=dict)
    check: typing.Optional[typing.Callable] = None  # replaces the run: check(setting) raises AssertionError


class Setting:
    """Where a row runs: its directory, its policy and the library."""

    def __init__(self, build, runtime, pki, directory, starts=1):
        self.build, self.runtime, self.pki, self.directory = build, runtime, pki, directory
        self.starts = starts  # of a process, for what happens once in it
        self.log = directory / 'events'
        self.policy = directory / 'policy.conf'
        self.library = build / 'libtlsward.so'

    def write_policy(self, more=''):
        """More lines come first, because a key may be given once only."""
        keys = {line.split('=')[0].strip() for line in more.split('[rule')[0].splitlines()}
        defaults = {'mode': 'enforce', 'trust': self.pki / 'ca.pem', 'log': f'file:{self.log}'}
        lines = [f'{key} = {value}' for key, value in defaults.items() if key not in keys]
        self.policy.write_text('\n'.join(['[policy]', *lines, more, '']))

    def environment(self, preload=True):
        environment = {key: value for key, value in os.environ.items() if not key.startswith('TLSWARD_')}
        environment.update(PKI=str(self.pki), LC_ALL='C.UTF-8', OPENSSL_CONF='/dev/null')
        libraries = [self.runtime] if self.runtime else []
        if preload:
            environment['TLSWARD_POLICY'] = str(self.policy)
            libraries.append(str(self.library))
        if libraries:
            environment['LD_PRELOAD'] = ':'.join(libraries)
        return environment

    def program(self, command):
        return [str(self.build / 'behaviour' / command[0]), *command[1:]]

    def run(self, command, preload=True, environment=None):
        done = subprocess.run(self.program(command), env={**self.environment(preload), **(environment or {})},
                              capture_output=True, text=True, timeout=HANG_SECONDS, cwd=self.directory, check=False)
        assert done.returncode == 0, f'{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}'
        assert done.stderr == '', f'{command} wrote to stderr:\n{done.stderr}'
        return done.stdout

    def events(self, action='tls-handshake'):
        text = self.log.read_text() if self.log.exists() else ''
        events = [json.loads(line) for line in text.splitlines()]
        return [event for event in events if event['event.action'] == action]


def facts_of(output):
    return dict(line.split('=', 1) for line in output.splitlines())


def assert_members(expected, found, what):
    for key, value in expected.items():
        assert found.get(key) == value, f'{what} {key}: expected {value!r}, found {found.get(key)!r}\n{found}'


def run_row(row, setting):
    setting.write_policy(row.policy)
    if row.check:
        row.check(setting)
        return
    output = setting.run(row.command, environment=row.environment)
    facts, events = facts_of(output), setting.events()
    if 'skip' in facts:
        raise Unavailable(facts['skip'])
    assert_members(row.expect, facts, 'program')
    if row.events is None:
        assert events, 'the library was not active: no event was written'
    else:
        assert len(events) == row.events, f'{row.events} events expected: {events}'
    if row.event:
        assert_members(row.event, events[-1], 'event')
    if row.actions:
        assert_members(row.actions, {event['tlsward.expected_name']: event['tlsward.action'] for event in events}, 'name')
    if row.as_bare:
        bare = setting.run(row.command, preload=False)
        assert output == bare, f'with the library:\n{output}\nwithout it:\n{bare}'
