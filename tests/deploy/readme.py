"""The snippets of README.md: indented blocks, each found by the words before it."""

import re
import shlex
import textwrap
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"


def snippet(words):
    """The first indented block after these words, without its indentation."""
    _, found, rest = README.read_text(encoding="utf-8").partition(words)
    if not found:
        raise AssertionError(f"README.md does not say '{words}'")
    lines = rest.splitlines()[1:]
    start = next(number for number, line in enumerate(lines) if line.startswith("    "))
    indentation = lines[start][:len(lines[start]) - len(lines[start].lstrip())]
    block = []
    for line in lines[start:]:
        if line and not line.startswith(indentation):
            break
        block.append(line)
    return textwrap.dedent("\n".join(block)).strip() + "\n"


def command_before(words):
    """The command that these words follow."""
    text = " ".join(README.read_text(encoding="utf-8").split())
    found = re.search(f"`([^`]+)` {re.escape(words)}", text)
    if not found:
        raise AssertionError(f"README.md has no command before '{words}'")
    return found[1]


def unit_environment(unit):
    """What the Environment= lines of systemd.exec(5) set."""
    lines = [line.partition("=") for line in unit.splitlines() if line.startswith("Environment=")]
    return dict(word.split("=", 1) for _, _, words in lines for word in shlex.split(words))


def image(recipe):
    """The (source, destination) pairs of COPY and what ENV sets; a Dockerfile has no comments behind an instruction."""
    copies, variables = [], {}
    for line in recipe.splitlines():
        if not line or line.startswith("#"):
            continue
        instruction, *words = line.split()
        if instruction == "COPY" and len(words) == 2:
            copies.append(tuple(words))
        elif instruction == "ENV" and len(words) == 1:
            variables |= [words[0].split("=", 1)]
        else:
            raise AssertionError(f"not what this test can follow: {line}")
    return copies, variables
