"""The ways to escape verification, and what has to come of each.

A row runs one function of the client (see client.c) against servers with several certificates, three times each:
without the library, in audit and in enforce. Without the library the escape must work, or the row proves nothing.
"""

from dataclasses import dataclass, field

from cases import CASES, LONG_NAME, NAME, OTHER_NAME

REASONS = {case.certificate: case.reason for case in CASES if case.host == NAME} | {
    "weak": "validation-failure", "other-but-subject": "certificate-host-mismatch", "just-expired": "certificate-expired",
    "through-past-middle": "certificate-expired", "future-through-past-middle": "certificate-expired",
    "expired-other": "certificate-host-mismatch",
    "expired-unknown-ca": "certificate-not-trusted", "not-yet-valid": "validation-failure",
    "expired-forged": "validation-failure", "through-stray": "certificate-not-trusted",
    "rsa-other": "certificate-host-mismatch", "rsa-unknown-ca": "certificate-not-trusted",
    "forged": "validation-failure", "partial-wildcard": "certificate-host-mismatch"}
CERTIFICATES = ("good", "other", "unknown-ca", "expired")
UNTRUSTED = frozenset({"unknown-ca", "expired"})
EVERY = frozenset(CERTIFICATES)
NONE = frozenset()
LONG = {"host": LONG_NAME, "expected_name": LONG_NAME}  # a wildcard needs two labels behind it


@dataclass(frozen=True)
class Row:
    name: str
    client: str = ""  # the client's row, where its name is another
    kind: str = "tls"  # of server
    certificates: tuple = CERTIFICATES  # of the server, in certificates.ISSUED
    good: frozenset = frozenset({"good"})  # what enforce lets through
    rejects: frozenset = NONE  # what the program refuses by itself
    reasons: dict = field(default_factory=dict)  # where they differ from REASONS
    audit_reason: str = ""  # where audit comes to another reason than enforce
    source: str = "sni"  # of the expected name
    host: str = NAME
    expected_name: str = NAME
    event: dict = field(default_factory=dict)  # further members of every event
    audit_event: dict = field(default_factory=dict)
    enforce_event: dict = field(default_factory=dict)
    event_by_library: dict = field(default_factory=dict)  # further members of every event, by Library.name
    policy: str = ""  # further lines, with places that Bench.further_policy fills
    openssl_conf: str = ""  # lines of the section system_default in the file that OPENSSL_CONF names
    before: str = ""  # the client's row that runs first, without the library
    other_host: str = NAME
    other_port: bool = False  # the second peer is the same server at its other port
    other_good: bool = False  # the second peer is a server with a good certificate; else the same server
    any_outcome: bool = False  # what is allowed may have been found faulty
    silent: bool = False  # enforce leaves nothing to verify, so no event
    never: str = ""  # must not be in the server's log in enforce, and must be there without the library
    says: str = ""  # pattern of the first error that the program finds on its queue where the policy blocks
    always: str = ""  # must be in the server's log where enforce lets the program through

    @property
    def function(self):
        return self.client or self.name

    @property
    def forgives_expiry(self):
        return FORGIVES in self.policy

    def reason(self, certificate, mode):
        if mode == "audit" and self.audit_reason:
            return self.audit_reason
        return self.reasons.get(certificate) or REASONS[certificate]

    def lets_through(self, certificate, mode):
        return certificate not in self.rejects and (mode != "enforce" or certificate in self.good)


def careless(name, **rest):
    """Accepts every certificate."""
    return Row(name, **rest)


def partly(name, rejects, **rest):
    """Refuses some by itself."""
    return Row(name, rejects=frozenset(rejects), **rest)


def without_certificate(name, kind, **rest):
    """The server has none; the name of its certificate is only one for the row."""
    return Row(name, kind=kind, certificates=("good",), **rest)


# 1.0.2 has no words before it is told to load them, LibreSSL tells of the alert it sent.
VERIFY_FAILED = "handshake: (certificate verify failed|no reason given|tlsv1 alert decrypt error)"
NO_CERTIFICATE = {"good": "no-certificate"}
NOBODY = {"good": NONE, "never": "accepted", "reasons": NO_CERTIFICATE, "silent": True,
          "event": {"tlsward.authentication": "anonymous"}}
