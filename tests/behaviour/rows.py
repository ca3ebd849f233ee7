"""The rows, group by group: what a row's name says is what is broken when it fails."""
import candidates
import checks
import matchers
import parts
import shortage
import standard_error
import unread
import variables
from run import Row

# What libssl does with each bad certificate: the X.509 error, the alert and our reason.
BAD = {
    'wrong-host': (62, 'bad certificate', 'certificate-host-mismatch'),
    'unknown-ca': (20, 'unknown ca', 'certificate-not-trusted'),
    'expired': (10, 'certificate expired', 'certificate-expired'),
    'self-signed': (18, 'unknown ca', 'certificate-not-trusted'),
}
ALERTS = {'bad certificate': 'sslv3 alert bad certificate', 'unknown ca': 'tlsv1 alert unknown ca',
          'certificate expired': 'sslv3 alert certificate expired'}

OTHER_PIN = 'sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='  # of no key here
ENFORCED = 'mode = audit\n[rule r]\nmode = enforce\n'
SPARED = 'mode = enforce\n[rule r]\nmode = audit\nowner = tests\nreason = test\nexpires = 2999-12-31\n'


def passes(**more):
    return {'connected': '1', 'reply': 'pong', 'reason': '-', 'explained': '0', 'received': '4', **more}


def is_stopped(error, alert, **more):
    return {'connected': '-1', 'reply': '-', 'reason': 'certificate verify failed', 'explained': '1',
            'result': str(error), 'received': '0', 'alert': ALERTS[alert], **more}


def blocked(reason, error):
    return {'tlsward.action': 'blocked', 'tlsward.reason': reason, 'tlsward.x509_error': error}


CALLBACK_SCENARIOS = ['info-on-context', 'info-on-connection', 'info-on-both', 'info-on-context-after-SSL_new',
                      'info-taken-back', 'getters', 'cert-verify', 'cert-verify-none', 'cert-verify-taken-back',
                      'cert-verify-twice', 'verify-peer', 'verify-none', 'verify-on-connection', 'retry-verify',
                      'index-after-own']


def callback_rows():
    for mode in 'audit', 'enforce':
        for scenario in CALLBACK_SCENARIOS:
            yield Row(f'callbacks: {mode} keeps what the program sees: {scenario}', ['callbacks', scenario, 'good'],
                      policy=f'mode = {mode}', as_bare=True, expect={'connected': '1'}, events=1)
    for leaf in BAD:
        for scenario in CALLBACK_SCENARIOS:
            yield Row(f'callbacks: audit changes nothing with {leaf}: {scenario}', ['callbacks', scenario, leaf],
                      policy='mode = audit', as_bare=True)
    yield Row('callbacks: getters show the program its own mode and callback after a block',
              ['callbacks', 'getters-after-block', 'wrong-host'],
              expect={'connected': '-1', 'mode': '0', 'verify': '1', 'context-mode': '0'})
    yield Row('callbacks: a second verification by the program is its own affair',
              ['callbacks', 'cert-verify-twice', 'wrong-host'],
              expect={'connected': '-1', 'seen': ' second:1 argument:1 connection:1 accepted:1', 'explained': '1'})
    for mode in 'audit', 'enforce':
        yield Row(f'callbacks: {mode}: what the program verifies when its peer has its verdict is its own affair',
                  ['callbacks', 'verifies-later', 'good'], policy=f'mode = {mode}', events=1,
                  expect={'connected': '1', 'later': '1', 'later-error': '0'})
    yield Row('callbacks: the verdict waits for a verification to be retried',
              ['callbacks', 'retry-verify', 'wrong-host'], events=1,
              expect={'first': '-1 want:1', 'retries': '2', 'connected': '-1', 'explained': '1', 'received': '0'})
    yield Row('callbacks: a failed verification that asks to be retried is not let through',
              ['callbacks', 'retry-refused', 'wrong-host'], expect={'connected': '-1', 'received': '0'})


INNER_BLOCKED = {'good.test': 'allowed', 'inner.test': 'blocked'}
INNER_RECORDED = {'good.test': 'allowed', 'inner.test': 'would-block'}
WITHIN = ['within-verify', 'within-cert-verify', 'within-info', 'within-new-session']


def within_rows():
    """The certificate is for good.test; the other handshake is with inner.test."""
    for scenario in WITHIN:
        yield Row(f'callbacks: a handshake in a callback of another is judged by itself: {scenario}',
                  ['callbacks', scenario, 'good'], events=2, actions=INNER_BLOCKED,
                  expect={'connected': '1', 'received': '4'})
        yield Row(f'callbacks: audit changes nothing where a callback makes a handshake: {scenario}',
                  ['callbacks', scenario, 'good'], policy='mode = audit', as_bare=True, events=2,
                  actions=INNER_RECORDED)
    seen = ' argument:1 connection:1 accepted:0'
    yield Row('callbacks: verifications that take turns in a thread are each judged once',
              ['callbacks', 'take-turns', 'good'], events=2, actions=INNER_BLOCKED,
              expect={'seen': seen + seen + ' connected:1 connected:0'})
    for mode in 'audit', 'enforce':
        yield Row(f'callbacks: {mode}: a verification that goes on in another thread leaves the first one alone',
                  ['callbacks', 'move-to-thread', 'good'], policy=f'mode = {mode}', as_bare=True, events=1,
                  expect={'errno-kept': '1', 'seen': seen + ' connected:1'})
    yield Row('callbacks: audit changes nothing where verifications take turns in a thread',
              ['callbacks', 'take-turns', 'good'], policy='mode = audit', as_bare=True, events=2,
              actions=INNER_RECORDED)


WAYS = ['never-set', 'none-on-context', 'none-on-context-after-SSL_new', 'none-on-connection',
        'verify-callback-on-context', 'verify-callback-on-connection', 'verify-callback-that-clears',
        'verify-callback-of-store', 'cert-verify-callback', 'cert-verify-callback-that-clears',
        'store-with-own-verify', 'no-check-time', 'use-check-time', 'low-depth', 'chain-without-host']
# Where the program's own verification refuses the certificate before tlsward is asked.
DEMAND_CHAIN = ['none-on-context-after-SSL_new', 'no-check-time', 'use-check-time', 'store-with-own-verify',
                'chain-without-host']
REFUSED_BY_PROGRAM = {(way, leaf) for way in DEMAND_CHAIN for leaf in ('unknown-ca', 'self-signed')} | {
    ('chain-without-host', 'expired'), ('none-on-context-after-SSL_new', 'expired')}


LEFT_ALONE = """[rule left-alone]
destination = 127.0.0.1
mode = off
owner = tests
reason = a test
expires = 2099-01-01
"""


def mode_rows():
    for way in WAYS:
        yield Row(f'modes: {way}: a good certificate passes', ['modes', way, 'good'],
                  expect=passes(**{'mode-kept': '1'}), event={'tlsward.action': 'allowed'})
        for leaf, (error, alert, reason) in BAD.items():
            own = (way, leaf) in REFUSED_BY_PROGRAM
            expect = is_stopped(error, alert, **{'mode-kept': '1', 'explained': '0' if own else '1'})
            event = {'tlsward.decided_by': 'program'} if own else blocked(reason, error)
            yield Row(f'modes: {way}: {leaf} is stopped', ['modes', way, leaf], expect=expect, event=event)
            yield Row(f'modes: {way}: {leaf} is recorded by audit', ['modes', way, leaf], policy='mode = audit',
                      expect={'connected': '-1' if own else '1', 'explained': '0'}, as_bare=True,
                      event={} if own else {'tlsward.action': 'would-block', 'tlsward.reason': reason})
    yield Row('modes: low-security-level: a 1024-bit key is stopped', ['modes', 'low-security-level', 'weak-key'],
              expect=is_stopped(66, 'bad certificate'), event=blocked('validation-failure', 66))
    yield Row('modes: strict = yes: a leaf that does not name its issuer\'s key (RFC 5280 section 4.2.1.1) is stopped',
              ['modes', 'never-set', 'good'], policy='strict = yes', expect={'connected': '-1', 'received': '0'},
              event={'tlsward.action': 'blocked', 'tlsward.reason': 'validation-failure'})
    yield Row('modes: high-security-level: a 2048-bit key is stopped, as the connection asks for more',
              ['modes', 'high-security-level', 'rsa-2048'], expect=is_stopped(66, 'bad certificate'),
              event=blocked('validation-failure', 66))
    yield Row('modes: off: nothing is changed, judged or recorded', ['modes', 'never-set', 'wrong-host'],
              policy='mode = off', as_bare=True, expect={'connected': '1'}, events=0)
    yield Row('modes: off by a rule: the same, for what the rule matches', ['modes', 'never-set', 'wrong-host'],
              policy=LEFT_ALONE, as_bare=True, expect={'connected': '1'}, events=0)


