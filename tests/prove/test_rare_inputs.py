"""What differs on one input in 2**32, or in 2**64, is refuted: the input is made, not waited for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random

import pytest
from assembly import NE, RET, cmp, eor, image_of, judge, movz, word
from clocks import after_looks

import programs.contracts  # noqa: F401
from crypto_specs import sha2
from lnsym.bv import BV, clmul, concat, evaluate, ite, lookup, rewrite_level, table, topological, variables
from lnsym.bv.operators import OPERATORS
from lnsym.contract import Contract, Theorem
from lnsym.contract.obligations import Obligation, unreachable
from lnsym.contract.routines import Images
from lnsym.deadline import NEVER, Deadline
from lnsym.errors import ToolFault
from lnsym.prove import gf2, smt
from lnsym.prove.equivalence.comparison import RoutineInImage, compare
from lnsym.prove.judge import Disproved, Established, LeftOpen, Limits, Outcome
from lnsym.prove.method import Answer, Attempt, Budget, Method
from lnsym.prove.methods import BITWUZLA, SWEEP, Z3, chosen
from lnsym.prove.race import chains
from lnsym.prove.rare import NEEDLES, Needles, inversion, search
from lnsym.prove.rare.events import predicates
from lnsym.prove.rare.factors import divisors
from lnsym.prove.rare.local_search import LocalSearch
from lnsym.prove.verify import Options, verify
from lnsym.run.inputs import Sample
from programs import sample_path
from tests.prove.replayers import Believing, Disbelieving, judged

X, Y, Z = (BV.var(name, 32) for name in "xyz")
A, B = (BV.var(name, 64) for name in "ab")
C, D = 0x9E3779B9, 0x9E3779B97F4A7C15
SQUARES = table([i * i % 257 % 256 for i in range(256)], 8)


def movk(d: int, value: int, hw: int) -> int:
    return word("data_processing.move_wide_immediate", sf=1, opc=3, hw=hw, imm16=value, Rd=d)


def csinc(d: int, n: int, m: int, condition: int) -> int:
    return word("data_processing.conditional_select", sf=1, op2=1, Rm=m, cond=condition, Rn=n, Rd=d)


def decided(
    goals: Sequence[Obligation], replayer: Believing, *given: BV, methods: tuple[str, ...] = ("structural",)
) -> Outcome[Sample]:
    replayer.assumptions = given
    return judged(replayer, goals, Limits(Deadline.after(20), methods=chosen(*methods), processes=2)).outcome


def goal(left: BV, right: BV, *premises: BV) -> Obligation:
    return Obligation("g", "output", left, right, premises)


def differing_where(condition: BV) -> Obligation:
    return goal(X + Y, X + Y + condition.zero_extend(32))


# -- inversion alone -------------------------------------------------------------------------------

BY_INVERSION: dict[str, BV] = {
    "a word": X.eq(C),
    "rotated": X.rotate_right(7).eq(C),
    "masked": (X & 0xFFFFFFF0).eq(C & 0xFFFFFFF0),
    "a constant added": (X + 0x1234).eq(C),
    "a constant xored": (X ^ 0xFFFF).eq(C),
    "bytes reversed": X.reverse_bytes().eq(C),
    "a sum": (X + Y + 3 * Z).eq(C),
    "an even multiple": (X * 12 + 7).eq(C * 12 + 7),
    "elements side by side": concat(X, Y).eq(D),
    "a slice": A[47:8].eq(D & (1 << 40) - 1),
    "a sigma": (X.rotate_right(2) ^ X.rotate_right(13) ^ X.rotate_right(22)).eq(C),
    "a choice of bits": ((X & Y) ^ (~X & Z)).eq(C),
    "a majority": ((X & Y) ^ (X & Z) ^ (Y & Z)).eq(C),
    "nested": ((X.rotate_right(5) + (Y ^ C)) ^ Z.reverse_bytes()).eq(C),
    "two words alike": X.eq(Y),
    "one word next to another": X.eq(Y + 1),
    "all ones": X.eq(-1),
    "below a small number": X.ult(3),
    "above a large number": BV.const(0xFFFFFFF8, 32).ult(X),
    "near the least": X.slt(BV.const((1 << 31) + 9, 32)),
    "less where at most is right": X.ult(C) ^ X.ule(C),
    "signed likewise": X.slt(Y) ^ X.sle(Y),
    "a product": (X * Y).eq(C),
    "a product of short words": (A[31:0].zero_extend(64) * A[63:32].zero_extend(64)).eq(0xC7C25798B353333D),
    "a square": (X.zero_extend(64) * X.zero_extend(64)).eq(0x1234567**2),
    "a quotient": X.udiv(10).eq(C // 10),
    "division by 0": A.udiv(B).eq(0) & ~A.ult(B),
    "a signed quotient": X.sdiv(Y).eq(BV.const(-12345, 32)),
    "a short shift": (X << Y).eq(C << 3),
    "a shift to the right": (A >> B).eq(D >> 9),
    "with the sign": X.shift_right_arithmetic(Y).eq(-3),
    "entries of a table": concat(*[lookup(SQUARES, X[8 * i + 7 : 8 * i]) for i in range(4)]).eq(0x19_24_31_40),
    "bytes that add up": BV.const(0, 32).ult(X)
    & (X[7:0].zero_extend(16) + X[15:8].zero_extend(16) + X[23:16].zero_extend(16)).eq(765),
    "behind a choice": ite(Y.eq(5), X, BV.const(0, 32)).eq(C),
    "two at once": X.eq(C) & Y.eq(C + 1),
    "two that share a word": X.eq(C) & (X + Y).eq(7),
    "three": X.eq(C) & (X + 5 * Y).eq(1) & (Z ^ Y).eq(2),
    "nothing but ones": X.sign_extend(64).eq(-1) & (Y & Y.rotate_right(1) & Y.rotate_right(2)).eq(-1),
}


@pytest.mark.parametrize("name", BY_INVERSION)
def test_a_rare_input_is_made(name: str) -> None:
    replayer = Believing()
    assert isinstance(decided([differing_where(BY_INVERSION[name])], replayer), Disproved)
    assert len(replayer.models) == 1


BY_A_SOLVER: dict[str, BV] = {
    "not 0, by its sign": ((X ^ C) | -(X ^ C))[31] ^ 1,
    "not 0, masked out": (((X ^ C) | -(X ^ C)) >> 31 ^ 1)[0],
    "a square that wraps": (X * X).eq(0x7654321**2),
    "a word that is added to itself, turned": (X + X.rotate_left(7) + (X >> 3)).eq(C),
    "an xor and a sum": (X ^ Y).eq(C) & (X + Y).eq(C + 0x100000),
}


@pytest.mark.parametrize("name", BY_A_SOLVER)
def test_a_rare_input_that_only_a_solver_makes(name: str) -> None:
    asked, replayer = differing_where(BY_A_SOLVER[name]), Believing()
    needles = Needles([asked], replayer.inputs)
    assert not list(needles.by_inversion(Deadline.after(5)))
    found, model = next(needles.by_solver(NEVER))
    assert found is asked
    assert all(evaluate(asked.failure, [model])[0])


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_the_race_asks_a_solver_for_the_rare_input_alone(processes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """No method answers the goal; nor is any other question answered."""
    solve = smt.solve

    def only_short(conditions: Sequence[BV], seconds: float, solver: smt.SolverName = "z3") -> smt.SolverAnswer:
        return solve(conditions, seconds, solver) if len(topological(conditions)) < 20 else smt.SolverAnswer("unknown")

    monkeypatch.setattr(smt, "solve", only_short)
    hard = A.udiv(B | 1) * B + B.udiv(A | 1)
    asked = goal(hard, hard + (X + X.rotate_left(7) + (X >> 3)).eq(C).zero_extend(64))
    replayer = Believing()
    limits = Limits(Deadline.after(8), methods=chosen("sweep", "smt"), processes=processes)
    judgement = judged(replayer, [asked], limits)
    assert isinstance(judgement.outcome, Disproved)
    assert {use.name for use in judgement.methods} <= {"refute", "small", "sweep", "z3", "bitwuzla"}
    assert len(replayer.models) == 1


# -- behind a hash ---------------------------------------------------------------------------------

Condition = Callable[[Sequence[BV], Sequence[BV]], BV]

BEHIND_A_HASH: dict[str, Condition] = {
    "a word of the state": lambda h, m: h[0].eq(C),
    "a word of the message, its bytes reversed": lambda h, m: m[3].reverse_bytes().eq(C),
    "a sum": lambda h, m: (h[0] + m[1] + m[15].rotate_left(9)).eq(C),
    "two elements": lambda h, m: concat(m[0], m[1]).eq(D),
    "near-equal words": lambda h, m: h[2].eq(m[2] - 1),
    "two needles": lambda h, m: h[0].eq(C) & (m[0] ^ h[0]).eq(C),
    "a schedule word": lambda h, m: (
        (m[1].rotate_right(7) ^ m[1].rotate_right(18) ^ m[1] >> 3)
        + (m[14].rotate_right(17) ^ m[14].rotate_right(19) ^ m[14] >> 10)
        + m[0]
        + m[9]
    ).eq(C),
}


def sha256_but_for(condition: Condition) -> Contract:
    """SHA-256 of a block with another claim of one word where the condition holds."""

    def statement(t: Theorem) -> None:
        state = t.region("state", 8, 32, access="rw", alignment=4)
        message = t.region("msg", 16, 32, byteorder="big")
        t.call(state, message, 1)
        words = list(sha2.compress_blocks(sha2.SHA256, state.elements, message.elements))
        words[5] = words[5] ^ condition(state.elements, message.elements).zero_extend(32)
        t.ensure(state, words)

    return Contract("but-for", statement)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow if number > 1 else ()) for number, name in enumerate(BEHIND_A_HASH)],
)
def test_a_claim_of_a_hash_that_differs_on_one_input_in_2_to_the_32_is_refuted(name: str) -> None:
    image = Images(sample_path("sha256_crypto.o")).with_routine("sha256_block_crypto")
    verdict = verify(image, "sha256_block_crypto", sha256_but_for(BEHIND_A_HASH[name]), options=Options(timeout=30))
    assert verdict.status == "refuted"
    assert verdict.counterexample is not None
    assert [difference.name for difference in verdict.counterexample.differences] == ["state[5]"]


def test_right_goals_with_rare_events_stay_proved() -> None:
    replayer = Believing()
    never = X.ult(C) & ~X.ule(C) | (X.eq(C) & X.ult(5))
    asked = [
        differing_where(never),
        goal((X ^ Y) + ((X & Y) << 1) + X.eq(C).zero_extend(32), X + Y + X.eq(C).zero_extend(32)),
    ]
    assert decided(asked, replayer, methods=("structural", "gf2", "sweep", "smt")) == Established()
    assert not replayer.models


# -- on code ---------------------------------------------------------------------------------------

CLAIMS: dict[str, Callable[[BV, BV], BV]] = {
    "an argument": lambda a, b: a.eq(D),
    "its bytes": lambda a, b: a.reverse_bytes().eq(D),
    "both": lambda a, b: (a + b.rotate_left(1)).eq(D) & (a ^ b).eq(1),
    "its halves": lambda a, b: (a[31:0] - a[63:32]).eq(C) & b.eq(D),
    "a product of its halves": lambda a, b: (a[31:0].zero_extend(64) * a[63:32].zero_extend(64)).eq(0xC7C25798B353333D),
    "its least": lambda a, b: a.slt(BV.const((1 << 63) + 4, 64)),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_that_differs_on_one_argument_is_refuted_on_unicorn(name: str) -> None:
    def but_for(t: Theorem) -> None:
        a, b = t.value("a", 64), t.value("b", 64)
        t.call(a, b)
        t.ensure_result(ite(CLAIMS[name](a, b), b, a))

    verdict = judge(but_for, RET)
    assert verdict.status == "refuted"
    assert verdict.counterexample is not None
    assert [d.name for d in verdict.counterexample.differences] == ["result"]


COMPARED = [movz(2, 0x1234), movk(2, 0x5678, 1), movk(2, 0x9ABC, 2), eor(3, 0, 1), cmp(3, 2)]
"""x0 ^ x1 against 0x9abc56781234"""


def test_code_that_is_wrong_on_one_input_is_refuted() -> None:
    def xors(t: Theorem) -> None:
        a, b = t.value("a", 64), t.value("b", 64)
        t.call(a, b)
        t.ensure_result(a ^ b)

    eor_but_for = [*COMPARED, csinc(0, 3, 3, NE), RET]
    verdict = judge(xors, *eor_but_for)
    assert verdict.status == "refuted"
    assert verdict.counterexample is not None
    assert verdict.counterexample.differences[0].expected == 0x9ABC56781234
    assert judge(xors, *COMPARED, csinc(0, 3, 3, 14), RET).status == "proved"


def test_two_routines_that_differ_on_one_input_do_not_agree() -> None:
    def takes_two(t: Theorem) -> None:
        t.call(t.value("a", 64), t.value("b", 64))
        t.returns()

    wrong, right = ([*COMPARED, csinc(0, 3, 3, condition), RET] for condition in (NE, 14))
    contract = Contract("mine", takes_two)
    verdict = compare(
        RoutineInImage(image_of(*wrong), "routine"),
        RoutineInImage(image_of(*right), "routine"),
        contract,
        {},
        Options(),
    )
    assert verdict.status == "refuted"
    assert verdict.disagreement is not None
    assert verdict.disagreement.differences[0].second == 0x9ABC56781234


# -- premises, several goals, paths ----------------------------------------------------------------


def test_premises_hold_on_what_is_found() -> None:
    replayer = Believing()
    given = (Y.ult(100), Y.ult(X))
    assert isinstance(decided([differing_where((X + Y).eq(C))], replayer, *given), Disproved)
    (model,) = replayer.models
    assert all(evaluate(given, [model])[0])
    assert (model[X] + model[Y]) % 2**32 == C


@pytest.mark.parametrize("given", [X.ult(100), (X ^ Y)[31:8].eq(5), X.eq(Y + 7) & Z.ult(9), X.eq(Y)])
def test_a_precondition_that_samples_hardly_meet(given: BV) -> None:
    """The claim is wrong for all inputs that the contract allows, which no random one is."""
    replayer = Believing()
    assert isinstance(decided([goal(X + Y, X - Y, given)], replayer), Disproved)
    assert evaluate([given], [replayer.models[0]], default=0)[0][0]


def test_what_only_excluded_inputs_show_is_not_found() -> None:
    replayer = Believing()
    assert isinstance(decided([differing_where(X.eq(C))], replayer, X.ne(C)), LeftOpen)
    assert isinstance(decided([differing_where(X.ult(7) & Y.eq(C))], replayer, X.ule(C), (X ^ 5).ult(3)), Disproved)
    assert isinstance(decided([differing_where(X.eq(C) & Y.eq(C))], replayer, (X + Y).ne(2 * C)), LeftOpen)


def test_a_path_that_one_input_takes() -> None:
    replayer = Believing()
    assert isinstance(decided([unreachable("stopped", (X.reverse_bytes().eq(C),))], replayer), Disproved)
    assert replayer.models[0][X] == int.from_bytes(C.to_bytes(4, "little"), "big")


def test_the_wrong_one_of_many_goals_is_told() -> None:
    replayer = Believing()
    right = [goal(X.udiv(BV.const(n, 32)) * n, X - (X - X.udiv(BV.const(n, 32)) * n)) for n in range(3, 40)]
    asked = [*right, differing_where((X ^ Y).eq(C))]
    assert isinstance(decided(asked, replayer), Disproved)
    assert replayer.models[0][X] ^ replayer.models[0][Y] == C


def test_the_other_variables_are_drawn() -> None:
    """What differs there differs only where another word is neither 0 nor 1."""
    replayer = Believing()
    asked = goal(ite(X.eq(C), Y & ~BV.const(1, 32), Z), ite(X.eq(C), BV.const(0, 32), Z))
    assert isinstance(decided([asked], replayer), Disproved)
    assert replayer.models[0][Y] > 1


def test_comparisons_are_looked_at_before_gf2_and_all_else_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    order = []

    def prove(self: gf2.Solver, pairs: Sequence[tuple[BV, BV]], deadline: Deadline) -> list[bool]:
        order.append("gf2")
        return [False] * len(pairs)

    monkeypatch.setattr(gf2.Solver, "prove", prove)
    assert isinstance(decided([differing_where(X.eq(C))], Believing(), methods=("gf2",)), Disproved)
    assert not order
    shifted_away = goal(A, A ^ BV.const(1, 64) << B)
    assert isinstance(decided([shifted_away], Believing(), methods=("gf2",)), Disproved)
    assert order == ["gf2"]


def test_goals_that_cannot_run_do_not_use_up_the_others() -> None:
    class OnlyLast(Believing):
        def confirm(self, sample: Sample) -> Sample | None:
            return sample if all(evaluate(last.failure, [sample], default=0)[0]) else None

    others = [unreachable(f"stopped {n}", (X.eq(n),)) for n in range(6)]
    last = Obligation("last", "output", Y, Y ^ X.eq(C).zero_extend(32))
    assert isinstance(decided([*others, last], OnlyLast()), Disproved)


# -- what it costs, and faults -----------------------------------------------------------------------


def test_terms_without_comparisons_are_not_evaluated() -> None:
    def inputs(free: Sequence[BV]) -> Iterator[dict[BV, int]]:
        raise AssertionError("nothing is to be drawn")

    needles = Needles([goal(X + (Y ^ Z.rotate_left(3)), X * Y)], inputs)
    assert not needles.events
    assert not list(needles.by_inversion(NEVER))
    assert not needles.worthwhile


def test_a_search_whose_time_was_over_goes_on_where_it_was() -> None:
    asked = differing_where((X ^ Y).eq(C) & Z.eq(D & 0xFFFFFFFF))
    needles = Needles([asked], Believing().inputs)
    assert not list(needles.by_inversion(after_looks(1)))
    assert not needles.is_done
    found, model = next(needles.by_inversion(NEVER))
    assert found is asked
    assert all(evaluate(asked.failure, [model])[0])


def test_a_search_that_came_to_its_end_is_done() -> None:
    never_met = differing_where(BY_A_SOLVER["a square that wraps"])
    needles = Needles([never_met], Believing().inputs)
    assert not list(needles.by_inversion(Deadline.after(60)))
    assert needles.is_done


def test_the_search_is_short_before_the_cheap_methods_and_goes_on_after_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is found in the first second, nor proved by the cheap methods: it is found before the moderate ones."""
    order: list[str] = []

    def says_nothing(name: str) -> Attempt:
        def attempt(obligations: Sequence[Obligation], budget: Budget) -> Iterator[tuple[Obligation, Answer]]:
            order.append(name)
            return iter(())

        return attempt

    by_inversion = search.Needles.by_inversion

    def watched(self: Needles, deadline: Deadline) -> Iterator[tuple[Obligation, Sample]]:
        order.append("search")
        return by_inversion(self, after_looks(1) if order.count("search") == 1 else deadline)

    monkeypatch.setattr(search.Needles, "by_inversion", watched)
    methods = (
        Method("cheap", "cheap", says_nothing("cheap")),
        Method("moderate", "moderate", says_nothing("moderate")),
    )
    asked = differing_where((X ^ Y).eq(C) & Z.eq(7))
    outcome = judged(Believing(), [asked], Limits(Deadline.after(60), methods=methods)).outcome
    assert isinstance(outcome, Disproved)
    assert order == ["search", "cheap", "search"]


