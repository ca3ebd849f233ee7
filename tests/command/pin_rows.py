"""What `tlsward pin` promises, one row per fact; {pin} is that of self.pem, {pin_NAME} that of another certificate."""

from rows import EVERYWHERE, JUDGED, ORDINARY_USER, Row

FORMS = {
    "certificate": "good.pem",
    "certificate-in-der": "good.der",
    "key": "good.key",
    "key-in-der": "good.key.der",
    "key-of-its-own-format": "good.ec.key",
    "public-key": "good.pub",
    "public-key-in-der": "good.pub.der",
    "request": "good.csr",
    "request-in-der": "good.csr.der",
}
OWN = "^pin = {pin_good}$"


def rows():
    for form, file in FORMS.items():
        yield Row(f"pin/file/{form}", ["pin", f"{{t}}/forms/{file}"], out=[OWN, "  {pin_good}  "])
    yield Row("pin/file/of-the-working-directory", ["pin", "good.pem"], out=[OWN])
    yield Row("pin/file/of-a-chain", ["pin", "{t}/forms/chain.pem"], out=["  {pin_good}  certificate  CN=good$", "  {pin_middle}  issuer       CN=tlsward test intermediate$", OWN, "is for deny-pin, and no second pin"], absent=["pin = {pin_middle}"])
    yield Row("pin/file/with-its-key", ["pin", "{t}/forms/both.pem"], out=["^  {pin_good}  certificate  CN=good\n  {pin_good}  private key  $", "^\npin = {pin_good}$"])
    yield Row("pin/file/two-pins-need-no-hint", ["pin", "good.pem", "self.pem"], out=["^pin = {pin_good}\npin = {pin}$"], absent=["One pin is"])
    yield Row("pin/file/one-pin-has-a-hint", ["pin", "good.pem"], out=["One pin is none too many", "^    tlsward pin good.pem next.key$"])
    yield Row("pin/file/encrypted-key", ["pin", "{t}/forms/encrypted.key"], 3, err=["forms/encrypted.key: a private key is encrypted: give its public key"], absent=["pin ="])
    yield Row("pin/file/encrypted-key-of-the-old-format", ["pin", "{t}/forms/encrypted.ec.key"], 3, err=["is encrypted"], absent=["pin ="])
    yield Row("pin/file/damaged-block-and-a-good-one", ["pin", "{t}/forms/damaged.pem"], 3, out=[OWN], err=["damaged.pem: CERTIFICATE cannot be read"])
    yield Row("pin/file/no-base64", ["pin", "{t}/broken.pem"], 3, err=["broken.pem: a PEM block cannot be read: "])
    yield Row("pin/file/of-something-else", ["pin", "/etc/hosts", "good.pem"], 3, out=[OWN], err=["^tlsward pin: /etc/hosts: holds no certificate, request or key"])
    yield Row("pin/file/that-is-not-there", ["pin", "{t}/none.pem"], 3, err=["none.pem: No such file"])
    yield Row("pin/file/a-device-without-an-end", ["pin", "/dev/zero"], 3, err=["/dev/zero: is too large"])
    yield Row("pin/file/a-directory", ["pin", "{t}"], 3, err=["Is a directory"])
    yield Row("pin/file/json", ["pin", "--json", "{t}/forms/chain.pem"], out=['"pin": \\[\n    "{pin_good}"\n  \\]', '"issuer": true', '"subject": "CN=tlsward test intermediate"', '"address": null', '"complete": true'])
    yield Row("pin/server/chain", ["pin", "good.test:{PORT_good}"], out=["^good.test:[0-9]+ at 127.0.0.1\n  {pin_good}  certificate  CN=good\n  {pin_middle}  issuer  ", OWN])
    yield Row("pin/server/untrusted-all-the-same", ["pin", "good.test:{PORT_self}"], out=["^pin = {pin}$"])
    yield Row("pin/server/hostile-subject", ["pin", "good.test:{PORT_hostile}"], out=[r"CN=\\\\?x?1B"], absent=["\x1b"])
    yield Row("pin/server/and-the-next-key", ["pin", "good.test:{PORT_good}", "self.key"], out=["^pin = {pin_good}\npin = {pin}$"], absent=["One pin is"])
    yield Row("pin/server/client-certificate-asked-for", ["pin", "good.test:{PORT_asking}"], out=[OWN])
    yield Row("pin/server/without-a-certificate", ["pin", "good.test:{PORT_anonymous}"], 3, err=["the server has sent no certificate"], absent=["pin ="])
    yield Row("pin/server/closed-port", ["pin", "good.test:{PORT_closed}", "good.test:{PORT_good}"], 3, out=[OWN], err=["^tlsward pin: good.test port [0-9]+ at 127.0.0.1: Connection refused$"])
    yield Row("pin/server/no-such-protocol", ["pin", "--starttls", "xmpp", "good.test"], 2, err=["--starttls xmpp: none of smtp"])
    yield Row("pin/server/starttls", ["pin", "--starttls", "smtp", "good.test:{PORT_smtp}"], out=[OWN], needs="aiosmtpd", root=True)
    yield Row("pin/server/no-host-name", ["pin", "no..name"], 2, err=["no..name: is no host name, and there is no such file"])
    yield Row("pin/server/no-port", ["pin", "good.test:0"], 2, err=["good.test:0: has no valid port"])
    yield Row("pin/usage/nothing-named", ["pin"], 2, err=["a HOST"])
    yield Row("pin/usage/unknown-option", ["pin", "--nonsense", "good.pem"], 2, err=["--nonsense"])
    unknown = ["pin", "good.test:{PORT_unknown}"]
    host = {"system": EVERYWHERE, "env": {"PRELOAD_EVERYWHERE": "{library}"}}
    curl = ["-sSk", "https://good.test:{PORT_unknown}/"]
    yield Row("pin/enforcing-host/curl-is-judged", curl, 60, err=[JUDGED], command="/usr/bin/curl", needs="curl", **host)
    yield Row("pin/enforcing-host/pin-is-not", unknown, out=["^pin = {pin_unknown}$"], absent=["tlsward.action"], **host)
    yield Row("pin/enforcing-host/an-ordinary-users", unknown, out=["^pin = {pin_unknown}$"], absent=["tlsward.action"], **ORDINARY_USER, **host)