HOOKS = ['SSL_CTX_new', 'SSL_CTX_new_ex', 'SSL_CTX_new-failing', 'SSL_connect', 'SSL_do_handshake',
         'implicit-handshake', 'SSL_set_connect_state', 'BIO_new_ssl_connect', 'SSL_set_session',
         'SSL_set_shutdown', 'SSL_copy_session_id', 'SSL_write_early_data', 'info-callbacks',
         'SSL_CTX_set_cert_verify_callback', 'verify-modes', 'hosts', 'params', 'X509_verify_cert',
         'look-ups', 'SSL_dane_tlsa_add',
         'peer-certificate', 'name-checks', 'getaddrinfo', 'getaddrinfo-failing', 'gethostbyname', 'connect']


def state_rows():
    for hook in HOOKS:
        for mode in 'audit', 'enforce':
            yield Row(f'state: {mode}: {hook} leaves errno, error queue, locale, rounding and descriptors alone',
                      ['state', hook, 'good'], policy=f'mode = {mode}', as_bare=True)
        yield Row(f'state: audit of a bad certificate: {hook} leaves everything alone',
                  ['state', hook, 'wrong-host'], policy='mode = audit', as_bare=True)
    for name, policy in (('audit', 'mode = audit'), ('enforce', 'mode = enforce'), ('extend', 'trust-mode = extend')):
        yield Row(f'state: {name}: looking for anchors and connections leaves errno alone', [],
                  check=checks.hashed_directory_row(policy))
    for name, policy in ('enforce', 'mode = enforce'), ('extend', 'trust-mode = extend'):
        yield Row(f'state: {name}: an anchor that libcrypto cannot read is no error that the program finds', [],
                  check=checks.unreadable_anchor_row(policy))


POLICY_ACCEPTS = {'tlsward.outcome': 'verified-by-policy', 'tlsward.action': 'allowed'}
BY_PROGRAM = {'tlsward.decided_by': 'program', 'tlsward.action': 'blocked'}
CLEAN = ' 1/0/1 1/0/0'  # what a verify callback sees of a chain of two that verifies

# Design, section 5: client, leaf, and per trust mode what follows: 0 (accepted, with a result of 0), an X.509 error
# with who stopped it, or None (accepted, whatever the result).
TRUST_TABLE = [
    ('careless', 'good', None, 0, 0),
    ('careless', 'program-ca-leaf', (20, 'policy'), (20, 'policy'), (20, 'policy')),
    ('careless-with-anchors', 'program-ca-leaf', None, 0, (20, 'policy')),
    ('careless-with-anchors', 'program-ca-wrong-host', (62, 'policy'), (62, 'policy'), (20, 'policy')),
    ('careless-with-anchors', 'program-ca-expired', (10, 'policy'), (10, 'policy'), (20, 'policy')),
    ('careless-with-anchors', 'unknown-ca', (20, 'policy'), (20, 'policy'), (20, 'policy')),
    ('careless-with-anchors', 'good', None, 0, 0),
    ('careless', 'wrong-host', (62, 'policy'), (62, 'policy'), (62, 'policy')),
    ('careful', 'good', (20, 'program'), 0, 0),
    ('careful', 'program-ca-leaf', 0, 0, (20, 'policy')),
    ('careful', 'unknown-ca', (20, 'program'), (20, 'program'), (20, 'program')),
    ('careful', 'expired', (20, 'program'), (20, 'program'), (20, 'program')),
    ('careful-without-host', 'good', (20, 'program'), 0, 0),
    ('careful-without-host', 'wrong-host', (20, 'program'), (62, 'policy'), (20, 'program')),
    ('careful-without-host', 'program-ca-wrong-host', (62, 'policy'), (62, 'policy'), (20, 'policy')),
    ('careful-of-another-host', 'good', (20, 'program'), (62, 'program'), (20, 'program')),
    ('careful-of-another-host', 'program-ca-leaf', (62, 'program'), (62, 'program'), (62, 'program')),
    ('careful-with-own-functions', 'program-ca-leaf', (20, 'policy'), (20, 'policy'), (20, 'policy')),
    ('careful-with-own-issuers', 'program-ca-leaf', (20, 'policy'), (20, 'policy'), (20, 'policy')),
    ('careful-with-own-lookup', 'program-ca-leaf', (20, 'policy'), (20, 'policy'), (20, 'policy')),
    ('pinned', 'good', (20, 'program'), (50, 'program'), 0),
    ('pinned', 'program-ca-leaf', (50, 'program'), (50, 'program'), (50, 'program')),
]


def trust_rows():
    for client, leaf, *follows in TRUST_TABLE:
        for trust_mode, result in zip(('supplement', 'extend', 'exclusive'), follows):
            if isinstance(result, tuple):
                expect = {'connected': '-1', 'result': str(result[0]), 'received': '0'}
                event = {'tlsward.action': 'blocked', 'tlsward.decided_by': result[1]}
            else:
                expect = passes(**({} if result is None else {'result': '0'}))
                event = {'tlsward.action': 'allowed', 'tlsward.decided_by': 'policy'}
            if trust_mode == 'extend' and result == 0:
                expect['seen'] = CLEAN
            yield Row(f'trust: {trust_mode}: {client} client, {leaf}', ['trust', client, leaf],
                      policy=f'trust-mode = {trust_mode}', expect=expect, event=event)
            yield Row(f'trust: {trust_mode}: audit changes nothing: {client} client, {leaf}', ['trust', client, leaf],
                      policy=f'trust-mode = {trust_mode}\nmode = audit', as_bare=True)
    for trust_mode in 'extend', 'exclusive':
        yield Row(f'trust: {trust_mode}: a name that verify = ca does not demand is no reason to refuse',
                  ['trust', 'careful-without-host', 'wrong-host'],
                  policy=f'trust-mode = {trust_mode}\nverify = ca', expect=passes(result='0'),
                  event={'tlsward.action': 'allowed', 'tlsward.reason': 'certificate-host-mismatch'})
    for client in 'compares-name', 'reads-names', 'compares-common-name', 'says-no':
        yield Row(f'trust: exclusive: a program that may have found another name in its callback is not overruled: {client}',
                  ['trust', client, 'good'], policy='trust-mode = exclusive', expect={'connected': '-1', 'received': '0'},
                  event={'tlsward.action': 'blocked', 'tlsward.decided_by': 'program'})
    yield Row('trust: extend: an anchor that is no root will do for the program too', [], check=checks.leaf_as_anchor)


NOT_TRUSTED = {'connected': '-1', 'received': '0'}
FIRST_USE = ['first-use', 'first-use-of-all', 'second-use', 'second-use-from-file', 'second-use-by-connection']


