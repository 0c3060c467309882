"""Two routines against each other: equal ones are proved, others refuted on an input that both were run on; nothing rests on garbage."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import pytest
from assembly import (
    ALLOC,
    FADD,
    HS,
    LO,
    NE,
    NOP,
    RET,
    SP,
    ObjectWriter,
    add,
    add_imm,
    adr,
    b,
    b_cond,
    br,
    cbz,
    cmp,
    cmp_imm,
    eor,
    image_of,
    ldr,
    mov,
    movz,
    object_of,
    store,
    word,
)

import programs.contracts  # noqa: F401
from isa.encoding import Fields, classify
from isa.interface import MachineState
from lnsym import session
from lnsym.bv import BV, live_terms, variables
from lnsym.bv.names import by_name
from lnsym.contract import Contract, Theorem, registered
from lnsym.contract.checks import ContractError
from lnsym.contract.obligations import Obligation
from lnsym.contract.registry import ContractFunction
from lnsym.contract.routines import Choice, ContractsDiffer, Images, contract_for
from lnsym.errors import ToolFault
from lnsym.machine import decode
from lnsym.machine.decode import UnmodelledInstruction
from lnsym.machine.endings import EndOfPath
from lnsym.machine.image import Image, load_image
from lnsym.machine.origins import (
    Byte,
    Element,
    GeneralRegister,
    OfSecond,
    Pointer,
    Stack,
    Value,
    flag,
    general_register,
    vector_register,
)
from lnsym.machine.paths import StepLimit, UndefinedCall, UnknownTarget
from lnsym.prove import smt
from lnsym.prove.assumptions import ASSUMPTIONS
from lnsym.prove.equivalence import comparison
from lnsym.prove.equivalence.comparison import Equivalence, RoutineInImage, compare, labels
from lnsym.prove.equivalence.interfaces import InterfacesDiffer
from lnsym.prove.equivalence.product import Product
from lnsym.prove.judge import under_preconditions
from lnsym.prove.methods import structural
from lnsym.prove.refutation import ModelFault
from lnsym.prove.verify import Options
from lnsym.run import exploration
from lnsym.run.setup import Setup
from lnsym.show.equivalence import Comparing, json_report, lines
from programs import sample_path

Code: TypeAlias = Sequence[int]

CSET_EQ = word("data_processing.conditional_select", sf=1, op2=1, Rm=31, cond=NE, Rn=31, Rd=0)
"""CSET X0, EQ."""


def takes_and_returns(t: Theorem) -> None:
    """uint64_t f(uint64_t a), with no word about what it returns."""
    t.call(t.value("a", 64))
    t.returns()


def takes_two(t: Theorem) -> None:
    """uint64_t f(uint64_t a, uint64_t b)."""
    t.call(t.value("a", 64), t.value("b", 64))
    t.returns()


def judged(statement: ContractFunction, first: Code, second: Code, options: Options | None = None) -> Equivalence:
    """The verdict on two pieces of code under an interface."""
    routines = [RoutineInImage(image_of(*words), "routine") for words in (first, second)]
    return compare(routines[0], routines[1], Contract("mine", statement), options=options)


def between(
    first: Path, symbol: str, second: Path, other: str, contract: str = "", **parameters: object
) -> Equivalence:
    """The verdict on two routines of files, under a registered contract."""
    images = [Images(first).with_routine(symbol), Images(second).with_routine(other)]
    name = contract or contract_for(symbol, registered())
    return compare(RoutineInImage(images[0], symbol), RoutineInImage(images[1], other), registered()[name], parameters)


def assert_proved(verdict: Equivalence, method: str | None = None) -> None:
    assert (verdict.status, verdict.reason) == ("proved", "")
    assert verdict.disagreement is None
    assert verdict.goals >= 1
    assert verdict.paths >= 2
    assert "specification" not in verdict.assumptions
    assert set(ASSUMPTIONS) - set(verdict.assumptions) == {"specification"}
    if method is not None:
        assert verdict.method == method


def assert_refuted(verdict: Equivalence) -> None:
    assert verdict.status == "refuted", verdict.reason
    found = verdict.disagreement
    assert found is not None
    assert found.differences or found.violations
    assert all(d.first != d.second and d.first is not None and d.second is not None for d in found.differences)
    assert verdict.reason
    assert "\n" not in verdict.reason


# -- real routines ---------------------------------------------------------------------------------


@pytest.mark.parametrize("blocks", [1, 2])
@pytest.mark.parametrize("bits", [256, 512])
def test_sha2_samples(bits: int, blocks: int) -> None:
    files = [sample_path(f"sha{bits}_{style}.o") for style in ("scalar", "crypto")]
    verdict = between(files[0], f"sha{bits}_block_scalar", files[1], f"sha{bits}_block_crypto", blocks=blocks)
    assert_proved(verdict, "structural")
    assert (verdict.routine, verdict.second) == (f"sha{bits}_block_scalar", f"sha{bits}_block_crypto")
    assert verdict.goals == 8 + 2 * (11 + 1 + 8)  # the state once, X19-X29, SP and D8-D15 of either
    assert (verdict.paths, verdict.parameters) == (2, {"blocks": blocks})
    assert set(verdict.seconds) == {"interface", "decode", "simulate", "compare"}


@pytest.mark.corpus
@pytest.mark.parametrize("bits", [1, 256, 512])
def test_hardware_against_scalar_code(aws_lc: Path, bits: int) -> None:
    names = [f"sha{bits}_block_data_order_{style}" for style in ("hw", "nohw")]
    assert_proved(between(aws_lc, names[0], aws_lc, names[1]), "structural")


@pytest.mark.corpus
def test_one_library_against_another(aws_lc: Path, openssl: Path) -> None:
    assert_proved(between(aws_lc, "sha256_block_data_order_hw", openssl, "sha256_block_armv8", blocks=2), "structural")
    verdict = between(aws_lc, "sha512_block_data_order_nohw", openssl, "sha512_block_data_order")
    assert_proved(verdict, "structural")
    assert verdict.paths > 2  # OpenSSL's looks at the processor's capabilities


@pytest.mark.corpus
def test_a_dispatcher_is_itself_whatever_the_processor_is_on_either_side(openssl: Path) -> None:
    """The two sides read capability words of their own, so every implementation is compared with every other."""
    verdict = between(openssl, "sha256_block_data_order", openssl, "sha256_block_data_order")
    assert_proved(verdict, "structural")
    paths = verdict.paths // 2
    assert verdict.goals == paths**2 * 8 + 2 * paths * 20


@pytest.mark.corpus
@pytest.mark.parametrize("parameters", [{"bits": 128}, {"bits": 256, "in_place": True}])
def test_companions_of_their_own(aws_lc: Path, openssl: Path, parameters: dict[str, object]) -> None:
    """Each sets the key by its own function, and keeps a schedule in its own format between the two calls."""
    contract = "aes-key-then-encrypt"
    assert_proved(between(aws_lc, "vpaes_encrypt", aws_lc, "aes_hw_encrypt", contract, **parameters), "structural+gf2")
    assert_proved(between(aws_lc, "vpaes_encrypt", openssl, "AES_encrypt", contract, **parameters), "structural+gf2")


@pytest.mark.corpus
@pytest.mark.slow
@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("direction", ["encrypt", "decrypt"])
def test_vector_permutations_against_bit_slices(aws_lc: Path, direction: str, swapped: bool) -> None:
    """In either order: which side the methods take for the specification is theirs to choose."""
    names = [f"vpaes_{direction}", f"aes_nohw_{direction}"][:: -1 if swapped else 1]
    assert_proved(between(aws_lc, names[0], aws_lc, names[1], f"aes-key-then-{direction}", bits=128))


@pytest.mark.corpus
def test_an_argument_that_only_one_of_them_has(aws_lc: Path, openssl: Path) -> None:
    """AWS-LC's gets the round constants from its caller."""
    assert_proved(between(aws_lc, "sha3_keccak_f1600_alt", openssl, "KeccakF1600"), "structural")


