"""The campaign: everything agrees; it can fail, says why, shrinks what it finds; and an interrupted one is still a report."""

from __future__ import annotations

import json
import os
import signal
import threading
from dataclasses import replace
from random import Random

import pytest

from isa.data_processing import data_processing_2_source
from isa.encoding import Encoding, Fields, encodings
from isa.interface import MachineState
from lnsym.bv import BV
from lnsym.conform.campaign import (
    CampaignPlan,
    ClassTally,
    ConformanceReport,
    FormTester,
    NoSuchClass,
    results,
    run_campaign,
    select_forms,
)
from lnsym.conform.cases import BadReplay, CaseSource, parse_replay, replay_text
from lnsym.conform.comparison import Comparer, condition_holds
from lnsym.conform.forms import InstructionForm, forms
from lnsym.conform.record import as_json, fingerprint
from lnsym.conform.shrinking import shrink
from lnsym.conform.symbolic import LEVELS, disagreeing_level, run_symbolic
from lnsym.conform.words import words


def encoding_of(module: str) -> Encoding:
    return next(encoding for encoding in encodings() if encoding.module == f"isa.{module}")


def planted(monkeypatch: pytest.MonkeyPatch, module: str, execute: object) -> tuple[InstructionForm, ...]:
    """The forms of a class with other semantics, in force until the test ends."""
    encoding = encoding_of(module)
    monkeypatch.setitem(encoding.__dict__, "execute", execute)
    return forms(encoding)


# -- the quick campaign -----------------------------------------------------------------------------


def test_the_quick_campaign_has_no_mismatch() -> None:
    *_, report = run_campaign(select_forms(()), CampaignPlan.of(20, seed=0))
    assert [mismatch.replay for mismatch in report.mismatches] == []
    assert [name for tally in report.classes.values() for name in tally.untested] == []
    assert report.passed
    assert report.tests > 19 * sum(tally.forms for tally in report.classes.values())
    assert all(tally.symbolic == tally.forms for tally in report.classes.values())


# -- it can fail ------------------------------------------------------------------------------------


def _add_wrong_in_the_top_bit(state: MachineState, f: Fields) -> None:
    """ADC and its like, but the carry into the top bit is lost."""
    width = 64 if f.sf else 32
    one, other = state.x(f.Rn, width), state.x(f.Rm, width)
    low = (BV.const((1 << (width - 1)) - 1, width) & one) + (other & ((1 << (width - 1)) - 1))
    state.set_x(f.Rd, (low & ((1 << (width - 1)) - 1)) | ((one ^ other) & (1 << (width - 1))))


def test_a_planted_fault_is_found_shrunk_and_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = planted(monkeypatch, "data_processing.add_subtract_with_carry", _add_wrong_in_the_top_bit)
    result = FormTester(CampaignPlan(100)).test(chosen[0])
    assert chosen[0].name == "ADC sf=0 op=0 S=0"
    assert result.mismatches
    found = result.kept[0]
    case = parse_replay(found.replay)
    assert Comparer().compare(case) == "differ"
    assert [difference.where for difference in found.differences] == [f"x{case.fields.Rd}"]
    # the plainest inputs that show it: the carry flag alone, or two numbers whose sum carries into the top bit
    live = [term.value for term in case.contents.general if term.value]
    assert len(live) <= 2
    assert not any(term.value for term in case.contents.vector)
    assert not any(case.data)
    assert {case.fields.Rd, case.fields.Rn, case.fields.Rm} <= {0, 1, 2, 3, 31}


def _forgets_high_half(state: MachineState, f: Fields) -> None:
    value = state.x_or_sp(f.Rn, 32) + (f.imm12 << (12 if f.sh else 0))
    state.set_x_or_sp(f.Rd, value.zero_extend(64) | (state.x_or_sp(f.Rd) & 0xFFFFFFFF_00000000))


def _raises(state: MachineState, f: Fields) -> None:
    state.set_x_or_sp(f.Rd, state.x_or_sp(f.Rn, 32) + state.x_or_sp(f.Rn, 64))


@pytest.mark.parametrize("execute", [_forgets_high_half, _raises])
def test_other_faults_are_found(monkeypatch: pytest.MonkeyPatch, execute: object) -> None:
    chosen = planted(monkeypatch, "data_processing.add_subtract_immediate", execute)
    *_, report = run_campaign([chosen[0]], CampaignPlan.of(20, seed=0))
    assert not report.passed
    assert report.classes[chosen[0].encoding.module].mismatches


