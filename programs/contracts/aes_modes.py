"""AES in the modes ECB, CBC, CFB, OFB, CTR and XTS, on whole blocks; XTS steals for a rest too.

A routine whose schedule is FIPS 197's gets one of any round keys; the others get what their own function makes of a key.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from crypto_specs import aes, modes, xts
from lnsym.bv import BV
from lnsym.contract import ANY, Block, Count, Theorem, contract
from programs.contracts.aes import PARAMETERS, PREFIXES, given_schedule, prefix, set_key_call
from programs.contracts.block_keys import KeyBits
from programs.contracts.block_modes import (
    PLACES,
    WAYS,
    blocks_of,
    cbc,
    cfb,
    ctr128,
    flat,
    ofb,
    one_block,
    source_and_target,
)

XtsBits: TypeAlias = Literal[128, 256]
"""The sizes of either key of XTS-AES."""

BLOCKS = [{"bits": 128, "blocks": blocks} for blocks in range(1, 10)] + [
    {"bits": bits, "blocks": 1} for bits in (192, 256)
]
SOME_BLOCKS = [case for case in BLOCKS if case["blocks"] in (1, 2, 3, 6, 9)]
SIZES = [{"bits": bits} for bits in (128, 192, 256)]
FEW_BLOCKS = [{"blocks": blocks} for blocks in (1, 2)]
XTS_SIZES = [{"size": size} for size in (16, 32, 48, 96, 144, 40)]
"""Among them one block, one round of loops of five blocks and what may be left after it, and a rest of octets."""


def _schedule_and_cipher(t: Theorem, bits: int, decrypt: bool = False) -> tuple[Block, modes.BlockCipher]:
    """A schedule as the routine's library has it, and the block cipher under it, or its inverse."""
    parameters = PARAMETERS[bits]
    if prefix(t.routine) in PREFIXES[:3]:
        key, schedule = set_key_call(t, bits, decrypt)
        return schedule, (aes.decryption if decrypt else aes.encryption)(parameters, key.elements)
    schedule, round_keys = given_schedule(t, parameters)
    return schedule, _cipher_on(parameters, round_keys, decrypt)


def _cipher_on(parameters: aes.Parameters, round_keys: Sequence[Sequence[BV]], decrypt: bool) -> modes.BlockCipher:
    """The block cipher, or its inverse, on a schedule as memory holds it."""
    if decrypt:
        return lambda block: aes.equivalent_inverse_cipher(parameters, block, round_keys[::-1])
    return lambda block: aes.cipher(parameters, block, round_keys)


@contract(
    "aes-ecb",
    routines=["aes_v8_ecb_encrypt"],
    cases=[{**case, **way} for way in WAYS for case in SOME_BLOCKS],
)
def aes_ecb(t: Theorem, bits: KeyBits = 128, blocks: Count = 1, decrypt: bool = False, in_place: bool = False) -> None:
    """void f(const uint8_t *in, uint8_t *out, size_t bytes, const AES_KEY *, int encrypt): ECB. SP 800-38A, section 6.1."""
    schedule, ciph = _schedule_and_cipher(t, bits, decrypt)
    n = t.count("blocks", blocks, least=1)
    source, target = source_and_target(t, 16 * n, in_place)
    t.call(source, target, 16 * n, schedule, BV.const(int(not decrypt), 32))
    t.ensure_each(target, 16, lambda k: modes.ecb(ciph, [source.part(k, 16)])[0])


def _ecb_one_way(t: Theorem, bits: KeyBits, blocks: int, decrypt: bool, in_place: bool) -> None:
    schedule, ciph = _schedule_and_cipher(t, bits, decrypt)
    source, target = source_and_target(t, 16 * blocks, in_place)
    t.call(source, target, 16 * blocks, schedule)
    t.ensure(target, flat(modes.ecb(ciph, blocks_of(16, source.elements))))


@contract("aes-ecb-encrypt", routines=["vpaes_ecb_encrypt"], cases=FEW_BLOCKS)
def aes_ecb_encrypt(t: Theorem, bits: KeyBits = 128, blocks: int = 1, in_place: bool = False) -> None:
    """void f(const uint8_t *in, uint8_t *out, size_t bytes, const AES_KEY *): ECB. SP 800-38A, section 6.1."""
    _ecb_one_way(t, bits, blocks, False, in_place)


