"""The method `words` against goals whose truth is known by all inputs; those goals against a method that is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import islice

import pytest

from lnsym.bv import BV
from lnsym.errors import ToolFault
from lnsym.prove.evidence import Enumerated
from lnsym.prove.joining import Joiner, Zero, questions, sums
from lnsym.prove.joining.linear import Forms
from lnsym.prove.joining.questions import Questions
from tests.prove.word_goals import LOWERED, lemma_of, said_of, word_goals

GOALS = 40


@pytest.mark.parametrize("to", range(len(LOWERED)))
def test_words_is_never_wrong(to: int) -> None:
    said: Counter[str] = Counter()
    for goal in islice(word_goals(3000 + to), GOALS):
        wrong, more = said_of(goal, LOWERED[to])
        assert not wrong, "\n".join(map(str, wrong))
        said += more
    assert said["words replaced"] > GOALS
    assert said["words joined"] > GOALS // 2
    if LOWERED[to].clock is None:
        assert min(said["words proved"], said["words refuted"]) > GOALS // 10


@pytest.mark.parametrize("condition", [3, 2], ids=["holds somewhere", "holds nowhere"])
def test_words_is_never_wrong_under_another_premise(condition: int) -> None:
    q = BV.var("q", 2)
    also = q.eq(3) & q.eq(condition)
    for goal in islice(word_goals(4000 + condition), GOALS):
        wrong, _ = said_of(goal, LOWERED[0], also)
        assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("to", range(len(LOWERED)))
def test_words_is_never_wrong_with_a_lemma_that_the_premises_imply(to: int) -> None:
    said: Counter[str] = Counter()
    for number, goal in enumerate(islice(word_goals(5000 + to), GOALS)):
        lemma = lemma_of(goal, number)
        if lemma is not None:
            wrong, more = said_of(goal, LOWERED[to], lemma=lemma)
            assert not wrong, "\n".join(map(str, wrong))
            said += more
    assert said["lemmas used"] > GOALS // 10


def test_a_lemma_that_is_used_without_being_said_to_need_the_premises_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    keep = Joiner._keep
    monkeypatch.setattr(
        Joiner, "_keep", lambda self, term, other, argument, under_premises=False: keep(self, term, other, argument)
    )
    goals = enumerate(islice(word_goals(9), 150))
    assert any(said_of(goal, LOWERED[0], lemma=lemma_of(goal, number))[0] for number, goal in goals)


def is_found(count: int = 150) -> bool:
    """Whether the method as it is patched is seen to be wrong."""
    for number, goal in enumerate(islice(word_goals(9), count)):
        try:
            if said_of(goal, LOWERED[number % 4])[0]:
                return True
        except ToolFault:
            return True
    return False


def test_a_rotation_by_one_more_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    rotated = Forms.rotated
    monkeypatch.setattr(
        Forms, "rotated", lambda self, form, amount: rotated(self, form, (amount + (amount > 2)) % form.width)
    )
    assert is_found()


def test_a_sum_split_where_a_carry_crosses_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    split = sums.split
    monkeypatch.setattr(sums, "split", lambda term, support: split(term, lambda word: support(word) >> 1))
    assert is_found()


def test_addends_merged_that_have_a_bit_in_common_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    merged = sums.merged
    monkeypatch.setattr(sums, "merged", lambda term, support: merged(term, lambda word: support(word) & ~1))
    assert is_found()


def test_a_word_that_is_zero_on_samples_alone_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Questions, "_asked", lambda self, asked: Zero(Enumerated(0)))
    assert is_found()


def test_a_premise_that_is_used_without_being_said_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    implied: Callable[..., object] = Questions.implied

    def unsaid(self: Questions, bit: BV, value: int) -> object:
        reply = implied(self, bit, value)
        return Zero(reply.argument) if isinstance(reply, Zero) else reply

    monkeypatch.setattr(Questions, "implied", unsaid)
    assert any(said_of(goal, LOWERED[3])[0] for goal in islice(word_goals(9), 150) if not goal.condition.is_const)


def test_points_left_out_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    all_points = questions._all_points
    monkeypatch.setattr(questions, "_all_points", lambda free: islice(all_points(free), 2))
    assert is_found()
