"""What the packages are: what their own tools say of them, that nothing of the build is in them, what is told of them."""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

from runner import Unavailable

SOURCE = Path(__file__).resolve().parents[2]
# The machine's own, and not one of a user's in PATH before it.
LINTIAN = ("lintian", "--allow-root", "--no-cfg", "--tag-display-limit=0", "--display-info", "--pedantic", "--fail-on=error,warning,info,pedantic")
# What another machine and another user may have otherwise.
ELSEWHERE = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "C", "HOME": "/nonexistent", "USER": "somebody", "CFLAGS": "-O0"}


def lintian(place):
    done = subprocess.run([*LINTIAN, *sorted((place.build / "packages/deb").glob("*.changes"))], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0 and not done.stdout, done.stdout + done.stderr


def rpmlint(place):
    packages = sorted((place.build / "packages/rpm").glob("*.rpm"))
    done = subprocess.run(["/usr/bin/rpmlint", "-c", SOURCE / "tools/packaging/rpm/rpmlint.toml", *packages],
                          capture_output=True, text=True, check=False)
    assert f"{len(packages)} packages" in done.stdout and "0 errors, 0 warnings" in done.stdout, done.stdout + done.stderr


def built_elsewhere(place):
    """Again, from a copy of the sources, at a later time, in another directory, by another umask and locale."""
    source = place.directory / "another/place/sources"
    shutil.copytree(SOURCE, source, ignore=lambda _, names: [name for name in names if name.startswith(("build", ".git"))])
    for path in source.rglob("*"):
        os.utime(path, (0, 1))
    done = subprocess.run([source / "tools/packaging/make-deb", "out"], cwd=source, env=os.environ | ELSEWHERE,
                          umask=0o077, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    return source / "out" / "deb"


def reproducible(place):
    first, second = place.build / "packages/deb", built_elsewhere(place)
    names = sorted(path.name for path in first.iterdir() if path.suffix in (".deb", ".json"))
    assert len(names) > 4 and not (other := [name for name in names
                                             if (first / name).read_bytes() != (second / name).read_bytes()]), other


def jsonschema():
    try:
        import jsonschema as module
    except ImportError:
        raise Unavailable("python3-jsonschema is not installed") from None
    return module


def bill_of_materials(place, kind):
    """Valid, and each file of each package is in it, with what it is."""
    [bill] = (place.build / "packages" / kind).glob("*.cdx.json")
    document = json.loads(bill.read_text(encoding="utf-8"))
    packages = {one["name"]: one for one in document["components"] if "hashes" in one}
    for path in (place.build / "packages" / kind).glob(f"*.{kind}"):
        if ".src." in path.name:
            continue
        hashes = {one["hashes"][0]["content"] for one in document["components"] if "hashes" in one}
        assert hashlib.sha256(path.read_bytes()).hexdigest() in hashes, path
    inside = {one["name"]: one["hashes"][0]["content"] for one in packages["tlsward"]["components"]}
    assert "/usr/bin/tlsward" in inside and len(inside) > 10, inside
    known = {one["bom-ref"] for one in document["components"]} | {"tlsward"}
    graph = {one["ref"]: one["dependsOn"] for one in document["dependencies"]}
    assert known >= set(graph) | {other for others in graph.values() for other in others}
    needed = " ".join(graph[packages["tlsward"]["bom-ref"]])
    assert "libtlsward1" in needed and ("libssl3" if kind == "deb" else "libssl.so.3") in needed, needed
    valid(place, document)


def valid(place, document):
    schemas = place.build / "cyclonedx"
    if not schemas.exists():
        raise Unavailable("the schemas could not be fetched from the npm registry")
    # They refer to each other by the names of the files.
    texts = {f"http://cyclonedx.org/schema/{path.name}": json.loads(path.read_text(encoding="utf-8")) for path in schemas.iterdir()}
    schema = next(text for name, text in texts.items() if "/bom-1.6." in name)
    resolver = jsonschema().RefResolver.from_schema(schema, store=texts)
    jsonschema().Draft7Validator(schema, resolver=resolver).validate(document)


def of_place(function, *arguments, **more):
    return lambda name, place: function(place, *arguments, **more)


ROWS = {
    "deb/lintian": of_place(lintian),
    "rpm/rpmlint": of_place(rpmlint),
    "deb/bill-of-materials": of_place(bill_of_materials, "deb"),
    "rpm/bill-of-materials": of_place(bill_of_materials, "rpm"),
    "deb/reproducible": of_place(reproducible),
}
