"""GHASH, the keyed hash of GCM: a table made of the hash subkey, then products with it. SP 800-38D, section 6.4.

Libraries hand the subkey over as two 64-bit words in the order of the host, its left half first. What is in the table is a routine's own
business (shifted subkeys, powers of them, halves added up), so the theorem is about making the table and using it. Blocks and
the running hash are octet strings.
"""

from __future__ import annotations

from collections.abc import Sequence

from crypto_specs import gcm, octets
from lnsym.bv import BV, concat
from lnsym.contract import Block, Theorem, contract

TABLE_BYTES = 256
"""Room for sixteen blocks."""

SUFFIXES = ["v8", "neon", "nohw"]


def _sibling(t: Theorem, function: str) -> str:
    """`gcm_init_v8` beside `gcm_gmult_v8`."""
    return f"gcm_{function}_{t.routine.rpartition('_')[2]}"


def _table_of_subkey(t: Theorem) -> tuple[BV, Block]:
    """The hash subkey, and the table that the routine's own function makes of it."""
    subkey = t.region("h", 2, 64, alignment=8)
    table = t.region("table", TABLE_BYTES, 8, access="rw", alignment=16)
    t.leave_unspecified(table)
    t.call(table, subkey, symbol=_sibling(t, "init"))
    left, right = subkey.elements
    return concat(left, right), table


def _blocks_of(data: Sequence[BV]) -> list[BV]:
    return [octets.big_endian(data[at : at + 16]) for at in range(0, len(data), 16)]


@contract(
    "gcm-init-then-gmult",
    routines=[f"gcm_{function}_{suffix}" for suffix in SUFFIXES for function in ("gmult", "init")],
)
def gcm_init_then_gmult(t: Theorem) -> None:
    """void init(u128 table[16], const uint64_t h[2]), then void gmult(uint8_t x[16], const u128 table[16]): x := x * h.

    SP 800-38D, section 6.3.
    """
    h, table = _table_of_subkey(t)
    x = t.region("x", 16, 8, access="rw")
    t.call(x, table, symbol=_sibling(t, "gmult"))
    t.ensure(x, octets.big_endian_octets(gcm.multiply(octets.big_endian(x.elements), h)))


@contract("gcm-init-then-ghash", routines=[f"gcm_ghash_{suffix}" for suffix in SUFFIXES])
def gcm_init_then_ghash(t: Theorem, blocks: int = 1) -> None:
    """As above, then void ghash(uint8_t y[16], const u128 table[16], const uint8_t *in, size_t bytes): GHASH of the blocks.

    SP 800-38D, section 6.4, beginning at `y`.
    """
    h, table = _table_of_subkey(t)
    y = t.region("y", 16, 8, access="rw")
    data = t.region("in", 16 * blocks, 8)
    t.call(y, table, data, 16 * blocks)
    t.ensure(y, octets.big_endian_octets(gcm.ghash(h, _blocks_of(data.elements), octets.big_endian(y.elements))))
