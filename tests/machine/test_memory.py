"""Accesses: what a load gives after stores, and which ones are refused."""

from __future__ import annotations

import pytest
from stopping import stops

from lnsym.bv import BV, concat
from lnsym.machine.access_errors import OutsideMemory, StackTooSmall
from lnsym.machine.contents import Bytes, UnknownBytes
from lnsym.machine.events import Event, Read, Wrote
from lnsym.machine.memory import Memory
from lnsym.machine.regions import Region

P, Q, SP = BV.var("p", 64), BV.var("q", 64), BV.var("sp", 64)


def number(value: int, width: int = 64) -> BV:
    return BV.const(value, width)


@pytest.mark.parametrize(
    ("base", "low", "high"), [(P, 0, 16), (SP, -64, 0), (number(0x4000), 0, 8)], ids=["state", "stack", "image"]
)
@pytest.mark.parametrize("size", [1, 2, 4, 8])
def test_bounds_are_exact(memory: Memory, base: BV, low: int, high: int, size: int) -> None:
    assert memory.load(base + low, size).width == 8 * size
    assert memory.load(base + (high - size), size).width == 8 * size
    for offset in (high - size + 1, high, high + 1000):
        with stops(
            OutsideMemory, match="in no region" if base.is_const and offset >= high else "which has|first stack pointer"
        ):
            memory.load(base + offset, size)
    with stops(StackTooSmall if base is SP else OutsideMemory):
        memory.load(base + (low - 1), size)


def test_stores_keep_to_bounds_too(memory: Memory) -> None:
    memory.store(P + 8, number(1))
    for offset in (9, 16, -1):
        with stops(OutsideMemory) as caught:
            memory.store(P + offset, number(1), pc=0x1234)
        error = caught.value.ending
        assert isinstance(error, OutsideMemory)
        assert (error.kind, error.size, error.pc) == ("store", 8, 0x1234)
        assert "0x1234" in str(error)
        assert "\n" not in str(error)
    assert memory.load(P, 8) is BV.var("state[0]", 64)


def test_an_access_over_two_regions_that_touch_is_refused() -> None:
    memory = Memory([Region("a", 0x1000, 8, UnknownBytes("a")), Region("b", 0x1008, 8, UnknownBytes("b"))])
    with stops(OutsideMemory, match="4 bytes into `a`, which has 8"):
        memory.load(number(0x1004), 8)


def test_permissions(memory: Memory) -> None:
    for address, value in ((Q, number(0, 32)), (number(0x4000), number(0, 8))):
        with stops(OutsideMemory, match="which is read-only"):
            memory.store(address, value)
    with stops(OutsideMemory, match="which is write-only"):
        memory.load(number(0x5000), 1)
    memory.store(number(0x5000), number(7, 8))


def test_a_store_comes_back_whole(memory: Memory) -> None:
    value = BV.var("a", 64) + BV.var("b", 64)
    memory.store(SP - 16, value)
    assert memory.load(SP - 16, 8) is value
    assert memory.load(SP - 16, 4) is value[31:0]
    assert memory.load(SP - 12, 4) is value[63:32]
    pair = concat(memory.load(SP - 12, 4), memory.load(SP - 16, 4))
    assert pair is value


def test_copies_are_independent(memory: Memory) -> None:
    memory.store(P, number(1))
    twin = memory.copy()
    twin.store(P, number(2))
    memory.store(P + 8, number(3))
    memory.store(number(0x5000), number(4, 8))
    assert (memory.load(P, 8).value, twin.load(P, 8).value) == (1, 2)
    assert twin.load(P + 8, 8) is BV.var("state[1]", 64)
    assert twin.region_at(0x5000).read(0, 1).value == 0


def test_a_region_added_to_a_copy_is_the_copys(memory: Memory) -> None:
    memory.copy().add(Region("new", 0x100, 8, UnknownBytes("new")))
    assert memory.load(number(0x4000), 1).value == 0
    assert memory.place(number(0x100)) is None


def test_accesses_are_reported(memory: Memory) -> None:
    seen: list[tuple[type, str, int, int, int]] = []

    def note(event: Event) -> None:
        assert isinstance(event, Read | Wrote)
        seen.extend([(type(event), region.name, offset, event.size, event.pc) for region, offset in event.places])

    memory.observer = note
    memory.load(Q + 4, 4, 0x10)
    memory.store(SP - 8, number(0), 0x14)
    with stops(OutsideMemory):
        memory.load(Q + 8, 1)
    assert seen == [(Read, "msg", 4, 4, 0x10), (Wrote, "stack", -8, 8, 0x14)]


def described(memory: Memory, kind: str, address: BV, size: int) -> str:
    access = (lambda: memory.load(address, size, 0x40)) if kind == "load" else None
    with stops(OutsideMemory) as caught:
        access() if access else memory.store(address, number(0, 8 * size), 0x40)
    return str(caught.value)


OUT, IN = BV.var("out", 64), BV.var("in", 64)
BAD_ACCESSES = [
    ("store", OUT + 64, 8, "store of 8 bytes 64 bytes into `out`, which has 64"),
    ("store", OUT + 60, 8, "store of 8 bytes 60 bytes into `out`, which has 64"),
    ("load", OUT - 8, 8, "load of 8 bytes 8 bytes before `out`"),
    ("load", IN - 1, 1, "load of 1 byte 1 byte before `in`"),
    ("store", IN + 1, 1, "store of 1 byte 1 byte into `in`, which is read-only"),
    ("load", number(4), 1, "load of 1 byte at 0x4: in no region of the contract"),
    ("load", number(0x9000), 4, "load of 4 bytes at 0x9000: in no region of the contract"),
    ("load", BV.var("n", 64), 2, "load of 2 bytes at n: in no region of the contract"),
    (
        "store",
        SP + 16,
        8,
        "store of 8 bytes 16 bytes above the first stack pointer, where 32 bytes below and 16 above are `stack`",
    ),
]


@pytest.mark.parametrize(("kind", "address", "size", "words"), BAD_ACCESSES)
def test_a_bad_access_says_access_region_offset_and_reason(kind: str, address: BV, size: int, words: str) -> None:
    regions = [
        Region("out", OUT, 64, UnknownBytes("out"), writable=True),
        Region("in", IN, 16, UnknownBytes("in")),
        Region("stack", SP, 48, UnknownBytes("stack"), writable=True, start=-32),
        Region(".rodata", 0x4000, 16, Bytes(bytes(16))),
    ]
    text = described(Memory(regions), kind, address, size)
    assert text == f"{words}, by the instruction at 0x40"
