"""Words: both sides joined word by word, from the inputs upwards (`lnsym.prove.joining`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from lnsym.deadline import DeadlinePassed
from lnsym.prove.evidence import ByLemma, WordsJoined
from lnsym.prove.method import Answer, Budget, Method, Proved, Refuted, Unknown

if TYPE_CHECKING:
    from lnsym.bv import BV
    from lnsym.contract.obligations import Obligation
    from lnsym.prove.joining import Joiner


def attempt(obligations: Sequence[Obligation], budget: Budget) -> Iterator[tuple[Obligation, Answer]]:
    """Those of one path together, by what they all assume; then those left open by all that they assume, where that is more."""
    of_path: dict[int, list[Obligation]] = {}
    for obligation in obligations:
        if not obligation.rests_on_premises:
            of_path.setdefault(obligation.path, []).append(obligation)
    everywhere: dict[tuple[BV, BV], Proved] = {}
    for path in of_path.values():
        shared = _shared([obligation.premises for obligation in path])
        again: dict[tuple[BV, ...], list[Obligation]] = {}
        for obligation, answer in _together(path, shared, budget, everywhere):
            if isinstance(answer, Unknown) and len(obligation.premises) > len(shared):
                again.setdefault(obligation.premises, []).append(obligation)
            else:
                yield obligation, answer
        for premises, left in again.items():
            yield from _together(left, premises, budget, everywhere)


def _shared(premises: Sequence[tuple[BV, ...]]) -> tuple[BV, ...]:
    """What all of them assume, in the order of the first."""
    first, *others = premises
    in_all = set(first).intersection(*others)
    return tuple([premise for premise in first if premise in in_all])


def _together(
    obligations: Sequence[Obligation], premises: tuple[BV, ...], budget: Budget, everywhere: dict[tuple[BV, BV], Proved]
) -> Iterator[tuple[Obligation, Answer]]:
    """Answers to obligations that have these premises; those whose sides have no words in common get none."""
    from lnsym.prove.joining import meet

    left = []
    for obligation in obligations:
        known = everywhere.get((obligation.left, obligation.right))
        if known is not None:
            yield obligation, known
        else:
            left.append(obligation)
    if left and meet([(obligation.left, obligation.right) for obligation in left], premises):
        yield from _joined(left, premises, budget, everywhere)


def _joined(
    obligations: Sequence[Obligation], premises: tuple[BV, ...], budget: Budget, everywhere: dict[tuple[BV, BV], Proved]
) -> Iterator[tuple[Obligation, Answer]]:
    """The answers to obligations that have these premises; what was proved without them is noted for other paths."""
    from lnsym.prove.joining import Joiner, by_depth

    joiner = Joiner(premises, budget.deadline)
    answers: dict[Obligation, Answer | None] = dict.fromkeys(obligations)
    with suppress(DeadlinePassed):
        for term in budget.labelled:
            joiner.add(term)
        for lemma in budget.lemmas:
            joiner.equate(lemma.left, lemma.right, ByLemma(lemma.name))
        order = by_depth([term for obligation in obligations for term in (obligation.right, obligation.left)])
        for number, term in enumerate(order, 1):
            joiner.add(term)
            if joiner.is_hopeless(number / len(order)):
                break
        else:
            for obligation in obligations:
                answers[obligation] = answer = _answer(joiner, obligation)
                if isinstance(answer, Proved) and not joiner.used_premises:
                    everywhere[obligation.left, obligation.right] = answer
    unknown = _open(joiner)
    for obligation, answer in answers.items():
        yield obligation, unknown if answer is None else answer


def _answer(joiner: Joiner, obligation: Obligation) -> Answer | None:
    """What is known once all terms are joined."""
    from lnsym.bv import evaluate
    from lnsym.prove.joining import NotZero, Zero

    match joiner.equal(obligation.left, obligation.right):
        case Zero(argument):
            return Proved(WordsJoined(joiner.evidence, argument))
        case NotZero() as reply:
            model = joiner.counterexample(reply)
            if model is None or not all(evaluate(obligation.premises, [model], default=0)[0]):
                return None
            return Refuted(model)
        case _:
            return None


def _open(joiner: Joiner) -> Unknown:
    """What was joined. Others get the obligation as it was: sums that are multiplied out are hard on circuits."""
    return Unknown("its words did not meet", replaced=joiner.replaced)


WORDS = Method("words", "cheap", attempt, assumption="words", share=0.4, share_alone=0.95)
