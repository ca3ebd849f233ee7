"""Debian packages on a host: /etc/ld.so.preload after each of the ways in which packages come, change and go."""

import itertools
import subprocess

from root import PRELOAD, Host, file_names, only, rows_on, variant

LIBRARY, COMMAND, HOST = NAMES = ("libtlsward1", "tlsward", "tlsward-host")
OF_THE_LIBRARY = "/usr/lib/x86_64-linux-gnu/libtlsward.so"
BY_HAND = "/usr/$LIB/libtlsward.so"
NOT_ENABLED = 3
OTHER = "/usr/lib/x86_64-linux-gnu/libm.so.6"


class Debian(Host):
    """With the packages that were built, and others of later versions."""

    def __init__(self, host, place):
        super().__init__(host.root, host.upper)
        self.built = place.build / "packages/deb"
        self.made = host.root / "var/cache/made"
        self.made.mkdir()

    def package(self, name, architecture="[!i]*"):
        return only(self.built, f"{name}_[0-9]*_{architecture}.deb")

    def later(self, name, version="99.0", **scripts):
        return variant(self.package(name), self.made, version, **scripts)

    def inside(self, packages):
        return [f"/{path.relative_to(self.root)}" if path.is_relative_to(self.root) else path for path in packages]

    def install(self, *packages, **variables):
        return self.do("dpkg", "--install", *self.inside(packages or map(self.package, NAMES)), **variables)

    def fail_to_install(self, *packages):
        done = self.run("dpkg", "--install", *self.inside(packages))
        assert done.returncode != 0, done.stdout
        return done.stdout + done.stderr

    def upgrade(self):
        return self.install(*map(self.later, NAMES))

    def answer(self, value):
        done = subprocess.run(["chroot", self.root, "debconf-set-selections"], capture_output=True, text=True, check=False,
                              input=f"tlsward-host tlsward/enable-host boolean {value}\n")
        assert done.returncode == 0, done.stderr

    def enable(self):
        self.install()
        self.do("tlsward", "enable", "--audit")
        assert self.covered() and self.preload().count("libtlsward.so") == 1, self.preload()

    def remove(self, *names, force=()):
        return self.do("dpkg", *force, "--remove", *names)


def installing_enables_nothing(host):
    said = host.install()
    assert host.preload() is None and not host.covered(), said
    assert host.run("tlsward", "status").returncode == NOT_ENABLED
    assert "tlsward: " not in said, said


def files_are_for_everybody(host):
    """Whatever umask packages are installed under: a policy that a user cannot read is none for him."""
    host.install()
    for name in NAMES:
        for path in file_names(host.package(name)):
            mode = host.place(path).stat().st_mode & 0o777
            assert mode in (0o644, 0o755), f"{path}: {mode:o}"
    assert host.place("/etc/tlsward").stat().st_mode & 0o777 == 0o755
    assert host.do("setpriv", "--reuid=65534", "tlsward", "check")


def policy_is_a_conffile(host):
    host.install()
    ours = host.place("/etc/tlsward/policy.conf").read_text(encoding="utf-8") + "verify = ca\n"
    host.write("/etc/tlsward/policy.conf", ours)
    host.upgrade()
    assert host.place("/etc/tlsward/policy.conf").read_text(encoding="utf-8") == ours
    for name in ("/etc/tlsward/policy.conf", "/etc/apparmor.d/abstractions/base.d/tlsward"):
        assert name in host.do("dpkg-query", "-W", "-f", "${Conffiles}", HOST), name


def yes_enables(host):
    host.answer("true")
    said = host.install()
    assert host.covered(), said


def no_is_the_default(host):
    host.install(DEBIAN_FRONTEND="readline", DEBIAN_PRIORITY="low")
    assert host.preload() is None


def upgrade_stays_enabled(host):
    host.enable()
    before = host.preload()
    host.upgrade()
    assert host.preload() == before and host.covered()
    assert host.do("dpkg-query", "-W", "-f", "${Version}", LIBRARY) == "99.0"


def upgrade_stays_disabled(host):
    """Also where the first answer was yes: what the administrator did since is what counts."""
    host.answer("true")
    host.install()
    host.do("tlsward", "disable")
    assert host.preload() is None
    host.upgrade()
    assert host.preload() is None


