"""Wrong code is refuted on an input that Unicorn confirms; equal code is proved; a wrong model is found out."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import pytest
from assembly import (
    FADD,
    NE,
    NOP,
    RET,
    add,
    add_imm,
    adr,
    b,
    b_cond,
    br,
    cbz,
    cmp_imm,
    eor,
    image_of,
    judge,
    ldr,
    mov,
    movz,
    returns_its_argument,
    store,
)

import programs.contracts  # noqa: F401
from isa.encoding import Fields, classify
from isa.interface import MachineState
from lnsym.bv import BV
from lnsym.bv.names import by_name
from lnsym.contract import Contract, Theorem, registered
from lnsym.contract.routines import contract_for
from lnsym.errors import ToolFault
from lnsym.machine import decode
from lnsym.machine.decode import UnmodelledInstruction, disassemble
from lnsym.machine.image import Image, Segment, load_image
from lnsym.machine.memory import Memory
from lnsym.machine.paths import StepLimit, UnknownTarget
from lnsym.prove.judge import candidates
from lnsym.prove.methods import structural
from lnsym.prove.refutation import GivenToOne, ModelFault
from lnsym.prove.replay import replay
from lnsym.prove.verdict import Verdict
from lnsym.prove.verify import Options, verify
from lnsym.run import exploration
from lnsym.run.exploration import explore
from lnsym.run.inputs import complete
from lnsym.run.setup import Setup
from programs import sample_path


def verdict_of(image: Image, symbol: str) -> Verdict:
    return verify(image, symbol, registered()[contract_for(symbol, registered())])


def assert_refuted(verdict: Verdict) -> None:
    assert verdict.status == "refuted", verdict.reason
    found = verdict.counterexample
    assert found is not None
    assert bool(found.differences) != bool(found.violation)
    assert all(d.expected != d.actual for d in found.differences)
    assert verdict.reason
    assert "\n" not in verdict.reason


def assert_proved(verdict: Verdict) -> None:
    assert verdict.status == "proved", verdict.reason
    assert verdict.counterexample is None


# -- changed copies of AWS-LC ----------------------------------------------------------------------

Change: TypeAlias = Callable[[int], int]
SHA256, SHA256_HW = "sha256_block_data_order_nohw", "sha256_block_data_order_hw"
SHA512, SHA512_HW = "sha512_block_data_order_nohw", "sha512_block_data_order_hw"
SHA1, SHA1_HW = "sha1_block_data_order_nohw", "sha1_block_data_order_hw"
LAST = -1


@pytest.fixture(scope="module")
def original(aws_lc: Path) -> tuple[bytes, Image]:
    return aws_lc.read_bytes(), load_image(aws_lc)


@pytest.fixture
def changed(original: tuple[bytes, Image]) -> Callable[..., Image]:
    """The image with one instruction of a routine changed, the one whose text matches."""
    image = original[1]

    def change(symbol: str, text: str, new: Change, which: int = 0) -> Image:
        routine = image.symbol(symbol)
        found = []
        for address in range(routine.address, routine.end, 4):
            word = int.from_bytes(image.read(address, 4), "little")
            if re.fullmatch(text, " ".join(disassemble(word, address) or ())):
                found.append((address, word))
        address, word = found[which]
        assert new(word) != word
        return replace(image, segments=tuple(patched(s, address, new(word)) for s in image.segments))

    return change


def patched(segment: Segment, address: int, word: int) -> Segment:
    if not segment.address <= address < segment.end:
        return segment
    assert segment.data is not None
    at = address - segment.address
    return replace(segment, data=segment.data[:at] + word.to_bytes(4, "little") + segment.data[at + 4 :])


def load(data: bytes, directory: Path) -> Image:
    """A changed copy of the whole file."""
    path = directory / "changed.so"
    path.write_bytes(data)
    image = load_image(path)
    path.unlink()  # eleven megabytes each
    return image


def swap_operands(word: int) -> int:
    n, m = word >> 5 & 31, word >> 16 & 31
    assert n != m
    return word & ~(31 << 5 | 31 << 16) | m << 5 | n << 16


def with_bits(flip: int) -> Change:
    return lambda word: word ^ flip


def instead(word: int) -> Change:
    return lambda _: word


WRONG_VALUES = {
    "another rotation": (SHA256, r"ror w\d+, w\d+, #6", with_bits(1 << 10), 5),
    "another folded rotation": (SHA512, r"eor x\d+, x\d+, x\d+, ror #\d+", with_bits(1 << 11), 40),
    "swapped operands": (SHA256, r"bic w\d+, w\d+, w\d+", swap_operands, 3),
    "a subtraction": (SHA1, r"add w\d+, w\d+, w\d+", with_bits(1 << 30), 90),
    "another register": (SHA512, r"add x\d+, x\d+, x\d+", with_bits(1 << 16), 200),
    "or for and": (SHA1, r"and w\d+, w\d+, w\d+", with_bits(1 << 29), 7),
    "swapped SHA registers": (SHA256_HW, r"sha256h .*", swap_operands, 2),
    "another schedule word": (SHA512_HW, r"sha512su1 .*", with_bits(1 << 5), 10),
    "another half": (SHA1_HW, r"sha1p .*", with_bits(1 << 12), 0),
}


@pytest.mark.corpus
@pytest.mark.parametrize("change", WRONG_VALUES)
def test_a_wrong_value_is_refuted(changed: Callable[..., Image], change: str) -> None:
    symbol, text, new, which = WRONG_VALUES[change]
    verdict = verdict_of(changed(symbol, text, new, which), symbol)
    assert_refuted(verdict)
    found = verdict.counterexample
    assert found is not None
    assert found.violation == ""
    assert {d.name for d in found.differences} <= {f"state[{i}]" for i in range(8)}
    assert re.search(r"\b(round|schedule|W)", found.divergence), found.divergence
    assert "is never computed" in found.divergence
    assert {given.name for given in found.inputs} >= {"state[]", "msg[]"}


@pytest.mark.corpus
@pytest.mark.parametrize(("symbol", "width", "constant"), [(SHA256, 4, 0xA2BFE8A1), (SHA512_HW, 8, 0x2DE92C6F592B0275)])
def test_a_wrong_round_constant_is_refuted(
    original: tuple[bytes, Image], tmp_path: Path, symbol: str, width: int, constant: int
) -> None:
    data, image = original
    wrong = data.replace(constant.to_bytes(width, "little"), (constant ^ 1 << 7).to_bytes(width, "little"))
    assert wrong != data
    verdict = verdict_of(load(wrong, tmp_path), symbol)
    assert_refuted(verdict)
    assert verdict.counterexample is not None
    assert "round" in verdict.counterexample.divergence
    # and the code itself is untouched
    routine = image.symbol(symbol)
    assert image.read(routine.address, routine.size) in wrong


BROKEN_RULES = {
    "a register is not restored": (SHA256, r"ldp x27, x28, .*", instead(NOP), 0, "x27|x28"),
    "the stack pointer is not restored": (SHA256_HW, r"ldr x29, \[sp\], #0x10", instead(ldr(29, 31)), 0, "sp"),
    "the frame pointer is not restored": (SHA512_HW, r"ldr x29, \[sp\], #0x10", instead(add_imm(31, 31, 16)), 0, "x29"),
}


@pytest.mark.corpus
@pytest.mark.parametrize("change", BROKEN_RULES)
def test_a_broken_convention_is_refuted(changed: Callable[..., Image], change: str) -> None:
    symbol, text, new, which, registers = BROKEN_RULES[change]
    verdict = verdict_of(changed(symbol, text, new, which), symbol)
    assert_refuted(verdict)
    assert verdict.counterexample is not None
    assert all(re.fullmatch(registers, d.name) for d in verdict.counterexample.differences)


VIOLATIONS = {
    "a store past the state": (SHA256, r"stp w26, w27, \[x0, #0x18\]", with_bits(1 << 15), 0, "store"),
    "a load one byte past the message": (SHA256_HW, r"mov x29, sp", instead(0x39410029 | 31), 0, "load of 1 byte"),
    "one more block": (SHA256, r"b\.ne .*", with_bits(1), LAST, "load"),
    "a loop the other way round": (SHA1_HW, r"cbnz x2, .*", with_bits(1 << 24), LAST, "load"),
    "a store into the message": (SHA256_HW, r"mov x29, sp", instead(store(9, 1, 0)), 0, "store"),
    "a store into the table": (SHA256_HW, r"ld1 \{v17\.4s\}, \[x3\]", with_bits(1 << 22), LAST, "store"),
    "a load before the state": (SHA256_HW, r"mov x29, sp", instead(ldr(9, 0, -1, 1)), 0, "load of 1 byte"),
}


@pytest.mark.corpus
@pytest.mark.parametrize("change", VIOLATIONS)
def test_a_forbidden_access_is_refuted(changed: Callable[..., Image], change: str) -> None:
    symbol, text, new, which, access = VIOLATIONS[change]
    verdict = verdict_of(changed(symbol, text, new, which), symbol)
    assert_refuted(verdict)
    assert verdict.counterexample is not None
    assert access in verdict.counterexample.violation
    assert symbol in verdict.counterexample.violation


STILL_RIGHT = {
    "flags nobody reads": (SHA256, r"add w\d+, w\d+, w\d+", with_bits(1 << 29), 100),
    "the terms of a sum": (SHA256, r"add w\d+, w\d+, w\d+", swap_operands, 101),
    "the operands of eor": (SHA512, r"eor x\d+, x\d+, x\d+", swap_operands, 30),
    "the operands of and": (SHA1, r"and w\d+, w\d+, w\d+", swap_operands, 9),
    "the lanes of a sum": (SHA256_HW, r"add v\d+\.4s, .*", swap_operands, 4),
    "a frame pointer nobody needs": (SHA256_HW, r"mov x29, sp", instead(NOP), 0),
    "a caller-saved register": (SHA256_HW, r"mov x29, sp", instead(movz(17, 5)), 0),
    "the last byte of the message": (SHA256_HW, r"mov x29, sp", instead(ldr(9, 1, 63, 1)), 0),
}


@pytest.mark.corpus
@pytest.mark.parametrize("change", STILL_RIGHT)
def test_a_changed_copy_that_is_still_right_is_proved(changed: Callable[..., Image], change: str) -> None:
    symbol, text, new, which = STILL_RIGHT[change]
    assert_proved(verdict_of(changed(symbol, text, new, which), symbol))


# -- samples that are wrong on purpose -------------------------------------------------------------

BROKEN = {
    "sha256_block_wrong_rotation": r"state\[\d\]",
    "abs64_wrong": "result",
    "max_u64_signed": "result",
    "memcpy_64_short": r"dst\[63\]",
    "memcpy_64_overrun": "",
    "memcpy_64_endless": "",
    "clobbers_x19": "x19",
}


@pytest.fixture(scope="module")
def broken() -> Image:
    return load_image(sample_path("broken.o"))


def test_all_broken_samples_are_known(broken: Image) -> None:
    assert {symbol.name for symbol in broken.functions()} == set(BROKEN)


@pytest.mark.parametrize("symbol", BROKEN)
def test_a_broken_sample_is_refuted(broken: Image, symbol: str) -> None:
    verdict = verdict_of(broken, symbol)
    assert_refuted(verdict)
    assert verdict.counterexample is not None
    assert all(re.fullmatch(BROKEN[symbol], d.name) for d in verdict.counterexample.differences)


def test_the_one_wrong_input_of_2_to_the_64_is_found(broken: Image) -> None:
    found = verdict_of(broken, "abs64_wrong").counterexample
    assert found is not None
    assert (by_name(found.sample)["x"], found.inputs[0].name, found.inputs[0].values) == (
        2**64 - 1,
        "x",
        (2**64 - 1,),
    )
    (difference,) = found.differences
    assert (difference.expected, difference.actual, difference.width) == (1, 2**64 - 1, 64)


def test_an_input_that_only_a_solver_finds() -> None:
    code = [cmp_imm(0, 0x7D3), b_cond(NE, 8), movz(0, 1), RET]
    verdict = judge(returns_its_argument, *code)
    assert_refuted(verdict)
    assert verdict.counterexample is not None
    assert by_name(verdict.counterexample.sample)["a"] == 0x7D3


def test_a_bad_access_that_only_a_solver_reaches() -> None:
    def statement(t: Theorem) -> None:
        a, r = t.value("a", 64), t.region("r", 1, 64)
        t.call(a, r)
        t.ensure_result(a)

    verdict = judge(statement, cmp_imm(0, 0x7D3), b_cond(NE, 8), ldr(2, 1, 8), RET)
    assert_refuted(verdict)
    assert verdict.counterexample is not None
    assert "load of 8 bytes" in verdict.counterexample.violation


def test_an_address_that_only_a_solver_finds() -> None:
    """Wrong where a region lies at one address of all."""

    def statement(t: Theorem) -> None:
        a, r = t.value("a", 64), t.region("r", 1, 64)
        t.call(a, r)
        t.ensure_result(a)

    assert_refuted(judge(statement, cmp_imm(1, 0x7D3), b_cond(NE, 8), movz(0, 1), RET))


def test_a_branch_into_nothing_is_refuted() -> None:
    verdict = judge(returns_its_argument, br(0))
    assert_refuted(verdict)


@pytest.mark.parametrize("words", [(movz(1, 0), br(1)), (b(0x1000),)], ids=["null", "far"])
def test_a_branch_to_a_number_out_of_the_code_is_not_proved(words: tuple[int, ...]) -> None:
    verdict = judge(returns_its_argument, *words)
    assert verdict.status != "proved"


def test_what_cannot_be_run_is_unknown_with_its_reason() -> None:
    verdict = judge(returns_its_argument, cmp_imm(0, 0x7D3), b_cond(NE, 8), FADD, RET)
    assert (verdict.status, verdict.stopped_by) == ("unknown", UnmodelledInstruction)
    assert "fadd d0, d1, d2" in verdict.reason
    counting = [add_imm(1, 1, 1), b(-4)]  # it never returns, and is never in one state twice
    verdict = judge(returns_its_argument, *counting, options=Options(max_steps=100))
    assert (verdict.status, verdict.stopped_by) == ("unknown", StepLimit)


@pytest.mark.parametrize("options", [Options(max_steps=100), Options(timeout=20)], ids=["steps", "time"])
def test_a_loop_without_end_is_refuted(options: Options) -> None:
    verdict = judge(returns_its_argument, NOP, b(0), options=options)
    assert verdict.status == "refuted"
    assert "never returns" in verdict.reason


@pytest.mark.corpus
def test_a_branch_through_unknown_memory_is_not_refuted(aws_lc: Path) -> None:
    """A call through the table of another file's functions may be a good one."""
    image = load_image(aws_lc, ["RAND_bytes"])
    verdict = verify(image, "RAND_bytes", registered()["sha256-blocks"])
    assert (verdict.status, verdict.stopped_by) == ("unknown", UnknownTarget)
    assert "for 1: the branch at" in verdict.reason