NO_PSK = {"good": NONE, "never": "accepted", "reasons": NO_CERTIFICATE}
PINNED = "pin = {pin}\n"
OTHER_PINNED = "pin = sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
ALONE = "verify = none\n"  # the pin decides alone
NOT_PINNED = {"good": "public-key-not-pinned"}
NONE_PINNED = dict.fromkeys(CERTIFICATES, "public-key-not-pinned")
DENIED = "deny-pin = {pin}\n"
OTHER_DENIED = "deny-pin = sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
KEY_DENIED = dict.fromkeys((*CERTIFICATES, "through-middle", "through-stray"), "key-denied")
RAW_KEY = {"tlsward.authentication": "raw-public-key"}
BY_POLICY = {"tlsward.outcome": "verified-by-policy"}
RESUMED = {"tls.resumed": True, "tlsward.authentication": "resumption"}
FULL = {"tls.resumed": False, "tlsward.authentication": "certificate"}


def from_file(name, before, **rest):
    """The session was made by a run without the library: audit sees it resumed, enforce makes a new one."""
    return Row(name, before=before, audit_reason="session-not-verified", audit_event=RESUMED, enforce_event=FULL,
               **rest)


def by_psk_callback(name, **rest):
    """The session was made by a run without the library; libssl has no way back once early data was asked for."""
    return Row(name, before="save-tls13", kind="early-psk", good=NONE, never="early too early",
               reasons=dict.fromkeys(CERTIFICATES, "session-not-verified"), audit_event=RESUMED,
               event={"tlsward.authentication": "resumption"}, **rest)


def from_memory(name, client, **rest):
    """The session was made for a good certificate by the same process."""
    return Row(name, client, certificates=("good",), **rest)


def for_another(name, client):
    """... and is used for another host, which the certificate does not name."""
    return from_memory(name, client, other_host=OTHER_NAME, expected_name=OTHER_NAME, good=NONE,
                       reasons={"good": "certificate-host-mismatch"}, audit_reason="session-not-verified",
                       audit_event=RESUMED, enforce_event=FULL)


EXCUSE = "owner = tests\nreason = a row\nexpires = 2099-12-31\n"
ANOTHER_RULE = "[rule another]\ndestination = *:{second_port}\n"
TRUSTS_MORE = ANOTHER_RULE + "trust = {known}\ntrust = {unknown}\n" + EXCUSE
DENIES_HERE = (ALONE + ANOTHER_RULE + EXCUSE + "[rule here]\ndestination = *:{port}\ndeny-pin = {pin}\n")
FORGIVES = f"[rule old]\ndestination = {NAME}\nallow-expired-until = 2099-12-30\n" + EXCUSE
FORGAVE = FORGIVES.replace("until = 2099", "until = 2020")
FAULTS_BESIDE_EXPIRY = ("expired-other", "expired-unknown-ca", "expired-forged")
TLS_1_1 = {"tls.protocol.version": "1.1"}
NO_VERSION = {"tls.protocol.version": None}
FORGIVEN = frozenset({"expired", "through-past-middle"})
TOO_OLD = {"good": "protocol-too-old"}
NO_HOST_NAME = f"[rule hyphen]\ndestination = {NAME}\nname = hyphen-.test\n" + EXCUSE  # 4.0 does not take it for one
RULE_NAMES_IT = f"[rule named]\ndestination = {NAME}\nname = {NAME}\n" + EXCUSE
VERIFIES_NOTHING = ANOTHER_RULE + "verify = none\n" + EXCUSE
PSK_ELSEWHERE = "psk = block\n" + ANOTHER_RULE + "psk = allow\n" + EXCUSE
ALLOWED_ELSEWHERE = {"other_port": True, "never": ""}  # what is refused here must be there again for the other port


def under_another_rule(name, policy, certificates):
    """The session was made for the same name at another port, where another rule holds: four ways to hand it on."""
    return tuple(Row(f"session-{name}{way}", f"session-of-another-port{way}", other_port=True, policy=policy,
                     certificates=certificates, audit_reason="session-not-verified", audit_event=RESUMED,
                     enforce_event=FULL)
                 for way in ("", "-tls13", "-serialised", "-serialised-tls13"))


