"""Policies that not everybody can read, or that anybody can write, and where it is told."""
import contextlib
import itertools
import json
import os
import re
import socket
import subprocess
import time

import checks
from checks import NOBODY
from patience import HANG_SECONDS
from run import Row, facts_of
from runner import Unavailable

# A journal of the row's own, and what was done to the policy before the program starts.
PREPARE = '''
mount --bind "$1/run" /run
. "$1/prepare"
'''


def readable_trust(setting, policy):
    return f'trust = {setting.directory}/pki/ca.pem\n{policy}'


class Host(checks.System):
    """A system policy, prepared by shell commands, and a journal that keeps what it is told."""

    def __init__(self, setting, policy, prepare=':', own_trust=False, program='surroundings'):
        super().__init__(setting, policy if own_trust else readable_trust(setting, policy), program)
        journal = setting.directory / 'run' / 'systemd' / 'journal'
        journal.mkdir(parents=True)
        (setting.directory / 'prepare').write_text(prepare + '\n')
        self.journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.journal.bind(str(journal / 'socket'))
        (journal / 'socket').chmod(0o666)

    def told(self):
        """The messages of notices in the journal."""
        lines = []
        with contextlib.suppress(BlockingIOError):
            while True:
                lines.append(self.journal.recv(65536, socket.MSG_DONTWAIT).decode())
        events = [json.loads(re.match('MESSAGE=(.*)', line)[1]) for line in lines]
        return [event['tlsward.message'] for event in events if event['event.action'] == 'tlsward-notice']

    def run_as(self, wrapper, leaf, environment=None, way='plain', stderr=subprocess.PIPE):
        self.program.chmod(0o755)
        script = checks.NAMESPACE.replace('shift\n', PREPARE + 'shift\n')
        command = ['unshare', '-m', 'sh', '-c', script, 'sh', self.setting.directory, *wrapper, self.program,
                   *([way] if way else []), leaf]
        variables = {'PATH': os.environ['PATH'], 'PKI': str(self.setting.directory / 'pki'), **(environment or {})}
        done = subprocess.run(command, env=variables, stdout=subprocess.PIPE, stderr=stderr, text=True, check=False,
                              timeout=HANG_SECONDS)
        if 'unshare failed' in (done.stderr or ''):
            raise Unavailable('no user namespaces here')
        assert done.returncode == 0, done
        return facts_of(done.stdout)


USER = ['setpriv', f'--reuid={NOBODY - 1}', f'--regid={NOBODY - 1}', '--clear-groups']
WHO = {
    'root': [],
    'a user': USER,
    'a user in a namespace that knows nobody else': [*USER, 'unshare', '--map-current-user'],
    'a user in a namespace without any user': [*USER, 'unshare', '--user'],
    'a user who is root in his namespace': [*USER, 'unshare', '--map-root-user'],
}


def host_row(policy, prepare, who, leaf, connected, told=None, environment=None):
    """`told`: what the journal holds once; None: nothing."""
    def check(setting):
        host = Host(setting, policy, prepare)
        facts = host.run_as(WHO[who], leaf, environment)
        assert facts['connected'] == connected, facts
        messages = host.told()
        if told is None:
            assert not messages, messages
            events = [json.loads(line) for line in setting.log.read_text().splitlines()]
            assert any(event['event.action'] == 'tls-handshake' for event in events), events
        else:
            assert messages and len(set(messages)) == len(messages), messages
            assert all(told in message for message in messages), messages
    return check


def tells_its_user(who, user):
    """In the event, by the numbers that the host has for him and his group."""
    def check(setting):
        host = Host(setting, '')
        assert host.run_as(WHO[who], 'wrong-host')['connected'] == '-1', 'the library was not active'
        checks.assert_members({'user.id': user, 'user.group.id': user}, setting.events()[-1], 'event')
    return check


def dpkg_in_a_namespace(prepare, connected):
    """A user's copy of the program under a name of the deny-list, where the user is root in his namespace."""
    def check(setting):
        host = Host(setting, '', prepare)
        host.program = host.program.rename(setting.directory / 'dpkg')
        os.chown(host.program, NOBODY - 1, NOBODY - 1)
        assert host.run_as(WHO['a user'], 'wrong-host')['connected'] == '-1', 'the library was not active'
        assert host.run_as(WHO['a user who is root in his namespace'], 'wrong-host')['connected'] == connected
    return check


# Its root, who is some user of the host, has an /etc in a file system of his own.
CONTAINER = '''set -e
mount -t tmpfs none /mnt
mkdir -p /mnt/etc/tlsward
cp /etc/ld.so.preload /etc/ld.so.cache /etc/hosts /etc/nsswitch.conf /mnt/etc
cp "$1/container.conf" /mnt/etc/tlsward/policy.conf
$2
mount --bind /mnt/etc /etc
shift 2
exec "$@"
'''