def anchor_rows():
    for scenario in FIRST_USE:
        for leaf, sent in ('unknown-ca', 'other-ca'), ('self-signed', '-'):
            yield Row(f'anchors: a certificate of the peer that the program takes for an anchor is none: {scenario}, {leaf}',
                      ['anchors', scenario, leaf, sent], expect=NOT_TRUSTED,
                      event={'tlsward.action': 'blocked', 'tlsward.reason': 'certificate-not-trusted'})
            yield Row(f'anchors: audit changes nothing: {scenario}, {leaf}', ['anchors', scenario, leaf, sent],
                      policy='mode = audit', as_bare=True, event={'tlsward.action': 'would-block'})
    yield Row('anchors: nor where threads add it for each other', ['anchors', 'first-use-by-threads', 'self-signed'],
              expect={'passed': '0', 'received': '0'})
    for scenario in 'root-of-another-peer', 'root-sent-to-another-context':
        yield Row(f'anchors: a root that the program knows stays one after a bad peer has sent it: {scenario}',
                  ['anchors', scenario, 'program-ca-wrong-host', 'program-ca', 'program-ca-leaf'],
                  expect={'connected': '1', 'reply': 'pong', 'result': '0'})
    yield Row('anchors: what a peer sent beside a good chain is none', expect=NOT_TRUSTED,
              command=['anchors', 'sent-beside-a-good-chain', 'good', 'other-ca', 'unknown-ca'],
              event={'tlsward.action': 'blocked', 'tlsward.reason': 'certificate-not-trusted'})
    yield Row('anchors: nor a certificate of which the key alone is pinned', [], check=checks.pinned_elsewhere)
    yield Row('anchors: a root that the program knows stays one after a good peer has sent it beside its chain',
              ['anchors', 'root-beside-a-good-chain', 'good', 'program-ca', 'program-ca-leaf'],
              expect={'connected': '1', 'reply': 'pong', 'result': '0'})
    for scenario in 'intermediate', 'intermediate-undemanded':
        yield Row(f'anchors: an intermediate whose root nobody trusts is not enough: {scenario}',
                  ['anchors', scenario, 'intermediate-leaf'], expect=NOT_TRUSTED,
                  event={'tlsward.reason': 'certificate-not-trusted'})
    for scenario, sent in ('intermediate-as-anchor', '-'), ('root-and-intermediate', '-'):
        yield Row(f'anchors: {scenario}: accepted as by the program', ['anchors', scenario, 'intermediate-leaf', sent],
                  expect={'connected': '1'}, event={'tlsward.outcome': 'verified'})
    yield Row('anchors: forgiving: a chain to the program\'s anchors passes', ['anchors', 'forgiving', 'program-ca-leaf'],
              expect={'connected': '1'}, event={'tlsward.outcome': 'verified'})
    for scenario, leaf, error in (
            ('forgiving-strict', 'program-ca-leaf', None), ('forgiving-no-time', 'program-ca-expired', '10'),
            ('forgiving-revocation', 'program-ca-leaf', '3'), ('revocation-forgiven', 'program-ca-revoked', '23')):
        yield Row(f'anchors: the program\'s rules hold for its anchors: {scenario}', ['anchors', scenario, leaf],
                  expect=NOT_TRUSTED | ({'result': error} if error else {}),
                  event={'tlsward.action': 'blocked', 'tlsward.decided_by': 'policy'})
    for scenario in 'revocation-checked', 'revocation-forgiven':
        yield Row(f'anchors: the program\'s CRLs count: {scenario}', ['anchors', scenario, 'program-ca-leaf'],
                  expect={'connected': '1'}, event={'tlsward.outcome': 'verified'})
    yield Row('anchors: in a hashed directory of the program\'s', [], check=checks.program_directory)
    yield Row('anchors: audit: nothing is looked up there that libcrypto itself does not look up', [],
              check=checks.held_of_directory)
    for scenario in 'purpose-of-program', 'trust-of-program':
        yield Row(f'anchors: no judging by what the program put into a table of the process: {scenario}',
                  ['anchors', scenario, 'good'], expect=NOT_TRUSTED, event={'tlsward.reason': 'internal-error'})
        yield Row(f'anchors: audit: nor is it called for our sake: {scenario}', ['anchors', scenario, 'good'],
                  policy='mode = audit', as_bare=True, expect={'connected': '1'})
    for mode in 'audit', 'enforce':
        for scenario in 'look-up', 'look-up-undemanded', 'look-up-with-anchors', 'look-up-within':
            leaf = 'program-ca-leaf' if scenario == 'look-up-with-anchors' else 'good'
            yield Row(f'anchors: {mode}: the program\'s look-ups are not called for our sake: {scenario}',
                      ['anchors', scenario, leaf, '-', 'good'], policy=f'mode = {mode}', as_bare=True, expect={'connected': '1'})
        yield Row(f'anchors: {mode}: a store that the program lets go of goes at once, with its look-ups',
                  ['anchors', 'look-up-let-go', 'good'], policy=f'mode = {mode}', as_bare=True, expect={'freed': '1'})
        yield Row(f'anchors: {mode}: nor the callback of its store', ['anchors', 'callback-of-store', 'program-ca-leaf'],
                  policy=f'mode = {mode}', as_bare=True, expect={'connected': '1'})
    yield Row('anchors: audit: nor other functions of its store', ['anchors', 'functions-of-store', 'program-ca-leaf'],
              policy='mode = audit', as_bare=True, expect={'connected': '1'})


def dane_rows():
    for scenario in ('certificate-of-a-refused-peer', 'key-of-a-refused-peer', 'issuer-of-a-refused-peer',
                     'refused-with-a-record', 'late-record-of-a-copy'):
        yield Row(f'anchors: a TLSA record made of what the peer sent is none: {scenario}',
                  ['dane', scenario, 'unknown-ca', 'other-ca'], expect=NOT_TRUSTED,
                  event={'tlsward.action': 'blocked', 'tlsward.reason': 'certificate-not-trusted'})
    for sent in (), ('other-ca',):
        yield Row(f'anchors: a TLSA record of the whole key of the issuer counts where {"it is" if sent else "nothing is"} sent',
                  ['dane', 'key-of-the-issuer', 'unknown-ca', *sent], expect={'connected': '1', 'result': '0'},
                  event={'tlsward.outcome': 'verified'})
        yield Row(f'anchors: and that of another key does not where {"it is" if sent else "nothing is"} sent',
                  ['dane', 'key-of-another-issuer', 'unknown-ca', *sent], expect=NOT_TRUSTED)
    yield Row('anchors: a TLSA record is not late after SSL_clear of a handshake that failed',
              ['dane', 'record-after-clear', 'unknown-ca'], expect={'connected': '1', 'result': '0'})
    for scenario in 'leaf-again', 'issuer-again':
        yield Row(f'anchors: a TLSA record that has counted goes on to count: {scenario}',
                  ['dane', scenario, 'unknown-ca', 'other-ca'], expect={'connected': '1', 'result': '0'})


KINDS = ['tls1.2-id', 'tls1.2-ticket', 'tls1.3']
OFF_RULE = '''
[rule off]
program = *
destination = off.test
mode = off
owner = test
reason = test
expires = 2099-01-01
'''


OTHER_CONTEXT = 'attempt to reuse session in different context tlsward: blocked'
LAX = {'tlsward.outcome': 'failed', 'tlsward.action': 'allowed', 'tlsward.reason': 'certificate-host-mismatch'}
LAX_RULE = '''[rule lax]
destination = lax.test
verify = ca
owner = test
reason = test
expires = 2099-01-01
'''