def raw_public_key(name, client="raw-public-key", **rest):
    return Row(name, client, kind="raw-public-key", certificates=("good",), **rest)


def without_old_protocols(name, client, **rest):
    """The server has nothing newer than TLS 1.1."""
    return Row(name, client, kind="tls1.1", certificates=("good",), reasons=TOO_OLD, **rest)


def compares_names(name, rejects=UNTRUSTED, certificates=("common-name",), **rest):
    """Demands the chain, and compares names by itself while it is verified."""
    rejects = frozenset(rejects) & frozenset(certificates)
    found = {"tlsward.outcome": "verified", "tlsward.app_verify": "full"}
    return (Row(name, certificates=certificates, good=frozenset({"good", "common-name"}), rejects=rejects,
                event=found | {"tlsward.finding": "common-name-only"} if certificates == ("common-name",) else {},
                **rest),
            Row(name + "-wildcard", name, certificates=("partial-wildcard",), good=frozenset({"partial-wildcard"}),
                event=found | {"tlsward.finding": "partial-wildcard"}, **rest | LONG))


def compares_nothing(name, **rest):
    """Demands the chain at most, and takes whatever name there is."""
    return Row(name, certificates=("common-name",), good=NONE, **rest)


def agreed_on(group, curve=None):
    """The group as IANA calls it, which is a curve too or is none."""
    return {"tlsward.group": group, "tls.curve": curve}


X25519 = agreed_on("x25519", "x25519")
HYBRID = agreed_on("X25519MLKEM768")


def driver(way, **rest):
    return Row("driver-" + way, **{"source": "resolver"} | rest)


