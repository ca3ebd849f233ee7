"""Rows that are more than one run of a program: the library's file, files that change, a system policy."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import sys
import time

from patience import HANG_SECONDS
from run import assert_members, facts_of
from pins import pin_of
from runner import Unavailable

NOBODY = 65534
NO_LEAK_SEARCH = {'ASAN_OPTIONS': 'detect_leaks=0'}


def lines_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def released_file(check):
    """For what a sanitizer adds to the library and a release does not have."""
    def checked(setting):
        if setting.runtime:
            raise Unavailable('a sanitizer adds to the library')
        check(setting)
    return checked


@released_file
def exports_only_hooks(setting):
    tables = (pathlib.Path(__file__).parents[2] / 'shim').glob('*/*hooks.def')
    hooks = {name for table in tables
             for name in re.findall(r'^(?:[A-Z]+_)?HOOK\([^,]+?,\s*(\w+),', table.read_text(), re.M)}
    found = {line.split()[-1] for line in lines_of('nm', '-D', '--defined-only', setting.library)}
    assert found == hooks, f'exported but no hook: {found - hooks}, not exported: {hooks - found}'


@released_file
def needs_only_libc(setting):
    needed = [line for line in lines_of('readelf', '-dW', setting.library) if '(NEEDED)' in line]
    assert len(needed) == 1 and '[libc.so.6]' in needed[0], needed


def has_no_versions(setting):
    assert not [line for line in lines_of('readelf', '-VW', setting.library) if 'version definition' in line.lower()]


@released_file
def imports_nothing_new(setting):
    versions = re.findall(r'GLIBC_2\.(\d+)', '\n'.join(lines_of('readelf', '-VW', setting.library)))
    assert versions and max(map(int, versions)) <= 17, f'GLIBC_2.{max(map(int, versions))}'


def has_hard_segments(setting):
    segments = lines_of('readelf', '-lW', setting.library)
    assert any('GNU_RELRO' in line for line in segments), 'no RELRO'
    stack = [line for line in segments if 'GNU_STACK' in line]
    assert stack and ' RWE ' not in stack[0], f'executable stack: {stack}'
    dynamic = '\n'.join(lines_of('readelf', '-dW', setting.library))
    assert 'TEXTREL' not in dynamic, 'text relocations'


def hashed_directory_row(policy):
    """There each look-up ends at a file that does not exist, which changes errno."""
    def check(setting):
        directory = setting.directory / 'hashed'
        directory.mkdir()
        shutil.copy(setting.pki / 'ca.pem', directory)
        subprocess.run(['openssl', 'rehash', directory], check=True)
        setting.write_policy(f'{policy}\ntrust = {directory}')
        command = ['state', 'memory-handshake', 'good']
        facts = facts_of(setting.run(command))
        assert_members({'returned': '1', 'changed': '0'}, facts, 'program')
        assert facts == facts_of(setting.run(command, preload=False))
        assert_members({'tlsward.outcome': 'verified-by-policy'}, setting_events(setting)[-1], 'event')
    return check


def unreadable_anchor_row(policy):
    """The CA's certificate again, with a number of unused bits of its signature that no BIT STRING has."""
    def check(setting):
        der = bytearray(ssl.PEM_cert_to_DER_cert((setting.pki / 'ca.pem').read_text()))
        der[der.rindex(b'\x00\x30')] = 9
        broken = setting.directory / 'broken.pem'
        broken.write_text(ssl.DER_cert_to_PEM_cert(bytes(der)))
        setting.write_policy(f'{policy}\ntrust = {broken}\ntrust = {setting.pki / "ca.pem"}')
        facts = facts_of(setting.run(['state', 'first-handshake', 'wrong-host']))
        assert_members({'returned': '-1'}, facts, 'program')
        assert re.fullmatch(' 20/134/tlsward: blocked by [^/]*', facts['queue']), facts['queue']
        notices = [event['tlsward.message'] for event in setting_events(setting, 'tlsward-notice')]
        assert any('cannot be read by libcrypto' in notice for notice in notices), notices
    return check