def session_rows():
    full, resumed = passes(reused='0', received='8'), passes(reused='1', received='8')
    for kind in KINDS:
        def row(what, scenario, leaf, expect, event=None, kind=kind, **more):
            return Row(f'sessions: {kind}: {what}', ['sessions', scenario, kind, leaf], expect=expect,
                       event=event or {}, **more)

        yield row('a verified session is resumed for the same name', 'same-name', 'good', resumed,
                  {'tls.resumed': True, 'tlsward.action': 'allowed'})
        yield row('what a resumed connection got is resumed again', 'third-connection', 'good',
                  passes(reused='1', received='12', resumed='2'))
        yield row('a session of a common name is taken where the program demands that name again', 'demanded-again',
                  'good.test', resumed, {'tls.resumed': True, 'tlsward.outcome': 'verified'})
        yield row('a session of a common name does not go where the program demands nothing', 'demanded-no-more',
                  'good.test', is_stopped(62, 'bad certificate', received='4'), blocked('certificate-host-mismatch', 62))
        yield row('a session of another name is not taken', 'other-name', 'two-hosts', full)
        yield row('of 33 serialised sessions the latest are known, and the first costs a full handshake', 'many-serialised',
                  'any-of-many', passes(reused='0', received='136', **{'last-reused': '1', 'latest-reused': '1'}),
                  {'tlsward.action': 'allowed'})
        yield row('a session does not carry another name past the check', 'other-name-of-bad-certificate', 'good',
                  is_stopped(62, 'bad certificate', received='4'), blocked('certificate-host-mismatch', 62))
        yield row('a session of the program\'s CA is taken by the context that has it', 'same-context',
                  'program-ca-leaf', resumed, {'tlsward.app_verify': 'ca'})
        for scenario in ('other-context-that-verifies', 'other-store-of-context', 'own-store-of-connection',
                         'store-of-first-connection'):
            yield row(f'a session of the program\'s CA is not taken where that is not known: {scenario}', scenario,
                      'program-ca-leaf', is_stopped(20, 'unknown ca', received='4', explained='0'), BY_PROGRAM)
        yield row('a session of the policy\'s CA is taken by every context', 'other-context-of-policy-anchors', 'good',
                  resumed)
        for scenario in 'either-name-for-wrong', 'either-name-serialised-for-wrong':
            yield row(f'a session is not taken for a name that did not match: {scenario}', scenario, 'two-hosts',
                      is_stopped(62, 'bad certificate', received='4'), blocked('certificate-host-mismatch', 62))
        for scenario in 'either-name-for-right', 'either-name-serialised-for-right':
            yield row(f'a session is taken for the one of several names that matched: {scenario}', scenario,
                      'two-hosts', resumed)
        yield row('a session is not taken for a name that nobody asked for', 'either-name-for-unasked', 'two-hosts',
                  full)
        yield row('of two serialised sessions of a certificate each keeps its name', 'two-serialised', 'two-hosts',
                  passes(reused='1', received='12'))
        yield row('verify = ca: a session is resumed whatever the name, and the mismatch told', 'same-name',
                  'wrong-host', resumed, LAX | {'tls.resumed': True}, policy='verify = ca')
        yield row('verify = ca: a session of another CA is no better for the level', 'same-name', 'unknown-ca',
                  is_stopped(20, 'unknown ca'), policy='verify = ca')
        yield row('verify = ca of a rule: the session is not taken where the name is demanded', 'lax-rule',
                  'wrong-host', is_stopped(62, 'bad certificate', received='4'), policy=LAX_RULE)
        yield row('verify = none: a session is told as what the full handshake was', 'same-name', 'wrong-host',
                  resumed, LAX | {'tls.resumed': True}, policy='verify = none')
        yield row('verify = none: a session of a chain that nobody verified is not told as verified', 'same-name',
                  'unknown-ca', resumed, {'tlsward.outcome': 'failed', 'tlsward.reason': 'session-not-verified'},
                  policy='verify = none')
        yield row('unknown-name = allow: a session is resumed', 'no-name', 'good', resumed,
                  {'tls.resumed': True, 'tlsward.action': 'allowed', 'tlsward.reason': 'name-unknown'},
                  policy='unknown-name = allow')
        yield row('unknown-name = allow: the session is not taken where a name is known', 'no-name-for-some', 'good',
                  full, policy='unknown-name = allow')
        yield row('a session of the program\'s CA does not go where the program does not verify',
                  'other-context-that-does-not', 'program-ca-leaf', is_stopped(20, 'unknown ca', received='4'))
        yield row('a session read from a file is not taken', 'from-file', 'good', full, policy=OFF_RULE)
        yield row('a session that was serialised is taken where this process verified its leaf', 'serialised', 'good',
                  resumed, {'tls.resumed': True, 'tlsward.action': 'allowed'})
        yield row('a session that was serialised is not taken for another name', 'serialised-for-other-name',
                  'two-hosts', full)
        yield row('a session of an unverified connection is not taken', 'unverified-origin', 'good', full,
                  policy=OFF_RULE)
        yield row('a session does not carry a bad certificate past the check', 'unverified-origin', 'wrong-host',
                  is_stopped(62, 'bad certificate', received='4'), blocked('certificate-host-mismatch', 62),
                  policy=OFF_RULE)
        yield row('a session copied from an unverified connection is not taken', 'copied', 'wrong-host',
                  is_stopped(62, 'bad certificate', received='4'), policy=OFF_RULE)
        yield row('audit takes a session from a file and says so', 'from-file', 'good', resumed,
                  {'tlsward.reason': 'session-not-verified', 'tlsward.action': 'would-block'},
                  policy='mode = audit' + OFF_RULE, as_bare=True)
        yield row('audit takes a session of another name and says so', 'other-name', 'two-hosts', resumed,
                  {'tlsward.reason': 'session-not-verified'}, policy='mode = audit', as_bare=True)
        yield row('audit: the session of a key that is not pinned is not a verified one', 'same-name', 'good', resumed,
                  {'tls.resumed': True, 'tlsward.reason': 'session-not-verified', 'tlsward.action': 'would-block'},
                  policy=f'mode = audit\npin = {OTHER_PIN}', as_bare=True)
        yield row('a session that the info callback slips in at the start is not taken', 'slipped-in-at-start', 'good',
                  passes(reused='0', received='12'), policy=OFF_RULE)
        yield row('a session that the info callback slips in later ends the handshake, and hurts no other one',
                  'slipped-in-later', 'good',
                  passes(after='write:0 write_ex:0 peek:0 read:0 pending:0 shutdown:0', reused='1', received='16',
                         alert='sslv3 alert illegal parameter', **{'slipped-in': '-1 ' + OTHER_CONTEXT}),
                  policy=OFF_RULE, events=3)
        yield row('a session that is slipped in and not accepted by the server changes nothing', 'slipped-in-for-nothing',
                  'good', passes(reused='1', received='12'), policy=OFF_RULE, events=2)
        closed = 'write:0 write_ex:0 peek:0 read:0 pending:0 shutdown:3'
        yield row('a connection that was blocked when it was done stays so until it is cleared', 'opened-after-block',
                  'good', passes(after=closed, received='12', **{'when-done': '0', 'after-shutdown': closed}),
                  policy=OFF_RULE)
        for within in 'closed-within-write', 'closed-within-bio-write':
            yield row(f'nor does the write get through that had the handshake done: {within}', within, 'good',
                      passes(written='0', received='12', **{'writes-again': '0'}), policy=OFF_RULE)
        for bios in 'with-bio', 'with-descriptor', 'with-bio-after-none':
            yield row(f'nor does it by a BIO that the program sets when it is told of the end: {bios}',
                      f'closed-within-write-{bios}', 'good',
                      passes(written='0', received='12', **{'writes-again': '0'}), policy=OFF_RULE)
        yield row('nor does it, and the program has its BIOs again: closed-within-write-by-own-bios',
                  'closed-within-write-by-own-bios', 'good', passes(written='0', received='4', **{'has-its-bios': '1'}),
                  policy=OFF_RULE)
        yield row('nor does it where the object is freed then: closed-and-freed', 'closed-and-freed', 'good',
                  passes(written='0', received='8'), policy=OFF_RULE)
        for way, freed, at_last in (('freed', '2', '2'), ('owned', '1', '2'), ('used', '2', '2')):
            yield row(f'a program that names its BIOs again then keeps its references: and-{way}',
                      f'named-again-and-{way}', 'good', {'written': '0', 'freed': freed, 'freed-at-last': at_last},
                      policy=OFF_RULE, **({'events': 2} if way == 'used' else {}))
        for way in 'named-again-as-one', 'named-again-as-one-and-used':
            yield row(f'a program that names its BIOs again then keeps its references: {way}', way, 'good',
                      {'written': '0', 'freed': '1', 'freed-at-last': '1'}, policy=OFF_RULE,
                      **({'events': 2} if way.endswith('used') else {}))
        yield row('SSL_clear: the verified session is resumed', 'cleared-and-resumed', 'good', resumed)
        yield row('SSL_clear: after a block the same object may reach an allowed peer', 'cleared-after-block',
                  'wrong-host', passes(received='0', blocked='1', mode='0', **{'second-received': '4'}), events=2)
        yield row('SSL_dup: the copy is verified', 'duplicated', 'wrong-host', is_stopped(62, 'bad certificate'))
        yield row('SSL_dup: the copy keeps the callbacks', 'duplicated', 'good', passes(infos='1'), as_bare=True)
        yield row('SSL_dup: the copy of a blocked connection has the program\'s mode', 'duplicated-after-block',
                  'wrong-host', passes(mode='0', received='0', **{'mode-after': '0'}))
    for kind in KINDS[:2]:
        yield Row(f'sessions: {kind}: a session is not taken once the policy has no more the CA that vouched for it', [],
                  check=checks.anchor_taken_away_row(kind))
        yield Row(f'sessions: {kind}: an abbreviated renegotiation is a resumption, not a pre-shared key',
                  ['sessions', 'renegotiated', kind, 'good'], policy='psk = block', expect=passes(received='8'),
                  event={'tlsward.authentication': 'resumption', 'tlsward.action': 'allowed'})
    early = {'early-accepted': '1', 'early': '5', 'reused': '1'}
    none = {'early-accepted': '0', 'early': '0', 'reused': '0'}
    yield Row('sessions: early data of a verified session is sent',
              ['sessions', 'early-data-of-verified', 'tls1.3', 'good'], expect=passes(**early, received='8'))
    for scenario in 'early-data-of-file', 'session-set-after-early-data':
        yield Row(f'sessions: no early data with an unverified session: {scenario}',
                  ['sessions', scenario, 'tls1.3', 'good'], policy=OFF_RULE, expect=passes(**none, received='8'))
    yield Row('sessions: early data that failed before the handshake leaves no name behind: a wrong peer',
              ['sessions', 'early-data-failed-for-right', 'tls1.3', 'good'],
              expect=is_stopped(62, 'bad certificate', received='0'), event={'tlsward.expected_name': 'another.test'})
    yield Row('sessions: early data that failed before the handshake leaves no name behind: a right peer',
              ['sessions', 'early-data-failed-for-wrong', 'tls1.3', 'good'], expect=passes(received='4'),
              event={'tlsward.expected_name': 'good.test'})
    for way in 'info', 'copy', 'extension':
        yield Row(f'sessions: no early data under an unverified session that a callback slips in: {way}',
                  ['sessions', f'slipped-into-early-data-by-{way}', 'tls1.3', 'good'], policy=OFF_RULE,
                  expect=passes(**early, received='8', **{'slipped-in': '0'}))
        yield Row(f'sessions: audit lets a callback slip in a session: {way}',
                  ['sessions', f'slipped-into-early-data-by-{way}', 'tls1.3', 'good'],
                  policy='mode = audit' + OFF_RULE, as_bare=True, expect={'slipped-in': '1'})
    yield Row('sessions: audit lets early data go and says that the session was not verified',
              ['sessions', 'early-data-of-file', 'tls1.3', 'good'], policy='mode = audit' + OFF_RULE, as_bare=True,
              expect=early, event={'tlsward.reason': 'session-not-verified'})


