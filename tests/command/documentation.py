"""What --help says is what the manual, the completion and the table of rows know: one check per subcommand and fact.
And the tests that SECURITY.md names are there."""

import pathlib
import re
import subprocess

import security_page

SOURCE = pathlib.Path(__file__).resolve().parents[2]
MANUAL = (SOURCE / "tools" / "man" / "tlsward.1").read_text()
EVENTS = SOURCE / "tools" / "man" / "tlsward-events.5"
COMPLETION = SOURCE / "tools" / "completion.bash"
SUBCOMMANDS = ("enable", "disable", "status", "run", "check", "explain", "collect", "log", "report", "draft", "replay", "pin", "trust", "scan")


def help_of(command, *subcommand):
    return subprocess.run([command, *subcommand, "--help"], capture_output=True, text=True, check=True).stdout


def options(command, subcommand):
    """Option → whether it takes a value, as the lines of --help have them."""
    lines = re.findall(r"^ +(--[a-z-]+) ([A-Z]+)?", help_of(command, subcommand), re.MULTILINE)
    return {option: bool(value) for option, value in lines}


def differ(what, ours, theirs):
    return None if ours and ours == theirs else f"{what}: {sorted(ours)}, not {sorted(theirs)}"


def own_page(subcommand):
    """The manual page that a subcommand has for itself, or nothing."""
    page = SOURCE / "tools" / "man" / f"tlsward-{subcommand}.1"
    return page.read_text() if page.exists() else ""


def section(macro, title, page=MANUAL):
    """A section of the manual; `macro` is Sh or Ss, mdoc(7)."""
    found = re.search(rf"^\.{macro} {title}\n(.*?)(?=^\.S[hs] |\Z)", page, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def in_the_manual(command, subcommand):
    text = own_page(subcommand) or section("Ss", f"tlsward {subcommand}")
    named = {f"-{option}" for option in re.findall(r"Fl (-[a-z-]+)", text)}
    return differ("options in the manual", named | {"--help"}, set(options(command, subcommand)))


def in_the_synopsis(command, subcommand):
    own = section("Sh", "SYNOPSIS", own_page(subcommand))
    synopsis = own or re.search(rf"^\.Cm {subcommand}\n(.*?)(?=^\.Nm)", section("Sh", "SYNOPSIS"), re.MULTILINE | re.DOTALL)[1]
    named = {f"-{option}" for option in re.findall(r" (-[a-z][a-z-]*)", synopsis)}
    return differ("options in the synopsis", named | {"--help"}, set(options(command, subcommand)))


def shell(text):
    script = f"source {COMPLETION}; {text}"
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout.split()


def completed(command, subcommand):
    return differ("options completed", set(shell(f"_tlsward_options {subcommand}")) - {"--"}, set(options(command, subcommand)))


def values_are_skipped(command, _):
    """Completion finds run's own command behind every option, with its value where it takes one."""
    for option, takes_value in options(command, "run").items():
        words = ["tlsward", "run", option, *["value"] * takes_value, "ls", "-"]
        found = shell(f"words=({' '.join(words)}); cword={len(words) - 1}; _tlsward_command_offset")
        if found != [str(words.index("ls"))]:
            return f"after {option} the command is at {found}"
    return None


def statuses_of_help(command, subcommand):
    _, _, text = help_of(command, subcommand).partition("Exit status:")
    return set(map(int, re.findall(r"\b(\d+) [A-Za-z]", text)))


def statuses_in_the_manual(command, subcommand):
    """Of the items in the list of exit statuses, those that name the subcommand, or none."""
    own = own_page(subcommand)
    items = re.findall(r"^\.It (\d+)\n(.*?)(?=^\.It|^\.El)", section("Sh", "EXIT STATUS", own or MANUAL), re.MULTILINE | re.DOTALL)
    ours = {int(status) for status, text in items if own or ".Cm" not in text or f".Cm {subcommand} :" in text}
    return differ("exit statuses in the manual", ours, statuses_of_help(command, subcommand))


def statuses_have_rows(table):
    def check(command, subcommand):
        seen = {row.status for row in table if row.arguments[:1] == [subcommand]}
        missing = statuses_of_help(command, subcommand) - seen
        return f"no row ends with {sorted(missing)}" if missing else None

    return check


def subcommands(command, _):
    shown = set(re.findall(r"^  ([a-z]+)  ", help_of(command), re.MULTILINE))
    manual = set(re.findall(r"^\.Ss tlsward ([a-z]+)", MANUAL, re.MULTILINE))
    words = re.search(r"-W '([a-z ]+) --help --version'", COMPLETION.read_text())[1].split()
    return (
        differ("subcommands in the manual", manual, shown)
        or differ("subcommands completed", set(words), shown)
        or differ("subcommands tested here", set(SUBCOMMANDS), shown)
    )


def members(_, __):
    """Those that test_event.c finds in an event that has everything are those of the manual."""
    source = (SOURCE / "tests" / "unit" / "test_event.c").read_text()
    table = re.search(r"^} members\[\] = \{\n(.*?)^\};", source, re.MULTILINE | re.DOTALL)[1]
    tested = re.findall(r'^    \{"([@a-z0-9_.]+)", ', table, re.MULTILINE)
    told = re.findall(r"^([@a-z0-9_.]+)\|(?:string|number|boolean|array)\|", EVENTS.read_text(), re.MULTILINE)
    collected = {f"tlsward.collect.{name}" for name in ("time", "host", "uid", "pid")}  # which tests/collect looks at
    return differ("members in the manual", set(told), set(tested) | collected | {"tlsward.finding"})


def pages_without_warnings(*_):
    """Whatever the reader's locale has for characters."""
    warnings = []
    for page in sorted((SOURCE / "tools" / "man").iterdir()):
        for locale in ("C", "C.UTF-8"):
            done = subprocess.run(["man", "-l", "--warnings", page], env={"PATH": "/usr/bin:/bin", "LC_ALL": locale}, capture_output=True, text=True, errors="replace", check=True)
            warnings += [f"{page.name} in locale {locale}: {line}" for line in done.stderr.splitlines()]
            warnings += [] if "NAME" in done.stdout else [f"{page.name} in locale {locale} is empty"]
    return "\n".join(warnings)


def checks(table, names):
    """Name → test; `names` are those of all rows."""
    each = {
        "options-are-in-the-manual": in_the_manual,
        "options-are-in-the-synopsis": in_the_synopsis,
        "options-are-completed": completed,
        "exit-statuses-are-in-the-manual": statuses_in_the_manual,
        "exit-statuses-have-rows": statuses_have_rows(table),
    }
    wanted = [(f"documentation/{name}/{fact}", check, name) for name in SUBCOMMANDS for fact, check in each.items()
              if not (fact == "exit-statuses-have-rows" and own_page(name))]  # whose rows are a group of their own
    wanted += [("documentation/run/completion-finds-its-command", values_are_skipped, "run")]
    wanted += [("documentation/manual-pages-without-warnings", pages_without_warnings, "")]
    wanted += [("documentation/subcommands", subcommands, "")]
    wanted += [("documentation/events-have-the-members-of-the-manual", members, "")]
    wanted += [("documentation/security-names-tests-that-exist", lambda *_: security_page.missing(names), "")]
    return {title: lambda fixture, check=check, name=name: check(fixture.command, name) for title, check, name in wanted}
