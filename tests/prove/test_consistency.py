"""The last check: what a wrong method said is a fault of the tool, and a right one passes."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from itertools import chain, islice, repeat

import pytest

from lnsym.bv import BV, concat, evaluate, ite
from lnsym.contract.obligations import Obligation
from lnsym.deadline import Deadline
from lnsym.errors import ToolFault
from lnsym.prove import gf2, smt
from lnsym.prove import judge as judge_module
from lnsym.prove.consistency import Claim, check
from lnsym.prove.evidence import Swept
from lnsym.prove.judge import Limits, Outcome
from lnsym.prove.method import Proved
from lnsym.prove.methods import BITWUZLA, Z3, chosen
from lnsym.prove.needles import adversarial_samples
from lnsym.prove.rare import Needles
from lnsym.prove.sweep import Sweep
from lnsym.prove.sweep.words import Words
from lnsym.run.inputs import Sample
from tests.prove.replayers import Disbelieving, judged

X, Y = BV.var("x", 32), BV.var("y", 32)


def claim(one: BV, other: BV, *premises: BV) -> Claim:
    return Claim("some method", Obligation("result", "output", one, other, premises))


FALSE_CLAIMS = {
    "everywhere": (X + Y, X - Y),
    "a comparison with a constant": (X, X ^ X.eq(0x5EEDBEEF).zero_extend(32)),
    "a constant with an offset": (X, X ^ (X + 77).eq(0x5EEDBEEF).zero_extend(32)),
    "half of a word": (X, X ^ X[31:16].eq(0xBEEF).zero_extend(32)),
    "a complemented word": (Y, Y ^ (~X).eq(0x12345678).zero_extend(32)),
    "two words put together": (X, X ^ concat(X, Y).eq(0x5EEDBEEF12345678).zero_extend(32)),
    "words that are equal": (X, ite(X.eq(Y), X + 1, X)),
    "words that are neighbours": (X, ite(X.eq(Y + 1), X + 1, X)),
    "words that are complements": (X, ite(X.eq(~Y), X + 1, X)),
    "an order just beyond a constant": (X.ult(0x5EEDBEEF), X.ule(0x5EEDBEEF)),
    "the top bit alone": (X, ite(X.eq(1 << 31), Y, X)),
    "all ones": (X, ite(X.eq(0xFFFFFFFF), Y, X)),
}


@pytest.mark.parametrize("name", FALSE_CLAIMS)
def test_a_false_claim_is_a_fault(name: str) -> None:
    one, other = FALSE_CLAIMS[name]
    with pytest.raises(ToolFault, match="false on an input") as raised:
        check([claim(one, other)], repeat({}))
    assert "The input:" in raised.value.reproduction
    assert "x = 0x" in raised.value.reproduction
    again = pickle.loads(pickle.dumps(raised.value))
    assert (again.what, again.reproduction) == (raised.value.what, raised.value.reproduction)


@pytest.mark.parametrize(
    "pair",
    [(X ^ Y, (X | Y) - (X & Y)), (X + Y, (X ^ Y) + ((X & Y) << 1)), (~(X - Y), ~X + Y), (X, X)],
)
def test_a_true_claim_passes(pair: tuple[BV, BV]) -> None:
    check([claim(*pair)], repeat({}))


def test_conditions_are_heeded() -> None:
    """Where no input meets the conditions nothing contradicts the claim."""
    check([claim(X + Y, X | Y, (X & Y).eq(0))], repeat({}))
    with pytest.raises(ToolFault):
        check([claim(X + Y, X ^ Y, (X & 1).eq(0))], repeat({}))


def test_given_inputs_stay_as_they_are_given() -> None:
    """Pointers lie where they were placed, also in the samples that are made from the terms."""
    pointer = BV.var("pointer", 64)
    given = repeat({pointer: 0x4000})
    check([claim(pointer.ult(0x5000), BV.const(1, 1))], given)


class NoReplayer(Disbelieving):
    """Has no samples and confirms no model."""

    def inputs(self, free: Sequence[BV]) -> Iterator[Sample]:
        return repeat({})


def decided(left: BV, right: BV, *methods: str) -> Outcome[Sample]:
    asked = Obligation("g", "output", left, right)
    return judged(NoReplayer(), [asked], Limits(Deadline.after(20), methods=chosen(*methods))).outcome


def test_a_gf2_that_proves_everything_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gf2.Solver, "prove", lambda self, pairs, deadline: [True] * len(pairs))
    with pytest.raises(ToolFault, match="gf2 proved g"):
        decided(X + Y, X ^ Y, "gf2")


def test_the_last_check_uses_values_that_are_hard_on_the_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random values do not meet a comparison with 32 bits, and those that the refuter gives do not replace the hard ones."""

    def everything(self: NoReplayer, free: Sequence[BV]) -> Iterator[Sample]:
        return repeat(dict.fromkeys(free, 0x5555))

    monkeypatch.setattr(NoReplayer, "inputs", everything)
    monkeypatch.setattr(Needles, "by_inversion", lambda self, deadline: iter(()))
    monkeypatch.setattr(gf2.Solver, "prove", lambda self, pairs, deadline: [True] * len(pairs))
    with pytest.raises(ToolFault, match="gf2 proved g, which is false on an input"):
        decided(X, X ^ X.eq(0x12345678).zero_extend(32), "gf2")