@pytest.mark.corpus
def test_a_calling_convention_of_its_own(aws_lc: Path) -> None:
    assert_proved(between(aws_lc, "KeccakF1600_int", aws_lc, "KeccakF1600_int"), "structural")


# -- wrong code ------------------------------------------------------------------------------------

BROKEN = {
    "sha256_block_wrong_rotation": (sample_path("sha256_scalar.o"), "sha256_block_scalar", r"state\[\d\]"),
    "abs64_wrong": (sample_path("classics.o"), "abs64", "result"),
    "max_u64_signed": (sample_path("classics.o"), "max_u64", "result"),
    "memcpy_64_short": (sample_path("classics.o"), "memcpy_64", r"dst\[63\]"),
}


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("symbol", BROKEN)
def test_a_broken_sample_against_the_right_one(symbol: str, swapped: bool) -> None:
    path, right, places = BROKEN[symbol]
    two = [(path, right), (sample_path("broken.o"), symbol)]
    (first, one), (second, other) = reversed(two) if swapped else two
    verdict = between(first, one, second, other)
    assert_refuted(verdict)
    assert verdict.disagreement is not None
    assert not verdict.disagreement.violations
    assert all(re.fullmatch(places, difference.name) for difference in verdict.disagreement.differences)
    assert not verdict.disagreement.found
    assert one in verdict.reason
    assert other in verdict.reason


@pytest.mark.parametrize(
    ("symbol", "said"),
    [("memcpy_64_overrun", "load of 16 bytes 64 bytes into `src`"), ("clobbers_x19", "x19 was")],
)
def test_a_rule_that_one_of_them_breaks(symbol: str, said: str) -> None:
    right = "max_u64" if symbol == "clobbers_x19" else "memcpy_64"
    verdict = between(sample_path("classics.o"), right, sample_path("broken.o"), symbol)
    assert_refuted(verdict)
    assert verdict.disagreement is not None
    assert [violation.partition(": ")[0] for violation in verdict.disagreement.violations] == [symbol]
    assert said in verdict.reason
    assert_refuted(between(sample_path("broken.o"), symbol, sample_path("broken.o"), symbol))


