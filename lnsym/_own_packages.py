"""lnsym's packages beside it (`isa`, `crypto_specs`, `programs`) are found where lnsym is, whatever lies on the path before.

Their names are common: a user's `isa.py` beside a test, or in the directory where lnsym is run, comes first on `sys.path`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

NAMES = ("isa", "crypto_specs", "programs")
PLACE = Path(__file__).resolve().parent.parent


class BesideLnsym:
    """Finds these packages beside lnsym; knows nothing of other modules."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """As `importlib.abc.MetaPathFinder` has it."""
        return PathFinder.find_spec(name, [str(PLACE)]) if path is None and name in NAMES else None


def come_first() -> None:
    """Let imports find them from now on; modules of the same names that were imported before make way in `sys.modules`."""
    if BesideLnsym not in sys.meta_path:
        sys.meta_path.insert(0, BesideLnsym)
    for name in NAMES:
        if name in sys.modules and not _is_beside(name):
            for loaded in [module for module in sys.modules if module == name or module.startswith(f"{name}.")]:
                del sys.modules[loaded]


def _is_beside(name: str) -> bool:
    spec, file = BesideLnsym.find_spec(name), getattr(sys.modules[name], "__file__", None)
    return spec is None or (bool(file) and Path(str(file)).resolve() == Path(str(spec.origin)).resolve())