def test_conditions_after_an_instruction_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """`Flags.holds` is what CMP and B.LT go by; no single instruction reads it after setting flags."""
    from isa.flags import AddFlags

    monkeypatch.setattr(AddFlags, "greater_or_equal", property(lambda flags: (~flags._y).ule(flags._x)))
    result = FormTester(CampaignPlan(40)).test(
        next(f for f in select_forms(("SUBS",)) if "immediate" in f.encoding.module)
    )
    assert "conditions that hold" in {d.where for m in result.kept for d in m.differences}


def test_conditions_are_those_of_the_arm_arm() -> None:
    assert condition_holds(0b0100) == 1 << 0 | 1 << 10  # Z: EQ, GE
    assert condition_holds(0b0010) == 1 << 2 | 1 << 8 | 1 << 10 | 1 << 12  # C: CS, HI, GE, GT
    assert condition_holds(0b1000) == 1 << 4  # N: MI
    assert condition_holds(0b1001) == 1 << 4 | 1 << 6 | 1 << 10 | 1 << 12  # N, V: MI, VS, GE, GT


def test_wrong_names_are_mismatches(monkeypatch: pytest.MonkeyPatch) -> None:
    encoding = encoding_of("crypto.xar")
    monkeypatch.setitem(encoding.__dict__, "aliases", {})
    form = forms(encoding)[0]
    monkeypatch.setitem(encoding.__dict__, "mnemonic", lambda f: "RAX1")
    monkeypatch.setattr(InstructionForm, "includes", lambda form, word: True)
    result = FormTester(CampaignPlan(4)).test(form)
    assert {mismatch.kind for mismatch in result.kept} == {"names"}
    assert "decoders disagree" in result.kept[0].text


def test_a_form_without_a_test_fails_the_campaign() -> None:
    form = forms(encoding_of("crypto.xar"))[0]
    reports = run_campaign([form], CampaignPlan())
    report = next(reports)
    assert report.classes[form.encoding.module] == ClassTally(form.encoding.module, "XAR", 1, untested=["XAR"])
    assert not report.passed
    *_, report = reports
    assert report.passed


def test_a_form_whose_every_case_is_left_out_is_not_tested(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Comparer, "compare", lambda comparer, case: "unusable")
    *_, report = run_campaign(forms(encoding_of("crypto.xar")), CampaignPlan())
    assert report.classes["isa.crypto.xar"].untested == ["XAR"]
    assert not report.passed


# -- processes, interrupts, reports -----------------------------------------------------------------


def _counts(report: ConformanceReport) -> dict[str, tuple[int, int, int]]:
    return {module: (tally.tests, tally.left_out, tally.tested) for module, tally in report.classes.items()}


def test_the_result_does_not_depend_on_how_it_is_shared_out() -> None:
    chosen = select_forms(("branches", "unconditional_branch_register", "logical_immediate"))
    assert len(chosen) > 100
    *_, alone = run_campaign(chosen, CampaignPlan(3, seed=7), jobs=1)
    *_, together = run_campaign(chosen, CampaignPlan(3, seed=7), jobs=2)
    assert _counts(alone) == _counts(together)
    assert together.passed


def test_a_class_and_a_mnemonic_of_one_name_have_the_same_forms() -> None:
    everything = select_forms(())
    for name in {form.encoding.name for form in everything} & {form.mnemonic.lower() for form in everything}:
        assert all((form.encoding.name == name) == (form.mnemonic.lower() == name) for form in everything)


@pytest.mark.parametrize("jobs", [1, 2])
def test_interrupt_leaves_a_valid_report(jobs: int) -> None:
    assert threading.current_thread() is threading.main_thread()
    chosen = select_forms(("simd",))
    reports = run_campaign(chosen, CampaignPlan(5), jobs)
    report = next(reports)
    for number, _ in enumerate(reports, start=1):
        if number == 20:
            os.kill(os.getpid(), signal.SIGINT)
    assert report.interrupted
    assert not report.passed
    assert 20 <= sum(tally.tested for tally in report.classes.values()) < len(chosen)
    untested = sum(len(tally.untested) for tally in report.classes.values())
    assert untested + sum(tally.tested for tally in report.classes.values()) == len(chosen)
    written = json.loads(json.dumps(as_json(report)))
    assert written["interrupted"]
    assert written["tests"] == report.tests
    with pytest.raises(KeyboardInterrupt):  # the handler is the old one again
        os.kill(os.getpid(), signal.SIGINT)


