"""SHA-1 and SHA-2 block functions: void f(uintN_t state[], const uint8_t *data, size_t blocks).

The state is in the machine's byte order, the message in the standard's, big-endian.
"""

from __future__ import annotations

from crypto_specs import sha1, sha2
from lnsym.contract import ANY, Count, Theorem, contract


def _blocks(t: Theorem, parameters: sha2.Parameters, blocks: Count) -> None:
    n = t.count("blocks", blocks, least=1)
    state = t.region("state", 8, parameters.word_bits, access="rw", alignment=parameters.word_bits // 8)
    message = t.region("msg", 16 * n, parameters.word_bits, byteorder="big")
    t.call(state, message, n)
    h = t.fold("H", n, lambda h, k: sha2.compress(parameters, h, message.part(k, 16)), state.elements)
    t.ensure(state, h.after(n))


@contract("sha1-blocks", routines=["sha1_block_*"])
def sha1_blocks(t: Theorem, blocks: Count = ANY) -> None:
    """SHA-1's compression of `blocks` blocks of 64 bytes. FIPS 180-4, section 6.1.2."""
    n = t.count("blocks", blocks, least=1)
    state = t.region("state", 5, 32, access="rw", alignment=4)
    message = t.region("msg", 16 * n, 32, byteorder="big")
    t.call(state, message, n)
    h = t.fold("H", n, lambda h, k: sha1.compress(h, message.part(k, 16)), state.elements)
    t.ensure(state, h.after(n))


@contract("sha256-blocks", routines=["sha256_block_*"])
def sha256_blocks(t: Theorem, blocks: Count = ANY) -> None:
    """SHA-256's compression of `blocks` blocks of 64 bytes. FIPS 180-4, section 6.2.2."""
    _blocks(t, sha2.SHA256, blocks)


@contract("sha512-blocks", routines=["sha512_block_*"])
def sha512_blocks(t: Theorem, blocks: Count = ANY) -> None:
    """SHA-512's compression of `blocks` blocks of 128 bytes. FIPS 180-4, section 6.4.2."""
    _blocks(t, sha2.SHA512, blocks)
