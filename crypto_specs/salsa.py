"""The Salsa20 core and HSalsa20.

D. J. Bernstein, "Salsa20 specification" (2005), whose sections are cited, and "Extending the Salsa20 nonce" (2011). Rounds are a parameter,
for Salsa20/8 and Salsa20/12. The state is 16 words of 32 bits, read from octets in little-endian order.
"""

from __future__ import annotations

from collections.abc import Sequence

from crypto_specs.chacha import CONSTANTS
from lnsym.bv import BV


def quarterround(y0: BV, y1: BV, y2: BV, y3: BV) -> tuple[BV, BV, BV, BV]:
    """Four additions, rotations and XORs. Section 3."""
    z1 = y1 ^ (y0 + y3).rotate_left(7)
    z2 = y2 ^ (z1 + y0).rotate_left(9)
    z3 = y3 ^ (z2 + z1).rotate_left(13)
    z0 = y0 ^ (z3 + z2).rotate_left(18)
    return z0, z1, z2, z3


ROWS = ((0, 1, 2, 3), (5, 6, 7, 4), (10, 11, 8, 9), (15, 12, 13, 14))
"""The words of the quarter rounds of a row round. Section 4."""

COLUMNS = ((0, 4, 8, 12), (5, 9, 13, 1), (10, 14, 2, 6), (15, 3, 7, 11))
"""The words of the quarter rounds of a column round. Section 5."""


def _round(y: Sequence[BV], quarters: Sequence[tuple[int, int, int, int]]) -> list[BV]:
    z = list(y)
    for a, b, c, d in quarters:
        z[a], z[b], z[c], z[d] = quarterround(y[a], y[b], y[c], y[d])
    return z


def rowround(y: Sequence[BV]) -> list[BV]:
    """The words after a row round. Section 4."""
    return _round(y, ROWS)


def columnround(x: Sequence[BV]) -> list[BV]:
    """The words after a column round. Section 5."""
    return _round(x, COLUMNS)


def doubleround(x: Sequence[BV]) -> list[BV]:
    """A column round, then a row round. Section 6."""
    return rowround(columnround(x))


def permute(x: Sequence[BV], rounds: int = 20) -> list[BV]:
    """An even number of rounds, two of them a double round. Section 8. Raises ValueError for an odd number."""
    if rounds % 2:
        raise ValueError(f"rounds come in twos, and {rounds} is odd")
    z = list(x)
    for _ in range(rounds // 2):
        z = doubleround(z)
    return z


def core(x: Sequence[BV], rounds: int = 20) -> list[BV]:
    """The Salsa20 hash function, or core, on 16 words. Section 8."""
    return [old + new for old, new in zip(x, permute(x, rounds), strict=True)]


def expansion(key: Sequence[BV], n: Sequence[BV]) -> list[BV]:
    """The 16 words of a key of 8 words and an input of 4: nonce, then block counter. Section 9.

    Raises ValueError for other sizes; the keys of 16 octets that the paper also has are left out.
    """
    if len(key) != 8 or len(n) != 4:
        raise ValueError(f"a key of {len(key)} words and an input of {len(n)}, where 8 and 4 are needed")
    s0, s1, s2, s3 = [BV.const(word, 32) for word in CONSTANTS]
    return [s0, *key[:4], s1, *n, s2, *key[4:], s3]


def block(key: Sequence[BV], n: Sequence[BV], rounds: int = 20) -> list[BV]:
    """The Salsa20 expansion function: 16 words of key stream. Section 9."""
    return core(expansion(key, n), rounds)


def hsalsa20(key: Sequence[BV], n: Sequence[BV]) -> list[BV]:
    """A subkey of 8 words. "Extending the Salsa20 nonce", section 2."""
    z = permute(expansion(key, n))
    return [z[0], z[5], z[10], z[15], *z[6:10]]
