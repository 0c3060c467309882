"""Endings: each family from a small routine."""

from __future__ import annotations

import pickle
from pkgutil import iter_modules
from typing import get_args

import pytest
from assembly import FADD, NE, NO_INSTRUCTION, NOP, RET, add_imm, b, b_cond, br, cbz, image_of, ldr, movz, subs_imm

import lnsym.machine
from lnsym.bv import BV
from lnsym.deadline import Deadline
from lnsym.errors import AddressNotMapped, ContentsUnknown, UnresolvedRelocation
from lnsym.machine.access_errors import OutsideMemory
from lnsym.machine.decode import Code, NotAnInstruction, NotCode, UnmodelledInstruction
from lnsym.machine.endings import (
    AtCut,
    Ending,
    EndOfPath,
    Exhausted,
    Forbidden,
    NotModelled,
    RefusedInput,
    Returned,
    ending_of,
)
from lnsym.machine.memory import Memory
from lnsym.machine.origins import general_register
from lnsym.machine.paths import EndlessLoop, Explorer, Path, StepLimit, TimeLimit, UnknownTarget
from lnsym.machine.state import State

BACK = BV.var("return_address", 64)
LOOP = (movz(1, 3), add_imm(0, 0, 8), subs_imm(1, 1, 1), b_cond(NE, -8), RET)
"""A loop of three passes, its head the second instruction."""


def explore(*words: int, **options: object) -> list[Path]:
    image = image_of(*words)
    state = State.symbolic(Memory(), image.symbol("routine").address)
    state.set_x(30, BACK)
    return list(Explorer(Code(image), BACK, **options).paths(state))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "options", "kind", "family"),
    [
        ((NOP, RET), {}, Returned, Returned),
        ((NOP, RET), {"cuts": [4]}, AtCut, AtCut),
        ((ldr(0, 1), RET), {}, OutsideMemory, Forbidden),
        ((b(0),), {}, EndlessLoop, Forbidden),
        ((br(0),), {}, UnknownTarget, Forbidden),
        ((NOP,), {}, NotCode, Forbidden),
        ((FADD,), {}, UnmodelledInstruction, NotModelled),
        ((NO_INSTRUCTION,), {}, NotAnInstruction, NotModelled),
        ((NOP, NOP, RET), {"max_steps": 2}, StepLimit, Exhausted),
        ((NOP, RET), {"deadline": Deadline(0.0)}, TimeLimit, Exhausted),
    ],
)
def test_a_path_ends_in_a_value_of_one_family(
    words: tuple[int, ...], options: dict[str, object], kind: type, family: type
) -> None:
    if "cuts" in options:
        options = {"cuts": [image_of(*words).symbol("routine").address + 4]}
    (path,) = explore(*words, **options)
    assert type(path.ending) is kind
    assert [one for one in get_args(Ending) if isinstance(path.ending, one)] == [family]
    assert str(path.ending).isprintable()


def _members(family: type) -> list[type]:
    return [family, *[one for below in family.__subclasses__() for one in _members(below)]]


def test_every_member_belongs_to_one_family_and_is_frozen() -> None:
    for module in iter_modules(lnsym.machine.__path__, "lnsym.machine."):
        __import__(module.name)
    members = [member for family in get_args(Ending) for member in _members(family)]
    assert len(members) == len(set(members)) > 25
    assert all(member.__dataclass_params__.frozen for member in members)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "error", [AddressNotMapped("f", 4, 8), ContentsUnknown("f", 4, "COMMON"), UnresolvedRelocation("f", 4, "why")]
)
def test_what_the_loader_cannot_know_ends_a_path_in_its_words(error: AddressNotMapped) -> None:
    assert ending_of(error) == RefusedInput(error)
    assert str(ending_of(error)) == str(error)


def test_a_raised_ending_can_go_to_another_process() -> None:
    stopped = EndOfPath(NotCode(4, ".data"))
    again = pickle.loads(pickle.dumps(stopped))
    assert (again.ending, str(again)) == (stopped.ending, str(stopped))


# -- cuts ------------------------------------------------------------------------------------------


def test_a_path_stops_at_a_cut_before_the_instruction_there() -> None:
    head = image_of(*LOOP).symbol("routine").address + 4
    (path,) = explore(*LOOP, cuts=[head])
    assert (path.ending, path.steps, path.state.pc) == (AtCut(head), 1, head)
    assert path.state.x(1).value == 3


def test_a_state_at_a_cut_goes_on_to_the_next_visit() -> None:
    image = image_of(*LOOP)
    head = image.symbol("routine").address + 4
    state = State.symbolic(Memory(), head - 4)
    state.set_x(30, BACK)
    explorer = Explorer(Code(image), BACK, cuts=[head])
    visits, steps = [], 0
    while True:
        (path,) = explorer.paths(state, (), steps)
        if path.returned:
            break
        assert path.ending == AtCut(head)
        state, steps = path.state, path.steps
        visits.append((state.x(1).value, state.x(0) - general_register(0)))
    assert visits == [(3, BV.const(0, 64)), (2, BV.const(8, 64)), (1, BV.const(16, 64))]
    assert (path.steps, path.state.x(0)) == (11, general_register(0) + 24)


def test_each_path_stops_at_the_cut_that_it_comes_to() -> None:
    """cbz x0: one way comes to one cut, the other to the other."""
    entry = image_of(RET).symbol("routine").address
    paths = explore(cbz(0, 12), NOP, RET, NOP, RET, cuts=[entry + 8, entry + 12])
    zero = general_register(0).eq(0)
    assert {path.conditions: path.ending for path in paths} == {(~zero,): AtCut(entry + 8), (zero,): AtCut(entry + 12)}


def test_a_cut_that_no_path_comes_to_changes_nothing() -> None:
    (path,) = explore(NOP, RET, NOP, cuts=[image_of(RET).symbol("routine").address + 8])
    assert path.returned
