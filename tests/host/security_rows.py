"""What an unprivileged user cannot do to the commands that root runs."""

import os
import subprocess

from host import GUARDED, LIBRARY, OTHER, POLICY, PRELOAD

NOBODY = 65534


def others_may_write(place):
    def check(host):
        host.install_guard()
        (host.root / place).chmod(0o775)
        os.chown(host.root / place, 0, NOBODY)
        said = host.refused("enable")
        assert "others than root can write it" in said and not host.exists(PRELOAD), said
    return check


def library_of_another(host):
    host.install_guard()
    os.chown(host.root / LIBRARY, NOBODY, NOBODY)
    assert "belongs to user 65534" in host.refused("enable") and not host.exists(PRELOAD)


def run_directory_of_another(host):
    """As where /run is not root's alone."""
    host.install_guard()
    place = host.root / "run/tlsward"
    place.mkdir()
    os.chown(place, NOBODY, NOBODY)
    assert host.refused("enable") and not host.exists(PRELOAD)
    place.rmdir()
    (host.root / "srv/theirs").mkdir()
    place.symlink_to("/srv/theirs")
    assert host.refused("enable") and not host.exists(PRELOAD) and not list((host.root / "srv/theirs").iterdir())


def staged_link(host):
    """What lies where the next file is written is removed, and not followed."""
    host.install_guard()
    host.write("srv/victim", "as it was")
    (host.root / "etc/.ld.so.preload.tlsward").symlink_to("/srv/victim")
    host.good("enable")
    assert host.read("srv/victim") == "as it was" and host.covers() and not host.exists("etc/.ld.so.preload.tlsward")
    assert not (host.root / PRELOAD).is_symlink()


def kill_switch_link(host):
    host.write(PRELOAD, GUARDED + "\n")
    host.write("etc/tlsward/x", "")
    (host.root / "etc/tlsward/off").symlink_to("/srv/made")
    done = host.execute("/bin/sh", "-c", "mount --bind /etc/ld.so.preload /etc/ld.so.preload; exec tlsward-rescue",
                        before=("unshare", "--mount"), PATH="/usr/local/sbin:/usr/bin:/bin:/usr/sbin")
    assert done.returncode == 1 and not host.exists("srv/made"), done


def hostile_environment(host):
    """None of it reaches what is tried, nor chooses what is."""
    host.install_guard()
    for name in "sh", "systemctl", "sudo", "true", "python3", "perl":
        host.write(f"srv/bin/{name}", "#!/bin/sh\ntouch /srv/was-here\nexit 9\n", 0o755)
    host.write("srv/sitecustomize.py", "open('/srv/was-here', 'w')\n")
    host.write("srv/policy.conf", "[policy]\nmode = maybe\n")
    variables = {"PATH": "/srv/bin", "PYTHONPATH": "/srv", "PERL5OPT": "-Mnone", "BASH_ENV": "/srv/bin/sh", "ENV": "/srv/bin/sh",
                 "TLSWARD_LIBRARY": "/srv/none.so", "TLSWARD_POLICY": "/srv/policy.conf", "TLSWARD_OFF": "1",
                 "LD_LIBRARY_PATH": "/srv", "TMPDIR": "/srv", "OPENSSL_CONF": "/srv/policy.conf"}
    host.good("enable", "--audit", **variables)
    assert host.covers() and not host.exists("srv/was-here") and host.read(POLICY) == "[policy]\nmode = audit\n"


def own_preload(host):
    """A user's library in root's environment is in the command as in any other, and not in what is tried."""
    host.install_guard()
    host.install(host.directory / "writes-to-standard-output.so", "srv/theirs.so", 0o644)
    said = host.good("enable", LD_PRELOAD="/srv/theirs.so")
    assert said.startswith("noise\nenabled") and host.covers(), said


def ordinary_user(host):
    host.install_guard()
    for words in (["enable"], ["disable"], ["enable", "--unit", "acme"]):
        done = host.execute("/usr/sbin/chroot", "--userspec=nobody:nogroup", "/", "/usr/local/bin/tlsward", *words)
        assert done.returncode == 1 and "this is for root" in done.stderr, done
    done = host.execute("/usr/sbin/chroot", "--userspec=nobody:nogroup", "/", "/usr/local/sbin/tlsward-rescue")
    assert done.returncode == 0 and not host.exists("etc/tlsward/off"), done
    host.good("enable")
    done = host.execute("/usr/sbin/chroot", "--userspec=nobody:nogroup", "/", "/usr/local/sbin/tlsward-rescue")
    assert done.returncode == 1 and "Permission denied" in done.stderr and host.covers(), done


def lock(host):
    """Whoever holds it holds up everybody else: a user cannot."""
    host.install_guard()
    host.good("enable")
    done = host.execute("/usr/sbin/chroot", "--userspec=nobody:nogroup", "/", "/usr/bin/flock", "-n", "/run/tlsward/lock", "true")
    assert done.returncode != 0 and "Permission denied" in done.stderr, done


def at_once(host):
    """Whatever the order of those who write: nobody reads half a file, and another's entry is never lost."""
    host.install_guard()
    host.write(PRELOAD, f"# mine\n{OTHER}\n")
    commands = [["/usr/local/bin/tlsward", "enable"], ["/usr/local/sbin/tlsward-rescue"]] * 4
    started = [subprocess.Popen(["chroot", host.root, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
               for words in commands]
    while any(process.poll() is None for process in started):
        text = host.read(PRELOAD)
        assert text in (f"# mine\n{OTHER}\n", f"# mine\n{OTHER}\n{GUARDED}\n"), text
    for process in started:
        process.communicate()
    assert host.read(PRELOAD).startswith(f"# mine\n{OTHER}\n")
    host.good("disable")
    assert host.read(PRELOAD) == f"# mine\n{OTHER}\n" and host.mode(PRELOAD) == 0o644


ROWS = {
    "secure/a-directory-of-the-library-that-others-may-write": others_may_write("usr/lib/x86_64-linux-gnu"),
    "secure/a-library-that-others-may-write": others_may_write(LIBRARY),
    "secure/an-etc-that-others-may-write": others_may_write("etc"),
    "secure/a-library-of-another-user": library_of_another,
    "secure/a-run-directory-of-another-user": run_directory_of_another,
    "secure/a-link-where-the-next-file-is-written": staged_link,
    "secure/a-link-in-the-place-of-the-kill-switch": kill_switch_link,
    "secure/a-hostile-environment": hostile_environment,
    "secure/a-users-own-preload": own_preload,
    "secure/an-ordinary-user-changes-nothing": ordinary_user,
    "secure/an-ordinary-user-cannot-hold-the-lock": lock,
    "secure/many-at-once-lose-no-entry": at_once,
}
