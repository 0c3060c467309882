"""ARIA: key schedules, and one block under a schedule of any round keys.

OpenSSL keeps seventeen round keys of four words, the first word upmost, and the number of rounds in a word at byte 272.
"""

from __future__ import annotations

from collections.abc import Sequence

from crypto_specs import aria, octets
from lnsym.bv import BV
from lnsym.contract import Theorem, contract
from programs.contracts.block_keys import REFUSED, SIZES, KeyBits, Refused, refusal
from programs.contracts.block_modes import source_and_target

SCHEDULE_WORDS = 4 * 17 + 1


def _schedule_words(round_keys: Sequence[Sequence[BV]]) -> list[BV | int | None]:
    words: list[BV | int | None] = [octets.big_endian(rk[at : at + 4]) for rk in round_keys for at in range(0, 16, 4)]
    return [*words, *[None] * (SCHEDULE_WORDS - 1 - len(words)), len(round_keys) - 1]


def _set_key(t: Theorem, bits: KeyBits, refused: Refused, decrypt: bool) -> None:
    key = t.region("key", bits // 8, 8)
    schedule = t.region("schedule", SCHEDULE_WORDS, 32, access="rw", alignment=4)
    if refused:
        refusal(t, key, schedule, refused)
        return
    t.call(key, BV.const(bits, 32), schedule)
    round_keys = aria.encryption_keys(key.elements)
    t.ensure(schedule, _schedule_words(aria.decryption_keys(round_keys) if decrypt else round_keys))
    t.ensure_result(0, 32)


@contract("aria-set-encrypt-key", routines=["ossl_aria_set_encrypt_key"], cases=SIZES + REFUSED)
def aria_set_encrypt_key(t: Theorem, bits: KeyBits = 128, refused: Refused = "") -> None:
    """int f(const uint8_t *key, int bits, ARIA_KEY *schedule): the encryption round keys. RFC 5794, section 2.2.

    Null pointers return -1 and sizes other than 128, 192 and 256 return -2, nothing being written.
    """
    _set_key(t, bits, refused, decrypt=False)


@contract("aria-set-decrypt-key", routines=["ossl_aria_set_decrypt_key"], cases=SIZES + REFUSED)
def aria_set_decrypt_key(t: Theorem, bits: KeyBits = 128, refused: Refused = "") -> None:
    """The decryption round keys, in the order of use. RFC 5794, section 2.2."""
    _set_key(t, bits, refused, decrypt=True)


@contract("aria-encrypt", routines=["ossl_aria_encrypt"], cases=[*SIZES, {"in_place": True}])
def aria_encrypt(t: Theorem, bits: KeyBits = 128, in_place: bool = False) -> None:
    """void f(const uint8_t in[16], uint8_t out[16], const ARIA_KEY *schedule). RFC 5794, section 2.3.

    Under a decryption schedule it decrypts.
    """
    rounds = aria.ROUNDS[bits // 8]
    schedule = t.region("schedule", SCHEDULE_WORDS, 32, alignment=4, fixed={SCHEDULE_WORDS - 1: rounds})
    source, target = source_and_target(t, 16, in_place)
    t.call(source, target, schedule)
    words = [octets.big_endian_octets(word) for word in schedule.elements[: 4 * (rounds + 1)]]
    round_keys = [[octet for word in words[at : at + 4] for octet in word] for at in range(0, len(words), 4)]
    t.ensure(target, aria.crypt(source.elements, round_keys))
