"""What Unicorn does not do as the Arm ARM says: values worked out by hand from the pseudocode instead.

LDSMAX and LDSMIN (Arm ARM, C6.2): MemAtomic with MemAtomicOp_SMAX writes the greater of SInt(memory) and SInt(Xs), with
MemAtomicOp_SMIN the lesser; Xt is the zero-extended old memory.
"""

from __future__ import annotations

import pytest

from lnsym.conform.cases import Case, parse_replay
from lnsym.conform.comparison import Comparer, run_model
from lnsym.conform.single_step import DATA
from lnsym.conform.unicorn_faults import UNICORN_FAULTS, unicorn_is_wrong

LDSMAX, LDSMIN = 0x38200000 | 0b100 << 12, 0x38200000 | 0b101 << 12
X2, X0, X1 = 2, 0, 1


def atomic(opcode: int, size: int, operand: int, memory: int) -> Case:
    """LDSMAX or LDSMIN X2, X0, [X1] of 8 << size bits."""
    word = opcode | size << 30 | X2 << 16 | X1 << 5 | X0
    held = memory.to_bytes(1 << size, "little").hex()
    return parse_replay(f"{word:08x} x1={DATA + 64:x} x2={operand:x} m40={held}")


VALUES = [
    # opcode, size, Xs, memory before, memory after
    (LDSMAX, 0, 0x7F, 0x80, 0x7F),
    (LDSMAX, 0, 0x80, 0x7F, 0x7F),
    (LDSMAX, 0, 0xFF, 0x00, 0x00),
    (LDSMAX, 0, 0x1234_5601, 0xFF, 0x01),
    (LDSMIN, 0, 0x7F, 0x80, 0x80),
    (LDSMIN, 0, 0xFF, 0x00, 0xFF),
    (LDSMAX, 1, 0x7FFF, 0x8000, 0x7FFF),
    (LDSMAX, 1, 0xFFFF, 0x0001, 0x0001),
    (LDSMIN, 1, 0x7FFF, 0x8000, 0x8000),
    (LDSMIN, 1, 0xFFFF_8000, 0x0000, 0x8000),
    (LDSMAX, 2, 0x7FFF_FFFF, 0x8000_0000, 0x7FFF_FFFF),
    (LDSMAX, 2, 0xFFFF_FFFF, 0x0000_0000, 0x0000_0000),
    (LDSMIN, 2, 0x0000_0001, 0xFFFF_FFFF, 0xFFFF_FFFF),
    (LDSMIN, 2, 0xFFFF_FFFF_8000_0000, 0x7FFF_FFFF, 0x8000_0000),
]


@pytest.mark.parametrize(("opcode", "size", "operand", "before", "after"), VALUES)
def test_signed_maximum_and_minimum_of_memory(opcode: int, size: int, operand: int, before: int, after: int) -> None:
    case = atomic(opcode, size, operand, before)
    left = run_model(case)
    assert int.from_bytes(left.data[64 : 64 + (1 << size)], "little") == after
    assert int.from_bytes(left.block[0:8], "little") == before
    assert left.data[64 + (1 << size) :] == case.data[64 + (1 << size) :]
    assert unicorn_is_wrong(case)


def test_unicorn_is_still_wrong_there() -> None:
    """When this fails, Unicorn has been mended and the entry can go."""
    comparer = Comparer()
    for values in VALUES:
        case = atomic(*values[:4])
        assert comparer.run_unicorn(case) != run_model(case)
        assert comparer.compare(case) == "unusable"
    assert len(UNICORN_FAULTS) == 1


@pytest.mark.parametrize("opcode", [LDSMAX, LDSMIN])
@pytest.mark.parametrize(
    ("size", "operand", "memory"),
    [(0, 0x01, 0x7F), (0, 0x80, 0xFF), (1, 0x8000, 0xFFFF), (2, 5, 3), (3, 1, (1 << 64) - 1), (3, 1 << 63, 0)],
)
def test_where_the_signs_agree_and_of_doublewords_it_is_compared(
    opcode: int, size: int, operand: int, memory: int
) -> None:
    case = atomic(opcode, size, operand, memory)
    assert not unicorn_is_wrong(case)
    assert Comparer().compare(case) == "agree"
