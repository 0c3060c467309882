"""XTS, the mode for sectors of a disk. IEEE Std 1619-2007, which NIST SP 800-38E (January 2010) approves for AES.

A block is a list of 16 octets. The tweak i is the number of the sector as 16 octets, the least significant first. The cipher of
the standard is AES under two keys; here it is two functions from block to block.
"""

from __future__ import annotations

from collections.abc import Sequence

from crypto_specs import octets
from crypto_specs.modes import Block, BlockCipher
from crypto_specs.polynomials import scale
from lnsym.bv import BV


def multiply_by_alpha(block: Block) -> list[BV]:
    """The product with alpha = x modulo x^128 + x^7 + x^2 + x + 1, bit k of octet j being the coefficient of x^(8j + k). Section 5.2."""
    a = octets.little_endian(block)
    return octets.little_endian_octets((a << 1) ^ scale(a[127], BV.const(0b10000111, 128)))


def tweaks(tweak_ciph: BlockCipher, i: Block, number: int) -> list[list[BV]]:
    """T = AES-enc(Key_2, i) times alpha^j, for j from 0 to number - 1. Section 5.3.1, steps 1 of the block encryption."""
    result = [list(tweak_ciph(i))]
    while len(result) < number:
        result.append(multiply_by_alpha(result[-1]))
    return result[:number]


def block_under_tweak(ciph: BlockCipher, t: Block, block: Block) -> list[BV]:
    """C = AES-enc(Key_1, P xor T) xor T, and with the inverse cipher its inverse. Sections 5.3.1 and 5.4.1."""
    return octets.xor(ciph(octets.xor(block, t)), t)


def encrypt(ciph: BlockCipher, tweak_ciph: BlockCipher, i: Block, plaintext: Sequence[BV]) -> list[BV]:
    """XTS-AES-Enc of 16 octets or more. Section 5.3.2.

    The last, short block takes its missing octets from the end of the ciphertext before it, which is cut there.
    """
    blocks, short = _whole_blocks_and_rest(plaintext)
    t = tweaks(tweak_ciph, i, len(blocks) + 1)
    ciphertext = [block_under_tweak(ciph, t[j], block) for j, block in enumerate(blocks)]
    if short:
        cc = ciphertext[-1]
        ciphertext[-1:] = [block_under_tweak(ciph, t[len(blocks)], [*short, *cc[len(short) :]]), cc[: len(short)]]
    return [octet for block in ciphertext for octet in block]


def decrypt(inverse_ciph: BlockCipher, tweak_ciph: BlockCipher, i: Block, ciphertext: Sequence[BV]) -> list[BV]:
    """XTS-AES-Dec of 16 octets or more, which takes the last two tweaks in reverse where a short block follows. Section 5.4.2."""
    blocks, short = _whole_blocks_and_rest(ciphertext)
    t = tweaks(tweak_ciph, i, len(blocks) + 1)
    if short:
        t[-2:] = t[:-3:-1]
    plaintext = [block_under_tweak(inverse_ciph, t[j], block) for j, block in enumerate(blocks)]
    if short:
        pp = plaintext[-1]
        plaintext[-1:] = [
            block_under_tweak(inverse_ciph, t[len(blocks)], [*short, *pp[len(short) :]]),
            pp[: len(short)],
        ]
    return [octet for block in plaintext for octet in block]


def _whole_blocks_and_rest(data: Sequence[BV]) -> tuple[list[Sequence[BV]], Sequence[BV]]:
    """Raises ValueError for less than a block, which the standard does not allow."""
    if len(data) < 16:
        raise ValueError(f"XTS needs a block of 16 octets at least, not {len(data)}")
    whole = len(data) - len(data) % 16
    return [data[at : at + 16] for at in range(0, whole, 16)], data[whole:]