def upgrade_under_running_programs(host):
    """They go on with the library that they have: it is replaced, and not written over."""
    host.enable()
    running = subprocess.Popen(["chroot", host.root, "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        running.stdin.write("ready\n")
        running.stdin.flush()
        assert running.stdout.readline() == "ready\n"
        host.upgrade()
        with open(f"/proc/{running.pid}/maps", encoding="utf-8") as maps:
            assert f"{OF_THE_LIBRARY} (deleted)" in maps.read()
        assert running.communicate("still there\n", timeout=60)[0] == "still there\n"
    finally:
        running.kill()
        running.wait()


def failed_upgrade(host, script):
    """The new version's script fails: the line stays as it was, and is gone after the package is."""
    host.enable()
    before = host.preload()
    host.fail_to_install(*(host.later(name, **{script: "exit 1"}) for name in NAMES))
    assert host.preload() == before and host.covered(), host.preload()
    host.remove(HOST, COMMAND, LIBRARY, force=("--force-remove-reinstreq",))
    assert host.preload() is None and not host.covered()


def failing_removal_of_the_old(host):
    """The new version's script is asked instead, and may not take it for a removal."""
    host.install(*(host.later(name, "0.0", prerm='[ "$1" != upgrade ]') for name in NAMES))
    host.do("tlsward", "enable", "--audit")
    before = host.preload()
    assert "trying script from the new package" in host.upgrade()
    assert host.preload() == before and host.covered()


def upgrade_after_a_failed_one(host):
    host.enable()
    before = host.preload()
    host.fail_to_install(host.later(LIBRARY, "98.0", postinst="exit 1"))
    host.upgrade()
    assert host.preload() == before and host.covered()


FOE = """Package: foe
Version: 1
Architecture: all
Maintainer: Nobody <nobody@example.org>
Breaks: {broken}
Description: breaks another
 It does.
"""


def deconfigured(host):
    """Only unconfigured in favour of another package, and not removed."""
    host.enable()
    before = host.preload()
    host.write("/var/cache/made/foe/DEBIAN/control", FOE.format(broken="libtlsward1, tlsward-host"))
    host.do("dpkg-deb", "--build", "/var/cache/made/foe", "/var/cache/made/foe.deb")
    host.run("dpkg", "--auto-deconfigure", "--install", "/var/cache/made/foe.deb")  # fails for what it leaves unconfigured
    assert host.do("dpkg-query", "-W", "-f", "${db:Status-Status}", HOST) in ("unpacked", "half-configured")
    assert host.preload() == before and host.covered()
    host.remove("foe")
    host.do("dpkg", "--configure", "--pending")
    assert host.preload() == before


def removed_in_any_order(host, names):
    """By the way in which one package after the other goes, also before what depends on it."""
    host.enable()
    for name in names:
        host.remove(name, force=("--force-depends",))
        line = host.preload() or ""
        assert "libtlsward" not in line or host.covered(), line
    assert host.preload() is None and not host.covered()


def line_by_hand(host):
    """Which no command of ours wrote, while the library alone is there."""
    host.install(host.package(LIBRARY))
    host.write(PRELOAD, f"# ours\n{OTHER} {BY_HAND}\n")
    assert host.covered()
    host.remove(LIBRARY)
    assert host.preload() == f"# ours\n{OTHER}\n", host.preload()


FOREIGN = {
    "one": f"{OTHER}\n",
    "comment": f"# why it is there\n{OTHER}\n",
    "several-in-a-line": f"{OTHER}:/usr/lib/x86_64-linux-gnu/libdl.so.2\t/usr/lib/x86_64-linux-gnu/librt.so.1\n",
    "blank-lines": f"\n\n  {OTHER}  \n\n",
}


def foreign_entries(host, text):
    host.write(PRELOAD, text)
    host.enable()
    assert host.preload().startswith(text), host.preload()
    host.upgrade()
    host.remove(HOST, COMMAND, LIBRARY)
    assert host.preload() == text, host.preload()


def missing_newline(host):
    host.write(PRELOAD, OTHER)
    host.enable()
    assert host.preload().split()[0] == OTHER and len(host.preload().split()) == 2, host.preload()
    host.remove(HOST, COMMAND, LIBRARY)
    assert host.preload().split() == [OTHER], host.preload()


def foreign_file_untouched(host):
    """Not even written anew where there is nothing of ours in it."""
    host.write(PRELOAD, OTHER)
    before = host.place(PRELOAD).stat()
    host.install()
    host.upgrade()
    host.remove(HOST, COMMAND, LIBRARY)
    host.do("dpkg", "--purge", *NAMES)
    after = host.place(PRELOAD).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns) and host.preload() == OTHER


def twice(host):
    host.answer("true")
    host.install()
    before = host.preload()
    host.install()
    host.do("tlsward", "enable", "--audit")
    host.do("tlsward", "enable", "--package")
    assert host.preload() == before, host.preload()
    host.remove(HOST, COMMAND, LIBRARY)
    host.remove(HOST, COMMAND, LIBRARY)
    assert host.preload() is None


def reinstalled(host):
    """After it was removed it is as if it had come for the first time, but for what the administrator wrote."""
    host.answer("true")
    host.install()
    host.remove(HOST, COMMAND, LIBRARY)
    host.install()
    assert host.preload() is None and not host.covered()
    host.do("tlsward", "enable", "--audit")
    assert host.covered()


# On a terminal, without which debconf does not ask.
ASK = "echo {answer} | DEBIAN_FRONTEND=readline script -qec 'dpkg-reconfigure -plow tlsward-host' /dev/null"


def reconfigured(host):
    host.enable()
    host.answer("false")
    host.do("dpkg-reconfigure", HOST)  # which shows what is in force, and takes that for the answer
    assert host.covered()
    host.do("sh", "-c", ASK.format(answer="no"))
    assert host.preload() is None
    host.do("sh", "-c", ASK.format(answer="yes"))
    assert host.covered()


def purged(host):
    """All is as it was, but for what is the administrator's own."""
    host.enable()
    host.write("/etc/tlsward/policy.d/mine.conf", "[rule mine]\ndestination = mine.example\nverify = ca\n")
    host.upgrade()
    host.do("dpkg", "--purge", *NAMES)
    assert host.changed() == {"etc/tlsward/policy.d/mine.conf": "there"}, host.changed()


def removal_keeps_the_policy(host):
    host.enable()
    host.remove(HOST, COMMAND, LIBRARY)
    assert "mode = audit" in host.place("/etc/tlsward/policy.conf").read_text(encoding="utf-8")


def not_writable(host):
    """The library stays, because each program would complain if the line named what is gone."""
    host.enable()
    before = host.preload()
    # A mount on the file: nothing takes its place.
    subprocess.run(["mount", "--bind", host.place(PRELOAD), host.place(PRELOAD)], check=True)
    try:
        done = host.run("dpkg", "--remove", *NAMES)
    finally:
        subprocess.run(["umount", "--lazy", host.place(PRELOAD)], check=True)
    assert done.returncode != 0 and "/etc/ld.so.preload" in done.stderr, done
    assert host.preload() == before and host.covered()
    host.place("/etc/tlsward/off").unlink(missing_ok=True)
    host.remove(*NAMES)
    assert host.preload() is None


def other_architecture(host):
    """Both are there at once; the one of the host's own programs is the one that counts."""
    host.do("dpkg", "--add-architecture", "i386")
    host.enable()
    small = host.package(LIBRARY, "i386")
    host.do("dpkg", "--force-depends", "--install", *host.inside([small]))
    assert host.place("/usr/lib/i386-linux-gnu/libtlsward.so").exists()
    before = host.preload()
    host.remove(f"{LIBRARY}:i386")
    assert host.preload() == before and host.covered()
    host.do("dpkg", "--force-depends", "--install", *host.inside([small]))
    host.remove(HOST, COMMAND, f"{LIBRARY}:amd64")
    assert host.preload() is None


def manual_names_its_places(host):
    host.install()
    pages = [path for path in file_names(host.package(COMMAND)) if "/share/man/" in path or path.endswith("/apparmor")]
    assert len(pages) > 10
    text = host.do("zcat", "-f", *pages).replace("/usr/local/share/ca-certificates", "")
    assert "/usr/local/" not in text, [line for line in text.splitlines() if "/usr/local" in line]
    assert "/usr/share/tlsward/protocols.conf" in text and "/usr/lib/systemd/catalog" in text
    policy = "[policy]\nmode = audit\ninclude = protocols\n"
    host.write("/tmp/policy.conf", policy)
    host.do("tlsward", "check", "/tmp/policy.conf")


row = rows_on(Debian)

ROWS = {
    "deb/install/enables-nothing": row(installing_enables_nothing),
    "deb/install/files-are-for-everybody": row(files_are_for_everybody),
    "deb/install/no-is-the-default": row(no_is_the_default),
    "deb/install/yes-enables": row(yes_enables),
    "deb/install/twice-is-as-once": row(twice),
    "deb/install/again-after-removal": row(reinstalled),
    "deb/install/manual-names-the-places-of-the-package": row(manual_names_its_places),
    "deb/install/leaves-the-file-of-others-alone": row(foreign_file_untouched),
    "deb/upgrade/stays-enabled": row(upgrade_stays_enabled),
    "deb/upgrade/stays-disabled": row(upgrade_stays_disabled),
    "deb/upgrade/under-running-programs": row(upgrade_under_running_programs),
    "deb/upgrade/keeps-a-changed-policy": row(policy_is_a_conffile),
    "deb/upgrade/after-a-failed-one": row(upgrade_after_a_failed_one),
    "deb/failed-upgrade/preinst": row(failed_upgrade, "preinst"),
    "deb/failed-upgrade/postinst": row(failed_upgrade, "postinst"),
    "deb/failed-upgrade/prerm-of-the-old": row(failing_removal_of_the_old),
    "deb/deconfigured/stays-enabled": row(deconfigured),
    "deb/reconfigured/follows-the-answer": row(reconfigured),
    "deb/remove/a-line-by-hand": row(line_by_hand),
    "deb/remove/keeps-the-policy": row(removal_keeps_the_policy),
    "deb/remove/not-what-cannot-be-taken-out": row(not_writable),
    "deb/remove/one-of-two-architectures": row(other_architecture),
    "deb/purge/leaves-nothing": row(purged),
    "deb/preload/missing-newline": row(missing_newline),
    **{f"deb/preload/{name}": row(foreign_entries, text) for name, text in FOREIGN.items()},
    **{f"deb/remove/{'-'.join(names)}": row(removed_in_any_order, names) for names in itertools.permutations(NAMES)},
}
