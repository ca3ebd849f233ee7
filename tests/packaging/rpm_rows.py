"""RPM packages on a host: /etc/ld.so.preload after each of the ways in which packages come, change and go.

The host is a Debian with rpm beside dpkg, so the packages were built for where such a host has its libraries, and what
they need is not looked for among the packages of rpm.
"""

import itertools

from root import PRELOAD, Host, only, rows_on

LIBRARY, COMMAND, HOST = NAMES = ("libtlsward1", "tlsward", "tlsward-host")
NOT_ENABLED = 3
OTHER = "/usr/lib/x86_64-linux-gnu/libm.so.6"


class Rpm(Host):
    def __init__(self, host, place):
        super().__init__(host.root, host.upper)
        self.built, self.built_later = place.build / "packages/rpm", place.build / "packages/rpm-later/rpm"

    def rpm(self, *words):
        return self.do("rpm", "--nodeps", *words)

    def packages(self, directory):
        return [only(directory, f"{name}-[0-9]*[4h].rpm") for name in NAMES]  # x86_64 or noarch, and no src

    def install(self):
        return self.rpm("--install", *self.packages(self.built))

    def upgrade(self):
        return self.rpm("--upgrade", *self.packages(self.built_later))

    def enable(self):
        self.install()
        self.do("tlsward", "enable", "--audit")
        assert self.covered() and self.preload().count("libtlsward.so") == 1, self.preload()

    def erase(self, *names):
        return self.rpm("--erase", *names)


def installing_enables_nothing(host):
    said = host.install()
    assert host.preload() is None and not host.covered(), said
    assert host.run("tlsward", "status").returncode == NOT_ENABLED


def upgrade_stays_enabled(host):
    """The old version's %preun runs after the new one is there, and says by $1 that it is no removal."""
    host.enable()
    before = host.preload()
    host.upgrade()
    assert host.preload() == before and host.covered()
    assert len(host.do("rpm", "--query", *NAMES).split()) == len(NAMES)


def upgrade_stays_disabled(host):
    host.enable()
    host.do("tlsward", "disable")
    host.upgrade()
    assert host.preload() is None


def erased_in_any_order(host, names):
    host.enable()
    for name in names:
        host.erase(name)
        line = host.preload() or ""
        assert "libtlsward" not in line or host.covered(), line
    assert host.preload() is None and not host.covered()


def erased_at_once(host):
    host.write(PRELOAD, f"# ours\n{OTHER}\n")
    host.enable()
    host.upgrade()
    host.erase(*NAMES)
    assert host.preload() == f"# ours\n{OTHER}\n", host.preload()


def policy_stays(host):
    """%config(noreplace): what was changed is kept beside, and what was not goes."""
    host.install()
    ours = host.place("/etc/tlsward/policy.conf").read_text(encoding="utf-8") + "verify = ca\n"
    host.write("/etc/tlsward/policy.conf", ours)
    host.upgrade()
    assert host.place("/etc/tlsward/policy.conf").read_text(encoding="utf-8") == ours
    host.erase(*NAMES)
    assert host.place("/etc/tlsward/policy.conf.rpmsave").read_text(encoding="utf-8") == ours


def erased_leaves_nothing(host):
    host.enable()
    host.erase(*NAMES)
    assert host.changed() == {}, host.changed()


row = rows_on(Rpm)

ROWS = {
    "rpm/install/enables-nothing": row(installing_enables_nothing),
    "rpm/upgrade/stays-enabled": row(upgrade_stays_enabled),
    "rpm/upgrade/stays-disabled": row(upgrade_stays_disabled),
    "rpm/upgrade/keeps-a-changed-policy": row(policy_stays),
    "rpm/erase/beside-another-entry": row(erased_at_once),
    "rpm/erase/leaves-nothing": row(erased_leaves_nothing),
    **{f"rpm/erase/{'-'.join(names)}": row(erased_in_any_order, names) for names in itertools.permutations(NAMES)},
}
