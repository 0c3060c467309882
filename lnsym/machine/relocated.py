"""Instructions that a relocation gives an address which is a term: of what another file defines, or of another section.

ADR makes such an address, and MOVZ and MOVK 16 bits of one. A pair of instructions makes one: ADRP the page, and ADD, or a load or
store, what is below it (AAELF64, "Static AArch64 relocations"). With T for the address, ADRP gives T less its low 12 bits here, and the
other adds them again, so that the sum is T whatever T may be.
"""

from __future__ import annotations

from collections.abc import Callable

from isa import Encoding, Fields
from isa.data_processing import add_subtract_immediate, move_wide_immediate, pc_relative_addressing
from isa.loads_and_stores import register_literal, register_unsigned_immediate
from lnsym.bv import BV, concat
from lnsym.machine import relocation
from lnsym.machine.state import State


def with_address(encoding: Encoding, f: Fields, kind: int, target: BV) -> Callable[[State], None] | None:
    """What an instruction does that a relocation of this type gives the address `target`; None where that is not modelled."""
    low = target.extract(11, 0).zero_extend(64)
    semantics = encoding.execute
    if kind in relocation.ADR_USES and semantics is pc_relative_addressing.execute and not f.op:
        return lambda state: state.set_x(f.Rd, target)
    if kind in relocation.PAGE_USES and semantics is pc_relative_addressing.execute and f.op:
        return lambda state: state.set_x(f.Rd, target - low)
    if kind in relocation.ADD_LOW_USES and semantics is add_subtract_immediate.execute and not (f.op or f.S or f.sh):
        width = 64 if f.sf else 32
        return lambda state: state.set_x_or_sp(f.Rd, state.x_or_sp(f.Rn, width) + low.extract(width - 1, 0))
    if kind in relocation.TRANSFER_LOW_USES and semantics is register_unsigned_immediate.execute:
        fields = Fields(**{**vars(f), "imm12": 0})
        return lambda state: _Displaced.run(state, low, lambda displaced: semantics(displaced, fields))
    if kind in relocation.LITERAL_USES and semantics is register_literal.execute:
        offset = BV.const(f.imm19, 19).sign_extend(64) << 2
        return lambda state: _Displaced.run(
            state, target - (state.address(state.pc) + offset), lambda displaced: semantics(displaced, f)
        )
    if kind in relocation.PART_USES and semantics is move_wide_immediate.execute and f.opc & 0b10:
        first = relocation.PART_USES[kind]
        part = target.extract(first + 15, first)
        return lambda state: _move_part(state, f, part)
    return None


def _move_part(state: State, f: Fields, part: BV) -> None:
    """MOVZ or MOVK of 16 bits that are a term."""
    width, position = 64 if f.sf else 32, 16 * f.hw
    kept = state.x(f.Rd, width) if f.opc & 1 else BV.const(0, width)
    above = [kept.extract(width - 1, position + 16)] if position + 16 < width else []
    below = [kept.extract(position - 1, 0)] if position else []
    state.set_x(f.Rd, concat(*above, part, *below))


class _Displaced(State):
    """A state whose loads and stores go to addresses that lie further by some bytes."""

    __slots__ = ("_by",)
    _by: BV

    @staticmethod
    def run(state: State, by: BV, execute: Callable[[State], None]) -> None:
        """Run a load or store on a state, its address `by` bytes further."""
        displaced = _Displaced(state.general, state.vector, state.flags, state.memory, state.pc)
        displaced._by = by
        displaced.exclusive = state.exclusive
        execute(displaced)
        state.exclusive = displaced.exclusive

    def load(self, address: BV, size: int) -> BV:
        return super().load(address + self._by, size)

    def store(self, address: BV, value: BV) -> None:
        super().store(address + self._by, value)
