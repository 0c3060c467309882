"""Paths: where runs fork, which forks are dropped, and how a run that does not return ends."""

from __future__ import annotations

from dataclasses import replace

import pytest
from assembly import (
    ALLOC,
    EQ,
    FADD,
    NE,
    NOP,
    RET,
    UNDEF,
    ObjectWriter,
    add_imm,
    adr,
    b,
    b_cond,
    br,
    cbz,
    cmp,
    cmp_imm,
    eor,
    image_of,
    ldr,
    little,
    movz,
    returns_its_argument,
    store,
    subs_imm,
    word,
)

from lnsym.bv import BV, ite
from lnsym.contract import Contract, Theorem
from lnsym.deadline import NEVER, Deadline
from lnsym.machine.decode import Code, NotCode, UnmodelledInstruction
from lnsym.machine.endings import Returned
from lnsym.machine.events import Event, Executed
from lnsym.machine.image import Image, load_image
from lnsym.machine.memory import Memory
from lnsym.machine.origins import general_register
from lnsym.machine.paths import (
    Conditions,
    EndlessLoop,
    Explorer,
    Path,
    StepLimit,
    TimeLimit,
    UndefinedCall,
    UnknownTarget,
)
from lnsym.machine.state import State
from lnsym.prove.feasibility import on_feasible_paths
from lnsym.run.exploration import Execution, explore

BACK = BV.var("return_address", 64)
X0, X1 = general_register(0), general_register(1)


def start(image: Image) -> State:
    state = State.symbolic(Memory(), image.symbol("routine").address)
    state.set_x(30, BACK)
    return state


def paths_of(*words: int, **options: object) -> list[Path]:
    image = image_of(*words)
    return list(Explorer(Code(image), BACK, **options).paths(start(image)))  # type: ignore[arg-type]


def test_straight_code_is_one_path() -> None:
    (path,) = paths_of(movz(0, 7), add_imm(0, 0, 1), RET)
    assert (path.state.x(0).value, path.steps, path.conditions, path.ending) == (8, 3, (), Returned())
    assert path.last is not None
    assert path.last.text == "ret"


def test_a_fork_has_both_arms_each_under_its_condition() -> None:
    paths = paths_of(cbz(0, 12), movz(0, 1), RET, movz(0, 2), RET)
    zero = X0.eq(0)
    assert {p.conditions: (p.state.x(0).value, p.steps) for p in paths} == {(~zero,): (1, 3), (zero,): (2, 3)}


def test_the_fall_through_comes_first() -> None:
    zero = X0.eq(0)
    assert [p.conditions for p in paths_of(cbz(0, 8), RET, RET)] == [(~zero,), (zero,)]
    cbnz = cbz(0, 8) | 1 << 24
    assert [p.conditions for p in paths_of(cbnz, RET, RET)] == [(zero,), (~zero,)]


def test_forks_do_not_share_a_state() -> None:
    """Both arms change what the other reads."""
    paths = paths_of(cbz(0, 12), add_imm(1, 1, 1), RET, add_imm(1, 1, 2), RET)
    assert {p.state.x(1) for p in paths} == {X1 + 1, X1 + 2}


def test_four_paths_of_two_conditions() -> None:
    paths = paths_of(cbz(0, 8), add_imm(2, 2, 1), cbz(1, 8), add_imm(2, 2, 2), RET)
    x2 = general_register(2)
    assert {p.state.x(2) for p in paths} == {x2, x2 + 1, x2 + 2, x2 + 3}
    assert len({p.conditions for p in paths}) == 4


def test_the_same_condition_is_decided_once() -> None:
    """A branch on what an earlier branch has settled goes one way."""
    paths = paths_of(cbz(0, 12), movz(2, 1), b(8), movz(2, 2), cbz(0, 12), movz(3, 1), RET, movz(3, 2), RET)
    assert sorted((p.state.x(2).value, p.state.x(3).value) for p in paths) == [(1, 1), (2, 2)]
    assert all(len(p.conditions) == 1 for p in paths)


