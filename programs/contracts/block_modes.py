"""What contracts of ciphers share: where the data of a call lies, and how libraries are called in each mode.

The modes are those of NIST SP 800-38A, on whole blocks. The cipher is from block to block; ECB and CBC take the inverse one to decrypt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crypto_specs import modes, octets
from lnsym.bv import BV
from lnsym.contract import Block, Count, Theorem

PLACES = [{"in_place": in_place} for in_place in (False, True)]
WAYS = [{"decrypt": decrypt} for decrypt in (False, True)]


def source_and_target(t: Theorem, size: int | BV, in_place: bool) -> tuple[Block, Block]:
    """What is read and what is written, `size` bytes each; one and the same region when in place."""
    if in_place:
        both = t.region("data", size, 8, access="rw")
        return both, both
    return t.region("in", size, 8), t.region("out", size, 8, access="w")


def blocks_of(size: int, data: Sequence[BV]) -> list[Sequence[BV]]:
    """The octets as blocks of `size`."""
    return [data[at : at + size] for at in range(0, len(data), size)]


def flat(blocks: Sequence[Sequence[BV]]) -> list[BV]:
    """The octets of all blocks."""
    return [octet for block in blocks for octet in block]


def one_block(
    t: Theorem, size: int, schedules: Sequence[Block], cipher: modes.BlockCipher, decrypt: bool, in_place: bool
) -> None:
    """A call f(in, out, schedule..., encrypt) is ECB on one block of `size` bytes. Section 6.1."""
    source, target = source_and_target(t, size, in_place)
    t.call(source, target, *schedules, BV.const(int(not decrypt), 32))
    t.ensure(target, cipher(source.elements))


def under_schedule(
    t: Theorem, words: int, cipher: Callable[[Sequence[BV], Sequence[BV]], list[BV]], in_place: bool
) -> None:
    """A call f(in, out, schedule) is the cipher on a block of 16 bytes, under a key schedule of so many words of 32 bits."""
    schedule = t.region("schedule", words, 32, alignment=4)
    source, target = source_and_target(t, 16, in_place)
    t.call(source, target, schedule)
    t.ensure(target, cipher(source.elements, schedule.elements))


def cbc(
    t: Theorem,
    size: int,
    schedules: Sequence[Block],
    cipher: modes.BlockCipher,
    blocks: Count,
    decrypt: bool,
    in_place: bool,
) -> None:
    """A call f(in, out, bytes, schedule..., iv, encrypt) is CBC; the last ciphertext block is left in `iv`. Section 6.2."""
    n = t.count("blocks", blocks, least=1)
    source, target = source_and_target(t, size * n, in_place)
    iv = t.region("iv", size, 8, access="rw")
    t.call(source, target, size * n, *schedules, iv, BV.const(int(not decrypt), 32))

    def ciphertext(before: Sequence[BV], k: BV) -> Sequence[BV]:
        block = source.part(k, size)
        return block if decrypt else modes.cbc_encrypt(cipher, before, [block])[0]

    def result(k: BV) -> Sequence[BV]:
        return modes.cbc_decrypt(cipher, c.after(k), [source.part(k, size)])[0] if decrypt else c.after(k + 1)

    c = t.fold("C", n, ciphertext, iv.elements)
    t.ensure_each(target, size, result)
    t.ensure(iv, c.after(n))


def cfb(
    t: Theorem, size: int, schedule: Block, cipher: modes.BlockCipher, blocks: int, decrypt: bool, in_place: bool
) -> None:
    """A call f(in, out, bytes, schedule, iv, num, encrypt) is CFB; the last ciphertext block is left in `iv`. Section 6.3.

    `num` points to the position in a block, which is 0 before and after.
    """
    source, target = source_and_target(t, size * blocks, in_place)
    iv = t.region("iv", size, 8, access="rw")
    num = t.region("num", 1, 32, access="rw", alignment=4, fixed={0: 0})
    t.call(source, target, size * blocks, schedule, iv, num, BV.const(int(not decrypt), 32))
    data = blocks_of(size, source.elements)
    result = (modes.cfb_decrypt if decrypt else modes.cfb_encrypt)(cipher, iv.elements, data)
    t.ensure(target, flat(result))
    t.ensure(iv, data[-1] if decrypt else result[-1])
    t.ensure(num, [0])


def ofb(t: Theorem, size: int, schedule: Block, cipher: modes.BlockCipher, blocks: int, in_place: bool) -> None:
    """A call f(in, out, bytes, schedule, iv, num) is OFB; the last output block is left in `iv`, `num` as in CFB. Section 6.4."""
    source, target = source_and_target(t, size * blocks, in_place)
    iv = t.region("iv", size, 8, access="rw")
    num = t.region("num", 1, 32, access="rw", alignment=4, fixed={0: 0})
    t.call(source, target, size * blocks, schedule, iv, num)
    data = blocks_of(size, source.elements)
    result = modes.ofb(cipher, iv.elements, data)
    t.ensure(target, flat(result))
    t.ensure(iv, octets.xor(data[-1], result[-1]))
    t.ensure(num, [0])


def ctr128(t: Theorem, schedule: Block, cipher: modes.BlockCipher, blocks: int, in_place: bool) -> None:
    """A call f(in, out, bytes, schedule, counter, keystream, num) is CTR, the whole block being the counter. Section 6.5.

    The next counter block is left in `counter`; nothing is claimed of the keystream that is kept. `num` is as in CFB.
    """
    source, target = source_and_target(t, 16 * blocks, in_place)
    counter = t.region("counter", 16, 8, access="rw")
    keystream = t.region("keystream", 16, 8, access="rw")
    num = t.region("num", 1, 32, access="rw", alignment=4, fixed={0: 0})
    t.call(source, target, 16 * blocks, schedule, counter, keystream, num)
    t.ensure(target, flat(modes.ctr(cipher, 128, counter.elements, blocks_of(16, source.elements))))
    t.ensure(counter, modes.counter_blocks(128, counter.elements, blocks + 1)[-1])
    t.leave_unspecified(keystream)
    t.ensure(num, [0])
