"""Rules for a script, a unit or a group: what is certain decides, and what its user chose may only tighten."""
import os
import pathlib
import shutil
import subprocess

import checks
from patience import HANG_SECONDS
from run import Row
from runner import Unavailable

PROGRAM = pathlib.Path(__file__).parent / 'programs' / 'pair.py'
PYTHON = '/usr/bin/python3'
USER, OTHER, GROUP = 65533, 65532, 65531

# What a rule for it does: whether it decides, may tighten, or is none.
YES, PERHAPS, NO = 'yes', 'perhaps', 'no'

IN_GROUP = 'mount --bind "$1" /proc/$$/cgroup; shift; exec "$@"'


def as_user(*options):
    return ['setpriv', f'--reuid={USER}', f'--regid={USER}', *(options or ['--clear-groups'])]


def prepare(directory, owner=0, mode=0o644):
    """x.py in a directory of everybody's, a link to it, scripts that are executed themselves, and a user's python."""
    script = directory / 'x.py'
    script.write_text(f'#!{PYTHON}\n{PROGRAM.read_text()}')
    script.chmod(mode)
    (directory / 'link.py').symlink_to(script)
    (directory / 'run').mkdir()
    shutil.copy(script, directory / 'run' / 'started')
    (directory / 'run' / 'started').chmod(0o755)
    (directory / 'run' / 'by-env').write_text(f'#!/usr/bin/env python3\n{PROGRAM.read_text()}')
    (directory / 'run' / 'by-env').chmod(0o755)
    for name in 'tool', 'perl':
        (directory / 'run' / name).symlink_to(PYTHON)
    shutil.copy(PYTHON, directory / 'run' / 'python3')
    if os.geteuid() == 0:
        os.chown(script, owner, owner)
        os.chown(directory / 'run' / 'python3', USER, USER)


def matcher_row(policy, matcher, command, blocked, control_group=None, told=None, **file):
    def check(setting):
        directory = setting.directory.resolve()
        if setting.runtime:
            raise Unavailable('an interpreter has no sanitizer')
        if os.geteuid() != 0:
            raise Unavailable('it takes root')
        prepare(directory, **file)
        words = [str(word).replace('DIR', str(directory)) for word in command]
        if control_group is not None:
            (directory / 'cgroup').write_text(control_group)
            words = ['unshare', '-m', 'sh', '-c', IN_GROUP, 'sh', directory / 'cgroup', *words]
        directory.chmod(0o777)
        setting.write_policy(policy + matcher.replace('DIR', str(directory)))
        setting.log.touch()
        setting.log.chmod(0o666)
        shutil.copytree(setting.pki, directory / 'pki', dirs_exist_ok=True)
        (directory / 'pki').chmod(0o755)
        for path in (directory / 'pki').iterdir():
            path.chmod(0o644)
        setting.policy.write_text(setting.policy.read_text().replace(str(setting.pki), str(directory / 'pki')))
        library = shutil.copy(setting.library, directory / 'libtlsward.so')
        variables = {**setting.environment(), 'PKI': str(directory / 'pki'), 'LD_PRELOAD': str(library)}
        done = subprocess.run(words, env=variables, cwd=directory, stdin=(directory / 'x.py').open(), text=True,
                              capture_output=True, timeout=HANG_SECONDS, check=False)
        if 'unshare' in done.stderr and done.returncode != 0:
            raise Unavailable('no namespaces here')
        assert (done.returncode, done.stdout.strip()) == (0, 'blocked' if blocked else 'connected'), done
        event = checks.setting_events(setting)[-1]
        assert event['tlsward.action'] == ('blocked' if blocked else 'would-block'), event
        for member, value in (told or {}).items():
            assert event.get(member) == value.replace('DIR', str(directory)), (member, event)
    return check