def naming(name, more=''):
    return f'[rule r]\ndestination = good.test\nname = {name}\n{more}{EXCUSE}'


EXCUSE = 'owner = tests\nreason = test\nexpires = 2999-12-31\n'
EXPIRED = SPARED.replace('2999', '2019')


def renegotiation_rows():
    """The policy changes while a connection of TLS 1.2 is open, which is then negotiated anew."""
    stays = passes(reused='0')
    ends = {'connected': '-1', 'reply': '-', 'received': '0', 'explained': '1'}
    allowed = {'tlsward.action': 'allowed', 'tlsward.authentication': 'certificate'}
    wrong, would = blocked('certificate-host-mismatch', 62), {'tlsward.action': 'would-block'}
    none, key = {'tlsward.authentication': 'anonymous'}, {'tlsward.authentication': 'psk'}
    for name, way, leaf, first, then, facts, *events in (
            ('of audit: enforce', 'full', 'wrong-host', 'mode = audit', '', ends, would, wrong),
            ('of enforce: audit, and the program has its suites again', 'full', 'wrong-host', naming('other.test'),
             'mode = audit', stays | {'anonymous-offered': '1'}, allowed, would),
            ('of an exception: that it has expired', 'full', 'wrong-host', SPARED.replace('rule r]', 'rule r]\ndestination = good.test'),
             EXPIRED.replace('rule r]', 'rule r]\ndestination = good.test'), ends, would, wrong),
            ('of none: a pin', 'full', 'good', '', f'pin = {OTHER_PIN}', ends, allowed,
             {'tlsward.action': 'blocked', 'tlsward.reason': 'public-key-not-pinned'}),
            ('of none: another name', 'full', 'good', '', naming('another.test'), ends, allowed,
             wrong | {'tlsward.expected_name': 'another.test', 'tlsward.name_source': 'policy'}),
            ('of a name: none, and the program\'s counts again', 'full', 'wrong-host', naming('other.test'), '', ends,
             allowed, wrong | {'tlsward.expected_name': 'good.test', 'tlsward.name_source': 'sni'}),
            ('of audit: enforce, for the name that was looked up, where SNI is that of a session that was resumed',
             'of-resumed', 'localhost', 'mode = audit', '', stays, would | {'tlsward.expected_name': 'good.test'},
             would | {'tls.resumed': True}, allowed | {'tlsward.expected_name': 'localhost'}),
            ('of weak-names = use: refuse', 'without-descriptor', 'localhost', '', 'weak-names = refuse', ends,
             allowed | {'tlsward.name_weak': True},
             {'tlsward.action': 'blocked', 'tlsward.name_source': 'unknown', 'tlsward.reason': 'name-unknown'}),
            ('of audit: suites without a certificate are not offered', 'anonymous', '-', 'mode = audit', '',
             {'connected': '-1', 'received': '0'}, none | would, none | {'tlsward.action': 'blocked'}),
            ('of psk = allow: block', 'pre-shared-key', '-', '', 'psk = block', {'connected': '-1', 'received': '0'},
             key | {'tlsward.action': 'allowed'}, key | {'tlsward.action': 'blocked'}),
            ('of audit: enforce, to which a session is no proof that is offered', 'abbreviated', 'wrong-host',
             'mode = audit', naming('other.test'), stays | {'anonymous-offered': '0'}, would,
             allowed | {'tls.resumed': False}),
            ('of enforce: audit resumes what it would have', 'abbreviated', 'good', '', 'mode = audit',
             passes(reused='1'), allowed, {'tls.resumed': True})):
        yield Row(f'renegotiation: the policy that holds by then counts: instead {name}', [],
                  check=checks.renegotiation_row(way, leaf, first, then, facts, *events))


    yield Row('renegotiation: within-write: nothing is written where it ends without a certificate',
              ['renegotiation', 'within-write', 'good'],
              expect={'written': '-1', 'received': '0'}, events=2,
              event={'tlsward.authentication': 'anonymous', 'tlsward.action': 'blocked'})


TOO_MANY_NAMES = 'the program allows more than eight names: a rule with name = tells which is meant'

# How the client names its peer, a leaf that fits, and one that does not with its X.509 error.
SOURCES = [
    ('app', 'localhost', 'good', 62),
    ('sni', 'localhost', 'good', 62),
    ('bio', 'localhost', 'good', 62),
    ('resolver', 'localhost', 'good', 62),
    ('address', 'address', 'localhost', 64),
]

NAME_RULE = '''
[rule named]
program = *
destination = 127.0.0.1
name = good.test
owner = test
reason = test
expires = 2099-01-01
'''


