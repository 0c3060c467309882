"""Campaigns: which routines, how many mutants, what counts as what; the same whatever the number of processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

import programs.contracts  # noqa: F401
from lnsym import session
from lnsym.contract import Contract, NoContractFor, NoSuchParameter, registered
from lnsym.contract.routines import Choice
from lnsym.errors import NoSuchSymbol
from lnsym.machine.image import Image, load_image
from lnsym.mutation.campaign import (
    EACH,
    Campaign,
    NoSuchRoutines,
    NotProvedItself,
    Order,
    chosen_symbols,
    shares,
)
from lnsym.mutation.trial import Trial, TrialLimits
from lnsym.prove import subject
from lnsym.prove.refutation import ModelFault
from lnsym.prove.verdict import Verdict
from lnsym.prove.verify import Options, verify
from lnsym.show.campaign_report import Report
from lnsym.show.exit_codes import exit_code_of_campaign
from programs import sample_path

CLASSICS, BROKEN = sample_path("classics.o"), sample_path("broken.o")
FEW = TrialLimits(5.0, 50)


def run(
    path: Path,
    *symbols: str,
    count: int | None = 6,
    contract: Contract | None = None,
    given: Mapping[str, str] | None = None,
    **order: Any,
) -> Report:
    made = Order(symbols, count, **({"limits": FEW} | order))
    report = Report()
    for event in session.mutate(Campaign(path, made, Choice(registered(), contract, given or {}))):
        report.take(event)
    return report


def found(report: Report) -> list[dict[str, object]]:
    """Everything that should not depend on time, nor on which of the methods was the first to answer."""
    return [asdict(trial) | {"seconds": 0, "method": "", "routine": routine.symbol} for routine, trial in report.trials]


def test_routines_are_named_or_matched_by_a_pattern() -> None:
    assert chosen_symbols(CLASSICS, ["max_s32", "max*"], registered()) == ["max_s32", "max_u64"]
    assert len(chosen_symbols(CLASSICS, [], registered())) == 10
    assert chosen_symbols(CLASSICS, ["no_such_routine"], registered()) == ["no_such_routine"]
    with pytest.raises(NoSuchRoutines, match=r"matches 'sha\*'"):
        chosen_symbols(CLASSICS, ["sha*"], registered())
    with pytest.raises(NoSuchRoutines, match="no routine has a contract"):
        chosen_symbols(CLASSICS, [], {})


@pytest.mark.parametrize(
    ("count", "routines", "each"), [(None, 2, [EACH] * 2), (7, 3, [3, 2, 2]), (2, 3, [1, 1, 0]), (6, 3, [2, 2, 2])]
)
def test_the_mutants_are_shared_out(count: int | None, routines: int, each: list[int]) -> None:
    assert shares(count, routines) == each


def test_a_campaign_says_what_came_of_each_mutant() -> None:
    report = run(CLASSICS, "abs64", "max_u64", count=30)
    assert [r.symbol for r in report.routines] == ["abs64", "max_u64"]
    assert [len(r.trials) for r in report.routines] == [15, 15]
    outcomes = report.outcomes()
    assert set(outcomes) <= {"refuted", "equivalent", "unknown"}
    assert outcomes["refuted"] > 20
    assert report.refuted_share == outcomes["refuted"] / (30 - outcomes["equivalent"])
    assert sum(counter.total() for counter in report.by_kind().values()) == 30
    assert exit_code_of_campaign(report) == 0
    for _, trial in report.trials:
        assert (trial.inputs > 0) == (trial.outcome != "refuted")
        assert trial.outcome == "equivalent" or trial.reason


def test_what_is_found_does_not_depend_on_the_number_of_processes() -> None:
    one, two = (run(CLASSICS, "max_s32", "memcpy_64", count=24, jobs=jobs) for jobs in (1, 3))
    assert found(one) == found(two)


def test_what_is_found_does_not_depend_on_the_other_routines() -> None:
    alone, together = run(CLASSICS, "max_s32", count=5), run(CLASSICS, "abs64", "max_s32", count=10)
    assert found(alone) == found(together)[5:]


def test_another_seed_gives_other_mutants() -> None:
    assert found(run(CLASSICS, "max_s32", seed=1)) != found(run(CLASSICS, "max_s32", seed=2))


def says_proved(
    image: Image,
    symbol: str,
    contract: Contract,
    parameters: Mapping[str, object] | None = None,
    options: Options | None = None,
) -> Verdict:
    """A wrong prover: whatever it is given is proved."""
    return Verdict(symbol, contract.name, dict(parameters or {}), "proved")


def test_a_wrong_prover_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = run(CLASSICS, "max_u64", count=15)
    monkeypatch.setattr(subject, "verify", says_proved)
    planted = run(CLASSICS, "max_u64", count=15)
    assert exit_code_of_campaign(planted) == 1
    fates = {t.mutant: t.outcome for _, t in honest.trials}
    for _, trial in planted.trials:
        assert trial.outcome == ("wrong" if fates[trial.mutant] == "refuted" else "equivalent")
        assert bool(trial.difference) == (trial.outcome == "wrong")


def test_faults_are_counted_and_crashes_keep_their_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(image: Image, symbol: str, *rest: Any) -> Verdict:
        if image.read(image.symbol(symbol).address, 12) == original:
            return verify(image, symbol, *rest)
        if image.read(image.symbol(symbol).address, 4) == original[:4]:
            raise ModelFault("x0", 1, 2)
        raise RecursionError("deep")

    unchanged = load_image(CLASSICS)
    original = unchanged.read(unchanged.symbol("max_u64").address, 12)
    monkeypatch.setattr(subject, "verify", faulty)
    report = run(CLASSICS, "max_u64", count=20)
    assert report.outcomes() == {"fault": 20}
    assert exit_code_of_campaign(report) == 3
    crashes = [t for _, t in report.trials if t.details]
    assert crashes
    assert len(crashes) < 20
    assert all(t.reason.startswith("RecursionError: deep (test_mutation_campaign.py:") for t in crashes)
    others = [t for _, t in report.trials if not t.details]
    assert all("disagree on x0" in t.reason for t in others)


def test_a_prover_that_does_not_come_to_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(image: Image, symbol: str, *rest: Any) -> Verdict:
        if image.segments == unchanged.segments:
            return verify(image, symbol, *rest)
        while True:
            pass

    unchanged = load_image(CLASSICS)
    monkeypatch.setattr(subject, "verify", endless)
    monkeypatch.setattr(TrialLimits, "verification_seconds", 5.0)
    report = run(CLASSICS, "abs64", count=1)
    (trial,) = report.routines[0].trials
    assert trial.outcome == "unknown"
    assert trial.reason == "no answer within 5 s, nor an end of its own"
    assert trial.inputs > 0


def test_a_routine_that_cannot_be_tried_does_not_stop_the_others() -> None:
    report = run(BROKEN, "no_such", "abs64_wrong", count=4)
    ((first, absent), (second, wrong)) = report.errors
    assert (first, second) == ("no_such", "abs64_wrong")
    assert isinstance(absent, NoSuchSymbol)
    assert isinstance(wrong, NotProvedItself)
    assert "it is REFUTED: result is" in str(wrong)
    assert exit_code_of_campaign(report) == 3
    assert not report.trials
    assert report.refuted_share is None


def test_a_routine_without_a_contract() -> None:
    report = run(sample_path("broken.o"), "sha256_block_wrong_rotation@0x0", count=1)
    assert isinstance(report.errors[0][1], NoSuchSymbol | NoContractFor | NotProvedItself)


def test_a_contract_and_its_parameters_can_be_chosen() -> None:
    contract = registered()["memcpy_loop"]
    report = run(CLASSICS, "memcpy_loop", contract=contract, given={"size": "3"}, count=4)
    (routine,) = report.routines
    assert (routine.contract, routine.parameters) == ("memcpy_loop", {"size": 3})
    assert len(routine.trials) == 4


def test_parameters_that_a_contract_does_not_have_are_for_others() -> None:
    report = run(CLASSICS, "abs64", "memcpy_loop", given={"size": "2"}, count=2)
    assert not report.errors
    assert [routine.parameters for routine in report.routines] == [{}, {"size": 2}]
    with pytest.raises(NoSuchParameter):
        run(CLASSICS, "abs64", given={"size": "2"}, count=1)


@pytest.mark.corpus
def test_a_small_campaign_on_a_real_routine(aws_lc: Path) -> None:
    report = run(aws_lc, "sha256_block_data_order_hw", count=20, seed=5)
    outcomes = report.outcomes()
    assert outcomes["wrong"] == outcomes["fault"] == 0
    assert outcomes["refuted"] >= 18
    assert all(trial.mutant.address for _, trial in report.trials)


@pytest.mark.corpus
@pytest.mark.slow
def test_a_campaign_on_each_kind_of_real_routine(aws_lc: Path) -> None:
    symbols = ["sha512_block_data_order_nohw", "aes_hw_encrypt", "vpaes_encrypt", "KeccakF1600_hw"]
    report = run(aws_lc, *symbols, count=80, seed=3, limits=TrialLimits(10.0, 300))
    assert report.outcomes()["wrong"] == 0
    assert report.refuted_share is not None
    assert report.refuted_share > 0.9


def test_trials_are_of_their_mutants() -> None:
    report = run(CLASSICS, "max_u64", count=12)
    assert len({(t.mutant.address, t.mutant.after) for _, t in report.trials}) == 12
    assert all(isinstance(t, Trial) for _, t in report.trials)