def test_the_negation_of_a_condition_is_decided_too() -> None:
    paths = paths_of(cmp_imm(0, 0), b_cond(EQ, 12), movz(2, 1), b(8), movz(2, 2), b_cond(NE, 12), movz(3, 2), RET,
                    movz(3, 1), RET)  # fmt: skip
    assert sorted((p.state.x(2).value, p.state.x(3).value) for p in paths) == [(1, 1), (2, 2)]


def test_what_is_not_feasible_is_dropped() -> None:
    zero = X0.eq(0)
    asked: list[Conditions] = []

    def feasible(conditions: Conditions) -> bool:
        asked.append(conditions)
        return zero not in conditions

    (path,) = paths_of(cbz(0, 12), movz(0, 1), RET, movz(0, 2), RET, feasible=feasible)
    assert path.state.x(0).value == 1
    assert set(asked) == {(zero,), (~zero,)}


def test_where_nothing_is_feasible_no_path_returns() -> None:
    """A path whose every arm is infeasible is itself infeasible; it must not look as if it had returned."""
    paths = paths_of(movz(0, 7), cbz(1, 8), NOP, RET, feasible=lambda conditions: False)
    assert [p for p in paths if p.returned] == []


def execution(statement_assumes: str, *words: int) -> Execution:
    """An execution under a precondition on a, an argument in X0."""

    def statement(t: Theorem) -> None:
        a = t.value("a", 64)
        t.assume({"small": a.ult(10), "large": ~a.ult(10), "nothing": BV.const(1, 1)}[statement_assumes])
        t.call(a)
        t.ensure_result(a)

    return on_feasible_paths(image_of(*words), "routine", Contract("c", statement).statement()).explored()


@pytest.mark.parametrize(
    ("assumes", "results"), [("small", [1]), ("large", [2]), ("nothing", [1, 2])], ids=["small", "large", "nothing"]
)
def test_preconditions_decide_branches(assumes: str, results: list[int]) -> None:
    """cmp x0, #10; b.hs large."""
    paths = execution(assumes, cmp_imm(0, 10), b_cond(2, 12), movz(0, 1), RET, movz(0, 2), RET).paths
    assert sorted(p.state.x(0).value for p in paths) == results


def test_a_branch_on_one_input_of_all_is_found() -> None:
    """No sample hits x0 = 0x1234, a solver does."""
    run = execution("nothing", cmp_imm(0, 0x7D3), b_cond(EQ, 12), movz(0, 1), RET, movz(0, 2), RET)
    assert sorted(p.state.x(0).value for p in run.paths) == [1, 2]


@pytest.mark.parametrize("sf", [0, 1])
@pytest.mark.parametrize("condition", range(14))
def test_a_branch_on_any_comparison_of_any_width(condition: int, sf: int) -> None:
    """cmp x0, x23, lsr #23; b.CONDITION."""
    compare = word(
        "data_processing.add_subtract_shifted_register", sf=sf, op=1, S=1, shift=1, imm6=23, Rm=23, Rn=0, Rd=31
    )
    run = execution("nothing", compare, b_cond(condition, 12), movz(0, 1), RET, movz(0, 2), RET)
    assert sorted(p.state.x(0).value for p in run.paths) == [1, 2]


def test_comparisons_of_pointers_are_decided() -> None:
    """A loop that runs up to an end pointer: two passes, whatever the address."""

    def statement(t: Theorem) -> None:
        r = t.region("r", 2, 64)
        t.call(r)
        t.ensure_result(0)

    add_end, next_one, back = add_imm(1, 0, 16), add_imm(0, 0, 8), b_cond(3, -8)  # b.lo
    code = (add_end, next_one, cmp(0, 1), back, RET)
    made = on_feasible_paths(image_of(*code), "routine", Contract("c", statement).statement())
    made = explore(made.setup, made.limits)
    (path,) = made.paths
    assert (path.ending, path.steps) == (Returned(), 8)


COUNTING = (add_imm(1, 1, 1), b(-4))
"""It never returns, and is never in one state twice until 2**64 passes are over."""