def test_a_refutation_speaks_before_what_is_unknown() -> None:
    """One arm is not modelled, the other is wrong."""
    verdict = judge(returns_its_argument, cbz(0, 12), movz(0, 7), RET, FADD, RET)
    assert_refuted(verdict)


def test_an_unreachable_fault_does_no_harm() -> None:
    """Two branches on conditions that exclude each other, then an instruction that is not modelled."""
    below, above = b_cond(3, 8), b_cond(8, 8)
    code = [cmp_imm(0, 10), below, RET, cmp_imm(0, 20), above, RET, FADD]
    assert_proved(judge(returns_its_argument, *code))


# -- the model against Unicorn ---------------------------------------------------------------------


def sabotage(monkeypatch: pytest.MonkeyPatch, module: str, execute: Callable[[MachineState, Fields], None]) -> None:
    """Give one encoding class other semantics."""

    def changed_classify(word: int) -> object:
        found = classify(word)
        if found is not None and found[0].module == module:
            return replace(found[0], execute=execute), found[1]
        return found

    monkeypatch.setattr(decode, "classify", changed_classify)


def test_a_fault_of_the_model_is_not_blamed_on_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def execute(state: MachineState, f: Fields) -> None:
        state.set_x(f.Rd, state.x(f.Rn) + state.x(f.Rm) + 1)

    def doubles(t: Theorem) -> None:
        a = t.value("a", 64)
        t.call(a)
        t.ensure_result(a + a)

    assert_proved(judge(doubles, add(0, 0, 0), RET))
    sabotage(monkeypatch, "isa.data_processing.add_subtract_shifted_register", execute)
    with pytest.raises(ModelFault) as caught:
        judge(doubles, add(0, 0, 0), RET)
    assert caught.value.name == "result"
    assert caught.value.simulated == caught.value.emulated + 1
    assert "the simulator and Unicorn disagree on result" in str(caught.value)
    for part in ("routine of ", "SHA-256 ", "x1 = ", f"simulated {caught.value.simulated:#x}", "\na = "):
        assert part in caught.value.reproduction
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.reproduction) == (str(caught.value), caught.value.reproduction)


