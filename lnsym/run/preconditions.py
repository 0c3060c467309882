"""What a theorem assumes of pointers, as terms: for solvers, which know nothing of regions.

No region is at address 0; each ends below the end of the address space and has its alignment;
regions and the stack are pairwise disjoint, and apart from the image and from what other files define.
"""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING

from lnsym.bv import BV
from lnsym.machine.state import STACK_ALIGNMENT

if TYPE_CHECKING:
    from lnsym.run.setup import Setup


def preconditions(setup: Setup) -> list[BV]:
    """All preconditions of a theorem set up on an image, each a term of one bit."""
    statement = setup.statement
    sp = setup.start.x_or_sp(31)
    extents: list[tuple[BV, int | BV]] = [(block.base, block.size) for block in statement.blocks]
    extents.append((sp - statement.stack_bytes, statement.stack_bytes + statement.frame))
    conditions = list(statement.assumptions)
    conditions += [block.base.ne(0) for block in statement.blocks]
    for start, size in extents:
        conditions.append(start.ule(BV.const(-1, 64) - size))
    conditions += [
        block.base.extract(_log2(block.alignment) - 1, 0).eq(0) for block in statement.blocks if block.alignment > 1
    ]
    conditions.append(sp.extract(_log2(STACK_ALIGNMENT) - 1, 0).eq(0))
    for (start_a, size_a), (start_b, size_b) in combinations(extents, 2):
        conditions.append(_apart(start_a, size_a, start_b, size_b))
    own = [segment for segment in setup.image.segments if segment.external is None]
    addresses = setup.addresses
    externals = [s for s in setup.image.segments if s.external is not None]
    objects = [(addresses.externals[s.external], s.size) for s in externals if s.external is not None]
    sizes = [piece.end - piece.start for piece in addresses.pieces]
    pieces = [(base, size) for base, size in zip(addresses.bases, sizes, strict=True) if size]
    for (start_a, size_a), (start_b, size_b) in product(extents, [*objects, *pieces]):
        conditions.append(_apart(start_a, size_a, start_b, size_b))
    conditions += [start.ule((1 << 64) - 1 - size) for start, size in pieces]
    if own and not pieces:
        first = own[0].address
        end = own[-1].end
        for start, size in extents:
            conditions.append((start + size).ule(first) | BV.const(end, 64).ule(start))
    return conditions


def _log2(power: int) -> int:
    return power.bit_length() - 1


def _apart(start_a: BV, size_a: int | BV, start_b: BV, size_b: int | BV) -> BV:
    return (start_a + size_a).ule(start_b) | (start_b + size_b).ule(start_a)
