"""Rows for enforce-percent: which part a process is in follows from its host's name and its path alone."""
import os

from run import Row, assert_members


def number_of(program):
    """As tlsward-policy(5) has it."""
    word = 2 ** 64 - 1
    total = 14695981039346656037
    for byte in f'{os.uname().nodename}\0{program}'.encode():
        total = (total ^ byte) * 1099511628211 & word
    total = (total ^ total >> 30) * 0xbf58476d1ce4e5b9 & word
    total = (total ^ total >> 27) * 0x94d049bb133111eb & word
    return (total ^ total >> 31) % 100


def part_row(more, enforces):
    """`more`: than its own number is the percentage of what enforces."""
    def check(setting):
        program = os.path.realpath(setting.program(['surroundings'])[0])
        percent = number_of(program) + more
        setting.write_policy(f'enforce-percent = {percent}')
        done = setting.run(['surroundings', 'plain', 'wrong-host'])
        assert f'connected={"-1" if enforces else "1"}' in done, done
        side = None if percent == 100 else 'enforced' if enforces else 'audited'
        assert_members({'tlsward.mode': 'enforce' if enforces else 'audit',
                        'tlsward.action': 'blocked' if enforces else 'would-block',
                        'tlsward.enforce_percent': None if percent == 100 else percent, 'tlsward.enforce_side': side},
                       setting.events()[-1], 'event')
    return check


def rows():
    yield Row('part: a process whose number is the percentage is audited', [], check=part_row(0, False))
    yield Row('part: a process whose number is below the percentage enforces', [], check=part_row(1, True))
