"""Tables of constants that a routine gets a pointer to: read at an index of the data they are one lookup, as those of an image are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from assembly import RET, add, judge, ldr, store, word
from stopping import stops

from crypto_specs import aes
from lnsym.bv import BV, evaluate, lookup, variables
from lnsym.contract import Theorem
from lnsym.machine.access_errors import OutsideMemory, SymbolicOffset
from lnsym.machine.contents import Elements
from lnsym.machine.memory import Memory
from lnsym.machine.offsets import MOST_ENTRIES, MOST_PLACES
from lnsym.machine.regions import Region

BASE, INDEX = BV.var("table", 64), BV.var("i", 8)
WIDE = INDEX.zero_extend(64)


def entries(count: int, width: int) -> list[int]:
    return [(0x9E3779B97F4A7C15 * (k + 1) >> 3) % (1 << width) for k in range(count)]


def table(count: int, width: int, byteorder: str = "little", writable: bool = False) -> tuple[Memory, bytes]:
    """A memory with a table at BASE, and the bytes of the table."""
    numbers = entries(count, width)
    contents = Elements([BV.const(number, width) for number in numbers], byteorder)
    memory = Memory([Region("table", BASE, count * width // 8, contents, writable=writable)])
    memory.bounds = []
    return memory, b"".join(number.to_bytes(width // 8, byteorder) for number in numbers)  # type: ignore[arg-type]


@pytest.mark.parametrize("byteorder", ["little", "big"])
@pytest.mark.parametrize(
    ("count", "width", "scale", "plus", "size"),
    [(256, 8, 1, 0, 1), (256, 32, 4, 0, 4), (256, 64, 8, 0, 8), (256, 32, 4, 3, 1), (256, 32, 4, 1, 2), (260, 32, 4, 2, 4),
     (300, 16, 2, 5, 8), (256, 128, 16, 0, 16), (264, 8, 1, 0, 8)],
)  # fmt: skip
def test_a_load_from_it_is_one_lookup_of_the_bytes_there(
    count: int, width: int, scale: int, plus: int, size: int, byteorder: str
) -> None:
    memory, data = table(count, width, byteorder)
    value = memory.load(BASE + WIDE * scale + plus, size)
    assert value.op == "lookup"
    assert variables([value]) == [INDEX]
    assert memory.bounds == []
    found = [row[0] for row in evaluate([value], [{INDEX: i} for i in range(256)])]
    assert found == [int.from_bytes(data[scale * i + plus :][:size], "little") for i in range(256)]


@pytest.mark.parametrize(("count", "plus", "size"), [(255, 0, 1), (256, 1, 1), (256, 0, 2), (263, 0, 9)])
def test_one_byte_too_few_leaves_a_bound_to_be_shown(count: int, plus: int, size: int) -> None:
    memory, _ = table(count, 8)
    memory.load(BASE + WIDE + plus, size)
    assert memory.bounds is not None
    (bound,) = memory.bounds
    inside = [row[0] for row in evaluate([bound.inside], [{INDEX: i} for i in range(256)])]
    assert inside == [i + plus + size <= count for i in range(256)]


def test_a_table_of_constants_may_be_as_large_as_one_of_an_image() -> None:
    index = BV.var("j", 12).zero_extend(64)
    memory, data = table(MOST_ENTRIES, 8)
    value = memory.load(BASE + index, 1)
    assert value.op == "lookup"
    assert [evaluate([value], [{variables([value])[0]: j}])[0][0] for j in (0, 1, 4094, 4095)] == [
        *data[:2],
        *data[-2:],
    ]
    too_large, _ = table(MOST_ENTRIES + 1, 8)
    with stops(OutsideMemory, SymbolicOffset):
        too_large.load(BASE + BV.var("k", 64), 1)


def test_one_unknown_element_among_too_many_is_not_followed() -> None:
    elements = [BV.const(k % 251, 8) for k in range(MOST_PLACES + 1)]
    elements[7] = BV.var("x", 8)
    memory = Memory([Region("table", BASE, len(elements), Elements(elements), writable=True)])
    memory.bounds = []
    index = BV.var("k", 64)
    with stops(SymbolicOffset):
        memory.load(BASE + index, 1)
    with stops(OutsideMemory, SymbolicOffset):
        memory.store(BASE + index, BV.const(0, 8))


@pytest.mark.parametrize("place", [0, 3, 255])
def test_what_was_stored_in_it_is_read_there_and_nowhere_else(place: int) -> None:
    memory, data = table(256, 8, writable=True)
    stored = BV.var("v", 8)
    memory.store(BASE + place, stored)
    value = memory.load(BASE + WIDE, 1)
    found = [row[0] for row in evaluate([value], [{INDEX: i, stored: 0xA5} for i in range(256)])]
    assert found == [0xA5 if i == place else data[i] for i in range(256)]


def test_a_store_at_an_open_place_reaches_a_later_load_at_another() -> None:
    memory, data = table(8, 8, writable=True)
    to, low, stored = BV.var("to", 3), BV.var("low", 3), BV.var("v", 8)
    memory.store(BASE + to.zero_extend(64), stored)
    value = memory.load(BASE + low.zero_extend(64), 1)
    for at in range(8):
        found = [row[0] for row in evaluate([value], [{to: at, low: i, stored: 0x5A} for i in range(8)])]
        assert found == [0x5A if i == at else data[i] for i in range(8)]


# -- in proofs -------------------------------------------------------------------------------------

LOW_BYTE = word("data_processing.logical_immediate", sf=1, N=1, imms=7, Rn=1, Rd=1)
LOOK_UP = [LOW_BYTE, add(0, 0, 1), ldr(0, 0, 0, 1), RET]
"""and x1, x1, #0xff; add x0, x0, x1; ldrb w0, [x0]; ret"""


