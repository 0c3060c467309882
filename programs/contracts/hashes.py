"""Block functions of hashes beyond SHA: void f(state, const uint8_t *data, size_t blocks) of C libraries.

The state is in the machine's byte order, the message in the standard's. Where the state is a structure, the words come first in it, and
no more of it is the routine's.
"""

from __future__ import annotations

from crypto_specs import blake2, md5, ripemd160, sm3, whirlpool
from lnsym.bv import BV, concat
from lnsym.contract import ANY, Count, Theorem, contract


@contract("md5-blocks", routines=["md5_block_*", "ossl_md5_block_*"])
def md5_blocks(t: Theorem, blocks: Count = ANY) -> None:
    """void f(uint32_t state[4], const uint8_t *data, size_t blocks): blocks of 64 bytes. RFC 1321, section 3.4.

    AWS-LC's assembly counts in 32 bits: it is right for fewer than 2**32 blocks, 256 GiB, and that is what is claimed.
    """
    n = t.count("blocks", blocks, least=1, most=(1 << 32) - 1)
    state = t.region("state", 4, 32, access="rw", alignment=4)
    message = t.region("msg", 16 * n, 32, byteorder="little")
    t.call(state, message, n)
    h = t.fold("H", n, lambda h, k: md5.compress(h, message.part(k, 16)), state.elements)
    t.ensure(state, h.after(n))


@contract("sm3-blocks", routines=["sm3_block_*", "ossl_sm3_block_*", "ossl_hwsm3_block_*"])
def sm3_blocks(t: Theorem, blocks: Count = ANY) -> None:
    """void f(uint32_t state[8], const uint8_t *data, size_t blocks): blocks of 64 bytes. GB/T 32905-2016, section 5.3."""
    n = t.count("blocks", blocks, least=1)
    state = t.region("state", 8, 32, access="rw", alignment=4)
    message = t.region("msg", 16 * n, 32, byteorder="big")
    t.call(state, message, n)
    h = t.fold("H", n, lambda h, k: sm3.compress(h, message.part(k, 16)), state.elements)
    t.ensure(state, h.after(n))


@contract("ripemd160-blocks", routines=["ripemd160_block_*"])
def ripemd160_blocks(t: Theorem, blocks: Count = ANY) -> None:
    """void f(uint32_t state[5], const uint8_t *data, size_t blocks): blocks of 64 bytes. The RIPEMD-160 paper, appendix A."""
    n = t.count("blocks", blocks, least=1)
    state = t.region("state", 5, 32, access="rw", alignment=4)
    message = t.region("msg", 16 * n, 32, byteorder="little")
    t.call(state, message, n)
    h = t.fold("H", n, lambda h, k: ripemd160.compress(h, message.part(k, 16)), state.elements)
    t.ensure(state, h.after(n))


@contract("whirlpool-blocks", routines=["whirlpool_block"])
def whirlpool_blocks(t: Theorem, blocks: Count = 1) -> None:
    """void f(WHIRLPOOL_CTX *, const void *data, size_t blocks): blocks of 64 octets. ISO/IEC 10118-3, dedicated hash-function 7.

    The structure begins with the state's 64 octets, of which C says that they may be words of 64 bits.
    """
    n = t.count("blocks", blocks, least=1)
    state = t.region("state", 64, 8, access="rw", alignment=8)
    message = t.region("msg", 64 * n, 8)
    t.call(state, message, n)
    h = t.fold("H", n, lambda h, k: whirlpool.compress(h, message.part(k, 64)), state.elements)
    t.ensure(state, h.after(n))


def _final_flags(parameters: blake2.Parameters, final: bool) -> tuple[int, int]:
    """What C code keeps to be XORed into v[14] and v[15]: all ones in the first for the final block, and never a last node."""
    return ((1 << parameters.w) - 1 if final else 0, 0)


def _blake2_compress(t: Theorem, parameters: blake2.Parameters, blocks: int, final: bool) -> None:
    w, bb = parameters.w, parameters.bb
    flags = _final_flags(parameters, final)
    context = t.region("context", 12, w, access="rw", alignment=w // 8, fixed=dict(zip((10, 11), flags, strict=True)))
    message = t.region("msg", 16 * blocks, w)
    if blocks == 1:
        length = added = t.value("length", 64)
        t.assume(length.ule(bb))
    else:
        length, added = BV.const(bb * blocks, 64), BV.const(bb, 64)
    t.call(context, message, length)
    h, count = list(context.elements[:8]), concat(context.elements[9], context.elements[8])
    for at in range(0, 16 * blocks, 16):
        count = count + added.zero_extend(2 * w)
        h = blake2.compress(parameters, h, message.elements[at : at + 16], count, final)
    t.ensure(context, [*h, count[w - 1 : 0], count[2 * w - 1 : w], *flags])


@contract("blake2b-compress", routines=["blake2b_compress"])
def blake2b_compress(t: Theorem, blocks: int = 1, final: bool = False) -> None:
    """void f(BLAKE2B_CTX *, const uint8_t *data, size_t length): F of BLAKE2b. RFC 7693, section 3.2.

    The structure begins with h[8], the counter t[2] and the flags f[2]. `length` is added to t: it is that of whole blocks, or of what
    the one block holds, which its caller filled up with zeros.
    """
    _blake2_compress(t, blake2.BLAKE2B, blocks, final)


@contract("blake2s-compress", routines=["blake2s_compress"])
def blake2s_compress(t: Theorem, blocks: int = 1, final: bool = False) -> None:
    """The same of BLAKE2s, in words of 32 bits."""
    _blake2_compress(t, blake2.BLAKE2S, blocks, final)


@contract("blake2b-transform", routines=["blake2b_transform"])
def blake2b_transform(t: Theorem, final: bool = False) -> None:
    """void f(BLAKE2B_CTX *, const uint8_t block[128], size_t bytes, int final): F of BLAKE2b. RFC 7693, section 3.2.

    The structure begins with h[8] and the counter of 128 bits, to which `bytes` is added.
    """
    context = t.region("context", 10, 64, access="rw", alignment=8)
    block = t.region("block", 16, 64)
    length = t.value("bytes", 64)
    t.call(context, block, length, BV.const(int(final), 32))
    count = concat(context.elements[9], context.elements[8]) + length.zero_extend(128)
    h = blake2.compress(blake2.BLAKE2B, context.elements[:8], block.elements, count, final)
    t.ensure(context, [*h, count[63:0], count[127:64]])


@contract("blake2b-mix", routines=["blake2b_mix"])
def blake2b_mix(t: Theorem, number: int = 0) -> None:
    """void f(uint64_t v[16], int a, int b, int c, int d, uint64_t x, uint64_t y): G. RFC 7693, section 3.1.

    a to d are those of mixing `number` of a round, 0 to 7.
    """
    v = t.region("v", 16, 64, access="rw", alignment=8)
    x, y = t.value("x", 64, secret=True), t.value("y", 64, secret=True)
    a, b, c, d = blake2.MIXED[number]
    t.call(v, *[BV.const(index, 32) for index in (a, b, c, d)], x, y)
    t.ensure(v, blake2.g(blake2.BLAKE2B, v.elements, a, b, c, d, x, y))
