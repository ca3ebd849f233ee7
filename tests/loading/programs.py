"""Builds the test programs; each is an object or a program, and what it is linked with decides how libssl gets in."""

import collections
import os
import pathlib
import subprocess
import threading

from runner import Unavailable

SOURCES = pathlib.Path(__file__).resolve().parent
WARNINGS = ['-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror']

# For another processor than this machine's: CC, and what its programs are linked with and run by.
LDFLAGS = os.environ.get('LDFLAGS', '').split()
EMULATOR = os.environ.get('EMULATOR', '').split()


MAKING = collections.defaultdict(threading.Lock)  # what several rows want below the build directory is made once


def compiler():
    return os.environ.get('CC', 'gcc')


def build(output, sources, *options, cc=None):
    """Compiles and links anew: it takes less time than finding out whether that is needed."""
    output.parent.mkdir(parents=True, exist_ok=True)
    command = [cc or compiler(), *WARNINGS, '-g', *[str(SOURCES / source) for source in sources], '-o', str(output),
               *LDFLAGS, *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f'{" ".join(command)}\n{done.stderr}')
    return output


def library(output, sources, *options):
    return build(output, sources, '-shared', '-fPIC', *options)


def fetched(build_directory, suite, name, *packages):
    """The directory of the libraries of another release, below the build directory."""
    directory = build_directory / 'libssl' / name
    with MAKING[directory]:
        done = subprocess.run([SOURCES.parent / 'libssl' / 'fetch', suite, directory, *packages], capture_output=True,
                              text=True, check=False)
    if done.returncode != 0:
        raise Unavailable(f'{" ".join(packages)} of {suite} cannot be fetched: {done.stderr.strip()[-200:]}')
    return directory
