"""What a load or store does to memory."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MemoryAccess:
    """Adjacent bytes that an instruction reads or writes; none for a prefetch."""

    size: int
    """Bytes in all, from the lowest address up."""
    reads: bool
    writes: bool
    base: str | None = "Rn"
    """The field of the register that the address is made from; None where that is the PC."""
    offset: str | None = None
    """The field of the register that is added to the base before the access."""
    aligned: bool = False
    """Whether an address that is no multiple of `size` is a fault, without FEAT_LSE2."""
