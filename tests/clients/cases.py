"""What a server presents, whom the program means to reach, and what has to come of it."""

from dataclasses import dataclass

NAME = "good.test"
OTHER_NAME = "other.test"
LONG_NAME = "www13.good.test"
ADDRESS = "127.0.0.1"


@dataclass(frozen=True)
class Case:
    name: str
    certificate: str  # in certificates.ISSUED
    host: str  # what the program is told to connect to
    reason: str = ""  # tlsward.reason in the words of RFC 8460, section 4.3.2; empty: must pass
    text: str = ""  # X509_verify_cert_error_string(3)
    alert: str = ""  # as OpenSSL names the alert that the server receives, RFC 8446 section 6.2

    @property
    def good(self):
        return not self.reason


HOST_MISMATCH = ("certificate-host-mismatch", "hostname mismatch", "alert bad certificate")
NOT_TRUSTED = "certificate-not-trusted"

CASES = (
    Case("good", "good", NAME),
    Case("address", "address", ADDRESS),
    Case("wrong-host", "other", NAME, *HOST_MISMATCH),
    Case("common-name", "common-name", NAME, *HOST_MISMATCH),
    Case("wrong-address", "good", ADDRESS, HOST_MISMATCH[0], "IP address mismatch", HOST_MISMATCH[2]),
    Case("expired", "expired", NAME, "certificate-expired", "certificate has expired", "alert certificate expired"),
    Case("self-signed", "self-signed", NAME, NOT_TRUSTED, "self-signed certificate", "alert unknown ca"),
    Case("unknown-ca", "unknown-ca", NAME, NOT_TRUSTED, "unable to get local issuer certificate", "alert unknown ca"),
)

UNTRUSTED = frozenset({"expired", "self-signed", "unknown-ca"})
MISNAMED = frozenset({"wrong-host", "wrong-address"})
