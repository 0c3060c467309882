"""AES: key schedules, single blocks, and the modes CBC and CTR.

Libraries keep a schedule in a structure of sixty 32-bit words of round keys and one with the number of rounds, at byte 240. What the
words are is a routine's own business where it is not FIPS 197's schedule (vpaes keeps it in another basis, bitsliced code in
another order); then the theorem is about setting the key and using it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias, get_args

from crypto_specs import aes, modes
from lnsym.bv import BV
from lnsym.contract import Block, Theorem, contract

PARAMETERS = {128: aes.AES128, 192: aes.AES192, 256: aes.AES256}
SCHEDULE_BYTES = 244
ROUNDS_AT = 240

KeyBits: TypeAlias = Literal[128, 192, 256]
"""The sizes of a key."""
Refused: TypeAlias = Literal["", "null key", "null schedule", "bits"]
"""Why a key is refused, if it is: a pointer that is null, or a size that is none."""

SIZES: list[dict[str, object]] = [{"bits": bits} for bits in PARAMETERS]
SIZES_AND_PLACES = [{"bits": bits, "in_place": in_place} for bits in PARAMETERS for in_place in (False, True)]
REFUSED: list[dict[str, object]] = [{"refused": reason} for reason in get_args(Refused) if reason]
BLOCKS = [{"bits": 128, "blocks": blocks} for blocks in range(1, 10)] + [
    {"bits": bits, "blocks": 1} for bits in (192, 256)
]


def _key_and_schedule(t: Theorem, bits: int) -> tuple[Block, Block]:
    key = t.region("key", bits // 8, 8)
    return key, t.region("schedule", SCHEDULE_BYTES, 8, access="rw", alignment=4)


def _schedule_bytes(parameters: aes.Parameters, round_keys: Sequence[Sequence[BV]]) -> list[BV | None]:
    """A schedule in memory: the round keys one after the other, the number of rounds, nothing said of the rest."""
    expected: list[BV | None] = [byte for round_key in round_keys for byte in round_key]
    expected += [None] * (ROUNDS_AT - len(expected))
    return expected + [BV.const(parameters.nr >> shift, 8) for shift in (0, 8, 16, 24)]


def _set_key(t: Theorem, bits: int, refused: str, decrypt: bool) -> None:
    key, schedule = _key_and_schedule(t, bits)
    if refused:
        size = t.value("bits", 32)
        if refused == "bits":
            t.assume(size.ne(128) & size.ne(192) & size.ne(256))
        t.call(0 if refused == "null key" else key, size, 0 if refused == "null schedule" else schedule)
        t.ensure(schedule, schedule.elements)
        t.ensure_result(-2 if refused == "bits" else -1, 32)
        return
    parameters = PARAMETERS[bits]
    t.call(key, BV.const(bits, 32), schedule)
    if decrypt:
        round_keys = aes.equivalent_inverse_key_schedule(parameters, key.elements)[::-1]
    else:
        round_keys = aes.key_expansion(parameters, key.elements)
    t.ensure(schedule, _schedule_bytes(parameters, round_keys))
    t.ensure_result(0, 32)


@contract(
    "aes-set-encrypt-key",
    routines=["aes_hw_set_encrypt_key", "aes_v8_set_encrypt_key"],
    cases=SIZES + REFUSED,
)
def aes_set_encrypt_key(t: Theorem, bits: KeyBits = 128, refused: Refused = "") -> None:
    """int f(const uint8_t *key, int bits, AES_KEY *schedule): KeyExpansion. FIPS 197, section 5.2.

    Null pointers return -1 and sizes other than 128, 192 and 256 return -2, nothing being written.
    """
    _set_key(t, bits, refused, decrypt=False)


@contract(
    "aes-set-decrypt-key",
    routines=["aes_hw_set_decrypt_key", "aes_v8_set_decrypt_key"],
    cases=SIZES + REFUSED,
)
def aes_set_decrypt_key(t: Theorem, bits: KeyBits = 128, refused: Refused = "") -> None:
    """The schedule of the equivalent inverse cipher, its last round key first. FIPS 197, section 5.3.5."""
    _set_key(t, bits, refused, decrypt=True)


def _given_schedule(t: Theorem, parameters: aes.Parameters) -> tuple[Block, list[Sequence[BV]]]:
    """A schedule of any round keys, and these, in the order of memory."""
    rounds = {ROUNDS_AT + i: parameters.nr >> 8 * i & 0xFF for i in range(4)}
    schedule = t.region("schedule", SCHEDULE_BYTES, 8, alignment=4, fixed=rounds)
    return schedule, [schedule.elements[16 * r : 16 * r + 16] for r in range(parameters.nr + 1)]


def _source_and_target(t: Theorem, blocks: int, in_place: bool) -> tuple[Block, Block]:
    """What is read and what is written, `blocks` blocks each; one and the same region when in place."""
    if in_place:
        both = t.region("data", 16 * blocks, 8, access="rw")
        return both, both
    return t.region("in", 16 * blocks, 8), t.region("out", 16 * blocks, 8, access="w")


@contract("aes-encrypt", routines=["aes_hw_encrypt", "aes_v8_encrypt"], cases=SIZES_AND_PLACES)
def aes_encrypt(t: Theorem, bits: KeyBits = 128, in_place: bool = False) -> None:
    """void f(const uint8_t in[16], uint8_t out[16], const AES_KEY *schedule): Cipher. FIPS 197, section 5.1."""
    schedule, round_keys = _given_schedule(t, PARAMETERS[bits])
    source, target = _source_and_target(t, 1, in_place)
    t.call(source, target, schedule)
    t.ensure(target, aes.cipher(PARAMETERS[bits], source.elements, round_keys))


@contract("aes-decrypt", routines=["aes_hw_decrypt", "aes_v8_decrypt"], cases=SIZES_AND_PLACES)
def aes_decrypt(t: Theorem, bits: KeyBits = 128, in_place: bool = False) -> None:
    """EqInvCipher on a schedule that holds the last round key first. FIPS 197, section 5.3.5."""
    schedule, round_keys = _given_schedule(t, PARAMETERS[bits])
    source, target = _source_and_target(t, 1, in_place)
    t.call(source, target, schedule)
    t.ensure(target, aes.equivalent_inverse_cipher(PARAMETERS[bits], source.elements, round_keys[::-1]))


PREFIXES = ["vpaes", "aes_nohw", "AES", "aes_v8", "aes_hw"]


def _prefix(routine: str) -> str:
    """`vpaes` of `vpaes_encrypt`."""
    return next((p for p in sorted(PREFIXES, key=len, reverse=True) if routine.startswith(p + "_")), "AES")


def _set_key_call(t: Theorem, bits: int, decrypt: bool) -> tuple[Block, Block]:
    """Set the key by the routine's own function, and keep what it makes of it for the next call."""
    key, schedule = _key_and_schedule(t, bits)
    t.leave_unspecified(schedule)
    t.keep_globals()  # what the processor can do chooses the schedule's format, in both calls alike
    direction = "decrypt" if decrypt else "encrypt"
    t.call(key, BV.const(bits, 32), schedule, symbol=f"{_prefix(t.routine)}_set_{direction}_key")
    return key, schedule


