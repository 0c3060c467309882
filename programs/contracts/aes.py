"""AES: key schedules and single blocks; the modes are in `aes_modes`.

Libraries keep a schedule in a structure of sixty 32-bit words of round keys and one with the number of rounds, at byte 240. What the
words are is a routine's own business where it is not FIPS 197's schedule (vpaes keeps it in another basis, bitsliced code in
another order); then the theorem is about setting the key and using it.
"""

from __future__ import annotations

from collections.abc import Sequence

from crypto_specs import aes
from lnsym.bv import BV
from lnsym.contract import Block, Theorem, contract
from programs.contracts.block_keys import REFUSED, SIZES, KeyBits, Refused, refusal
from programs.contracts.block_modes import source_and_target

PARAMETERS = {128: aes.AES128, 192: aes.AES192, 256: aes.AES256}
SCHEDULE_BYTES = 244
ROUNDS_AT = 240


SIZES_AND_PLACES = [{"bits": bits, "in_place": in_place} for bits in PARAMETERS for in_place in (False, True)]


def _key_and_schedule(t: Theorem, bits: int) -> tuple[Block, Block]:
    key = t.region("key", bits // 8, 8)
    return key, t.region("schedule", SCHEDULE_BYTES, 8, access="rw", alignment=4)


def _schedule_bytes(parameters: aes.Parameters, round_keys: Sequence[Sequence[BV]]) -> list[BV | None]:
    """A schedule in memory: the round keys one after the other, the number of rounds, nothing said of the rest."""
    expected: list[BV | None] = [byte for round_key in round_keys for byte in round_key]
    expected += [None] * (ROUNDS_AT - len(expected))
    return expected + [BV.const(parameters.nr >> shift, 8) for shift in (0, 8, 16, 24)]


def _set_key(t: Theorem, bits: int, refused: Refused, decrypt: bool) -> None:
    key, schedule = _key_and_schedule(t, bits)
    if refused:
        refusal(t, key, schedule, refused)
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


def given_schedule(t: Theorem, parameters: aes.Parameters, name: str = "schedule") -> tuple[Block, list[Sequence[BV]]]:
    """A schedule of any round keys, and these, in the order of memory."""
    rounds = {ROUNDS_AT + i: parameters.nr >> 8 * i & 0xFF for i in range(4)}
    schedule = t.region(name, SCHEDULE_BYTES, 8, alignment=4, fixed=rounds)
    return schedule, [schedule.elements[16 * r : 16 * r + 16] for r in range(parameters.nr + 1)]


@contract("aes-encrypt", routines=["aes_hw_encrypt", "aes_v8_encrypt"], cases=SIZES_AND_PLACES)
def aes_encrypt(t: Theorem, bits: KeyBits = 128, in_place: bool = False) -> None:
    """void f(const uint8_t in[16], uint8_t out[16], const AES_KEY *schedule): Cipher. FIPS 197, section 5.1."""
    schedule, round_keys = given_schedule(t, PARAMETERS[bits])
    source, target = source_and_target(t, 16, in_place)
    t.call(source, target, schedule)
    t.ensure(target, aes.cipher(PARAMETERS[bits], source.elements, round_keys))


@contract("aes-decrypt", routines=["aes_hw_decrypt", "aes_v8_decrypt"], cases=SIZES_AND_PLACES)
def aes_decrypt(t: Theorem, bits: KeyBits = 128, in_place: bool = False) -> None:
    """EqInvCipher on a schedule that holds the last round key first. FIPS 197, section 5.3.5."""
    schedule, round_keys = given_schedule(t, PARAMETERS[bits])
    source, target = source_and_target(t, 16, in_place)
    t.call(source, target, schedule)
    t.ensure(target, aes.equivalent_inverse_cipher(PARAMETERS[bits], source.elements, round_keys[::-1]))


PREFIXES = ["vpaes", "aes_nohw", "AES", "aes_v8", "aes_hw"]


def prefix(routine: str) -> str:
    """`vpaes` of `vpaes_encrypt`."""
    return next((p for p in sorted(PREFIXES, key=len, reverse=True) if routine.startswith(p + "_")), "AES")


def set_key_call(t: Theorem, bits: int, decrypt: bool) -> tuple[Block, Block]:
    """Set the key by the routine's own function, and keep what it makes of it for the next call."""
    key, schedule = _key_and_schedule(t, bits)
    t.leave_unspecified(schedule)
    t.keep_globals()  # what the processor can do chooses the schedule's format, in both calls alike
    direction = "decrypt" if decrypt else "encrypt"
    t.call(key, BV.const(bits, 32), schedule, symbol=f"{prefix(t.routine)}_set_{direction}_key")
    return key, schedule


@contract(
    "aes-key-then-encrypt",
    routines=[f"{p}_{f}" for p in PREFIXES[:3] for f in ("encrypt", "set_encrypt_key")],
    cases=SIZES_AND_PLACES,
)
def aes_key_then_encrypt(t: Theorem, bits: KeyBits = 128, in_place: bool = False) -> None:
    """Setting a key and encrypting one block is Cipher under that key. FIPS 197, sections 5.1 and 5.2."""
    key, schedule = set_key_call(t, bits, decrypt=False)
    source, target = source_and_target(t, 16, in_place)
    t.call(source, target, schedule, symbol=f"{prefix(t.routine)}_encrypt")
    t.ensure(target, aes.encryption(PARAMETERS[bits], key.elements)(source.elements))


@contract(
    "aes-key-then-decrypt",
    routines=[f"{p}_{f}" for p in PREFIXES[:3] for f in ("decrypt", "set_decrypt_key")],
    cases=SIZES_AND_PLACES,
)
def aes_key_then_decrypt(t: Theorem, bits: KeyBits = 128, in_place: bool = False) -> None:
    """Setting a key and decrypting one block is InvCipher under that key. FIPS 197, sections 5.2 and 5.3."""
    key, schedule = set_key_call(t, bits, decrypt=True)
    source, target = source_and_target(t, 16, in_place)
    t.call(source, target, schedule, symbol=f"{prefix(t.routine)}_decrypt")
    t.ensure(target, aes.decryption(PARAMETERS[bits], key.elements)(source.elements))
