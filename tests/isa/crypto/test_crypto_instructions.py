"""The cryptographic instructions put together as code puts them: on symbols they are the standards' own functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType

import pytest

from crypto_specs import aes as aes_spec
from crypto_specs import octets, sha1, sha2, sm3
from crypto_specs import sm4 as sm4_spec
from isa.crypto import (
    aes,
    four_register,
    sm4,
    three_register_imm2,
    three_register_sha,
    three_register_sha512,
    three_register_sm3_sm4,
    two_register_sha,
    two_register_sha512,
)
from isa.encoding import Fields
from isa.flags import FlagBits
from isa.lanes import join, lanes
from lnsym.bv import BV, concat, topological
from lnsym.machine.memory import Memory
from lnsym.machine.state import State

ZERO = BV.const(0, 128)

OPERATIONS: dict[str, tuple[ModuleType, dict[str, int]]] = {
    "AESE": (aes, {"opcode": 0b00100}),
    "AESD": (aes, {"opcode": 0b00101}),
    "AESMC": (aes, {"opcode": 0b00110}),
    "AESIMC": (aes, {"opcode": 0b00111}),
    "SHA1C": (three_register_sha, {"opcode": 0b000}),
    "SHA1P": (three_register_sha, {"opcode": 0b001}),
    "SHA1M": (three_register_sha, {"opcode": 0b010}),
    "SHA1SU0": (three_register_sha, {"opcode": 0b011}),
    "SHA256H": (three_register_sha, {"opcode": 0b100}),
    "SHA256H2": (three_register_sha, {"opcode": 0b101}),
    "SHA256SU1": (three_register_sha, {"opcode": 0b110}),
    "SHA1H": (two_register_sha, {"opcode": 0b00000}),
    "SHA1SU1": (two_register_sha, {"opcode": 0b00001}),
    "SHA256SU0": (two_register_sha, {"opcode": 0b00010}),
    "SHA512SU0": (two_register_sha512, {"opcode": 0b00}),
    "SM4E": (two_register_sha512, {"opcode": 0b01}),
    "SHA512SU1": (three_register_sha512, {"opcode": 0b10}),
    "SM3PARTW1": (three_register_sm3_sm4, {"opcode": 0b00}),
    "SM3PARTW2": (three_register_sm3_sm4, {"opcode": 0b01}),
    "SM4EKEY": (three_register_sm3_sm4, {"opcode": 0b10}),
    "SM3SS1": (four_register, {"Op0": 0b10}),
    "SM3TT1A": (three_register_imm2, {"opcode": 0b00}),
    "SM3TT1B": (three_register_imm2, {"opcode": 0b01}),
    "SM3TT2A": (three_register_imm2, {"opcode": 0b10}),
    "SM3TT2B": (three_register_imm2, {"opcode": 0b11}),
}


def run(name: str, d: BV, n: BV, m: BV = ZERO, a: BV = ZERO, imm2: int = 0) -> BV:
    """Vd after the instruction on these values of Vd, Vn, Vm and Va."""
    module, opcode = OPERATIONS[name]
    fields = Fields(Rd=0, Rn=1, Rm=2, Ra=3, imm2=imm2, size=0, O=0, **opcode)
    assert module.mnemonic(fields) == name
    vectors = [value.zero_extend(128) for value in (d, n, m, a)] + [ZERO] * 28
    state = State([BV.const(0, 64)] * 32, vectors, FlagBits.from_field(0), Memory(), 0)
    module.execute(state, fields)
    return state.v(0)


def symbols(name: str, count: int, width: int) -> list[BV]:
    return [BV.var(f"{name}{i}", width) for i in range(count)]


def vectors_of(words: Sequence[BV]) -> list[BV]:
    """The words four (or, of 64 bits, two) to a vector, the first in lane 0."""
    step = 128 // words[0].width
    return [join(words[i : i + step]) for i in range(0, len(words), step)]


def constants(values: Sequence[int]) -> BV:
    return join([BV.const(value, 128 // len(values)) for value in values])


# AES


def test_aes_sboxes_are_those_of_the_standards() -> None:
    assert aes.SBOX.entries[:16] == tuple(bytes.fromhex("637c777bf26b6fc53001672bfed7ab76"))
    assert aes.SBOX is aes_spec.SBOX
    assert aes.INVERSE_SBOX is aes_spec.INV_SBOX
    assert sm4.SBOX is sm4_spec.SBOX


def test_aes_encrypts_and_decrypts_the_example_of_fips_197() -> None:
    key = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
    plaintext, ciphertext = "3243f6a8885a308d313198a2e0370734", "3925841d02dc09fbdc118597196a0b32"
    round_keys = [octets.little_endian(k) for k in aes_spec.key_expansion(aes_spec.AES128, octets.from_bytes(key))]

    block = octets.little_endian(octets.from_bytes(bytes.fromhex(plaintext)))
    for round_key in round_keys[:9]:
        block = run("AESMC", ZERO, run("AESE", block, round_key))
    block = run("AESE", block, round_keys[9]) ^ round_keys[10]
    assert octets.to_bytes(octets.little_endian_octets(block)).hex() == ciphertext

    decryption_keys = [run("AESIMC", ZERO, k) for k in reversed(round_keys[1:10])]
    block = run("AESD", block, round_keys[10])
    for round_key in decryption_keys:
        block = run("AESD", run("AESIMC", ZERO, block), round_key)
    assert octets.to_bytes(octets.little_endian_octets(block ^ round_keys[0])).hex() == plaintext


def test_aes_round_on_symbols_is_the_standards() -> None:
    x, key = BV.var("x", 128), BV.var("key", 128)
    state = lanes(x ^ key, 8)
    substituted = run("AESE", x, key)
    assert substituted is join(aes_spec.shift_rows(aes_spec.sub_bytes(state)))
    assert run("AESMC", ZERO, substituted) is join(aes_spec.mix_columns(aes_spec.shift_rows(aes_spec.sub_bytes(state))))
    assert run("AESD", x, key) is join(aes_spec.inv_shift_rows(aes_spec.inv_sub_bytes(state)))


def test_mix_columns_has_no_choice_on_symbols() -> None:
    mixed = [lanes(run(name, ZERO, BV.var("x", 128)), 8) for name in ("AESMC", "AESIMC")]
    assert {node.op for node in topological(mixed[0] + mixed[1])} == {"anf", "extract", "var"}


def test_inverse_mix_columns_undoes_mix_columns() -> None:
    vector = constants(range(0, 256, 16))
    assert run("AESIMC", ZERO, run("AESMC", ZERO, vector)) is vector


# SHA-1 and SHA-2: the terms are the standard's, as nodes


def sha256_of_instructions(state: Sequence[BV], block: Sequence[BV]) -> list[BV]:
    abcd, efgh = first = vectors_of(state)
    w = vectors_of(block)
    for i in range(16):
        if i >= 4:
            w.append(run("SHA256SU1", run("SHA256SU0", w[i - 4], w[i - 3]), w[i - 2], w[i - 1]))
        words = join([x + k for x, k in zip(lanes(w[i], 32), sha2.SHA256.k[4 * i : 4 * i + 4], strict=True)])
        abcd, efgh = run("SHA256H", abcd, efgh, words), run("SHA256H2", efgh, abcd, words)
    return [
        x + y
        for old, new in zip(first, (abcd, efgh), strict=True)
        for x, y in zip(lanes(old, 32), lanes(new, 32), strict=True)
    ]


def sha1_of_instructions(state: Sequence[BV], block: Sequence[BV]) -> list[BV]:
    abcd, e = join(state[:4]), state[4]
    w = vectors_of(block)
    for i in range(20):
        if i >= 4:
            w.append(run("SHA1SU1", run("SHA1SU0", w[i - 4], w[i - 3], w[i - 2]), w[i - 1]))
        words = join([x + sha1.k(4 * i) for x in lanes(w[i], 32)])
        name = ("SHA1C", "SHA1P", "SHA1M", "SHA1P")[i // 5]
        abcd, e = run(name, abcd, e, words), run("SHA1H", ZERO, abcd)[31:0]
    return [old + new for old, new in zip(state, [*lanes(abcd, 32), e], strict=True)]


@pytest.mark.parametrize(
    ("instructions", "standard", "words"),
    [
        pytest.param(sha1_of_instructions, sha1.compress, 5, id="SHA-1"),
        pytest.param(sha256_of_instructions, lambda s, b: sha2.compress(sha2.SHA256, s, b), 8, id="SHA-256"),
    ],
)
def test_sha_instructions_on_symbols_are_the_compression_function(
    instructions: Callable[[Sequence[BV], Sequence[BV]], list[BV]],
    standard: Callable[[Sequence[BV], Sequence[BV]], list[BV]],
    words: int,
) -> None:
    state, block = symbols("h", words, 32), symbols("m", 16, 32)
    assert instructions(state, block) == standard(state, block)


def test_sha512_schedule_on_symbols_is_the_standards() -> None:
    block = symbols("m", 16, 64)
    w = vectors_of(block)
    for i in range(8, 40):
        between = concat(w[i - 3][63:0], w[i - 4][127:64])  # EXT: words 2i - 7 and 2i - 6
        w.append(run("SHA512SU1", run("SHA512SU0", w[i - 8], w[i - 7]), w[i - 1], between))
    assert [word for vector in w for word in lanes(vector, 64)] == sha2.message_schedule(sha2.SHA512, block)


# SM3 and SM4


def sm3_of_instructions(state: Sequence[BV], block: Sequence[BV]) -> list[BV]:
    abcd, efgh = join(state[3::-1]), join(state[:3:-1])  # a and e in lane 3
    w = vectors_of(block)
    for i in range(16):
        s0, s1, s2, s3 = w[i : i + 4]
        partial = run("SM3PARTW1", concat(s2[95:0], s1[127:96]), s0, s3)
        w.append(run("SM3PARTW2", partial, concat(s3[63:0], s2[127:64]), concat(s1[95:0], s0[127:96])))
        kind = "A" if i < 4 else "B"
        for lane in range(4):
            j = 4 * i + lane
            constant = concat(sm3.t(j).rotate_left(j % 32), BV.const(0, 96))
            ss1 = run("SM3SS1", ZERO, abcd, constant, efgh)
            abcd, efgh = (
                run("SM3TT1" + kind, abcd, ss1, s0 ^ s1, imm2=lane),
                run("SM3TT2" + kind, efgh, ss1, s0, imm2=lane),
            )
    new = lanes(abcd, 32)[::-1] + lanes(efgh, 32)[::-1]
    return [x ^ y for x, y in zip(state, new, strict=True)]


def test_sm3_instructions_hash_the_example_of_the_standard() -> None:
    digest = sm3_of_instructions(sm3.initial_state(), sm3.pad(b"abc"))
    expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert "".join(f"{word.value:08x}" for word in digest) == expected


def test_sm3_rounds_on_symbols_are_the_standards() -> None:
    """The rounds alone: SM3PARTW1 and 2 make every fourth schedule word in two halves, whose sum is another term."""
    v = symbols("v", 8, 32)
    words, primes = symbols("w", 4, 32), symbols("p", 4, 32)
    for kind, first in (("A", 0), ("B", 16)):
        a, b, c, d, e, f, g, h = v
        abcd, efgh = join([d, c, b, a]), join([h, g, f, e])
        for lane, (word, prime) in enumerate(zip(words, primes, strict=True)):
            j = first + lane
            constant = sm3.t(j).rotate_left(j % 32)
            ss1 = (a.rotate_left(12) + e + constant).rotate_left(7)
            tt1 = sm3.ff(j, a, b, c) + d + (ss1 ^ a.rotate_left(12)) + prime
            tt2 = sm3.gg(j, e, f, g) + h + ss1 + word
            a, b, c, d = tt1, a, b.rotate_left(9), c
            e, f, g, h = sm3.p0(tt2), e, f.rotate_left(19), g
            vector = run("SM3SS1", ZERO, abcd, concat(constant, BV.const(0, 96)), efgh)
            abcd, efgh = (
                run("SM3TT1" + kind, abcd, vector, join(primes), imm2=lane),
                run("SM3TT2" + kind, efgh, vector, join(words), imm2=lane),
            )
        assert (abcd, efgh) == (join([d, c, b, a]), join([h, g, f, e]))


def test_sm4_instructions_encrypt_the_example_of_the_standard() -> None:
    message = octets.from_bytes(bytes.fromhex("0123456789abcdeffedcba9876543210"))
    words = sm4_spec.words(message)
    keys, block = join([word ^ fk for word, fk in zip(words, sm4_spec.FK, strict=True)]), join(words)
    for i in range(0, 32, 4):
        keys = run("SM4EKEY", ZERO, keys, constants(sm4_spec.CK[i : i + 4]))
        block = run("SM4E", block, keys)
    encrypted = "".join(f"{word.value:08x}" for word in reversed(lanes(block, 32)))
    assert encrypted == "681edf34d206965e86b3e94f536e4246"


def test_sm4_rounds_on_symbols_are_the_standards() -> None:
    words, keys = symbols("x", 4, 32), symbols("k", 4, 32)
    x = list(words)
    for key in keys:
        x.append(sm4_spec.round_function(*x[-4:], key))
    assert run("SM4E", join(words), join(keys)) is join(x[4:])
