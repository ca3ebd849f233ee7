"""tlsward status: what is told of processes that are started for it."""

import contextlib
import json
import re
import shutil
import signal
import subprocess

CAT = ["/bin/cat"]  # lives as long as its standard input
PYTHON = ["/usr/bin/python3", "-c", "import ssl, sys; print(flush=True); sys.stdin.read()"]


@contextlib.contextmanager
def running(host, command):
    """Its process, once it is the program that was asked for."""
    with subprocess.Popen(["/usr/sbin/chroot", host.root, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        if command is PYTHON:
            process.stdout.readline()
        else:
            process.stdin.write(b"\n")
            process.stdin.flush()
            process.stdout.readline()
        try:
            yield process.pid
        finally:
            process.send_signal(signal.SIGKILL)


def told(host, pid=None):
    """With the exit status; of one process alone where it is named."""
    done = host.tlsward("status", "--json")
    state = json.loads(done.stdout)
    assert state["status"] == done.returncode, done
    if pid is None:
        return state
    [process] = [item for item in state["list"] if item["pid"] == pid]
    return process


def not_enabled(host):
    state = told(host)
    assert state["status"] == 3 and state["state"] == "not enabled" and state["preload"] is None, state
    assert host.tlsward("status").returncode == 3


def enabled(host):
    host.install_guard()
    host.good("enable", "--audit")
    state = told(host)
    assert state["preload"].startswith("/run/tlsward/") and state["boot_guard"] == {"enabled": True, "failure": None}, state
    assert state["policy"]["mode"] == "audit" and state["policy"]["file"] == "/etc/tlsward/policy.conf", state


def hash_of_the_policy(host):
    host.install_guard()
    host.good("enable", "--audit")
    done = subprocess.run(["sha256sum", host.root / "etc/tlsward/policy.conf"], capture_output=True, text=True, check=True)
    assert told(host)["policy"]["sha256"] == done.stdout.split()[0]


def covered(host):
    host.install_guard()
    host.good("enable")
    with running(host, PYTHON) as pid:
        process = told(host, pid)
        assert process["state"] == "covered" and process["tls"] and process["why"] is None, process
    with running(host, CAT) as pid:
        process = told(host, pid)
        assert process["state"] == "covered" and not process["tls"], process


def old(host):
    host.install_guard()
    host.good("enable")
    with running(host, CAT) as pid:
        host.mend_library()  # replaced by the same one: another file
        process = told(host, pid)
        assert process["state"] == "old" and "replaced" in process["why"], process
        state = told(host)
        assert state["status"] == 1 and "have a library that was replaced" in state["problems"], state


def started_before(host):
    host.install_guard()
    with running(host, PYTHON) as pid:
        host.good("enable")
        process = told(host, pid)
    assert process["tls"] and process["state"] in ("missing", "unreachable"), process


def static(host):
    host.install_guard()
    host.good("enable")
    done = subprocess.run(["gcc", "-static", "-x", "c", "-o", host.root / "srv/static", "-"], text=True, check=False,
                          input="#include <stdio.h>\nint main(void) { puts(\"\"); fflush(stdout); return getchar(); }\n")
    assert done.returncode == 0
    with subprocess.Popen(["/usr/sbin/chroot", host.root, "/srv/static"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        found = told(host, process.pid)
        process.kill()
    assert found["state"] == "unreachable" and "statically linked" in found["why"], found


def kill_switch(host):
    host.install_guard()
    host.good("enable", "--audit")
    host.write("etc/tlsward/off", "")
    state = told(host)
    assert state["status"] == 1 and state["kill_switch"] and "/etc/tlsward/off is there" in state["problems"], state


def broken_policy(host):
    host.install_guard()
    host.good("enable", "--audit")
    host.write("etc/tlsward/policy.conf", "[policy]\nmode = maybe\n")
    state = told(host)
    assert state["status"] == 1 and state["policy"]["invalid"] and "tlsward check" in state["problems"], state


def guard_failed(host):
    host.install_guard()
    host.good("enable")
    assert host.rescue("--stop").returncode == 0
    host.break_library("aborts")
    assert host.tlsward("enable", "--boot").returncode == 1
    state = told(host)
    assert state["status"] == 1 and "Aborted" in state["problems"] and "Aborted" in state["boot_guard"]["failure"], state


def ordinary_user(host):
    host.install_guard()
    host.good("enable")
    done = host.execute("/usr/sbin/chroot", "--userspec=nobody:nogroup", "/", "/usr/local/bin/tlsward", "status", "--json")
    state = json.loads(done.stdout)
    assert state["processes_denied"] > 0 and done.returncode in (1, 4), state


def nagios(host):
    done = host.tlsward("status", "--nagios")
    form = r"TLSWARD CRITICAL - not enabled \|( (covered|old|missing|unreachable)=\d+;;;0){4}\n"
    assert done.returncode == 2 and re.fullmatch(form, done.stdout), done


def prometheus(host):
    host.install_guard()
    host.good("enable")
    with running(host, CAT):
        text = host.tlsward("status", "--prom").stdout
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert values["tlsward_enabled"] == "1" and int(values['tlsward_processes{state="covered"}']) >= 1, text
    if shutil.which("promtool"):
        done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done


ROWS = {
    "status/not-enabled": not_enabled,
    "status/enabled": enabled,
    "status/the-hash-of-the-policy": hash_of_the_policy,
    "status/a-process-with-the-library-is-covered": covered,
    "status/a-library-that-was-replaced": old,
    "status/a-process-that-started-before": started_before,
    "status/a-static-program-is-out-of-reach": static,
    "status/the-kill-switch": kill_switch,
    "status/a-broken-policy": broken_policy,
    "status/the-boot-guard-failed": guard_failed,
    "status/an-ordinary-user-cannot-see-all": ordinary_user,
    "status/nagios": nagios,
    "status/prometheus": prometheus,
}
