"""tlsward disable and tlsward-rescue: the way back."""

import shutil

from host import GUARDED, LIBRARY, OTHER, PRELOAD, WANTED

READ_ONLY = "mount --bind /etc /etc; mount -o remount,ro,bind /etc; "


def enabled(host):
    host.install_guard()
    host.good("enable")
    assert host.covers()


def byte_for_byte(host):
    host.install_guard()
    before = host.files()
    host.good("enable")
    said = host.good("disable")
    assert "existing processes keep it until they are restarted" in said, said
    after = host.files()
    after.pop("run/tlsward/lock", None)
    assert after == before, (before, after)
    assert not host.covers() and not host.exists(WANTED)


def keeps_the_rest(disable):
    def check(host):
        text = f"{OTHER}:{OTHER}  # the allocator, twice\n"
        host.install_guard()
        host.write(PRELOAD, text)
        host.good("enable")
        disable(host)
        assert host.read(PRELOAD) == text and host.mode(PRELOAD) == 0o644
    return check


def forms(host):
    """Every entry that is a libtlsward.so, wherever it lies and however it stands there; and nothing else."""
    cases = {
        f"/{LIBRARY}": None,
        f"a.so /{LIBRARY} b.so\n": "a.so b.so\n",
        f"a.so:/x/libtlsward.so:b.so": "a.so:b.so",
        f"\tlibtlsward.so\t# ours\n": "\t# ours\n",
        f"a.so /x/libtlsward.so\nb.so": "a.so\nb.so",
        f"/x/libtlsward.so /y/libtlsward.so\n# libtlsward.so\n": "# libtlsward.so\n",
        "notlibtlsward.so libtlsward.so.1\n": "notlibtlsward.so libtlsward.so.1\n",
        "#libtlsward.so": "#libtlsward.so",
        "a#libtlsward.so\n/x/libtlsward.so#b": "a#libtlsward.so\n#b",
        "\n\n/x/libtlsward.so\n\n": "\n\n\n",
    }
    for text, expected in cases.items():
        host.write(PRELOAD, text)
        done = host.rescue()
        assert done.returncode == 0, done
        assert host.read(PRELOAD) == expected, (text, host.read(PRELOAD), expected)


def twice(host):
    enabled(host)
    host.good("disable")
    assert "does not name" in host.good("disable")
    assert host.good("disable", "--package") == ""


def rescue(host):
    enabled(host)
    done = host.rescue()
    assert done.returncode == 0 and "existing processes keep it until they are restarted" in done.stdout, done
    assert not host.exists(PRELOAD) and not host.covers() and host.exists(WANTED)
    assert host.rescue().returncode == 0


def where_nothing_runs(host):
    """The library aborts in every program of the host, the command itself included."""
    enabled(host)
    host.break_library("aborts")
    assert host.tlsward("disable").returncode < 0 and host.execute("/bin/true").returncode < 0
    done = host.rescue()
    assert done.returncode == 0, done
    assert host.execute("/bin/true").returncode == 0


def without_any_other_file(host):
    bare = host.root / "srv/bare"
    (bare / "etc").mkdir(parents=True)
    shutil.copy(host.build / "tlsward-rescue", bare / "rescue")
    (bare / PRELOAD).write_text(f"{GUARDED}\n")
    done = host.execute("/srv/bare/rescue", "--help")
    assert done.returncode == 0 and "Usage" in done.stdout, done
    done = host.execute("/usr/sbin/chroot", "/srv/bare", "/rescue")
    assert done.returncode == 0 and not (bare / PRELOAD).exists(), done


def unwritable(command):
    def check(host):
        enabled(host)
        done = host.execute("/bin/sh", "-c", "chattr +i /etc/ld.so.preload 2>/dev/null || exit 77; "
                            f"{command}; status=$?; chattr -i /etc/ld.so.preload; exit $status")
        if done.returncode == 77:  # a file system without the flag: the directory is what cannot be written
            done = host.execute("/bin/sh", "-c", "mount --bind /etc/ld.so.preload /etc/ld.so.preload; "
                                f"{command}; status=$?; umount /etc/ld.so.preload; exit $status")
        assert done.returncode == 1 and "/etc/ld.so.preload: " in done.stderr, done
        assert "made /etc/tlsward/off" in done.stdout and host.exists("etc/tlsward/off"), done
        assert host.mode("etc/tlsward") == 0o755 and host.read(PRELOAD) == GUARDED + "\n"
        assert host.exists("run/tlsward/preload")  # what is named is not taken away
    return check


def nothing_can_be_written(host):
    enabled(host)
    done = host.execute("/bin/sh", "-c", READ_ONLY + "exec /usr/local/sbin/tlsward-rescue", before=("unshare", "--mount"))
    assert done.returncode == 1 and "/etc/ld.so.preload: Read-only" in done.stderr, done
    assert "/etc/tlsward: Read-only" in done.stderr, done
    assert host.read(PRELOAD) == GUARDED + "\n", host.read(PRELOAD)


def names_services(host):
    host.write("etc/systemd/system/a.service.d/50-tlsward.conf", "[Service]\n")
    said = host.good("disable")
    assert "/etc/systemd/system/a.service.d/50-tlsward.conf" in said and host.exists("etc/systemd/system/a.service.d"), said


ROWS = {
    "disable/all-is-as-it-was": byte_for_byte,
    "disable/other-entries-and-comments-are-kept": keeps_the_rest(lambda host: host.good("disable")),
    "disable/twice-changes-nothing": twice,
    "disable/what-cannot-be-written-is-switched-off": unwritable("/usr/local/bin/tlsward disable"),
    "disable/services-with-a-drop-in-are-named": names_services,
    "rescue/takes-it-out": rescue,
    "rescue/other-entries-and-comments-are-kept": keeps_the_rest(lambda host: host.rescue()),
    "rescue/every-form-of-an-entry": forms,
    "rescue/runs-where-every-other-program-aborts": where_nothing_runs,
    "rescue/needs-no-other-file": without_any_other_file,
    "rescue/what-cannot-be-written-is-switched-off": unwritable("/usr/local/sbin/tlsward-rescue"),
    "rescue/says-where-nothing-can-be-written": nothing_can_be_written,
}
