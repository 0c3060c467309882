"""What a class declares is what its semantics do, what Capstone reads in its words, and what Arm and GNU as say of it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

import capstone
import pytest
from capstone import arm64

from isa.assumptions import Assumption
from isa.branch_types import BranchType
from isa.encoding import Encoding, Fields, encodings
from isa.features import Feature
from isa.flags import FlagBits
from isa.operands import Role
from lnsym.bv import BV
from lnsym.conform.forms import forms
from lnsym.conform.words import words
from lnsym.machine.memory import Memory
from lnsym.machine.state import State

ZR = 31
PC = 0x10_0000
ARMS_REGISTER_NAMES = {"Rd", "Rn", "Rm", "Ra", "Rt", "Rt2", "Rs"}

every_class = pytest.mark.parametrize("encoding", encodings(), ids=lambda encoding: encoding.module)


@cache
def sample(encoding: Encoding) -> tuple[int, ...]:
    """Two words of every form."""
    return tuple(word for form in forms(encoding) for word in words(form, Random(form.name), 2))


# -- the fields ---------------------------------------------------------------------------------


@every_class
def test_operands_are_fields_of_the_class_each_in_one_role(encoding: Encoding) -> None:
    operands = encoding.operands
    named = operands.registers + operands.modifier + operands.immediate
    assert len(named) == len(set(named))
    slots = {slot.name for slot in encoding.slots}
    assert set(named) <= slots
    assert set(operands.top_bit) | set(operands.consecutive) <= set(operands.registers)
    assert set(operands.top_bit.values()) | set(encoding.settings) <= set(operands.immediate)
    assert slots & ARMS_REGISTER_NAMES == {slot.name for slot in encoding.registers}
    assert all(encoding.role(slot) is Role.REGISTER for slot in encoding.registers)


@every_class
def test_fields_that_should_be_one_are_so_in_every_legal_word(encoding: Encoding) -> None:
    for word in sample(encoding):
        f = vars(encoding.fields(word))
        assert {f[name] for name in encoding.operands.should_be_one} <= {ZR}


# -- against the semantics ----------------------------------------------------------------------


class Recording(State):
    """A state of numbers that notes what an instruction touches. Memory holds zeros."""

    def __init__(self, general: list[int], random: Random) -> None:
        registers = [BV.const(value, 64) for value in general]
        vectors = [BV.const(random.getrandbits(128), 128) for _ in range(32)]
        super().__init__(registers, vectors, FlagBits.from_field(random.getrandbits(4)), Memory(), PC)
        self.registers: set[tuple[str, int]] = set()
        self.loaded: set[int] = set()
        self.stored: set[int] = set()
        self.first: int | None = None
        self.alignments: list[tuple[int, int]] = []
        self.authenticates = self.closes_monitor = self.to_register = False

    def x(self, n: int, width: int = 64) -> BV:
        self.registers.add(("x", n))
        return super().x(n, width)

    def x_or_sp(self, n: int, width: int = 64) -> BV:
        self.registers.add(("x", n))
        return super().x_or_sp(n, width)

    def set_x(self, n: int, value: BV) -> None:
        self.registers.add(("x", n))
        super().set_x(n, value)

    def set_x_or_sp(self, n: int, value: BV) -> None:
        self.registers.add(("x", n))
        super().set_x_or_sp(n, value)

    def v(self, n: int, width: int = 128) -> BV:
        self.registers.add(("v", n))
        return super().v(n, width)

    def set_v(self, n: int, value: BV) -> None:
        self.registers.add(("v", n))
        super().set_v(n, value)

    def _touch(self, touched: set[int], address: BV, size: int) -> None:
        self.first = address.value if self.first is None else self.first
        touched.update(range(address.value, address.value + size))

    def load(self, address: BV, size: int) -> BV:
        self._touch(self.loaded, address, size)
        return BV.const(0, 8 * size)

    def store(self, address: BV, value: BV) -> None:
        self._touch(self.stored, address, value.width // 8)

    def require_alignment(self, address: BV, size: int) -> None:
        self.alignments.append((address.value, size))

    def close_exclusive(self, address: BV, size: int) -> None:
        self.closes_monitor = True

    def sign(self, key: str, pointer: BV, modifier: BV) -> BV:
        self.authenticates = True
        return pointer

    def authenticate(self, key: str, pointer: BV, modifier: BV) -> BV:
        self.authenticates = True
        return pointer

    def strip(self, pointer: BV) -> BV:
        self.authenticates = True
        return pointer

    def address(self, number: int) -> BV:
        return BV.const(number, 64)

    def page(self) -> BV:
        return BV.const(PC, 64)

    def branch_to(self, address: BV, btype: BranchType) -> None:
        self.to_register = True
        super().branch(address)


def executed(encoding: Encoding, word: int, general: list[int] | None = None) -> Recording:
    """What executing a word touches."""
    random = Random(word)
    state = Recording(general or [random.randrange(1 << 20, 1 << 40) for _ in range(32)], random)
    encoding.execute(state, encoding.fields(word))
    return state


def declared_registers(encoding: Encoding, f: Fields) -> set[tuple[str, int]]:
    """The registers that the word may name, by bank."""
    operands, values = encoding.operands, vars(f)
    found: set[tuple[str, int]] = set()
    for banks, names in (
        ("x", operands.general),
        ("v", operands.vector),
        ("xv", operands.either),
        ("x", operands.modifier),
    ):
        for name in names:
            numbers = {values[name] + i for i in range(operands.consecutive.get(name, 1))}
            if name in operands.top_bit:
                numbers.add(values[operands.top_bit[name]] << 4 | values[name])
            found |= {(bank, n % 32) for bank in banks for n in numbers}
    return found


def implicit_registers(encoding: Encoding, f: Fields) -> set[tuple[str, int]]:
    """The registers that an instruction uses without a field for them."""
    branch = encoding.branch(f)
    if encoding.assumption(f) is Assumption.POINTER_AUTHENTICATION_AS_PLAIN and not encoding.operands.registers:
        return {("x", n) for n in (16, 17, 30, 31)}  # hints
    return {("x", 30), ("x", 31)} if branch is not None and (branch.calls or branch.returns) else set()


@every_class
def test_the_semantics_touch_the_registers_that_the_fields_name(encoding: Encoding) -> None:
    touched = set()
    for word in sample(encoding):
        f = encoding.fields(word)
        state = executed(encoding, word)
        assert state.registers <= declared_registers(encoding, f) | implicit_registers(encoding, f), f"{word:#010x}"
        touched |= {
            name for name in encoding.operands.registers if {b for b, n in state.registers if n == vars(f)[name]}
        }
    assert touched >= set(encoding.operands.registers) - set(encoding.operands.should_be_one)


@every_class
def test_the_semantics_access_the_memory_that_is_declared(encoding: Encoding) -> None:
    for word in sample(encoding):
        f = encoding.fields(word)
        state, access = executed(encoding, word), encoding.memory(f)
        touched = state.loaded | state.stored
        if access is None:
            assert not touched, f"{word:#010x}"
            continue
        assert (bool(state.loaded), bool(state.stored)) == (access.reads, access.writes), f"{word:#010x}"
        assert len(touched) == access.size
        assert not touched or touched == set(range(min(touched), min(touched) + access.size))
        assert state.alignments == ([(state.first, access.size)] if access.aligned else [])


@every_class
def test_base_and_offset_are_what_the_address_is_made_from(encoding: Encoding) -> None:
    for word in sample(encoding)[::4]:
        f = encoding.fields(word)
        access = encoding.memory(f)
        if access is None or access.size == 0:
            continue
        general = [0x1000 * (n + 1) for n in range(32)]
        for n in {0, 30, *(number for _, number in declared_registers(encoding, f))}:
            moved = general.copy()
            moved[n] += 0x10_0000
            makes = {vars(f)[name] for name in (access.base, access.offset) if name is not None}
            if access.offset is not None and vars(f)[access.offset] == ZR != vars(f)[access.base or ""]:
                makes.discard(ZR)  # as an offset it is zero
            apart = executed(encoding, word, moved).first != executed(encoding, word, general).first
            assert apart == (n in makes), f"{word:#010x} X{n}"


@every_class
def test_branches_go_where_they_say(encoding: Encoding) -> None:
    for word in sample(encoding):
        state, branch = executed(encoding, word), encoding.branch(encoding.fields(word))
        if branch is None:
            assert state.next_pc is None
            continue
        assert state.next_pc is not None
        assert state.to_register == (branch.offset is None)
        if branch.offset is not None:
            there = (PC + branch.offset) % (1 << 64)
            assert state.next_pc.value in ({there, PC + 4} if branch.conditional else {there})
        assert (state.general[30].value == PC + 4) == branch.calls


@every_class
def test_an_assumption_is_declared_where_the_semantics_need_it(encoding: Encoding) -> None:
    for word in sample(encoding):
        state = executed(encoding, word)
        needed = {
            Assumption.POINTER_AUTHENTICATION_AS_PLAIN: state.authenticates,
            Assumption.EXCLUSIVES_ALWAYS_SUCCEED: state.closes_monitor,
            Assumption.ATOMICS_UNDISTURBED: bool(state.loaded and state.stored),
        }
        assert set(needed) == set(Assumption)
        expected = [assumption for assumption, is_needed in needed.items() if is_needed]
        assert [encoding.assumption(encoding.fields(word))] == (expected or [None]), f"{word:#010x}"


# -- against Capstone ---------------------------------------------------------------------------


@cache
def _disassembler() -> capstone.Cs:
    disassembler = capstone.Cs(capstone.CS_ARCH_ARM64, capstone.CS_MODE_ARM)
    disassembler.detail = True
    return disassembler


def _register(number: int) -> tuple[str, int] | None:
    """Bank and number of a register of Capstone's; None for system registers and the like."""
    name = _disassembler().reg_name(number)
    special = {"fp": 29, "lr": 30, "sp": 31, "wsp": 31, "xzr": 31, "wzr": 31}
    if name in special:
        return "x", special[name]
    found = re.fullmatch(r"([xwbhsdqv])(\d+)", name)
    return found and ("x" if found[1] in "xw" else "v", int(found[2]))


