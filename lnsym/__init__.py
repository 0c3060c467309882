"""lnsym proves that AArch64 machine code computes what its standard says."""

from lnsym import _own_packages

__version__ = "0.1.0"

_own_packages.come_first()
