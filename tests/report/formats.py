"""The forms that other tools read, each looked at by its own tool or schema."""

import gzip
import json
import re
import resource
import signal
import subprocess

from browser import HOSTILE, hostile, many
from cases import POLICY, verified
from rows import event, update
from runner import Unavailable

# RFC 8460, section 4.4: every key there, and none of them null.
TEXT, COUNT = {"type": "string"}, {"type": "integer", "minimum": 0}
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}


def every(**members):
    members = {name.replace("_", "-"): value for name, value in members.items()}
    return {"type": "object", "properties": members, "required": list(members), "additionalProperties": False}


RESULTS = ["starttls-not-supported", "certificate-host-mismatch", "certificate-expired", "certificate-not-trusted",
           "validation-failure"]
FAILURE = every(result_type={"enum": RESULTS}, sending_mta_ip=TEXT, receiving_mx_hostname=TEXT, receiving_mx_helo=TEXT,
                receiving_ip=TEXT, failed_session_count={"type": "integer", "minimum": 1}, additional_information=TEXT,
                failure_reason_code=TEXT)
POLICY_SCHEMA = every(
    policy=every(policy_type={"enum": ["tlsa", "sts", "no-policy-found"]}, policy_string={"type": "array", "items": TEXT},
                 policy_domain=TEXT, mx_host={"type": "array", "items": TEXT}),
    summary=every(total_successful_session_count=COUNT, total_failure_session_count=COUNT),
    failure_details={"type": "array", "items": FAILURE})
TLSRPT = every(organization_name=TEXT, date_range=every(start_datetime=TIME, end_datetime=TIME), contact_info=TEXT,
               report_id=TEXT, policies={"type": "array", "items": POLICY_SCHEMA})


def jsonschema():
    try:
        import jsonschema as module
    except ImportError:
        raise Unavailable("python3-jsonschema is not installed") from None
    return module


def written(place, row, form, log, status=0):
    directory = place.below(row)
    (directory / "p.conf").write_bytes(POLICY)
    (directory / "log").write_bytes(log)
    place.report("--format", form, "--output", directory / "out", directory / "log", status=status,
                 TLSWARD_POLICY=str(directory / "p.conf"))
    assert sorted(path.name for path in directory.iterdir()) == ["log", "out", "p.conf"]
    return (directory / "out").read_text()


def samples(text):
    return {line.rsplit(" ", 1)[0]: line.rsplit(" ", 1)[1] for line in text.splitlines() if not line.startswith("#")}


