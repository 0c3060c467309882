"""What is said of rounded pointers, against their values: low bits, distances, and roundings that change nothing."""

from __future__ import annotations

from random import Random

import pytest

from lnsym.bv import BV, evaluate
from lnsym.machine import pointers
from lnsym.machine.pointers import Span, distance_below, residue, rounded, settled
from tests.named import named

SP, N, M = BV.var("sp", 64), BV.var("n", 64), BV.var("m", 64)
ALIGNED = {SP: 16}
ONES = (1 << 64) - 1


def down(term: BV, bits: int) -> BV:
    return term & BV.const(-(1 << bits), 64)


def amount(random: Random) -> BV:
    """Something between 0 and a bound, of many shapes."""
    return random.choice([
        lambda: N & 0xF0,
        lambda: down((N & 0xFF) + 15, 4),
        lambda: (M & 0x7) << 5,
        lambda: M.extract(7, 0).zero_extend(64),
        lambda: N,
        lambda: down(M + 15, 4),
        lambda: ((N & 0xF) * 8 + 31) & 0xF0,
        lambda: down((N & 0x1F) * 8 + 1, 6),
        lambda: ((M.extract(3, 0).zero_extend(32) + 3) & 0x1C).zero_extend(64),
    ])()  # fmt: skip


def pointer(random: Random, steps: int) -> BV:
    """SP after a few things that code does to it."""
    term = SP
    for _ in range(steps):
        kind = random.randrange(6)
        if kind == 0:
            term = term - random.randrange(0, 600, random.choice([1, 8, 16]))
        elif kind == 1:
            term = down(term, random.randrange(1, 9))
        elif kind == 2:
            term = term - amount(random)
        elif kind == 3:
            term = term + random.randrange(0, 64, 8)
        elif kind == 4:
            bits = random.randrange(32)
            term = random.choice([term | bits, term ^ bits, (term & ~bits) | (N & bits)])
        else:
            term = term | random.choice([M & 12, N & M & 7, M ^ 4]) & 15
    return term


def values(roots: list[BV], random: Random) -> list[int]:
    near = random.choice([0, 1 << 16, 1 << 47, ONES])
    sample = {
        "sp": (near + random.randrange(1 << 12) * 16) & ONES & -16,
        "n": random.getrandbits(64),
        "m": random.getrandbits(64),
    }
    return evaluate(roots, [named(roots, sample)], default=0)[0]


@pytest.mark.parametrize("seed", range(300))
def test_low_bits_and_distances_are_what_is_said_of_them(seed: int) -> None:
    random = Random(seed)
    top, term = pointer(random, random.randrange(3)), pointer(random, random.randrange(1, 6))
    step, rest = residue(term, ALIGNED)
    least, most = distance_below(top, term, ALIGNED)
    same = settled(term, ALIGNED)
    assert step.bit_count() == 1
    assert rest < step
    for _ in range(40):
        above, value, again = values([top, term, same], random)
        assert value % step == rest
        assert value == again
        assert (above - value - least) & ONES <= most - least


@pytest.mark.parametrize(
    ("term", "span"),
    [
        (down(SP - 256, 6), Span(256, 304)),
        (down(SP - 24, 6), Span(32, 80)),
        (down(SP - 8, 6), Span(16, 64)),
        (down(SP, 7), Span(0, 112)),
        (down(SP - 1, 3), Span(8, 8)),
        (SP - (N & 0xF0), Span(0, 0xF0)),
        (SP - (N & 0xF0) - 32, Span(32, 0xF0 + 32)),
        (down(SP - (N & 0xF0) - 32, 6) - 16, Span(48, 0xF0 + 96)),
        (down(down(SP - 256, 6) - 16, 8), Span(272 + 48, 272 + 48 + 240)),
        (SP + 16, Span(-16, -16)),
        (SP - (((N & 0xF) * 8 + 31) & 0xF0), Span(16, 144)),
        (SP - ((N & 0xF) + 0x1F & 0x20), Span(0, 0x20)),
    ],
)
def test_distances_of_known_shapes(term: BV, span: Span) -> None:
    assert distance_below(SP, term, ALIGNED) == span


def test_of_what_is_not_bounded_nothing_is_said() -> None:
    for term in (SP - N, down(SP - N, 6), N, SP + N):
        least, most = distance_below(SP, term, ALIGNED)
        assert most - least >= ONES - 64


@pytest.mark.parametrize(
    ("term", "other"),
    [
        (down(SP - 256, 4), SP - 256),
        (down(SP - 250, 4), SP - 256),
        (down(SP + 9, 3), SP + 8),
        (down(SP, 1), SP),
        (down(SP - (N & 0xF0) - 3, 2), SP - (N & 0xF0) - 4),
    ],
)
def test_a_rounding_of_known_bits_is_no_rounding(term: BV, other: BV) -> None:
    assert settled(term, ALIGNED) is other


@pytest.mark.parametrize(
    ("term", "other"),
    [
        (SP - 32 | 4, SP - 28),
        ((SP - 64 | 2) - 1, SP - 63),
        (SP - 24 | 12, SP - 20),
        (SP - 32 ^ 5, SP - 27),
        (down(SP - 16, 4) | 5, SP - 11),
        (SP - 28 & ~12, SP - 32),
        (SP - 32 | (N & 3) << 2, SP - 32 + ((N & 3) << 2)),
        (SP - 28 & ~12 | N & 12, SP - 32 + (N & 12)),
        (SP + (N << 3) | 6, SP + (N << 3) + 6),
        (down(SP - 24, 6) | 37, down(SP - 24, 6) + 37),
        ((down(SP - 24, 6) | N & 60) - 1, down(SP - 24, 6) + (N & 60) - 1),
        (SP | 16, down(SP, 5) + 16),
        (SP + (N << 1) | 2, down(SP + (N << 1), 2) + 2),
    ],
)
def test_bits_that_are_set_below_the_alignment_are_added(term: BV, other: BV) -> None:
    assert settled(term, ALIGNED) is other


@pytest.mark.parametrize(
    "term",
    [
        down(SP, 5), down(SP - 250, 6), down(SP - N, 4), down(N, 4), SP, SP & 0xF0, down(SP, 4) & N, SP - 32 ^ 20, SP - 32 | N & 31,
        SP - N | 4, N & ~12 | 4, SP | SP >> 1 & 16, ~SP & ~3, SP ^ M, SP ^ N & 1 << 63, down(SP, 5) + N | 4,
    ],
)  # fmt: skip
def test_any_other_stays(term: BV) -> None:
    assert settled(term, ALIGNED) is term


def test_what_is_a_rounding() -> None:
    assert rounded(down(SP - 16, 6)) == (SP - 16, 64)
    for term in (SP, SP - 16, SP & 0xFF, SP & -64 & ONES >> 1, down(SP, 6) ^ down(N, 6), BV.const(64, 64)):
        assert rounded(term) is None


def test_low_bits_of_a_base_that_are_made_up_are_noticed() -> None:
    """A fault planted: SP is taken to be a multiple of 64."""
    term = down(SP - 256, 6)
    assert pointers.settled(term, {SP: 64}) is SP - 256
    found, right = values([pointers.settled(term, {SP: 64}), term], Random(2))
    assert found != right