def name_rows():
    for source, fitting, other, error in SOURCES:
        name = 'localhost' if source != 'address' else '127.0.0.1'
        known = {'tlsward.name_source': source, 'tlsward.expected_name': name}
        sni = 'localhost' if source != 'address' else '-'
        yield Row(f'names: {source}: the certificate of that name passes, and SNI is added', ['names', source, fitting],
                  expect=passes(sni=sni), event={**known, 'tlsward.action': 'allowed'})
        yield Row(f'names: {source}: a certificate of another name is stopped', ['names', source, other],
                  expect={'connected': '-1', 'result': str(error), 'received': '0'},
                  event={**known, **blocked('certificate-host-mismatch', error)})
        yield Row(f'names: {source}: audit adds no SNI', ['names', source, other], policy='mode = audit',
                  as_bare=True, expect={'sni': 'localhost' if source == 'sni' else '-'},
                  event={**known, 'tlsward.action': 'would-block'})
    before = 'names: the SNI that was added for the peer before'
    address = {'tlsward.name_source': 'bio', 'tlsward.expected_name': '127.0.0.1'}
    yield Row(f'{before} names nobody: its certificate is stopped', ['names', 'bio-again', 'localhost'],
              expect=is_stopped(64, 'bad certificate', sni='-'), event={**address, 'tlsward.action': 'blocked'})
    yield Row(f'{before} names nobody: that of the new one passes', ['names', 'bio-again', 'address'],
              expect=passes(sni='-'), event={**address, 'tlsward.action': 'allowed'})
    yield Row(f'{before} names nobody after SSL_clear', ['names', 'cleared', 'localhost'],
              expect={'connected': '-1', 'received': '0', 'sni': '-'}, events=2,
              event={'tlsward.name_source': 'unknown', **blocked('name-unknown', 62)})
    yield Row(f'{before} leaves what each name fits', ['names', 'cleared', 'localhost-and-address'],
              expect=passes(sni='-'), events=2, event={'tlsward.name_source': 'resolver', 'tlsward.action': 'allowed'})
    yield Row(f'{before} leaves what the program sets', ['names', 'cleared-with-sni', 'good'],
              expect=passes(sni='good.test'), events=2, event={'tlsward.name_source': 'sni'})
    said = {'tlsward.name_source': 'sni', 'tlsward.expected_name': 'localhost'}
    yield Row(f'{before} is its own where the program sets the same: a good peer', ['names', 'cleared-with-the-same-sni',
              'localhost'], expect=passes(sni='localhost'), events=2, event={**said, 'tlsward.action': 'allowed'})
    yield Row(f'{before} is its own where the program sets the same: another', ['names', 'cleared-with-the-same-sni',
              'good'], expect=is_stopped(62, 'bad certificate', sni='localhost'), events=2,
              event={**said, **blocked('certificate-host-mismatch', 62)})
    yield Row('names: no SNI is added for a program that demands chain and name: the server refuses names',
              ['names', 'refused-to-verifying', 'good'], expect=passes(sni='-'),
              event={'tlsward.name_source': 'app', 'tlsward.outcome': 'verified'})
    yield Row('names: a server that refuses the SNI that was added is said', [],
              check=checks.refused_name_row('refused-to-careless', True))
    yield Row('names: a server that refuses the SNI of the program is not', [],
              check=checks.refused_name_row('refused-of-program', False))
    yield Row('names: app: any one of several names is enough', ['names', 'app-with-several', 'two-hosts'],
              expect=passes(sni='-'), event={'tlsward.name_source': 'app'})
    for name in 'b.test', 'c.test':
        yield Row(f'names: app: a rule that enforces for one of several names, {name}, holds',
                  ['names', 'app-with-several', 'wrong-host'], policy=f'{ENFORCED}destination = {name}',
                  event={'tlsward.action': 'blocked', 'rule.name': 'r'})
        yield Row(f'names: app: a rule that weakens for one of several names, {name}, does not',
                  ['names', 'app-with-several', 'wrong-host'], policy=f'{SPARED}destination = {name}',
                  event={'tlsward.action': 'blocked', 'rule.name': None})
    yield Row('names: app: the last of eight names counts, whatever is named twice', ['names', 'app-with-eight', 'two-hosts'],
              expect=passes(), event={'tlsward.name_source': 'app'})
    yield Row('names: app: of nine names none is known, and the event says so', ['names', 'app-with-nine', 'two-hosts'],
              expect={'connected': '-1', 'received': '0'},
              event=blocked('name-unknown', 62) | {'tlsward.name_source': 'unknown', 'tlsward.expected_name': None,
                                                   'tlsward.message': TOO_MANY_NAMES})
    yield Row('names: app: a rule says which of nine names is meant', ['names', 'app-with-nine', 'two-hosts'],
              policy=f'[rule r]\ndestination = 127.0.0.1\nname = b.test\n{EXCUSE}', expect=passes(),
              event={'tlsward.name_source': 'policy'})
    yield Row('names: app: a rule that enforces for the ninth name holds', ['names', 'app-with-nine', 'wrong-host'],
              policy=f'{ENFORCED}destination = b.test', event={'tlsward.action': 'blocked'})
    yield Row('names: app: a rule that weakens for the ninth name does not', ['names', 'app-with-nine', 'wrong-host'],
              policy=f'{SPARED}destination = b.test', event={'tlsward.action': 'blocked', 'rule.name': None})
    yield Row('names: app: the SNI that the program set is left alone', ['names', 'app-with-other-sni', 'localhost'],
              expect=passes(sni='front.test'), event={'tlsward.name_source': 'app'})
    yield Row('names: app: none of several names fits', ['names', 'app-with-several', 'good'],
              expect=is_stopped(62, 'bad certificate'))
    yield Row('names: app: an address that the program demands comes before the resolved name',
              ['names', 'app-address', 'address'], expect=passes(sni='-'), event={'tlsward.name_source': 'app'})
    yield Row('names: policy: the rule says whose certificate it must be', ['names', 'address', 'good'],
              policy=NAME_RULE, expect=passes(sni='good.test'),
              event={'tlsward.name_source': 'policy', 'rule.name': 'named'})
    yield Row('names: policy: another one is stopped', ['names', 'address', 'address'], policy=NAME_RULE,
              expect=is_stopped(62, 'bad certificate'), event={'tlsward.name_source': 'policy'})
    for version in [], ['tls1.2']:
        yield Row(f'names: session: it confirms the name that led to an address which the program was given {version}',
                  ['names', 'session-of-looked-up-name', 'localhost', *version], expect=passes(reused='1', received='8'),
                  event={'tlsward.name_source': 'session', 'tlsward.expected_name': 'localhost'})
        yield Row(f'names: session: it names no address that its name did not lead to {version}',
                  ['names', 'session', 'good', *version], expect=is_stopped(64, 'bad certificate', received='4'),
                  event={'tlsward.name_source': 'address', 'tlsward.expected_name': '127.0.0.1'})
        yield Row(f'names: session: the look-up comes before it {version}',
                  ['names', 'session-of-another-name', 'good', *version],
                  expect=is_stopped(62, 'bad certificate', received='4'),
                  event={'tlsward.name_source': 'resolver', 'tlsward.expected_name': 'localhost'})
        yield Row(f'names: session: the look-up comes before one that is not resumed {version}',
                  ['names', 'session-of-another-name-and-server', 'good', *version],
                  expect=is_stopped(62, 'bad certificate'),
                  event={'tlsward.name_source': 'resolver', 'tlsward.expected_name': 'localhost'})
        yield Row(f'names: session: of several names that the certificate was for each of, it confirms the one {version}',
                  ['names', 'session-of-each-name', 'localhost-and-address', *version],
                  expect=passes(reused='1', received='8'), events=2,
                  event={'tlsward.name_source': 'session', 'tlsward.expected_name': 'localhost'})
        yield Row(f'names: session: it is not another name than the one that led to the address {version}',
                  ['names', 'session-of-another-name-and-address', 'good', *version],
                  expect=is_stopped(62, 'bad certificate', received='4'), event={'tlsward.name_source': 'unknown'})
    yield Row('names: unknown: blocked by default', ['names', 'local-socket', 'good'],
              expect=is_stopped(62, 'bad certificate'),
              event={'tlsward.name_source': 'unknown', **blocked('name-unknown', 62)})
    yield Row('names: unknown: allowed where the policy says so', ['names', 'local-socket', 'good'],
              policy='unknown-name = allow', expect=passes(), event={'tlsward.name_source': 'unknown'})
    yield Row('names: unknown: allowed, but the chain is verified', ['names', 'local-socket', 'unknown-ca'],
              policy='unknown-name = allow', expect=is_stopped(20, 'unknown ca'))
    weak = {'tlsward.name_source': 'resolver', 'tlsward.name_weak': True}
    yield Row('names: weak: memory BIOs take the one connection of the thread, without SNI',
              ['names', 'memory', 'localhost'], expect={'connected': '1', 'received': '4', 'sni': '-'}, event=weak)
    yield Row('names: weak: another name is stopped', ['names', 'memory', 'good'],
              expect={'connected': '-1', 'result': '62', 'received': '0'}, event=weak)
    yield Row('names: weak: refused where the policy says so', ['names', 'memory', 'localhost'],
              policy='weak-names = refuse', expect={'connected': '-1', 'received': '0'},
              event=blocked('name-unknown', 62))


