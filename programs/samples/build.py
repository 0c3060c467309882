"""Assemble the samples: `python -m programs.samples.build` rewrites every object beside its source.

The objects are committed, so that nobody needs an assembler to use them.
"""

import platform
import shutil
import subprocess
import sys
from pathlib import Path

SAMPLES = Path(__file__).parent
ARCHITECTURE = "-march=armv8.4-a+crypto"


def find_assembler() -> str | None:
    """GNU as for AArch64: the cross assembler, or the host's own on AArch64 Linux, or None."""
    cross = shutil.which("aarch64-linux-gnu-as")
    if cross is None and (platform.system(), platform.machine()) == ("Linux", "aarch64"):
        return shutil.which("as")
    return cross


def sample_sources() -> list[Path]:
    """Sources that make an object, by name. An `.inc` file is only a part of one."""
    return sorted(SAMPLES.glob("*.S"))


def assemble(assembler: str, source: Path, output: Path) -> None:
    """Assemble one source.

    The result depends on the text and the assembler only: no debugging information, no paths.
    Raises subprocess.CalledProcessError with the assembler's messages in `stderr`.
    """
    subprocess.run(
        [assembler, ARCHITECTURE, "-I", str(SAMPLES), "-o", str(output), str(source)],
        check=True,
        capture_output=True,
        text=True,
    )


def main() -> int:
    """Assemble every sample; 0 if all went well, 2 where the assembler is absent or complains."""
    assembler = find_assembler()
    if assembler is None:
        print("aarch64-linux-gnu-as not found: install binutils for AArch64", file=sys.stderr)
        return 2
    for source in sample_sources():
        try:
            assemble(assembler, source, source.with_suffix(".o"))
        except subprocess.CalledProcessError as error:
            print(error.stderr, end="", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
