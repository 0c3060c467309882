"""The suite of equivalences: its goals hold, its near misses do not, and its runner says what happened."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from random import Random

import pytest

from benchmarks.equivalences import GOALS, NEAR_MISSES, EquivalenceGoal, Sides
from benchmarks.equivalences.__main__ import chosen_goals, main
from benchmarks.equivalences.measure import Measurement, measure
from benchmarks.equivalences.methods import METHODS, Evaluation
from lnsym.bv import BV, evaluate, variables
from lnsym.contract.obligations import Obligation
from lnsym.prove import smt
from lnsym.prove.gf2 import Solver
from tests.named import named

EVERY = [*GOALS, *NEAR_MISSES]


def by_name(goal: EquivalenceGoal) -> str:
    return goal.name


def goal_named(name: str) -> EquivalenceGoal:
    (found,) = [goal for goal in EVERY if goal.name == name]
    return found


def inputs(sides: Sides) -> list[BV]:
    return variables([sides.actual, sides.expected, *sides.conditions])


def all_inputs(sides: Sides) -> Iterator[dict[BV, int]]:
    for values in product(*[range(1 << v.width) for v in inputs(sides)]):
        yield dict(zip(inputs(sides), values, strict=True))


def random_inputs(sides: Sides, count: int, random: Random) -> Iterator[dict[BV, int]]:
    """Random values, and such as are small, sparse, near the largest or a power of two."""
    for _ in range(count):
        yield {
            v: random.choice(
                [
                    random.getrandbits(v.width),
                    random.getrandbits(v.width) & random.getrandbits(v.width) & random.getrandbits(v.width),
                    (1 << v.width) - 1 - random.getrandbits(3) % (1 << v.width),
                    1 << random.randrange(v.width),
                    random.getrandbits(min(v.width, 2)),
                ]
            )
            for v in inputs(sides)
        }


def differences(sides: Sides, samples: list[dict[BV, int]]) -> tuple[int, int]:
    """On how many samples the conditions hold, and on how many of these the sides differ."""
    rows = [row for row in evaluate([sides.actual, sides.expected, *sides.conditions], samples) if all(row[2:])]
    return len(rows), sum(actual != expected for actual, expected, *_ in rows)


def test_forty_goals_with_names_of_their_own() -> None:
    assert len(GOALS) == 40
    assert len(NEAR_MISSES) == 6
    assert len({goal.name for goal in EVERY}) == 46
    assert all(goal.equal for goal in GOALS)
    assert not any(goal.equal for goal in NEAR_MISSES)


@pytest.mark.parametrize("goal", GOALS, ids=by_name)
def test_both_sides_agree_on_samples(goal: EquivalenceGoal) -> None:
    sides = goal.sides()
    assert sides.actual.width == sides.expected.width
    held, different = differences(sides, list(random_inputs(sides, 400, Random(goal.name))))
    assert held >= 60
    assert different == 0


SMALL = [goal for goal in GOALS if sum(v.width for v in inputs(goal.sides())) <= 16]


@pytest.mark.parametrize("goal", SMALL, ids=by_name)
def test_both_sides_agree_on_all_inputs(goal: EquivalenceGoal) -> None:
    sides = goal.sides()
    samples = list(all_inputs(sides))
    assert differences(sides, samples) == (len(samples), 0)


@pytest.mark.parametrize("goal", EVERY, ids=by_name)
def test_the_cheap_methods_do_not_close_it(goal: EquivalenceGoal) -> None:
    """At rewrite level 0 they are not run, but the two sides are two terms all the same."""
    sides = goal.sides()
    assert sides.actual is not sides.expected
    if goal.level:
        assert Solver().prove([(sides.actual, sides.expected)]) == [False]


WITNESSES = {
    "gray-code-wraps-64": {"x": (1 << 64) - 1},
    "carry-lost-192": {"a": (1 << 128) - 1, "b": (1 << 128) - (1 << 64) + 1},
    "second-zero-mod-mersenne-61": {"a": 5, "b": (1 << 61) - 6},
    "zero-bytes-64": {"x": 0x0100},
    "sbox-entry-wrong": {"s[0]": 0xA7, "s[1]": 0, "s[2]": 0, "s[3]": 0},
    "division-by-7-short-16": {"x": 65533},
}


@pytest.mark.parametrize("goal", NEAR_MISSES, ids=by_name)
def test_near_misses_differ_on_few_inputs(goal: EquivalenceGoal) -> None:
    sides = goal.sides()
    assert differences(sides, [named(inputs(sides), WITNESSES[goal.name])]) == (1, 1)
    random = Random(goal.name)
    uniform = [{v: random.getrandbits(v.width) & v_mask(goal, v) for v in inputs(sides)} for _ in range(300)]
    held, different = differences(sides, uniform)
    assert held == 300
    assert different <= 30


def v_mask(goal: EquivalenceGoal, variable: BV) -> int:
    """Random values below the modulus where the goal asks for such."""
    return (1 << 60) - 1 if goal.sides().conditions else (1 << variable.width) - 1


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("goal", NEAR_MISSES, ids=by_name)
def test_every_method_refutes_the_near_misses(goal: EquivalenceGoal, method: str) -> None:
    if method == "bitwuzla" and method not in smt.installed():
        pytest.skip("bitwuzla is not installed")
    assert measure(goal, METHODS[method], 120).outcome == "refuted"


EASY = ["ch-maj-64", "leading-zeros-64", "saturated-sums-32", "aes-sbox-circuit", "sum-mod-mersenne-61"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", EASY)
def test_every_method_proves_the_easy_goals(name: str, method: str) -> None:
    if method == "bitwuzla" and method not in smt.installed():
        pytest.skip("bitwuzla is not installed")
    assert measure(goal_named(name), METHODS[method], 120).outcome == "proved"


# The runner


def sleeps(goal: EquivalenceGoal, sides: Sides, seconds: float) -> str:
    time.sleep(600)
    return "proved"


def dies(goal: EquivalenceGoal, sides: Sides, seconds: float) -> str:
    os.kill(os.getpid(), signal.SIGKILL)
    return "proved"


def gives_up(goal: EquivalenceGoal, sides: Sides, seconds: float) -> str:
    return "unknown"


def lies(goal: EquivalenceGoal, sides: Sides, seconds: float) -> str:
    return "proved"


def starts_another(goal: EquivalenceGoal, sides: Sides, seconds: float) -> str:
    subprocess.run([sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"], check=False)
    return "proved"


def test_a_method_past_its_limit_is_ended() -> None:
    assert measure(GOALS[0], sleeps, 0.3) == Measurement("time-out", 0.3)  # type: ignore[arg-type]


def test_what_a_method_started_is_ended_with_it(capfd: pytest.CaptureFixture[str]) -> None:
    assert measure(GOALS[0], starts_another, 3).outcome == "time-out"  # type: ignore[arg-type]
    assert capfd.readouterr().out == "up\n"
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "print('up'" not in listed


def test_what_a_method_may_say() -> None:
    assert measure(GOALS[0], dies, 60).outcome == "died"  # type: ignore[arg-type]
    assert measure(GOALS[0], gives_up, 60).outcome == "unknown"  # type: ignore[arg-type]
    assert measure(GOALS[0], lies, 60).outcome == "proved"  # type: ignore[arg-type]


def test_a_total_charges_the_limit_for_no_answer() -> None:
    assert Measurement("proved", 1.5).charged(60) == 1.5
    assert Measurement("refuted", 1.5).charged(60) == 1.5
    for outcome in ("unknown", "time-out", "died"):
        assert Measurement(outcome, 1.5).charged(60) == 60


def test_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "table.json"
    assert main(["--methods", "z3,sweep", "--timeout", "60", "--json", str(report), "ch-maj", "zero-bytes"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["goal", "level", "z3", "sweep"]
    assert lines[1].split()[:2] == ["ch-maj-64", "0"]
    assert [line.split()[0] for line in lines[1:] if line] == [
        "ch-maj-64",
        "total",
        "decided",
        "z3's",
        "near",
        "zero-bytes-64",
    ]
    assert lines[3].split() == ["decided", "1", "1"]
    written = json.loads(report.read_text())
    assert [goal["name"] for goal in written["goals"]] == ["ch-maj-64", "zero-bytes-64"]
    assert written["goals"][1]["methods"]["z3"]["outcome"] == "refuted"
    assert written["timeout"] == 60


def test_a_wrong_answer_shows(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(METHODS, "z3", lies)  # type: ignore[arg-type]
    assert main(["--methods", "z3", "zero-bytes"]) == 1
    assert "WRONG" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no-such-goal"], "no goal's name contains 'no-such-goal'"),
        (["--methods", "z4"], "no method 'z4'; there are sweep, z3, bitwuzla, portfolio"),
        (["--methods", ""], "no method ''"),
        (["--timeout", "0"], "--timeout must be more than 0 seconds"),
        (["--timeout", "nan"], "--timeout must be more than 0 seconds"),
        (["--json", "/proc/nothing/there"], "No such file or directory"),
    ],
)
def test_arguments_that_make_no_sense(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


def test_a_solver_that_is_not_installed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(smt, "find_spec", lambda name: None)
    with pytest.raises(SystemExit):
        main(["--methods", "bitwuzla", "ch-maj"])
    assert "pip install 'lnsym[bitwuzla]'" in capsys.readouterr().err


def test_names_choose_goals_by_parts() -> None:
    assert chosen_goals([]) == EVERY
    assert [goal.name for goal in chosen_goals(["sha256", "popcount-64"])] == [
        "popcount-64", "parity-by-popcount-64", "sha256-1-round", "sha256-4-rounds", "sha256-16-rounds",
    ]  # fmt: skip


def test_counterexamples_of_the_portfolio_are_evaluated() -> None:
    sides = goal_named("gray-code-wraps-64").sides()
    (x,) = inputs(sides)
    goal = Obligation("goal", "output", sides.actual, sides.expected, tuple(sides.conditions))
    assert Evaluation(goal).confirm({x: (1 << 64) - 1})
    assert not Evaluation(goal).confirm({x: 5})
    guarded = Obligation("goal", "output", sides.actual, sides.expected, (x.ult(9),))
    assert not Evaluation(guarded).confirm({x: (1 << 64) - 1})
