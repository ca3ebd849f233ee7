"""What is shipped for clusters, for configuration management and for AppArmor, tried by the tools that it is for."""

import json
import shutil
import subprocess
from pathlib import Path

from patience import HANG_SECONDS
from runner import Unavailable

SHARE = Path(__file__).resolve().parents[2] / "tools/share"
DEPLOYMENT = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "sync"},
              "spec": {"selector": {"matchLabels": {"app": "sync"}},
                       "template": {"metadata": {"labels": {"app": "sync"}},
                                    "spec": {"containers": [
                                        {"name": "app", "image": "sync:1", "env": [{"name": "ITS_OWN", "value": "1"}]},
                                        {"name": "other", "image": "other:1"}]}}}}
PLAYBOOK = """---
- name: One host
  hosts: localhost
  gather_facts: false
  roles: [tlsward]
"""
CONFINED = """include <tunables/global>
profile confined /usr/bin/confined {
  %s
}
"""


def needed(program):
    if shutil.which(program) is None:
        raise Unavailable(f"{program} is not installed")


def kubectl(*arguments, given):
    needed("kubectl")
    done = subprocess.run(["kubectl", *arguments, "--local", "-f", "-", "-o", "json"], input=json.dumps(given), text=True,
                          capture_output=True, timeout=HANG_SECONDS, check=False, env={"PATH": "/usr/bin:/bin", "HOME": "/"})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def patched():
    """kubectl reads it as the types of the API: what is no member of these does not come back."""
    text = (SHARE / "kubernetes/deployment-patch.yaml").read_text(encoding="ascii")
    return kubectl("patch", "--type", "strategic", "--patch", text, given=DEPLOYMENT)["spec"]["template"]["spec"]


def without_what_is_unset(value):
    """kubectl fills in members that have nothing in them."""
    if isinstance(value, dict):
        return {name: kept for name, part in value.items() if (kept := without_what_is_unset(part)) not in ({}, None)}
    return [without_what_is_unset(part) for part in value] if isinstance(value, list) else value


def kubernetes_keeps_the_rest(_):
    spec = without_what_is_unset(patched())
    app, other = spec["containers"]
    assert app["env"] == [{"name": "LD_PRELOAD", "value": "/run/tlsward/libtlsward.so"}, {"name": "ITS_OWN", "value": "1"}], app
    assert app["image"] == "sync:1" and other == {"name": "other", "image": "other:1"}, (app, other)
    wanted = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    assert spec["initContainers"][0]["securityContext"] == wanted, spec["initContainers"]
    mounted = {mount["name"] for mount in app["volumeMounts"]}
    assert mounted == {volume["name"] for volume in spec["volumes"]} == {"tlsward-library", "tlsward-policy"}, spec


def project(host, mount_path):
    """The ConfigMap as the kubelet mounts it: the file is a link into a directory that is exchanged as a whole."""
    needed("kubectl")
    text = (SHARE / "kubernetes/policy.yaml").read_text(encoding="ascii")
    done = subprocess.run(["kubectl", "annotate", "--local", "-f", "-", "a=b", "-o", "json"], input=text, text=True,
                          capture_output=True, timeout=HANG_SECONDS, check=False, env={"PATH": "/usr/bin:/bin", "HOME": "/"})
    assert done.returncode == 0, done.stderr
    for name, content in json.loads(done.stdout)["data"].items():
        host.write(f"{mount_path}/..2026_11_29/{name}", content)
        (host.root / mount_path.lstrip("/") / name).symlink_to(f"..data/{name}")
    (host.root / mount_path.lstrip("/") / "..data").symlink_to("..2026_11_29")


def kubernetes_pod_is_audited(host):
    host.follow("make install-library")
    spec = patched()
    init, (app, _) = spec["initContainers"][0], spec["containers"]
    mounts = {mount["name"]: mount["mountPath"] for mount in app["volumeMounts"]}
    project(host, mounts["tlsward-policy"])
    (host.root / mounts["tlsward-library"].lstrip("/")).mkdir(parents=True)
    done = host.run(init["command"])
    assert done.returncode == 0, done
    done = host.curl({variable["name"]: variable["value"] for variable in app["env"]})
    assert done.returncode == 0 and '"tlsward.action":"would-block"' in done.stderr, done