def test_what_was_tried_to_its_end_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[Needles] = []
    by_inversion = search.Needles.by_inversion
    monkeypatch.setattr(search.Needles, "by_inversion", lambda self, d: searched.append(self) or by_inversion(self, d))
    asked = differing_where(BY_A_SOLVER["a square that wraps"])
    judged(Believing(), [asked], Limits(Deadline.after(60), methods=chosen("structural")))
    assert len(searched) == 1


def test_needles_have_no_process_of_their_own() -> None:
    needles = Needles([differing_where(X.eq(C))], Believing().inputs).method
    for processes in (1, 2, 3, 4):
        for methods in ((SWEEP, Z3), (SWEEP, Z3, BITWUZLA)):
            plain, more = chains(methods, processes), chains(methods, processes, [needles])
            assert [tuple(method for method in chain if method is not needles) for chain in more] == plain
            assert sum(chain.count(needles) for chain in more) == 1
            assert more[0][0] is SWEEP
    assert chains((SWEEP,), 2, [needles]) == [(SWEEP,)]
    assert chains((Z3,), 1, [needles]) == [(needles, Z3)]


@pytest.mark.parametrize("name", [name for name in BY_INVERSION if name not in ("two words alike",)])
def test_a_wrong_inversion_finds_nothing_and_says_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is proposed is evaluated: rules that give other values than they should make no candidate."""

    def off_by_a_bit(rule: inversion.Rule) -> inversion.Rule:
        return lambda attempt, term, mask, value: rule(attempt, term, mask, value ^ mask & -mask)

    monkeypatch.setattr(inversion, "RULES", {op: off_by_a_bit(rule) for op, rule in inversion.RULES.items()})
    asked = differing_where(BY_INVERSION[name])
    for _, model in Needles([asked], Believing().inputs).by_inversion(Deadline.after(1)):
        ((a, b),) = evaluate([asked.left, asked.right], [model], default=0)
        assert a != b


def test_an_evaluation_that_takes_all_for_different_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search.Needles, "_failing", lambda self, samples: iter([(self.obligations[0], samples[0])]))
    with pytest.raises(ToolFault, match="does not tell the two sides apart"):
        decided([goal((X | Y) + (X & Y) + Z.eq(C).zero_extend(32), X + Y + Z.eq(C).zero_extend(32))], Disbelieving())


def test_a_proof_of_what_a_rare_input_refutes_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = differing_where(X.eq(C))
    outcome = decided([asked], Disbelieving())
    assert isinstance(outcome, LeftOpen)
    assert outcome.left[0][1] == f"{NEEDLES} found a counterexample that did not run"
    monkeypatch.setattr(gf2.Solver, "prove", lambda self, pairs, deadline: [True] * len(pairs))
    with pytest.raises(ToolFault, match="gf2 proved g"):
        decided([asked], Disbelieving(), methods=("gf2",))


# -- the parts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("op", inversion.RULES)
def test_each_operator_is_inverted(op: str, level: int) -> None:
    """From a random input to another value that the term can have."""
    with rewrite_level(level):
        made = TERMS[op]()
    random = Random(op)
    found = 0
    for _ in range(40):
        base, other = ({v: random.getrandbits(v.width) for v in variables([made])} for _ in range(2))
        ((value,),) = evaluate([made], [other])
        sample = LocalSearch([(made, value)], random).sample(base, ())
        if sample is not None:
            assert evaluate([made], [sample])[0] == (value,)
            found += 1
    assert found > 30


TERMS: dict[str, Callable[[], BV]] = {
    "extract": lambda: (X + Y)[20:3],
    "concat": lambda: concat(X + Y, Z),
    "sext": lambda: (X + 1).sign_extend(64),
    "ror": lambda: (X + Y).rotate_right(5),
    "not": lambda: ~(X + 1),
    "anf": lambda: (X & Y) ^ Z,
    "and": lambda: X & Y,
    "or": lambda: X | Y,
    "xor": lambda: X ^ (Y & Z),
    "sum": lambda: X + 3 * Y + 7,
    "add": lambda: X + Y,
    "mul": lambda: X * (Y | 1),
    "clmul": lambda: clmul(X, BV.const(C, 32)),
    "udiv": lambda: X.udiv(BV.const(1000, 32)),
    "sdiv": lambda: X.sdiv(BV.const(-1000, 32)),
    "shl": lambda: X << Y[2:0].zero_extend(32),
    "lshr": lambda: X >> Y[2:0].zero_extend(32),
    "ashr": lambda: X.shift_right_arithmetic(Y[2:0].zero_extend(32)),
    "ite": lambda: ite(X.ult(C), Y, Z + 1),
    "eq": lambda: X.eq(Y),
    "ult": lambda: X.ult(Y),
    "slt": lambda: X.slt(Y),
    "lookup": lambda: lookup(SQUARES, X[7:0]),
}


def test_each_operator_but_the_leaves_has_a_rule() -> None:
    assert set(inversion.RULES) == set(TERMS) == set(OPERATORS) - {"const", "var"}


@pytest.mark.parametrize(
    "number", [1, 2, 720720, 65521 * 65519, 4294967291 * 4294967279, 2**61 - 1, 0xC7C25798B353333D, 3**40]
)
def test_divisors_divide(number: int) -> None:
    found = divisors(number)
    assert found[0] == 1
    assert found[-1] == number
    assert all(number % divisor == 0 for divisor in found)
    assert sorted(number // divisor for divisor in found) == list(found)


def test_divisors_are_all_there_where_numbers_are_small() -> None:
    for number in range(1, 2000):
        assert divisors(number) == tuple(d for d in range(1, number + 1) if number % d == 0)


def test_linear_systems_over_gf2() -> None:
    random = Random(2)
    for _ in range(200):
        columns = [random.getrandbits(12) for _ in range(10)]
        chosen = random.getrandbits(10)
        target = 0
        for bit in range(10):
            target ^= columns[bit] if chosen >> bit & 1 else 0
        flips = inversion.solution(columns, target)
        assert flips is not None
        for bit in range(10):
            target ^= columns[bit] if flips >> bit & 1 else 0
        assert target == 0
    assert inversion.solution([1, 2, 3], 4) is None


@pytest.mark.parametrize(
    ("term", "count"),
    [
        (X.eq(C).zero_extend(32), 1),
        (X.ult(Y).sign_extend(32), 2),
        (X + Y, 0),
        (X.udiv(Y), 1),
        (A << B, 1),
        (lookup(SQUARES, X), 1),
        (lookup(SQUARES, X[7:0]), 0),
        (lookup(SQUARES, X & 0xFF), 0),
        (A << (B & 63), 0),
        ((X * Y) ^ ((Z | -Z) >> 31), 1),
    ],
)
def test_what_decides_something(term: BV, count: int) -> None:
    assert len(dict.fromkeys(predicates([term]))) == count
