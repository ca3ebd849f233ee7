"""The kept inputs of the fuzz targets, which `make unit` runs again."""

import signal
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGETS = sorted(source.stem.removeprefix("fuzz_") for source in HERE.glob("fuzz_*.c"))


def how_it_ended(status):
    return signal.Signals(-status).name if status < 0 else f"exit status {status}"


def replay(name, build):
    """What is wrong with them."""
    files = sorted((HERE / "corpus" / name).iterdir())
    for file in files:
        done = subprocess.run([build / "replay" / name, file], capture_output=True, text=True, errors="replace", check=False)
        if done.returncode != 0:
            return f"{file}: {how_it_ended(done.returncode)}\n{done.stderr}"
    return "" if files else "no inputs"
