"""Under a system policy no variable, libcrypto's included, lets a connection pass that would not have without it."""
import pathlib
import subprocess
import sys

import checks
import unread
from run import Row

# A context of this configuration has anchors that the program never named.
CONFIGURATION = '''openssl_conf = start
[start]
ssl_conf = ssl
[ssl]
clients = anchors
[anchors]
VerifyCAFile = PKI/ca.pem
'''

# Where the policy trusts another CA than that of the server, whose name is right.
OTHER_TRUST = 'trust = PKI/other-ca.pem'

VARIABLES = {
    'SSL_CERT_FILE': ({'SSL_CERT_FILE': 'PKI/ca.pem'}, 'default-anchors', ':'),
    'SSL_CERT_FILE, chain demanded': ({'SSL_CERT_FILE': 'PKI/ca.pem'}, 'default-anchors-demanded', ':'),
    'SSL_CERT_DIR': ({'SSL_CERT_DIR': 'PKI/hashed', 'SSL_CERT_FILE': '/nonexistent'}, 'default-anchors', ':'),
    'SSL_CERT_DIR, chain demanded': ({'SSL_CERT_DIR': 'PKI/hashed'}, 'default-anchors-demanded', ':'),
    'OPENSSL_CONF': ({'OPENSSL_CONF': 'PKI/openssl.cnf'}, 'configured', ':'),
    'OPENSSL_CONF, chain demanded': ({'OPENSSL_CONF': 'PKI/openssl.cnf'}, 'configured-demanded', ':'),
    'OPENSSL_CONF_INCLUDE, chain demanded': ({'OPENSSL_CONF_INCLUDE': 'PKI'}, 'configured-demanded',
                                             "printf '.include openssl.cnf\\n' > /etc/ssl/openssl.cnf"),
}


def variable_row(environment, way, prepare, more, passes):
    def check(setting):
        pki = setting.directory / 'pki'
        host = unread.Host(setting, f'{OTHER_TRUST}\n{more}'.replace('PKI', str(pki)), prepare, own_trust=True)
        (pki / 'openssl.cnf').write_text(CONFIGURATION.replace('PKI', str(pki)))
        (pki / 'hashed').mkdir()
        (pki / 'hashed' / 'ca.pem').write_text((pki / 'ca.pem').read_text())
        subprocess.run(['openssl', 'rehash', pki / 'hashed'], check=True)
        variables = {name: value.replace('PKI', str(pki)) for name, value in environment.items()}
        facts = host.run_as([], 'good', variables, way)
        assert facts['connected'] == ('1' if passes else '-1'), facts
        event = checks.setting_events(setting)[-1]
        assert event['tlsward.action'] == ('allowed' if passes else 'blocked'), event
        if not passes:
            assert 'the environment names other anchors' in event['tlsward.message'], event
    return check


def raised_row(policy, mode, passes):
    """A program whose own anchors do not know the peer's CA, under a policy that trusts that and extends."""
    def check(setting):
        host = unread.Host(setting, policy)
        environment = {} if mode is None else {'TLSWARD_MODE': mode}
        facts = host.run_as([], 'good', environment, 'default-anchors-demanded')
        assert facts['connected'] == ('1' if passes else '-1'), facts
        assert setting.events(), 'the library was not active'
    return check


WITH_NAME_SERVER = pathlib.Path(__file__).parent / 'programs' / 'with_name_server.py'
OF_NAME_SERVER = """rm -f /etc/resolv.conf
printf 'nameserver 127.0.0.53\\nsearch many.test\\n' > /etc/resolv.conf
printf 'hosts: files dns\\n' > /etc/nsswitch.conf"""

# The only name that the name server knows, to which the variable leads, and a certificate for that.
RESOLVER = {
    'HOSTALIASES': ({'HOSTALIASES': 'PKI/aliases'}, 'short-name', 'good', 'other.test', 'wrong-host'),
    'LOCALDOMAIN': ({'LOCALDOMAIN': 'many.test'}, 'short-name', 'good', 'good.many.test', 'any-of-many'),
    'RES_OPTIONS': ({'RES_OPTIONS': 'ndots:2'}, 'long-name', 'good.test', 'good.test.many.test', 'wrong-host'),
}


def resolver_row(mode, environment, way, asked, led_to, leaf):
    """Under audit the program comes where the variable leads, or its other row proves nothing."""
    def check(setting):
        host = unread.Host(setting, f'mode = {mode}', OF_NAME_SERVER)
        pki = setting.directory / 'pki'
        (pki / 'aliases').write_text('good other.test\n')
        variables = {name: value.replace('PKI', str(pki)) for name, value in environment.items()}
        wrapper = ['unshare', '-n', sys.executable, WITH_NAME_SERVER, led_to, *unread.USER]
        facts = host.run_as(wrapper, leaf, variables, way)
        assert facts['connected'] == ('1' if mode == 'audit' else '-1'), facts
        expected = {'tlsward.action': 'would-block' if mode == 'audit' else 'blocked',
                    'tlsward.reason': 'certificate-host-mismatch', 'tlsward.expected_name': asked,
                    'tlsward.name_source': 'resolver'}
        checks.assert_members(expected, checks.setting_events(setting)[-1], 'event')
    return check


def transparency_row(leaf, connected, action):
    """The program takes its logs of certificates from there, or it could not start."""
    def check(setting):
        host = unread.Host(setting, '')
        (setting.directory / 'pki' / 'logs').write_text('enabled_logs =\n')
        logs = {'CTLOG_FILE': str(setting.directory / 'pki' / 'logs')}
        facts = host.run_as(unread.USER, leaf, logs, 'transparency')
        assert facts['connected'] == connected, facts
        checks.assert_members({'tlsward.action': action}, checks.setting_events(setting)[-1], 'event')
    return check


def rows():
    for name, row in RESOLVER.items():
        for mode in 'audit', 'enforce':
            yield Row(f'variables: {name}: a name that leads elsewhere is expected as it was asked for: {mode}', [],
                      check=resolver_row(mode, *row))
    for leaf, connected, action in ('good', '1', 'allowed'), ('wrong-host', '-1', 'blocked'), ('unknown-ca', '-1', 'blocked'):
        yield Row(f'variables: CTLOG_FILE: chain and name are judged all the same: {leaf}', [],
                  check=transparency_row(leaf, connected, action))
    yield Row('variables: TLSWARD_MODE: enforce does not switch extend on', [],
              check=raised_row('mode = audit\ntrust-mode = extend', 'enforce', False))
    yield Row('variables: TLSWARD_MODE: extend counts where the policy itself enforces', [],
              check=raised_row('trust-mode = extend', 'enforce', True))
    yield Row('variables: TLSWARD_MODE: extend counts where the policy believes the environment', [],
              check=raised_row('mode = audit\ntrust-mode = extend\nenvironment = allow', 'enforce', True))
    for name, (environment, way, prepare) in VARIABLES.items():
        yield Row(f'variables: {name}: gives the program no anchors that count', [],
                  check=variable_row(environment, way, prepare, '', False))
        yield Row(f'variables: {name}: counts where the policy believes the environment', [],
                  check=variable_row(environment, way, prepare, 'environment = allow', True))