def container_row(policy, host_policy, prepare, leaf, connected, action=None):
    """What the policy of a container does there, whatever the host's says; where it is not judged no event is written."""
    def check(setting):
        host = Host(setting, host_policy)
        directory = setting.directory
        (directory / 'container.conf').write_text(f'[policy]\nmode = {policy}\ntrust = {directory}/pki/ca.pem\n'
                                                  f'log = file:{directory}/container-events\n')
        wrapper = [*USER, 'unshare', '-Urm', 'sh', '-c', CONTAINER.replace('$2', prepare), 'sh', directory, '-']
        assert host.run_as(wrapper, leaf)['connected'] == connected
        found = directory / 'container-events'
        events = [json.loads(line) for line in found.read_text().splitlines()] if found.exists() else []
        actions = [event['tlsward.action'] for event in events if event['event.action'] == 'tls-handshake']
        assert actions == ([action] if action else []), events
        assert not setting.events(), 'the policy of the host was in force'
    return check


def rule(mode, matcher, setting):
    return f'mode = {mode}\n[rule a]\n{matcher}\n{setting}\nowner = o\nreason = r\nexpires = 2099-12-31'


WEAKENS_FOR_ROOT = rule('enforce', 'user = root', 'verify = none')
TIGHTENS_FOR_THE_USER = rule('audit', f'user = {NOBODY - 1}', 'mode = enforce')
# As in a container, whose root is some user of the host.
OF_ITS_ROOT = f'chown -R {NOBODY - 1} /etc/tlsward'
HIDDEN = 'chmod 600 /etc/tlsward/policy.conf'
CLOSED = 'chmod 700 /etc/tlsward'
OPEN = 'chmod 666 /etc/tlsward/policy.conf'
NOT_READ = 'the policy cannot be read: Permission denied'
WRITABLE = 'policy.conf: the policy cannot be used: others than its owner can write it'


def user_env(setting, policy, owner):
    """A user's own policy, and what he runs with it."""
    if os.geteuid() != 0:
        raise Unavailable('only root may give files away')
    system = checks.System(setting, readable_trust(setting, policy))
    os.chown(setting.policy, owner, owner)
    return system


def under_fakeroot(policy, leaf, connected):
    """There the C library's getuid says 0, and the policy's owner is the user."""
    def check(setting):
        system = user_env(setting, policy, NOBODY - 1)
        variables = {'PATH': os.environ['PATH'], 'PKI': str(setting.directory / 'pki'),
                     'TLSWARD_POLICY': str(setting.policy), 'LD_PRELOAD': str(setting.directory / 'libtlsward.so')}
        id_there, program = (subprocess.run([*USER, 'fakeroot', *command], env=variables, capture_output=True, text=True,
                                            check=True, timeout=HANG_SECONDS).stdout
                             for command in (['id', '-u'], [system.program, 'plain', leaf]))
        assert id_there == '0\n', id_there
        assert facts_of(program)['connected'] == connected, program
        assert setting.events(), 'the library was not active'
    return check


