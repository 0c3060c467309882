"""Block functions of hashes beyond SHA: void f(state, const uint8_t *data, size_t blocks) of C libraries.

The state is in the machine's byte order, the message in the standard's. Where the state is a structure, the words come first in it, and
no more of it is the routine's.
"""

from __future__ import annotations

from crypto_specs import md5, sm3
from lnsym.contract import Theorem, contract


@contract("md5-blocks", routines=["md5_block_*", "ossl_md5_block_*"])
def md5_blocks(t: Theorem, blocks: int = 1) -> None:
    """void f(uint32_t state[4], const uint8_t *data, size_t blocks): blocks of 64 bytes. RFC 1321, section 3.4."""
    state = t.region("state", 4, 32, access="rw", alignment=4)
    message = t.region("msg", 16 * blocks, 32, byteorder="little")
    t.call(state, message, blocks)
    t.ensure(state, md5.compress_blocks(state.elements, message.elements))


@contract("sm3-blocks", routines=["sm3_block_*", "ossl_sm3_block_*", "ossl_hwsm3_block_*"])
def sm3_blocks(t: Theorem, blocks: int = 1) -> None:
    """void f(uint32_t state[8], const uint8_t *data, size_t blocks): blocks of 64 bytes. GB/T 32905-2016, section 5.3."""
    state = t.region("state", 8, 32, access="rw", alignment=4)
    message = t.region("msg", 16 * blocks, 32, byteorder="big")
    t.call(state, message, blocks)
    t.ensure(state, sm3.compress_blocks(state.elements, message.elements))