ROWS = (
    careless("says-nothing"),
    careless("forged-signature", client="says-nothing", certificates=("good", "forged"),
             says=VERIFY_FAILED),
    careless("verify-none-context"),
    careless("verify-none-connection"),
    careless("callback-context"),
    careless("callback-connection"),
    careless("callback-clears-error"),
    careless("cert-verify-callback"),
    careless("cert-verify-callback-forgives"),
    careless("store-callback"),
    careless("first-use"),
    careless("verify-result"),
    partly("no-check-time", {"unknown-ca"}),
    partly("store-no-check-time", {"unknown-ca"}),
    partly("store-function", {"unknown-ca"}),
    partly("check-time", {"unknown-ca"}, certificates=("good", "other", "unknown-ca", "just-expired")),
    partly("partial-chain", UNTRUSTED),
    partly("trusted-set", {"expired"}),
    partly("security-level", UNTRUSTED, certificates=(*CERTIFICATES, "weak"), kind="weak"),
    partly("host-flags", UNTRUSTED | {"other"}, certificates=(*CERTIFICATES, "common-name", "other-but-subject"),
           good=frozenset({"good", "common-name"}), source="app"),
    partly("names-of-the-program", NONE, client="verifies-all", certificates=("common-name",),
           good=frozenset({"common-name"}), source="app", event={"tlsward.finding": "common-name-only"}),
    partly("names-of-the-program-wildcard", NONE, client="verifies-all", certificates=("partial-wildcard",),
           good=frozenset({"partial-wildcard"}), source="app", event={"tlsward.finding": "partial-wildcard"}, **LONG),
    partly("names-strict", NONE, client="verifies-all", certificates=("common-name",), good=NONE, source="app",
           policy="names = strict\n"),
    partly("names-strict-wildcard", NONE, client="verifies-all", certificates=("partial-wildcard",), good=NONE,
           source="app", policy="names = strict\n", **LONG),
    careless("host-forgiven", certificates=("good", "other", "common-name"), good=frozenset({"good", "common-name"}),
             source="app"),
    careless("host-forgiven-wildcard", client="host-forgiven", certificates=("partial-wildcard",),
             good=frozenset({"partial-wildcard"}), source="app", **LONG),
    careless("host-strictly-forgiven", certificates=("partial-wildcard",), good=NONE, source="app", **LONG),
    careless("wildcard-unchecked", client="says-nothing", certificates=("partial-wildcard",), good=NONE, **LONG),
    careless("common-name-allowed", client="says-nothing", certificates=("good", "common-name"),
             good=frozenset({"good", "common-name"}), policy="allow-cn = yes\n"),
    *compares_names("names-read", certificates=(*CERTIFICATES, "common-name")),
    *compares_names("names-read-without-sni", source="resolver"),
    *compares_names("names-sought"),
    *compares_names("names-of-copy"),
    *compares_names("host-checked"),
    *compares_names("names-read-around", other_good=True),
    *compares_names("names-read-before-retry", UNTRUSTED),
    compares_nothing("names-unread", client="no-host"),
    compares_nothing("names-of-issuer"),
    compares_nothing("usage-read"),
    compares_nothing("host-mismatch-forgiven"),
    compares_nothing("names-read-within", other_good=True),
    compares_nothing("names-read-for-nothing"),
    compares_nothing("names-read-strictly", client="names-read", policy="names = strict\n"),
    compares_nothing("names-read-of-a-rule", client="names-read", policy=RULE_NAMES_IT, source="policy"),
    careless("names-read-and-forgiven", certificates=("other", "unknown-ca"), good=NONE),
    partly("host-leading-dot", UNTRUSTED),
    careless("host-of-freed-connection", other_host=OTHER_NAME),
    partly("host-of-another", EVERY - {"other"}, good=frozenset({"other"}), other_host=OTHER_NAME, source="app",
           expected_name=OTHER_NAME),
    partly("host-of-nine", EVERY - {"good"}, source="unknown", expected_name=None, good=NONE,
           reasons={"good": "name-unknown"}),
    partly("no-host", UNTRUSTED, event={"tlsward.app_verify": "ca"}),
    careless("no-host-name", client="says-nothing", policy=NO_HOST_NAME, source="policy", expected_name="hyphen-.test",
             good=NONE, reasons={"good": "certificate-host-mismatch"}),
    partly("verifies-all", EVERY - {"good"}, source="app", event={"tlsward.app_verify": "full"}),

    partly("dane-ee", {"other"}, before="save-ticket", good=EVERY - {"other"}, source="app"),
    partly("dane-ee-late", {"other"}, source="app"),
    partly("dane-ta", EVERY - {"good"}, source="app"),
    partly("dane-ta-unknown", EVERY - {"unknown-ca"}, good=frozenset({"unknown-ca"}), source="app"),
    careless("dane-ta-forgiven", source="app"),
    careless("dane-pkix-ee-forgiven", before="save-ticket", source="app"),

    without_certificate("anonymous", "anonymous", **NOBODY),
    careless("anonymous-too"),
    without_certificate("anonymous-on-the-way", "anonymous", good=NONE, reasons=NO_CERTIFICATE,
                        event={"tlsward.authentication": "anonymous"}),
    without_certificate("anonymous-on-the-way-own-bios", "anonymous", good=NONE, reasons=NO_CERTIFICATE,
                        event={"tlsward.authentication": "anonymous"}),
    without_certificate("psk-tls12", "psk", event={"tlsward.authentication": "psk"}),
    without_certificate("psk-tls13", "psk", event={"tlsward.authentication": "psk"}),
    *(without_certificate(f"{client}-blocked", "psk", client=client, policy="psk = block\n", **NO_PSK)
      for client in ("psk-tls12", "psk-tls13", "psk-session", "psk-session-of-connection")),
    without_certificate("psk-session", "psk", event={"tlsward.authentication": "psk"}),
    without_certificate("psk-session-of-then", "psk", event={"tlsward.authentication": "psk"}),
    without_certificate("psk-session-resumed", "psk", good=NONE, silent=True,
                        reasons={"good": "session-not-verified"}, event=RESUMED),
    without_certificate("anonymous-after-refusal", "anonymous", policy=VERIFIES_NOTHING, **NOBODY | ALLOWED_ELSEWHERE),
    without_certificate("psk-after-refusal", "psk", policy=PSK_ELSEWHERE, **NO_PSK | ALLOWED_ELSEWHERE),
    without_certificate("psk-of-then-after-refusal", "psk", policy=PSK_ELSEWHERE, **NO_PSK | ALLOWED_ELSEWHERE),
    without_certificate("psk-session-after-refusal", "psk", policy=PSK_ELSEWHERE, **NO_PSK | ALLOWED_ELSEWHERE),
    without_certificate("srp", "srp", event={"tlsward.authentication": "srp"}),
    without_certificate("srp-blocked", "srp", client="srp", policy="psk = block\n", silent=True, **NO_PSK),
    careless("srp-certificate", kind="srp-certificate", certificates=("rsa", "rsa-other", "rsa-unknown-ca"),
             good=frozenset({"rsa"}), event={"tlsward.authentication": "certificate"}),
    raw_public_key("raw-public-key", good=NONE, reasons=NO_CERTIFICATE, event=RAW_KEY),
    raw_public_key("raw-public-key-pinned", policy=PINNED, event=RAW_KEY | BY_POLICY),
    raw_public_key("raw-public-key-pinned-alone", policy=PINNED + ALONE, event=RAW_KEY | BY_POLICY),
    raw_public_key("raw-public-key-other-pin", policy=OTHER_PINNED, good=NONE, reasons=NOT_PINNED, event=RAW_KEY),
    raw_public_key("raw-public-key-other-pin-alone", policy=OTHER_PINNED + ALONE, good=NONE, reasons=NOT_PINNED,
                   event=RAW_KEY),

    careless("pinned", client="says-nothing", policy=PINNED),
    careless("pinned-alone", client="says-nothing", policy=PINNED + ALONE, good=EVERY, event=BY_POLICY),
    careless("pinned-and-another", client="says-nothing", policy=OTHER_PINNED + PINNED),
    careless("other-pin", client="says-nothing", policy=OTHER_PINNED, good=NONE, reasons=NOT_PINNED),
    careless("other-pin-alone", client="says-nothing", policy=OTHER_PINNED + ALONE, good=NONE, reasons=NONE_PINNED),
    partly("other-pin-verifies-all", EVERY - {"good"}, client="verifies-all", policy=OTHER_PINNED, good=NONE,
           reasons=NOT_PINNED, source="app"),
    partly("dane-ee-other-pin", {"other"}, client="dane-ee", before="save-ticket", policy=OTHER_PINNED, good=NONE,
           reasons=NONE_PINNED, source="app"),
    without_certificate("psk-tls12-pin", "psk", client="psk-tls12", policy=PINNED, good=NONE, never="accepted",
                        silent=True, reasons=NOT_PINNED),
    without_certificate("psk-tls13-pin", "psk", client="psk-tls13", policy=PINNED, good=NONE, reasons=NOT_PINNED),
    without_certificate("anonymous-pin-alone", "anonymous", client="anonymous", policy=PINNED + ALONE, good=NONE,
                        never="accepted", silent=True, reasons=NOT_PINNED),
    Row("renegotiation-other-pin", "renegotiation", kind="renegotiation", certificates=("good",),
        policy=PINNED + ALONE, good=NONE, reasons=NOT_PINNED),

    careless("through-an-intermediate", client="says-nothing", certificates=("through-middle",),
             good=frozenset({"through-middle"})),
    careless("another-key-denied", client="says-nothing", policy=OTHER_DENIED),
    careless("denied-key", client="says-nothing", policy=DENIED, good=NONE, reasons=KEY_DENIED),
    careless("denied-key-alone", client="says-nothing", policy=DENIED + ALONE, good=NONE, reasons=KEY_DENIED),
    careless("another-key-denied-alone", client="says-nothing", policy=OTHER_DENIED + ALONE, good=EVERY, any_outcome=True),
    careless("denied-key-that-is-pinned", client="says-nothing", policy=DENIED + PINNED + ALONE, good=NONE,
             reasons=KEY_DENIED),
    partly("denied-key-verifies-all", EVERY - {"good"}, client="verifies-all", policy=DENIED, good=NONE,
           reasons=KEY_DENIED, source="app"),
    partly("another-key-denied-verifies-all", EVERY - {"good"}, client="verifies-all", policy=OTHER_DENIED, source="app"),
    partly("another-key-denied-extend", EVERY - {"good"}, client="verifies-all", policy=OTHER_DENIED + "trust-mode = extend\n",
           source="app"),
    partly("another-key-denied-exclusive", EVERY - {"good"}, client="verifies-all",
           policy=OTHER_DENIED + "trust-mode = exclusive\n", source="app"),
    partly("dane-ee-denied-key", {"other"}, client="dane-ee", before="save-ticket", policy=DENIED, good=NONE,
           reasons=KEY_DENIED, source="app"),
    partly("dane-ta-denied-anchor", NONE, client="dane-ta-unknown", certificates=("unknown-ca",),
           policy="deny-pin = {pin_of_unknown}\n", good=NONE, reasons=KEY_DENIED, source="app"),
    partly("dane-ta-denied-bare-key", NONE, client="dane-ta-bare-key", certificates=("unknown-ca",),
           policy="deny-pin = {pin_of_unknown}\n", good=NONE, reasons=KEY_DENIED, source="app"),
    partly("dane-ta-another-bare-key-denied", NONE, client="dane-ta-bare-key", certificates=("unknown-ca",),
           policy="deny-pin = {pin_of_stray}\n", good=frozenset({"unknown-ca"}), source="app"),
    Row("renegotiation-denied-key", "renegotiation", kind="renegotiation", certificates=("good",),
        policy="deny-pin = {pin_of_other}\n" + ALONE, good=NONE, reasons=KEY_DENIED),
    careless("denied-intermediate", client="says-nothing", certificates=("through-middle",),
             policy="deny-pin = {pin_of_middle}\n", good=NONE, reasons=KEY_DENIED),
    careless("denied-anchor", client="says-nothing", certificates=("good", "through-middle"),
             policy="deny-pin = {pin_of_known}\n", good=NONE, reasons=KEY_DENIED),
    partly("denied-anchor-of-the-program", NONE, client="verifies-all", certificates=("good",), source="app",
           policy="deny-pin = {pin_of_known}\n", good=NONE, reasons=KEY_DENIED),
    careless("denied-intermediate-of-no-anchor", client="says-nothing", certificates=("through-stray",),
             policy="deny-pin = {pin_of_stray}\n" + ALONE, good=NONE, reasons=KEY_DENIED),
    raw_public_key("raw-public-key-denied", policy=DENIED + ALONE, good=NONE, reasons=KEY_DENIED, event=RAW_KEY),

    careless("expiry-forgiven", client="says-nothing", policy=FORGIVES,
             certificates=(*CERTIFICATES, *FAULTS_BESIDE_EXPIRY, "through-past-middle", "not-yet-valid",
                           "future-through-past-middle"),
             good=FORGIVEN | {"good"}),
    careless("expiry-forgiven-until-then", client="says-nothing", policy=FORGAVE,
             certificates=("good", "expired", "through-past-middle")),
    careless("expiry-of-another-host-forgiven", client="says-nothing", certificates=("expired",), good=NONE,
             policy=FORGIVES.replace(NAME, OTHER_NAME)),
    careless("expiry-forgiven-to-one-that-forgives", client="callback-context", policy=FORGIVES,
             certificates=("expired", *FAULTS_BESIDE_EXPIRY), good=frozenset({"expired"})),
    partly("expiry-forgiven-to-one-that-verifies", EVERY - {"good"}, client="verifies-all", policy=FORGIVES,
           source="app"),
    from_memory("session-memory-expiry-forgiven", "session-memory-tls13", policy=FORGIVES, event=RESUMED),
    Row("session-memory-of-expired", "session-memory", certificates=("expired",), good=frozenset({"expired"}),
        policy=FORGIVES, event=RESUMED),

    without_old_protocols("protocol-too-old", "old-protocols", policy="min-protocol = tls1.2\n", good=NONE,
                          audit_event=TLS_1_1, enforce_event=NO_VERSION, says="handshake: "),
    without_old_protocols("protocol-too-old-alone", "old-protocols-alone", policy="min-protocol = tls1.2\n", good=NONE,
                          event=TLS_1_1, says=VERIFY_FAILED),
    without_old_protocols("protocol-as-old-as-may-be", "old-protocols", policy="min-protocol = tls1.1\n"),
    Row("protocols-offered", "old-protocols", kind="versions", certificates=("good",), never="offers 0302",
        policy="min-protocol = tls1.2\n"),

    from_file("session-file-id", "save-id"),
    from_file("session-file-ticket", "save-ticket"),
    from_file("session-file-unseen", "save-ticket"),
    from_file("session-file-tls13", "save-tls13"),
    from_file("session-file-from-callback", "save-ticket"),
    # Too late to do without it: the handshake ends, and not a byte follows.
    *(Row("session-file-from-later-callback" + version, before=before, good=NONE, event=RESUMED,
          reasons=dict.fromkeys(CERTIFICATES, "session-not-verified"))
      for version, before in (("", "save-ticket"), ("-tls13", "save-tls13"))),
    from_file("session-file-beside-another", "save-ticket", certificates=("other", "unknown-ca", "expired"),
              good=NONE, other_good=True),
    from_file("early-data", "save-tls13", kind="early-data", never="early too early"),
    *(from_file("session-from-psk-callback" + way, "save-tls13", kind="early-psk")
      for way in ("", "-of-then", "-of-then-implicit", "-of-bio-of-then")),
    *(from_file("early-data-from-" + name, "save-tls13", kind="early-psk", never="early too early") for name in (
        "psk-callback-of-bio-of-then", "unseen-psk-callback", "unseen-psk-callback-seen-later")),
    careless("connection-before-psk-callback", before="save-tls13", kind="early-psk"),
    by_psk_callback("early-data-from-psk-callback-of-bio-before-another", silent=True),  # which gives none
    *(by_psk_callback(name) for name in (
        "early-data-from-psk-callback", "early-data-from-psk-callback-of-connection",
        "early-data-from-psk-callback-of-then",
        "early-data-from-psk-callback-of-copy", "early-data-from-psk-callback-unseen",
        "early-data-from-psk-callback-unseen-connection", "early-data-from-later-psk-callback")),
    from_file("later-psk-callback-blocked", "save-tls13", client="early-data-from-later-psk-callback", kind="early-psk",
              policy="psk = block\n", never="early too early"),
    from_memory("early-data-from-memory-by-psk-callback", "", kind="early-psk", always="early too early"),
    from_memory("session-memory", "session-memory", event=RESUMED),
    from_memory("session-memory-tls13", "session-memory-tls13", event=RESUMED),
    from_memory("session-memory-in-context", "session-memory-in-context", event=RESUMED),
    from_memory("session-memory-in-other-context", "session-memory-in-other-context",
                audit_reason="session-not-verified", audit_event=RESUMED, enforce_event=FULL),
    from_file("session-file-pinned-alone", "save-ticket", client="session-file-ticket", policy=PINNED + ALONE,
              good=EVERY, reasons=dict.fromkeys(CERTIFICATES, "session-not-verified")),
    raw_public_key("session-raw-public-key", "session-raw-public-key", policy=PINNED,
                   audit_reason="session-not-verified", audit_event=RESUMED,
                   enforce_event=RAW_KEY | BY_POLICY | {"tls.resumed": False}),
    Row("session-memory-pinned-alone", "session-memory", policy=PINNED + ALONE, good=EVERY, event=RESUMED | BY_POLICY),
    from_file("session-file-another-key-denied-alone", "save-ticket", client="session-file-ticket",
              policy=OTHER_DENIED + ALONE, good=EVERY, any_outcome=True,
              reasons=dict.fromkeys(CERTIFICATES, "session-not-verified")),
    Row("session-memory-another-key-denied-alone", "session-memory", policy=OTHER_DENIED + ALONE, good=EVERY,
        event=RESUMED, any_outcome=True),
    from_memory("session-memory-tls13-another-key-denied", "session-memory-tls13", policy=OTHER_DENIED, event=RESUMED),
    *(Row(f"session-of-a-rule-that-denies-nothing{way}", f"session-of-another-port{way}", other_port=True,
          certificates=CERTIFICATES, policy=DENIES_HERE, good=NONE, reasons=KEY_DENIED,
          audit_reason="session-not-verified", audit_event=RESUMED, enforce_event=FULL)
      for way in ("", "-tls13", "-serialised", "-serialised-tls13")),
    from_memory("session-memory-tls13-pinned", "session-memory-tls13", policy=PINNED, event=RESUMED),
    for_another("session-of-another-host", "session-memory"),
    for_another("session-of-another-host-verifying", "session-memory-verifying"),
    for_another("session-of-another-host-copied", "session-memory-copied"),
    for_another("session-of-another-host-after-refusal", "session-memory-after-refusal"),
    for_another("session-of-another-host-tls13", "session-memory-tls13"),

    *under_another_rule("of-a-rule-that-trusts-more", TRUSTS_MORE, ("good", "unknown-ca")),
    *under_another_rule("of-a-rule-that-verifies-nothing", VERIFIES_NOTHING, CERTIFICATES),

    careless("set-ssl-ctx"),
    careless("dup"),
    careless("clear-and-reuse", other_good=True),
    careless("clear-after-refusal", other_good=True),
    Row("renegotiation", kind="renegotiation", certificates=("good",), good=NONE,
        reasons={"good": "certificate-host-mismatch"}),
    Row("renegotiation-resumed", "renegotiation", kind="renegotiation-resumed", certificates=("good",), event=RESUMED),
    Row("renegotiation-same-own-store", "renegotiation-own-store", kind="renegotiation-same",
        certificates=("good",), event={"tlsward.app_verify": "ca"}, audit_reason="session-not-verified",
        audit_event=RESUMED, enforce_event=FULL),
    careless("context-unseen"),
    careless("context-and-connect-unseen"),
    careless("context-unseen-callback"),
    careless("bio-connect", source="bio"),
    Row("bio-connect-again", certificates=("good",), good=NONE, source="bio", other_host=OTHER_NAME,
        expected_name=OTHER_NAME, reasons={"good": "certificate-host-mismatch"}),
    careless("bio-new-ssl", source="resolver"),
    careless("conf-verify-mode"),
    partly("conf-verify-ca-file", UNTRUSTED, event={"tlsward.app_verify": "ca"}),
    without_certificate("conf-anonymous", "anonymous", **NOBODY),
    partly("system-default-verify", UNTRUSTED, client="system-default", openssl_conf="VerifyMode = Peer\n",
           event={"tlsward.app_verify": "ca"}),
    without_certificate("system-default-anonymous", "anonymous", client="system-default",
                        openssl_conf="MaxProtocol = TLSv1.2\nCipherString = aNULL:@SECLEVEL=0\n", **NOBODY),
    careless("http-client", source="bio"),
    careless("group", client="says-nothing", certificates=("good", "unknown-ca"),
             event_by_library=dict.fromkeys(("system", "1.1.1", "3.5", "3.6", "4.0"), X25519)),
    careless("group-hybrid", client="says-nothing", kind="hybrid", certificates=("good", "unknown-ca"),
             event_by_library={"system": X25519, "1.1.1": X25519, "3.5": HYBRID, "3.6": HYBRID, "4.0": HYBRID}),
    careless("group-of-resumption", client="session-memory-tls13", certificates=("good",),
             event_by_library=dict.fromkeys(("system", "1.1.1", "3.5", "3.6", "4.0"), X25519 | {"tls.established": True})),
    careless("quic", kind="quic", event={"tls.protocol.version": "1.3"}),
    careless("quic-as-new-as-can-be", client="quic", kind="quic", policy="min-protocol = tls1.3\n",
             event={"tls.protocol.version": "1.3"}),
    careless("quic-connected", kind="quic", event={"tls.protocol.version": "1.3"}),

    driver("connect", always=f"accepted full {NAME}"),
    driver("do-handshake"),
    driver("write"),
    driver("read", kind="greeting"),
    driver("bio-connect", source="bio"),
    driver("nonblocking"),
    driver("memory-bio"),
    driver("dtls", kind="dtls"),
)
