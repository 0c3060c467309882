"""What contracts of block ciphers with keys of three sizes share: the sizes, and keys that are refused."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from lnsym.contract import Block, Theorem

KeyBits: TypeAlias = Literal[128, 192, 256]
"""The sizes of a key."""
Refused: TypeAlias = Literal["", "null key", "null schedule", "bits"]
"""Why a key is refused, if it is: a pointer that is null, or a size that is none."""

SIZES: list[dict[str, object]] = [{"bits": bits} for bits in get_args(KeyBits)]
REFUSED: list[dict[str, object]] = [{"refused": reason} for reason in get_args(Refused) if reason]


def refusal(t: Theorem, key: Block, schedule: Block, refused: Refused) -> None:
    """A call int f(key, int bits, schedule) that returns -1 for a null pointer, -2 for another size, nothing being written."""
    size = t.value("bits", 32)
    if refused == "bits":
        t.assume(size.ne(128) & size.ne(192) & size.ne(256))
    t.call(0 if refused == "null key" else key, size, 0 if refused == "null schedule" else schedule)
    t.ensure(schedule, schedule.elements)
    t.ensure_result(-2 if refused == "bits" else -1, 32)
