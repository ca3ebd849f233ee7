"""The rows, group by group: what a row's name says is what is broken when it fails."""
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


def passes(**more):
    return {'connected': '1', 'reply': 'pong', 'reason': '-', 'explained': '0', 'received': '4', **more}


def is_stopped(error, alert, **more):
    return {'connected': '-1', 'reply': '-', 'reason': 'certificate verify failed', 'explained': '1',
            'result': str(error), 'received': '0', 'alert': ALERTS[alert], **more}


def blocked(reason, error):
    return {'tlsward.action': 'blocked', 'tlsward.reason': reason, 'tlsward.x509_error': error}


CALLBACK_SCENARIOS = ['info-on-context', 'info-on-connection', 'info-on-both', 'info-on-context-after-SSL_new',
                      'info-taken-back', 'getters', 'cert-verify', 'cert-verify-none', 'cert-verify-taken-back',
                      'cert-verify-twice', 'verify-peer', 'verify-none', 'verify-on-connection', 'retry-verify']


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
    yield Row('callbacks: the verdict waits for a verification to be retried',
              ['callbacks', 'retry-verify', 'wrong-host'], events=1,
              expect={'first': '-1 want:1', 'retries': '2', 'connected': '-1', 'explained': '1', 'received': '0'})
    yield Row('callbacks: a failed verification that asks to be retried is not let through',
              ['callbacks', 'retry-refused', 'wrong-host'], expect={'connected': '-1', 'received': '0'})


WAYS = ['never-set', 'none-on-context', 'none-on-context-after-SSL_new', 'none-on-connection',
        'verify-callback-on-context', 'verify-callback-on-connection', 'verify-callback-that-clears',
        'verify-callback-of-store', 'cert-verify-callback', 'cert-verify-callback-that-clears',
        'store-with-own-verify', 'no-check-time', 'use-check-time', 'low-depth', 'chain-without-host']
# Where the program's own verification refuses the certificate before tlsward is asked.
DEMAND_CHAIN = ['none-on-context-after-SSL_new', 'no-check-time', 'use-check-time', 'store-with-own-verify',
                'chain-without-host']
REFUSED_BY_PROGRAM = {(way, leaf) for way in DEMAND_CHAIN for leaf in ('unknown-ca', 'self-signed')} | {
    ('chain-without-host', 'expired'), ('none-on-context-after-SSL_new', 'expired')}


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


HOOKS = ['SSL_CTX_new', 'SSL_CTX_new_ex', 'SSL_CTX_new-failing', 'SSL_connect', 'SSL_do_handshake',
         'implicit-handshake', 'SSL_set_connect_state', 'BIO_new_ssl_connect', 'SSL_set_session',
         'SSL_copy_session_id', 'SSL_write_early_data', 'info-callbacks', 'SSL_CTX_set_cert_verify_callback',
         'verify-modes', 'hosts', 'params', 'X509_verify_cert', 'peer-certificate', 'name-checks', 'getaddrinfo',
         'getaddrinfo-failing', 'gethostbyname', 'connect']


def state_rows():
    for hook in HOOKS:
        for mode in 'audit', 'enforce':
            yield Row(f'state: {mode}: {hook} leaves errno, error queue, locale, rounding and descriptors alone',
                      ['state', hook, 'good'], policy=f'mode = {mode}', as_bare=True)
        yield Row(f'state: audit of a bad certificate: {hook} leaves everything alone',
                  ['state', hook, 'wrong-host'], policy='mode = audit', as_bare=True)


def all_rows():
    for group in callback_rows, mode_rows, state_rows:
        yield from group()
