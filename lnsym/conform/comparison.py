"""The comparison of one case: run by the semantics of `isa`, run by Unicorn, and everything compared that either left."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Literal, TypeAlias

from lnsym.conform.cases import Case, initial_state, is_machinery, is_mapped
from lnsym.conform.contents import SP
from lnsym.conform.single_step import DATA, NZCV_AT, PAGE, SLOT, VECTOR_AT, SingleStep
from lnsym.conform.unicorn_faults import unicorn_is_wrong
from lnsym.machine.access_errors import OutsideMemory
from lnsym.machine.contents import Bytes
from lnsym.machine.endings import EndOfPath
from lnsym.machine.memory import Memory
from lnsym.machine.regions import Region

Agreement: TypeAlias = Literal["agree", "differ", "unusable"]


@dataclass
class CaseDifference:
    """One thing in which the two results differ."""

    where: str
    before: str
    model: str
    unicorn: str


@dataclass
class LeftBehind:
    """What a run left behind."""

    ending: str
    """"ran", "fault", or what else kept the instruction from running."""
    pc: int = 0
    block: bytes | bytearray = b""
    data: bytes | bytearray = b""
    conditions: int = 0
    """For each condition that holds, the bit of its number; of the model what `Flags.holds` says."""


_EVEN_CONDITIONS = range(0, 14, 2)


def condition_holds(nzcv: int) -> int:
    """ConditionHolds for the conditions EQ, CS, MI, VS, HI, GE, GT, as `LeftBehind.conditions`; AL and inverses add nothing."""
    n, z, c, v = (bool(nzcv >> bit & 1) for bit in (3, 2, 1, 0))
    holding = (z, c, n, v, c and not z, n == v, n == v and not z)
    return sum(1 << 2 * i for i, holds in enumerate(holding) if holds)


_CONDITION_HOLDS = tuple(condition_holds(nzcv) for nzcv in range(16))


def run_model(case: Case) -> LeftBehind:
    """Run a case by the semantics of `isa`. What they raise, but for a fault, is an ending of its own."""
    contents = case.contents
    state = initial_state(case)
    data: bytes | bytearray = case.data
    region = None
    if case.access is not None:
        region = Region("data", DATA, PAGE, Bytes(case.data), True, True)
        state.memory = Memory([region])
    flags = state.flags
    try:
        case.encoding.execute(state, case.fields)
        block = contents.block.copy()
        for n, (old, new) in enumerate(zip(contents.general, state.general, strict=True)):
            if old is not new:
                struct.pack_into("<Q", block, 8 * n, new.value)
        for n, (old, new) in enumerate(zip(contents.vector, state.vector, strict=True)):
            if old is not new:
                block[VECTOR_AT + 16 * n : VECTOR_AT + 16 * n + 16] = new.value.to_bytes(16, "little")
        nzcv = contents.nzcv
        conditions = _CONDITION_HOLDS[nzcv]
        if state.flags is not flags:
            now = state.flags
            conditions = sum(now.holds(cond).value << cond for cond in _EVEN_CONDITIONS)
            nzcv = now.n.value << 3 | now.z.value << 2 | now.c.value << 1 | now.v.value
        struct.pack_into("<Q", block, NZCV_AT, nzcv << 28)
        pc = SLOT + 4 if state.next_pc is None else state.next_pc.value
        if region is not None and region.written:
            data = written = bytearray(case.data)
            for offset, (value, part) in region.written.items():
                written[offset] = value.value >> 8 * part & 0xFF
    except EndOfPath as stop:
        match stop.ending:
            case OutsideMemory(address=address, size=size):
                return LeftBehind("unusable" if is_machinery(address.value, size) else "fault")
            case ending:
                return LeftBehind(f"{type(ending).__name__}: {ending}")
    except Exception as error:  # whatever semantics with a fault in them do is a mismatch, not the campaign's end
        return LeftBehind(f"{type(error).__name__}: {error}")
    if pc != SLOT + 4 and is_mapped(pc):
        return LeftBehind("unusable")
    return LeftBehind("ran", pc, block, data, conditions)


class Comparer:
    """Runs cases on both sides."""

    def __init__(self) -> None:
        self.machine = SingleStep()

    def run_unicorn(self, case: Case) -> LeftBehind:
        """Run a case on Unicorn."""
        machine = self.machine
        machine.load_word(case.word, case.prelude)
        machine.block[:] = case.contents.block
        if case.access is not None:
            machine.data[:] = case.data
        ending = machine.run()
        if ending not in ("next", "branch"):
            return LeftBehind(ending)
        pc = SLOT + 4 if ending == "next" else machine.pc
        block = bytes(machine.block)
        data = bytes(machine.data) if case.access is not None else case.data
        return LeftBehind("ran", pc, block, data, _CONDITION_HOLDS[block[NZCV_AT + 3] >> 4])

    def compare(self, case: Case) -> Agreement:
        """Whether both sides leave the same; "unusable" where the case reaches into the test machinery."""
        model = run_model(case)
        if model.ending == "unusable" or (case.access is not None and unicorn_is_wrong(case)):
            return "unusable"
        return "agree" if self.run_unicorn(case) == model else "differ"

    def differences(self, case: Case) -> list[CaseDifference]:
        """In what the two sides differ."""
        model, unicorn = run_model(case), self.run_unicorn(case)
        if model.ending != "ran" or unicorn.ending != "ran":
            same = model.ending == unicorn.ending or model.ending == "unusable"
            return [] if same else [CaseDifference("ending", "", model.ending, unicorn.ending)]
        found = []
        for name, at, size in _fields():
            ours, theirs = (int.from_bytes(left.block[at : at + size], "little") for left in (model, unicorn))
            if ours != theirs:
                before = int.from_bytes(case.contents.block[at : at + size], "little")
                shift = 28 if name == "nzcv" else 0
                found.append(CaseDifference(name, *(f"{value >> shift:#x}" for value in (before, ours, theirs))))
        if model.pc != unicorn.pc:
            found.append(CaseDifference("pc", f"{SLOT:#x}", f"{model.pc:#x}", f"{unicorn.pc:#x}"))
        if model.conditions != unicorn.conditions:
            found.append(
                CaseDifference("conditions that hold", "", f"{model.conditions:#x}", f"{unicorn.conditions:#x}")
            )
        if model.data != unicorn.data:
            at = next(i for i in range(PAGE) if model.data[i] != unicorn.data[i])
            three = (source[at : at + 16].hex(" ") for source in (case.data, model.data, unicorn.data))
            found.append(CaseDifference(f"memory at {DATA + at:#x}", *three))
        return found


def _fields() -> list[tuple[str, int, int]]:
    """The registers in the state block: name, offset and size in bytes."""
    general = [(f"x{n}" if n != SP else "sp", 8 * n, 8) for n in range(32)]
    return [*general, ("nzcv", NZCV_AT, 8), *((f"v{n}", VECTOR_AT + 16 * n, 16) for n in range(32))]
