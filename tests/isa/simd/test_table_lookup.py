"""TBL and TBX on numbers and on symbols: with the table, the indices, both or neither known, the bytes are the same."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from isa.encoding import Fields
from isa.flags import FlagBits
from isa.simd import table_lookup
from lnsym.bv import BV, concat, evaluate, topological
from lnsym.machine.memory import Memory
from lnsym.machine.state import State
from tests.named import named

RD, RM, FIRST = 0, 1, 30  # a table of more than two registers goes on from V31 to V0, the old destination


def expected(entries: bytes, indices: bytes, old: bytes | None) -> bytes:
    """What the Arm ARM says, byte by byte; `old` is the destination of TBX."""
    return bytes(
        entries[index] if index < len(entries) else (old[lane] if old else 0) for lane, index in enumerate(indices)
    )


def run(vectors: dict[int, BV], *, op: int, length: int, q: int = 1, first: int = FIRST) -> BV:
    """The destination after TBL (op 0) or TBX (op 1) with the vector registers `vectors`."""
    zero = BV.const(0, 128)
    registers = [vectors.get(n, zero) for n in range(32)]
    state = State([BV.const(0, 64)] * 32, registers, FlagBits.from_field(0), Memory(), 0)
    table_lookup.execute(state, Fields(Q=q, Rm=RM, len=length - 1, op=op, Rn=first, Rd=RD))
    return state.v(RD)


def operators(term: BV) -> set[str]:
    return {node.op for node in topological([term])}


def number(data: bytes) -> BV:
    return BV.const(int.from_bytes(data, "little"), 8 * len(data))


@pytest.mark.parametrize("op", [0, 1], ids=["TBL", "TBX"])
@pytest.mark.parametrize("length", [1, 2, 3, 4])
@pytest.mark.parametrize(("table_known", "indices_known"), list(product([False, True], repeat=2)))
def test_symbols_agree_with_numbers(op: int, length: int, table_known: bool, indices_known: bool) -> None:
    random = Random(f"{op} {length} {table_known} {indices_known}")
    for q in (0, 1):
        contents = {n: random.randbytes(16) for n in (30, 31, RD, RM)}
        table_registers = [30, 31, RD, RM][:length]
        contents[RM] = bytes(random.choice([random.randrange(16 * length), random.randrange(256)]) for _ in range(16))
        known = {
            n for n in contents if (table_known and n in table_registers and n != RM) or (indices_known and n == RM)
        }
        vectors = {n: number(data) if n in known else BV.var(f"v{n}", 128) for n, data in contents.items()}
        result = run(vectors, op=op, length=length, q=q)
        sample = {f"v{n}": int.from_bytes(data, "little") for n, data in contents.items()}
        ((value,),) = evaluate([result], [named([result], sample)])
        entries = b"".join(contents[n] for n in table_registers)
        old = contents[RD] if op else None
        width = 16 if q else 8
        assert value == int.from_bytes(expected(entries, contents[RM][:width], old), "little")


def test_all_known_is_a_number() -> None:
    entries, indices = bytes(range(100, 132)), bytes([0, 15, 16, 31, 32, 255, 128, 5]) * 2
    vectors = {2: number(entries[:16]), 3: number(entries[16:]), RM: number(indices), RD: number(b"\xee" * 16)}
    assert run(vectors, op=0, length=2, first=2) is number(expected(entries, indices, None))
    assert run(vectors, op=1, length=2, first=2) is number(expected(entries, indices, b"\xee" * 16))


def test_known_indices_move_bytes() -> None:
    x, y = BV.var("x", 128), BV.var("y", 128)
    reverse = number(bytes(range(15, -1, -1)))
    assert run({2: x, RM: reverse}, op=0, length=1, first=2) is x.reverse_bytes()
    across = number(bytes(range(8, 24)))
    assert run({2: x, 3: y, RM: across}, op=0, length=2, first=2) is concat(y, x).extract(191, 64)


def test_known_indices_past_the_end() -> None:
    x, old = BV.var("x", 128), BV.var("old", 128)
    indices = number(bytes(range(8)) + bytes([16, 255] * 4))
    assert run({2: x, RM: indices, RD: old}, op=0, length=1, first=2) is x.extract(63, 0).zero_extend(128)
    assert run({2: x, RM: indices, RD: old}, op=1, length=1, first=2) is concat(old.extract(127, 64), x.extract(63, 0))


def test_a_known_table_is_looked_up() -> None:
    indices, old = BV.var("indices", 128), BV.var("old", 128)
    vectors = {2: number(bytes(range(16))), RM: indices, RD: old}
    assert operators(run(vectors, op=0, length=1, first=2)) == {"concat", "extract", "lookup", "var"}
    assert "lookup" in operators(run(vectors, op=1, length=1, first=2))


def test_nothing_known_is_a_choice_among_the_entries() -> None:
    x, indices = BV.var("x", 128), BV.var("indices", 128)
    result = run({2: x, RM: indices}, op=0, length=1, first=2)
    assert "lookup" not in operators(result)
    assert sum(node.op == "ite" for node in topological([result])) == 16 * 16