def prom(place):
    text = written(place, "prom", "prom", many() + hostile())
    found = samples(text)
    assert found['tlsward_handshakes_total{outcome="failed",action="blocked",decided_by="policy"}'] == str(sum(1 + n % 7 * 5 for n in range(1, 30) if n % 3)), found
    assert 'tlsward_rule_expires_timestamp_seconds{rule="old-ldap",owner="directory-team"}' in found
    assert any(name.startswith('tlsward_peer_cert_not_after_timestamp_seconds{dest="ldap.corp.example",port="636",serial="1F"')
               and value == "1796083200" for name, value in found.items()), found
    tool = place.build / "unpacked" / "prometheus" / "usr" / "bin" / "promtool"
    if not tool.exists():
        raise Unavailable("the package prometheus could not be unpacked")
    done = subprocess.run([tool, "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and not done.stderr, done.stdout + done.stderr


def prom_by_outcome(place):
    """Each in one series, with the words of events; the fleet's sum is the number of handshakes."""
    log = (verified(1) + event(2, tlsward_outcome="verified-by-policy", tlsward_action="allowed") + event(3, tlsward_action="allowed") +
           event(4) + event(5, tlsward_action="blocked") + event(6, tlsward_action="blocked", tlsward_decided_by="program", tlsward_repeated=4))
    found = samples(written(place, "prom-outcome", "prom", log))
    expected = {("verified", "allowed", "policy"): 1, ("verified-by-policy", "allowed", "policy"): 1, ("failed", "allowed", "policy"): 1,
                ("failed", "would-block", "policy"): 1, ("failed", "blocked", "policy"): 1, ("failed", "blocked", "program"): 5}
    series = {'tlsward_handshakes_total{outcome="%s",action="%s",decided_by="%s"}' % labels: str(count) for labels, count in expected.items()}
    assert {name: value for name, value in found.items() if name.startswith("tlsward_handshakes_total")} == series, found
    assert [name for name in found if name.startswith("tlsward_build_info{")] and "tlsward_last_event_timestamp_seconds" in found, found


def prom_is_bounded(place):
    log = b"".join(event(n, tlsward_finding="name-not-checked", rule_name=f"r{n}", process_executable=f"/p{n}") for n in range(1, 1201))
    found = samples(written(place, "prom-bounded", "prom", log))
    for name, other in (("tlsward_findings_total", '{finding="_other",program="_other"}'), ("tlsward_rule_hits_total", '{rule="_other"}')):
        assert sum(key.startswith(name) for key in found) == 501 and found[name + other] == "700", (name, len(found))


def prom_without_events(place):
    found = samples(written(place, "prom-empty", "prom", b"", status=3))
    assert found["tlsward_events_total"] == "0" and "tlsward_last_event_timestamp_seconds" not in found, found


def tlsrpt(place):
    log = (event(1) + event(2, tlsward_outcome="verified", tlsward_action="allowed", tlsward_reason=None) + update(1, "names-read", 3) +
           event(4, tlsward_reason="certificate-revoked", tlsward_action="blocked") + event(5, server_address=None))
    for name, data, status in (("tlsrpt", log, 0), ("tlsrpt-empty", b"", 3), ("tlsrpt-hostile", hostile(), 0)):
        report = json.loads(written(place, name, "tlsrpt", data, status))
        jsonschema().validate(report, TLSRPT)
        if name == "tlsrpt":
            (policy,) = (item for item in report["policies"] if item["policy"]["policy-domain"] == "ldap.corp.example")
            assert policy["summary"] == {"total-successful-session-count": 1, "total-failure-session-count": 2}, policy
            types = sorted(detail["result-type"] for detail in policy["failure-details"])
            assert types == ["certificate-host-mismatch", "validation-failure"], types


def tlsrpt_packed(place):
    """As RFC 8460 has it sent: named .json.gz, and packed by gzip. What cannot be written leaves what was there."""
    directory = place.below("tlsrpt-packed")
    (directory / "log").write_bytes(b"".join(event(n, server_address=f"h{n}.test") for n in range(1, 200)))
    (directory / "p.conf").write_bytes(POLICY)
    target = directory / "tlsward!corp.example!1.json.gz"
    command = (place.command, "report", "--policy", directory / "p.conf", "--format", "tlsrpt", "--output", target, directory / "log")
    place.report(*command[2:])
    packed = target.read_bytes()
    report = json.loads(gzip.decompress(packed))
    jsonschema().validate(report, TLSRPT)
    assert len(report["policies"]) == 199, report
    done = subprocess.run(command, preexec_fn=one_kilobyte_at_most, capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "File too large" in done.stderr, done
    assert sorted(path.name for path in directory.iterdir()) == ["log", "p.conf", target.name] and target.read_bytes() == packed


def one_kilobyte_at_most():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))


def cbom(place):
    log = many() + hostile() + event(3, tls_protocol_version="1.3", tls_cipher="TLS_AES_256_GCM_SHA384", tlsward_group="X25519MLKEM768")
    text = written(place, "cbom", "cbom", log)
    document = json.loads(text)
    references = [component["bom-ref"] for component in document["components"]]
    assert references == sorted(set(references)) and all(re.fullmatch(r"crypto/(certificate|protocol)/[0-9a-f]{32}", name) for name in references)
    (protocol,) = (item for item in document["components"] if "X25519MLKEM768" in item["name"])
    properties = {item["name"]: item["value"] for item in protocol["properties"]}
    assert properties["tlsward:count"] == "1" and properties["tlsward:post-quantum"] == "hybrid", properties
    assert HOSTILE in text.replace('\\"', '"')
    backwards = b"".join(reversed(log.splitlines(keepends=True)))
    assert written(place, "cbom-backwards", "cbom", backwards) == text, "it depends on the order of events"
    schemas = place.build / "cyclonedx"
    if not schemas.exists():
        raise Unavailable("the schemas could not be fetched from the npm registry")
    store = {}
    for path in schemas.iterdir():
        schema = json.loads(path.read_text())
        store[schema["$id"]] = schema
    schema = json.loads((schemas / "bom-1.6.SNAPSHOT.schema.json").read_text())
    resolver = jsonschema().RefResolver.from_schema(schema, store=store)
    jsonschema().Draft7Validator(schema, resolver=resolver).validate(document)


def elsewhere(place):
    """Only what goes to a file has --output."""
    _, err = place.report("--output", place.directory / "x", "-", status=2)
    assert "--output is for html, prom, tlsrpt and cbom" in err


ROWS = {
    "prom/as-promtool-demands": (prom, ()),
    "prom/labels-are-bounded": (prom_is_bounded, ()),
    "prom/without-events": (prom_without_events, ()),
    "prom/by-outcome-action-and-who-decided": (prom_by_outcome, ()),
    "tlsrpt/every-key-is-there": (tlsrpt, ()),
    "tlsrpt/packed-by-gzip": (tlsrpt_packed, ()),
    "cbom/as-its-schema-demands": (cbom, ()),
    "output/of-other-forms": (elsewhere, ()),
}
