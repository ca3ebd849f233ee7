"""What a row may need of the machine: functions that return why it cannot run here, or nothing."""

import functools
import importlib.util
import os
import shutil
import subprocess


def program(name):
    """In PATH, or at that path."""
    return lambda: "" if shutil.which(name) else f"{name} is not installed"


def module(name):
    """Of Python."""
    def need():
        try:
            found = importlib.util.find_spec(name)
        except ModuleNotFoundError:
            found = None
        return "" if found else f"{name} is not installed"
    return need


@functools.cache
def unmet_command(command):
    done = subprocess.run(command, shell=True, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return "" if done.returncode == 0 else f"does not succeed: {command}"


def success(command):
    """Of a shell command, which is run once."""
    return lambda: unmet_command(command)


def root():
    return "" if os.geteuid() == 0 else "needs root"
