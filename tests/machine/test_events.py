"""Events: what observers of a run are told, in which order, with which addresses."""

from __future__ import annotations

import pytest
from assembly import EQ, NOP, RET, add, adr, b_cond, cbz, cmp_imm, image_of, ldr, little, store, word

from lnsym.bv import BV, evaluate
from lnsym.machine.contents import UnknownBytes
from lnsym.machine.decode import Code
from lnsym.machine.events import Began, Branched, Event, Executed, Read, Wrote
from lnsym.machine.image import Image
from lnsym.machine.memory import Memory
from lnsym.machine.origins import general_register
from lnsym.machine.paths import Explorer
from lnsym.machine.regions import Region
from lnsym.machine.state import State
from lnsym.run.setup import segment_region

BACK = BV.var("return_address", 64)
X0, X1 = general_register(0), general_register(1)
A = BV.var("a", 64)


def ldrb_register(t: int, n: int, m: int) -> int:
    """LDRB Wt, [Xn, Xm]."""
    return word("loads_and_stores.register_offset", opc=1, option=3, Rm=m, Rn=n, Rt=t)


def uxtb(d: int, n: int) -> int:
    return word("data_processing.bitfield", opc=2, imms=7, Rn=n, Rd=d)


def state_of(image: Image) -> State:
    memory = Memory([segment_region(image, segment) for segment in image.segments])
    memory.add(Region("a", A, 64, UnknownBytes("a"), writable=True))
    state = State.symbolic(memory, image.symbol("routine").address)
    state.set_x(30, BACK)
    state.set_x(2, A)
    return state


def events_of(*words: int, **options: object) -> list[Event]:
    seen: list[Event] = []
    image = image_of(*words)
    list(Explorer(Code(image), BACK, observers=[seen.append], **options).paths(state_of(image)))  # type: ignore[arg-type]
    return seen


def summary(events: list[Event]) -> list[object]:
    """Each event in a word or two, instructions and accesses by their place in the routine."""
    entry = image_of(RET).symbol("routine").address
    lines: list[object] = []
    for event in events:
        match event:
            case Began(_, conditions):
                lines.append(("began", conditions))
            case Read(pc, address, size):
                lines.append(("read", pc - entry, address, size))
            case Wrote(pc, address, size):
                lines.append(("wrote", pc - entry, address, size))
            case Executed(instruction):
                lines.append(instruction.address - entry)
            case Branched(pc, condition):
                lines.append(("branched", pc - entry, condition))
    return lines


def test_events_come_in_the_order_of_the_run() -> None:
    zero = X0.eq(0)
    events = events_of(ldr(3, 2, 8), store(3, 2, 16, 4), cbz(0, 8), store(0, 2), RET)
    assert summary(events) == [
        ("began", ()),
        ("read", 0, A + 8, 8),
        0,
        ("wrote", 4, A + 16, 4),
        4,
        8,
        ("branched", 8, zero),
        ("began", (~zero,)),
        ("wrote", 12, A, 8),
        12,
        16,
        ("began", (zero,)),
        16,
    ]


def test_a_table_at_a_symbolic_index_is_read_once() -> None:
    """uxtb x1, w1; adr x3, table; ldrb w0, [x3, x1]; ret; table."""
    table = bytes((7 * i + 3) & 0xFF for i in range(256))
    words = [int.from_bytes(table[i : i + 4], "little") for i in range(0, 256, 4)]
    code = (uxtb(1, 1), adr(3, 12), ldrb_register(0, 3, 1), RET)
    (read,) = [event for event in events_of(*code, *words) if isinstance(event, Read)]
    start = image_of(RET).symbol("routine").address + len(little(*code))
    assert (read.size, len(read.places)) == (1, 256)
    assert {region.base + offset for region, offset in read.places} == set(range(start, start + 256))  # type: ignore[operator]
    assert evaluate([read.address], [{X1: 0x305}])[0][0] == start + 5


def test_an_offset_in_a_region_that_is_no_number_is_one_access() -> None:
    """uxtb x1, w1 (of which 6 bits are in the region); add x4, x2, x1; ldurb, sturb there."""
    image = image_of(uxtb(1, 1), add(4, 2, 1), ldr(0, 4, 0, 1), store(5, 4, 0, 1), RET)
    state, seen = state_of(image), list[Event]()
    state.memory.bounds = []
    list(Explorer(Code(image), BACK, observers=[seen.append]).paths(state))
    accesses = [event for event in seen if isinstance(event, Read | Wrote)]
    assert [(type(event), event.size, len(event.places)) for event in accesses] == [(Read, 1, 64), (Wrote, 1, 64)]
    assert [evaluate([event.address - A], [{X1: 0x1FE, A: 9}])[0][0] for event in accesses] == [0xFE, 0xFE]


def test_a_branch_on_data_is_told_where_one_way_is_not_feasible_too() -> None:
    zero = X0.eq(0)
    for feasible in (lambda conditions: True, lambda conditions: zero not in conditions):
        events = events_of(cbz(0, 8), NOP, RET, feasible=feasible)
        assert [event.condition for event in events if isinstance(event, Branched)] == [zero]


def test_a_branch_that_hangs_on_no_data_is_not_told() -> None:
    assert not any(isinstance(event, Branched) for event in events_of(word("data_processing.move_wide_immediate", sf=1,
                   opc=2, imm16=1, Rd=0), cmp_imm(0, 1), b_cond(EQ, 8), NOP, RET))  # fmt: skip


def test_two_observers_are_told_the_same_in_their_order() -> None:
    image = image_of(ldr(3, 2), cbz(0, 8), store(0, 2), RET)
    told: list[tuple[int, Event]] = []
    observers = [lambda event, n=n: told.append((n, event)) for n in range(2)]
    list(Explorer(Code(image), BACK, observers=observers).paths(state_of(image)))
    assert [event for n, event in told if n == 0] == [event for n, event in told if n == 1]
    assert [n for n, _ in told] == [0, 1] * (len(told) // 2)
    assert summary([event for n, event in told if n == 0]) == summary(events_of(ldr(3, 2), cbz(0, 8), store(0, 2), RET))


def test_observers_change_nothing_of_a_run() -> None:
    code = (ldr(3, 2, 8), store(3, 2, 16, 4), cbz(0, 8), store(0, 2), RET)
    image = image_of(*code)
    alone, watched = (
        [(p.conditions, p.steps, p.ending, p.state.general) for p in Explorer(Code(image), BACK, observers=o).paths(s)]
        for o, s in (([], state_of(image)), ([lambda event: None], state_of(image)))
    )
    assert alone == watched


def test_a_run_without_observers_makes_no_events(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in (Began, Read, Wrote, Executed, Branched):
        monkeypatch.setattr(kind, "__init__", lambda self, *_: pytest.fail("made for nobody"))
    image = image_of(ldr(3, 2, 8), store(3, 2, 16, 4), cbz(0, 8), store(0, 2), RET)
    assert len(list(Explorer(Code(image), BACK).paths(state_of(image)))) == 2


def test_a_state_that_was_watched_can_go_on_unwatched() -> None:
    image = image_of(ldr(3, 2, 8), RET)
    state, seen = state_of(image), list[Event]()
    copy = state.copy()
    list(Explorer(Code(image), BACK, observers=[seen.append]).paths(state))
    count = len(seen)
    list(Explorer(Code(image), BACK).paths(copy))
    assert (count, len(seen)) == (4, 4)