def test_classes_and_mnemonics_are_chosen_by_name() -> None:
    assert {form.encoding.module for form in select_forms(("three_same",))} == {"isa.simd.three_same"}
    assert {form.encoding.module for form in select_forms(("isa.simd.three_same",))} == {"isa.simd.three_same"}
    assert {form.mnemonic for form in select_forms(("aese", "XAR"))} == {"AESE", "XAR"}
    assert {form.encoding.module.split(".")[1] for form in select_forms(("crypto",))} == {"crypto"}
    assert len(select_forms(())) == len({(form.encoding.module, form.name) for form in select_forms(())})
    with pytest.raises(NoSuchClass, match="nearest: three_same"):
        select_forms(("three_sane",))


def test_fingerprints_change_with_what_a_class_uses() -> None:
    prints = {encoding.module: fingerprint(encoding.module) for encoding in encodings()}
    assert len(set(prints.values())) == len(prints)
    from lnsym.conform.sources import used_by

    assert "isa.flags" in used_by("isa.data_processing.add_subtract_immediate")
    assert "isa.simd.copy" in used_by("isa.loads_and_stores.simd_single_structure")
    assert "isa.simd.copy" not in used_by("isa.crypto.xar")


# -- replay, shrinking, symbols ---------------------------------------------------------------------


def test_replay_texts_come_back() -> None:
    source = CaseSource(3)
    for module in ("simd.table_lookup", "loads_and_stores.pair_pre_indexed", "branches.conditional_branch"):
        for form in forms(encoding_of(module)):
            random = Random(form.name)
            for word in words(form, random, 2):
                case = source.cases(form.encoding, word, random, 1)[0]
                again = parse_replay(replay_text(case))
                assert again.contents.block == case.contents.block
                assert (again.word, again.data, again.encoding) == (case.word, case.data, case.encoding)


@pytest.mark.parametrize(
    "text",
    ["", "zz", "8b020020 x1", "8b020020 x40=1", "00000000", "8b020020 mfff=0102", "8b020020 x1=1g", "8b020020 q=1"],
)
def test_bad_replay_texts_are_refused_in_one_line(text: str) -> None:
    with pytest.raises(BadReplay) as caught:
        parse_replay(text)
    assert "\n" not in str(caught.value)


def test_shrinking_keeps_what_matters() -> None:
    form = next(form for form in forms(encoding_of("simd.three_same")) if form.mnemonic == "ADD")
    random = Random(0)
    case = CaseSource(0).cases(form.encoding, next(iter(words(form, random, 1))), random, 1)[0]
    case.contents.set_vector(case.fields.Rn, (1 << 128) - 1)
    plain = shrink(case, lambda c: bool(c.contents.vector[c.fields.Rn].value >> 77 & 1))
    assert [term.value for term in plain.contents.vector if term.value] == [1 << 77]
    assert not any(term.value for term in plain.contents.general)
    assert plain.contents.nzcv == 0
    assert not any(plain.data)


def test_what_does_not_fail_is_left_alone() -> None:
    case = parse_replay("8b020020 x1=1 x2=ff")
    assert shrink(case, lambda _: False) is case


@pytest.mark.parametrize("level", LEVELS)
def test_a_rule_that_is_wrong_on_symbols_shows(monkeypatch: pytest.MonkeyPatch, level: int) -> None:
    """Semantics that treat constants otherwise than variables: the comparison with Unicorn alone would pass them."""

    def execute(state: MachineState, f: Fields) -> None:
        original(state, f)
        if not state.x(f.Rn).is_const:
            state.set_x(f.Rd, state.x(f.Rd) ^ 1)

    original = data_processing_2_source.execute
    planted(monkeypatch, "data_processing.data_processing_2_source", execute)
    case = parse_replay("9ac20820 x1=64 x2=7")  # udiv x0, x1, x2
    assert Comparer().compare(case) == "agree"
    assert disagreeing_level(case) == 0
    assert run_symbolic(case, level).block[0] == (100 // 7) ^ 1


def test_every_result_names_its_form() -> None:
    chosen = select_forms(("branches",))
    names = [(result.module, result.form) for result in results(chosen, CampaignPlan(1), 1) if result]
    assert names == [(form.encoding.module, form.name) for form in chosen]


def test_a_report_without_mismatches_and_gaps_has_passed() -> None:
    tally = ClassTally("isa.crypto.xar", "XAR", 1)
    report = ConformanceReport(CampaignPlan(), {"isa.crypto.xar": tally})
    assert report.passed
    assert not replace(report, classes={"isa.crypto.xar": replace(tally, mismatches=1)}).passed
    assert not replace(report, classes={"isa.crypto.xar": replace(tally, untested=["XAR"])}).passed
