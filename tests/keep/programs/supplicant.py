"""Authenticates as an IEEE 802.1X supplicant: eapol_test|wpa_supplicant DIRECTORY PORT METHOD INNER [CA].

eapol_test asks a RADIUS server on this port, wpa_supplicant whoever is at the other end of the wire of this number.
Without a CA they trust anybody.
"""
import os
import pathlib
import subprocess
import sys

NETWORK = """ap_scan=0
network={{
    key_mgmt={management}
    eap={method}
    identity="user"
    anonymous_identity="nobody"
    password="secret"
    phase2="auth={inner}"
    eapol_flags=0
    {ca}
}}
"""

program, directory, port, method, inner, *ca = sys.argv[1:]
network = pathlib.Path(directory) / "network"
if program == "eapol_test":
    management = "WPA-EAP"
    command = [program, "-c", network, "-a", "127.0.0.1", "-p", port, "-s", "radius", "-t", "10"]
else:
    wire = f"wire{port}"
    # A station of its own each time: the switch lets one that it refused wait for a minute.
    subprocess.run(["ip", "link", "set", wire, "address", "02:" + os.urandom(5).hex(":")], check=True)
    management = "IEEE8021X"
    command = [program, "-D", "wired", "-i", wire, "-c", network]
network.write_text(NETWORK.format(management=management, method=method, inner=inner,
                                  ca=f'ca_cert="{ca[0]}"' if ca else ""))
os.execvp(program, command)