def suite_rows():
    stopped = {'connected': '-1', 'received': '0'}
    anonymous = {'tlsward.authentication': 'anonymous', 'tlsward.reason': 'no-certificate'}
    for scenario in 'anonymous-only', 'anonymous-too':
        yield Row(f'suites: {scenario}: audit records it', ['suites', scenario], policy='mode = audit', as_bare=True,
                  event={**anonymous, 'tlsward.action': 'would-block'})
        yield Row(f'suites: {scenario}: not offered, and said so', ['suites', scenario], expect=stopped, events=1,
                  event={**anonymous, 'tlsward.action': 'blocked'})
    for scenario in 'anonymous-on-the-way-to-read', 'anonymous-on-the-way-to-peek':
        yield Row(f'suites: {scenario}: nothing of what the server sends is read', ['suites', scenario],
                  expect={'read': '0'}, event={**anonymous, 'tlsward.action': 'blocked'})
    yield Row('suites: anonymous-on-the-way-by-connect-bio: nothing is written, and the chain may be used again',
              ['suites', 'anonymous-on-the-way-by-connect-bio'],
              expect=passes(written='0', secrets='0', **{'has-its-bio': '1'}), events=2,
              event={'tlsward.authentication': 'certificate', 'tlsward.action': 'allowed'})
    yield Row('suites: anonymous-not-needed: the other suites are still offered, and @SECLEVEL stays',
              ['suites', 'anonymous-not-needed'], expect=passes(level='0'))
    yield Row('suites: anonymous-offered-to-tls1.3: TLS 1.3 needs none of them',
              ['suites', 'anonymous-offered-to-tls1.3'], expect=passes(level='0'))
    for scenario in 'psk-tls1.2', 'psk-tls1.3', 'psk-beside-certificate':
        psk = {'tlsward.authentication': 'psk', 'tlsward.action': 'allowed'}
        yield Row(f'suites: {scenario}: allowed and recorded', ['suites', scenario], expect=passes(), event=psk)
        yield Row(f'suites: {scenario}: audit changes nothing', ['suites', scenario],
                  policy='mode = audit\npsk = block', as_bare=True,
                  event={**psk, 'tlsward.action': 'would-block'})
    for scenario in 'psk-tls1.2', 'psk-tls1.3':
        yield Row(f'suites: {scenario}: psk = block: not offered, and said so', ['suites', scenario],
                  policy='psk = block', expect=stopped,
                  event={'tlsward.authentication': 'psk', **blocked('no-certificate', 50)})
    yield Row('suites: psk-beside-certificate: psk = block leaves the certificate',
              ['suites', 'psk-beside-certificate'], policy='psk = block', expect=passes(),
              event={'tlsward.authentication': 'certificate'})
    yield Row('suites: psk-beside-certificate: a pin asks for the certificate and its key',
              ['suites', 'psk-beside-certificate'], policy=f'pin = {OTHER_PIN}', expect=stopped,
              event={'tlsward.authentication': 'certificate', **blocked('public-key-not-pinned', 50)})


def thread_rows():
    for contexts in 'shared', 'own':
        yield Row(f'threads: 160 handshakes at once, {contexts} context', ['threads', contexts],
                  expect={'passed': '80', 'blocked': '80', 'received': '0'})


FIRST_USES = {
    'open': 'dlopen of libssl, and with it at the policy, the trust store and an event',
    'context': 'SSL_CTX_new',
    'connect': 'SSL_connect',
    'shared': 'SSL_connect on a context that was made unseen',
    'unseen': 'a call of libssl\'s own, X509_verify_cert among them',
}


def first_use_rows():
    for where, what in FIRST_USES.items():
        yield Row(f'first use: eight threads at once at their first {what}', [], check=checks.first_use(where))
    yield Row('first use: eight threads at once find the kill switch on', [], check=checks.first_use_under_kill_switch)


def file_rows():
    for name, check in (('exports exactly the hooks', checks.exports_only_hooks),
                        ('needs no library but libc', checks.needs_only_libc),
                        ('names no versions', checks.has_no_versions),
                        ('imports nothing newer than glibc 2.17', checks.imports_nothing_new),
                        ('RELRO, no executable stack, no text relocations', checks.has_hard_segments)):
        yield Row(f'file: {name}', [], check=check)


def policy_rows():
    for name, check in (('an invalid policy fails handshakes, not the process', checks.invalid_policy),
                        ('an invalid policy is told with file, line and text', checks.invalid_policy_is_told),
                        ('a missing trust file fails handshakes, and is told', checks.trust_file_missing),
                        ('a replaced trust file is picked up', checks.trust_file_replaced),
                        ('a replaced policy is picked up', checks.policy_replaced),
                        ('a policy that is removed stays in force', checks.policy_removed),
                        ('a policy that is emptied stays in force until it is written', checks.policy_emptied),
                        ('TLSWARD_OFF=1 stands down without a system policy', checks.kill_switch_environment),
                        ('a program of the deny-list is left alone', checks.deny_list),
                        ("a user's copy under such a name is not", checks.deny_list_copy),
                        ("what a user's file system says to be root's under such a name is not", checks.deny_list_mounted),
                        ('what cannot be read for want of descriptors is read later', checks.short_of_descriptors)):
        yield Row(f'policy: {name}', [], check=check)



def identity_rows():
    """What is not known meets what tightens, and not what weakens."""
    for name, rule, blocks, of in (
            ('the program', 'program = PROGRAM', None, {}),
            ('a program without /proc', 'program = PROGRAM', True, {'through': checks.WITHOUT_PROC}),
            ('a program in an unmounted file system', 'program = PROGRAM', True, {'through': checks.UNMOUNTED}),
            ('a program whose loader was started by hand', 'program = PROGRAM', True, {'through': 'loader'}),
            ('a link that the program was started by', 'program = LINK', True, {'through': 'link'}),
            ('a link that it was not started by', 'program = LINK', False, {}),
            ('a user that a daemon becomes', 'user = 65534', None, {'way': 'becomes-nobody'}),
            ('a user by a name where no account can be read', 'user = nobody', True, {'through': checks.WITHOUT_PASSWD}),
            ('a user that a daemon works for', 'user = 65534', True, {'way': 'works-for-nobody'}),
            ('a port that is unknown', 'destination = good.test:443', True, {'way': 'without-address'}),
            ('an address that is unknown', 'destination = 127.0.0.0/8', True, {'way': 'without-address'}),
            ('another name', 'destination = other.test:443', False, {'way': 'without-address'})):
        # None: it is known, so that either rule decides.
        yield Row(f'identity: a rule that enforces, for {name}', [],
                  check=checks.identity_row(ENFORCED + rule, blocks is not False, **of))
        yield Row(f'identity: a rule that weakens, for {name}', [],
                  check=checks.identity_row(SPARED + rule, blocks is not None, **of))
    for name, destination, resumed in ('a rule that tightened', 'good.test:443', '0'), ('a rule that matched', 'good.test', '1'):
        yield Row(f'identity: a session that {name} let through: resumed is {resumed}',
                  ['identity', 'resumes-without-address', 'good'], expect={'connected': '1', 'resumed': resumed},
                  policy=f'{ENFORCED}destination = {destination}')