def keeps_what_was_read(change, policy, leaf, connected):
    """A running process of a user's, whose policy is changed so that he cannot read it, or others can write it."""
    def check(setting):
        system = user_env(setting, policy, 0)
        system.program.chmod(0o755)
        variables = {'PATH': os.environ['PATH'], 'PKI': str(setting.directory / 'pki'),
                     'TLSWARD_POLICY': str(setting.policy), 'LD_PRELOAD': str(setting.directory / 'libtlsward.so')}
        with subprocess.Popen([*USER, system.program, 'on-demand', leaf], env=variables, text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            def handshake():
                process.stdin.write('\n')
                process.stdin.flush()
                lines = itertools.takewhile(lambda line: line not in ('done\n', ''), iter(process.stdout.readline, None))
                return facts_of(''.join(lines))['connected']

            assert handshake() == connected, 'before'
            change(setting.policy)
            time.sleep(2.1)  # it is looked for once a second
            assert handshake() == connected, 'what was in force does not stay'
    return check


def switched_off(prepare, who):
    def check(setting):
        host = Host(setting, '', prepare)
        facts = host.run_as(WHO[who], 'wrong-host')
        assert facts['connected'] == '1' and not setting.log.exists() and not host.told(), facts
        (setting.directory / 'prepare').write_text('rm -f /etc/tlsward/off\n')
        assert host.run_as(WHO[who], 'wrong-host')['connected'] == '-1', 'the library was not active'
    return check


def to_audit_for_all(path):
    path.write_text(path.read_text().replace('mode = enforce', 'mode = audit'))
    path.chmod(0o666)


ROWS = [
    ('of mode 0600: a user has the built-in audit, told once in the journal',
     host_row('', HIDDEN, 'a user', 'wrong-host', '1', NOT_READ)),
    ('of mode 0600: a good peer of a user is not blocked', host_row('', HIDDEN, 'a user', 'good', '1', NOT_READ)),
    ('of mode 0600: root is held to it', host_row('', HIDDEN, 'root', 'wrong-host', '-1')),
    ('of mode 0600: a user cannot switch the rest off with his environment',
     host_row('', HIDDEN + '; printf "[policy]\\nmode = enforce\\n" > /etc/tlsward/policy.d/a.conf', 'a user', 'wrong-host',
              '-1', NOT_READ, {'TLSWARD_MODE': 'off', 'TLSWARD_OFF': '1'})),
    ('in a directory of mode 0700: a user has the built-in audit',
     host_row('', CLOSED, 'a user', 'wrong-host', '1', NOT_READ)),
    ("in a user namespace: root's audit does not block a good peer",
     host_row('mode = audit', ':', 'a user in a namespace that knows nobody else', 'good', '1')),
    ("in a user namespace: root's enforcement holds",
     host_row('', ':', 'a user in a namespace that knows nobody else', 'wrong-host', '-1')),
    ("in a user namespace: root's enforcement does not block a good peer",
     host_row('', ':', 'a user in a namespace that knows nobody else', 'good', '1')),
    ("in a user namespace where the user is root: root's audit does not block a good peer",
     host_row('mode = audit', ':', 'a user who is root in his namespace', 'good', '1')),
    ("in a user namespace where the user is root: root's enforcement holds",
     host_row('', ':', 'a user who is root in his namespace', 'wrong-host', '-1')),
    ("in a user namespace where the user is root: a rule that weakens for root does not reach him",
     host_row(WEAKENS_FOR_ROOT, ':', 'a user who is root in his namespace', 'wrong-host', '-1')),
    ('outside of any: a rule that weakens for root reaches root', host_row(WEAKENS_FOR_ROOT, ':', 'root', 'wrong-host', '1')),
    ("in a user namespace where the user is root: a rule that tightens for the user still does",
     host_row(TIGHTENS_FOR_THE_USER, ':', 'a user who is root in his namespace', 'wrong-host', '-1')),
    ("in a user namespace without any user: a rule that tightens for the user still does",
     host_row(TIGHTENS_FOR_THE_USER, ':', 'a user in a namespace without any user', 'wrong-host', '-1')),
    ("outside of any: a rule that tightens for the user leaves root alone",
     host_row(TIGHTENS_FOR_THE_USER, ':', 'root', 'wrong-host', '1')),
    ("in a user namespace where the user is root: holds for his copy of a program of the deny-list",
     dpkg_in_a_namespace(':', '-1')),
    ("of the root of a user namespace enforces there", host_row('', OF_ITS_ROOT, 'a user who is root in his namespace',
                                                                'wrong-host', '-1')),
    ("of the root of a user namespace leaves that root's programs of the deny-list alone",
     dpkg_in_a_namespace(OF_ITS_ROOT, '1')),
    ('that anybody can write and that says audit does not block',
     host_row('mode = audit', OPEN, 'a user', 'good', '1', WRITABLE)),
    ('that anybody can write and that says enforce blocks', host_row('', OPEN, 'a user', 'good', '-1', WRITABLE)),
    ('under fakeroot: the ids are the kernel\'s, so that the user\'s own counts', under_fakeroot('', 'good', '1')),
    ('under fakeroot: the user\'s own enforces', under_fakeroot('', 'wrong-host', '-1')),
    ('that a running process can no longer read stays in force',
     keeps_what_was_read(lambda path: path.chmod(0o600), '', 'wrong-host', '-1')),
    ('that others can write from now on does not replace the good one',
     keeps_what_was_read(to_audit_for_all, '', 'wrong-host', '-1')),
    ('is switched off by the kill switch for a user, too', switched_off('touch /etc/tlsward/off', 'a user')),
    ('is switched off by a kill switch that a user may not read', switched_off('umask 077; touch /etc/tlsward/off', 'a user')),
    ('in audit that a running process can no longer read blocks nothing',
     keeps_what_was_read(lambda path: path.chmod(0o600), 'mode = audit', 'good', '1')),
]


CONTAINERS = [
    ('enforces where the host says audit', container_row('enforce', 'mode = audit', ':', 'wrong-host', '-1', 'blocked')),
    ('lets a good peer pass', container_row('enforce', 'mode = audit', ':', 'good', '1', 'allowed')),
    ('enforces where the host says off', container_row('enforce', 'mode = off', ':', 'wrong-host', '-1', 'blocked')),
    ('is what its root is held to where the host enforces',
     container_row('audit', '', ':', 'wrong-host', '1', 'would-block')),
    ('is switched off by its own kill switch', container_row('enforce', '', 'touch /mnt/etc/tlsward/off', 'wrong-host', '1')),
    ('of which others than its root can write is refused, and blocks where it says enforce',
     container_row('enforce', 'mode = audit', 'chmod 666 /mnt/etc/tlsward/policy.conf', 'wrong-host', '-1')),
]


def rows():
    for name, check in CONTAINERS:
        yield Row(f'container: the policy that its root installs {name}', [], check=check)
    for name, check in ROWS:
        yield Row(f'unread: a policy {name}', [], check=check)
    for who, user in ('root', '0'), ('a user', str(NOBODY - 1)):
        yield Row(f'identity: the event of a program of {"root" if user == "0" else "another user"} tells whose it is', [],
                  check=tells_its_user(who, user))
