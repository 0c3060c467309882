"""Symbols against numbers: the semantics run on variables, then given a case's numbers, leave what they leave on numbers.

Both rewrite levels are tried: 0 builds terms as the semantics write them, 1 by all rules. A base register is the base of
a region and a number at level 1; at level 0, where sums are not merged and memory places no such address, a number. Semantics may
choose another form where an operand is constant: so each register is also tried as the only one that is not.
"""

from __future__ import annotations

import struct
from functools import cache

from lnsym.bv import BV, evaluate, rewrite_level
from lnsym.conform.cases import Case
from lnsym.conform.comparison import LeftBehind, run_model
from lnsym.conform.contents import SP
from lnsym.conform.single_step import DATA, NZCV_AT, PAGE, SLOT, VECTOR_AT
from lnsym.machine.access_errors import OutsideMemory
from lnsym.machine.contents import Elements
from lnsym.machine.endings import EndOfPath
from lnsym.machine.memory import Memory
from lnsym.machine.origins import flag, general_register, vector_register
from lnsym.machine.regions import Region
from lnsym.machine.state import State

LEVELS = (0, 1)

_BASE = BV.var("base", 64)
_ELEMENT_BYTES = 8


@cache
def _elements() -> list[BV]:
    return [BV.var(f"data[{i}]", 8 * _ELEMENT_BYTES) for i in range(PAGE // _ELEMENT_BYTES)]


def _sample(case: Case) -> dict[BV, int]:
    """The case's numbers for the variables of `State.symbolic`, of the base and of the memory's elements."""
    contents = case.contents
    sample = {general_register(n): term.value for n, term in enumerate(contents.general)}
    sample |= {vector_register(n): term.value for n, term in enumerate(contents.vector)}
    sample |= {flag(letter): contents.nzcv >> (3 - i) & 1 for i, letter in enumerate("nzcv")}
    sample[_BASE] = DATA
    for element, (value,) in zip(_elements(), struct.iter_unpack("<Q", case.data), strict=False):
        sample[element] = value
    return sample


def _start(case: Case, level: int) -> tuple[State, Region | None]:
    """A state of variables, but for registers that make addresses."""
    access = case.access
    if access is None:
        return State.symbolic(Memory(), SLOT), None
    contents = Elements(_elements())
    fields = vars(case.fields)
    known_base = level == 0 or access.base is None
    region = Region("data", DATA if known_base else _BASE, PAGE, contents, True, True)
    state = State.symbolic(Memory([region]), SLOT)
    general = case.contents.general
    if access.offset is not None:
        state.general[fields[access.offset]] = general[fields[access.offset]]
    if access.base is not None:
        base = general[fields[access.base]]
        state.general[fields[access.base]] = base if known_base else _BASE + (base.value - DATA)
    return state, region


def _make_known(state: State, case: Case, unknown: int) -> None:
    """Give all registers the case's numbers but Xn, Vn and what makes an address."""
    contents = case.contents
    base = case.base
    for n in range(32):
        if n not in (unknown, base):
            state.general[n] = contents.general[n]
        if n != unknown:
            state.vector[n] = contents.vector[n]


def is_doubtful(case: Case) -> bool:
    """Whether the address is no sum of the region's base and a number: the base taken twice."""
    access = case.access
    return access is not None and access.offset is not None and vars(case.fields)[access.offset] == case.base != SP


def run_symbolic(case: Case, level: int, unknown: int | None = None) -> LeftBehind:
    """What the semantics leave on variables at a rewrite level, the case's numbers then put in.

    With `unknown`, Xn and Vn of that number are the only registers that are variables.
    """
    with rewrite_level(level):
        return _run_symbolic(case, level, unknown)


def _run_symbolic(case: Case, level: int, unknown: int | None) -> LeftBehind:
    state, region = _start(case, level)
    if unknown is not None:
        _make_known(state, case, unknown)
    try:
        case.encoding.execute(state, case.fields)
    except EndOfPath as stop:
        return LeftBehind("fault" if isinstance(stop.ending, OutsideMemory) else str(stop))
    written = sorted(region.written) if region is not None else []
    pc = state.next_pc if state.next_pc is not None else BV.const(SLOT + 4, 64)
    flags = state.flags
    conditions = [flags.holds(cond) for cond in range(0, 14, 2)]
    roots = [*state.general, *state.vector, flags.n, flags.z, flags.c, flags.v, pc, *conditions]
    stored = [region.read(offset, 1) for offset in written] if region is not None else []
    (values,) = evaluate([*roots, *stored], [_sample(case)])
    general, vector, nzcv, rest = values[:32], values[32:64], values[64:68], values[68:]
    block = bytearray(case.contents.block)
    struct.pack_into("<32Q", block, 0, *general)
    for n, value in enumerate(vector):
        block[VECTOR_AT + 16 * n : VECTOR_AT + 16 * n + 16] = value.to_bytes(16, "little")
    struct.pack_into("<Q", block, NZCV_AT, (nzcv[0] << 3 | nzcv[1] << 2 | nzcv[2] << 1 | nzcv[3]) << 28)
    data = bytearray(case.data)
    for offset, value in zip(written, rest[1 + len(conditions) :], strict=True):
        data[offset] = value
    holding = sum(value << 2 * i for i, value in enumerate(rest[1 : 1 + len(conditions)]))
    return LeftBehind("ran", rest[0], block, data, holding)


def disagreeing_level(case: Case) -> int | None:
    """The first rewrite level at which symbols and numbers leave different things; None when there is none."""
    concrete = run_model(case)
    if concrete.ending == "unusable" or is_doubtful(case):
        return None
    for level in LEVELS:
        if run_symbolic(case, level) != concrete:
            return level
    for unknown in {vars(case.fields)[slot.name] for slot in case.encoding.registers}:
        if run_symbolic(case, 1, unknown) != concrete:
            return 1
    return None