def surrounding_rows():
    for way in 'descriptors-closed', 'environment-overwritten':
        yield Row(f'process: {way}: trust and policy still work', ['surroundings', way, 'good'], expect=passes(),
                  event={'tlsward.outcome': 'verified-by-policy'})
        yield Row(f'process: {way}: a bad certificate is stopped', ['surroundings', way, 'wrong-host'],
                  expect={'connected': '-1', 'explained': '1', 'received': '0'},
                  event=blocked('certificate-host-mismatch', 62))
    yield Row('process: small-stack: a handshake fits', ['surroundings', 'small-stack', 'good'], expect=passes())
    yield Row('process: small-stack: and a blocked one', ['surroundings', 'small-stack', 'wrong-host'],
              expect={'connected': '-1', 'received': '0'}, event=blocked('certificate-host-mismatch', 62))
    # A policy that is replaced is kept on purpose.
    yield Row('process: cancel-pending: a new context is no cancellation point', ['surroundings', 'cancel-pending', 'good'],
              as_bare=True, expect={'cancelled': '0', 'connected': '1'}, environment=checks.NO_LEAK_SEARCH)
    yield Row("process: a library context of the program's own: its algorithms verify our anchors too",
              ['library_context', 'good'], expect={'connected': '1', 'reply': 'pong'},
              event={'tlsward.outcome': 'verified-by-policy'})
    for source, pinned in ('ca.pem', False), ('hashed', False), ('ca.pem', True):
        yield Row(f"process: a library context of the program's own: it serves all: {source}{', pinned' * pinned}", [],
                  check=checks.library_context_row(source, pinned))
    yield Row("process: a library context of the program's own: a bad certificate is stopped",
              ['library_context', 'wrong-host'], expect={'connected': '-1', 'explained': '1'},
              event=blocked('certificate-host-mismatch', 62))
    # Neither the log can be reached from there, nor what a search for leaks needs.
    yield Row('process: other-root: trust still works', ['surroundings', 'other-root', 'good'], expect=passes(),
              events=0, environment=checks.NO_LEAK_SEARCH)
    yield Row('process: other-root: a bad certificate is stopped', ['surroundings', 'other-root', 'wrong-host'],
              expect={'connected': '-1', 'explained': '1', 'received': '0'}, events=0,
              environment=checks.NO_LEAK_SEARCH)
    yield Row('process: fork in a program of many threads: the child is protected and ends', ['forks'],
              expect={'passed': '20', 'blocked': '20'})


def server_rows():
    for kind in 'strict', 'forgiving', 'replaced', 'optional':
        for leaf in 'good', 'unknown-ca', 'expired', 'none':
            yield Row(f'server: {kind}: its rules for client certificates are its own: {leaf}',
                      ['server_side', kind, leaf], as_bare=True, events=1)
    yield Row('server: a context for both sides does not ask clients for certificates', ['server_side', 'both', '-'],
              policy='unknown-name = allow', as_bare=True, expect={'both': '1 1', 'client-certificate': '0'}, events=1)
    yield Row('server: an SSL that was refused as a client asks nobody for a certificate as a server',
              ['server_side', 'turned', '-'], events=2,
              expect={'as-client': '-1 -1', 'as-server': '1 1', 'client-certificate': '0'})
    yield Row('server: an SSL that was refused as a client has no name as a server that was sent for it',
              ['server_side', 'turned-nameless', '-'], events=1,
              policy=f'[rule r]\nprogram = */server_side\nname = other.test\n{EXCUSE}',
              expect={'as-client': '-1 -1', 'name-before-hello': 'none'})


OWN_CA = {'SSL_CERT_FILE': 'PKI/ca.pem', 'SSL_CERT_DIR': '/nonexistent'}


def system_rows():
    loose = {'TLSWARD_POLICY': 'LOOSE', 'TLSWARD_MODE': 'off', 'TLSWARD_LOG': 'stderr', 'TLSWARD_TRUST': 'system'}
    for name, check in (
            ('the environment does not loosen a system policy', checks.system_row('', loose, True)),
            ('the environment may tighten it',
             checks.system_row('mode = audit', {'TLSWARD_MODE': 'enforce'}, True)),
            ('SSL_CERT_FILE and SSL_CERT_DIR do not count', checks.system_row('trust = system', OWN_CA, True, leaf='good')),
            ('they count where the policy says so',
             checks.system_row('trust = system\nenvironment = allow', OWN_CA, False, leaf='good')),
            *((f'no proxy of the environment makes a name unknown that is then allowed: {variable}',
               checks.system_row('unknown-name = allow', {variable: 'http://127.0.0.1'}, True, way='no-sni'))
              for variable in ('http_proxy', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY')),
            ('a proxy of the environment counts where the policy believes the environment',
             checks.system_row('unknown-name = allow\nenvironment = allow', {'https_proxy': 'http://127.0.0.1'}, False,
                               way='no-sni')),
            ('TLSWARD_OFF does not count', checks.system_row('', {'TLSWARD_OFF': '1'}, True)),
            ('TLSWARD_OFF counts where the policy allows it',
             checks.system_row('kill-switch-environment = allow', {'TLSWARD_OFF': '1'}, False)),
            ('the kill switch stands down', checks.system_row('', {}, False, kill_switch=True)),
            ('the kill switch leaves alone what is on its way', checks.switched_on_the_way('switched-off-on-the-way', 'good')),
            ('the kill switch lets go of what is on its way',
             checks.switched_on_the_way('switched-off-on-the-way', 'wrong-host')),
            ('what began while the kill switch was on is not cut when it is taken away',
             checks.switched_on_the_way('switched-on-on-the-way', 'good', resumed='1')),
            ('setuid: the system policy applies', checks.system_row('', {}, True, setuid=True)),
            ('setuid: the environment does not exist', checks.system_row('', loose, True, setuid=True)),
            ('setuid: the environment may not even tighten',
             checks.system_row('mode = audit', {'TLSWARD_MODE': 'enforce'}, False, setuid=True)),
            ('setuid: TLSWARD_OFF does not exist',
             checks.system_row('kill-switch-environment = allow', {'TLSWARD_OFF': '1'}, True, setuid=True))):
        yield Row(f'system: {name}', [], check=check)


LOOKS = {
    'never': [],
    'pretend': ['peer-certificate'],
    'pretend-twice': ['peer-certificate'],
    'result': ['verify-result'],
    'right-name': ['peer-certificate', 'peer-certificate name-matched'],
    'wrong-name': ['peer-certificate', 'peer-certificate name-mismatch'],
    'address': ['peer-certificate', 'peer-certificate name-mismatch'],
    'names': ['peer-certificate', 'peer-certificate names-read'],
    'another': ['peer-certificate'],
    'everything': ['verify-result', 'peer-certificate verify-result', 'peer-certificate verify-result names-read',
                   'peer-certificate verify-result names-read name-matched'],
}


def evidence_rows():
    for look, expected in LOOKS.items():
        yield Row(f'evidence: {look}: said in updates, not before', [],
                  check=checks.looks_later('nothing', look, expected))
    yield Row('evidence: no word of looks where the handshake has verified all', [],
              check=checks.looks_later('all', 'everything', []))
    yield Row('evidence: what the same server does again is counted', ['renewed', 'same'], policy='mode = audit',
              expect={'handshakes': '2'}, events=1)
    yield Row('evidence: another certificate for the same key has an event of its own', ['renewed', 'renewed'],
              policy='mode = audit', expect={'handshakes': '2'}, events=2)
    for decision, function in (('nothing', 'ask_for_nothing'), ('context-off', 'switch_off_on_context'),
                               ('connection-off', 'switch_off_on_connection')):
        yield Row(f'evidence: the call site of {decision} is {function}()', [],
                  check=checks.decided_in(decision, function))


def all_rows():
    for group in (callback_rows, within_rows, mode_rows, state_rows, trust_rows, anchor_rows, dane_rows, session_rows, renegotiation_rows,
                  name_rows, suite_rows, thread_rows, first_use_rows, file_rows, policy_rows, identity_rows,
                  surrounding_rows, server_rows, system_rows, evidence_rows):
        yield from group()
    yield from unread.rows()
    yield from standard_error.rows()
    yield from shortage.rows()
    yield from variables.rows()
    yield from candidates.rows()
    yield from parts.rows()
    yield from matchers.rows(ENFORCED, SPARED)