@contract(
    "aes-key-then-encrypt",
    routines=[f"{p}_{f}" for p in PREFIXES[:3] for f in ("encrypt", "set_encrypt_key")],
    cases=SIZES_AND_PLACES,
)
def aes_key_then_encrypt(t: Theorem, bits: KeyBits = 128, in_place: bool = False) -> None:
    """Setting a key and encrypting one block is Cipher under that key. FIPS 197, sections 5.1 and 5.2."""
    key, schedule = _set_key_call(t, bits, decrypt=False)
    source, target = _source_and_target(t, 1, in_place)
    t.call(source, target, schedule, symbol=f"{_prefix(t.routine)}_encrypt")
    t.ensure(target, aes.encryption(PARAMETERS[bits], key.elements)(source.elements))


@contract(
    "aes-key-then-decrypt",
    routines=[f"{p}_{f}" for p in PREFIXES[:3] for f in ("decrypt", "set_decrypt_key")],
    cases=SIZES_AND_PLACES,
)
def aes_key_then_decrypt(t: Theorem, bits: KeyBits = 128, in_place: bool = False) -> None:
    """Setting a key and decrypting one block is InvCipher under that key. FIPS 197, sections 5.2 and 5.3."""
    key, schedule = _set_key_call(t, bits, decrypt=True)
    source, target = _source_and_target(t, 1, in_place)
    t.call(source, target, schedule, symbol=f"{_prefix(t.routine)}_decrypt")
    t.ensure(target, aes.decryption(PARAMETERS[bits], key.elements)(source.elements))