def anchor_taken_away_row(kind):
    """The policy's file then holds another CA than the one the session's chain led to."""
    def check(setting):
        trust, other = setting.directory / 'trust.pem', setting.directory / 'other.pem'
        shutil.copy(setting.pki / 'ca.pem', trust)
        shutil.copy(setting.pki / 'other-ca.pem', other)
        setting.write_policy(f'trust = {trust}')
        facts = facts_of(setting.run(['sessions', 'anchor-taken-away', kind, 'good'],
                                     environment={'TRUST': str(trust), 'OTHER_TRUST': str(other)}))
        assert_members({'refused': '1'}, facts, 'program')
        assert_members({'tlsward.reason': 'certificate-not-trusted'}, setting_events(setting)[-1], 'event')
    return check


def renegotiation_row(way, leaf, first, then, facts, *events):
    """The policy is another one when the connection is negotiated anew."""
    def check(setting):
        setting.write_policy(then)
        following = setting.policy.rename(setting.directory / 'next.conf')
        setting.write_policy(first)
        output = setting.run(['renegotiation', way, leaf],
                             environment={'NEXT': str(following), 'POLICY': str(setting.policy)})
        assert_members(facts, facts_of(output), 'program')
        found = setting_events(setting)
        assert len(found) == len(events), found
        for expected, event in zip(events, found):
            assert_members(expected, event, 'event')
    return check


def refused_name_row(way, is_said):
    """The server ends the handshake for its SNI, before there is a certificate to judge."""
    def check(setting):
        setting.write_policy()
        facts = facts_of(setting.run(['names', way, 'good']))
        assert_members({'connected': '-1', 'reason': 'tlsv1 unrecognized name', 'received': '0'}, facts, 'program')
        assert len(setting_events(setting)) == 1, 'the library was not active in the handshake that followed'
        notices = [event['tlsward.message'] for event in setting.events('tlsward-notice')]
        said = [notice for notice in notices if 'refused the name localhost (unrecognized_name)' in notice]
        assert len(said) == is_said, notices
    return check


def leaf_as_anchor(setting):
    setting.write_policy(f'trust-mode = extend\ntrust = {setting.pki / "unknown-ca.pem"}')
    facts = facts_of(setting.run(['trust', 'careful', 'unknown-ca']))
    assert_members({'connected': '1', 'result': '0', 'seen': ' 1/0/0'}, facts, 'program')
    assert_members({'tlsward.action': 'allowed'}, setting_events(setting)[-1], 'event')


def program_directory(setting):
    hashed = setting.directory / 'hashed'
    hashed.mkdir()
    shutil.copy(setting.pki / 'program-ca.pem', hashed)
    subprocess.run(['openssl', 'rehash', hashed], check=True)
    assert_members({'connected': '1'}, facts_of(setting.run(['anchors', 'by-directory', 'program-ca-leaf'])), 'program')
    assert_members({'tlsward.outcome': 'verified'}, setting_events(setting)[-1], 'event')


def held_of_directory(setting):
    hashed = setting.directory / 'hashed'
    hashed.mkdir()
    for name in 'program-ca', 'other-ca':
        shutil.copy(setting.pki / f'{name}.pem', hashed)
    subprocess.run(['openssl', 'rehash', hashed], check=True)
    setting.write_policy('mode = audit')
    command = ['anchors', 'held-of-directory', 'program-ca-leaf', 'other-ca']
    assert_members({'connected': '1', 'held': '1'}, facts_of(setting.run(command)), 'program')
    assert_members({'tlsward.outcome': 'verified'}, setting_events(setting)[-1], 'event')


def pinned_elsewhere(setting):
    setting.write_policy(f'''
[rule printer]
destination = printer.test
verify = none
pin = {pin_of(setting.pki / 'self-signed.pem')}
owner = test
reason = test
expires = 2099-01-01
''')
    facts = facts_of(setting.run(['anchors', 'pinned-elsewhere', 'self-signed']))
    assert_members({'connected': '-1'}, facts, 'program')
    events = setting_events(setting)
    assert_members({'tlsward.action': 'allowed'}, events[0], 'first event')
    assert_members({'tlsward.action': 'blocked', 'tlsward.reason': 'certificate-not-trusted'}, events[-1], 'last event')