def capstones_registers(word: int) -> tuple[set[tuple[str, int]], set[tuple[str, int]]]:
    """The registers that Capstone names in a word, and those of its address; without the zero register and SP."""
    named: set[tuple[str, int]] = set()
    address: set[tuple[str, int]] = set()
    for instruction in _disassembler().disasm(word.to_bytes(4, "little"), 0):
        for operand in instruction.operands:
            if operand.type == arm64.ARM64_OP_REG:
                named.add(_register(operand.reg) or ("none", 0))
            elif operand.type == arm64.ARM64_OP_MEM:
                address |= {_register(r) or ("none", 0) for r in (operand.mem.base, operand.mem.index) if r}
    nothing = {("x", ZR), ("none", 0)}
    return (named | address) - nothing, address - nothing


@every_class
def test_capstone_names_the_registers_that_the_fields_hold(encoding: Encoding) -> None:
    for word in sample(encoding):
        f = encoding.fields(word)
        operands, values = encoding.operands, vars(f)
        named, in_address = capstones_registers(word)
        assert named <= declared_registers(encoding, f), f"{word:#010x}"
        branch, access = encoding.branch(f), encoding.memory(f)
        unnamed = {30} if branch is not None and branch.returns else set()  # RET without an operand is RET X30
        single = {name for name in operands.general + operands.vector if name not in operands.top_bit}
        for name in single - {"Rm"} if "Rm" in values and values["Rm"] == ZR else single:
            bank = "x" if name in operands.general else "v"
            if (bank, values[name]) != ("x", ZR) and values[name] not in unnamed:
                assert (bank, values[name]) in named, f"{word:#010x} {name}"
        if access is not None and access.base is not None:
            makes = {values[access.base]} | ({values[access.offset]} if access.offset else set())
            assert in_address == {("x", n) for n in makes if n != ZR}, f"{word:#010x}"


