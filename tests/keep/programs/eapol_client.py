"""Authenticates as an IEEE 802.1X supplicant, through a RADIUS server: DIRECTORY PORT METHOD INNER [CA].

Without a CA it trusts anybody, as wpa_supplicant does.
"""
import os
import pathlib
import sys

NETWORK = """network={{
    key_mgmt=WPA-EAP
    eap={method}
    identity="user"
    anonymous_identity="nobody"
    password="secret"
    phase2="auth={inner}"
    {ca}
}}
"""

directory, port, method, inner, *ca = sys.argv[1:]
configuration = pathlib.Path(directory) / "network"
configuration.write_text(NETWORK.format(method=method, inner=inner, ca=f'ca_cert="{ca[0]}"' if ca else ""))
os.execvp("eapol_test", ["eapol_test", "-c", configuration, "-a", "127.0.0.1", "-p", port, "-s", "radius", "-t", "10"])