def library_context_row(source, pinned):
    """All that the policy asks of libcrypto, in a program whose default library context has no algorithms."""
    def check(setting):
        if source == 'hashed':
            (setting.directory / 'hashed').mkdir()
            shutil.copy(setting.pki / 'ca.pem', setting.directory / 'hashed')
            subprocess.run(['openssl', 'rehash', setting.directory / 'hashed'], check=True)
        trust = setting.directory / 'hashed' if source == 'hashed' else setting.pki / source
        pin = f'\npin = {pin_of(setting.pki / "good.pem")}' if pinned else ''
        setting.write_policy(f'trust = {trust}{pin}')
        assert_members({'connected': '1'}, facts_of(setting.run(['library_context', 'good'])), 'program')
        event = setting_events(setting)[-1]
        assert_members({'tlsward.outcome': 'verified-by-policy'}, event, 'event')
        assert event.get('tls.server.hash.sha256') and event.get('tlsward.public_key_pin'), event
    return check


def invalid_policy(setting):
    setting.write_policy('bogus-key = 1')
    facts = facts_of(setting.run(['surroundings', 'plain', 'good']))
    assert_members({'connected': '-1', 'received': '0', 'explained': '1'}, facts, 'program')
    assert_members({'tlsward.reason': 'policy-invalid', 'tlsward.action': 'blocked'}, setting_events(setting)[-1],
                   'event')


def setting_events(setting, action='tls-handshake'):
    events = setting.events(action)
    assert events, f'no {action} event was written'
    return events


def invalid_policy_is_told(setting):
    setting.write_policy('bogus-key = 1')
    setting.run(['surroundings', 'plain', 'good'])
    message = setting_events(setting, 'tlsward-notice')[0]['tlsward.message']
    line = 1 + setting.policy.read_text().splitlines().index('bogus-key = 1')
    assert f'{setting.policy}:{line}:' in message and 'bogus-key' in message, message


