"""lnsym proves that AArch64 machine code computes what its standard says."""

__version__ = "0.1.0"
