"""Lemmas: proved before they are used, never believed where they are false, and no proof of themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from lnsym.bv import BV, evaluate, ite
from lnsym.contract.obligations import Obligation, ObligationKind
from lnsym.deadline import NEVER, Deadline
from lnsym.errors import ToolFault
from lnsym.prove.evidence import ByLemma, Enumerated, Identical, NoModel, Reduced, WordsJoined
from lnsym.prove.joining import Joiner, Open, Zero
from lnsym.prove.joining.samples import WordSamples
from lnsym.prove.judge import Disproved, Established, Judgement, LeftOpen, Limits, ProofQuestion, judge
from lnsym.prove.method import Answer, Budget, Method, Proved, Unknown
from lnsym.prove.methods import METHODS, STRUCTURAL, WORDS, chosen
from lnsym.run.inputs import Sample
from tests.prove.replayers import Believing, Disbelieving

X, Y, Z = (BV.var(name, 32) for name in "xyz")
N, M = (BV.var(name, 64) for name in "nm")
SUM = N + M
SQUARE = N * N + 2 * (N * M) + M * M
DIVISION = X.udiv(10), ((X.zero_extend(64) * BV.const(0xCCCCCCCD, 64)) >> 35)[31:0]
"""Equal, and beyond every method within seconds."""

CHEAP = Limits(methods=chosen("structural", "words", "gf2"))


def goal(left: BV, right: BV, *premises: BV, name: str = "goal", kind: ObligationKind = "output") -> Obligation:
    return Obligation(name, kind, left, right, premises)


def lemma(left: BV, right: BV, name: str = "lemma 1") -> Obligation:
    return goal(left, right, name=name, kind="lemma")


def decided(
    claimed: Sequence[Obligation],
    lemmas: Sequence[Obligation],
    limits: Limits = CHEAP,
    replayer: Believing | None = None,
    labelled: Sequence[BV] = (),
) -> Judgement[Sample]:
    replayer = replayer or Disbelieving()
    replayer.asked = claimed
    return judge(ProofQuestion(claimed, replayer, lemmas=lemmas, labelled=labelled), limits)


def open_in(judgement: Judgement[Sample]) -> dict[str, str]:
    assert isinstance(judgement.outcome, LeftOpen)
    return {obligation.name: reason for obligation, reason in judgement.outcome.left}


# -- what a lemma is good for ---------------------------------------------------------------------------


HELPED = goal((SUM * SUM).rotate_right(7) * N, SQUARE.rotate_right(7) * N)


def test_words_put_the_right_side_in_the_place_of_the_left_one() -> None:
    judgement = decided([HELPED], [lemma(SUM * SUM, SQUARE)])
    assert judgement.outcome == Established()
    first, second = judgement.proofs
    assert (first.obligation, second.obligation) == ("lemma 1", "goal")
    assert isinstance(second.evidence, WordsJoined)
    assert [word.argument for word in second.evidence.words if isinstance(word.argument, ByLemma)] == [
        ByLemma("lemma 1")
    ]
    assert all(word.under_premises for word in second.evidence.words if isinstance(word.argument, ByLemma))


def test_a_word_that_is_shown_equal_to_the_left_side_stands_for_the_right_one() -> None:
    same = ((X & Y) + (~X & Y)).udiv(10)  # Y / 10, once the words below are joined
    asked = goal(same ^ Z, ((Y.zero_extend(64) * BV.const(0xCCCCCCCD, 64)) >> 35)[31:0] ^ Z)
    known = lemma(Y.udiv(10), ((Y.zero_extend(64) * BV.const(0xCCCCCCCD, 64)) >> 35)[31:0])
    ((_, without),) = WORDS.attempt([asked], Budget(Deadline.after(60)))
    ((_, answer),) = WORDS.attempt([asked], Budget(Deadline.after(60), lemmas=(known,)))
    assert isinstance(without, Unknown)
    assert isinstance(answer, Proved)


def test_the_costly_methods_get_the_goal_with_the_right_side_in_place() -> None:
    def by_word(obligations: Sequence[Obligation], budget: Budget) -> Iterator[tuple[Obligation, Answer]]:
        """Believes lemmas, and else what is one term."""
        for obligation in obligations:
            if obligation.kind == "lemma" or obligation.left is obligation.right:
                yield obligation, Proved(NoModel(("oracle",)))

    limits = Limits(Deadline.after(60), methods=(STRUCTURAL, Method("oracle", "costly", by_word)))
    judgement = decided([HELPED], [lemma(SUM * SUM, SQUARE)], limits)
    assert judgement.outcome == Established()
    evidence = judgement.proofs[-1].evidence
    assert isinstance(evidence, Reduced)
    assert (evidence.by, evidence.reduction) == ("lemma", ByLemma("lemma 1"))


def test_a_lemma_helps_those_after_it() -> None:
    steps = [
        lemma(N * SUM, N * N + N * M, "lemma 1"),
        lemma(M * SUM, N * M + M * M, "lemma 2"),
        lemma(SUM * SUM, N * SUM + M * SUM, "lemma 3"),
    ]
    assert decided([HELPED], steps).outcome == Established()


def test_preconditions_of_the_contract_are_premises_of_a_lemma() -> None:
    small, masked = X.ult(8), lemma(X & 7, X)
    asked = goal((X & 7) * Y, X * Y)
    assert decided([asked], [masked], replayer=Disbelieving(small)).outcome == Established()
    assert "lemma 1" in open_in(decided([asked], [masked]))


# -- attacks --------------------------------------------------------------------------------------------


def test_a_lemma_that_is_false_is_not_believed_and_it_is_said_where() -> None:
    asked = goal((X + Y) * Z, (X | Y) * Z)
    reasons = open_in(decided([asked], [lemma(X + Y, X | Y)]))
    assert reasons["lemma 1"].startswith("it is false where x = 0x")
    assert "goal" in reasons


@pytest.mark.parametrize(
    "choices", [("words",), ("gf2",), ("sweep",), ("smt",), ("structural", "words", "sweep", "smt")]
)
def test_a_lemma_that_is_false_on_one_input_alone_is_not_believed(choices: tuple[str, ...]) -> None:
    event = X.eq(0xDEADBEEF) & Y.eq(0x12345678)
    rarely = lemma(X, X ^ event.zero_extend(32))
    asked = goal(X * Z, (X ^ event.zero_extend(32)) * Z)
    reasons = open_in(decided([asked], [rarely], Limits(Deadline.after(20), 2, chosen(*choices))))
    assert set(reasons) == {"lemma 1", "goal"}


def test_what_is_claimed_is_refuted_whatever_the_lemmas_say() -> None:
    asked = goal(X + Y, X | Y)
    outcome = decided([asked], [lemma(X + Y, X | Y)], replayer=Believing()).outcome
    assert isinstance(outcome, Disproved)


def test_a_false_lemma_leaves_open_what_is_proved_without_it() -> None:
    judgement = decided([goal(X + Y, Y + X)], [lemma(X, Y)])
    assert set(open_in(judgement)) == {"lemma 1"}
    assert [proof.obligation for proof in judgement.proofs] == ["goal"]


def test_a_lemma_that_holds_on_one_path_only_is_no_lemma() -> None:
    """The goal's path has the premise, the contract does not."""
    masked = lemma((X & 7) * Y, X * Y)
    taken = goal((X & 7) * Y + Z, X * Y + Z, X.ult(8), name="taken")
    other = goal(((X & 7) * Y) ^ Z, (X * Y) ^ Z, ~X.ult(8), name="other")
    reasons = open_in(decided([taken, other], [masked]))
    assert reasons["lemma 1"].startswith("it is false where")
    assert "other" in reasons