# -- against Arm's manual -----------------------------------------------------------------------

NOT_OF_DATA_INDEPENDENT_TIME = """
    CLREX DSB DMB ISB SB CBZ CBNZ B.cond NOP YIELD WFE WFI SEV SEVL DGH CSDB BTI XAFLAG AXFLAG MSR MRS TBZ TBNZ B BL
    BR BRAA BRAAZ BRAB BRABZ BLR BLRAA BLRAAZ BLRAB BLRABZ RET RETAA RETAB
    PACIA PACIB PACDA PACDB PACIZA PACIZB PACDZA PACDZB PACIA1716 PACIB1716 PACIAZ PACIASP PACIBZ PACIBSP
    AUTIA AUTIB AUTDA AUTDB AUTIZA AUTIZB AUTDZA AUTDZB AUTIA1716 AUTIB1716 AUTIAZ AUTIASP AUTIBZ AUTIBSP XPACI XPACD XPACLRI
    UDIV SDIV MOVN MOVZ MOVK ADR ADRP PRFM PRFUM FMOV MOVI MVNI
    SWP SWPA SWPL SWPAL SWPB SWPAB SWPLB SWPALB SWPH SWPAH SWPLH SWPALH
    CAS CASA CASL CASAL CASB CASAB CASLB CASALB CASH CASAH CASLH CASALH CASP CASPA CASPL CASPAL
    SQDMLAL SQDMLSL SQDMULL SQRDMLSH SQDMLAL2 SQDMLSL2 SQDMULL2 SQADD UQADD SQSUB UQSUB SRHADD URHADD
    SQSHL UQSHL SQRSHL UQRSHL SQSHLU SQSHRN SQRSHRN SQSHRUN SQRSHRUN UQSHRN UQRSHRN
    SQSHRN2 SQRSHRN2 SQSHRUN2 SQRSHRUN2 UQSHRN2 UQRSHRN2
    SUQADD USQADD SQABS SQNEG SQXTN SQXTUN UQXTN SQXTN2 SQXTUN2 UQXTN2 URECPE URSQRTE
"""
"""What is modelled and lacks "data-independent-time" in its Operational Information: Arm ARM, DDI 0487 M.a.a, C6.2 and C7.2.

The loads of literals lack it too, under names that other loads share.
"""


