"""One shape for all methods: a new one is a file, and a line of a tuple."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from lnsym.bv import BV
from lnsym.contract.obligations import Obligation
from lnsym.deadline import NEVER, Deadline
from lnsym.prove import method as method_module
from lnsym.prove.evidence import Evidence, Identical, NoModel, Proof, Reduced, SameForms
from lnsym.prove.judge import Established, LeftOpen, Limits
from lnsym.prove.method import Answer, Budget, Method, Proved, Refuted, Rest, Unknown
from lnsym.prove.methods import METHODS, Z3, choices, chosen
from lnsym.prove.race import Finding, race
from programs import sample_path
from tests.prove.replayers import Believing, Disbelieving, judged

X, Y = BV.var("x", 32), BV.var("y", 32)
HARD = Obligation("hard", "output", X.udiv(10), ((X.zero_extend(64) * BV.const(0xCCCCCCCD, 64)) >> 35)[31:0])


def says_yes(obligations: Sequence[Obligation], budget: Budget) -> Iterator[tuple[Obligation, Answer]]:
    yield from [(obligation, Proved(NoModel(("oracle",)))) for obligation in obligations]


def test_choices_are_in_the_order_of_cost_and_none_is_there_twice() -> None:
    assert choices() == ("structural", "words", "gf2", "sweep", "smt")
    costs = [get_args(method_module.Cost).index(method.cost) for method in METHODS]
    assert costs == sorted(costs)
    names = [method.name for method in METHODS]
    assert len(set(names)) == len(names)
    assert chosen(*reversed(choices())) == METHODS
    assert [method.name for method in chosen("smt")] == ["small", "z3", "bitwuzla"]
    assert {m.name: m.assumption for m in METHODS if m.name in ("structural", "z3")} == {
        "structural": "",
        "z3": "solver",
    }


@pytest.mark.parametrize("cost", get_args(method_module.Cost))
def test_a_new_method_of_any_cost_is_asked(cost: method_module.Cost) -> None:
    oracle = Method("oracle", cost, says_yes, assumption="oracle")
    judgement = judged(Believing(), [HARD], Limits(Deadline.after(60), methods=(*chosen("structural"), oracle)))
    assert judgement.outcome == Established()
    assert [use.goals for use in judgement.methods if use.name == "oracle"] == [1]
    (proof,) = judgement.proofs
    assert (proof.obligation, proof.method, proof.evidence) == ("hard", "oracle", NoModel(("oracle",)))


def test_a_new_method_gets_the_premises_and_its_model_is_tried() -> None:
    seen = []

    def looks(obligations: Sequence[Obligation], budget: Budget) -> Iterator[tuple[Obligation, Answer]]:
        seen.extend(obligations)
        yield obligations[0], Refuted({X: 5, Y: 5}, "the oracle says so")

    oracle = Method("oracle", "cheap", looks)
    asked = Obligation("sum", "output", X + Y, X ^ Y, ((X & 1).eq(1),))
    replayer = Disbelieving(Y.eq(X))
    outcome = judged(replayer, [asked], Limits(Deadline.after(20), methods=(oracle,))).outcome
    assert seen[0].premises == ((X & 1).eq(1), Y.eq(X))
    assert isinstance(outcome, LeftOpen)
    assert [left for left, _ in outcome.left] == [asked]
    assert any((model[X], model[Y]) == (5, 5) for model in replayer.models)


def test_the_assumption_of_a_new_method_is_named_and_the_command_offers_it(tmp_path: Path) -> None:
    """With nothing done but one line more in the tuple."""
    program = tmp_path / "program.py"
    program.write_text(
        "from lnsym.prove import methods\n"
        "from lnsym.prove.evidence import NoModel\n"
        "from lnsym.prove.method import Method, Proved\n"
        "def attempt(obligations, budget):\n"
        "    for obligation in obligations:\n"
        "        yield obligation, Proved(NoModel(('oracle',)))\n"
        "methods.METHODS = (*methods.METHODS, Method('oracle', 'costly', attempt, assumption='oracle-is-right'))\n"
        "from lnsym.cli import main\n"
        "main()\n"
    )

    def said(*arguments: object) -> str:
        command = [sys.executable, program, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert "structural|words|gf2|sweep|smt|oracle" in said("verify", "--help").replace("\n", "").replace(" ", "")
    report = tmp_path / "report.json"
    out = said("verify", sample_path("classics.o"), "max_u64", "--method", "oracle", "--json", report)
    assert out.startswith("PROVED   max_u64")
    assert "oracle " in out.splitlines()[0]
    assert '"oracle-is-right"' in report.read_text()


# -- what one method leaves for another --------------------------------------------------------------


def test_a_method_that_reduces_hands_on_what_is_left_and_the_proof_rests_on_both() -> None:
    def halves(obligations: Sequence[Obligation], budget: Budget) -> Iterator[tuple[Obligation, Answer]]:
        for obligation in obligations:
            easy = replace(obligation, left=X, right=(X ^ Y) ^ Y)
            yield obligation, Unknown("halved", (HARD.left.serial, HARD.right.serial), Rest(easy, SameForms(7)))

    halving = Method("halving", "costly", halves, reduces=True)
    messages = race([HARD], Budget(Deadline.after(60)), [(halving, Z3)])
    first, second = [found for found in messages if isinstance(found, Finding)]
    assert first.answer == Unknown("halved", (HARD.left.serial, HARD.right.serial))
    assert (second.obligation, second.method) == (0, "z3")
    assert isinstance(second.answer, Proved)
    assert isinstance(second.answer.evidence, Reduced)
    assert (second.answer.evidence.by, second.answer.evidence.reduction) == ("halving", SameForms(7))
    assert Proof("goal", 0, second.method, second.answer.evidence).methods == {"halving", "z3"}
    assert isinstance(second.answer.evidence.proof, NoModel)


def test_what_a_cheap_method_leaves_and_another_proves_rests_on_both_in_the_judge_as_well() -> None:
    easy = replace(HARD, left=X, right=Y, premises=(X.eq(Y),))

    def halves(obligations: Sequence[Obligation], budget: Budget) -> Iterator[tuple[Obligation, Answer]]:
        for obligation in obligations:
            yield obligation, Unknown("halved", rest=Rest(easy, SameForms(7)))

    halving = Method("halving", "cheap", halves, reduces=True)
    judgement = judged(Disbelieving(), [HARD], Limits(Deadline.after(60), methods=(halving, Z3)))
    (proof,) = judgement.proofs
    assert isinstance(proof.evidence, Reduced)
    assert proof.methods == {"halving", "z3"}


def test_a_method_has_its_part_of_the_time_and_its_least() -> None:
    now = [100.0]
    whole = Budget(Deadline(200.0, lambda: now[0]), 3.0)
    method = Method("oracle", "costly", says_yes, share=0.25, share_alone=0.5, least_seconds=40.0)
    assert (method.budget(whole, last=False).deadline.end, method.budget(whole, last=True).deadline.end) == (140, 150)
    assert Method("oracle", "costly", says_yes).budget(whole, last=False) is whole
    assert (whole.seconds(), Budget(whole.deadline).seconds(), Budget(NEVER, 2.0).seconds()) == (3.0, 100.0, 2.0)


# -- evidence ------------------------------------------------------------------------------------------


def test_evidence_crosses_from_one_process_to_another_as_it_is() -> None:
    goals = [
        Obligation("same", "output", X ^ Y, Y ^ X),
        Obligation("sum", "output", (X ^ Y) + ((X & Y) << 1), X + Y),
    ]
    proofs = judged(Believing(), goals, Limits(Deadline.after(60), methods=chosen("structural", "sweep", "smt"))).proofs
    assert [proof.obligation for proof in proofs] == ["same", "sum"]
    assert pickle.loads(pickle.dumps(proofs)) == proofs
    assert proofs[0].evidence == Identical()
    assert isinstance(proofs[1].evidence, get_args(Evidence)[2:])
