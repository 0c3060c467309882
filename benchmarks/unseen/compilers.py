"""The C compilers for AArch64, and the objects that they make of a source."""

from __future__ import annotations

import platform
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lnsym.errors import LnsymError

SOURCES = Path(__file__).parent / "sources"

LIBRARY = SOURCES / "library" / "memory.c"
"""What compilers call of their own accord, memcpy say: it is linked to every object."""

LEVELS = ("0", "1", "2", "3", "s")
"""Of optimisation, as they follow -O."""

FLAGS = ("-std=gnu11", "-ffreestanding", "-Wall", "-Wextra", "-Werror")
"""No C library is needed."""

RELOCATABLE = ("-fbuiltin", "-nostdlib", "-r", "-Wl,--build-id=none")

LIBRARY_FLAGS = ("-O1", "-fno-builtin", "-mgeneral-regs-only", "-c")
"""No memcpy is made of the loop that is memcpy; and one library fits all objects of a compiler."""


@dataclass(eq=False)
class NoCompiler(LnsymError):
    """A compiler that is not installed."""

    command: str

    def _message(self) -> str:
        return f"{self.command} is not installed; in Debian gcc-aarch64-linux-gnu and clang are the packages"


@dataclass(eq=False)
class DoesNotCompile(LnsymError):
    """A source that a compiler refuses."""

    compiler: str
    complaint: str

    def _message(self) -> str:
        return f"{self.compiler}: {self.complaint}"


@dataclass(frozen=True)
class Compiler:
    """A compiler, and whether it may use the vector registers."""

    name: str
    """As the table and `--compiler` have it."""
    command: tuple[str, ...]
    vectors: bool

    @property
    def installed(self) -> bool:
        """Whether it can be run here."""
        return shutil.which(self.command[0]) is not None

    def build(self, source: Path, level: str, directory: Path) -> Path:
        """Compile a source into a relocatable object in a directory, the library linked to it. Raises DoesNotCompile."""
        library = directory / f"library-{self.name}.o"
        if not library.exists():
            self._run([*LIBRARY_FLAGS, str(LIBRARY)], library)
        target = directory / f"{source.stem}-{self.name}-O{level}.o"
        registers = () if self.vectors else ("-mgeneral-regs-only",)
        self._run([f"-O{level}", *RELOCATABLE, *registers, str(source), str(library)], target)
        return target

    def _run(self, arguments: Sequence[str], target: Path) -> None:
        command = [*self.command, *FLAGS, *arguments, "-o", str(target)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            lines = done.stderr.splitlines() or [f"exit code {done.returncode}"]
            raise DoesNotCompile(self.name, next((line for line in lines if "error" in line), lines[0]))


def _gcc() -> str:
    """The cross compiler, or the host's own on AArch64 Linux."""
    native = (platform.system(), platform.machine()) == ("Linux", "aarch64")
    return "gcc" if native and shutil.which("aarch64-linux-gnu-gcc") is None else "aarch64-linux-gnu-gcc"


CLANG = ("clang", "--target=aarch64-linux-gnu")

COMPILERS = (
    Compiler("gcc", (_gcc(),), vectors=True),
    Compiler("gcc-scalar", (_gcc(),), vectors=False),
    Compiler("clang", CLANG, vectors=True),
    Compiler("clang-scalar", CLANG, vectors=False),
)
