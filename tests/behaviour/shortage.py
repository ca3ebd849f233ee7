"""Every n-th allocation of the library fails, from the start of the process on, with each switch and mode."""
import itertools
import os
import subprocess

import checks
import unread
from patience import HANG_SECONDS
from run import Row, assert_members, facts_of

# What is set, how, and what may come of a bad certificate: "connected" and "stopped", None for either.
SWITCHES = {
    'enforce': ('', {}, '0', '1'),
    'audit': ('mode = audit', {}, '1', '0'),
    'off': ('mode = off', {}, '1', '0'),
    'TLSWARD_OFF over enforce': ('', {'TLSWARD_OFF': '1'}, '1', None),
    'TLSWARD_OFF over audit': ('mode = audit', {'TLSWARD_OFF': '1'}, '1', '0'),
    'TLSWARD_OFF over off': ('mode = off', {'TLSWARD_OFF': '1'}, '1', '0'),
}
SYSTEM = {
    'enforce': ('', {}, ':', '0', '1'),
    'audit': ('mode = audit', {}, ':', '1', '0'),
    'TLSWARD_OFF, which does not count': ('', {'TLSWARD_OFF': '1'}, ':', '0', '1'),
    'TLSWARD_OFF, which counts': ('kill-switch-environment = allow', {'TLSWARD_OFF': '1'}, ':', '1', None),
    'the kill switch': ('', {}, 'touch /etc/tlsward/off', '1', '0'),
}


# Four classes of index, each with four that are left alone.
INDICES = 20


def assert_outcome(facts, connected, stopped):
    expected = {'died': '0', 'all-tried': '1', 'connected': connected, 'stopped': stopped}
    assert_members({name: value for name, value in expected.items() if value is not None}, facts, 'program')


def run(setting, arguments, variables=()):
    done = subprocess.run(setting.program(['shortage', *arguments]), env={**setting.environment(), **dict(variables)},
                          capture_output=True, text=True, timeout=HANG_SECONDS, check=True)
    return facts_of(done.stdout)


def of_environment(policy, variables, connected, stopped):
    def check(setting):
        setting.write_policy(policy)
        assert_outcome(run(setting, ['wrong-host'], variables), connected, stopped)
        assert setting.log.exists() == (not variables and policy != 'mode = off'), 'whether the library was active'
    return checks.released_file(check)


def of_server(arguments, policy, connected, stopped):
    def check(setting):
        setting.write_policy(policy)
        assert_outcome(run(setting, arguments), connected, stopped)
    return checks.released_file(check)


def of_system(policy, variables, prepare, connected, stopped):
    def check(setting):
        host = unread.Host(setting, policy, prepare, program='shortage')
        facts = host.run_as([], 'wrong-host', {**variables, 'PATH': os.environ['PATH']}, way=None)
        assert_outcome(facts, connected, stopped)
    return check


def of_indices(leaf, policy, connected):
    """Each allocation of libcrypto for the library's indices fails once: it is there again at the next call."""
    def check(setting):
        setting.write_policy(policy)
        for number in itertools.count(1):
            facts = facts_of(setting.run(['short_of_indices', leaf, str(number), '1']))
            if facts['reached'] == '0':
                break
            assert_members({'connected': connected, 'queue': '0'}, facts, f'allocation {number}')
        assert number > INDICES, 'the library took no indices'
    return check


def rows():
    yield Row('shortage: ex_data: a failure does not end enforcement', [], check=of_indices('wrong-host', '', '-1'))
    yield Row('shortage: ex_data: a failure blocks no good peer', [], check=of_indices('good', '', '1'))
    yield Row('shortage: ex_data: a failure in audit blocks nobody', [],
              check=of_indices('wrong-host', 'mode = audit', '1'))
    yield Row('shortage: ex_data: without any the handshake fails', ['short_of_indices', 'wrong-host', '1', '1000'],
              expect={'connected': '-1', 'reached': '1'}, events=0)
    yield Row('shortage: ex_data: without any audit blocks nobody', ['short_of_indices', 'wrong-host', '1', '1000'],
              'mode = audit', expect={'connected': '1', 'reached': '1'}, events=0)
    for name, row in SWITCHES.items():
        yield Row(f'shortage: policy of the environment: {name}', [], check=of_environment(*row))
    for kind in 'anonymous', 'good', 'wrong-host':
        for mode, connected, stopped in (('enforce', '0', '1'), ('audit', '1', '0')):
            yield Row(f'shortage: from the handshake on: {kind}: {mode}', [],
                      check=of_server([kind, 'handshake'], f'mode = {mode}', connected, stopped))
    for mode, connected, stopped in (('enforce', '0', '1'), ('audit', '1', '0')):
        yield Row(f'shortage: one allocation: anonymous: {mode}', [],
                  check=of_server(['anonymous'], f'mode = {mode}', connected, stopped))
    for name, row in SYSTEM.items():
        yield Row(f'shortage: policy of the host: {name}', [], check=of_system(*row))
