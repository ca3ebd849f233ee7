"""The page of --html in a real browser."""

import contextlib
import shutil

from cases import POLICY, certificate
from rows import event
from runner import needs

HOSTILE = "<script>window.owned=1</script><img src=x onerror=window.owned=1>\"'onmouseover='window.owned=1"
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage")


def page(place, row, log, *arguments, status=0):
    directory = place.below(row)
    (directory / "p.conf").write_bytes(POLICY)
    (directory / "log").write_bytes(log)
    place.report("--html", directory / "x.html", *arguments, directory / "log", status=status,
                 TLSWARD_POLICY=str(directory / "p.conf"))
    assert sorted(path.name for path in directory.iterdir()) == ["log", "p.conf", "x.html"]
    return directory / "x.html"


@contextlib.contextmanager
def browser(directory, width=1200, scheme="light"):
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    options = webdriver.ChromeOptions()
    for flag in (*FLAGS, f"--user-data-dir={directory}/profile", f"--window-size={width},900"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
    try:
        # A window of a desktop is never so narrow: the page is told of a telephone's.
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500})
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        yield driver
    finally:
        driver.quit()


def many():
    return b"".join(event(n, server_address=f"h{n}.test", tlsward_repeated=n % 7 * 5, tlsward_action="blocked" if n % 3 else "would-block",
                          **{"@timestamp": None}).replace(b'{"', b'{"@timestamp":"2026-11-%02dT05:00:00.000Z","' % (n % 28 + 1), 1)
                    for n in range(1, 30)) + certificate(40, "2026-01-01T00:00:00Z", "2026-12-01T00:00:00Z")


def hostile():
    return (event(1, server_address=HOSTILE, process_executable="/" + HOSTILE, tlsward_finding=HOSTILE, tlsward_call_site=HOSTILE,
                  rule_name=HOSTILE, tls_cipher=HOSTILE, tlsward_advice=HOSTILE) +
            certificate(2, changed={"tls.server.subject": HOSTILE, "tls.server.issuer": HOSTILE, "tls.server.x509.serial_number": HOSTILE}))


def column(driver, section, at):
    return driver.execute_script("return Array.from(document.querySelectorAll(`#${arguments[0]} tbody tr`))"
                                 ".filter(row => !row.hidden).map(row => row.cells[arguments[1]].textContent)", section, at)


def click(driver, section, at):
    driver.execute_script("document.querySelectorAll(`#${arguments[0]} th button`)[arguments[1]].click()", section, at)


def complaints(driver):
    return [entry for entry in driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]


def sorting_and_filtering(place):
    path = page(place, "html-sort", many())
    with browser(path.parent) as driver:
        driver.get(path.as_uri())
        click(driver, "connections", 0)
        up = [int(text) for text in column(driver, "connections", 0)]
        click(driver, "connections", 0)
        down = [int(text) for text in column(driver, "connections", 0)]
        assert up == sorted(up) and down == up[::-1] and len(set(up)) > 5, (up, down)
        click(driver, "connections", 6)
        names = column(driver, "connections", 6)
        assert names == sorted(names), names
        driver.find_element("css selector", "#connections input").send_keys("H7.test blocked")
        assert column(driver, "connections", 6) == ["h7.test"], column(driver, "connections", 6)
        assert driver.find_element("css selector", "#connections output").text == f"1 of {len(names)}"
        bars = driver.execute_script("return document.querySelectorAll('#timeline g rect').length")
        assert bars >= 28, bars
        assert driver.find_element("css selector", "#ends li:nth-child(2) b").text.isdigit()
        assert not complaints(driver), complaints(driver)


def hostile_names(place):
    path = page(place, "html-hostile", hostile())
    with browser(path.parent) as driver:
        driver.get(path.as_uri())
        assert HOSTILE in column(driver, "connections", 6), column(driver, "connections", 6)
        assert HOSTILE in column(driver, "certificates", 5)
        assert driver.execute_script("return document.scripts.length === 1 && document.images.length === 0 && window.owned === undefined")
        assert driver.execute_script("return Array.from(document.querySelectorAll('*')).every("
                                     "node => Array.from(node.attributes).every(item => !item.name.startsWith('on')))")
        assert not complaints(driver), complaints(driver)


def nothing_is_fetched(place):
    path = page(place, "html-alone", many())
    text = path.read_text()
    assert "http:" not in text and "https:" not in text and "//" not in text.replace("sha256//", ""), "an address"
    with browser(path.parent) as driver:
        driver.get(path.as_uri())
        loaded = driver.execute_script("return performance.getEntriesByType('resource').map(item => item.name)")
        assert [name for name in loaded if not name.startswith("data:")] == [], loaded


def brightness(driver, selector, name):
    colour = driver.execute_script("return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]", selector, name)
    return sum(int(part) for part in colour.strip("rgb()").split(",")[:3])


def looks(place):
    """Light and dark, and on a telephone: nothing reaches beyond the page, and text is seen on what is behind it."""
    path = page(place, "html-looks", many() + hostile())
    for scheme in ("light", "dark"):
        for width in (1200, 400):
            with browser(path.parent, width, scheme) as driver:
                driver.get(path.as_uri())
                size = driver.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
                assert size[0] <= size[1] == width, (scheme, size)
                for selector in ("body", "th", "input"):
                    ink, back = (brightness(driver, selector, name) for name in ("color", "backgroundColor"))
                    assert (back - ink if scheme == "light" else ink - back) > 400, (scheme, selector, ink, back)
                assert not complaints(driver), complaints(driver)


def a_hundred_thousand(place):
    log = b"".join(event(n % 3599, server_address=f"h{n}.test") for n in range(100_000))
    path = page(place, "html-many", log)
    assert path.stat().st_size < 2_000_000, path.stat().st_size
    assert "and 99500 more with 99500 handshakes together" in path.read_text()
    with browser(path.parent) as driver:
        driver.get(path.as_uri())
        assert len(column(driver, "connections", 6)) == 500
        click(driver, "connections", 6)
        assert not complaints(driver), complaints(driver)


def without_events(place):
    path = page(place, "html-empty", b"", status=3)
    assert "nothing is known, which is not the same as nothing being wrong" in path.read_text()
    with browser(path.parent) as driver:
        driver.get(path.as_uri())
        assert not complaints(driver), complaints(driver)


def in_its_place(place):
    """Where it cannot be written nothing is left, and it is said."""
    directory = place.below("html-place")
    (directory / "log").write_bytes(event(1))
    _, err = place.report("--html", directory / "none" / "x.html", directory / "log", status=2)
    assert "none/x.html: No such file or directory" in err, err
    assert [path.name for path in directory.iterdir()] == ["log"]


NEEDS = (needs.program("chromium"), needs.program("chromedriver"), needs.module("selenium"))
ROWS = {
    "html/sorting-and-filtering": (sorting_and_filtering, NEEDS),
    "html/hostile-names-run-nothing": (hostile_names, NEEDS),
    "html/nothing-is-fetched": (nothing_is_fetched, NEEDS),
    "html/light-dark-and-narrow": (looks, NEEDS),
    "html/a-hundred-thousand-groups": (a_hundred_thousand, NEEDS),
    "html/without-events": (without_events, NEEDS),
    "html/in-its-place-or-not-at-all": (in_its_place, ()),
}
