"""SEED: the key schedule, and one block, ECB, CBC, CFB and OFB under a schedule of any round keys.

OpenSSL keeps them as 32 words in the order of encryption.
"""

from __future__ import annotations

from crypto_specs import modes, seed
from lnsym.contract import Block, Theorem, contract
from programs.contracts.block_modes import PLACES, WAYS, cbc, cfb, ofb, one_block, under_schedule

SCHEDULE_WORDS = 2 * seed.ROUNDS


@contract("seed-set-key", routines=["SEED_set_key"])
def seed_set_key(t: Theorem) -> None:
    """void f(const uint8_t key[16], SEED_KEY_SCHEDULE *schedule): the key schedule. RFC 4269, section 2.3."""
    key = t.region("key", 16, 8)
    schedule = t.region("schedule", SCHEDULE_WORDS, 32, access="w", alignment=4)
    t.call(key, schedule)
    t.ensure(schedule, seed.key_schedule(key.elements))


@contract("seed-encrypt", routines=["SEED_encrypt"], cases=PLACES)
def seed_encrypt(t: Theorem, in_place: bool = False) -> None:
    """void f(const uint8_t in[16], uint8_t out[16], const SEED_KEY_SCHEDULE *schedule). RFC 4269, section 2."""
    under_schedule(t, SCHEDULE_WORDS, seed.encrypt, in_place)


@contract("seed-decrypt", routines=["SEED_decrypt"], cases=PLACES)
def seed_decrypt(t: Theorem, in_place: bool = False) -> None:
    """The inverse, with the same schedule. RFC 4269, section 2.4."""
    under_schedule(t, SCHEDULE_WORDS, seed.decrypt, in_place)


def _schedule_and_cipher(t: Theorem, decrypt: bool) -> tuple[list[Block], modes.BlockCipher]:
    schedule = t.region("schedule", SCHEDULE_WORDS, 32, alignment=4)
    cipher = seed.decrypt if decrypt else seed.encrypt
    return [schedule], lambda block: cipher(block, schedule.elements)


@contract("seed-ecb", routines=["SEED_ecb_encrypt"], cases=WAYS, links=["SEED_encrypt"])
def seed_ecb(t: Theorem, decrypt: bool = False, in_place: bool = False) -> None:
    """void f(const uint8_t in[16], uint8_t out[16], const SEED_KEY_SCHEDULE *, int encrypt): one block."""
    one_block(t, 16, *_schedule_and_cipher(t, decrypt), decrypt, in_place)


@contract("seed-cbc", routines=["SEED_cbc_encrypt"], cases=WAYS, links=["SEED_encrypt", "CRYPTO_cbc128_encrypt"])
def seed_cbc(t: Theorem, blocks: int = 2, decrypt: bool = False, in_place: bool = False) -> None:
    """void f(const uint8_t *in, uint8_t *out, size_t bytes, const SEED_KEY_SCHEDULE *, uint8_t iv[16], int encrypt): CBC."""
    cbc(t, 16, *_schedule_and_cipher(t, decrypt), blocks, decrypt, in_place)


@contract("seed-cfb", routines=["SEED_cfb128_encrypt"], cases=WAYS, links=["SEED_encrypt", "CRYPTO_cfb128_encrypt"])
def seed_cfb(t: Theorem, blocks: int = 2, decrypt: bool = False, in_place: bool = False) -> None:
    """void f(const uint8_t *in, uint8_t *out, size_t bytes, const SEED_KEY_SCHEDULE *, uint8_t iv[16], int *num, int encrypt)."""
    (schedule,), cipher = _schedule_and_cipher(t, decrypt=False)
    cfb(t, 16, schedule, cipher, blocks, decrypt, in_place)


@contract("seed-ofb", routines=["SEED_ofb128_encrypt"], links=["SEED_encrypt", "CRYPTO_ofb128_encrypt"])
def seed_ofb(t: Theorem, blocks: int = 2, in_place: bool = False) -> None:
    """void f(const uint8_t *in, uint8_t *out, size_t bytes, const SEED_KEY_SCHEDULE *, uint8_t iv[16], int *num)."""
    (schedule,), cipher = _schedule_and_cipher(t, decrypt=False)
    ofb(t, 16, schedule, cipher, blocks, in_place)
