"""Modes of operation: ECB, CBC, CFB, OFB and CTR. NIST SP 800-38A (December 2001).

A block is a list of octets, and a mode works over any block cipher: a function from block to block. Data is a list of
whole blocks, where the standard lets CTR end in a part of one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from crypto_specs import octets
from lnsym.bv import BV

Block: TypeAlias = Sequence[BV]
BlockCipher: TypeAlias = Callable[[Block], list[BV]]


def ecb(ciph: BlockCipher, data: Sequence[Block]) -> list[list[BV]]:
    """C_j = CIPH(P_j); with the inverse cipher P_j = CIPH^-1(C_j). Section 6.1."""
    return [list(ciph(block)) for block in data]


def cbc_encrypt(ciph: BlockCipher, iv: Block, plaintext: Sequence[Block]) -> list[list[BV]]:
    """C_1 = CIPH(P_1 xor IV), C_j = CIPH(P_j xor C_(j-1)). Section 6.2."""
    ciphertext: list[list[BV]] = []
    previous = iv
    for block in plaintext:
        previous = ciph(octets.xor(block, previous))
        ciphertext.append(list(previous))
    return ciphertext


def cbc_decrypt(inverse_ciph: BlockCipher, iv: Block, ciphertext: Sequence[Block]) -> list[list[BV]]:
    """P_1 = CIPH^-1(C_1) xor IV, P_j = CIPH^-1(C_j) xor C_(j-1). Section 6.2."""
    previous = [iv, *ciphertext][: len(ciphertext)]
    return [octets.xor(inverse_ciph(block), before) for block, before in zip(ciphertext, previous, strict=True)]


def cfb_encrypt(ciph: BlockCipher, iv: Block, plaintext: Sequence[Block]) -> list[list[BV]]:
    """C#_j = P#_j xor the first s bits of CIPH(I_j); I_1 = IV, I_(j+1) = the last b - s bits of I_j, then C#_j. Section 6.3.

    s is the width of the segments that `plaintext` lists, whole octets of it: CFB8 to CFB128.
    """
    ciphertext: list[list[BV]] = []
    shift_register = list(iv)
    for segment in plaintext:
        ciphertext.append(octets.xor(segment, ciph(shift_register)[: len(segment)]))
        shift_register = shift_register[len(segment) :] + ciphertext[-1]
    return ciphertext


def cfb_decrypt(ciph: BlockCipher, iv: Block, ciphertext: Sequence[Block]) -> list[list[BV]]:
    """P#_j = C#_j xor the first s bits of CIPH(I_j), with the I_j of encryption. Section 6.3."""
    plaintext: list[list[BV]] = []
    shift_register = list(iv)
    for segment in ciphertext:
        plaintext.append(octets.xor(segment, ciph(shift_register)[: len(segment)]))
        shift_register = shift_register[len(segment) :] + list(segment)
    return plaintext


def ofb(ciph: BlockCipher, iv: Block, data: Sequence[Block]) -> list[list[BV]]:
    """Encryption and decryption alike: O_1 = CIPH(IV), O_j = CIPH(O_(j-1)), C_j = P_j xor O_j. Section 6.4."""
    result: list[list[BV]] = []
    output = list(iv)
    for block in data:
        output = ciph(output)
        result.append(octets.xor(block, output))
    return result


def increment(s: int, block: Block) -> list[BV]:
    """The block with its last s bits, a big-endian number, one higher modulo 2^s.

    The standard incrementing function of appendix B.1, and inc_s of SP 800-38D, section 6.2. s is a multiple of 8.
    """
    fixed, counter = block[: len(block) - s // 8], block[len(block) - s // 8 :]
    return [*fixed, *octets.big_endian_octets(octets.big_endian(counter) + 1)]


def advanced(s: int, block: Block, steps: BV) -> list[BV]:
    """The block after `steps`, 64 bits, of the standard incrementing function at once; s is at most 64 here.

    Its last s bits are a big-endian number that grows modulo 2^s. Appendix B.1.
    """
    fixed, counter = block[: len(block) - s // 8], block[len(block) - s // 8 :]
    return [*fixed, *octets.big_endian_octets(octets.big_endian(counter) + steps[s - 1 : 0])]


def counter_blocks(s: int, first: Block, number: int) -> list[list[BV]]:
    """The counter blocks T_1 to T_number, from T_1 by incrementing. Appendix B.1."""
    blocks = [list(first)]
    while len(blocks) < number:
        blocks.append(increment(s, blocks[-1]))
    return blocks[:number]


def ctr(ciph: BlockCipher, s: int, first: Block, data: Sequence[Block]) -> list[list[BV]]:
    """Encryption and decryption alike: C_j = P_j xor CIPH(T_j). Section 6.5.

    s is the width of the counter at the end of the block: 128 in the examples of appendix F, 32 in GCM and in the
    `ctr32` functions of libraries.
    """
    counters = counter_blocks(s, first, len(data))
    return [octets.xor(block, ciph(t)) for block, t in zip(data, counters, strict=True)]


def ctr32(ciph: BlockCipher, first: Block, data: Sequence[Block]) -> list[list[BV]]:
    """CTR with a counter of 32 bits, which wraps without a carry into the rest of the block."""
    return ctr(ciph, 32, first, data)
