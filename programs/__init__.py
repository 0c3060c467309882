"""Routines to prove: contracts of known ones, samples of our own, the manifest of real binaries."""

from importlib.resources import files
from pathlib import Path


def sample_path(name: str) -> Path:
    """Path of a bundled sample, `sha256_scalar.o` say.

    Raises FileNotFoundError where there is no such sample.
    """
    path = Path(str(files(__name__) / "samples" / name))
    if not path.is_file():
        raise FileNotFoundError(f"no sample named {name!r} in {path.parent}")
    return path
