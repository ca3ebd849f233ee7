"""A case of a table: what the command is asked, and what it has to say."""

import re
import subprocess

from patience import HANG_SECONDS


def environment(**more):
    return {"PATH": "/usr/bin:/bin", "TZ": "UTC", "LC_ALL": "C.UTF-8", **more}


def nothing_more(_):
    return ()


def wrong_with(case, command, directory, variables, stdin=None, look=nothing_more, quiet=True):
    """What is not as the case has it, with what was said; "" for nothing. {t} in the case stands for the directory.
    `look` is given the output, and yields what else is wrong; `quiet`: what is no error says nothing where errors go."""
    arguments = [argument.replace("{t}", str(directory)) for argument in case.arguments]
    done = subprocess.run([*command, *arguments], env=environment(**variables), input=stdin, capture_output=True,
                          timeout=HANG_SECONDS, check=False)
    out, err = done.stdout.decode(), done.stderr.decode()
    problems = [f"exit status {done.returncode}, not {case.status}"] if done.returncode != case.status else []
    problems += look(out)
    problems += [f"no {word!r} in the output" for word in case.out if not re.search(word, out, re.MULTILINE)]
    problems += [f"no {word!r} in the errors" for word in case.err if not re.search(word, err, re.MULTILINE)]
    problems += [f"{word!r} is said" for word in case.never if re.search(word, out + err, re.MULTILINE)]
    if quiet and err:
        problems.append("something on standard error")
    return "\n".join([*problems, out[:4000], err[:4000]]) if problems else ""
