"""The second opinion: right code agrees with its specification on Unicorn, wrong code does not."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest
from assembly import RET, SP, ZR, add, add_imm, b, image_of, ldr, mov, movz, returns_its_argument, store

import programs.contracts  # noqa: F401
from lnsym.bv import BV
from lnsym.contract import Contract, Theorem, registered
from lnsym.contract.checks import ContractError
from lnsym.machine.image import load_image
from lnsym.mutation import second_opinion as module
from lnsym.mutation.second_opinion import Opinion, second_opinion
from programs import sample_path


def opinion_of(path: Path, symbol: str, contract: str, count: int = 30, **case: object) -> Opinion:
    known = registered()[contract]
    return second_opinion(load_image(path, [symbol]), symbol, known, known.numbered(case), count, "1", 100_000)


def opinion_on(statement: object, *words: int, count: int = 30, steps: int = 100) -> Opinion:
    return second_opinion(image_of(*words), "routine", Contract("mine", statement), {}, count, "1", steps)  # type: ignore[arg-type]


RIGHT = [
    ("sha256_scalar.o", "sha256_block_scalar", "sha256-blocks"),
    ("sha512_crypto.o", "sha512_block_crypto", "sha512-blocks"),
    ("classics.o", "memcpy_loop", "memcpy_loop"),
    ("classics.o", "max_s32", "max_s32"),
]
WRONG = [
    ("sha256_block_wrong_rotation", "sha256-blocks", "should be"),
    ("abs64_wrong", "abs64", "result is"),
    ("memcpy_64_overrun", "memcpy_64", "load of 8 bytes "),
    ("memcpy_64_short", "memcpy_64", "dst["),
    ("clobbers_x19", "max_u64", "x19 is"),
]


@pytest.mark.parametrize(("sample", "symbol", "contract"), RIGHT)
def test_right_code_agrees(sample: str, symbol: str, contract: str) -> None:
    assert opinion_of(sample_path(sample), symbol, contract) == Opinion(30)


@pytest.mark.parametrize(("symbol", "contract", "text"), WRONG)
def test_wrong_code_is_told_apart(symbol: str, contract: str, text: str) -> None:
    opinion = opinion_of(sample_path("broken.o"), symbol, contract)
    assert 1 <= opinion.inputs <= 30
    assert text in opinion.difference


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("symbol", "contract"),
    [
        ("vpaes_decrypt", "aes-key-then-decrypt"),
        ("aes_hw_set_encrypt_key", "aes-set-encrypt-key"),
        ("aes_hw_ctr32_encrypt_blocks", "aes-ctr32"),
        ("KeccakF1600_int", "keccak-f1600-registers"),
        ("sha3_keccak2_f1600", "keccak-f1600-x2"),
        ("AES_encrypt", "aes-key-then-encrypt"),
    ],
)
def test_real_routines_agree(aws_lc: Path, symbol: str, contract: str) -> None:
    assert opinion_of(aws_lc, symbol, contract, 6) == Opinion(6)


@pytest.mark.corpus
@pytest.mark.parametrize("refused", ["null key", "null schedule", "bits"])
def test_refused_arguments_agree(aws_lc: Path, refused: str) -> None:
    found = opinion_of(aws_lc, "aes_hw_set_encrypt_key", "aes-set-encrypt-key", 10, refused=refused)
    assert found == Opinion(10)


def test_the_same_seed_says_the_same() -> None:
    path = sample_path("broken.o")
    assert opinion_of(path, "abs64_wrong", "abs64") == opinion_of(path, "abs64_wrong", "abs64")


def test_an_endless_loop_is_told_apart() -> None:
    assert opinion_on(returns_its_argument, b(0)) == Opinion(1, "no return within 100 instructions")


def test_a_branch_into_nothing_is_told_apart() -> None:
    assert "at 0x" in opinion_on(returns_its_argument, b(0x4000000)).difference


def test_the_stack_pointer_must_come_back() -> None:
    assert opinion_on(returns_its_argument, add_imm(SP, SP, -16), RET).difference.startswith("sp is")


def reads_the_stack(t: Theorem) -> None:
    t.call()
    t.ensure_result(0)


def test_the_stack_holds_anything() -> None:
    assert opinion_on(reads_the_stack, ldr(0, SP, -16), RET).difference
    spill = (store(ZR, SP, -16), ldr(0, SP, -16), RET)
    assert opinion_on(reads_the_stack, *spill) == Opinion(30)


def narrow_argument(t: Theorem) -> None:
    a = t.value("a", 32)
    t.call(a)
    t.ensure_result(a.zero_extend(64))


def test_the_upper_half_of_a_narrow_argument_holds_anything() -> None:
    assert opinion_on(narrow_argument, RET).difference.startswith("result is")
    widened = add_imm(0, 0, 0) & ~(1 << 31)
    assert opinion_on(narrow_argument, widened, RET) == Opinion(30)


def small_argument(t: Theorem) -> None:
    a = t.value("a", 8)
    t.assume(a.ult(4))
    t.call(a.zero_extend(64))
    t.ensure_result(a.zero_extend(64) & BV.const(3, 64))


def test_inputs_meet_the_preconditions() -> None:
    found = opinion_on(small_argument, RET, count=5)
    assert found.difference == ""
    assert found.inputs == 5


def test_read_only_memory_is_not_to_be_written() -> None:
    def statement(t: Theorem) -> None:
        t.call(t.region("src", 4, 64))
        t.ensure_result(0)

    words = (store(0, 0), movz(0, 0), RET)
    assert opinion_on(statement, *words).difference.startswith("store of 8 bytes")


def test_calls_keep_nothing_for_each_other_but_what_they_must() -> None:
    def twice(t: Theorem) -> None:
        a = t.value("a", 64)
        t.call(a)
        t.call(a)
        t.ensure_result(a + a)

    # The second call finds its argument in X0, and X9 no longer as the first one left it.
    assert opinion_on(twice, add(0, 0, 0), RET) == Opinion(30)
    assert opinion_on(twice, mov(9, 0), add(0, 0, 9), RET) == Opinion(30)
    assert opinion_on(twice, add(0, 0, 9), mov(9, 0), RET).difference
    assert opinion_on(twice, mov(19, 0), add(0, 0, 0), RET).difference.startswith("after call 0, x19 is")


def test_a_contract_with_variables_of_its_own_is_an_error() -> None:
    def statement(t: Theorem) -> None:
        t.call(t.value("a", 64))
        t.ensure_result(BV.var("mine", 64))

    with pytest.raises(ContractError, match="is no input"):
        opinion_on(statement, RET)


def test_it_shares_no_code_with_the_prover() -> None:
    imported = set()
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.ImportFrom):
            imported.add(node.module)
    assert not [name for name in imported if name and (name.startswith(("isa", "lnsym.prove")) or "state" in name)]
