"""Whole routines on both sides: small code made here, and a sample of the real libraries' functions."""

from __future__ import annotations

from pathlib import Path

import pytest

from isa.encoding import Encoding, Fields, encodings
from isa.interface import MachineState
from lnsym.conform.coverage import SYMMETRIC, coverage, is_symmetric
from lnsym.conform.routines import Routines, TargetReport, run_routines
from lnsym.machine.image import raw_image

RET = 0xD65F03C0
LOOP = [0xD2800140, 0xF1000400, 0x54FFFFE1, RET]  # x0 = 10; x0 -= 1 while not zero
LOAD_OUTSIDE = [0xD2800001, 0x91000421, 0xF9400020, RET]  # x1 = 0 + 1; ldr x0, [x1]
FLOATING = [0x91000400, 0x1E622820, RET]  # add; fadd
ENDLESS = [0x91000400, 0x17FFFFFF]


def run(words: list[int], max_steps: int = 1000) -> TargetReport:
    image = raw_image(b"".join(word.to_bytes(4, "little") for word in words))
    report = TargetReport("code")
    report.add([Routines(image, max_steps).run(next(image.functions()), 0, seed=0)])
    return report


@pytest.mark.parametrize(
    ("words", "ending", "instructions"),
    [(LOOP, "returned", 22), (LOAD_OUTSIDE, "fault", 2), (FLOATING, "not modelled", 1), (ENDLESS, "step limit", 1000)],
)
def test_endings(words: list[int], ending: str, instructions: int) -> None:
    report = run(words)
    assert report.endings == {ending: 1}
    assert report.instructions == instructions
    assert report.mismatches == []
    assert report.passed
    assert report.returned == (ending == "returned")


def test_a_fault_is_traced_to_its_instruction(monkeypatch: pytest.MonkeyPatch) -> None:
    encoding = next(e for e in encodings() if e.module == "isa.data_processing.add_subtract_immediate")
    original = encoding.execute

    def execute(state: MachineState, f: Fields) -> None:
        original(state, f)
        if f.S and state.x(f.Rd).value == 4:
            state.set_x(f.Rd, state.x(f.Rd) + 1)

    monkeypatch.setitem(encoding.__dict__, "execute", execute)
    mismatch = run(LOOP).mismatches[0]
    assert mismatch.text == "subs x0, x0, #1"
    assert mismatch.steps == 1 + 2 * 5 + 1
    assert mismatch.differences[0] == "x0: model 0x5, Unicorn 0x4"


@pytest.mark.corpus
@pytest.mark.parametrize(("corpus", "every"), [("aws_lc", 400), ("openssl", 300)])
def test_functions_of_the_real_libraries(corpus: str, every: int, request: pytest.FixtureRequest) -> None:
    target: Path = request.getfixturevalue(corpus)
    *_, report = run_routines(target, every=every, max_steps=2000)
    assert [(m.function, m.text, m.differences) for m in report.mismatches] == []
    assert report.compared >= 20
    assert report.returned >= 5


# -- coverage of the libraries' cryptography -------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "sha512_block_data_order_hw", "SHA1_Update", "vpaes_encrypt", "bsaes_ctr32_encrypt_blocks", "aes_gcm_enc_kernel",
        "AES_set_encrypt_key", "gcm_ghash_v8_4x", "KeccakF1600_int", "sha3_keccak_f1600", "md5_block_asm_data_order",
        "ChaCha20_ctr32", "poly1305_blocks_neon", "ossl_sm3_block_data_order", "ossl_sm4_encrypt", "Camellia_encrypt",
        "DES_encrypt1", "des_ede3_cbc", "BLAKE2b_Update", "RIPEMD160_Final", "SipHash_Update", "aesgcm_encrypt", "MD5",
    ],
)  # fmt: skip
def test_names_of_symmetric_cryptography(name: str) -> None:
    assert is_symmetric(name)


@pytest.mark.parametrize(
    "name",
    ["EVP_PKEY_destroy", "describe", "SSL_shared_sigalgs", "hash_includes", "design", "phases", "cases", "shape",
     "ec_GFp_mont_mul", "x25519_scalar_mult", "RSA_verify", "ASN1_sm", "does", "modes", "s2n_cipher_aes128_gcm_new"],
)  # fmt: skip
def test_other_names(name: str) -> None:
    assert not is_symmetric(name)


def test_the_pattern_is_of_whole_words() -> None:
    assert SYMMETRIC.search("des") is not None
    assert SYMMETRIC.search("desc") is None


@pytest.mark.corpus
@pytest.mark.parametrize(("corpus", "functions"), [("aws_lc", 400), ("openssl", 600)])
def test_symmetric_cryptography_is_modelled(corpus: str, functions: int, request: pytest.FixtureRequest) -> None:
    target: Path = request.getfixturevalue(corpus)
    *_, report = coverage(target)
    assert [(f.member, f.name, [str(error) for error in f.missing]) for f in report.incomplete] == []
    assert report.functions >= functions


def test_what_is_not_modelled_is_said(tmp_path: Path) -> None:
    from lnsym.conform.coverage import reach
    from lnsym.machine.decode import Code

    words = [0xB4000060, 0x1E622820, 0x14000003, 0xD2800000, RET, 0xFFFFFFFF, RET]  # cbz x0; fadd; b; a table among it
    image = raw_image(b"".join(word.to_bytes(4, "little") for word in words))
    function = next(image.functions())
    found = reach(Code(image), function, frozenset({function.address}))
    assert [instruction.mnemonic for instruction in found.instructions] == ["cbz", "mov", "ret"]
    assert len(found.missing) == 1
    assert "fadd" in str(found.missing[0])


def test_classes_of_planted_faults_are_restored() -> None:
    encoding: Encoding = next(e for e in encodings() if e.module == "isa.data_processing.add_subtract_immediate")
    assert encoding.execute.__module__ == encoding.module