@contract("aes-ecb-decrypt", routines=["vpaes_ecb_decrypt"], cases=FEW_BLOCKS)
def aes_ecb_decrypt(t: Theorem, bits: KeyBits = 128, blocks: int = 1, in_place: bool = False) -> None:
    """The same with the inverse cipher. OpenSSL's is wrong for an odd number of blocks: openssl/openssl#30341."""
    _ecb_one_way(t, bits, blocks, True, in_place)


@contract("aes-ecb-one-block", routines=["AES_ecb_encrypt"], cases=WAYS, links=["AES_encrypt"])
def aes_ecb_one_block(t: Theorem, bits: KeyBits = 128, decrypt: bool = False, in_place: bool = False) -> None:
    """void f(const uint8_t in[16], uint8_t out[16], const AES_KEY *, int encrypt): one block. SP 800-38A, section 6.1."""
    schedule, ciph = _schedule_and_cipher(t, bits, decrypt)
    one_block(t, 16, [schedule], ciph, decrypt, in_place)


def _cbc(t: Theorem, bits: KeyBits, blocks: Count, decrypt: bool, in_place: bool) -> None:
    schedule, ciph = _schedule_and_cipher(t, bits, decrypt)
    cbc(t, 16, [schedule], ciph, blocks, decrypt, in_place)


@contract(
    "aes-cbc",
    routines=["aes_hw_cbc_encrypt", "vpaes_cbc_encrypt"],
    cases=[{**case, **way, **place} for way in WAYS for case in SIZES for place in PLACES],
)
def aes_cbc(
    t: Theorem, bits: KeyBits = 128, blocks: Count = ANY, decrypt: bool = False, in_place: bool = False
) -> None:
    """void f(const uint8_t *in, uint8_t *out, size_t bytes, const AES_KEY *, uint8_t iv[16], int encrypt): CBC.

    SP 800-38A, section 6.2. The last ciphertext block is left in `iv`.
    """
    _cbc(t, bits, blocks, decrypt, in_place)


@contract(
    "aes-cbc-interleaved",
    routines=["aes_v8_cbc_encrypt"],
    cases=[
        *[{**case, **place} for case in SIZES for place in PLACES],
        *[{**case, "decrypt": True} for case in BLOCKS],
    ],
)
def aes_cbc_interleaved(
    t: Theorem, bits: KeyBits = 128, blocks: Count = ANY, decrypt: bool = False, in_place: bool = False
) -> None:
    """The same of code that decrypts five blocks at a time, which is proved for a number of blocks; encryption for any."""
    _cbc(t, bits, blocks, decrypt, in_place)


@contract(
    "aes-cbc-compiled",
    routines=["aes_nohw_cbc_encrypt", "AES_cbc_encrypt"],
    cases=WAYS,
    links=["AES_encrypt", "CRYPTO_cbc128_encrypt"],
)
def aes_cbc_compiled(
    t: Theorem, bits: KeyBits = 128, blocks: int = 1, decrypt: bool = False, in_place: bool = False
) -> None:
    """The same of compiled code, which takes longer to prove: one block each way."""
    _cbc(t, bits, blocks, decrypt, in_place)


def _ctr32(t: Theorem, bits: KeyBits, blocks: Count, in_place: bool) -> None:
    schedule, ciph = _schedule_and_cipher(t, bits)
    n = t.count("blocks", blocks, least=1)
    source, target = source_and_target(t, 16 * n, in_place)
    counter = t.region("counter", 16, 8)
    t.call(source, target, n, schedule, counter)
    t.ensure_each(
        target, 16, lambda k: modes.ctr32(ciph, modes.advanced(32, counter.elements, k), [source.part(k, 16)])[0]
    )


@contract(
    "aes-ctr32",
    routines=["aes_hw_ctr32_encrypt_blocks", "vpaes_ctr32_encrypt_blocks"],
    cases=[{**case, **place} for case in SIZES for place in PLACES],
)
def aes_ctr32(t: Theorem, bits: KeyBits = 128, blocks: Count = ANY, in_place: bool = False) -> None:
    """void f(const uint8_t *in, uint8_t *out, size_t blocks, const AES_KEY *, const uint8_t counter[16]): CTR.

    SP 800-38A, section 6.5; the counter is the last 32 bits of the block, big-endian, and wraps there.
    """
    _ctr32(t, bits, blocks, in_place)