class OnDemand:
    """A program that makes one handshake whenever it is asked to. A policy that is replaced is kept on purpose."""

    def __init__(self, setting, leaf):
        self.process = subprocess.Popen(setting.program(['surroundings', 'on-demand', leaf]), text=True,
                                        env={**setting.environment(), **NO_LEAK_SEARCH}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.read()
        self.process.stdout.close()
        assert self.process.wait(timeout=HANG_SECONDS) == 0

    def handshake(self):
        self.process.stdin.write('\n')
        self.process.stdin.flush()
        lines = iter(self.process.stdout.readline, 'done\n')
        return facts_of(''.join(lines))['connected'] == '1'

    def comes_to(self, wanted):
        """Whether a handshake ends in what is wanted, sooner or later."""
        return self.within(HANG_SECONDS, wanted)

    def stays_at(self, connected):
        """Whether all handshakes end so for longer than the library takes to look at its files again."""
        return not self.within(2.5, not connected)

    def within(self, seconds, wanted):
        end = time.monotonic() + seconds
        while (connected := self.handshake()) != wanted and time.monotonic() < end:
            time.sleep(0.1)
        return connected == wanted


def replace(path, text):
    fresh = path.with_suffix('.new')
    fresh.write_text(text)
    fresh.rename(path)


def looks_later(decision, look, expected):
    """The event goes out before the program looks; what it looks at follows in updates with the same id."""
    def check(setting):
        setting.write_policy('mode = audit')
        assert_members({'connected': '1', 'events': '1'}, facts_of(setting.run(['evidence', decision, look])), 'program')
        event = setting_events(setting)[0]
        assert 'tlsward.app_checked_later' not in event, event
        updates = setting.events('tls-handshake-update')
        assert {update['event.id'] for update in updates} <= {event['event.id']}, (event, updates)
        assert [update['tlsward.app_checked_later'] for update in updates] == expected, updates
    return check


def decided_in(decision, function):
    """The call site leads to the function of the program that decided, by its build id and debugging information."""
    def check(setting):
        setting.write_policy('mode = audit')
        setting.run(['evidence', decision, 'never'])
        site = setting_events(setting)[0]['tlsward.call_site']
        name, offset, build_id = re.fullmatch(r'(.*)\+0x([0-9a-f]+) \(([0-9a-f]+)\)', site).groups()
        program = setting.program(['evidence'])[0]
        assert name == 'program' and f'Build ID: {build_id}' in '\n'.join(lines_of('readelf', '-nW', program)), site
        found, line = lines_of('addr2line', '-f', '-e', program, hex(int(offset, 16) - 1))  # of the call itself
        assert found == function and 'evidence.c:' in line, (found, line)
    return check


def trust_file_replaced(setting):
    trust = setting.directory / 'trust.pem'
    trust.write_text((setting.pki / 'ca.pem').read_text())
    setting.write_policy(f'trust = {trust}')
    with OnDemand(setting, 'unknown-ca') as program:
        assert not program.handshake()
        replace(trust, trust.read_text() + (setting.pki / 'other-ca.pem').read_text())
        assert program.comes_to(True), 'the new CA was not picked up'


def policy_replaced(setting):
    setting.write_policy('mode = audit')
    with OnDemand(setting, 'wrong-host') as program:
        assert program.handshake()
        enforcing = setting.policy.read_text().replace('mode = audit', 'mode = enforce')
        replace(setting.policy, enforcing)
        assert program.comes_to(False), 'the new policy was not picked up'


def policy_removed(setting):
    with OnDemand(setting, 'good') as program:
        assert program.handshake()
        setting.policy.unlink()
        assert program.stays_at(True), 'what was read before is no longer in force'


def policy_emptied(setting):
    """As every editor and `>` leave it until it is written."""
    setting.write_policy('')
    text = setting.policy.read_text()
    with OnDemand(setting, 'wrong-host') as program:
        assert not program.handshake()
        setting.policy.write_text('')
        assert program.stays_at(False), 'what was read before is no longer in force'
        setting.policy.write_text(text.replace('mode = enforce', 'mode = audit'))
        assert program.comes_to(True), 'what was written then is not followed'


def trust_file_missing(setting):
    setting.write_policy(f'trust = {setting.directory}/nowhere.pem')
    facts = facts_of(setting.run(['surroundings', 'plain', 'good']))
    assert_members({'connected': '-1', 'received': '0', 'explained': '1'}, facts, 'program')
    assert_members({'tlsward.reason': 'trust-store-missing'}, setting_events(setting)[-1], 'event')
    assert setting_events(setting, 'tlsward-notice')


def is_inactive(setting, output):
    assert facts_of(output)['connected'] == '1', output
    assert not setting.log.exists(), setting.log.read_text()


def kill_switch_environment(setting):
    is_inactive(setting, setting.run(['surroundings', 'plain', 'wrong-host'], environment={'TLSWARD_OFF': '1'}))


# As what a desktop mounts for its user, whose file system says what belongs to whom.
MOUNTED_NOSUID = ('unshare', '-m', 'sh', '-c',
                  'mount --bind . . && mount -o remount,bind,nosuid "$PWD" && cd "$PWD" && exec "$@"', 'sh')


def run_as_dpkg(setting, owner, through=()):
    if os.geteuid() != 0:
        raise Unavailable('only root may give files away')
    program = setting.directory / 'dpkg'
    shutil.copy(setting.build / 'behaviour' / 'surroundings', program)
    os.chown(program, owner, owner)
    return subprocess.run([*through, program, 'plain', 'wrong-host'], env=setting.environment(), capture_output=True,
                          text=True, check=True, cwd=setting.directory).stdout


def deny_list(setting):
    is_inactive(setting, run_as_dpkg(setting, 0))


def deny_list_copy(setting):
    assert_members({'connected': '-1', 'explained': '1'}, facts_of(run_as_dpkg(setting, NOBODY)), 'program')


def deny_list_mounted(setting):
    assert_members({'connected': '-1', 'explained': '1'}, facts_of(run_as_dpkg(setting, 0, MOUNTED_NOSUID)), 'program')


# No system call opens the file of a socket.
WITHOUT_PASSWD = ('unshare', '-m', 'sh', '-c', f'{sys.executable} -c "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])" '
                  '$0 && mount --bind $0 /etc/passwd && rm $0 && exec "$@"')
WITHOUT_PROC = ('unshare', '-m', 'sh', '-c', 'umount -l /proc && exec "$@"', 'sh')

# The program's path is one in a file system that nobody has any more.
UNMOUNTED = ('unshare', '-m', 'sh', '-c', '''m=$(mktemp -d) && mount -t tmpfs none $m && mkdir -p "$m${1%/*}" && cp "$1" "$m$1" &&
exec 9< "$m$1" && umount -l $m && rmdir $m && shift && exec /proc/self/fd/9 "$@"''', 'sh')


def interpreter_of(program):
    """The dynamic loader that the program asks for."""
    return re.search(r'interpreter: (.+?)\]', '\n'.join(lines_of('readelf', '-lW', program)))[1]


def identity_row(rule, blocked, way='plain', through=None):
    """
    What a rule does to the program `identity` and a server with the wrong name. The program is PROGRAM in the rule,
    and LINK a link to it; `through` runs it: "link", "loader" or the words before it.
    """
    def check(setting):
        if setting.runtime and through == WITHOUT_PROC:
            raise Unavailable('a sanitizer wants /proc')
        program = setting.program(['identity'])[0]
        link = setting.directory / 'link'
        link.symlink_to(program)
        before = {'link': [link], 'loader': [interpreter_of(program), program],
                  WITHOUT_PASSWD: [*WITHOUT_PASSWD, setting.directory / 'socket', program],
                  }.get(through, [*(through or ()), program])
        if way.endswith('nobody') or through in (WITHOUT_PROC, WITHOUT_PASSWD, UNMOUNTED):
            if os.geteuid() != 0 or subprocess.run([*WITHOUT_PROC, 'true'], check=False, capture_output=True).returncode:
                raise Unavailable('it takes root, and a mount namespace')
        setting.directory.chmod(0o777)
        setting.write_policy(rule.replace('PROGRAM', str(os.path.realpath(program))).replace('LINK', str(link)))
        done = subprocess.run([*before, way, 'wrong-host'], env={**setting.environment(), **NO_LEAK_SEARCH},
                              capture_output=True, text=True, timeout=HANG_SECONDS, check=False)
        assert done.returncode == 0, done
        assert_members({'connected': '-1' if blocked else '1', 'explained': '1' if blocked else '0'},
                       facts_of(done.stdout), 'program')
        assert_members({'tlsward.action': 'blocked' if blocked else 'would-block'}, setting_events(setting)[-1], 'event')
    return check


def short_of_descriptors(setting):
    """
    The program loads libssl late, so that the policy is first read while there are no descriptors. The built-in audit
    holds then, and once the policy was read it holds, whatever there is.
    """
    program = pathlib.Path(__file__).parent / 'programs' / 'short_of_descriptors.py'
    setting.write_policy()
    done = subprocess.run([sys.executable, program], env={**setting.environment(), **NO_LEAK_SEARCH},
                          capture_output=True, text=True, check=False, timeout=HANG_SECONDS)
    assert_members({'first': 'connected', 'later': 'blocked', 'changed': 'blocked'}, facts_of(done.stdout),
                   done.stderr)
    assert_members({'tlsward.action': 'blocked'}, setting_events(setting)[-1], 'event')


# Within a mount namespace of its own, /etc has a layer that preloads the library and carries a system policy. What is
# written there is gone with the namespace.
NAMESPACE = '''set -e
mount --make-rprivate /
mkdir -p "$1/etc"
mount -t tmpfs none "$1/etc"
mkdir -m 755 "$1/etc/upper" "$1/etc/work"
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$1/etc/upper,workdir=$1/etc/work" /etc
mkdir -p /etc/tlsward/policy.d
cp "$1/policy.conf" /etc/tlsward/policy.conf
[ ! -e "$1/off" ] || touch /etc/tlsward/off
echo "$1/libtlsward.so" > /etc/ld.so.preload
shift
exec "$@"
'''


class System:
    """A copy of the program and the library where another user can reach them, under a system policy."""

    def __init__(self, setting, policy, program='surroundings'):
        if os.geteuid() != 0 or subprocess.run(['unshare', '-m', 'true'], check=False).returncode != 0:
            raise Unavailable('it takes root, and a root directory that is a mount point, to keep mounts of /etc to ourselves')
        if setting.runtime:
            raise Unavailable('a sanitizer must come before /etc/ld.so.preload')
        self.setting = setting
        setting.write_policy(policy)
        setting.directory.chmod(0o777)
        shutil.copy(setting.library, setting.directory)
        self.program = setting.directory / program
        shutil.copy(setting.build / 'behaviour' / program, self.program)
        shutil.copytree(setting.pki, setting.directory / 'pki').chmod(0o755)
        for path in (setting.directory / 'pki').iterdir():
            path.chmod(0o644)

    def run(self, environment, setuid=False, way='plain', leaf='wrong-host'):
        self.program.chmod(0o4755 if setuid else 0o755)
        user = ['setpriv', f'--reuid={NOBODY}', '--clear-groups'] if setuid else []
        return facts_of(self.run_command([*user, self.program, way, leaf], environment))

    def run_command(self, command, environment=()):
        variables = {'PATH': os.environ['PATH'], 'PKI': str(self.setting.directory / 'pki'), **dict(environment)}
        done = subprocess.run(['unshare', '-m', 'sh', '-c', NAMESPACE, 'sh', self.setting.directory, *command],
                              env=variables, capture_output=True, text=True, check=False, timeout=HANG_SECONDS,
                              cwd=self.setting.directory)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def system_row(policy, environment, blocked, setuid=False, kill_switch=False, way='plain', leaf='wrong-host'):
    """What a system policy and an environment do to a server, by default one with the wrong name."""
    def check(setting):
        system = System(setting, policy)
        loose = setting.directory / 'loose.conf'
        loose.write_text('[policy]\nmode = off\n')
        if kill_switch:
            (setting.directory / 'off').touch()
        places = {'LOOSE': str(loose), 'PKI': str(setting.directory / 'pki')}
        variables = {name: re.sub('LOOSE|PKI', lambda place: places[place[0]], value)
                     for name, value in environment.items()}
        facts = system.run(variables, setuid, way, leaf)
        assert facts['connected'] == ('-1' if blocked else '1'), facts
        assert facts['explained'] == ('1' if blocked else '0'), facts
        if kill_switch:
            assert not setting.log.exists(), setting.log.read_text()
        elif 'TLSWARD_OFF' not in environment or blocked:
            events = [json.loads(line) for line in setting.log.read_text().splitlines()]
            assert any(event['event.action'] == 'tls-handshake' for event in events), events
    return check


def switched_on_the_way(way, leaf, **expect):
    """Handshakes that are under way when the kill switch is touched or taken away are left alone to their end."""
    def check(setting):
        system = System(setting, '')
        assert system.run({})['connected'] == '-1', 'the library was not active'
        assert_members({'connected': '1', 'reply': 'pong', **expect}, system.run({}, way=way, leaf=leaf), 'program')
    return check


@contextlib.contextmanager
def good_and_bad_server(setting, received):
    """Their ports; `received` gets how many bytes of data each was sent."""
    with subprocess.Popen([setting.build / 'behaviour' / 'serves', 'good', 'wrong-host'], text=True,
                          env=setting.environment(preload=False), stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as server:
        yield [server.stdout.readline().strip() for _ in range(2)]
        server.stdin.close()
        received.extend(int(line) for line in server.stdout)


def first_use(where):
    def check(setting):
        received = []
        with good_and_bad_server(setting, received) as ports:
            for start in range(setting.starts):
                facts = facts_of(setting.run(['first_use', where, *ports]))
                assert_members({'passed': '8', 'blocked': '8'}, facts, f'start {start}:')
        # A connection that is blocked after its handshake has told the server so before a byte of data.
        assert received == [4 * 8 * setting.starts, 0], received
        events = setting_events(setting)
        assert len(events) >= 2 * setting.starts, f'{len(events)} events of {setting.starts} processes'
        reasons = {event.get('tlsward.reason') for event in events}
        assert reasons == {None, 'certificate-host-mismatch'}, reasons
    return check


def first_use_under_kill_switch(setting):
    system = System(setting, '')
    (setting.directory / 'off').touch()
    shutil.copy(setting.build / 'behaviour' / 'first_use', setting.directory)
    with good_and_bad_server(setting, []) as ports:
        command = ['sh', '-c', f'for start in $(seq {setting.starts}); do ./first_use unseen "$@" || exit; done', 'sh']
        output = system.run_command([*command, *ports])
    assert output == 'passed=8\nblocked=0\n' * setting.starts, output
    assert not setting.log.exists(), setting.log.read_text()
