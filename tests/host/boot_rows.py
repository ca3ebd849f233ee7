"""The boot guard: what its unit runs at each boot, and what a boot leaves."""

import subprocess
from pathlib import Path

from host import GUARDED, NOISE, OTHER, PRELOAD, WANTED
from patience import HANG_SECONDS
from runner import Unavailable

MEMORY = "var/lib/tlsward/boot-guard"


def enabled(host):
    host.install_guard()
    host.good("enable")


def go_down(host, by_itself=True):
    """The unit is stopped, or the power is cut; /run is gone."""
    if by_itself:
        assert host.rescue("--stop").returncode == 0
    subprocess.run(["find", host.root / "run", "-mindepth", "1", "-delete"], check=True)


def boot(host):
    return host.tlsward("enable", "--boot")


def anew(host):
    enabled(host)
    go_down(host)
    assert not host.exists(PRELOAD) and not host.covers()  # no program of an early boot has anything to complain about
    done = boot(host)
    assert done.returncode == 0 and not done.stdout and not done.stderr, done
    assert host.read(PRELOAD) == GUARDED + "\n" and host.covers()
    assert boot(host).returncode == 0


def keeps_the_rest(host):
    host.write(PRELOAD, f"# other\n{OTHER}\n")
    enabled(host)
    go_down(host)
    assert host.read(PRELOAD) == f"# other\n{OTHER}\n"
    assert boot(host).returncode == 0
    assert host.read(PRELOAD) == f"# other\n{OTHER}\n{GUARDED}\n"


def after_a_power_cut(host):
    enabled(host)
    go_down(host, by_itself=False)
    assert host.read(PRELOAD) == GUARDED + "\n"
    assert boot(host).returncode == 0
    assert host.read(PRELOAD) == GUARDED + "\n" and host.covers()


def broken(by_itself):
    """Put there behind the guard's back: programs of the next boot do not have it, nor an error of ld.so's."""
    def check(host):
        enabled(host)
        host.break_library("aborts")
        assert host.execute("/bin/true").returncode < 0
        go_down(host, by_itself)
        assert host.execute("/bin/true").returncode == 0
        done = boot(host)
        assert done.returncode == 1 and "true ends with Aborted" in done.stderr, done
        assert "1 of 2 before it stays off" in done.stderr, done
        assert not host.exists(PRELOAD) and not host.exists("run/tlsward/preload") and not host.covers()
    return check


def stays_off(host):
    enabled(host)
    good = (host.root / "usr/lib/x86_64-linux-gnu/libtlsward.so").read_bytes()
    host.break_library("writes-for-users")
    for count in 1, 2:
        go_down(host)
        assert f"{count} of 2" in boot(host).stderr
    go_down(host)
    done = boot(host)
    assert done.returncode == 1 and "at 2 boots and stays off" in done.stderr and "noise" not in done.stderr, done
    assert "noise" in host.read(MEMORY) and host.exists(WANTED)
    host.mend_library()
    assert good and boot(host).returncode == 0 and host.covers() and not host.exists(MEMORY)


def a_person_tries_again(host):
    enabled(host)
    go_down(host)
    (host.root / "usr/bin/sudo").unlink()
    for _ in range(2):
        host.write("usr/bin/sudo", f"#!/bin/sh\ncase $LD_PRELOAD in '') ;; *) exit 9 ;; esac\n", 0o755)
        assert boot(host).returncode == 1
    (host.root / "usr/bin/sudo").unlink()
    assert "stays off" in boot(host).stderr
    host.good("enable")
    assert host.covers() and not host.exists(MEMORY)


def the_kernels_command_line(host):
    host.install_guard()
    text = host.read("usr/local/lib/systemd/system/tlsward-guard.service")
    assert "ConditionKernelCommandLine=!tlsward.off\n" in text
    done = host.execute("/usr/bin/systemd-analyze", "condition", "ConditionKernelCommandLine=!tlsward.off")
    assert done.returncode == 0, done
    done = host.execute("/usr/bin/systemd-analyze", "condition", "ConditionKernelCommandLine=!tlsward.off",
                        SYSTEMD_PROC_CMDLINE="quiet tlsward.off")
    assert done.returncode != 0, done


LAB_TARGET = "[Unit]\nDefaultDependencies=no\nWants=tlsward-guard.service lab.service\nAfter=lab.service\n"
LAB_SERVICE = """[Unit]
DefaultDependencies=no
After=tlsward-guard.service
[Service]
Type=oneshot
RemainAfterExit=yes
StandardOutput=append:/srv/told
StandardError=append:/srv/told
ExecStart=-/bin/sh -c "grep -c libtlsward.so /proc/self/maps; systemctl is-active tlsward-guard; ls /etc/ld.so.preload"
ExecStart=-/bin/sh -c "systemctl stop tlsward-guard; ls /etc/ld.so.preload /run/tlsward; systemctl exit 0"
"""


def boot_with_systemd(host):
    """What the unit and its sandbox make of it; returns what a service behind it saw, and all that systemd said."""
    host.write("etc/systemd/system/lab.target", LAB_TARGET)
    host.write("etc/systemd/system/lab.service", LAB_SERVICE)
    script = Path(__file__).resolve().parent / "boot_with_systemd"
    done = subprocess.run(["unshare", "--mount", script, host.root], capture_output=True, text=True, timeout=HANG_SECONDS,
                          stdin=subprocess.DEVNULL, check=False)
    told = host.read("srv/told")
    if told is None:
        raise Unavailable(f"systemd does not boot here: {(done.stdout + done.stderr)[-300:]}")
    return told, done.stdout + done.stderr


def systemd_runs_it(host):
    enabled(host)
    go_down(host)
    told, said = boot_with_systemd(host)
    count, active, *rest = told.splitlines()
    assert int(count) > 0 and active == "active" and rest[0] == "/etc/ld.so.preload", told
    assert "cannot access '/etc/ld.so.preload'" in told and not host.exists(PRELOAD), told  # when it was stopped
    assert NOISE not in said, said


def systemd_boots_without(host):
    """A library that aborts, and a line that a power cut has left."""
    enabled(host)
    host.break_library("aborts")
    go_down(host, by_itself=False)
    told, said = boot_with_systemd(host)
    assert told.splitlines()[:2] == ["0", "failed"] and not host.exists(PRELOAD), (told, said)
    assert "Aborted" in host.read(MEMORY), host.read(MEMORY)


def unit(host):
    host.install_guard()
    done = host.execute("/usr/bin/systemd-analyze", "verify", "--man=no", "tlsward-guard.service")
    assert "tlsward" not in done.stderr, done.stderr


ROWS = {
    "boot/the-library-is-tried-and-named-anew": anew,
    "boot/other-entries-are-there-before-and-after": keeps_the_rest,
    "boot/after-a-power-cut-the-line-that-was-left-does-no-harm": after_a_power_cut,
    "boot/a-library-that-aborts-does-not-survive-it": broken(True),
    "boot/a-library-that-aborts-does-not-survive-a-power-cut": broken(False),
    "boot/after-two-failures-it-stays-off-until-it-is-replaced": stays_off,
    "boot/after-two-failures-it-stays-off-until-a-person-enables-it": a_person_tries_again,
    "boot/the-kernels-command-line-keeps-it-off": the_kernels_command_line,
    "boot/systemd-takes-the-unit": unit,
    "boot/systemd-runs-the-unit-as-it-starts-and-stops": systemd_runs_it,
    "boot/systemd-comes-up-without-a-library-that-aborts": systemd_boots_without,
}
