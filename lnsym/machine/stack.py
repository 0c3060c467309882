"""The stack under a run: what AAPCS64 asks of each instruction, and where SP goes.

SP lies in a region of the stack at an offset that is a number. Where it is set to a term for which there is none (`and sp, x9, #-64`,
`sub sp, sp, x9`), the stack is split: see `lower_frame`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

from lnsym.bv import BV, show
from lnsym.machine.access_errors import BelowStackPointer, StackTooSmall, byte_count
from lnsym.machine.contents import NOTHING_YET
from lnsym.machine.endings import EndOfPath
from lnsym.machine.memory import Memory
from lnsym.machine.pointers import Span, distance_below, residue
from lnsym.machine.regions import Region
from lnsym.machine.state import SP, STACK_ALIGNMENT, State

SMALLEST_FRAME = 16
"""What must be left of the stack below a new frame's base, in bytes."""

TRIED = tuple(1 << k for k in range(4, 22))
"""Distances that solvers are asked about, in bytes."""

MOST_NAMED = 1 << 32
"""A frame that may be larger than this is one of unknown size."""


Proves = Callable[[BV], bool]
"""Whether a term of one bit was shown to be 1."""


def check_stack(state: State, before: BV, proves: Proves) -> None:
    """See that an instruction, SP being `before` before it, used the stack as AAPCS64 (section 6.4.5.1) has it.

    What lies below SP is not the routine's, and SP is a multiple of 16 at an access. What SP has moved up from is released. SP stays within
    the stack. Raises BelowStackPointer, StackTooSmall.
    """
    memory = state.memory
    lowest, memory.stack_access = memory.stack_access, None
    if not state.guarded:
        return
    place, pointer = memory.place(before), state.general[SP]
    if place is None or place[0].start >= 0 or pointer.width != 64:
        raise EndOfPath(BelowStackPointer(state.pc, "SP is not at a known place of the stack"))
    region, old = place
    now = memory.place(pointer)
    if now is None or now[0].base in memory.windows:
        if lowest is not None:
            raise EndOfPath(BelowStackPointer(state.pc, "SP goes to no known place of the stack"))
        memory.split(*lower_frame(memory, state.pc, region, old, pointer, proves))
        return
    if now[0].start >= 0:
        raise EndOfPath(BelowStackPointer(state.pc, "SP is not at a known place of the stack"))
    while region is not now[0]:
        if not memory.splits or lowest is not None:
            raise EndOfPath(BelowStackPointer(state.pc, "SP is not at a known place of the stack"))
        region, old = memory.join()
    new = now[1]
    state.general[SP] = memory.address(region, new)
    end = region.start + region.size
    if lowest is not None:
        if lowest < min(old, new):
            raise EndOfPath(BelowStackPointer(state.pc, f"{byte_count(min(old, new) - lowest)} below SP"))
        if old % STACK_ALIGNMENT or region.alignment % STACK_ALIGNMENT:
            raise EndOfPath(BelowStackPointer(state.pc, f"SP is no multiple of {STACK_ALIGNMENT}"))
    if new > end and memory.splits:
        raise EndOfPath(BelowStackPointer(state.pc, "SP is not at a known place of the stack"))
    if old > end and new != old:
        raise EndOfPath(
            BelowStackPointer(
                state.pc, f"SP was {byte_count(old - end)} above the routine's stack, which frees the caller's"
            )
        )
    if old < new:
        memory.release(region, range(max(old, region.start), min(new, end)))


def lower_frame(
    memory: Memory, pc: int, above: Region, at: int, base: BV, proves: Proves
) -> tuple[Region, Region, int, int]:
    """The frame at a new SP that is no number of bytes from the old one, which is at the offset `at` of the region above.

    With it comes what else `Memory.split` takes.

    The old SP lies at least `least` and at most `most` bytes above the new one. So the new frame reaches from `least` bytes above its base,
    which are free, down to what is left of the stack if SP moved as far as it may. The old region is reached from the old SP up: the two
    have no byte in common, whatever the distance is. Raises BelowStackPointer, StackTooSmall.
    """
    room = at - above.start - SMALLEST_FRAME
    distance = memory.address(above, at) - base
    least, most = distance_below(memory.address(above, at), base, memory.aligned)
    if least < SMALLEST_FRAME or most > room:
        found = _shown(distance, Span(least, most), room, proves)
        if found is None and least >= 0 and most <= MOST_NAMED:
            raise EndOfPath(StackTooSmall(pc, memory.stack_bytes + most - room, memory.stack_bytes))
        if found is None:
            raise EndOfPath(
                BelowStackPointer(
                    pc,
                    f"SP is not at a known place of the stack, but {show(distance, length=90)} below the old one, "
                    f"and nothing shows that these are at most {byte_count(max(0, room))}",
                )
            )
        least, most = found
    if at > above.start + above.size:
        raise EndOfPath(BelowStackPointer(pc, "SP is not at a known place of the stack"))
    left = room - most + SMALLEST_FRAME
    number = len(memory.splits) + 1
    step, rest = residue(base, memory.aligned)
    frame = Region(
        f"frame {number} of the stack",
        base,
        left + least,
        NOTHING_YET,
        readable=True,
        writable=True,
        start=-left,
        alignment=step if rest == 0 else rest & -rest,
    )
    return frame, above, at, most


def _shown(distance: BV, known: Span, room: int, proves: Proves) -> Span | None:
    """What a distance was shown to be, of the bounds that are tried; None where it may exceed the room."""
    bounds = [*(bound for bound in TRIED if bound < room), *([room] if room >= 0 else [])]
    if known.least < 0 or known.most > room:
        first = bisect_left(bounds, True, key=lambda bound: proves(distance.ule(bound)))
        if first == len(bounds):
            return None
        known = Span(0, bounds[first])
    bounds = [bound for bound in bounds if known.least < bound <= known.most]
    shown = bisect_left(bounds, True, key=lambda bound: not proves(BV.const(bound, 64).ule(distance)))
    return known._replace(least=bounds[shown - 1]) if shown else known
