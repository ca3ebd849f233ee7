"""The pin of a certificate's key."""

import functools
import subprocess


@functools.cache
def pin_of(certificate):
    """As curl's manual has it made, with nothing of tlsward."""
    steps = f"openssl x509 -in {certificate} -pubkey -noout | openssl pkey -pubin -outform der"
    made = subprocess.run(["sh", "-c", steps + " | openssl dgst -sha256 -binary | base64"], check=True,
                          capture_output=True, text=True)
    return "sha256//" + made.stdout.strip()
