"""A client of libmariadb that goes on in clear text where TLS fails: HOST PORT TOKEN [ca FILE | policy MODE].

With `ca` it verifies the server by itself. With `policy` an administrator changes the mode after the first attempt.
"""
import os
import pathlib
import sys

import MySQLdb

host, port, token, *setting = sys.argv[1:]


def select(**tls):
    connection = MySQLdb.connect(host=host, port=int(port), user="root", **tls)
    connection.cursor().execute(f"select '{token}'")


def change_policy(mode):
    policy = pathlib.Path(os.environ["TLSWARD_POLICY"])
    fresh = policy.with_suffix(".new")
    fresh.write_text(policy.read_text().replace("mode = enforce", f"mode = {mode}"))
    fresh.rename(policy)


try:
    select(ssl={"ca": setting[1]} if setting[:1] == ["ca"] else {"cipher": "HIGH"})
    print("by TLS")
except MySQLdb.OperationalError as error:
    print("TLS:", error)
    if setting[:1] == ["policy"]:
        change_policy(setting[1])
    try:
        select()
        print("in clear text")
    except MySQLdb.OperationalError as refusal:
        print("clear text:", refusal)
