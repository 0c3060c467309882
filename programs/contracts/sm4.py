"""SM4: the key schedule, and one block under a schedule of any round keys.

OpenSSL keeps the 32 round keys in the order of encryption, words of 32 bits; decryption reads the same schedule from its end.
"""

from __future__ import annotations

from crypto_specs import sm4
from lnsym.contract import Theorem, contract
from programs.contracts.block_modes import PLACES, under_schedule

ROUNDS = 32


@contract("sm4-set-key", routines=["ossl_sm4_set_key"])
def sm4_set_key(t: Theorem) -> None:
    """int f(const uint8_t key[16], SM4_KEY *schedule): the key expansion; returns 1. GB/T 32907-2016, section 7.3."""
    key = t.region("key", 16, 8)
    schedule = t.region("schedule", ROUNDS, 32, access="w", alignment=4)
    t.call(key, schedule)
    t.ensure(schedule, sm4.key_expansion(key.elements))
    t.ensure_result(1, 32)


@contract("sm4-encrypt", routines=["ossl_sm4_encrypt"], cases=PLACES)
def sm4_encrypt(t: Theorem, in_place: bool = False) -> None:
    """void f(const uint8_t in[16], uint8_t out[16], const SM4_KEY *schedule). GB/T 32907-2016, section 7.1."""
    under_schedule(t, ROUNDS, sm4.encrypt, in_place)


@contract("sm4-decrypt", routines=["ossl_sm4_decrypt"], cases=PLACES)
def sm4_decrypt(t: Theorem, in_place: bool = False) -> None:
    """The same with the round keys in reverse. GB/T 32907-2016, section 7.2."""
    under_schedule(t, ROUNDS, sm4.decrypt, in_place)
