"""Two ways on from one branch that come to the same instruction: one state, where what differs is a choice by the branch's condition.

Each state is a function of the input, for the inputs that take its way; `ite(condition, there, here)` is that function for both. What is
no word (how the stack is split, which pointers are signed) must be the same, and two pointers stay apart: a choice of both is in no region.
"""

from __future__ import annotations

from isa.flags import FlagBits
from lnsym.bv import BV, ite
from lnsym.errors import LnsymError
from lnsym.machine.regions import Region
from lnsym.machine.state import SP, State

POINTER_BYTES = 8

SAME_IN_STATES = ("pc", "next_pc", "btype", "exclusive", "signed", "returns_to", "guarded")
SAME_IN_MEMORIES = ("splits", "zeros", "bounds", "stack_access")
"""What is no word, and must be the same on both ways."""


def joined(condition: BV, there: State, here: State) -> State | None:
    """The state that is `there` where the condition, 1 bit, is 1 and `here` where it is 0; None where the two stay apart.

    Both belong to it from then on.
    """
    if there.general[SP] is not here.general[SP] or _differ(there, here, SAME_IN_STATES):
        return None
    if any(_both_pointers(there, one, two) for one, two in zip(there.general, here.general, strict=True)):
        return None
    if not _memory_joined(condition, there, here):
        return None
    there.general = [_chosen(condition, one, two) for one, two in zip(there.general, here.general, strict=True)]
    there.vector = [_chosen(condition, one, two) for one, two in zip(there.vector, here.vector, strict=True)]
    if there.flags is not here.flags:
        flags = [_chosen(condition, getattr(there.flags, name), getattr(here.flags, name)) for name in "nzcv"]
        there.flags = FlagBits(*flags)
    return there


def _differ(one: object, two: object, names: tuple[str, ...]) -> bool:
    return any(getattr(one, name) != getattr(two, name) for name in names)


def _chosen(condition: BV, one: BV, two: BV) -> BV:
    """One value or the other; of a general-purpose register the narrower one is zero-extended."""
    width = max(one.width, two.width)
    return one if one is two else ite(condition, one.zero_extend(width), two.zero_extend(width))


def _both_pointers(state: State, one: BV, two: BV) -> bool:
    """Whether two different values are addresses, or one is and the other a number: null, say."""
    pointers = [_is_pointer(state, value) for value in (one, two)]
    return one is not two and any(pointers) and all(p or v.is_const for p, v in zip(pointers, (one, two), strict=True))


def _is_pointer(state: State, value: BV) -> bool:
    """Whether a value is the return address, or based on a region or a piece of the image."""
    if value.is_const or value.width != 8 * POINTER_BYTES:
        return False
    addresses = state.memory.addresses
    return (
        value is state.returns_to
        or value in state.signed
        or state.memory.base_of(value) is not None
        or (addresses is not None and addresses.numbered(value) is not None)
    )


def _memory_joined(condition: BV, there: State, here: State) -> bool:
    """Whether what both hold could be put into the first one's memory."""
    one, two = there.memory, here.memory
    if _differ(one, two, SAME_IN_MEMORIES) or one.windows or two.windows:
        return False
    return all(
        _region_joined(condition, there, mine, other) for mine, other in zip(one.regions(), two.regions(), strict=True)
    )


def _region_joined(condition: BV, state: State, one: Region, two: Region) -> bool:
    """Whether what both hold could be put into the first one. A byte that is released in one of them is released."""
    if one is two:
        return True
    if type(one) is not Region or one.claims or two.claims:
        return one.same_as(two) and one.claims == two.claims and one.released == two.released and one.floor == two.floor
    if one.contents is not two.contents or one.floor != two.floor:
        return False
    released = one.released | two.released
    writes = []
    for run in _runs(one, two, released):
        try:
            mine, other = (region.read(run.start, len(run)) for region in (one, two))
        except LnsymError:  # nothing was stored there yet
            return False
        if _both_pointers(state, mine, other):
            return False
        writes.append((run.start, _chosen(condition, mine, other)))
    for at, value in writes:
        one.write(at, value)
    one.released = released
    return True


def _runs(one: Region, two: Region, released: set[int]) -> list[range]:
    """The offsets that were written and may hold different bytes, in runs of what was stored at once in each."""
    runs: list[range] = []
    for at in sorted(one.written.keys() | two.written.keys()):
        if at in released or one.written.get(at) == two.written.get(at):
            continue
        if runs and runs[-1].stop == at and _goes_on(one, at) and _goes_on(two, at):
            runs[-1] = range(runs[-1].start, at + 1)
        else:
            runs.append(range(at, at + 1))
    return runs


def _goes_on(region: Region, at: int) -> bool:
    """Whether a byte is the next one of the value of which a part lies before it, or both were never written."""
    before, byte = region.written.get(at - 1), region.written.get(at)
    if before is None or byte is None:
        return before is byte
    return before[0] is byte[0] and before[1] + 1 == byte[1]