@pytest.mark.parametrize(
    ("module", "sample", "symbol"),
    [
        ("isa.data_processing.logical_shifted_register", "sha256_scalar.o", "sha256_block_scalar"),
        ("isa.crypto.three_register_sha512", "sha512_crypto.o", "sha512_block_crypto"),
        ("isa.data_processing.extract", "sha512_scalar.o", "sha512_block_scalar"),
    ],
)
def test_a_fault_of_any_class_is_found(monkeypatch: pytest.MonkeyPatch, module: str, sample: str, symbol: str) -> None:
    def execute(state: MachineState, f: Fields) -> None:
        if "sha512" in module:
            state.set_v(f.Rd, state.v(f.Rn) ^ 1)
        else:
            state.set_x(f.Rd, state.x(f.Rn, 64 if f.sf else 32))

    image = load_image(sample_path(sample))
    sabotage(monkeypatch, module, execute)
    with pytest.raises(ModelFault):
        verdict_of(image, symbol)


def test_a_fault_that_hides_a_wrong_result_is_out_of_reach_of_refutation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Why conformance exists: a model that agrees with wrong code proves it."""

    def execute(state: MachineState, f: Fields) -> None:
        state.set_x(f.Rd, state.x(f.Rn))

    wrong = [add_imm(0, 0, 1), RET]
    assert_refuted(judge(returns_its_argument, *wrong))
    sabotage(monkeypatch, "isa.data_processing.add_subtract_immediate", execute)
    assert judge(returns_its_argument, *wrong).status == "proved"


def test_replay_observes_what_the_goals_name() -> None:
    def statement(t: Theorem) -> None:
        big = t.region("big", 2, 32, access="rw", byteorder="big")
        t.call(big, 7)
        t.ensure(big, [BV.const(0, 32), BV.const(0, 32)])
        t.ensure_result(0)

    execution = explore(
        Setup(image_of(store(1, 0, 0, 4), mov(0, 1), RET), "routine", Contract("c", statement).statement())
    )
    sample = next(candidates(GivenToOne(execution.setup), execution.goals))
    full = complete(execution.setup, sample, execution.paths)
    seen, named = replay(execution.setup, full, 100), by_name(full)
    assert (seen.run.ending, seen.run.steps) == ("returned", 3)
    assert set(seen.observed) == {goal.name for goal in execution.goals}
    assert (seen.observed["big[0]"], seen.observed["result"]) == (0x0700_0000, 7)
    assert (seen.observed["big[1]"], seen.observed["x19"]) == (named["big[1]"], named["x19"])
    assert seen.observed["d8"] == named["v8"] & (2**64 - 1)


# -- faults planted in the prover: what would notice -----------------------------------------------

TWO_PATHS = [cbz(0, 12), eor(1, 1, 1), RET, NOP, RET]


def test_no_path_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exploration._Exploration, "calls", lambda *_: iter(()))
    verdict = judge(returns_its_argument, RET)
    assert (verdict.status, verdict.paths) == ("unknown", 0)
    assert "vacuous" in verdict.reason


def test_no_goal_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exploration, "goals_of", lambda *_: iter(()))
    verdict = judge(returns_its_argument, RET)
    assert (verdict.status, verdict.goals) == ("unknown", 0)
    assert "vacuous" in verdict.reason


def test_a_path_without_goals_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    goals = exploration.goals_of
    monkeypatch.setattr(exploration, "goals_of", lambda *asked: goals(*asked) if asked[-1] == 0 else iter(()))
    verdict = judge(returns_its_argument, *TWO_PATHS)
    assert verdict.paths == 2
    assert verdict.status == "unknown"


def test_only_infeasible_paths_are_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each path stops, and a lying solver says that none can be taken: any input shows that it lies."""
    from lnsym.prove import smt

    monkeypatch.setattr(smt, "solve", lambda *_: smt.SolverAnswer("unsat"))
    with pytest.raises(ToolFault, match="false on"):
        judge(returns_its_argument, FADD, RET, options=Options(methods=("structural", "smt")))