@contract("aes-ctr32-fixed", routines=["aes_v8_ctr32_encrypt_blocks"], cases=BLOCKS)
def aes_ctr32_fixed(t: Theorem, bits: KeyBits = 128, blocks: int = 1, in_place: bool = False) -> None:
    """The same of code whose loops of several strides are not proved for any number of blocks yet."""
    _ctr32(t, bits, blocks, in_place)


@contract("aes-ctr32-compiled", routines=["aes_nohw_ctr32_encrypt_blocks"])
def aes_ctr32_compiled(t: Theorem, bits: KeyBits = 128, blocks: int = 1, in_place: bool = False) -> None:
    """The same of compiled code, which takes longer to prove: one block."""
    _ctr32(t, bits, blocks, in_place)


@contract("aes-cfb", routines=["AES_cfb128_encrypt"], cases=WAYS, links=["AES_encrypt", "CRYPTO_cfb128_encrypt"])
def aes_cfb(t: Theorem, bits: KeyBits = 128, blocks: int = 1, decrypt: bool = False, in_place: bool = False) -> None:
    """void f(const uint8_t *in, uint8_t *out, size_t bytes, const AES_KEY *, uint8_t iv[16], int *num, int encrypt)."""
    schedule, ciph = _schedule_and_cipher(t, bits)
    cfb(t, 16, schedule, ciph, blocks, decrypt, in_place)


@contract("aes-ofb", routines=["AES_ofb128_encrypt"], links=["AES_encrypt", "CRYPTO_ofb128_encrypt"])
def aes_ofb(t: Theorem, bits: KeyBits = 128, blocks: int = 1, in_place: bool = False) -> None:
    """void f(const uint8_t *in, uint8_t *out, size_t bytes, const AES_KEY *, uint8_t iv[16], int *num)."""
    schedule, ciph = _schedule_and_cipher(t, bits)
    ofb(t, 16, schedule, ciph, blocks, in_place)


@contract("aes-ctr128", routines=["AES_ctr128_encrypt"])
def aes_ctr128(t: Theorem, bits: KeyBits = 128, blocks: int = 1, in_place: bool = False) -> None:
    """void f(in, out, size_t bytes, const AES_KEY *, uint8_t counter[16], uint8_t keystream[16], unsigned *num)."""
    schedule, ciph = _schedule_and_cipher(t, bits)
    ctr128(t, schedule, ciph, blocks, in_place)


def _xts(t: Theorem, bits: XtsBits, size: int, decrypt: bool, in_place: bool) -> None:
    parameters = PARAMETERS[bits]
    data_schedule, data_keys = given_schedule(t, parameters)
    tweak_schedule, tweak_keys = given_schedule(t, parameters, "tweak_schedule")
    source, target = source_and_target(t, size, in_place)
    tweak = t.region("tweak", 16, 8)
    t.call(source, target, size, data_schedule, tweak_schedule, tweak)
    ciph, tweak_ciph = _cipher_on(parameters, data_keys, decrypt), _cipher_on(parameters, tweak_keys, False)
    result = (xts.decrypt if decrypt else xts.encrypt)(ciph, tweak_ciph, tweak.elements, source.elements)
    t.ensure(target, result)


@contract("aes-xts-encrypt", routines=["aes_hw_xts_encrypt", "aes_v8_xts_encrypt"], cases=XTS_SIZES)
def aes_xts_encrypt(t: Theorem, bits: XtsBits = 256, size: int = 16, in_place: bool = False) -> None:
    """void f(const uint8_t *in, uint8_t *out, size_t size, const AES_KEY *data, const AES_KEY *tweak, const uint8_t i[16]).

    IEEE Std 1619-2007, section 5.3. AWS-LC's is for keys of 256 bits only.
    """
    _xts(t, bits, size, False, in_place)


@contract("aes-xts-decrypt", routines=["aes_hw_xts_decrypt", "aes_v8_xts_decrypt"], cases=XTS_SIZES)
def aes_xts_decrypt(t: Theorem, bits: XtsBits = 256, size: int = 16, in_place: bool = False) -> None:
    """The same with the schedule of the equivalent inverse cipher for the data. IEEE Std 1619-2007, section 5.4."""
    _xts(t, bits, size, True, in_place)
