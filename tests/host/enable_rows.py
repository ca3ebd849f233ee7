"""tlsward enable on a whole host."""

import os

from host import DIRECT, GUARD, GUARDED, LIBRARY, NOISE, OTHER, POLICY, PRELOAD, WANTED

SMALL_LOADERS = ("lib/ld-linux.so.2", "usr/lib32/ld-linux.so.2")
WITHOUT_SYS_ADMIN = ("setpriv", "--bounding-set", "-sys_admin")


def refuses(how, problem):
    """And all is as before."""
    def check(host):
        host.install_guard()
        before = host.files()
        host.break_library(how)
        said = host.refused("enable", "--audit")
        assert problem in said, said
        assert host.files() == before, (before, host.files())
        assert not host.exists(PRELOAD) and not host.covers()
    return check


def covers(host):
    host.install_guard()
    assert not host.covers()
    said = host.good("enable")
    assert host.read(PRELOAD) == GUARDED + "\n" and host.covers()
    assert os.readlink(host.root / "run/tlsward/preload/lib/x86_64-linux-gnu/libtlsward.so") == f"/{LIBRARY}"
    assert os.readlink(host.root / WANTED) == f"/{GUARD}"
    assert "already have it once they are restarted" in said and "mode = audit" in said, said


def without_the_small_loader(host):
    for path in SMALL_LOADERS:
        (host.root / path).unlink(missing_ok=True)


def names_the_library(host):
    without_the_small_loader(host)
    host.good("enable")
    assert host.read(PRELOAD) == DIRECT + "\n" and host.covers() and not host.exists(WANTED)


def names_the_library_where_it_is_told(host):
    without_the_small_loader(host)
    host.install_guard()
    host.good("enable", "--no-guard")
    assert host.read(PRELOAD) == DIRECT + "\n" and host.covers() and not host.exists(WANTED)


def keeps_the_rest(host):
    host.install_guard()
    host.write(PRELOAD, f"# of the allocator: libtlsward.so is another matter\n{OTHER}")  # no newline at its end
    host.good("enable", before=("sh", "-c", 'umask 077; exec "$@"', "sh"))
    assert host.read(PRELOAD).splitlines() == ["# of the allocator: libtlsward.so is another matter", OTHER, GUARDED]
    assert host.mode(PRELOAD) == 0o644 and host.covers()
    assert host.read("var/lib/tlsward/ld.so.preload.before").endswith(OTHER)


def twice(host):
    host.install_guard()
    host.good("enable")
    before = (host.root / PRELOAD).stat()
    assert host.good("enable") == "it is enabled already\n"
    assert host.good("enable", "--package") == ""
    after = (host.root / PRELOAD).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def another_instance(host):
    host.write("opt/libtlsward.so", "")
    host.write(PRELOAD, "/opt/libtlsward.so\n")
    said = host.refused("enable")
    assert "names another libtlsward.so, /opt/libtlsward.so" in said, said
    assert host.read(PRELOAD) == "/opt/libtlsward.so\n"


def its_older_name(host):
    """As README.md's reader wrote it by hand: it is the same library."""
    host.install_guard()
    host.write(PRELOAD, f"/{LIBRARY} {OTHER}\n")
    host.good("enable")
    assert host.read(PRELOAD) == f"{OTHER}\n{GUARDED}\n" and host.covers()


def a_link(host):
    host.write("srv/preload", "")
    (host.root / PRELOAD).symlink_to("/srv/preload")
    said = host.refused("enable")
    assert "is a symbolic link" in said and host.read("srv/preload") == "", said


def audit_writes_a_policy(host):
    host.install_guard()
    host.good("enable", "--audit", before=("sh", "-c", 'umask 077; exec "$@"', "sh"))
    assert host.read(POLICY) == "[policy]\nmode = audit\n" and host.mode(POLICY) == 0o644
    assert host.mode("etc/tlsward") == 0o755


def enforce_writes_a_policy(host):
    host.install_guard()
    host.good("enable", "--enforce")
    assert host.read(POLICY) == "[policy]\nmode = enforce\n"


def a_policy_is_a_persons(host):
    host.install_guard()
    text = "# ours\n[policy]\nmode = audit\n"
    host.write(POLICY, text)
    said = host.refused("enable", "--enforce")
    assert "/etc/tlsward/policy.conf is there and says mode = audit" in said and "'mode = enforce'" in said, said
    assert host.read(POLICY) == text and not host.exists(PRELOAD)
    host.good("enable", "--audit")
    assert host.read(POLICY) == text and host.covers()


def a_broken_policy(host):
    host.write(POLICY, "[policy]\nmode = maybe\n")
    said = host.refused("enable")
    assert "policy.conf:2" in said and "tlsward check" in said and not host.exists(PRELOAD), said


def small_programs_say_nothing(host):
    """There is a loader for 32-bit programs here, and no library for them."""
    host.install_guard()
    host.good("enable")
    done = host.execute("/lib/ld-linux.so.2", "/lib32/libc.so.6")
    assert done.returncode == 0 and not done.stderr and "GNU C Library" in done.stdout, done


def small_programs_would_complain(host):
    said = host.refused("enable")
    assert "/lib/ld-linux.so.2" in said and NOISE in said and not host.exists(PRELOAD), said


def names_what_is_not_here(host):
    host.install_guard()
    (host.root / "usr/bin/sudo").unlink()
    said = host.good("enable")
    assert "not tried:" in said and "sudo -n" in said, said