@every_class
def test_the_time_is_independent_of_data_where_the_arm_arm_says_so(encoding: Encoding) -> None:
    literal, others = encoding.name == "register_literal", NOT_OF_DATA_INDEPENDENT_TIME.split()
    for form in forms(encoding):
        said = form.mnemonic not in others and not literal
        assert encoding.data_independent_time(encoding.fields(form.witnesses[0])) == said, form.name


# -- against GNU as -----------------------------------------------------------------------------

ASSEMBLER = shutil.which("aarch64-linux-gnu-as")
ARCHITECTURES = {
    Feature.FP: "armv8-a",
    Feature.FP16: "armv8.2-a+fp16",
    Feature.ADV_SIMD: "armv8-a",
    Feature.AES: "armv8-a+aes",
    Feature.PMULL: "armv8-a+aes",
    Feature.SHA1: "armv8-a+sha2",
    Feature.SHA256: "armv8-a+sha2",
    Feature.SHA512: "armv8.2-a+sha3",
    Feature.SHA3: "armv8.2-a+sha3",
    Feature.SM3: "armv8.2-a+sm4",
    Feature.SM4: "armv8.2-a+sm4",
    Feature.CRC32: "armv8-a+crc",
    Feature.RDM: "armv8-a+rdma",
    Feature.DOT_PROD: "armv8.2-a+dotprod",
    Feature.LSE: "armv8-a+lse",
    Feature.LOR: "armv8-a+lor",
    Feature.LRCPC: "armv8.2-a+rcpc",
    Feature.FLAG_M: "armv8.2-a+flagm",
    Feature.P_AUTH: "armv8.2-a+pauth",
    Feature.SB: "armv8.2-a+sb",
}
"""What GNU as takes them for. Some of its extensions allow several features; it has none for LRCPC2 and FLAG_M2."""

HINTS_EVERYWHERE = frozenset({Feature.P_AUTH, Feature.BTI, Feature.DGH})
"""Features whose hints GNU as takes for any processor, as they do nothing where the feature is missing."""


def _is_taken_everywhere(encoding: Encoding, feature: Feature) -> bool:
    """Whether GNU as lets an instruction pass without its feature: hints, and loads and stores of SIMD&FP registers."""
    if encoding.name == "hints":
        return feature in HINTS_EVERYWHERE
    return feature is Feature.FP and encoding.group == "loads_and_stores"


def _texts() -> Iterator[tuple[Encoding, int, Feature, str]]:
    for encoding in encodings():
        for form in forms(encoding):
            word = form.witnesses[0]
            for instruction in _disassembler().disasm(word.to_bytes(4, "little"), 0x10_0000):
                text = f"{instruction.mnemonic} {instruction.op_str}"
                yield encoding, word, encoding.feature(encoding.fields(word)), text


def _refused(tmp_path: Path, architecture: str, texts: list[str]) -> set[int]:
    """Which of the texts GNU as refuses for an architecture."""
    assert ASSEMBLER is not None
    source = tmp_path / "all.s"
    source.write_text(f".arch {architecture}\n" + "".join(f"{text}\n" for text in texts))
    command = [ASSEMBLER, str(source), "-o", str(tmp_path / "all.o")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = {int(n) for n in re.findall(r"all\.s:(\d+): Error", done.stderr)}
    assert 1 not in lines, done.stderr
    return {line - 2 for line in lines}


@pytest.mark.skipif(ASSEMBLER is None, reason="needs GNU as for AArch64")
def test_gnu_as_refuses_what_needs_a_feature_and_takes_it_with_the_feature(tmp_path: Path) -> None:
    known = list(_texts())
    texts = [text for *_, text in known]
    unreadable = _refused(
        tmp_path, "armv8.6-a+fp16+simd+aes+sha2+sha3+sm4+crc+rdma+dotprod+lse+lor+rcpc+flagm+pauth+sb", texts
    )
    assert len(unreadable) < len(texts) // 50
    plain = _refused(tmp_path, "armv8-a+nofp", texts)
    for number, (encoding, word, feature, text) in enumerate(known):
        if number in unreadable or _is_taken_everywhere(encoding, feature):
            continue
        assert (number in plain) == (feature is not Feature.BASE), f"{word:#010x} {text}: {feature}"
    for feature, architecture in ARCHITECTURES.items():
        of_it = [
            number for number, (_, _, needed, _) in enumerate(known) if needed is feature and number not in unreadable
        ]
        assert of_it
        refused = _refused(tmp_path, architecture, [texts[number] for number in of_it])
        assert [texts[of_it[number]] for number in refused] == [], feature
