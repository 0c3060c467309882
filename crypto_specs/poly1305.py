"""The Poly1305 authenticator. RFC 8439 (June 2018), section 2.5.

The accumulator is a number below p = 2^130 - 5 in a term wide enough that no step overflows.
"""

from __future__ import annotations

from collections.abc import Sequence

from crypto_specs import octets
from lnsym.bv import BV

P = 2**130 - 5
WIDTH = 256
"""Room for the product of a sum below 2^131 and a clamped r below 2^124."""


def clamp(r: BV) -> BV:
    """The 128 bits of r with 22 of them cleared. Section 2.5."""
    return r & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF


def modulo_p(x: BV) -> BV:
    """The residue of an unsigned number modulo p."""
    return x - x.udiv(P) * P


def process_block(accumulator: BV, r: BV, message_block: Sequence[BV]) -> BV:
    """((accumulator + n) * r) mod p, n being a block of 1 to 16 octets with a byte 01 after it. Section 2.5.1.

    The accumulator and the clamped r are WIDTH bits wide.
    """
    n = octets.little_endian([*message_block, BV.const(0x01, 8)])
    return modulo_p((accumulator + n.zero_extend(WIDTH)) * r)


def mac(key: Sequence[BV], message: Sequence[BV]) -> list[BV]:
    """The tag of 16 octets under a one-time key of 32: r, then s. Section 2.5.1."""
    if len(key) != 32:
        raise ValueError(f"a one-time key is 32 bytes, not {len(key)}")
    r = clamp(octets.little_endian(key[:16])).zero_extend(WIDTH)
    s = octets.little_endian(key[16:])
    accumulator = BV.const(0, WIDTH)
    for at in range(0, len(message), 16):
        accumulator = process_block(accumulator, r, message[at : at + 16])
    return octets.little_endian_octets(accumulator[127:0] + s)
