"""Why a mutant that is not refuted does what the original does, where a few simple checks of the model can tell.

The checks, on symbols, each asking less than the one before:

- the two instructions do the same from every state;
- they do the same in every state in which the routine comes to them;
- they differ in some registers or flags only, and nothing the contract speaks of depends on what those hold afterwards.

Each is a finding on terms, so what it says is so; where none finds anything, nothing is said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from isa.flags import FlagBits
from lnsym.bv import BV, concat, variables
from lnsym.errors import LnsymError
from lnsym.machine.contents import Contents, UnknownBytes
from lnsym.machine.decode import Instruction, decode_word
from lnsym.machine.extents import OpenRegion
from lnsym.machine.memory import Memory
from lnsym.machine.origins import SegmentContents
from lnsym.machine.regions import Region
from lnsym.machine.state import SP, State
from lnsym.mutation.mutants import Mutant
from lnsym.run.exploration import Unexplored


@dataclass(frozen=True)
class Unread:
    """A result that nobody should need, by the place that it is left in, or the byte of a table at an address."""

    place: str

    def __str__(self) -> str:
        return f"unread {self.place}"


_REACH = 1 << 13
"""Bytes below and above every register at which an instruction on its own finds memory."""


def reason_for(make: Callable[[], Unexplored], mutant: Mutant) -> str:
    """The reason in a few words; empty where there is none to give. `make` sets up the original."""
    if mutant.kind == "constant":
        return "nothing depends on this byte" if _is_unread_byte(make(), mutant.address) else ""
    old, new = (decode_word(int.from_bytes(w, "little"), mutant.address) for w in (mutant.before, mutant.after))
    if not _differences_alone(old, new):
        return "the same operation"
    places = _differences_within(make(), old, new)
    if not places:
        return "the same result in every state in which the routine comes here" if places is not None else ""
    if "memory" in places or "branch" in places:
        return ""
    if _are_unread(make(), old, places):
        return f"only {', '.join(places)} {'differ' if len(places) > 1 else 'differs'}, on which nothing depends"
    return ""


def differences(one: State, other: State) -> tuple[str, ...]:
    """Where two states differ: `x3`, `v17` or the half of it, `v17.d[1]`, flags by letter, "memory", "branch"."""
    found = []
    for n in range(len(one.general)):
        if one.x_or_sp(n) is not other.x_or_sp(n):
            found.append("sp" if n == SP else f"x{n}")
    found += [_vector_place(n, one.v(n), other.v(n)) for n in range(len(one.vector)) if one.v(n) is not other.v(n)]
    found += [f for f in "nzcv" if getattr(one.flags, f) is not getattr(other.flags, f)]
    if _continues_at(one) is not _continues_at(other):
        found.append("branch")
    if any(_contents_differ(a, b) for a, b in zip(one.memory.regions(), other.memory.regions(), strict=True)):
        found.append("memory")
    return tuple(found)


def _vector_place(n: int, one: BV, other: BV) -> str:
    """The name of the register, or of its half if the other one is the same."""
    if one.extract(63, 0) is other.extract(63, 0):
        return f"v{n}.d[1]"
    return f"v{n}.d[0]" if one.extract(127, 64) is other.extract(127, 64) else f"v{n}"


def _continues_at(state: State) -> BV:
    return BV.const(state.pc + 4, 64) if state.next_pc is None else state.next_pc


def _contents_differ(one: Region, other: Region) -> bool:
    if isinstance(one, OpenRegion):
        return not one.same_as(other)
    return any(one.read(at, 1) is not other.read(at, 1) for at in one.written.keys() | other.written.keys())


def _after(instruction: Instruction, state: State) -> State:
    twin = state.copy()
    twin.pc = instruction.address
    instruction.execute(twin)
    return twin


def _differences_alone(old: Instruction, new: Instruction) -> tuple[str, ...]:
    """What differs after the two from one state of nothing but variables, memory around each register included."""
    state = State.symbolic(Memory(), old.address)
    for n, base in enumerate(state.general):
        contents = UnknownBytes(SegmentContents("around", n))
        state.memory.add(Region(f"around {n}", base, 2 * _REACH, contents, writable=True, start=-_REACH))
    try:
        return differences(_after(old, state), _after(new, state))
    except LnsymError:  # an access with an address of more than a register: not to be judged alone
        return ("memory",)


def _differences_within(unexplored: Unexplored, old: Instruction, new: Instruction) -> tuple[str, ...] | None:
    """What differs wherever the original comes to the instruction; None when the other one fails there, or it is not run."""
    found: dict[str, None] = {}
    runs = 0

    def both(state: State) -> None:
        nonlocal runs
        runs += 1
        twin = _after(new, state)
        old.execute(state)
        found.update(dict.fromkeys(differences(state, twin)))

    unexplored.setup.code.decoded[old.address] = replace(old, execute=both)
    execution = unexplored.explored()
    if not runs or any(not path.returned for path in execution.paths):
        return None
    return tuple(found)


def _are_unread(unexplored: Unexplored, old: Instruction, places: Sequence[str]) -> bool:
    """Whether the routine meets the same goals, on the same paths, with variables for what the instruction leaves in these places."""

    def forgetful(state: State) -> None:
        old.execute(state)
        for place in places:
            _forget(state, place)

    unexplored.setup.code.decoded[old.address] = replace(old, execute=forgetful)
    return _mentions_nothing_unread(unexplored)


def _forget(state: State, place: str) -> None:
    if place in "nzcv":
        flags = {f: getattr(state.flags, f) for f in "nzcv"} | {place: BV.var(Unread(place), 1)}
        state.flags = FlagBits(**flags)
    elif place == "sp":
        state.set_x_or_sp(SP, BV.var(Unread(place), 64))
    elif place[0] == "x":
        state.set_x(int(place[1:]), BV.var(Unread(place), 64))
    else:
        _forget_vector(state, place)


def _forget_vector(state: State, place: str) -> None:
    name, _, half = place.partition(".d")
    n = int(name[1:])
    value = state.v(n)
    low = value.extract(63, 0) if half == "[1]" else BV.var(Unread(f"{name}.d[0]"), 64)
    high = value.extract(127, 64) if half == "[0]" else BV.var(Unread(f"{name}.d[1]"), 64)
    state.set_v(n, concat(high, low))


def _mentions_nothing_unread(unexplored: Unexplored) -> bool:
    execution = unexplored.explored()
    if not execution.goals or any(not path.returned for path in execution.paths):
        return False
    terms = [term for goal in execution.goals for term in (goal.left, *goal.premises)]
    return not any(isinstance(v.origin, Unread) for v in variables(terms))


class _OneByteUnknown:
    """Contents of which one byte is a variable."""

    def __init__(self, contents: Contents, offset: int) -> None:
        self._contents = contents
        self._offset = offset

    def byte(self, offset: int) -> BV:
        """The byte at `offset`."""
        return BV.var(Unread("byte"), 8) if offset == self._offset else self._contents.byte(offset)

    def whole(self, offset: int, size: int) -> BV | None:
        """`size` bytes from `offset`, unless the unknown one is among them."""
        return None if offset <= self._offset < offset + size else self._contents.whole(offset, size)


def _is_unread_byte(unexplored: Unexplored, address: int) -> bool:
    placed = unexplored.setup.start.memory.place(BV.const(address, 64))
    if placed is None:
        return False
    region, offset = placed
    region.contents = _OneByteUnknown(region.contents, offset)
    return _mentions_nothing_unread(unexplored)
