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