def substituting(sbox: Sequence[int]) -> Callable[[Theorem], None]:
    def substitute(t: Theorem) -> None:
        given = t.region("sbox", 256, 8, fixed=dict(enumerate(sbox)))
        x = t.value("x", 8)
        t.call(given, x)
        t.ensure_result(lookup(aes.SBOX, x))

    return substitute


def test_the_s_box_as_an_argument_is_the_s_box_of_the_standard() -> None:
    sbox = aes.SBOX.entries
    assert judge(substituting(sbox), *LOOK_UP).status == "proved"
    wrong = (*sbox[:77], sbox[77] ^ 1, *sbox[78:])
    assert judge(substituting(wrong), *LOOK_UP).status == "refuted"


def test_of_two_tables_the_right_one_is_read() -> None:
    def reading(name: str) -> Callable[[Theorem], None]:
        def read(t: Theorem) -> None:
            shapes = {"one": lambda k: 255 - k, "two": lambda k: (k * 7 + 1) % 256}
            blocks = {n: t.region(n, 256, 8, fixed={k: f(k) for k in range(256)}) for n, f in shapes.items()}
            x = t.value("x", 8)
            t.call(blocks["one"], x, blocks["two"])
            t.ensure_result(blocks[name].at(x))

        return read

    assert judge(reading("one"), *LOOK_UP).status == "proved"
    assert judge(reading("two"), *LOOK_UP).status == "refuted"


def test_a_table_that_the_routine_changed_is_not_the_one_it_was_given() -> None:
    def read(t: Theorem) -> None:
        given = t.region("given", 256, 8, access="rw", fixed={k: 255 - k for k in range(256)})
        t.leave_unspecified(given)
        x = t.value("x", 8)
        t.call(given, x)
        t.ensure_result(given.at(x))

    clear_first = store(31, 0, 0, 1)
    assert judge(read, *LOOK_UP).status == "proved"
    assert judge(read, clear_first, *LOOK_UP).status == "refuted"