def test_a_lemma_of_variables_that_only_another_path_speaks_of_changes_nothing() -> None:
    elsewhere = lemma(SUM * SUM, SQUARE)
    here = goal((X & Y) + (X | Y), X + Y, Z.ult(5), name="here")
    there = goal(HELPED.left, HELPED.right, N.ult(M), name="there")
    wrong = goal(X + Y, X | Y, Z.ult(5), name="wrong")
    assert decided([here, there], [elsewhere]).outcome == Established()
    assert set(open_in(decided([here, there, wrong], [elsewhere]))) == {"wrong"}


def test_a_lemma_that_is_the_goal_proves_nothing() -> None:
    limits = Limits(Deadline.after(8), methods=METHODS)
    reasons = open_in(decided([goal(*DIVISION)], [lemma(*DIVISION)], limits))
    assert set(reasons) == {"lemma 1", "goal"}


def test_lemmas_that_say_each_other_prove_nothing() -> None:
    left, right = DIVISION
    reasons = open_in(decided([goal(left, right)], [lemma(left, right), lemma(right, left, "lemma 2")]))
    assert set(reasons) == {"lemma 1", "lemma 2", "goal"}


def test_a_proved_lemma_and_its_converse_come_to_an_end() -> None:
    steps = [lemma(SUM * SUM, SQUARE), lemma(SQUARE, SUM * SUM, "lemma 2")]
    assert decided([HELPED], steps).outcome == Established()