@pytest.mark.parametrize(
    ("words", "steps"),
    [
        ((b(0),), 1),
        ((NOP, b(0)), 3),
        ((movz(1, 5), subs_imm(1, 1, 1), b_cond(NE, -4), b(-12)), 60),  # five passes, and all over again
        ((cmp_imm(0, 3), b(-4)), 10),  # flags are the same if their terms are
        ((eor(1, 1, 2), b(-4)), 10),  # there and back
        ((adr(1, 0), br(1)), 10),
    ],
)
def test_a_state_that_comes_again_ends_the_path(words: tuple[int, ...], steps: int) -> None:
    (path,) = paths_of(*words)
    assert isinstance(path.ending, EndlessLoop)
    assert path.steps <= steps
    assert "routine" in str(path.ending)


def test_a_loop_that_waits_for_its_input_ends_on_one_path_only() -> None:
    """cbnz x0, itself: it returns if X0 is 0, and never if it is not."""
    paths = paths_of(cbz(0, 8), b(-4), RET)
    assert [type(path.ending) for path in paths] == [EndlessLoop, Returned]
    assert [path.conditions for path in paths] == [(~X0.eq(0),), (X0.eq(0),)]


def test_memory_that_goes_on_is_no_state_that_comes_again() -> None:
    """A counter in memory, the register that counts it always the same at the branch."""

    def statement(t: Theorem) -> None:
        r = t.region("r", 1, 64, access="rw")
        t.call(r)
        t.leave_unspecified(r)
        t.ensure_result(0)

    count = (ldr(1, 0), add_imm(1, 1, 1), store(1, 0), movz(1, 0))
    theorem = Contract("c", statement).statement()
    for code, kind in (((*count, b(-16)), StepLimit), ((ldr(1, 0), store(1, 0), b(-8)), EndlessLoop)):
        made = on_feasible_paths(image_of(*code), "routine", theorem, max_steps=200)
        made = explore(made.setup, made.limits)
        assert [type(path.ending) for path in made.paths] == [kind]


def test_a_loop_that_never_ends() -> None:
    (path,) = paths_of(*COUNTING, max_steps=100)
    assert isinstance(path.ending, StepLimit)
    assert path.steps == 100
    assert "--max-steps" in str(path.ending)
    assert "routine" in str(path.ending)


def test_the_time_limit_stops_every_path_under_way() -> None:
    paths = paths_of(cbz(0, 12), NOP, RET, NOP, b(0), deadline=Deadline(0.0))
    assert [type(path.ending) for path in paths] == [TimeLimit]
    paths = paths_of(cbz(0, 12), *COUNTING, *COUNTING, max_steps=10**9, deadline=Deadline.after(0.2))
    assert [type(path.ending) for path in paths] == [TimeLimit, TimeLimit]
    assert "--timeout" in str(paths[0].ending)
    assert "routine" in str(paths[0].ending)


def test_an_execution_ends_in_time() -> None:
    theorem = Contract("c", returns_its_argument).statement()
    made = on_feasible_paths(image_of(*COUNTING), "routine", theorem, max_steps=10**9, deadline=Deadline.after(0.1))
    made = explore(made.setup, made.limits)
    assert [type(path.ending) for path in made.paths] == [TimeLimit]


def test_feasibility_asks_no_solver_when_its_time_is_over() -> None:
    """Then every branch counts as feasible: one more path, and nothing lost."""
    code = (cmp_imm(0, 0x7D3), b_cond(EQ, 12), movz(0, 1), RET, movz(0, 2), RET)
    impossible = (cmp_imm(0, 5), b_cond(NE, 12), cmp_imm(0, 6), b_cond(EQ, 12), RET, RET, RET)
    for words, with_solver, without in ((code, 2, 2), (impossible, 2, 3)):
        for deadline, count in ((NEVER, with_solver), (Deadline(0.0), without)):
            theorem = Contract("c", returns_its_argument).statement()
            made = on_feasible_paths(image_of(*words), "routine", theorem, deadline=deadline)
            made = explore(made.setup, replace(made.limits, deadline=NEVER))
            assert len(made.paths) == count


@pytest.mark.parametrize(("limit", "returns"), [(2, False), (3, True)])
def test_the_step_limit_is_exact(limit: int, returns: bool) -> None:
    (path,) = paths_of(NOP, NOP, RET, max_steps=limit)
    assert (path.returned, path.steps) == (returns, limit)


