"""The same specification on numbers and on symbols: its terms, evaluated, are what the numbers give."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from crypto_specs import (
    aes,
    aria,
    blake2,
    camellia,
    chacha,
    crc32,
    des,
    gcm,
    keccak,
    md5,
    modes,
    octets,
    poly1305,
    ripemd160,
    salsa,
    seed,
    sha1,
    sha2,
    siphash,
    sm3,
    sm4,
    whirlpool,
    xts,
)
from lnsym.bv import BV, concat, evaluate, rewrite_level


@dataclass(frozen=True)
class Specification:
    """A specification as one function of a list of words to a list of words."""

    inputs: int
    width: int
    function: Callable[[Sequence[BV]], list[BV]]


def cipher_of(parameters: aes.Parameters) -> Specification:
    return Specification(
        16 + 4 * parameters.nk, 8, lambda x: aes.cipher(parameters, x[:16], aes.key_expansion(parameters, x[16:]))
    )


def cbc_and_ctr(x: Sequence[BV]) -> list[BV]:
    round_keys = [x[at : at + 16] for at in range(0, 176, 16)]
    iv, *data = [x[at : at + 16] for at in range(176, 224, 16)]
    encrypted = modes.cbc_encrypt(lambda block: aes.cipher(aes.AES128, block, round_keys), iv, data)
    counted = modes.ctr32(lambda block: aes.cipher(aes.AES128, block, round_keys), iv, data)
    return [byte for block in encrypted + counted for byte in block]


def other_modes(x: Sequence[BV]) -> list[BV]:
    """ECB, CFB, OFB and XTS over SM4."""
    round_keys = sm4.key_expansion(x[:16])
    iv, *data = [x[at : at + 16] for at in range(16, 64, 16)]

    def ciph(block: Sequence[BV]) -> list[BV]:
        return sm4.encrypt(block, round_keys)

    results = [modes.ecb(ciph, data), modes.cfb_encrypt(ciph, iv, data), modes.ofb(ciph, iv, data)]
    stolen = xts.encrypt(ciph, ciph, iv, x[32:60])
    return [byte for result in results for block in result for byte in block] + stolen


SPECIFICATIONS = {
    "sha1": Specification(21, 32, lambda x: sha1.compress(x[:5], x[5:])),
    "sha256": Specification(24, 32, lambda x: sha2.compress(sha2.SHA256, x[:8], x[8:])),
    "sha512": Specification(24, 64, lambda x: sha2.compress(sha2.SHA512, x[:8], x[8:])),
    "sha512, two blocks": Specification(40, 64, lambda x: sha2.compress_blocks(sha2.SHA512, x[:8], x[8:])),
    "aes-128": cipher_of(aes.AES128),
    "aes-192": cipher_of(aes.AES192),
    "aes-256": cipher_of(aes.AES256),
    "aes-128, inverse": Specification(
        32, 8, lambda x: aes.inverse_cipher(aes.AES128, x[:16], aes.key_expansion(aes.AES128, x[16:]))
    ),
    "aes-128, equivalent inverse": Specification(
        32,
        8,
        lambda x: aes.equivalent_inverse_cipher(
            aes.AES128, x[:16], aes.equivalent_inverse_key_schedule(aes.AES128, x[16:])
        ),
    ),
    "cbc and ctr32": Specification(224, 8, cbc_and_ctr),
    "ecb, cfb, ofb and xts": Specification(64, 8, other_modes),
    "seed": Specification(32, 8, lambda x: seed.encrypt(x[:16], seed.key_schedule(x[16:]))),
    "camellia-192": Specification(40, 8, lambda x: camellia.encrypt(x[:16], camellia.key_schedule(x[16:]))),
    "aria-192": Specification(40, 8, lambda x: aria.crypt(x[:16], aria.encryption_keys(x[16:]))),
    "tdea": Specification(4, 64, lambda x: [des.tdea_encrypt(x[0], [des.key_schedule(key) for key in x[1:]])]),
    "keccak-f[1600]": Specification(25, 64, keccak.keccak_f1600),
    "ghash": Specification(4, 128, lambda x: [gcm.ghash(x[0], x[1:3], x[3])]),
    "chacha20": Specification(16, 32, chacha.permute_and_add),
    "salsa20": Specification(16, 32, salsa.core),
    "hsalsa20": Specification(12, 32, lambda x: salsa.hsalsa20(x[:8], x[8:])),
    "hchacha20": Specification(12, 32, lambda x: chacha.hchacha20(x[:8], x[8:])),
    "poly1305": Specification(52, 8, lambda x: poly1305.mac(x[:32], x[32:])),
    "md5": Specification(20, 32, lambda x: md5.compress(x[:4], x[4:])),
    "ripemd160": Specification(21, 32, lambda x: ripemd160.compress(x[:5], x[5:])),
    "sm3": Specification(24, 32, lambda x: sm3.compress(x[:8], x[8:])),
    "blake2b": Specification(
        26, 64, lambda x: blake2.compress(blake2.BLAKE2B, x[:8], x[8:24], concat(x[24], x[25]), f=True)
    ),
    "blake2s": Specification(
        26, 32, lambda x: blake2.compress(blake2.BLAKE2S, x[:8], x[8:24], concat(x[24], x[25]), f=False)
    ),
    "siphash": Specification(4, 64, lambda x: siphash.siphash_128(x[:2], octets.little_endian_octets(x[2])[:7] * 3)),
    "whirlpool": Specification(128, 8, lambda x: whirlpool.compress(x[:64], x[64:])),
    "crc-32": Specification(12, 8, lambda x: [crc32.crc(crc32.CRC32, x[4:], concat(*x[:4]))]),
    "sm4": Specification(32, 8, lambda x: sm4.encrypt(x[:16], sm4.key_expansion(x[16:]))),
}


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("name", SPECIFICATIONS)
def test_terms_evaluate_to_what_numbers_give(name: str, level: int) -> None:
    specification = SPECIFICATIONS[name]
    width, names = specification.width, [f"x{i}" for i in range(specification.inputs)]
    generator = random.Random(name)
    words = [BV.var(x, width) for x in names]
    samples = [{x: generator.getrandbits(width) for x in words} for _ in range(3)]
    samples.append(dict.fromkeys(words, 0))
    samples.append(dict.fromkeys(words, (1 << width) - 1))
    with rewrite_level(level):
        results = specification.function(words)
    for sample, values in zip(samples, evaluate(results, samples), strict=True):
        numbers = specification.function([BV.const(value, width) for value in sample.values()])
        assert values == tuple(number.value for number in numbers)


def test_blocks_may_be_part_symbol_part_number() -> None:
    block = [BV.var(f"b{i}", 8) if i % 2 else BV.const(i, 8) for i in range(16)]
    round_keys = aes.key_expansion(aes.AES128, octets.from_bytes(bytes(16)))
    (values,) = evaluate(aes.cipher(aes.AES128, block, round_keys), [{BV.var(f"b{i}", 8): i for i in range(16)}])
    assert list(values) == [b.value for b in aes.cipher(aes.AES128, octets.from_bytes(bytes(range(16))), round_keys)]