def test_nothing_feasible_is_no_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work is done before the branch: a run that is cut off there looks right."""
    from lnsym.prove import feasibility

    monkeypatch.setattr(feasibility, "Feasibility", lambda *_: lambda conditions: False)
    assert judge(returns_its_argument, cbz(1, 8), NOP, RET).status != "proved"


def test_a_structural_method_that_says_yes_to_all_is_noticed(broken: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the last check, on each of the broken samples."""
    monkeypatch.setattr(structural, "proves", lambda goal: True)
    for symbol in BROKEN.keys() - {"memcpy_64_overrun", "memcpy_64_endless"}:
        with pytest.raises(ToolFault, match="structural proved"):
            verdict_of(broken, symbol)


def test_bounds_that_are_not_checked_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """By whatever stores past a region, as `memcpy_64_overrun` and the changed copies do."""

    def anywhere(self: Memory, placed: object, kind: str, address: BV, size: int, pc: int) -> object:
        return placed

    def statement(t: Theorem) -> None:
        out = t.region("out", 1, 64, access="w")
        t.call(out)
        t.ensure(out, [BV.const(0, 64)])

    code = [store(31, 0), store(31, 0, 1), RET]
    assert_refuted(judge(statement, *code))
    monkeypatch.setattr(Memory, "_allowed", anywhere)
    assert judge(statement, *code).status == "proved"


def test_a_return_anywhere_is_noticed() -> None:
    verdict = judge(returns_its_argument, adr(30, 8), RET, b(0), options=Options(max_steps=100))
    assert verdict.status == "refuted"
