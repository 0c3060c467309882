"""Where code stops following its specification: the first words that were not joined, over the last ones that were."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest
from assembly import RET, eor, judge, word

from lnsym.bv import BV, collected_labels, label, show, topological
from lnsym.contract import Theorem
from lnsym.contract.obligations import Obligation
from lnsym.deadline import NEVER, Deadline
from lnsym.prove import judge as judge_module
from lnsym.prove.frontier import Frontier, frontier
from lnsym.prove.judge import LeftOpen, Limits
from lnsym.prove.method import Answer, Budget, Method, Replacements, Unknown
from lnsym.prove.methods import chosen
from lnsym.prove.provenance import Apart, NamedWord, PlacedWord, apart_of
from lnsym.prove.verify import Options
from lnsym.show.verdicts import LONGEST_LINE, READABLE, apart_lines
from tests.prove.replayers import Disbelieving, judged

X, Y, Z, W = (BV.var(name, 32) for name in "xyzw")


def goal(left: BV, right: BV, *premises: BV) -> Obligation:
    return Obligation("goal", "output", left, right, premises)


def left_open(*goals: Obligation, limits: Limits | None = None) -> LeftOpen:
    outcome = judged(Disbelieving(), goals, limits or Limits(Deadline.after(60), methods=chosen("words"))).outcome
    assert isinstance(outcome, LeftOpen)
    return outcome


def found(*goals: Obligation) -> Frontier:
    reached = left_open(*goals).frontier
    assert reached is not None
    return reached


def text_of(term: BV) -> str:
    return f"at {show(term, 2, 20)}"


def rounds(word: BV, ch: Callable[[BV, BV, BV], BV], tenth: Callable[[BV], BV]) -> BV:
    """Two rounds with a Ch, then one with a division, then one with a Ch again."""
    word = label(ch(word, Y, Z) + W, "round 1")
    word = label(ch(word, Z, W) + Y.rotate_right(7), "round 2")
    word = label(tenth(word) + Z, "round 3")
    return label(ch(word, W, Y) + 1, "round 4")


def specified(word: BV) -> BV:
    return rounds(word, lambda x, y, z: (x & y) ^ (~x & z), lambda x: x.udiv(10))


def computed(word: BV) -> BV:
    def tenth(x: BV) -> BV:
        return ((x.zero_extend(64) * BV.const(0xCCCCCCCD, 64)) >> 35)[31:0]

    return rounds(word, lambda x, y, z: (x & y) + (~x & z), tenth)


def test_the_first_words_that_stay_apart_are_shown_over_those_that_were_joined() -> None:
    labels: dict[BV, str] = {}
    with collected_labels(labels):
        expected = specified(X)
    apart = apart_of(found(goal(computed(X), expected)), labels, text_of, text_of)
    assert "⟨round 2⟩" in apart.expected
    assert "⟨round 2⟩" in apart.actual
    assert "0xcccccccd" in apart.actual
    assert [word.name for word in apart.joined] == ["⟨round 2⟩"]
    assert not any("round 1" in text or "round 4" in text for text in (apart.actual, apart.expected))


def test_either_side_is_the_code_whichever_was_made_first() -> None:
    specified_first = specified(X ^ 1)
    apart = apart_of(found(goal(computed(X ^ 1), specified_first)), {}, text_of, text_of)
    assert "0xcccccccd" in apart.actual
    assert "0xcccccccd" not in apart.expected


def test_a_goal_without_words_in_common_shows_the_first_of_each_side() -> None:
    left, right = (X * Y).rotate_right(3) * Z, (X + Y).udiv(Z) * 7
    reached = left_open(goal(left, right), limits=Limits(methods=())).frontier
    assert reached is not None
    assert reached.first_of_code is not None
    assert reached.first_of_code.word is X * Y
    assert reached.first_of_other is not None
    assert reached.first_of_other.word is X + Y


def test_words_that_were_not_come_to_are_written_over_the_joined_ones() -> None:
    """As where the method gives up halfway: what lies above is built on what it joined."""
    word, same = (X & Y) ^ (~X & Z), (X & Y) + (~X & Z)
    above, other = (same * W).rotate_right(5) + W, word.udiv(W)
    replaced = Replacements({**{t: t for t in topological([word, X & Y])}, X: X, same: word}, [])
    for term in topological([same]):
        replaced.stand_for.setdefault(term, term)  # type: ignore[attr-defined]
    reached = frontier(goal(above, other), [goal(above, other)], replaced, None, NEVER)
    assert reached.code.word is (word * W).rotate_right(5) + W
    assert set(reached.joined) == {word}
    assert reached.joined[word] == (same, word)
    assert reached.first_of_code is not None
    assert reached.first_of_code.own is same * W


def test_sides_that_are_one_once_they_are_rebuilt_are_shown_as_they_were() -> None:
    word, same = (X & Y) ^ (~X & Z), (X & Y) + (~X & Z)
    replaced = Replacements({**{t: t for t in topological([word, same])}, same: word}, [])
    asked = goal(same * W, word * W)
    reached = frontier(asked, [asked], replaced, None, NEVER)
    assert (reached.code.word, reached.other.word) == (same * W, word * W)


def test_of_the_open_goals_one_whose_sides_differ_is_shown() -> None:
    reached = left_open(goal(X, X), goal(computed(X), specified(X)), limits=Limits(methods=())).frontier
    assert reached is not None
    assert reached.code.word is not reached.other.word


def test_it_is_said_where_the_time_was_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge_module, "AFTERWARDS", -1e9)

    def nothing(obligations: Sequence[Obligation], budget: Budget) -> Iterator[tuple[Obligation, Answer]]:
        for obligation in obligations:
            yield obligation, Unknown("nothing", replaced=Replacements({}, []))

    limits = Limits(Deadline(-1.0), methods=(Method("silent", "free", nothing),))
    reached = left_open(goal(computed(X), specified(X)), limits=limits).frontier
    assert reached is not None
    assert reached.code.word is computed(X)


def test_the_places_of_both_sides_are_said_and_of_the_first_words_below() -> None:
    def statement(t: Theorem) -> None:
        x, y = t.value("x", 64), t.value("y", 64)
        t.call(x, y)
        xor = (x + y) - 2 * (x & y)
        t.ensure_result(xor * y)

    mul = word("data_processing.data_processing_3_source", sf=1, Rm=1, Ra=31, Rn=0, Rd=0)
    apart = judge(statement, eor(0, 0, 1), mul, RET, options=Options(timeout=5, methods=("structural",))).apart
    assert apart is not None
    assert "mul x0, x0, x1" in apart.computed_at
    assert "t.ensure_result(xor * y)" in apart.specified_at
    assert apart.first_computed is not None
    assert apart.first_computed.text == "x ⊕ y"
    assert "eor x0, x0, x1" in apart.first_computed.at
    assert apart.first_specified is not None
    assert "xor = " in apart.first_specified.at


# -- lines --------------------------------------------------------------------------------------------

LONG = " ⊕ ".join(f"ROTR{n}(⟨1⟩)" for n in range(30))
PLACE = "crypto_specs/of_a_long_name.py:123: " + "word + " * 30 + "word"
APART = Apart(
    LONG,
    "⟨a after round 3⟩ + 1",
    "0x1000  eor x1, x2, x3",
    PLACE,
    PlacedWord("⟨1⟩ ∧ ⟨2⟩", "0x1004  and x1, x2, x3"),
    PlacedWord("⟨2⟩ + 1", PLACE),
    (NamedWord("⟨1⟩", "", "0x0ff8  add x1, x2, x3", PLACE), NamedWord("⟨2⟩", "x + y", "", PLACE), NamedWord("⟨3⟩")),
)


def test_lines_are_narrow_and_nothing_is_lost_of_a_term() -> None:
    lines = list(apart_lines(APART))
    assert all(len(line) <= LONGEST_LINE for line in lines)
    terms = [line for line in lines if " at 0x" not in line and "specified in" not in line]
    assert all(len(line) <= READABLE for line in terms)
    assert "".join(lines).count("ROTR") == 30
    assert [line.split()[0] for line in lines if line[2] != " "] == ["apart", "and", "first", "and", "where"]


def test_lines_of_two_routines_name_no_specification() -> None:
    assert not any("specified" in line for line in apart_lines(APART, "computed at"))
