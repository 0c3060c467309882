"""The methods against goals whose truth is known by all inputs; the fuzzer itself against methods that are wrong."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from random import Random

import pytest

from lnsym.bv import BV
from lnsym.prove.gf2 import Solver
from lnsym.prove.sweep import joins
from lnsym.prove.sweep.words import Equality, Words
from tests.prove.prover_fuzzer import EFFORTS, Goal, Maker, goals, judged

GOALS = 25


@pytest.mark.parametrize("effort", range(len(EFFORTS)))
@pytest.mark.parametrize("seed", range(2))
def test_no_method_is_wrong(seed: int, effort: int) -> None:
    for goal in islice(goals(1000 + seed), GOALS):
        wrong, _ = judged(goal, EFFORTS[effort])
        assert not wrong, "\n".join(map(str, wrong))


def test_goals_are_neither_all_true_nor_all_false_and_reach_every_method() -> None:
    said: Counter[str] = Counter()
    made = list(islice(goals(5), GOALS))
    for goal in made:
        said += judged(goal, EFFORTS[-1])[1]
    true = sum(goal.holds for goal in made)
    assert GOALS // 5 < true < GOALS * 4 // 5
    assert min(said[name] for name in ("gf2 proved", "sweep proved", "sweep refuted", "words joined")) > GOALS // 10
    assert any(not goal.holds_unconditionally for goal in made if goal.holds)


def found(goals_: int, effort: int = 1) -> list[str]:
    """What the fuzzer says of the methods as they are patched."""
    return [wrong.method for goal in islice(goals(9), goals_) for wrong in judged(goal, EFFORTS[effort])[0]]


def test_a_word_joined_where_only_the_signs_of_its_literals_fit_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sweep as it was when a sceptic proved a false goal with it: rotated, signs compared, nodes not."""

    def declare(self: Words, term: BV, other: BV, rotation: int = 0, flips: int = 0) -> BV:
        result = self.new[other].rotate_right(rotation)
        self._blast(result)
        pairs = zip(self._blaster.words[result], self._blaster.words[term], strict=True)
        signs = sum(((a ^ b) & 1) << n for n, (a, b) in enumerate(pairs))
        self.equalities.append(Equality(term, other, rotation, signs))
        return result ^ signs if signs else result

    monkeypatch.setattr(Words, "declare", declare)
    made = (Goal(*Maker(Random(seed)).lone_bits(), BV.const(1, 1)) for seed in range(40))
    assert any(wrong.method == "sweep" for goal in made for wrong in judged(goal, EFFORTS[0])[0])


def test_a_gf2_that_takes_words_for_equal_when_most_bits_are_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Solver, "_same", lambda self, a, b: all(self._zero(form ^ b[i]) for i, form in a.items() if i))
    assert "gf2" in found(60)


def test_a_cut_taken_for_all_inputs_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table over a cut that is looked at in its first quarter only, at few samples."""
    right = joins.difference_table
    monkeypatch.setattr(joins, "difference_table", lambda *a: right(*a) & ((1 << (1 << len(a[3].leaves)) // 4) - 1))
    assert "sweep" in found(150, effort=0)


def test_a_goal_that_holds_under_its_condition_alone_is_told_from_one_that_holds() -> None:
    x, y = BV.var("x", 3), BV.var("y", 3)
    goal = Goal(x + y, x | y, (x & y).eq(0))
    assert goal.holds
    assert not goal.holds_unconditionally
