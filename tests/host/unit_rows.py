"""tlsward enable --unit: one service, by a drop-in."""

from host import PRELOAD

UNIT = "etc/systemd/system/acme.service"
DROP_IN = "etc/systemd/system/acme.service.d/50-tlsward.conf"
RUNTIME = "run/systemd/system/acme.service.d/50-tlsward.conf"
SERVICE = "[Service]\nExecStart=/bin/true\n"
OURS = "/usr/$LIB/libtlsward.so"


def environment(host, path=DROP_IN):
    return [line for line in (host.read(path) or "").splitlines() if not line.startswith("#")]


def writes(host):
    host.write(UNIT, SERVICE)
    said = host.good("enable", "--unit", "acme", before=("sh", "-c", 'umask 077; exec "$@"', "sh"))
    assert environment(host) == ["[Service]", f'Environment="LD_PRELOAD={OURS}"'], host.read(DROP_IN)
    assert host.mode(DROP_IN) == 0o644 and host.mode("etc/systemd/system/acme.service.d") == 0o755
    assert "systemctl restart acme.service" in said and not host.exists(PRELOAD), said
    done = host.execute("/usr/bin/systemd-analyze", "verify", "acme.service")
    assert "acme" not in done.stderr, done.stderr
    assert "enabled already" in host.good("enable", "--unit", "acme.service")


def the_service_has_it(host):
    """What the drop-in says, as systemd would give it to the program."""
    host.write(UNIT, SERVICE)
    host.good("enable", "--unit", "acme")
    value = environment(host)[1].removeprefix('Environment="LD_PRELOAD=').rstrip('"')
    done = host.execute("/usr/bin/env", f"LD_PRELOAD={value}", "/bin/grep", "-c", "libtlsward.so", "/proc/self/maps")
    assert done.returncode == 0 and not done.stderr, done


def keeps(form, expected):
    def check(host):
        host.write(UNIT, SERVICE + form)
        host.write("etc/systemd/system/acme.service.d/10-first.conf", "[Service]\nEnvironment=OTHER=1\n")
        host.good("enable", "--unit", "acme")
        assert environment(host)[1] == f'Environment="LD_PRELOAD={OURS}{expected}"', host.read(DROP_IN)
    return check


def refuses(files, problem):
    def check(host):
        host.write(UNIT, SERVICE)
        for path, text in files.items():
            host.write(path, text)
        said = host.refused("enable", "--unit", "acme")
        assert problem in said and not host.exists(DROP_IN), said
    return check


def no_such_unit(host):
    assert "there is no unit acme.service" in host.refused("enable", "--unit", "acme")
    assert "is no name of a service" in host.refused("enable", "--unit", "../etc/x", status=2)


def instances(host):
    host.write("usr/lib/systemd/system/acme@.service", SERVICE + "Environment=LD_PRELOAD=/a.so\n")
    host.good("enable", "--unit", "acme@one")
    assert environment(host, "etc/systemd/system/acme@one.service.d/50-tlsward.conf")[1].endswith(":/a.so\"")


def with_a_manager(host):
    """One that notes what it is told."""
    (host.root / "run/systemd/system").mkdir(parents=True)
    (host.root / "usr/bin/systemctl").unlink()
    host.write("usr/bin/systemctl", "#!/bin/sh\necho $* >> /srv/told\n", 0o755)
    host.write(UNIT, SERVICE)


def until_the_next_boot(host):
    host.write(UNIT, SERVICE)
    assert "systemd does not run here" in host.refused("enable", "--unit", "acme", "--runtime")
    with_a_manager(host)
    host.good("enable", "--unit", "acme", "--runtime")
    assert host.exists(RUNTIME) and not host.exists(DROP_IN) and host.read("srv/told").endswith("daemon-reload\n")
    host.good("disable", "--unit", "acme")
    assert not host.exists("run/systemd/system/acme.service.d")


def at_once(host):
    with_a_manager(host)
    host.good("enable", "--unit", "acme", "--now")
    assert host.read("srv/told").endswith("daemon-reload\ntry-restart acme.service\n"), host.read("srv/told")


def a_broken_library(host):
    host.write(UNIT, SERVICE)
    host.break_library("aborts")
    assert "true ends with Aborted" in host.refused("enable", "--unit", "acme") and not host.exists(DROP_IN)


def removes(host):
    host.write(UNIT, SERVICE)
    host.good("enable", "--unit", "acme")
    said = host.good("disable", "--unit", "acme")
    assert not host.exists("etc/systemd/system/acme.service.d") and "systemctl restart acme.service" in said, said
    assert "not enabled by a drop-in" in host.good("disable", "--unit", "acme")


ROWS = {
    "unit/a-drop-in-and-what-to-restart": writes,
    "unit/its-programs-have-the-library": the_service_has_it,
    "unit/what-it-preloads-already-is-kept": keeps("Environment=A=1 LD_PRELOAD=/a.so:/b.so\n", ":/a.so:/b.so"),
    "unit/what-it-preloads-in-quotes-is-kept": keeps('Environment="A=1" "LD_PRELOAD=/a.so /b.so"\n', ":/a.so /b.so"),
    "unit/what-it-preloads-over-two-lines-is-kept": keeps("Environment=A=1 \\\n  LD_PRELOAD=/a.so\n", ":/a.so"),
    "unit/what-it-has-reset-is-not-kept": keeps("Environment=LD_PRELOAD=/a.so\nEnvironment=\n", ""),
    "unit/a-later-drop-in-that-overrules-it-is-named": refuses(
        {"etc/systemd/system/acme.service.d/90-last.conf": "[Service]\nEnvironment=LD_PRELOAD=/a.so\n"}, "90-last.conf"),
    "unit/an-environment-file-that-overrules-it-is-named": refuses(
        {UNIT: SERVICE + "EnvironmentFile=-/etc/default/acme\n", "etc/default/acme": "LD_PRELOAD=/a.so\n"},
        "/etc/default/acme"),
    "unit/no-such-unit": no_such_unit,
    "unit/an-instance-of-a-template": instances,
    "unit/until-the-next-boot": until_the_next_boot,
    "unit/now-restarts-it": at_once,
    "unit/a-library-that-aborts-is-refused": a_broken_library,
    "unit/disable-removes-it": removes,
}