def test_the_step_limit_holds_for_each_path() -> None:
    paths = paths_of(cbz(0, 12), *COUNTING, RET, max_steps=50)
    assert sorted(p.steps for p in paths) == [2, 50]
    assert [type(p.ending) for p in sorted(paths, key=lambda p: p.steps)] == [Returned, StepLimit]


def test_a_counted_loop() -> None:
    (path,) = paths_of(movz(1, 5), add_imm(0, 0, 3), subs_imm(1, 1, 1), b_cond(NE, -8), RET)
    assert (path.state.x(0), path.steps) == (X0 + 15, 17)


def test_a_branch_to_a_computed_number() -> None:
    (path,) = paths_of(adr(1, 12), br(1), movz(0, 1), RET)
    assert (path.steps, path.state.x(0)) == (3, X0)


def test_a_branch_to_a_choice_of_numbers() -> None:
    """A jump table of two entries, made with arithmetic: the target is no ite, and is refused."""
    (path,) = paths_of(br(0))
    assert isinstance(path.ending, UnknownTarget)
    assert "x0" in str(path.ending)


def test_a_nested_choice_of_targets() -> None:
    image = image_of(movz(0, 1), RET, movz(0, 2), RET, movz(0, 3), RET)
    entry = image.symbol("routine").address
    state = start(image)
    first, second = X0.eq(0), X1.eq(0)

    def jump(event: Event) -> None:
        if isinstance(event, Executed) and event.instruction.address == entry:
            inner = ite(second, BV.const(entry + 8, 64), BV.const(entry + 16, 64))
            event.state.branch(ite(first, BV.const(entry + 4, 64), inner))

    explorer = Explorer(Code(image), BACK, observers=[jump])

    found = {p.conditions: p.state.x(0).value for p in explorer.paths(state)}
    assert found == {(first,): 1, (~first, second): 2, (~first, ~second): 3}


@pytest.fixture
def calling() -> bytes:
    """bl nowhere; ret."""
    writer = ObjectWriter()
    text = writer.text(0x94000000, RET)
    writer.symbol("routine", text, size=8)
    writer.symbol("nowhere", UNDEF, kind=0)
    writer.reloc(text, 0, 283, "nowhere")
    return writer.build()


def test_a_call_of_an_undefined_function(calling: bytes, tmp_path: object) -> None:
    path = tmp_path / "calling.o"  # type: ignore[operator]
    path.write_bytes(calling)
    image = load_image(path)
    (run,) = Explorer(Code(image), BACK).paths(start(image))
    assert isinstance(run.ending, UndefinedCall)
    assert "nowhere" in str(run.ending)
    assert f"{image.symbol('routine').address:#x}" in str(run.ending)


def test_what_is_not_modelled_ends_its_path_only() -> None:
    stopped, returned = sorted(paths_of(cbz(0, 8), RET, FADD, RET), key=lambda p: p.returned)
    assert returned.returned
    assert isinstance(stopped.ending, UnmodelledInstruction)
    assert stopped.conditions == (X0.eq(0),)


def test_running_off_the_end() -> None:
    (path,) = paths_of(NOP, NOP)
    assert isinstance(path.ending, NotCode)
    assert path.steps == 2


def test_data_is_not_code(tmp_path: object) -> None:
    """A processor faults on a branch into .rodata; so must a run."""
    writer = ObjectWriter()
    text = writer.text(adr(1, 0), br(1))
    data = writer.section(".rodata", little(movz(0, 1), RET), ALLOC)
    writer.symbol("routine", text, size=8)
    writer.symbol("table", data, size=8, kind=1)
    writer.reloc(text, 0, 274, "table")
    path = tmp_path / "data.o"  # type: ignore[operator]
    path.write_bytes(writer.build())
    image = load_image(path)
    (run,) = Explorer(Code(image), BACK).paths(start(image))
    assert isinstance(run.ending, NotCode)


def test_code_is_aligned() -> None:
    """PC alignment checking: a branch to an address that is no multiple of 4 faults."""
    (path,) = paths_of(adr(1, 14), br(1), NOP, RET << 16 & 0xFFFFFFFF, RET >> 16)
    assert not path.returned
    assert path.steps == 2
