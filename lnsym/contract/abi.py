"""The AAPCS64 calling convention: what a call starts with, and what it must bring back.

Procedure Call Standard for the Arm 64-bit Architecture, sections 6.1.1 (general-purpose registers), 6.1.2 (SIMD and
floating-point registers) and 6.4.5 (the stack).
"""

from __future__ import annotations

from lnsym.bv import BV, concat
from lnsym.machine.state import State

STACK_BYTES = 1 << 16
"""How much stack below SP a routine is assumed to have."""

STACK_ALIGNMENT = 16
CALLEE_SAVED_GENERAL = tuple(range(19, 30))
CALLEE_SAVED_VECTOR = tuple(range(8, 16))
"""Only their low 64 bits are saved."""

LINK_REGISTER = 30


def enter(state: State, arguments: tuple[BV, ...], entry: int, returns_to: BV) -> None:
    """Make a state that of a call: arguments in X0-X7, the return address in X30, the program counter at the entry."""
    for n, argument in enumerate(arguments):
        state.set_x(n, argument)
    state.set_x(LINK_REGISTER, returns_to)
    state.pc = entry
    state.next_pc = None


def forget_caller_saved(state: State, call: int) -> None:
    """What a caller may have done between two calls: new variables in the registers that it may change."""
    for n in (*range(19), LINK_REGISTER):
        state.set_x(n, BV.var(f"x{n}_{call}", 64))
    for n in range(32):
        fresh = BV.var(f"v{n}_{call}", 128)
        if n in CALLEE_SAVED_VECTOR:
            fresh = concat(fresh.extract(127, 64), state.v(n, 64))
        state.set_v(n, fresh)


def preserved(state: State) -> list[tuple[str, BV]]:
    """The registers that a call must bring back, by name."""
    registers = [(f"x{n}", state.x(n)) for n in CALLEE_SAVED_GENERAL]
    registers.append(("sp", state.x_or_sp(31)))
    registers += [(f"d{n}", state.v(n, 64)) for n in CALLEE_SAVED_VECTOR]
    return registers
