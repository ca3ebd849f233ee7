"""Under a system policy no variable, libcrypto's included, lets a connection pass that would not have without it."""
import subprocess

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


def rows():
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