@pytest.mark.corpus
def test_todays_release_against_yesterdays(aws_lc: Path) -> None:
    """One rotation of a copy of AWS-LC changed: the instruction is named."""
    symbol = "sha256_block_data_order_nohw"
    image = load_image(aws_lc)
    routine = image.symbol(symbol)
    at = next(
        address
        for address in range(routine.address + 0x100, routine.end, 4)
        if decode.disassemble(int.from_bytes(image.read(address, 4), "little"), address) == ("ror", "w16, w21, #6")
    )
    changed = replace(
        image,
        segments=tuple(
            replace(s, data=_with_flipped_bit(s.data, at - s.address + 1, 0x10)) if s.address <= at < s.end else s
            for s in image.segments
        ),
    )
    verdict = compare(RoutineInImage(image, symbol), RoutineInImage(changed, symbol), registered()["sha256-blocks"])
    assert_refuted(verdict)
    assert verdict.labels == (f"first {symbol}", f"second {symbol}")
    assert verdict.disagreement is not None
    parting = verdict.disagreement.parting
    assert parting is not None
    assert parting.first.startswith(f"ror w16, w21, #6 at {at:#x} ({symbol}+")
    assert parting.second.startswith(f"ror w16, w21, #2 at {at:#x} ({symbol}+")
    same = replace(image, segments=tuple(image.segments))
    assert_proved(
        compare(RoutineInImage(image, symbol), RoutineInImage(same, symbol), registered()["sha256-blocks"]),
        "structural",
    )


def _with_flipped_bit(data: bytes | None, at: int, bit: int) -> bytes:
    assert data is not None
    return data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]


@pytest.mark.corpus
def test_what_the_file_leaves_open_is_not_refuted(aws_lc: Path) -> None:
    """A call through the table of another file's functions may be a good one."""
    verdict = between(aws_lc, "sha256_block_data_order_hw", aws_lc, "RAND_bytes", "sha256-blocks")
    assert (verdict.status, verdict.stopped_by) == ("unknown", UnknownTarget)
    assert verdict.reason.startswith("RAND_bytes: the branch at")


def test_an_input_that_only_a_solver_finds() -> None:
    verdict = judged(takes_and_returns, [RET], [cmp_imm(0, 0x7D3), b_cond(NE, 8), movz(0, 1), RET])
    assert_refuted(verdict)
    assert verdict.disagreement is not None
    (given,) = verdict.disagreement.inputs
    assert (given.name, given.values) == ("a", (0x7D3,))
    (difference,) = verdict.disagreement.differences
    assert (difference.name, difference.first, difference.second) == ("result", 0x7D3, 1)


def test_what_is_shown_is_as_small_as_it_can_be() -> None:
    path, right, _ = BROKEN["memcpy_64_short"]
    found = between(path, right, sample_path("broken.o"), "memcpy_64_short").disagreement
    assert found is not None
    given = {i.name: i.values for i in found.inputs}
    assert sum(value.bit_count() for value in given["src[]"]) == 1
    assert given["src"] != (0,)
    garbage = judged(takes_and_returns, [eor(0, 0, 9), RET], [eor(0, 0, 9), RET]).disagreement
    assert garbage is not None
    assert garbage.inputs[0].values == (0,)
    assert sum(v.bit_count() for f in garbage.found for v in (f.first, f.second) if v is not None) == 1


# -- what the contract does not give ---------------------------------------------------------------


def takes_32_bits(t: Theorem) -> None:
    t.call(t.value("a", 32))
    t.returns()


def calls_twice(t: Theorem) -> None:
    a = t.value("a", 64)
    t.call(a)
    t.call(a)
    t.returns()


GARBAGE: dict[str, tuple[ContractFunction, Code, str]] = {
    "a register": (takes_and_returns, [mov(0, 9), RET], "x9"),
    "a callee-saved register": (takes_and_returns, [mov(0, 19), RET], "x19"),
    "an argument register past the last": (takes_and_returns, [mov(0, 1), RET], "x1"),
    "the upper half of an argument": (takes_32_bits, [RET], "x0_upper_0"),
    "a flag": (takes_and_returns, [CSET_EQ, RET], "flag_z"),
    "a vector register": (
        takes_and_returns,
        [word("simd.copy", Q=1, imm5=8, imm4=7, Rn=3, Rd=0), RET],  # UMOV X0, V3.D[0]
        "v3",
    ),
    "the stack": (
        takes_and_returns,
        [add_imm(SP, SP, -16), ldr(0, SP, 8, 1), add_imm(SP, SP, 16), RET],
        "stack.byte[-8]",
    ),
    "the stack pointer": (takes_and_returns, [add_imm(0, SP, 0), RET], "sp"),
    "the return address": (takes_and_returns, [mov(0, 30), RET], "return_address"),
    "a branch on a register": (takes_and_returns, [cbz(9, 12), movz(0, 1), RET, movz(0, 2), RET], "x9"),
    "what is left between two calls": (calls_twice, [mov(0, 9), RET], "x9_1"),
}