def without_a_mount_namespace(host):
    host.install_guard()
    said = host.good("enable", before=WITHOUT_SYS_ADMIN)
    assert "no mount namespace" in said and host.covers(), said


def restored(host):
    """What only shows when it is in place."""
    host.install_guard()
    host.write(PRELOAD, OTHER + "\n")
    before = host.files()
    host.break_library("writes-by-the-file")
    said = host.refused("enable", "--audit", before=WITHOUT_SYS_ADMIN)
    assert "noise" in said, said
    after = host.files()
    assert after.pop("var/lib/tlsward/ld.so.preload.before", None) is not None, said
    assert after == before, (before, after)


def for_a_package(host):
    host.install_guard()
    host.break_library("aborts")
    done = host.tlsward("enable", "--package")
    assert done.returncode == 0 and not done.stdout and "not enabled" in done.stderr and not host.exists(PRELOAD), done


def until_the_next_boot(host):
    host.install_guard()
    host.good("enable", "--runtime")
    assert host.covers() and not host.exists(WANTED)
    host.good("disable")
    (host.root / GUARD).unlink()
    assert "there is no tlsward-guard.service" in host.refused("enable", "--runtime")


def in_an_image(host):
    """Whatever a link in it says, nothing outside is touched; with the guard, its boot does the rest."""
    host.install_guard()
    image = host.root / "srv/image"
    for name in ("bin", "lib", "lib64"):
        image.mkdir(exist_ok=True)
        (image / name).symlink_to(f"usr/{name}")
    for name in ("usr/bin", "usr/lib", "usr/lib64", "usr/local"):
        (image / name).mkdir(parents=True)
    mounts = "".join(f"mount --rbind /{name} /srv/image/{name}; " for name in ("usr/bin", "usr/lib", "usr/lib64", "usr/local"))
    (image / "real").mkdir()
    (image / "etc").symlink_to("/real")  # in the image, and not the host's
    for name in ("run", "var/lib", "dev", "real/systemd/system"):
        (image / name).mkdir(parents=True)
    done = host.execute("/bin/sh", "-ec", f"{mounts} exec /usr/local/bin/tlsward enable --audit --root /srv/image")
    assert done.returncode == 0 and "at the next boot" in done.stdout, done
    assert (image / "real/tlsward/policy.conf").exists() and not (image / "real/ld.so.preload").exists()
    assert os.path.lexists(image / "real/systemd/system/sysinit.target.wants/tlsward-guard.service")
    assert not host.exists(PRELOAD) and not host.exists("etc/tlsward") and not host.exists(WANTED)
    assert not list((image / "run/tlsward").iterdir())


def in_an_image_without_the_guard(host):
    without_the_small_loader(host)
    host.install_guard()
    image = host.root / "srv/image"
    image.mkdir()
    done = host.execute("/bin/sh", "-ec", "mount --rbind / /srv/image; mount -t tmpfs -o mode=755 tmpfs /srv/image/etc; "
                        "exec /usr/local/bin/tlsward enable --no-guard --root /srv/image", before=("unshare", "--mount"))
    assert done.returncode == 0, done
    assert not host.exists(PRELOAD)


ROWS = {
    "enable/programs-of-users-have-the-library": covers,
    "enable/without-the-boot-guard-the-library-itself-is-named": names_the_library,
    "enable/with-no-guard-the-library-itself-is-named": names_the_library_where_it_is_told,
    "enable/a-library-that-aborts-is-refused": refuses("aborts", "as root, true ends with Aborted instead of exit status 0"),
    "enable/a-library-that-changes-an-exit-status-is-refused": refuses("exits", "true ends with exit status 3 instead of exit status 0"),
    "enable/a-message-in-users-programs-alone-is-refused": refuses("writes-for-users", "as nobody, true says something else on standard error: noise"),
    "enable/more-on-standard-output-is-refused": refuses("writes-to-standard-output", "true writes something else to standard output"),
    "enable/what-the-file-alone-shows-is-refused": refuses("writes-by-the-file", "says something else on standard error: noise"),
    "enable/other-entries-and-comments-are-kept-whatever-the-umask": keeps_the_rest,
    "enable/twice-changes-nothing": twice,
    "enable/another-instance-is-left-alone": another_instance,
    "enable/an-older-name-of-the-same-library-is-replaced": its_older_name,
    "enable/a-symbolic-link-is-left-alone": a_link,
    "enable/audit-writes-a-policy-where-there-is-none": audit_writes_a_policy,
    "enable/enforce-writes-a-policy-where-there-is-none": enforce_writes_a_policy,
    "enable/a-policy-that-is-there-is-not-changed": a_policy_is_a_persons,
    "enable/a-broken-policy-is-refused": a_broken_policy,
    "enable/32-bit-programs-without-a-library-say-nothing": small_programs_say_nothing,
    "enable/32-bit-programs-that-would-complain-are-told": small_programs_would_complain,
    "enable/what-is-not-installed-is-named": names_what_is_not_here,
    "enable/without-a-mount-namespace-it-is-tried-in-place": without_a_mount_namespace,
    "enable/what-fails-in-place-is-taken-back": restored,
    "enable/a-refusal-does-not-fail-a-package": for_a_package,
    "enable/runtime-leaves-the-boot-guard-as-it-is": until_the_next_boot,
    "enable/an-image-is-its-own-root": in_an_image,
    "enable/an-image-without-the-guard": in_an_image_without_the_guard,
}
