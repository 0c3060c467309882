"""What the routines in `sources/` must do: one contract for each prototype, the C text of which is its docstring.

lnsym verify OBJECT sha256_textbook --contract benchmarks/unseen/contracts.py
"""

from __future__ import annotations

from crypto_specs import aes, blake2, chacha, des, keccak, md5, sha1, sha2, siphash, sm3, sm4
from lnsym.bv import BV, concat
from lnsym.contract import Block, Theorem, contract

# Hashes: a state of words in the machine's order, and blocks of a message


def _state(t: Theorem, count: int, width: int) -> Block:
    return t.region("state", count, width, access="rw", alignment=width // 8)


@contract("unseen-sha1-block", routines=["sha1_textbook"])
def sha1_block(t: Theorem) -> None:
    """void f(uint32_t state[5], const uint8_t block[64])"""
    state, block = _state(t, 5, 32), t.region("block", 16, 32, byteorder="big")
    t.call(state, block)
    t.ensure(state, sha1.compress(state.elements, block.elements))


@contract("unseen-sha1-blocks", routines=["sha1_ring"])
def sha1_blocks(t: Theorem, blocks: int = 1) -> None:
    """void f(uint32_t state[5], const uint8_t *data, size_t blocks)"""
    state, data = _state(t, 5, 32), t.region("data", 16 * blocks, 32, byteorder="big")
    t.call(state, data, blocks)
    t.ensure(state, sha1.compress_blocks(state.elements, data.elements))


def _sha2_block(t: Theorem, parameters: sha2.Parameters) -> None:
    width = parameters.word_bits
    state, block = _state(t, 8, width), t.region("block", 16, width, byteorder="big")
    t.call(state, block)
    t.ensure(state, sha2.compress(parameters, state.elements, block.elements))


def _sha2_blocks(t: Theorem, parameters: sha2.Parameters, blocks: int) -> None:
    width = parameters.word_bits
    state, data = _state(t, 8, width), t.region("data", 16 * blocks, width, byteorder="big")
    t.call(state, data, blocks)
    t.ensure(state, sha2.compress_blocks(parameters, state.elements, data.elements))


@contract("unseen-sha256-block", routines=["sha256_textbook", "sha256_ring"])
def sha256_block(t: Theorem) -> None:
    """void f(uint32_t state[8], const uint8_t block[64])"""
    _sha2_block(t, sha2.SHA256)


@contract("unseen-sha256-blocks", routines=["sha256_sums"])
def sha256_blocks(t: Theorem, blocks: int = 1) -> None:
    """void f(uint32_t state[8], const uint8_t *data, size_t blocks)"""
    _sha2_blocks(t, sha2.SHA256, blocks)


@contract("unseen-sha512-block", routines=["sha512_textbook"])
def sha512_block(t: Theorem) -> None:
    """void f(uint64_t state[8], const uint8_t block[128])"""
    _sha2_block(t, sha2.SHA512)


@contract("unseen-sha512-blocks", routines=["sha512_ring"])
def sha512_blocks(t: Theorem, blocks: int = 1) -> None:
    """void f(uint64_t state[8], const uint8_t *data, size_t blocks)"""
    _sha2_blocks(t, sha2.SHA512, blocks)


@contract("unseen-sm3-block", routines=["sm3_textbook"])
def sm3_block(t: Theorem) -> None:
    """void f(uint32_t state[8], const uint8_t block[64])"""
    state, block = _state(t, 8, 32), t.region("block", 16, 32, byteorder="big")
    t.call(state, block)
    t.ensure(state, sm3.compress(state.elements, block.elements))


@contract("unseen-sm3-blocks", routines=["sm3_ring"])
def sm3_blocks(t: Theorem, blocks: int = 1) -> None:
    """void f(uint32_t state[8], const uint8_t *data, size_t blocks)"""
    state, data = _state(t, 8, 32), t.region("data", 16 * blocks, 32, byteorder="big")
    t.call(state, data, blocks)
    t.ensure(state, sm3.compress_blocks(state.elements, data.elements))


@contract("unseen-md5-block", routines=["md5_textbook"])
def md5_block(t: Theorem) -> None:
    """void f(uint32_t state[4], const uint8_t block[64])"""
    state, block = _state(t, 4, 32), t.region("block", 16, 32)
    t.call(state, block)
    t.ensure(state, md5.compress(state.elements, block.elements))


@contract("unseen-md5-blocks", routines=["md5_unrolled"])
def md5_blocks(t: Theorem, blocks: int = 1) -> None:
    """void f(uint32_t state[4], const void *data, size_t blocks)"""
    state, data = _state(t, 4, 32), t.region("data", 16 * blocks, 32)
    t.call(state, data, blocks)
    t.ensure(state, md5.compress_blocks(state.elements, data.elements))


@contract("unseen-keccak", routines=["keccak_*"])
def keccak_permutation(t: Theorem) -> None:
    """void f(uint64_t lanes[25]): lane (x, y) is lanes[5 * y + x]."""
    lanes = t.region("lanes", 25, 64, access="rw", alignment=8)
    t.call(lanes)
    t.ensure(lanes, keccak.keccak_f1600(lanes.elements))


def _blake2_last(t: Theorem, parameters: blake2.Parameters) -> None:
    h, block = _state(t, 8, parameters.w), t.region("block", 16, parameters.w)
    low, high = t.value("t_low", parameters.w), t.value("t_high", parameters.w)
    t.call(h, block, low, high, BV.const(1, 32))
    t.ensure(h, blake2.compress(parameters, h.elements, block.elements, concat(high, low), f=True))


def _blake2_next(t: Theorem, parameters: blake2.Parameters) -> None:
    h, block, count = _state(t, 8, parameters.w), t.region("block", 16, parameters.w), t.value("count", 64)
    t.call(h, block, count)
    offset = count.zero_extend(2 * parameters.w)
    t.ensure(h, blake2.compress(parameters, h.elements, block.elements, offset, f=False))


@contract("unseen-blake2b-last", routines=["blake2b_textbook"])
def blake2b_last(t: Theorem) -> None:
    """void f(uint64_t h[8], const uint8_t block[128], uint64_t t_low, uint64_t t_high, int last), last being 1"""
    _blake2_last(t, blake2.BLAKE2B)


@contract("unseen-blake2b-next", routines=["blake2b_unrolled"])
def blake2b_next(t: Theorem) -> None:
    """void f(uint64_t h[8], const void *block, uint64_t count)"""
    _blake2_next(t, blake2.BLAKE2B)


@contract("unseen-blake2s-last", routines=["blake2s_textbook"])
def blake2s_last(t: Theorem) -> None:
    """void f(uint32_t h[8], const uint8_t block[64], uint32_t t_low, uint32_t t_high, int last), last being 1"""
    _blake2_last(t, blake2.BLAKE2S)


@contract("unseen-blake2s-next", routines=["blake2s_unrolled", "blake2s_rows"])
def blake2s_next(t: Theorem) -> None:
    """void f(uint32_t h[8], const void *block, uint64_t count)"""
    _blake2_next(t, blake2.BLAKE2S)


# Ciphers


@contract("unseen-chacha20-stream", routines=["chacha20_textbook"])
def chacha20_stream(t: Theorem) -> None:
    """void f(uint8_t out[64], const uint8_t key[32], uint32_t counter, const uint8_t nonce[12])"""
    out, key = t.region("out", 16, 32, access="w"), t.region("key", 8, 32)
    counter, nonce = t.value("counter", 32), t.region("nonce", 3, 32)
    t.call(out, key, counter, nonce)
    t.ensure(out, chacha.block(key.elements, counter, nonce.elements))


@contract("unseen-chacha20-words", routines=["chacha20_rows"])
def chacha20_words(t: Theorem) -> None:
    """void f(uint32_t out[16], const uint32_t state[16])"""
    out = t.region("out", 16, 32, access="w", alignment=4)
    state = t.region("state", 16, 32, alignment=4)
    t.call(out, state)
    t.ensure(out, chacha.permute_and_add(state.elements))


@contract("unseen-chacha20-data", routines=["chacha20_xor"])
def chacha20_data(t: Theorem) -> None:
    """void f(uint8_t data[64], const uint32_t key[8], const uint32_t counter_and_nonce[4])"""
    data = t.region("data", 64, 8, access="rw")
    key = t.region("key", 8, 32, alignment=4)
    iv = t.region("iv", 4, 32, alignment=4)
    t.call(data, key, iv)
    counter, nonce = iv.elements[0], iv.elements[1:]
    t.ensure(data, chacha.encrypt(key.elements, counter, nonce, data.elements))


@contract("unseen-aes128", routines=["aes128_textbook", "aes128_tables", "aes128_rotated"])
def aes128(t: Theorem) -> None:
    """void f(const uint8_t key[16], const uint8_t in[16], uint8_t out[16])"""
    key, source, target = t.region("key", 16, 8), t.region("in", 16, 8), t.region("out", 16, 8, access="w")
    t.call(key, source, target)
    t.ensure(target, aes.encryption(aes.AES128, key.elements)(source.elements))


@contract("unseen-aes128-context", routines=["aes128_context"])
def aes128_context(t: Theorem) -> None:
    """void f_set_key(uint8_t round_keys[176], const uint8_t key[16]),
    then void f(const uint8_t round_keys[176], const uint8_t in[16], uint8_t out[16])
    """
    round_keys, key = t.region("round_keys", 176, 8, access="rw"), t.region("key", 16, 8)
    source, target = t.region("in", 16, 8), t.region("out", 16, 8, access="w")
    t.call(round_keys, key, symbol=f"{t.routine}_set_key")
    t.call(round_keys, source, target)
    t.leave_unspecified(round_keys)
    t.ensure(target, aes.encryption(aes.AES128, key.elements)(source.elements))


@contract("unseen-sm4", routines=["sm4_*"])
def sm4_encryption(t: Theorem) -> None:
    """void f(const uint8_t key[16], const uint8_t in[16], uint8_t out[16])"""
    key, source, target = t.region("key", 16, 8), t.region("in", 16, 8), t.region("out", 16, 8, access="w")
    t.call(key, source, target)
    t.ensure(target, sm4.encrypt(source.elements, sm4.key_expansion(key.elements)))


@contract("unseen-des", routines=["des_*"])
def des_encryption(t: Theorem) -> None:
    """void f(const uint8_t key[8], const uint8_t in[8], uint8_t out[8])"""
    key, source = t.region("key", 1, 64, byteorder="big"), t.region("in", 1, 64, byteorder="big")
    target = t.region("out", 1, 64, byteorder="big", access="w")
    t.call(key, source, target)
    t.ensure(target, [des.encrypt(source.elements[0], des.key_schedule(key.elements[0]))])


# Message authentication


@contract("unseen-siphash", routines=["siphash_*"])
def siphash_2_4(t: Theorem, size: int = 15) -> None:
    """uint64_t f(const uint8_t key[16], const uint8_t *message, size_t size), or the key as two words"""
    key, message = t.region("key", 2, 64, alignment=8), t.region("message", size, 8)
    t.call(key, message, size)
    t.ensure_result(siphash.siphash(key.elements, message.elements))
