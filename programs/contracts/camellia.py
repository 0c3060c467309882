"""Camellia: the key schedule, and one block under a schedule of any subkeys.

OpenSSL keeps the subkeys in the order of encryption, each as two words of 32 bits, the upper one first: two of kw, six of k, two of
ke, six of k and so on, two of kw. There is room for those of a key of 256 bits. In `CAMELLIA_KEY` a word follows, a sixth of the
number of rounds, and one that is never used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from crypto_specs import camellia, modes
from lnsym.bv import BV, concat
from lnsym.contract import Block, Theorem, contract
from programs.contracts.block_keys import REFUSED, SIZES, KeyBits, Refused, refusal
from programs.contracts.block_modes import WAYS, cbc, cfb, ctr128, ofb, one_block, source_and_target

SCHEDULE_WORDS = 68
ROUNDS = {128: 18, 192: 24, 256: 24}


Cipher: TypeAlias = Callable[[Sequence[BV], camellia.Subkeys], list[BV]]

LENGTHS = [{"bits": 128}, {"bits": 256}]
LENGTHS_AND_PLACES = [{"bits": 128}, {"bits": 256}, {"bits": 128, "in_place": True}]


def _schedule_words(subkeys: camellia.Subkeys) -> list[BV | None]:
    """The subkeys as OpenSSL keeps them; nothing is said of the rest of the room."""
    ordered = list(subkeys.kw[:2])
    for at in range(0, len(subkeys.k), 6):
        ordered += [*subkeys.k[at : at + 6], *subkeys.ke[at // 3 : at // 3 + 2]]
    ordered += subkeys.kw[2:]
    words: list[BV | None] = [word for subkey in ordered for word in (subkey[63:32], subkey[31:0])]
    return words + [None] * (SCHEDULE_WORDS - len(words))


def _subkeys(words: Sequence[BV], rounds: int) -> camellia.Subkeys:
    """The subkeys that a schedule of any words holds."""
    subkeys = [concat(high, low) for high, low in zip(words[::2], words[1::2], strict=True)]
    groups = [subkeys[at : at + 8] for at in range(2, 2 + rounds * 4 // 3, 8)]
    *ke_groups, last = groups
    ke = [subkey for group in ke_groups for subkey in group[6:]]
    return camellia.Subkeys(subkeys[:2] + last[6:], [subkey for group in groups for subkey in group[:6]], ke)


@contract("camellia-set-key", routines=["Camellia_Ekeygen"], cases=SIZES)
def camellia_set_key(t: Theorem, bits: KeyBits = 128) -> None:
    """int f(int bits, const uint8_t *key, uint32_t schedule[68]): the key schedule. RFC 3713, section 2.2.

    It returns a sixth of the number of rounds.
    """
    key = t.region("key", bits // 8, 8)
    schedule = t.region("schedule", SCHEDULE_WORDS, 32, access="rw", alignment=4)
    t.call(BV.const(bits, 32), key, schedule)
    t.ensure(schedule, _schedule_words(camellia.key_schedule(key.elements)))
    t.ensure_result(ROUNDS[bits] // 6, 32)


def _one_block(t: Theorem, first_argument: int, cipher: Cipher, bits: KeyBits, in_place: bool) -> None:
    schedule = t.region("schedule", SCHEDULE_WORDS, 32, alignment=4)
    source, target = source_and_target(t, 16, in_place)
    t.call(BV.const(first_argument, 32), source, schedule, target)
    t.ensure(target, cipher(source.elements, _subkeys(schedule.elements, ROUNDS[bits])))


@contract("camellia-encrypt", routines=["Camellia_EncryptBlock"], cases=LENGTHS_AND_PLACES)
def camellia_encrypt(t: Theorem, bits: KeyBits = 128, in_place: bool = False) -> None:
    """void f(int bits, const uint8_t in[16], const uint32_t schedule[68], uint8_t out[16]). RFC 3713, section 2.3."""
    _one_block(t, bits, camellia.encrypt, bits, in_place)


@contract("camellia-decrypt", routines=["Camellia_DecryptBlock"], cases=LENGTHS_AND_PLACES)
def camellia_decrypt(t: Theorem, bits: KeyBits = 128, in_place: bool = False) -> None:
    """The inverse, with the same schedule. RFC 3713, section 2.3.3."""
    _one_block(t, bits, camellia.decrypt, bits, in_place)


@contract("camellia-encrypt-rounds", routines=["Camellia_EncryptBlock_Rounds"], cases=LENGTHS_AND_PLACES)
def camellia_encrypt_rounds(t: Theorem, bits: KeyBits = 128, in_place: bool = False) -> None:
    """The same with a sixth of the number of rounds in place of the key's bits: what `Camellia_Ekeygen` returns."""
    _one_block(t, ROUNDS[bits] // 6, camellia.encrypt, bits, in_place)


@contract("camellia-decrypt-rounds", routines=["Camellia_DecryptBlock_Rounds"], cases=LENGTHS_AND_PLACES)
def camellia_decrypt_rounds(t: Theorem, bits: KeyBits = 128, in_place: bool = False) -> None:
    """The inverse of it, with the same schedule."""
    _one_block(t, ROUNDS[bits] // 6, camellia.decrypt, bits, in_place)


IN_ANOTHER_MEMBER = ["Camellia_Ekeygen"]
FROM_STRUCTURE = [*IN_ANOTHER_MEMBER, "Camellia_encrypt"]


@contract("camellia-set-key-structure", routines=["Camellia_set_key"], cases=SIZES + REFUSED, links=IN_ANOTHER_MEMBER)
def camellia_set_key_structure(t: Theorem, bits: KeyBits = 128, refused: Refused = "") -> None:
    """int f(const uint8_t *key, int bits, CAMELLIA_KEY *schedule): the key schedule. RFC 3713, section 2.2.

    Null pointers return -1 and sizes other than 128, 192 and 256 return -2, nothing being written.
    """
    key = t.region("key", bits // 8, 8)
    schedule = t.region("schedule", SCHEDULE_WORDS + 2, 32, access="rw", alignment=8)
    if refused:
        refusal(t, key, schedule, refused)
        return
    t.call(key, BV.const(bits, 32), schedule)
    words = _schedule_words(camellia.key_schedule(key.elements))
    t.ensure(schedule, [*words, BV.const(ROUNDS[bits] // 6, 32), schedule.elements[-1]])
    t.ensure_result(0, 32)


def _schedule_and_cipher(t: Theorem, bits: KeyBits, decrypt: bool) -> tuple[list[Block], modes.BlockCipher]:
    sixth = {SCHEDULE_WORDS: ROUNDS[bits] // 6}
    schedule = t.region("schedule", SCHEDULE_WORDS + 2, 32, alignment=8, fixed=sixth)
    subkeys = _subkeys(schedule.elements[:SCHEDULE_WORDS], ROUNDS[bits])
    cipher = camellia.decrypt if decrypt else camellia.encrypt
    return [schedule], lambda block: cipher(block, subkeys)


def _structure_block(t: Theorem, bits: KeyBits, decrypt: bool, in_place: bool) -> None:
    (schedule,), cipher = _schedule_and_cipher(t, bits, decrypt)
    source, target = source_and_target(t, 16, in_place)
    t.call(source, target, schedule)
    t.ensure(target, cipher(source.elements))


@contract("camellia-encrypt-structure", routines=["Camellia_encrypt"], cases=LENGTHS, links=IN_ANOTHER_MEMBER)
def camellia_encrypt_structure(t: Theorem, bits: KeyBits = 128, in_place: bool = False) -> None:
    """void f(const uint8_t in[16], uint8_t out[16], const CAMELLIA_KEY *schedule). RFC 3713, section 2.3."""
    _structure_block(t, bits, False, in_place)


@contract("camellia-decrypt-structure", routines=["Camellia_decrypt"], cases=LENGTHS, links=IN_ANOTHER_MEMBER)
def camellia_decrypt_structure(t: Theorem, bits: KeyBits = 128, in_place: bool = False) -> None:
    """The inverse, with the same schedule. RFC 3713, section 2.3.3."""
    _structure_block(t, bits, True, in_place)


@contract("camellia-ecb", routines=["Camellia_ecb_encrypt"], cases=WAYS, links=FROM_STRUCTURE)
def camellia_ecb(t: Theorem, bits: KeyBits = 128, decrypt: bool = False, in_place: bool = False) -> None:
    """void f(const uint8_t in[16], uint8_t out[16], const CAMELLIA_KEY *, int encrypt): one block."""
    one_block(t, 16, *_schedule_and_cipher(t, bits, decrypt), decrypt, in_place)


@contract(
    "camellia-cbc",
    routines=["Camellia_cbc_encrypt"],
    cases=WAYS,
    links=[*FROM_STRUCTURE, "CRYPTO_cbc128_encrypt"],
)
def camellia_cbc(
    t: Theorem, bits: KeyBits = 128, blocks: int = 2, decrypt: bool = False, in_place: bool = False
) -> None:
    """void f(const uint8_t *in, uint8_t *out, size_t bytes, const CAMELLIA_KEY *, uint8_t iv[16], int encrypt): CBC."""
    cbc(t, 16, *_schedule_and_cipher(t, bits, decrypt), blocks, decrypt, in_place)


@contract(
    "camellia-cfb",
    routines=["Camellia_cfb128_encrypt"],
    cases=WAYS,
    links=[*FROM_STRUCTURE, "CRYPTO_cfb128_encrypt"],
)
def camellia_cfb(
    t: Theorem, bits: KeyBits = 128, blocks: int = 2, decrypt: bool = False, in_place: bool = False
) -> None:
    """void f(const uint8_t *in, uint8_t *out, size_t bytes, const CAMELLIA_KEY *, uint8_t iv[16], int *num, int encrypt)."""
    (schedule,), cipher = _schedule_and_cipher(t, bits, decrypt=False)
    cfb(t, 16, schedule, cipher, blocks, decrypt, in_place)


@contract("camellia-ofb", routines=["Camellia_ofb128_encrypt"], links=[*FROM_STRUCTURE, "CRYPTO_ofb128_encrypt"])
def camellia_ofb(t: Theorem, bits: KeyBits = 128, blocks: int = 2, in_place: bool = False) -> None:
    """void f(const uint8_t *in, uint8_t *out, size_t bytes, const CAMELLIA_KEY *, uint8_t iv[16], int *num)."""
    (schedule,), cipher = _schedule_and_cipher(t, bits, decrypt=False)
    ofb(t, 16, schedule, cipher, blocks, in_place)


@contract("camellia-ctr", routines=["Camellia_ctr128_encrypt"], links=[*FROM_STRUCTURE, "CRYPTO_ctr128_encrypt"])
def camellia_ctr(t: Theorem, bits: KeyBits = 128, blocks: int = 1, in_place: bool = False) -> None:
    """void f(in, out, size_t bytes, const CAMELLIA_KEY *, uint8_t counter[16], uint8_t keystream[16], unsigned *num)."""
    (schedule,), cipher = _schedule_and_cipher(t, bits, decrypt=False)
    ctr128(t, schedule, cipher, blocks, in_place)
