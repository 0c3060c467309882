"""The AAPCS64 calling convention: what a call starts with, and what it must bring back.

Procedure Call Standard for the Arm 64-bit Architecture, sections 6.1.1 (general-purpose registers), 6.1.2 (SIMD and
floating-point registers) and 6.4.5 (the stack).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from isa.flags import FlagBits
from lnsym.bv import BV, concat, evaluate
from lnsym.machine.contents import UnknownBytes
from lnsym.machine.origins import Stack, flag, general_register, vector_register
from lnsym.machine.state import SP, State
from lnsym.machine.state import STACK_ALIGNMENT as STACK_ALIGNMENT

STACK_BYTES = 1 << 16
"""How much stack below SP a routine is assumed to have, where nobody says another bound."""

MOST_STACK_BYTES = 1 << 22
"""No larger bound is taken: samples and Unicorn place the stack in a slot of a fixed size (`inputs.SLOT`)."""

CALLEE_SAVED_GENERAL = tuple(range(19, 30))
CALLEE_SAVED_VECTOR = tuple(range(8, 16))
"""Only their low 64 bits are saved."""

LINK_REGISTER = 30


def stack_assumption(size: int) -> str:
    """How reports name the assumption that `size` bytes of stack below SP are there."""
    return f"stack-{size >> 10}KiB" if size % 1024 == 0 else f"stack-{size}B"


def enter(state: State, arguments: tuple[BV, ...], entry: int, returns_to: BV) -> None:
    """Make a state that of a call: arguments in X0-X7, the return address in X30, the program counter at the entry."""
    for n, argument in enumerate(arguments):
        state.set_x(n, argument)
    state.set_x(LINK_REGISTER, returns_to)
    state.returns_to = returns_to
    state.pc = entry
    state.next_pc = None


def forget(state: State, call: int, kept: Collection[str]) -> None:
    """What a caller may have done between two calls: new variables in the stack and in all registers but SP and those in `kept`.

    A caller may use the callee-saved registers for itself.
    """
    state.clear_exclusive()
    for n in range(31):
        if f"x{n}" not in kept:
            state.set_x(n, general_register(n, call))
    for n in range(32):
        fresh = vector_register(n, call)
        state.set_v(n, concat(fresh.extract(127, 64), state.v(n, 64)) if f"d{n}" in kept else fresh)
    state.flags = FlagBits(*[flag(letter, call) for letter in "nzcv"])
    state.memory.renew_stack(UnknownBytes(Stack(call)))


def set_register(state: State, name: str, value: BV) -> None:
    """Set `xN`, or the low half of a vector register, `dN`."""
    n = int(name[1:])
    if name[0] == "x":
        state.set_x(n, value)
    else:
        state.set_v(n, concat(state.v(n).extract(127, 64), value))


def register(state: State, name: str) -> BV:
    """What `sp`, `xN` or `dN` holds, 64 bits."""
    if name == "sp":
        return state.x_or_sp(SP)
    n = int(name[1:])
    return state.x(n) if name[0] == "x" else state.v(n, 64)


CALLEE_SAVED = (
    *(f"x{n}" for n in CALLEE_SAVED_GENERAL),
    "sp",
    *(f"d{n}" for n in CALLEE_SAVED_VECTOR),
)
"""The registers that a call must bring back, by name."""


def preserved(state: State, changed: Collection[str] = ()) -> list[tuple[str, BV]]:
    """What the callee-saved registers hold, by name; those in `changed` left out."""
    return [(name, register(state, name)) for name in CALLEE_SAVED if name not in changed]


def values_on(sample: Mapping[BV, int], registers: Mapping[str, BV]) -> dict[str, int]:
    """Registers by name on a sample of the variables; those it lacks are 0."""
    (values,) = evaluate(list(registers.values()), [sample], default=0)
    return dict(zip(registers, values, strict=True))
