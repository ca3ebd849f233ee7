"""The forms of the output, and what an earlier one is good for."""

import json
from pathlib import Path

import files
from runner import Row, Unavailable
from scans import json_scan, scan

TREE = {
    "deploy/run it.sh": f"{files.CURL}\n{files.CURL}\n",
    "Dockerfile": f"{files.ALLOW}\nRUN {files.CURL}\n",
    "b.sh": "openssl s_client -connect a:1\n",
    "c.yaml": "validate_certs: no\n",
    b"\xff.sh": "wget --no-check-certificate x\n",
}


def sarif_of(fixture, *arguments, **more):
    return json.loads(scan(fixture, "--format", "sarif", *arguments, **more).out)


def as_schema_demands(fixture):
    schema = fixture.build / "sarif" / "schema.json"
    if not schema.exists():
        raise Unavailable("the schema could not be fetched from the npm registry")
    try:
        import jsonschema
    except ImportError:
        raise Unavailable("python3-jsonschema is not installed") from None
    place = fixture.tree(TREE)
    (place / "base.json").write_text(json_scan(fixture, place / "c.yaml", place).out)
    for arguments in ([place], ["--baseline", place / "base.json", place], ["--running"]):
        jsonschema.validate(sarif_of(fixture, *arguments), json.loads(schema.read_text()))


def sarif(fixture):
    """Paths are relative to what was scanned, ids are those of rules that are described, and what is accepted says so."""
    run = sarif_of(fixture, fixture.tree(TREE))["runs"][0]
    described = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert all(described[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    assert len(described) == len(set(described)) and all(rule["shortDescription"]["text"] and rule["help"]["text"] for rule in run["tool"]["driver"]["rules"])
    places = {(result["ruleId"], result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
               result["locations"][0]["physicalLocation"]["region"]["startLine"], result["level"], "suppressions" in result) for result in run["results"]}
    assert places == {("curl-insecure-option", "deploy/run%20it.sh", 1, "error", False), ("curl-insecure-option", "deploy/run%20it.sh", 2, "error", False),
                      ("curl-insecure-option", "Dockerfile", 2, "error", True), ("openssl-s-client-unverified", "b.sh", 1, "note", False),
                      ("ansible-validate-certs-off", "c.yaml", 1, "error", False), ("wget-no-check-option", "%FF.sh", 1, "error", False)}, places
    [accepted] = [result["suppressions"] for result in run["results"] if "suppressions" in result]
    assert accepted[0]["kind"] == "inSource" and "ops" in accepted[0]["justification"] and files.LATER in accepted[0]["justification"], accepted
    prints = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
    assert len(prints) == len(set(prints)), prints


def json_lines(fixture):
    """One object a line, the summary last, and nothing else on standard output."""
    done = json_scan(fixture, fixture.tree(TREE))
    assert [line["type"] for line in done.lines][-1] == "summary" and done.of("summary")[0]["findings"] == 4, done.out
    [finding] = [line for line in done.findings if line["rule"] == "ansible-validate-certs-off"]
    wanted = {"severity": "high", "confidence": "latent", "evidence": "documented", "neutralised": "yes", "state": "new", "text": "validate_certs: no", "column": 1}
    assert {name: finding[name] for name in wanted} == wanted, finding


def baseline(form):
    """What was there before is known, on whatever line it is now and from wherever it is scanned; what is new counts."""
    def check(fixture):
        place = fixture.tree(TREE)
        earlier = fixture.fresh() / "earlier"
        earlier.write_text(scan(fixture, "--format", form, place).out)
        script = place / "deploy" / "run it.sh"
        script.write_text("# moved\n\n" + script.read_text())
        done = json_scan(fixture, "--baseline", earlier, ".", cwd=place)
        assert done.status == 0 and {line["state"] for line in done.findings} == {"known", "accepted"}, done.out
        script.write_text(script.read_text() + files.CURL + "\n")
        done = json_scan(fixture, "--baseline", earlier, place)
        assert done.status == 1 and len([line for line in done.findings if line["state"] == "new"]) == 1, done.out
        states = {result["baselineState"] for result in sarif_of(fixture, "--baseline", earlier, place)["runs"][0]["results"]}
        assert states == {"new", "unchanged"}, states
    return check


def no_baseline(fixture):
    """What is none is told by its line, and not taken for one without findings."""
    place = fixture.tree(TREE)
    for name, text, told in (("text", scan(fixture, place).out, ":1: neither"), ("broken", scan(fixture, "--json", place).out + "{\n", ":8: neither"), ("empty.json", "{}", ":1: neither")):
        file = Path(place) / name
        file.write_text(text)
        done = scan(fixture, "--baseline", file, place)
        assert done.status == 2 and told in done.err, (name, done.err)
    done = scan(fixture, "--baseline", place / "none", place)
    assert done.status == 2 and "No such file" in done.err, done.err


def rows():
    yield Row("sarif/as-its-schema-demands", as_schema_demands, seconds=5)
    yield Row("sarif/places-rules-and-suppressions", sarif)
    yield Row("json/one-object-a-line", json_lines)
    yield Row("baseline/of-json", baseline("json"))
    yield Row("baseline/of-sarif", baseline("sarif"))
    yield Row("baseline/that-is-none", no_baseline)
