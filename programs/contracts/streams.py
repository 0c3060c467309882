"""Stream ciphers: ChaCha20 on any number of octets, and HChaCha20."""

from __future__ import annotations

from crypto_specs import chacha
from lnsym.contract import Theorem, contract
from programs.contracts.block_modes import source_and_target


def _chacha20(t: Theorem, length: int, in_place: bool) -> None:
    source, target = source_and_target(t, length, in_place)
    key = t.region("key", 8, 32, alignment=4)
    counter = t.region("counter", 4, 32, alignment=4)
    first, *nonce = counter.elements
    blocks = -(-length // 64)
    t.assume(first.ule(2**32 - blocks))
    t.call(target, source, length, key, counter)
    t.ensure(target, chacha.encrypt(key.elements, first, nonce, source.elements))


@contract("chacha20-ctr32", routines=["ChaCha20_ctr32", "ChaCha20_ctr32_nohw"])
def chacha20_ctr32(t: Theorem, length: int = 64, in_place: bool = False) -> None:
    """void f(uint8_t *out, const uint8_t *in, size_t length, const uint32_t key[8], const uint32_t counter[4]).

    RFC 8439, section 2.4: counter[0] is the block counter, the rest is the nonce. Callers split what they have where the counter would
    wrap, since scalar code carries into counter[1] there. `in` and `out` are apart or the same.
    """
    _chacha20(t, length, in_place)


@contract("chacha20-neon", routines=["ChaCha20_ctr32_neon", "ChaCha20_neon"])
def chacha20_neon(t: Theorem, length: int = 256, in_place: bool = False) -> None:
    """The same of code for 192 octets and more: three blocks in vector registers beside one in general-purpose ones."""
    _chacha20(t, length, in_place)


@contract("chacha20-512", routines=["ChaCha20_512_neon"])
def chacha20_512(t: Theorem, length: int = 512, in_place: bool = False) -> None:
    """The same of code for 512 octets and more: six blocks in vector registers, two in general-purpose ones."""
    _chacha20(t, length, in_place)


@contract("hchacha20", routines=["CRYPTO_hchacha20"])
def hchacha20(t: Theorem) -> None:
    """void f(uint8_t out[32], const uint8_t key[32], const uint8_t nonce[16]): draft-irtf-cfrg-xchacha-03, section 2.2."""
    out = t.region("out", 8, 32, access="w")
    key, nonce = t.region("key", 8, 32), t.region("nonce", 4, 32)
    t.call(out, key, nonce)
    t.ensure(out, chacha.hchacha20(key.elements, nonce.elements))