def test_a_sweep_that_proves_everything_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(self: Sweep) -> Iterator[tuple[int, Proved]]:
        for number in range(len(self.obligations)):
            yield number, Proved(Swept("same bits", 1, (), ()))

    monkeypatch.setattr(Sweep, "run", run)
    with pytest.raises(ToolFault, match="sweep proved g"):
        decided(X + Y, X ^ Y, "sweep")


def test_a_false_join_of_words_is_found_out_before_a_goal_rests_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The goal is true; what was joined on the way is not."""
    right = Words.declare

    def wrong(self: Words, term: BV, other: BV, rotation: int = 0, flips: int = 0) -> BV:
        found = right(self, term, other, rotation, flips)
        if found is not term:
            self.equalities[-1] = type(self.equalities[-1])(term, other, rotation, flips ^ 1)
        return found

    monkeypatch.setattr(Words, "declare", wrong)
    with pytest.raises(ToolFault, match="two words joined"):
        decided((X ^ Y).udiv(5), ((X | Y) - (X & Y)).udiv(5), "sweep")


def test_a_model_that_does_not_tell_the_sides_apart_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smt, "solve", lambda *_: smt.SolverAnswer("sat", {X: 0, Y: 0}))
    with pytest.raises(ToolFault, match="does not tell the two sides apart"):
        decided(X.udiv(Y) * Y, X, "smt")


def test_a_proof_of_what_a_model_refutes_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that holds on the terms and was not confirmed by a run; another method then says the goal is proved."""
    answers = chain([smt.SolverAnswer("sat", {X: 3, Y: 2})], repeat(smt.SolverAnswer("unsat")))
    monkeypatch.setattr(smt, "solve", lambda *_: next(answers))
    monkeypatch.setattr(judge_module, "chains", lambda *_: [(Z3, BITWUZLA)])
    with pytest.raises(ToolFault, match="false on the model that z3 found"):
        decided(X.udiv(Y) * Y, X, "smt")


def test_adversarial_samples_give_each_variable_a_value_in_its_width() -> None:
    terms = [X[7:0].eq(0x5A), (X + 3).ult(9), concat(Y, X).eq(1 << 40)]
    samples = list(islice(adversarial_samples(terms), 200))
    assert all(set(sample) == {X, Y} and all(0 <= v < 1 << 32 for v in sample.values()) for sample in samples)
    assert {values[0] for values in evaluate(terms, samples)} == {0, 1}
    assert [s[X] for s in samples[:3]] == [0, 0xFFFFFFFF, 1]
    assert samples == list(islice(adversarial_samples(terms), 200))
