"""Policies at the size of a fleet: rules as administrators write them, each with owner, reason, ticket and end."""
import os

COUNT = 10_000

HEAD = "[policy]\nmode = enforce\nlog = file:/dev/null\n"

RULE = """
[rule acme-ldap-{number:05}]
{matcher}
verify = ca
owner = directory team
reason = appliance certificate has no SAN, replacement ordered
ticket = SEC-{number:05}
expires = 2099-03-31
"""

# What no rule below is for: the client is another program, and connects to localhost.
MATCHERS = {
    "destination": "destination = ldap-{number:05}.corp.example:636",
    "program": "program = /opt/acme-{number:05}/bin/*",
    "network": "destination = 10.{high}.{low}.0/24",
}


def rule(number, kind):
    matcher = MATCHERS[kind].format(number=number, high=number // 256, low=number % 256)
    return RULE.format(number=number, matcher=matcher)


def policy_text(count, kinds, trust):
    """A policy of `count` rules, their kinds in turn, and the trust sources of [policy]."""
    rules = (rule(number, kinds[number % len(kinds)]) for number in range(count))
    return HEAD + "".join(f"trust = {source}\n" for source in trust) + "".join(rules)


def write_policy(path, count, kinds, trust):
    with open(path, "w") as policy:
        policy.write(policy_text(count, kinds, trust))
    os.chmod(path, 0o644)
    return path


def rows(bench, directory, port):
    """What a fleet's policy adds to a process that loads TLS: name, goal, how it is measured and in which unit.

    Without rules and with them the same is counted in the same run, so that what the program itself costs is in none
    of the figures. A handshake is told as a ratio.
    """
    trust = [f"{directory}/ca.pem"]
    client = [f"{bench.BUILD}/bench/client", "localhost", port, "{count}", "never", "shared"]

    def policy(count, *kinds):
        path = write_policy(f"{directory}/fleet-{count}-{'-'.join(kinds)}.conf", count, kinds, trust)
        return {"LD_PRELOAD": bench.LIBRARY, "TLSWARD_POLICY": path}

    def start(environment):
        return bench.instructions([part.format(count=0) for part in client], environment)

    def kilobytes(environment):
        return int(bench.run(f"{bench.BUILD}/bench/memory", env=environment).stdout)

    def handshake(environment):
        return bench.per_round(client, environment, 5, 25)

    none, elsewhere, others = policy(0, "program"), policy(COUNT, "destination", "network"), policy(COUNT, "program")
    for what, rules in (("for other destinations", elsewhere), ("for other programs", others)):
        yield (f"start with {COUNT:,} rules {what}", 40_000_000, lambda r=rules: start(r) - start(none), "instructions")
    for what, rules in (("for other destinations", elsewhere), ("for other programs", others)):
        yield (f"memory kept of {COUNT:,} rules {what}", 1_000, lambda r=rules: kilobytes(r) - kilobytes(none), "kB")
    for what, rules in (("for other destinations", elsewhere), ("for other programs", others)):
        yield (f"a handshake with {COUNT:,} rules {what}", 1.01, lambda r=rules: handshake(r) / handshake(none), "ratio")
