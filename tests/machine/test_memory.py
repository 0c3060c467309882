"""Memory: where an access goes, what it gives, and which ones are refused."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stopping import stops

from lnsym.bv import BV, concat, evaluate, rewrite_level
from lnsym.machine.events import Event, Read, Wrote
from lnsym.machine.memory import (
    Bytes,
    Contents,
    Elements,
    Memory,
    OutsideMemory,
    Region,
    StackTooSmall,
    SymbolicOffset,
    Unknown,
)
from lnsym.machine.origins import Byte
from tests.named import named

P, Q, SP = BV.var("p", 64), BV.var("q", 64), BV.var("sp", 64)
SIZES = (1, 2, 3, 4, 6, 8, 16, 32, 64)


def words(name: str, count: int, width: int) -> list[BV]:
    return [BV.var(f"{name}[{i}]", width) for i in range(count)]


def number(value: int, width: int = 64) -> BV:
    return BV.const(value, width)


@pytest.fixture
def memory() -> Memory:
    """A state of two words, a read-only message, an image segment, a stack of 64 bytes."""
    return Memory(
        [
            Region("state", P, 16, Elements(words("state", 2, 64)), writable=True),
            Region("msg", Q, 8, Elements(words("msg", 2, 32), "big")),
            Region(".rodata", 0x4000, 8, Bytes(bytes(range(8)))),
            Region(".secret", 0x5000, 8, Bytes(bytes(8)), readable=False, writable=True),
            Region("stack", SP, 64, Unknown("stack"), writable=True, start=-64),
        ]
    )


# -- placement -------------------------------------------------------------------------------------


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
    memory = Memory([Region("table", 0x4000, 8, Unknown("table"))])
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
        Memory([Region("a", P, 8, Unknown("a")), Region("b", P, 8, Unknown("b"))])


@pytest.mark.parametrize(("start", "size"), [(0x1000, 1), (0xFFF, 2), (0x100F, 16), (0x0, 0x2000), (0x1008, 1)])
def test_regions_at_numbers_may_not_overlap(start: int, size: int) -> None:
    memory = Memory([Region("a", 0x1000, 16, Unknown("a"))])
    with pytest.raises(ValueError, match="overlaps"):
        memory.add(Region("b", start, size, Unknown("b")))


def test_regions_at_numbers_may_touch() -> None:
    memory = Memory([Region(name, base, 16, Unknown(name)) for name, base in (("b", 0x1010), ("a", 0x1000))])
    memory.add(Region("c", 0x1020, 1, Unknown("c")))
    assert [memory.place(number(a))[0].name for a in (0x100F, 0x1010, 0x101F, 0x1020)] == ["a", "b", "b", "c"]  # type: ignore[index]
    assert [region.name for region in memory.regions()] == ["a", "b", "c"]


def test_a_region_by_name(memory: Memory) -> None:
    assert memory.region("msg").base is Q
    with pytest.raises(KeyError):
        memory.region("nothing")


# -- bounds and permissions ------------------------------------------------------------------------


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
    memory = Memory([Region("a", 0x1000, 8, Unknown("a")), Region("b", 0x1008, 8, Unknown("b"))])
    with stops(OutsideMemory, match="4 bytes into `a`, which has 8"):
        memory.load(number(0x1004), 8)


def test_permissions(memory: Memory) -> None:
    for address, value in ((Q, number(0, 32)), (number(0x4000), number(0, 8))):
        with stops(OutsideMemory, match="which is read-only"):
            memory.store(address, value)
    with stops(OutsideMemory, match="which is write-only"):
        memory.load(number(0x5000), 1)
    memory.store(number(0x5000), number(7, 8))


# -- contents --------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [8, 16, 32, 64])
def test_a_load_of_an_element_is_the_element(width: int) -> None:
    elements, step = words("e", 4, width), width // 8
    little = Memory([Region("r", P, 4 * step, Elements(elements))])
    for i, element in enumerate(elements):
        assert little.load(P + i * step, step) is element
    assert little.load(P, 4 * step) is concat(*reversed(elements))
    assert little.load(P + step, 1) is elements[1][7:0]


@pytest.mark.parametrize("width", [16, 32, 64])
def test_a_big_endian_element_comes_back_through_rev(width: int) -> None:
    elements, step = words("e", 4, width), width // 8
    big = Memory([Region("r", P, 4 * step, Elements(elements, "big"))])
    for i, element in enumerate(elements):
        assert big.load(P + i * step, step).reverse_bytes() is element
        assert big.load(P + i * step, 1) is element[width - 1 : width - 8]
        assert big.load(P + (i + 1) * step - 1, 1) is element[7:0]


def test_bytes_have_no_order() -> None:
    elements = words("e", 4, 8)
    for byteorder in ("little", "big"):
        memory = Memory([Region("r", P, 4, Elements(elements, byteorder))])
        assert [memory.load(P + i, 1) for i in range(4)] == elements


def test_an_image_is_known(memory: Memory) -> None:
    assert memory.load(number(0x4002), 4).value == 0x05040302


def test_unknown_contents_are_variables_that_stay(memory: Memory) -> None:
    first = memory.load(SP - 8, 2)
    assert first is concat(BV.var(Byte("stack", -7), 8), BV.var(Byte("stack", -8), 8))
    assert memory.load(SP - 8, 2) is first


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
    assert twin.region(".secret").read(0, 1).value == 0


def test_a_region_added_to_a_copy_is_the_copys(memory: Memory) -> None:
    memory.copy().add(Region("new", 0x100, 8, Unknown("new")))
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


# -- against a plain array of bytes ----------------------------------------------------------------

SIZE = 80
CONTENTS: dict[str, Callable[[], Contents]] = {
    "bytes": lambda: Bytes(Random(1).randbytes(SIZE)),
    "unknown": lambda: Unknown("u"),
    **{
        f"{byteorder}{width}": lambda width=width, byteorder=byteorder: Elements(  # type: ignore[misc]
            words(f"e{width}", SIZE * 8 // width, width), byteorder
        )
        for width in (8, 16, 32, 64, 128)
        for byteorder in ("little", "big")
    },
}


def initial_bytes(kind: str, sample: dict[str, int]) -> bytearray:
    """What the contents are on a sample, by what the words say and nothing else."""
    if kind == "bytes":
        return bytearray(Random(1).randbytes(SIZE))
    if kind == "unknown":
        return bytearray(sample.setdefault(f"u.byte[{i}]", Random(i).getrandbits(8)) for i in range(SIZE))
    byteorder, width = kind[: -len(kind.lstrip("abcdefghijklmnopqrstuvwxyz"))], int(kind.lstrip("litebgn"))
    data = bytearray()
    for i in range(SIZE * 8 // width):
        value = sample.setdefault(f"e{width}[{i}]", Random(i).getrandbits(width))
        data += value.to_bytes(width // 8, byteorder)  # type: ignore[arg-type]
    return data


accesses = st.tuples(st.booleans(), st.sampled_from(SIZES), st.integers(0, SIZE - 1)).map(
    lambda a: (a[0], a[1], min(a[2], SIZE - a[1]))
)


@pytest.mark.parametrize("kind", CONTENTS)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(script=st.lists(accesses, min_size=1, max_size=12), seed=st.integers(0, 1 << 32))
def test_stores_and_loads_are_those_of_a_byte_array(kind: str, script: list[tuple[bool, int, int]], seed: int) -> None:
    """Stores of symbols of every size, at every alignment, over each other; what is loaded is what the bytes say."""
    random = Random(seed)
    sample: dict[str, int] = {}
    model = initial_bytes(kind, sample)
    memory = Memory([Region("r", P, SIZE, CONTENTS[kind](), writable=True)])
    expected: list[int] = []
    loaded: list[BV] = []
    for step, (is_store, size, offset) in enumerate([*script, (False, 64, 0), (False, 16, 64)]):
        if is_store:
            name = f"v{step}_{size}"
            sample[name] = random.getrandbits(8 * size)
            model[offset : offset + size] = sample[name].to_bytes(size, "little")
            memory.store(P + offset, BV.var(name, 8 * size))
        else:
            loaded.append(memory.load(P + offset, size))
            expected.append(int.from_bytes(model[offset : offset + size], "little"))
    (values,) = evaluate(loaded, [named(loaded, sample)])
    assert list(values) == expected


@pytest.mark.parametrize("size", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("stored", [1, 2, 4, 8, 16])
def test_every_overlap_of_one_store_and_one_load(stored: int, size: int) -> None:
    data = bytes(range(1, 65))
    value = BV.const(int.from_bytes(bytes(range(201, 201 + stored)), "little"), 8 * stored)
    memory = Memory([Region("r", P, 64, Bytes(data), writable=True)])
    memory.store(P + 24, value)
    model = bytearray(data)
    model[24 : 24 + stored] = range(201, 201 + stored)
    for offset in range(65 - size):
        assert memory.load(P + offset, size).value == int.from_bytes(model[offset : offset + size], "little")


def described(memory: Memory, kind: str, address: BV, size: int) -> str:
    access = (lambda: memory.load(address, size, 0x40)) if kind == "load" else None
    with stops(OutsideMemory) as caught:
        access() if access else memory.store(address, number(0, 8 * size), 0x40)
    return str(caught.value)


OUT, IN, SP = BV.var("out", 64), BV.var("in", 64), BV.var("sp", 64)
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
        Region("out", OUT, 64, Unknown("out"), writable=True),
        Region("in", IN, 16, Unknown("in")),
        Region("stack", SP, 48, Unknown("stack"), writable=True, start=-32),
        Region(".rodata", 0x4000, 16, Bytes(bytes(16))),
    ]
    text = described(Memory(regions), kind, address, size)
    assert text == f"{words}, by the instruction at 0x40"
