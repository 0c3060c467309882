"""Where a branch may go, as far as the instruction alone says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Branch:
    """What is known of a branch without the state that it runs on."""

    offset: int | None
    """Bytes from the instruction to its target; None where a register holds the target."""
    conditional: bool = False
    """Whether the next instruction may follow."""
    calls: bool = False
    """Whether X30 is given the address of the next instruction."""
    returns: bool = False
    """Whether it is a return from a call to the processor: RET, RETAA, RETAB."""

    @property
    def jumps_indirectly(self) -> bool:
        """Whether it goes wherever a register says, and is neither call nor return."""
        return self.offset is None and not self.calls and not self.returns


def word_offset(immediate: int, width: int) -> int:
    """The offset in bytes that an immediate of `width` bits is: signed, in units of a word."""
    sign = 1 << (width - 1)
    return 4 * ((immediate ^ sign) - sign)
