"""Where an address lies: the region its base picks, and the offset there."""

from __future__ import annotations

import pytest
from stopping import stops

from lnsym.bv import BV, evaluate, rewrite_level
from lnsym.machine.access_errors import OutsideMemory, SymbolicOffset
from lnsym.machine.contents import Bytes, UnknownBytes
from lnsym.machine.memory import Memory
from lnsym.machine.origins import Byte
from lnsym.machine.regions import Region

P, Q, SP = BV.var("p", 64), BV.var("q", 64), BV.var("sp", 64)


def number(value: int, width: int = 64) -> BV:
    return BV.const(value, width)


@pytest.mark.parametrize(
    ("address", "name", "offset"),
    [
        (P, "state", 0),
        (P + 15, "state", 15),
        (P - 1, "state", -1),
        (P + (1 << 63), "state", -(1 << 63)),
        (P + ((1 << 63) - 1), "state", (1 << 63) - 1),
        (Q + 4, "msg", 4),
        (SP - 64, "stack", -64),
        (SP + 8, "stack", 8),
        (number(0x4007), ".rodata", 7),
        (number(0x4008), ".rodata", 8),
        (number(0x5000), ".secret", 0),
    ],
)
def test_the_base_picks_the_region(memory: Memory, address: BV, name: str, offset: int) -> None:
    placed = memory.place(address)
    assert placed is not None
    assert (placed[0].name, placed[1]) == (name, offset)


@pytest.mark.parametrize("address", [BV.var("r", 64), number(0x3FFF), BV.var("r", 64) + 4])
def test_what_has_no_known_base_is_refused(memory: Memory, address: BV) -> None:
    with stops(OutsideMemory, match="in no region of the contract"):
        memory.load(address, 1)
    with stops(OutsideMemory, match="in no region of the contract"):
        memory.store(address, number(0, 8))


@pytest.mark.parametrize("address", [P + Q, P + P, -P, P + BV.var("i", 64), BV.var("i", 64) + 0x4000])
def test_a_symbolic_offset_is_never_guessed(memory: Memory, address: BV) -> None:
    with stops(OutsideMemory, SymbolicOffset) as caught:
        memory.load(address, 1, 0x1234)
    assert "0x1234" in str(caught.value)
    with stops(OutsideMemory, SymbolicOffset):
        memory.store(address, number(0, 8))


def test_a_symbolic_index_into_constants_must_lie_inside() -> None:
    low = BV.var("i", 3)
    index = low.zero_extend(64)
    memory = Memory([Region("table", 0x4000, 8, Bytes(bytes(range(10, 18))))])
    (values,) = evaluate([memory.load(index + 0x4000, 1)], [{low: 5}])
    assert list(values) == [15]
    for address, size in ((index + 0x4001, 1), (index + 0x3FFF, 1), (index + 0x4000, 2)):
        with stops(OutsideMemory, SymbolicOffset):
            memory.load(address, size)
    memory = Memory([Region("table", 0x4000, 8, UnknownBytes("table"))])
    with stops(OutsideMemory, SymbolicOffset):
        memory.load(index + 0x4000, 1)


def test_placement_at_rewrite_level_0(memory: Memory) -> None:
    with rewrite_level(0):
        far = P + 4 + 4
        assert memory.load(P, 8) is BV.var("state[0]", 64)
        with stops(OutsideMemory, SymbolicOffset):
            memory.load(P + Q, 8)
    # whether level 0 can place a sum of sums or not, it must not place it wrongly
    placed = memory.place(far)
    assert placed is None or placed[1] == 8


def test_two_regions_may_not_have_one_base() -> None:
    with pytest.raises(ValueError, match="two regions"):
        Memory([Region("a", P, 8, UnknownBytes("a")), Region("b", P, 8, UnknownBytes("b"))])


@pytest.mark.parametrize(("start", "size"), [(0x1000, 1), (0xFFF, 2), (0x100F, 16), (0x0, 0x2000), (0x1008, 1)])
def test_regions_at_numbers_may_not_overlap(start: int, size: int) -> None:
    memory = Memory([Region("a", 0x1000, 16, UnknownBytes("a"))])
    with pytest.raises(ValueError, match="overlaps"):
        memory.add(Region("b", start, size, UnknownBytes("b")))


def test_regions_at_numbers_may_touch() -> None:
    memory = Memory([Region(name, base, 16, UnknownBytes(name)) for name, base in (("b", 0x1010), ("a", 0x1000))])
    memory.add(Region("c", 0x1020, 1, UnknownBytes("c")))
    assert [memory.place(number(a))[0].name for a in (0x100F, 0x1010, 0x101F, 0x1020)] == ["a", "b", "b", "c"]  # type: ignore[index]
    assert [region.name for region in memory.regions()] == ["a", "b", "c"]


def test_a_region_is_known_by_its_base(memory: Memory) -> None:
    memory.add(Region("msg", 0x6000, 8, UnknownBytes("other")))
    assert memory.region_at(Q).name == "msg"
    assert memory.region_at(Q) is not memory.region_at(0x6000)
    for base in (BV.var("nothing", 64), 0x3FFF, 0x4001, 0x7000, 0):
        with pytest.raises(KeyError):
            memory.region_at(base)


def test_the_stack_is_the_one_that_was_added_as_such_whatever_others_are_called() -> None:
    memory = Memory([Region("stack", P, 8, UnknownBytes("p")), Region("stack", 0x4000, 8, UnknownBytes("q"))])
    with pytest.raises(KeyError):
        _ = memory.stack
    memory.add_stack(Region("sp", SP, 64, UnknownBytes("stack"), writable=True, start=-64))
    assert (memory.stack.base, memory.stack_bytes, memory.copy().stack.base) == (SP, 64, SP)
    memory.store(SP - 8, number(1))
    memory.renew_stack(UnknownBytes("later"))
    assert memory.load(SP - 8, 1) is BV.var(Byte("later", -8), 8)
    assert memory.load(P, 1) is BV.var(Byte("p", 0), 8)
    with pytest.raises(ValueError, match="second stack"):
        memory.add_stack(Region("another", Q, 8, UnknownBytes("q"), start=-8))