@pytest.mark.parametrize("place", GARBAGE)
def test_no_equality_rests_on_garbage(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A routine that returns what the caller left there is not even equal to itself; it would be, were garbage shared."""
    statement, code, name = GARBAGE[place]
    verdict = judged(statement, code, code)
    assert_refuted(verdict)
    assert verdict.disagreement is not None
    assert [d.name for d in verdict.disagreement.differences] == ["result"]
    (found,) = [f for f in verdict.disagreement.found if f.name == name]
    assert found.first != found.second
    assert bool(found.meaning) == ("_upper_" in name)
    assert any(line.endswith(f"  {found.meaning}") for line in lines(verdict)) or not found.meaning
    monkeypatch.setattr(Product, "renamed", lambda self, roots: list(roots))
    assert judged(statement, code, code).status == "proved"


def reader_of_data() -> bytes:
    """A function that returns a word of .data, which other code may have written."""
    writer = ObjectWriter()
    text = writer.text(adr(1, 0), ldr(0, 1), RET)
    writer.symbol("routine", text, size=12)
    writer.symbol("value", writer.section(".data", bytes(8), ALLOC | 1, align=8), size=8, kind=1)
    writer.reloc(text, 0, 274, "value")  # R_AARCH64_ADR_PREL_LO21
    return writer.build()


def test_no_equality_rests_on_memory_that_other_code_may_write(tmp_path: Path) -> None:
    path = tmp_path / "data.o"
    path.write_bytes(reader_of_data())
    image = load_image(path)
    verdict = compare(
        RoutineInImage(image, "routine"), RoutineInImage(image, "routine"), Contract("mine", takes_and_returns)
    )
    assert_refuted(verdict)
    assert verdict.disagreement is not None
    assert verdict.disagreement.found
    assert all(re.fullmatch(r"\.data.*\.byte\[\d\]", found.name) for found in verdict.disagreement.found)


HARMLESS: dict[str, tuple[Code, Code]] = {
    "garbage that cancels": ([eor(9, 9, 9), add(0, 0, 9), RET], [RET]),
    "garbage kept on the stack": (
        [add_imm(SP, SP, -16), store(9, SP, 8), ldr(9, SP, 8), add_imm(SP, SP, 16), RET],
        [RET],
    ),
    "another scratch register": ([add(5, 0, 0), mov(0, 5), RET], [add(7, 0, 0), mov(0, 7), RET]),
    "a branch on a register, the same on both ways": ([cbz(9, 8), NOP, add_imm(0, 0, 1), RET], [add_imm(0, 0, 1), RET]),
    "the stack pointer that cancels": (
        [add_imm(9, SP, 0), add_imm(10, SP, 0), eor(9, 9, 10), add(0, 0, 9), RET],
        [RET],
    ),
}


@pytest.mark.parametrize("kind", HARMLESS)
def test_garbage_that_does_no_harm(kind: str) -> None:
    assert_proved(judged(takes_and_returns, *HARMLESS[kind]))


def test_contents_that_the_contract_gives_are_the_same() -> None:
    """Also of a region that is only to be written: what is left alone there is left alone by both."""

    def statement(t: Theorem) -> None:
        out = t.region("out", 2, 64, access="w")
        t.call(out, t.value("a", 64))

    assert_proved(judged(statement, [store(1, 0, 8), RET], [mov(2, 1), store(2, 0, 8), RET]))
    assert_refuted(judged(statement, [store(1, 0, 8), RET], [store(1, 0, 8), store(1, 0, 0), RET]))


def test_pointers_are_the_same() -> None:
    def statement(t: Theorem) -> None:
        t.call(t.region("data", 1, 64))
        t.returns()

    assert_proved(judged(statement, [RET], [NOP, RET]))
    assert_refuted(judged(statement, [RET], [add_imm(0, 0, 1), RET]))


# -- paths -----------------------------------------------------------------------------------------

LESS_THAN_TEN = [cmp_imm(0, 10), b_cond(LO, 12), movz(0, 0), RET, movz(0, 1), RET]
AT_LEAST_TEN = [cmp_imm(0, 10), b_cond(HS, 12), movz(0, 1), RET, movz(0, 0), RET]
MORE_THAN_NINE = [cmp_imm(0, 9), b_cond(8, 12), movz(0, 1), RET, movz(0, 0), RET]
BY_A_REGISTER = [movz(9, 10), cmp(0, 9), b_cond(LO, 12), movz(0, 0), RET, movz(0, 1), RET]


@pytest.mark.parametrize("second", [LESS_THAN_TEN, AT_LEAST_TEN, BY_A_REGISTER])
def test_pairs_that_contradict_each_other_on_their_face(second: Code) -> None:
    verdict = judged(takes_and_returns, LESS_THAN_TEN, second)
    assert_proved(verdict, "structural")
    assert verdict.paths == 4
    assert verdict.goals == 2 + 4 * 20
    assert "solver" not in verdict.assumptions


def test_pairs_that_a_solver_drops() -> None:
    verdict = judged(takes_and_returns, LESS_THAN_TEN, MORE_THAN_NINE)
    assert_proved(verdict)
    assert verdict.goals == 2 + 4 * 20
    assert "solver" in verdict.assumptions


def test_pairs_are_kept_where_the_solver_does_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smt, "solve", lambda *_: smt.SolverAnswer("unknown"))
    verdict = judged(takes_and_returns, LESS_THAN_TEN, MORE_THAN_NINE, Options(methods=("structural", "sweep")))
    assert_proved(verdict)
    assert verdict.goals == 4 + 4 * 20


def test_one_input_on_which_two_paths_differ() -> None:
    """10 against 11: the pair of paths that only a = 10 takes is compared."""
    verdict = judged(takes_and_returns, LESS_THAN_TEN, [cmp_imm(0, 11), *LESS_THAN_TEN[1:]])
    assert_refuted(verdict)
    assert verdict.disagreement is not None
    assert verdict.disagreement.inputs[0].values == (10,)


def test_what_cannot_be_run_is_unknown_with_its_reason() -> None:
    arms = [cmp_imm(0, 0x7D3), b_cond(NE, 8), FADD, RET]
    for first, second in ((arms, [RET]), ([RET], arms)):
        verdict = judged(takes_and_returns, first, second)
        assert (verdict.status, verdict.stopped_by) == ("unknown", UnmodelledInstruction)
        assert "fadd d0, d1, d2" in verdict.reason
        assert verdict.reason.startswith(f"{verdict.labels[0 if first is arms else 1]}: ")
    counting = [add_imm(1, 1, 1), b(-4)]
    verdict = judged(takes_and_returns, [RET], counting, Options(max_steps=100))
    assert (verdict.status, verdict.stopped_by) == ("unknown", StepLimit)


def test_a_loop_without_end_is_refuted() -> None:
    verdict = judged(takes_and_returns, [RET], [b(0)], Options(max_steps=100))
    assert_refuted(verdict)
    assert "never returns" in verdict.reason


def test_a_difference_speaks_before_what_is_unknown() -> None:
    assert_refuted(judged(takes_and_returns, [RET], [cbz(0, 12), movz(0, 7), RET, FADD, RET]))


def test_an_unreachable_fault_does_no_harm() -> None:
    fault_above_20_and_below_10 = [cmp_imm(0, 10), b_cond(LO, 8), RET, cmp_imm(0, 20), b_cond(8, 8), RET, FADD]
    assert_proved(judged(takes_and_returns, fault_above_20_and_below_10, [RET]))


def test_a_branch_out_of_the_code_is_refuted() -> None:
    verdict = judged(takes_and_returns, [RET], [movz(1, 0), br(1)])
    assert_refuted(verdict)
    assert "which is no code" in verdict.reason


def test_preconditions_hold() -> None:
    def small(t: Theorem) -> None:
        a = t.value("a", 64)
        t.assume(a.ult(10))
        t.call(a)
        t.returns()

    assert_proved(judged(small, LESS_THAN_TEN, [movz(0, 1), RET]))
    assert_refuted(judged(takes_and_returns, LESS_THAN_TEN, [movz(0, 1), RET]))


# -- interfaces ------------------------------------------------------------------------------------


def test_claims_are_not_used() -> None:
    """Both do the same, and not what the contract says."""

    def statement(t: Theorem) -> None:
        a = t.value("a", 64)
        t.call(a)
        t.ensure_result(a)

    assert_proved(judged(statement, [add_imm(0, 0, 1), RET], [add_imm(0, 0, 2), add_imm(0, 0, -1), RET]))


def test_a_claim_says_how_wide_the_result_is() -> None:
    def narrow(t: Theorem) -> None:
        t.call(t.value("a", 64))
        t.ensure_result(0, 32)

    upper = [word("data_processing.logical_immediate", sf=1, opc=1, N=1, imms=31, Rn=0, Rd=0, immr=32), RET]
    assert_proved(judged(narrow, [RET], upper))
    assert_refuted(judged(takes_and_returns, [RET], upper))


def test_what_is_left_unspecified_is_not_compared() -> None:
    def scratch(t: Theorem) -> None:
        out, kept = t.region("out", 2, 64, access="w"), t.region("scratch", 1, 64, access="rw")
        t.call(out, kept)
        t.ensure(out, [BV.const(0, 64), None])
        t.leave_unspecified(kept)

    nothing = store(31, 0)
    assert_proved(judged(scratch, [nothing, RET], [nothing, store(1, 0, 8), store(0, 1), RET]))
    assert_refuted(judged(scratch, [nothing, RET], [store(1, 0), RET]))


def test_nothing_to_compare_is_an_error() -> None:
    def empty(t: Theorem) -> None:
        t.call(t.value("a", 64))

    with pytest.raises(ContractError, match="nothing to compare"):
        judged(empty, [RET], [RET])
    with pytest.raises(ContractError, match="calls nothing"):
        judged(lambda t: t.returns(), [RET], [RET])


def test_contradictory_preconditions_are_an_error() -> None:
    def impossible(t: Theorem) -> None:
        a = t.value("a", 64)
        t.assume(a.ult(1))
        t.assume(a.ne(0))
        t.call(a)
        t.returns()

    with pytest.raises(ContractError, match="contradict"):
        judged(impossible, [RET], [RET])


def of_two(first: ContractFunction, second: ContractFunction) -> Equivalence:
    """The verdict where a contract says another thing of each routine, told apart by their names."""

    def statement(t: Theorem) -> None:
        (first if t.routine == "one" else second)(t)

    routines = [RoutineInImage(replace_name(image_of(RET), name), name) for name in ("one", "other")]
    return compare(routines[0], routines[1], Contract("mine", statement))


def replace_name(image: Image, name: str) -> Image:
    """The image of the one routine, under another name."""
    symbol = replace(image.symbol("routine"), name=name)
    names = replace(image._names, by_spelling={name: symbol}, by_name={name: (symbol,)})
    return replace(image, symbols={name: symbol}, _names=names, _ordered=(symbol,))


def region(**options: object) -> ContractFunction:
    def statement(t: Theorem) -> None:
        shape: dict[str, object] = {"count": 4, "width": 8, "access": "rw"} | options
        data = t.region("data", **shape)  # type: ignore[arg-type]
        t.call(data)

    return statement


@pytest.mark.parametrize(
    "options",
    [
        {"count": 5},
        {"width": 16},
        {"access": "w"},
        {"byteorder": "big"},
        {"alignment": 4},
        {"fixed": {0: 1}},
    ],
    ids=lambda options: next(iter(options)),
)
def test_regions_that_are_not_the_same(options: dict[str, object]) -> None:
    assert_proved(of_two(region(), region()))
    with pytest.raises(InterfacesDiffer, match="one and other different interfaces: the region data"):
        of_two(region(), region(**options))


def test_values_and_outputs_that_are_not_the_same() -> None:
    with pytest.raises(InterfacesDiffer, match="a has 64 bits for one, 32 for the other"):
        of_two(takes_and_returns, takes_32_bits)
    with pytest.raises(InterfacesDiffer, match="result is an output of one of them only"):
        of_two(region(), lambda t: (region()(t), t.returns()))  # type: ignore[arg-type]


def test_an_input_that_only_one_of_them_gets() -> None:
    assert_proved(of_two(takes_and_returns, takes_two))


def test_the_contract_for_both_names() -> None:
    known = registered()
    choice = Choice(known)
    for symbols in (("max_u64", "mine"), ("mine", "max_u64")):
        assert choice.for_both(symbols)[0].name == "max_u64"
    with pytest.raises(ContractsDiffer, match="has the contract sha256-blocks, sha512_block_x has sha512-blocks"):
        choice.for_both(("sha256_block_x", "sha512_block_x"))


def test_labels_tell_routines_apart() -> None:
    image = image_of(RET)
    elsewhere = replace(image, path=Path("elsewhere"))
    assert labels(RoutineInImage(image, "a"), RoutineInImage(image, "b")) == ("a", "b")
    assert labels(RoutineInImage(image, "a"), RoutineInImage(elsewhere, "a")) == (
        f"a of {image.path.name}",
        "a of elsewhere",
    )
    assert labels(RoutineInImage(image, "a"), RoutineInImage(image, "a")) == ("first a", "second a")


# -- the product -----------------------------------------------------------------------------------


def product_of(statement: ContractFunction) -> Product:
    theorem = Contract("mine", statement).interface("routine")
    first, second = (Setup(image_of(RET), "routine", theorem) for _ in range(2))
    return Product(first, second)


def two_regions(t: Theorem) -> None:
    data, out = t.region("data", 4, 8, alignment=8), t.region("out", 2, 32, access="w")
    t.call(data, out, t.value("n_second", 32))


def test_given_variables_keep_their_names_and_others_get_their_own() -> None:
    product = product_of(two_regions)
    start = product.second.start
    given = [
        *product.second.statement.calls[0].arguments[:2],
        BV.var(Element("data", 0), 8),
        BV.var(Value("n_second"), 32),
    ]
    own = [start.x(9), start.v(3), start.x_or_sp(SP), product.second.returns_to(0), BV.var(Byte(Stack(), -8), 8)]
    assert product.renamed(given) == given
    assert [term.origin for term in product.renamed(own)] == [OfSecond(term.origin) for term in own]
    assert not set(variables(product.renamed([own[0] + given[0]]))) & set(own)


@pytest.mark.parametrize("found", [general_register(9), vector_register(3), flag("n"), BV.var(Byte(Stack(), -8), 8)])
def test_a_value_of_the_contract_is_never_the_second_s_own_whatever_it_is_called(found: BV) -> None:
    own = BV.var(OfSecond(found.origin), found.width)
    given = Theorem().value(str(own.origin), found.width)
    assert str(given.origin) == str(own.origin)
    assert given is not own


def test_a_sample_comes_apart_into_what_each_finds() -> None:
    product = product_of(two_regions)
    full = product.complete(
        next(product.inputs([BV.var(Element("data", 0), 8), BV.var(OfSecond(GeneralRegister(9)), 64)]))
    )
    first, second = (by_name(side) for side in product.split(full))
    shared = {"data", "out", *[f"data[{i}]" for i in range(4)], "out[0]", "out[1]", "n_second"}
    assert all(first[name] == second[name] for name in shared)
    own = first.keys() - shared
    assert own == second.keys() - shared
    assert own >= {"x9", "v3", "sp", "flag_n", "return_address"}
    assert sum(first[name] == second[name] for name in own) < 10  # flags, by chance


def test_samples_place_everything_apart() -> None:
    product = product_of(two_regions)
    stream = product.inputs([])
    for _ in range(50):
        for side in map(by_name, product.split(next(stream))):
            slots = [side[name] >> 24 for name in ("data", "out", "sp", "return_address")]
            assert len(set(slots)) == 4
            assert side["data"] % 8 == 0
            assert side["sp"] % 16 == 0


def test_premises_speak_of_both_stacks() -> None:
    product = product_of(two_regions)
    names = {str(variable.origin) for variable in variables(product.preconditions)}
    assert {"sp", "sp_second", "data", "out"} <= names
    zero, x9, data = BV.const(0, 64), general_register(9), BV.var(Pointer("data"), 64)

    def premises(left: BV, *given: BV) -> tuple[BV, ...]:
        return under_preconditions(Obligation("g", "output", left, zero, given), product).premises

    assert premises(zero, x9.eq(0)) == (x9.eq(0),)
    assert len(premises(zero, data.ult(5))) > 5
    assert len(premises(data & 1)) > 5


# -- the model against Unicorn, faults planted in the prover ---------------------------------------


def test_a_fault_of_the_model_is_not_blamed_on_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def execute(state: MachineState, f: Fields) -> None:
        state.set_x(f.Rd, state.x(f.Rn) + state.x(f.Rm) + 1)

    def changed_classify(word: int) -> object:
        found = classify(word)
        if found is not None and found[0].module == "isa.data_processing.add_subtract_shifted_register":
            return replace(found[0], execute=execute), found[1]
        return found

    twice = [word("data_processing.bitfield", sf=1, opc=2, N=1, immr=63, imms=62, Rn=0, Rd=0), RET]  # LSL X0, X0, #1
    assert_proved(judged(takes_and_returns, [add(0, 0, 0), RET], twice))
    monkeypatch.setattr(decode, "classify", changed_classify)
    for first, second in (([add(0, 0, 0), RET], twice), (twice, [add(0, 0, 0), RET])):
        with pytest.raises(ModelFault) as caught:
            judged(takes_and_returns, first, second)
        assert (caught.value.name, caught.value.simulated) == ("result", caught.value.emulated + 1)


@pytest.mark.parametrize("which", [0, 1])
def test_no_path_is_no_proof(which: int, monkeypatch: pytest.MonkeyPatch) -> None:
    calls, made = exploration._Exploration.calls, list[object]()

    def none_of_one(self: exploration._Exploration, *arguments: object) -> object:
        if self not in made:
            made.append(self)
        return iter(()) if made.index(self) == which else calls(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(exploration._Exploration, "calls", none_of_one)
    verdict = judged(takes_and_returns, [RET], [RET])
    assert (verdict.status, verdict.stopped_by) == ("unknown", None)
    assert "vacuous" in verdict.reason


def test_only_stopped_paths_are_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each path stops, and a lying solver says that none can be taken: any input shows that it lies."""
    monkeypatch.setattr(smt, "solve", lambda *_: smt.SolverAnswer("unsat"))
    with pytest.raises(ToolFault, match="false on"):
        judged(takes_and_returns, [FADD, RET], [FADD, RET], Options(methods=("structural", "smt")))


def test_no_pair_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where every pair of paths is dropped, nothing was compared."""
    monkeypatch.setattr(comparison, "pairs", lambda *_: iter(()))
    verdict = judged(takes_and_returns, [RET], [movz(0, 1), RET])
    assert verdict.status == "unknown"
    assert "vacuous" in verdict.reason


def test_no_goal_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lnsym.prove.equivalence.sides.Pair.obligations", lambda *_: [])
    verdict = judged(takes_and_returns, [RET], [movz(0, 1), RET])
    assert verdict.status == "unknown"
    assert "vacuous" in verdict.reason


def test_paths_that_no_sample_takes_need_a_solvers_witness(monkeypatch: pytest.MonkeyPatch) -> None:
    def rare(t: Theorem) -> None:
        a = t.value("a", 64)
        t.assume(a.eq(0x123456789ABC))
        t.call(a)
        t.returns()

    assert_proved(judged(rare, [RET], [RET]))
    monkeypatch.setattr(smt, "solve", lambda *_: smt.SolverAnswer("unknown"))
    verdict = judged(rare, [RET], [RET])
    assert verdict.status == "unknown"
    assert "may be vacuous" in verdict.reason


def test_a_structural_method_that_says_yes_to_all_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the last check."""
    monkeypatch.setattr(structural, "proves", lambda goal: True)
    path, right, _ = BROKEN["max_u64_signed"]
    with pytest.raises(ToolFault, match="structural proved"):
        between(path, right, sample_path("broken.o"), "max_u64_signed")


def test_many_comparisons_in_one_process_keep_no_terms() -> None:
    two = [(sample_path(f"sha256_{style}.o"), f"sha256_block_{style}") for style in ("scalar", "crypto")]
    assert_proved(between(*two[0], *two[1]))
    before = live_terms()
    for _ in range(3):
        between(*two[0], *two[1])
    assert live_terms() <= before + 100


# -- what a user sees ------------------------------------------------------------------------------


def test_the_lines_of_a_refutation() -> None:
    path, right, _ = BROKEN["max_u64_signed"]
    first, *rest = lines(between(path, right, sample_path("broken.o"), "max_u64_signed"))
    assert first.startswith("REFUTED  max_u64 = max_u64_signed  max_u64  -  ")
    assert first.splitlines()[1].startswith("         result is 0x")
    digits = "[0-9a-f]{16}"
    assert re.fullmatch(rf"  input    a       {digits}", rest[0])
    assert re.fullmatch(rf"           b       {digits}", rest[1])
    assert rest[2] == "  output           max_u64           max_u64_signed"
    assert re.fullmatch(rf"           result  {digits}  {digits}", rest[3])
    assert len(rest) == 4


def test_the_lines_show_garbage_that_matters() -> None:
    shown = list(lines(judged(takes_and_returns, [mov(0, 9), RET], [RET])))
    heading = shown.index("  found            first routine     second routine")
    assert re.fullmatch(r"           x9      [0-9a-f]{16}  -", shown[heading + 1])


def test_the_lines_of_an_open_question_name_both_instructions() -> None:
    code = [mov(5, 0), cmp_imm(0, 3), CSET_EQ, RET]
    other = [movz(6, 3), eor(6, 6, 0), cbz(6, 12), movz(0, 0), RET, movz(0, 1), RET]
    shown = list(lines(judged(takes_and_returns, code, other, Options(methods=("structural",)))))
    assert shown[0].startswith("UNKNOWN")
    assert shown[1].startswith("  goals    ")
    assert shown[2].startswith("  apart    ")
    assert next(line for line in shown if "computed at" in line).endswith(", of first routine")
    assert any(line.startswith("  and      ") for line in shown)


def compared(files: tuple[Images, Images], symbol: str, contract: Contract) -> Comparing:
    """What is printed of a comparison of two routines of one name."""
    asked = session.pairs(files, (symbol, symbol), *Choice({}, contract).for_both((symbol, symbol)))
    shown = Comparing(asked)
    shown.follow(session.compare_all(asked, Options()))
    return shown


def test_all_cases_are_compared_and_reported(capsys: pytest.CaptureFixture[str]) -> None:
    def sized(t: Theorem, size: int = 1) -> None:
        dst, src = t.region("dst", size, 8, access="w"), t.region("src", size, 8)
        t.call(dst, src, size)

    contract = Contract("sized", sized, cases=({"size": 1}, {"size": 20}))
    images = Images(sample_path("classics.o"))
    outcome = compared((images, images), "memcpy_loop", contract)
    assert (outcome.exit_code, [v.parameters for _, v in outcome.verdicts]) == (0, [{"size": 1}, {"size": 20}])
    said = capsys.readouterr()
    assert [line.split()[0] for line in said.out.splitlines()] == ["PROVED", "PROVED", "2"]
    assert said.err == ""
    written = json.loads(json.dumps(json_report(outcome.verdicts, outcome.asked[0]), default=str))
    assert [file["sha256"] for file in written["files"]] == [images.with_routine("memcpy_loop").sha256] * 2
    assert [entry["verdict"] for entry in written["verdicts"]] == ["proved", "proved"]
    assert written["verdicts"][0]["routines"] == ["memcpy_loop", "memcpy_loop"]
    assert written["verdicts"][0]["disagreement"] is None


def test_an_error_of_a_case_is_one_line_and_the_verdicts_stay(capsys: pytest.CaptureFixture[str]) -> None:
    def sometimes(t: Theorem, wrong: bool = False) -> None:
        if wrong:
            raise EndOfPath(UndefinedCall("f", 0))
        t.call(t.value("a", 64), t.value("b", 64))
        t.returns()

    contract = Contract("sometimes", sometimes, cases=({}, {"wrong": True}))
    images = Images(sample_path("classics.o"))
    outcome = compared((images, images), "max_u64", contract)
    assert (outcome.exit_code, len(outcome.verdicts)) == (4, 1)
    said = capsys.readouterr()
    assert said.err.splitlines() == [f"lnsym: {UndefinedCall('f', 0)}"]
    assert said.out.splitlines()[-1].startswith("1 proved, 1 not verified")


def test_the_report_of_a_refutation(tmp_path: Path) -> None:
    paths = [tmp_path / "old.o", tmp_path / "new.o"]
    for path, value in zip(paths, (1, 2), strict=True):
        path.write_bytes(object_of(movz(0, value), RET))
    files = (Images(paths[0]), Images(paths[1]))
    outcome = compared(files, "routine", Contract("mine", takes_and_returns))
    written = json.loads(json.dumps(json_report(outcome.verdicts, outcome.asked[0]), default=str))
    assert [file["path"] for file in written["files"]] == [str(path) for path in paths]
    assert written["files"][0]["sha256"] != written["files"][1]["sha256"]
    (entry,) = written["verdicts"]
    assert (entry["verdict"], entry["exit_code"], entry["routines"]) == ("refuted", 1, ["routine", "routine"])
    found = entry["disagreement"]
    assert found["differences"] == [{"name": "result", "width": 64, "first": "0x1", "second": "0x2"}]
    assert found["confirmed_on"] == "unicorn"
    assert {"a", "x9", "x9_second"} <= found["inputs"].keys()
    assert "routine of old.o" in entry["reason"]
