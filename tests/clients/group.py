"""Real programs against real servers with good and bad certificates.

A row is named program/certificate/mode; those of one program and certificate run together, beside others that use
another server. Everything happens in a private network and mount namespace and in a temporary directory.
"""

import contextlib
import functools

import certificates
import members
import namespace
import untouched
from cases import CASES
from programs import PROGRAMS
from rows import MODES, Setup, run_modes
from runner import Claims, Row, Rows
from servers import KINDS, Fleet

enter = namespace.enter

SECONDS = 1  # the three modes of one program and certificate


class Clients:
    def __init__(self, build, directory):
        trust = certificates.make_all(directory / "certificates")
        self.setup = Setup(build / "libtlsward.so", build / "drivers", trust, directory)
        self.fleet = Fleet(directory / "certificates", directory)


def run_program(program, case, clients, wanted):
    server = clients.fleet.get(program.server, case.certificate)
    server.ensure_started()
    modes = [row.rpartition("/")[2] for row in wanted]
    for mode, found, report in run_modes(clients.setup, program, case, modes, server):
        yield f"{program.name}/{case.name}/{mode}", report if found else ""


def run_untouched(kind, clients):
    directory = clients.setup.directory / f"untouched-{kind}"
    server = KINDS[kind](clients.setup.directory / "certificates", "good", directory / "server")
    return list(untouched.problems(clients.setup, server, directory))


def run_story(name, clients):
    return list(members.problems(name, clients.setup))


def rows(_):
    for name in members.STORIES:
        yield Row(f"members/{name}", functools.partial(run_story, name))
    for kind in untouched.SERVERS:
        yield Row(f"server-{kind}/good/enforce", functools.partial(run_untouched, kind))
    for program in PROGRAMS:
        for case in CASES:
            if case.name not in program.left_out:
                yield Rows(tuple(f"{program.name}/{case.name}/{mode}" for mode in MODES),
                           functools.partial(run_program, program, case),
                           Claims(frozenset({f"{program.server} {case.certificate}"})), SECONDS)


@contextlib.contextmanager
def place(options, _):
    with namespace.workplace("tlsward-clients.") as directory:
        clients = Clients(options.build.resolve(), directory)
        try:
            yield clients
        finally:
            clients.fleet.stop()
