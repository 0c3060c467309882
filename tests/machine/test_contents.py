"""What regions hold at first: elements in either byte order, bytes of an image, what nobody knows; and stores over them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lnsym.bv import BV, concat, evaluate
from lnsym.machine.contents import Bytes, Contents, Elements, UnknownBytes
from lnsym.machine.memory import Memory
from lnsym.machine.origins import Byte
from lnsym.machine.regions import Region
from tests.named import named

P, SP = BV.var("p", 64), BV.var("sp", 64)
SIZES = (1, 2, 3, 4, 6, 8, 16, 32, 64)


def words(name: str, count: int, width: int) -> list[BV]:
    return [BV.var(f"{name}[{i}]", width) for i in range(count)]


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
    assert memory.load(BV.const(0x4002, 64), 4).value == 0x05040302


def test_unknown_contents_are_variables_that_stay(memory: Memory) -> None:
    first = memory.load(SP - 8, 2)
    assert first is concat(BV.var(Byte("stack", -7), 8), BV.var(Byte("stack", -8), 8))
    assert memory.load(SP - 8, 2) is first


# -- against a plain array of bytes ----------------------------------------------------------------

SIZE = 80
CONTENTS: dict[str, Callable[[], Contents]] = {
    "bytes": lambda: Bytes(Random(1).randbytes(SIZE)),
    "unknown": lambda: UnknownBytes("u"),
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
