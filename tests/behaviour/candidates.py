"""Rows for a candidate policy: what it would have done is told where it differs, and nothing else comes of it."""
import checks
import unread
from run import Row, assert_members

NOTHING = {'tlsward.candidate.action': None, 'tlsward.candidate.rule': None, 'tlsward.candidate.reason': None}
KEY_OF_NOBODY = 'sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='
RULE = '[rule later]\ndestination = good.test\n'


def candidate_row(policy, candidate, expected, leaf='wrong-host', connected='1', told=None):
    """`candidate`: what its [policy] and rules say, None for no file, with CA for the test's."""
    def check(setting):
        path = setting.directory / 'candidate.conf'
        if candidate is not None:
            text = candidate.replace('CA', str(setting.pki / 'ca.pem')).replace('OTHER', str(setting.pki / 'other-ca.pem'))
            path.write_text(f'[policy]\n{text}')
        setting.write_policy(f'candidate = {path}\n{policy}')
        done = setting.run(['surroundings', 'plain', leaf])
        assert f'connected={connected}' in done, done
        events = setting.events()
        assert_members(expected, events[-1], 'event')
        notices = [event['tlsward.message'] for event in setting.events('tlsward-notice')]
        assert (told is None and not notices) or (len(notices) == 1 and told in notices[0]), notices
    return check


def in_directory(setting):
    """The files of candidate.d stand beside a system policy."""
    prepare = ('mkdir /etc/tlsward/candidate.d; printf "[policy]\\nmode = enforce\\ntrust = %s/pki/ca.pem\\n" "$1" '
               '> /etc/tlsward/candidate.d/a.conf')
    host = unread.Host(setting, 'mode = audit', prepare)
    assert host.run_as([], 'wrong-host')['connected'] == '1'
    assert_members({'tlsward.action': 'would-block', 'tlsward.candidate.action': 'blocked'},
                   checks.setting_events(setting)[-1], 'event')


def first_use(where):
    """Threads that come at once to the policy find the candidate there, and every rule as it is for the process."""
    def check(setting):
        candidate = setting.directory / 'candidate.conf'
        candidate.write_text(f'[policy]\nmode = enforce\ntrust = {setting.pki}/ca.pem\nverify = ca\n')
        weakens = 'mode = off\nowner = o\nreason = r\nexpires = 2999-01-01\n'
        setting.write_policy(f'candidate = {candidate}\nmin-protocol = tls1.2\ndeny-pin = {KEY_OF_NOBODY}\n'
                             f'[rule script]\nscript = *\n{weakens}[rule unit]\nunit = no-such.service\n{weakens}'
                             f'[rule group]\ngroup = 4294967294\n{weakens}')
        checks.first_use(where)(setting)
        told = {(event['tlsward.action'], event.get('tlsward.candidate.action'), event.get('rule.name'))
                for event in checks.setting_events(setting)}
        assert told == {('allowed', None, None), ('blocked', 'allowed', None)}, told
    return check


def rows():
    audit, enforce = 'mode = audit', 'mode = enforce'
    for name, policy, candidate, expected, more in (
            ('would block what is audited', audit, f'{enforce}\ntrust = CA\n',
             {'tlsward.action': 'would-block', **NOTHING, 'tlsward.candidate.action': 'blocked'}, {}),
            ('would let pass what is blocked', enforce, f'{enforce}\ntrust = CA\nverify = ca\n',
             {'tlsward.action': 'blocked', **NOTHING, 'tlsward.candidate.action': 'allowed'}, {'connected': '-1'}),
            ('says the same, and nothing is told', enforce, f'{enforce}\ntrust = CA\n',
             {'tlsward.action': 'blocked', **NOTHING}, {'connected': '-1'}),
            ('has a rule that says the same', audit, f'{audit}\ntrust = CA\n{RULE}',
             {'tlsward.action': 'would-block', **NOTHING, 'tlsward.candidate.rule': 'later'}, {}),
            ('lacks the rule that decided', f'{audit}\n{RULE}', f'{audit}\ntrust = CA\n',
             {'rule.name': 'later', **NOTHING, 'tlsward.candidate.rule': '[policy]'}, {}),
            ('has other trust anchors, which nobody asked', enforce, f'{enforce}\ntrust = OTHER\n',
             {'tlsward.action': 'allowed', **NOTHING, 'tlsward.candidate.action': 'unknown',
              'tlsward.candidate.reason': 'unknown'}, {'leaf': 'good'}),
            ('demands a key that the peer has not', enforce,
             f'{enforce}\ntrust = CA\npin = {KEY_OF_NOBODY}\n',
             {'tlsward.action': 'allowed', **NOTHING, 'tlsward.candidate.action': 'blocked',
              'tlsward.candidate.reason': 'public-key-not-pinned'}, {'leaf': 'good'}),
            ('is invalid, which blocks nothing', enforce, 'mode = enforced\n', {'tlsward.action': 'allowed', **NOTHING},
             {'leaf': 'good', 'told': 'candidate.conf:2: unknown value'}),
            ('does not exist, which blocks nothing', enforce, None, {'tlsward.action': 'allowed', **NOTHING},
             {'leaf': 'good', 'told': 'the candidate policy does not exist'})):
        yield Row(f'candidate: it {name}', [], check=candidate_row(policy, candidate, expected, **more))
    yield Row('candidate: that of candidate.d is asked beside a system policy', [], check=in_directory)
    for where in 'open', 'connect':
        yield Row(f'candidate: eight threads at once find it and the rules at their first use ({where})', [],
                  check=first_use(where))
