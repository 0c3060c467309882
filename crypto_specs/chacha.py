"""The ChaCha20 block function and cipher. RFC 8439 (June 2018).

ChaCha8 and ChaCha12 have fewer rounds: D. J. Bernstein, "ChaCha, a variant of Salsa20" (2008). HChaCha20 is that of
draft-irtf-cfrg-xchacha-03. The state is 16 words of 32 bits; keys, nonces and data are octets, read as words in little-endian order.
"""

from __future__ import annotations

from collections.abc import Sequence

from crypto_specs import octets
from lnsym.bv import BV


def quarter_round(a: BV, b: BV, c: BV, d: BV) -> tuple[BV, BV, BV, BV]:
    """Four additions, XORs and rotations. Section 2.1."""
    a = a + b
    d = (d ^ a).rotate_left(16)
    c = c + d
    b = (b ^ c).rotate_left(12)
    a = a + b
    d = (d ^ a).rotate_left(8)
    c = c + d
    b = (b ^ c).rotate_left(7)
    return a, b, c, d


ROUNDS = (
    (0, 4, 8, 12),
    (1, 5, 9, 13),
    (2, 6, 10, 14),
    (3, 7, 11, 15),
    (0, 5, 10, 15),
    (1, 6, 11, 12),
    (2, 7, 8, 13),
    (3, 4, 9, 14),
)
"""The words of the quarter rounds of a column round and a diagonal round. Section 2.3."""


def inner_block(state: Sequence[BV]) -> list[BV]:
    """A column round and a diagonal round. Section 2.3.1."""
    result = list(state)
    for a, b, c, d in ROUNDS:
        result[a], result[b], result[c], result[d] = quarter_round(result[a], result[b], result[c], result[d])
    return result


def permute(state: Sequence[BV], rounds: int = 20) -> list[BV]:
    """An even number of rounds, two of them an inner block. Section 2.3.1; 8, 12 or 20 in Bernstein's paper."""
    if rounds % 2:
        raise ValueError(f"rounds come in twos, and {rounds} is odd")
    working = list(state)
    for _ in range(rounds // 2):
        working = inner_block(working)
    return working


def permute_and_add(state: Sequence[BV], rounds: int = 20) -> list[BV]:
    """The block function on a state of 16 words: 10 times the inner block, then the state added. Section 2.3.1."""
    return [old + new for old, new in zip(state, permute(state, rounds), strict=True)]


def words(data: Sequence[BV]) -> list[BV]:
    """Octets as words of 32 bits in little-endian order. Section 2.3."""
    return [octets.little_endian(data[at : at + 4]) for at in range(0, len(data), 4)]


CONSTANTS = (0x61707865, 0x3320646E, 0x79622D32, 0x6B206574)
"""Words 0 to 3 of the state. Section 2.3."""


def initial_state(key: Sequence[BV], counter: BV, nonce: Sequence[BV]) -> list[BV]:
    """The state of 16 words: constants, a key of 8 words, a counter of 32 bits, a nonce of 3 words. Section 2.3."""
    state = [*[BV.const(word, 32) for word in CONSTANTS], *key, counter, *nonce]
    if len(state) != 16:
        raise ValueError(f"a key of {len(key)} words and a nonce of {len(nonce)}, where 8 and 3 are needed")
    return state


def block(key: Sequence[BV], counter: BV, nonce: Sequence[BV], rounds: int = 20) -> list[BV]:
    """The block function: 16 words of key stream. Section 2.3."""
    return permute_and_add(initial_state(key, counter, nonce), rounds)


def encrypt(key: Sequence[BV], counter: BV, nonce: Sequence[BV], data: Sequence[BV], rounds: int = 20) -> list[BV]:
    """Octets encrypted, or decrypted; the counter of 32 bits wraps. Section 2.4."""
    keystream: list[BV] = []
    for j in range(-(-len(data) // 64)):
        for word in block(key, counter + j, nonce, rounds):
            keystream += octets.little_endian_octets(word)
    return octets.xor(data, keystream[: len(data)])


def hchacha20(key: Sequence[BV], nonce: Sequence[BV]) -> list[BV]:
    """A subkey of 8 words, of a key of 8 words and a nonce of 4. draft-irtf-cfrg-xchacha-03, section 2.2."""
    first, *rest = nonce
    state = permute(initial_state(key, first, rest))
    return state[:4] + state[12:]