def play(host, **variables):
    needed("ansible-playbook")
    host.write("/run/play.yml", PLAYBOOK)
    given = {"tlsward_command": "/usr/local/bin/tlsward", **variables}
    return host.run(["ansible-playbook", "-i", "localhost,", "-c", "local", "-e", json.dumps(given), "/run/play.yml"],
                    environment={"ANSIBLE_ROLES_PATH": str(SHARE / "ansible/roles"), "HOME": "/root", "LC_ALL": "C.UTF-8"})


def changes(done):
    assert done.returncode == 0, done
    return int(done.stdout.rpartition("changed=")[2].split()[0])


def ansible_enables_and_disables(host):
    host.follow("make install")
    wanted = {"tlsward_enabled": True, "tlsward_mode": "enforce", "tlsward_policy": "[policy]\nmode = enforce\n"}
    assert changes(play(host, **wanted)) > 0
    assert host.has_library() and host.curl().returncode != 0
    assert changes(play(host, **wanted)) == 0, "the second time there is nothing to do"
    assert changes(play(host, tlsward_enabled=False)) > 0
    assert not host.has_library()
    assert changes(play(host, tlsward_enabled=False)) == 0


def ansible_keeps_the_policy_for_a_broken_one(host):
    host.follow("make install")
    good = "[policy]\nmode = audit\n"
    assert changes(play(host, tlsward_policy=good)) > 0
    done = play(host, tlsward_policy="[policy]\nmoed = enforce\n")
    assert done.returncode != 0 and "moed" in done.stdout, done
    assert (host.root / "etc/tlsward/policy.conf").read_text(encoding="ascii") == good


def ansible_lint_is_content(host):
    needed("ansible-lint")
    shutil.copytree(SHARE / "ansible", host.root / "project/ansible")
    done = host.run(["sh", "-c", "cd /project/ansible && git init -q . && ansible-lint --offline --nocolor"],
                    environment={"HOME": "/root", "LC_ALL": "C.UTF-8"})
    assert done.returncode == 0, done


def apparmor_reads(host, rules):
    needed("apparmor_parser")
    host.write("/run/confined", CONFINED % rules)
    done = host.run(["apparmor_parser", "--skip-kernel-load", "--skip-cache", "--debug", "/run/confined"])
    assert done.returncode == 0, done
    return done.stdout


def apparmor_abstraction(host):
    """It is in what abstractions/base makes of a profile, and nowhere before."""
    assert "/etc/tlsward" not in apparmor_reads(host, "include <abstractions/base>")
    host.follow("make install")
    host.follow("install -D -m 644 /usr/local/share/tlsward/apparmor /etc/apparmor.d/abstractions/base.d/tlsward")
    assert "/etc/tlsward" in apparmor_reads(host, "include <abstractions/base>")


def apparmor_for_snaps(host):
    host.follow("make install && install -D -m 644 /usr/local/share/tlsward/snap-confine /run/snap-confine.d/tlsward")
    told = apparmor_reads(host, 'include "/run/snap-confine.d"')
    assert "/etc/ld.so.preload" in told and "libtlsward.so" in told, told


ROWS = {
    "kubernetes/patch-keeps-what-the-deployment-has": kubernetes_keeps_the_rest,
    "kubernetes/pod-is-audited-by-the-projected-policy": kubernetes_pod_is_audited,
    "ansible/enables-once-and-disables-once": ansible_enables_and_disables,
    "ansible/broken-policy-never-takes-the-place-of-the-old": ansible_keeps_the_policy_for_a_broken_one,
    "ansible/lint-is-content": ansible_lint_is_content,
    "apparmor/abstraction-reaches-every-profile": apparmor_abstraction,
    "apparmor/snap-confine-may-read-what-the-library-needs": apparmor_for_snaps,
}
