"""Where a libssl lies, and how a program is linked so that it runs with that one."""

import glob
import subprocess
from dataclasses import dataclass
from pathlib import Path

from runner import Unavailable

STUB = "libssl-under-test.so"  # what every client needs; a link of that name leads to the real one
LINK = ("-Wl,--no-as-needed", f"-l:{STUB}", "-Wl,-z,lazy")  # all references are weak, and some are missing
# Other architectures: what compiles for them, and what runs that where the processor cannot.
FOREIGN = {"aarch64": ("aarch64-linux-gnu-gcc", "qemu-aarch64"), "i386": ("i686-linux-gnu-gcc", "")}


@dataclass(frozen=True)
class Library:
    name: str
    libssl: Path  # resolved
    directories: tuple  # further ones to search
    loader: str  # empty: the system's
    compiler: str = "gcc"
    emulator: str = ""  # what runs its programs, where the processor cannot
    is_carried: bool = True  # by Debian: all that a row does works there without tlsward

    def environment(self, directory):
        """Makes the link in `directory`; what the dynamic linker needs to find the library there."""
        directory.mkdir(parents=True, exist_ok=True)
        link = directory / STUB
        if not link.is_symlink():
            link.symlink_to(self.libssl)
        return {"LD_LIBRARY_PATH": ":".join(map(str, (directory, self.libssl.parent, *self.directories)))}

    def start(self, environment):
        """The words before a program's own: what runs it with this environment, in which it does not run itself."""
        variables = [f"{name}={value}" for name, value in environment.items()]
        if not self.emulator:
            return ["env", *variables]
        return [self.emulator, *(word for variable in variables for word in ("-E", variable))]


def one(pattern):
    found = sorted(glob.glob(str(pattern)))
    if not found:
        raise Unavailable(f"there is no {pattern}")
    return Path(found[0]).resolve()


def system():
    path = subprocess.run(["gcc", "-print-file-name=libssl.so"], check=True, capture_output=True, text=True).stdout
    return Library("system", Path(path.strip()).resolve(), (), "")


def unpacked(name, root):
    """From another suite of Debian, with its own loader and C library where they were fetched too."""
    loaders = sorted(glob.glob(f"{root}/usr/lib/*/ld-linux*.so.*"))
    libssl = one(f"{root}/usr/lib/*/libssl.so.*")
    return Library(name, libssl, (), str(Path(loaders[0]).resolve()) if loaders else "")


def foreign(name, root):
    """Of another architecture, with its C library."""
    loader = one(f"{root}/lib/ld-linux*.so.?")
    return Library(name, one(f"{root}/usr/lib/*/libssl.so.*"), (loader.parent,), str(loader), *FOREIGN[name])


def given(directory):
    """As built or installed: libssl and libcrypto anywhere below the directory."""
    libssl, *_ = sorted(map(Path.resolve, Path(directory).rglob("libssl.so.*"))) or (None,)
    if not libssl:
        raise Unavailable(f"there is no libssl.so below {directory}")
    crypto = tuple(sorted({path.parent for path in Path(directory).resolve().rglob("libcrypto.so.*")}))
    return Library(Path(directory).resolve().name, libssl, crypto, "", is_carried=False)


def link(library, objects, stub_directory, program):
    """Links `program` against the stub, for this library's dynamic linker."""
    interpreter = [f"-Wl,--dynamic-linker={library.loader}"] if library.loader else []
    subprocess.run([library.compiler, "-o", program, *objects, f"-L{stub_directory}", *LINK, *interpreter],
                   check=True)
