"""Inputs: samples that satisfy a theorem's preconditions on pointers, regions placed at disjoint addresses.

The first samples are the corners (all zeros, all ones), the rest random with corner values mixed in. Every sample can be run: its
addresses are mappable and its stack is aligned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from random import Random
from typing import TypeAlias

from lnsym.bv import BV, evaluate, variables
from lnsym.machine.extents import open_elements, place_of
from lnsym.machine.origins import (
    STACK_POINTER,
    Byte,
    Element,
    SegmentContents,
    Stack,
    Trips,
    Value,
    flag,
    general_register,
    vector_register,
)
from lnsym.machine.paths import Path
from lnsym.machine.state import STACK_ALIGNMENT
from lnsym.run.setup import Setup

Sample: TypeAlias = dict[BV, int]
"""Unsigned values of variables."""

LOW, HIGH = 1 << 34, 1 << 46
"""Where regions are placed: above any image, below what an emulator maps without fuss."""

CORNERS = 3
"""How many samples come first that hold one corner value everywhere: zeros, ones, and the number 1."""

SHARE_OF_SMALL = 0.9
"""How many samples have small counts and values, where a region's size is open: others cannot be run."""

MOST_OPEN_BYTES = 1 << 16
"""An open region that is larger on an input is not run on it."""

SLOT = 1 << 24
"""Each region gets a slot of its own, so that no two are near."""


def placement(setup: Setup, random: Random) -> Sample:
    """Addresses for the bases of all regions, for SP and for the return addresses."""
    statement = setup.statement
    slots = random.sample(range(LOW // SLOT, HIGH // SLOT), len(statement.blocks) + 1 + len(statement.calls))
    addresses: Sample = {}
    for block in statement.blocks:
        inside = random.randrange(SLOT // 2, SLOT // 2 + 4096)
        addresses[block.base] = slots.pop() * SLOT + inside // block.alignment * block.alignment
    addresses[STACK_POINTER] = slots.pop() * SLOT + SLOT // 2 + random.randrange(256) * STACK_ALIGNMENT
    addresses.update(stand_ins(setup))
    for call in range(len(statement.calls)):
        addresses[setup.returns_to(call)] = slots.pop() * SLOT
    return addresses


def stand_ins(setup: Setup) -> Sample:
    """The addresses that a linker or a loader chooses: those that stand in for them in the bytes that an emulator runs."""
    addresses = setup.addresses
    externals = {address: setup.image.externals[name] for name, address in addresses.externals.items()}
    return {**externals, **addresses.variables}


def random_value(random: Random, width: int) -> int:
    """A value of so many bits, with more corners and sparse ones among them than chance has."""
    kind = random.randrange(8)
    if kind == 0:
        return random.choice([0, 1, (1 << width) - 1, 1 << (width - 1), (1 << (width - 1)) - 1])
    if kind == 1:
        return random.getrandbits(width) & random.getrandbits(width) & random.getrandbits(width)
    return random.getrandbits(width)


def samples(setup: Setup, free: Sequence[BV], seed: int = 0) -> Iterator[Sample]:
    """Endless samples of the free variables; those that break a precondition of the contract are left out by the caller."""
    random = Random(seed)
    corners = iter([0, -1, 1])
    small = _small_ones(setup, free)
    while True:
        corner = next(corners, None)
        sample = {v: (random_value(random, v.width) if corner is None else corner & ((1 << v.width) - 1)) for v in free}
        if small and (corner is None or corner < 0) and random.random() < SHARE_OF_SMALL:
            sample.update({v: random.randrange(1 << min(v.width, random.randrange(1, 7))) for v in small})
        sample.update(placement(setup, random))
        yield sample


def small(setup: Setup) -> list[BV]:
    """That each open region is small enough to be run, terms of one bit."""
    blocks = setup.statement.open_blocks.values()
    counts = [(block.count, block.width // 8) for block in blocks if isinstance(block.count, BV)]
    return [count.ule(MOST_OPEN_BYTES // step) for count, step in counts]


def _small_ones(setup: Setup, free: Sequence[BV]) -> list[BV]:
    """The variables that are to be small, for a region of open size to be small, and an index to lie within it."""
    blocks = setup.statement.open_blocks.values()
    sizes = set(variables([block.count for block in blocks if isinstance(block.count, BV)]))
    return [v for v in free if v in sizes or (blocks and isinstance(v.origin, Value | Trips))]


def holds(conditions: Iterable[BV], sample: Sample) -> bool:
    """Whether all conditions are 1 on the sample; a variable it lacks counts as 0."""
    roots = list(conditions)
    if not roots:
        return True
    (values,) = evaluate(roots, [sample], default=0)
    return all(values)


def holding(groups: Sequence[Sequence[BV]], sample: Sample) -> list[bool]:
    """For each group of conditions whether all of them are 1 on the sample, as `holds` has it; terms that groups share count once."""
    roots = list(dict.fromkeys([condition for group in groups for condition in group]))
    value_of = dict(zip(roots, evaluate(roots, [sample], default=0)[0], strict=True))
    return [all(value_of[condition] for condition in group) for group in groups]


def complete(setup: Setup, sample: Sample, paths: Iterable[Path] = (), seed: int = 0) -> Sample:
    """The sample with a value for every register, every element of memory and every pointer signed on these paths that it leaves open."""
    random = Random(seed)
    full = dict(sample) | stand_ins(setup)
    found = [general_register(n) for n in range(31)] + [vector_register(n) for n in range(32)]
    found += [flag(letter) for letter in "nzcv"]
    for value in setup.statement.registers.values():
        found += variables([value])
    for block in setup.statement.blocks:
        found += [element for element in block.listed if not element.is_const]
    for variable in found:
        full.setdefault(variable, random.getrandbits(variable.width))
    if setup.statement.open_blocks:
        _fill(setup, full, random)
    for path in paths:
        for signed, (
            _,
            pointer,
            _,
        ) in path.state.signed.items():  # the emulator's pointers carry no authentication code
            full[signed] = evaluate([pointer], [full], default=0)[0][0]
    return full


def _fill(setup: Setup, sample: Sample, random: Random) -> None:
    """Give open regions all their elements: where two of the sample's are one, the first counts, and the others are set to it."""
    blocks = setup.statement.open_blocks
    held: dict[tuple[str, int], int] = {}
    at_numbers = [(v, v.origin.region) for v in sample if isinstance(v.origin, Element)]
    at_terms = open_elements([*sample, *setup.given_at_open_indices])
    for element, name in [*at_numbers, *[(v, origin.region) for v, origin in at_terms.items()]]:
        if name in blocks:
            ((at,),) = evaluate([place_of(element)], [sample], default=0)
            value = sample.get(element, random.getrandbits(element.width))
            sample[element] = held.setdefault((name, at), value)
    for name, block in blocks.items():
        step = block.width // 8
        count = block.count_on(sample)
        for index in range(count if count * step <= MOST_OPEN_BYTES else 0):
            if (name, index * step) not in held:
                sample[BV.var(Element(name, index), block.width)] = random.getrandbits(block.width)


def unknown_bytes(of: Stack | SegmentContents, start: int, size: int, sample: Mapping[BV, int]) -> bytearray:
    """Initial bytes of memory whose contents are unknown, from offset `start`: 0 where the sample does not say."""
    data = bytearray(size)
    for variable, value in sample.items():
        origin = variable.origin
        if isinstance(origin, Byte) and origin.of == of and 0 <= origin.offset - start < size:
            data[origin.offset - start] = value
    return data
