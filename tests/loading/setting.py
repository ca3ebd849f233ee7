"""Where a row runs: a directory, a policy that enforces, and programs with and without the library."""

import json
import os
import pathlib
import subprocess

import programs
import servers
from patience import HANG_SECONDS


class Setting:
    def __init__(self, build, directory):
        self.build, self.directory = build, directory
        self.source = pathlib.Path(__file__).resolve().parents[2]
        self.library = build / 'libtlsward.so'
        self.log = directory / 'events'
        servers.make_certificate(directory)
        self.write_policy()

    def write_policy(self, more=''):
        policy = self.directory / 'policy.conf'
        policy.write_text(f'[policy]\nmode = enforce\nlog = file:{self.log}\n{more}\n')
        policy.chmod(0o644)

    def server(self, protocol=servers.Protocol):
        return servers.Server(self.directory, protocol())

    def program(self, name, sources, *options, cc=None):
        return programs.build(self.directory / name, sources, *options, cc=cc)

    def plugin(self, name, sources, *options):
        return programs.library(self.directory / name, sources, *options)

    def run(self, command, *, preload=(), environment=None):
        ours = {'TLSWARD_POLICY': str(self.directory / 'policy.conf'), 'LD_PRELOAD': ':'.join(map(str, preload)),
                **(environment or {})}
        if programs.EMULATOR:  # which itself must not have these
            command = [*programs.EMULATOR, *[word for name, value in ours.items() for word in ('-E', f'{name}={value}')],
                       *command]
            ours = {}
        done = subprocess.run(
            [str(part) for part in command], capture_output=True, text=True, timeout=HANG_SECONDS, cwd=self.directory,
            check=False, env={**{key: value for key, value in os.environ.items() if not key.startswith('TLSWARD_')},
                              **ours})
        assert done.returncode >= 0, f'{command[0]} died of signal {-done.returncode}\n{done.stdout}{done.stderr}'
        return done.stdout + done.stderr

    def bare(self, command, **options):
        return self.run(command, **options)

    def preloaded(self, command, **options):
        return self.run(command, preload=[self.library], **options)

    def mapped(self, command, **options):
        """True where the library is in the program: ld.so says what it loads."""
        return 'libtlsward.so' in self.preloaded(
            command, environment={'LD_DEBUG': 'libs', **(options.get('environment') or {})})

    def events(self, action):
        text = self.log.read_text() if self.log.exists() else ''
        return [event for event in map(json.loads, text.splitlines()) if event['event.action'] == action]

    def handshakes(self):
        return self.events('tls-handshake')

    def notices(self):
        return [event['tlsward.message'] for event in self.events('tlsward-notice')]

    def assert_stopped(self, server, command, *, connections=1, environment=None):
        """Without the library every connection comes about; with it none, and an event tells of each."""
        output = self.bare(command, environment=environment)
        assert server.completed() == connections, f'not {connections} connections without the library:\n{output}'
        output = self.preloaded(command, environment=environment)
        assert server.completed() == connections, f'a connection came about under the library:\n{output}'
        assert any(event['tlsward.action'] == 'blocked' for event in self.handshakes()), \
            f'no event of a blocked handshake:\n{output}\n{self.notices()}'
        return output

    def assert_untouched(self, server, command, *notice, environment=None):
        """The same output and the same connections with and without the library, which says that it stands down."""
        expected = self.bare(command, environment=environment)
        before = server.completed()
        assert before > 0, f'no connection came about without the library:\n{expected}'
        output = self.preloaded(command, environment=environment)
        assert output == expected, f'without the library:\n{expected}\nwith it:\n{output}'
        assert server.completed() == 2 * before, f'{before} connections without the library, not as many with it'
        assert not self.handshakes(), f'judged: {self.handshakes()}'
        said = self.notices()
        assert len(said) == 1 and all(part in said[0] for part in notice), f'notices: {said}'