SCRIPTS = (
    ('that python runs', 'DIR/x.py', [PYTHON, 'DIR/x.py'], YES, {}),
    ('that python runs with options', 'DIR/x.py', [PYTHON, '-I', '-W', 'ignore', 'DIR/x.py'], YES, {}),
    ('by a pattern', '*/x.py', [PYTHON, 'DIR/x.py'], YES, {}),
    ('that is named from where the process started', 'DIR/x.py', [PYTHON, 'x.py'], YES, {}),
    ('that is named from the directory below', 'DIR/x.py', ['sh', '-c', 'cd run; exec python3 ../x.py'], YES, {}),
    ('that begins with #!', 'DIR/run/started', ['DIR/run/started'], YES, {}),
    ('that begins with #!/usr/bin/env', 'DIR/run/by-env', ['run/by-env'], YES, {}),
    ('of a user, who runs it', 'DIR/x.py', [*as_user(), PYTHON, 'DIR/x.py'], YES, {'owner': USER}),
    ("of root's, that a user runs", 'DIR/x.py', [*as_user(), PYTHON, 'DIR/x.py'], YES, {}),
    ('of another user', 'DIR/x.py', [*as_user(), PYTHON, 'DIR/x.py'], PERHAPS, {'owner': OTHER}),
    ('of a user, that root runs', 'DIR/x.py', [PYTHON, 'DIR/x.py'], PERHAPS, {'owner': USER}),
    ('that others may write', 'DIR/x.py', [PYTHON, 'DIR/x.py'], PERHAPS, {'mode': 0o666}),
    ('by a link', 'DIR/link.py', [PYTHON, 'DIR/link.py'], YES, {}),
    ('that a link leads to', 'DIR/x.py', [PYTHON, 'DIR/link.py'], PERHAPS, {}),
    ('by a path that leads back', 'DIR/x.py', [PYTHON, 'DIR/run/../x.py'], PERHAPS, {}),
    ('whose interpreter goes by another name', 'DIR/x.py', ['DIR/run/tool', 'DIR/x.py'], PERHAPS, {}),
    ('whose interpreter goes by the name of another', 'DIR/x.py', ['DIR/run/perl', 'DIR/x.py'], PERHAPS, {}),
    ("of root's, that a user's copy of an interpreter runs", 'DIR/x.py', [*as_user(), 'DIR/run/python3', 'DIR/x.py'],
     PERHAPS, {}),
    ("of a user, that his copy of an interpreter runs", 'DIR/x.py', [*as_user(), 'DIR/run/python3', 'DIR/x.py'], YES,
     {'owner': USER}),
    ("that a user puts in the place of root's, in a user namespace", 'DIR/run/started',
     [*as_user(), 'unshare', '-m', '--map-current-user', 'sh', '-c',
      f'mount --bind DIR/x.py DIR/run/started; exec {PYTHON} DIR/run/started'], PERHAPS, {'owner': USER}),
    ('of a service that gains no privileges', 'DIR/x.py',
     ['unshare', '-m', 'sh', '-c', f'mount -o remount,bind,nosuid /; exec {PYTHON} DIR/x.py'], YES, {}),
    ('that is no other', 'DIR/y.py', [PYTHON, 'DIR/x.py'], NO, {}),
    ('that is an argument of another', 'DIR/run/started', [PYTHON, 'DIR/x.py', 'DIR/run/started'], NO, {}),
    ('by its module', '-m x', [PYTHON, '-m', 'x'], PERHAPS, {}),
    ('that is another module', '-m y', [PYTHON, '-m', 'x'], NO, {}),
    ('given as a command', '-c', [PYTHON, '-c', 'import x'], PERHAPS, {}),
    ('that comes by the standard input', '-', [PYTHON, '-'], PERHAPS, {}),
)

UNITS = (
    ('of the system', 'a.service', '0::/system.slice/a.service\n', [PYTHON, 'x.py'], YES),
    ('by a pattern', '*.service', '0::/system.slice/a.service\n', [PYTHON, 'x.py'], YES),
    ('in a hierarchy of version 1', 'a.service', '4:pids:/b.service\n1:name=systemd:/system.slice/a.service\n0::/\n',
     [PYTHON, 'x.py'], YES),
    ("of a user's manager", 'b.service', '0::/user.slice/user-7.slice/user@7.service/app.slice/b.service\n',
     [PYTHON, 'x.py'], PERHAPS),
    ('below another', 'b.service', '0::/system.slice/a.service/b.service\n', [PYTHON, 'x.py'], NO),
    ('that is no other', 'b.service', '0::/system.slice/a.service\n', [PYTHON, 'x.py'], NO),
    ('of a process outside of all', 'a.service', '0::/docker/0123\n', [PYTHON, 'x.py'], NO),
    ('that a namespace hides', 'a.service', '0::/\n', [PYTHON, 'x.py'], PERHAPS),
    ('in a user namespace', 'a.service', '0::/system.slice/a.service\n', ['unshare', '-U', PYTHON, 'x.py'], PERHAPS),
)

GROUPS = (
    ('that the process has', USER, [*as_user(), PYTHON, 'x.py'], YES),
    ('that its user is in', GROUP, [*as_user(f'--groups={OTHER},{GROUP}'), PYTHON, 'x.py'], YES),
    ('that it works for', GROUP, [PYTHON, 'x.py', 'works-for-another-group', GROUP], PERHAPS),
    ('that its user is not in', GROUP, [*as_user(), PYTHON, 'x.py'], NO),
    ('by a name', 'nogroup', ['setpriv', '--regid=nogroup', '--clear-groups', PYTHON, 'x.py'], YES),
    ('by a name that the host does not know', 'no-such-group', [PYTHON, 'x.py'], NO),
    ('in a user namespace', USER, [*as_user(), 'unshare', '--map-current-user', PYTHON, 'x.py'], PERHAPS),
    ('of more than are asked for', GROUP,
     [*as_user(f'--groups={",".join(str(group) for group in range(2000, 2070))}'), PYTHON, 'x.py'], PERHAPS),
)


def both(name, key, value, matches, command, enforced, spared, **more):
    # What is certain, and named in full, is what an event tells.
    told = {f'tlsward.{key}': value} if matches == YES and key != 'group' and '*' not in value else {}
    for verb, policy, blocked in ('enforces', enforced, matches != NO), ('weakens', spared, matches != YES):
        yield Row(f'matchers: a rule that {verb}, for a {key} {name}', [],
                  check=matcher_row(policy, f'{key} = {value}', command, blocked, told=told, **more))


def rows(enforced, spared):
    for name, value, command, matches, file in SCRIPTS:
        yield from both(name, 'script', value, matches, command, enforced, spared, **file)
    for name, value, control_group, command, matches in UNITS:
        yield from both(name, 'unit', value, matches, command, enforced, spared, control_group=control_group)
    for name, value, command, matches in GROUPS:
        yield from both(name, 'group', value, matches, command, enforced, spared)