def test_a_lemma_whose_right_side_has_the_left_one_in_it_comes_to_an_end() -> None:
    left = (X & Y) + (X ^ Y)
    right = ite((left - (X | Y)).eq(0), left, Z)
    judgement = decided([goal(left * Z, (X | Y) * Z)], [lemma(left, right)])
    assert judgement.outcome == Established()


def test_the_unproved_lemma_is_not_used() -> None:
    asked = goal((X & Y) + (X | Y) + Z, X + Y + Z)
    same = lemma((X & Y) + (X | Y) + Z, X + Y + Z)
    reasons = open_in(decided([asked], [same], Limits(Deadline.after(20), methods=chosen("structural"))))
    assert set(reasons) == {"lemma 1", "goal"}


def test_a_method_that_proves_a_false_lemma_is_a_fault() -> None:
    def believes(obligations: Sequence[Obligation], budget: Budget) -> Iterator[tuple[Obligation, Answer]]:
        yield from [(each, Proved(Identical())) for each in obligations]

    limits = Limits(Deadline.after(20), methods=(Method("oracle", "free", believes),))
    with pytest.raises(ToolFault, match="oracle proved lemma 1"):
        decided([goal(X * Z, Y * Z)], [lemma(X, Y)], limits)


def test_what_words_say_with_a_lemma_is_true_wherever_the_premises_hold() -> None:
    """A model under a lemma is one of the goal as it stands."""
    wrong = goal((SUM * SUM).rotate_right(7), (SQUARE + 1).rotate_right(7))
    judgement = decided([wrong], [lemma(SUM * SUM, SQUARE)], replayer=Believing())
    assert isinstance(judgement.outcome, Disproved)
    assert all(evaluate(wrong.failure, [judgement.outcome.shown], default=0)[0])


def test_no_lemma_is_used_where_no_sample_meets_the_premises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WordSamples, "_meeting", lambda self, count: [])
    joiner = Joiner([X.eq(Y)])
    joiner.equate(X, Y, ByLemma("lemma 1"))
    assert joiner.add(X) is X
    assert joiner.evidence == ()


# -- labels -----------------------------------------------------------------------------------------------


def test_words_are_joined_to_a_labelled_term_that_no_side_has(monkeypatch: pytest.MonkeyPatch) -> None:
    """The two ends are not shown equal at once, each is shown equal to what lies between."""
    one, between, other = DIVISION[1], DIVISION[0], X.udiv(5) >> 1
    asked = goal(one * Z, other * Z)

    def compared(self: Joiner, left: BV, right: BV) -> Zero | Open:
        return Open() if between not in (left, right) else Zero(Enumerated(0))

    monkeypatch.setattr(Joiner, "_compared", compared)
    ((_, without),) = WORDS.attempt([asked], Budget(NEVER))
    ((_, answer),) = WORDS.attempt([asked], Budget(NEVER, labelled=(between,)))
    assert isinstance(without, Unknown)
    assert isinstance(answer, Proved)
