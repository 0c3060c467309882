"""The kernel of induction over a count: invariants that are wrong in one thing are never proved; and the cuts are found."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from lnsym.bv import BV
from lnsym.contract import ANY, Count, Theorem
from lnsym.contract.obligations import Obligation
from lnsym.deadline import Deadline
from lnsym.machine.image import load_image
from lnsym.machine.origins import Anything
from lnsym.machine.paths import Path as CodePath
from lnsym.prove.feasibility import on_feasible_paths
from lnsym.prove.induction import verification
from lnsym.prove.induction.invariants import Invariant, Lane
from lnsym.prove.induction.locations import Location
from lnsym.prove.induction.loops import Trace, heads
from lnsym.prove.induction.search import Search
from lnsym.prove.induction.transitions import Transition
from lnsym.prove.verify import Options

Plant = Callable[[Invariant, Theorem], Invariant]

SUMS = """
    str x19, [sp, #-16]!
    mov x19, #0
    mov x4, #0
    cbz x2, 2f
1:  ldr x3, [x1], #8
    add x19, x19, x3
    str x3, [sp, #-16]!
    add x4, x4, x19
    add sp, sp, #16
    eor x9, x3, x19
    eor x10, x3, x4
    str x4, [x0], #8
    subs x2, x2, #1
    b.ne 1b
2:  mov x0, x19
    ldr x19, [sp], #16
    ret
"""
"""uint64_t f(uint64_t out[n], const uint64_t a[n], size_t n): the sum, and in `out` the sums of the sums so far."""


def sums(t: Theorem, n: Count = ANY) -> None:
    count = t.count("n", n)
    a = t.region("a", count, 64)
    out = t.region("out", count, 64, access="w")
    t.call(out, a, count)

    def step(state: Sequence[BV], k: BV) -> Sequence[BV]:
        one = state[0] + a.part(k, 1)[0]
        return [one, state[1] + one]

    both = t.fold("S", count, step, [BV.const(0, 64), BV.const(0, 64)])
    t.ensure_each(out, 1, lambda k: [both.after(k + 1)[1]])
    t.ensure_result(both.after(count)[0])


@pytest.fixture(scope="module")
def sums_object(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code, assembled."""
    assembler = shutil.which("aarch64-linux-gnu-as")
    if assembler is None:
        pytest.skip("no AArch64 assembler (binutils-aarch64-linux-gnu)")
    directory = tmp_path_factory.mktemp("sums")
    source, made = directory / "f.s", directory / "f.o"
    source.write_text(f".globl f\n.type f, %function\nf:\n{SUMS}\n.size f, .-f\n")
    subprocess.run([assembler, "-o", str(made), str(source)], check=True)
    return made


def reason_with(made: Path, plant: Plant, monkeypatch: pytest.MonkeyPatch) -> str:
    """Why nothing is proved where each invariant that is found is changed so; empty where all is."""
    theorem = Theorem("f")
    sums(theorem)
    statement = theorem.freeze()

    class Planted(Search):
        """Finds what is planted, and never mends it."""

        def _invariant(self, address: int, source: Invariant | None, paths: Sequence[CodePath]) -> Invariant:
            return plant(super()._invariant(address, source, paths), theorem)

        def _mended(self, ways: Sequence[Transition], obligations: Sequence[Obligation]) -> bool:
            return False

        def weakened(self, failed: object) -> bool:
            return False

    monkeypatch.setattr(verification, "Search", Planted)
    deadline = Deadline.after(20.0)
    unexplored = on_feasible_paths(load_image(made), "f", statement, deadline=deadline)
    limits = Options(timeout=20.0, processes=1).limits("f", deadline)
    return verification.by_induction(unexplored, limits).reason


def general(number: int) -> Location:
    return Location("general", number)


def saying(invariant: Invariant, location: Location, value: BV | None) -> Invariant:
    """The invariant that says another thing of a location of 64 bits."""
    lanes: Mapping[Location, tuple[Lane, ...]] = {**invariant.lanes, location: (Lane(0, 64, value),)}
    return replace(invariant, lanes=lanes)


def value_of(invariant: Invariant, number: int) -> BV:
    (lane,) = invariant.lanes[general(number)]
    assert lane.value is not None
    return lane.value


def state_of(t: Theorem, index: int, steps: BV) -> BV:
    return t._folds["S"].after(steps)[index]


def input_at(t: Theorem, index: BV) -> BV:
    return t._blocks[0].part(index, 1)[0]


def count_of(t: Theorem) -> BV:
    return t._counts[0]


def test_what_is_found_is_proved(sums_object: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert reason_with(sums_object, lambda found, t: found, monkeypatch) == ""


WRONG: dict[str, Plant] = {
    "source goes on by two": lambda i, t: saying(i, general(1), value_of(i, 1) + 8 * i.done),
    "source is one further": lambda i, t: saying(i, general(1), value_of(i, 1) + 8),
    "source stays": lambda i, t: saying(i, general(1), t._blocks[0].base),
    "target is one behind": lambda i, t: saying(i, general(0), value_of(i, 0) - 8),
    "target is the source": lambda i, t: saying(i, general(0), value_of(i, 1)),
    "one more is left": lambda i, t: saying(i, general(2), value_of(i, 2) + 1),
    "one less is left": lambda i, t: saying(i, general(2), value_of(i, 2) - 1),
    "what is left does not go down": lambda i, t: saying(i, general(2), count_of(t)),
    "the states' elements are swapped": lambda i, t: saying(
        saying(i, general(19), state_of(t, 1, i.done)), general(4), state_of(t, 0, i.done)
    ),
    "the state after the next step": lambda i, t: saying(i, general(19), state_of(t, 0, i.done + 1)),
    "the state before": lambda i, t: saying(i, general(19), state_of(t, 0, i.done - 1)),
    "a sum is 0": lambda i, t: saying(i, general(19), BV.const(0, 64)),
    "nothing is known of a sum": lambda i, t: saying(i, general(19), None),
    "nothing is known of the saved register": lambda i, t: saying(i, Location("stack", -16), None),
    "the saved register is another": lambda i, t: saying(i, Location("stack", -16), value_of(i, 20)),
    "sp is lower": lambda i, t: saying(i, general(31), value_of(i, 31) - 16),
    "the last word is known": lambda i, t: saying(i, general(3), input_at(t, i.done - 1)),
    "the next word is loaded": lambda i, t: saying(i, general(3), input_at(t, i.done)),
    "two are left": lambda i, t: replace(i, least_left=i.least_left + 1),
    "more are done": lambda i, t: replace(i, least_done=i.least_done + 1),
    "nearly all are done": lambda i, t: replace(i, least_done=1 << 63),
    "all are left": lambda i, t: replace(i, least_left=1 << 63),
    "a part more is written": lambda i, t: replace(i, ahead={"out": 1}),
    "a part less is written": lambda i, t: replace(i, ahead={"out": -1}),
    "nothing is released": lambda i, t: replace(i, released=frozenset()),
    "half of what is released": lambda i, t: replace(i, released=frozenset(sorted(i.released)[8:])),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_invariant_is_never_proved(fault: str, sums_object: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert reason_with(sums_object, WRONG[fault], monkeypatch) != ""


def without_place(i: Invariant, t: Theorem) -> Invariant:
    return replace(i, lanes={location: lanes for location, lanes in i.lanes.items() if location != general(9)})


def without_bits(i: Invariant, t: Theorem) -> Invariant:
    return replace(i, lanes={**i.lanes, general(9): (Lane(0, 32, None),)})


def with_bits_twice(i: Invariant, t: Theorem) -> Invariant:
    return replace(i, lanes={**i.lanes, general(9): (Lane(0, 64, None), Lane(32, 32, None))})


@pytest.mark.parametrize("plant", [without_place, without_bits, with_bits_twice])
def test_an_invariant_that_leaves_something_out_is_an_error(
    plant: Plant, sums_object: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match="without x9"):
        reason_with(sums_object, plant, monkeypatch)


@pytest.mark.parametrize("number", [10, 19])
def test_an_invariant_over_what_may_be_anything_is_an_error(
    number: int, sums_object: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def plant(i: Invariant, t: Theorem) -> Invariant:
        return saying(i, general(number), BV.var(Anything(i.head, "x9.0"), 64))

    with pytest.raises(ValueError, match="over what may be anything"):
        reason_with(sums_object, plant, monkeypatch)


# -- where runs are cut ---------------------------------------------------------------------------


def run_of(*parts: Sequence[int]) -> Trace:
    return Trace(tuple([address for part in parts for address in part]))


def test_a_loop_is_cut_at_its_head() -> None:
    traces = [run_of([0, 4], *[[8, 12]] * n, [16]) for n in range(1, 6)]
    assert heads(traces) == [8]


def test_a_loop_of_constant_trips_is_not_cut() -> None:
    assert heads([run_of([0], *[[4, 8]] * 5, [12]) for n in range(5)]) == []


def test_an_inner_loop_of_constant_trips_is_run() -> None:
    body = [8, *[12, 16] * 4, 20]
    assert heads([run_of([0, 4], *[body] * n, [24]) for n in range(1, 6)]) == [8]


def test_one_head_of_an_inner_and_an_outer_loop() -> None:
    """8: inner loop of three trips back to 8 from 12, outer one back to 8 from 16."""
    body = [8, 12] * 3 + [16]
    (cut,) = heads([run_of([0, 4], *[body] * n, [20]) for n in range(1, 6)])
    assert cut == (16, 8)


def test_two_strides() -> None:
    """Pairs at 8, the last one at 24."""

    def trace(n: int) -> Trace:
        pairs = [[8, 12]] * (n // 2)
        return run_of([0, 4], *pairs, [16], *[[24, 28]] * (n % 2), [32])

    found = heads([trace(n) for n in range(8)])
    assert found[0] == 8
    assert len(found) <= 2


def test_an_inner_loop_that_is_not_always_gone_through() -> None:
    """An inner loop of constant trips in every other body: it is no head."""

    def trace(n: int) -> Trace:
        bodies = [[8, *([12, 16] * 3 if k % 2 else []), 20] for k in range(n)]
        return run_of([0, 4], *bodies, [24])

    assert heads([trace(n) for n in range(1, 7)]) == [8]
