"""`log = stderr`: only to what was the program's standard error when it started, and no file unless told so."""
import json

import unread
from run import Row


def file_row(more, written):
    """The program is started with a regular file as its standard error."""
    def check(setting):
        host = unread.Host(setting, f'log = stderr\n{more}')
        path = setting.directory / 'errors'
        with path.open('w') as stream:
            stream.write('before\n')
            stream.flush()
            facts = host.run_as([], 'wrong-host', stderr=stream)
        assert facts['connected'] == '-1' and facts['explained'] == '1', facts
        first, *lines = path.read_text().splitlines()
        assert first == 'before', first
        actions = [json.loads(line)['event.action'] for line in lines]
        told = host.told()
        if written:
            assert 'tls-handshake' in actions and not told, (actions, told)
        else:
            assert not lines and len(told) == 1 and 'events are lost' in told[0], (lines, told)
    return check


def rows():
    yield Row('stderr: a data file that became descriptor 2 gets nothing', ['surroundings', 'data-as-stderr', 'wrong-host'],
              policy='log = stderr', expect={'data': 'data', 'connected': '-1', 'explained': '1'}, events=0)
    yield Row('stderr: neither where files are allowed', ['surroundings', 'data-as-stderr', 'wrong-host'],
              policy='log = stderr\nstderr-file = yes', expect={'data': 'data', 'connected': '-1', 'explained': '1'},
              events=0)
    yield Row('stderr: a file from the start gets nothing, and the journal is told once', [], check=file_row('', False))
    yield Row('stderr: it gets the events where the policy says so', [], check=file_row('stderr-file = yes', True))
    yield Row('stderr: it gets them where the rest of such a policy is invalid', [],
              check=file_row('stderr-file = yes\nbogus = 1', True))