def _blocks_of(data: Sequence[BV]) -> list[Sequence[BV]]:
    return [data[at : at + 16] for at in range(0, len(data), 16)]


def _flat(blocks: Sequence[Sequence[BV]]) -> list[BV]:
    return [byte for block in blocks for byte in block]


@contract(
    "aes-cbc",
    routines=["aes_hw_cbc_encrypt", "aes_v8_cbc_encrypt", "vpaes_cbc_encrypt"],
    cases=[{**case, "decrypt": decrypt} for decrypt in (False, True) for case in BLOCKS],
)
def aes_cbc(t: Theorem, bits: KeyBits = 128, blocks: int = 1, decrypt: bool = False, in_place: bool = False) -> None:
    """void f(const uint8_t *in, uint8_t *out, size_t bytes, const AES_KEY *, uint8_t iv[16], int encrypt): CBC.

    SP 800-38A, section 6.2. The last ciphertext block is left in `iv`. vpaes gets its schedule from its own set-key function, the
    others a schedule of any round keys.
    """
    parameters = PARAMETERS[bits]
    if _prefix(t.routine) == "vpaes":
        key, schedule = _set_key_call(t, bits, decrypt)
        ciph = (aes.decryption if decrypt else aes.encryption)(parameters, key.elements)
    else:
        schedule, round_keys = _given_schedule(t, parameters)
        ciph = _cipher_on(parameters, round_keys, decrypt)
    source, target = _source_and_target(t, blocks, in_place)
    iv = t.region("iv", 16, 8, access="rw")
    t.call(source, target, 16 * blocks, schedule, iv, BV.const(int(not decrypt), 32))
    data = _blocks_of(source.elements)
    result = (modes.cbc_decrypt if decrypt else modes.cbc_encrypt)(ciph, iv.elements, data)
    t.ensure(target, _flat(result))
    t.ensure(iv, data[-1] if decrypt else result[-1])


def _cipher_on(parameters: aes.Parameters, round_keys: Sequence[Sequence[BV]], decrypt: bool) -> modes.BlockCipher:
    """The block cipher, or its inverse, on a schedule as memory holds it."""
    if decrypt:
        return lambda block: aes.equivalent_inverse_cipher(parameters, block, round_keys[::-1])
    return lambda block: aes.cipher(parameters, block, round_keys)


@contract(
    "aes-ctr32",
    routines=["aes_hw_ctr32_encrypt_blocks", "aes_v8_ctr32_encrypt_blocks", "vpaes_ctr32_encrypt_blocks"],
    cases=BLOCKS,
)
def aes_ctr32(t: Theorem, bits: KeyBits = 128, blocks: int = 1, in_place: bool = False) -> None:
    """void f(const uint8_t *in, uint8_t *out, size_t blocks, const AES_KEY *, const uint8_t counter[16]): CTR.

    SP 800-38A, section 6.5; the counter is the last 32 bits of the block, big-endian, and wraps there.
    """
    parameters = PARAMETERS[bits]
    if _prefix(t.routine) == "vpaes":
        key, schedule = _set_key_call(t, bits, decrypt=False)
        ciph = aes.encryption(parameters, key.elements)
    else:
        schedule, round_keys = _given_schedule(t, parameters)
        ciph = _cipher_on(parameters, round_keys, decrypt=False)
    source, target = _source_and_target(t, blocks, in_place)
    counter = t.region("counter", 16, 8)
    t.call(source, target, blocks, schedule, counter)
    t.ensure(target, _flat(modes.ctr32(ciph, counter.elements, _blocks_of(source.elements))))
