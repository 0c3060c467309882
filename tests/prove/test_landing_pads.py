"""Landing pads in files that are marked for BTI: at the entry, behind branches in registers, on the way back."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from assembly import (
    ALLOC,
    NE,
    NOP,
    RET,
    add_imm,
    adr,
    b,
    b_cond,
    br,
    cbz,
    cmp,
    mov,
    movz,
    returns_its_argument,
    word,
)
from elf_writer import BTI, DATA, LOCAL, TEXT, ObjectWriter, SharedWriter, archive, properties

from isa import branch_types
from isa.branch_types import BranchType
from lnsym.contract import Contract, Theorem
from lnsym.machine.image import Image, load_image
from lnsym.machine.landing import NoLandingPad
from lnsym.machine.state import State
from lnsym.prove.equivalence.comparison import RoutineInImage, compare
from lnsym.prove.verdict import Verdict
from lnsym.prove.verify import Options, verify
from lnsym.show.verdicts import ASSUMPTIONS_IN_WORDS, assumption_lines

HIDDEN = 2
BTI_NONE, BTI_C, BTI_J, BTI_JC = 0xD503241F, 0xD503245F, 0xD503249F, 0xD50324DF
PACIASP, AUTIASP, PACIBSP, AUTIBSP, PACIAZ, AUTIAZ = (
    0xD503233F,
    0xD50323BF,
    0xD503237F,
    0xD50323FF,
    0xD503231F,
    0xD503239F,
)
RETAA, RET_X2, CSEL_X2_X2_X3_NE = 0xD65F0BFF, 0xD65F0040, 0x9A831042
UDF = 0


def blr(n: int) -> int:
    return 0xD63F0000 | n << 5


def bl(offset: int) -> int:
    return word("branches.unconditional_branch_immediate", op=1, imm26=offset // 4 & 0x3FFFFFF)


PADS = {
    "nothing": ([NOP], []),
    "BTI": ([BTI_NONE], []),
    "BTI c": ([BTI_C], []),
    "BTI j": ([BTI_J], []),
    "BTI jc": ([BTI_JC], []),
    "PACIASP": ([PACIASP], [AUTIASP]),
    "PACIBSP": ([PACIBSP], [AUTIBSP]),
    "PACIAZ": ([PACIAZ], [AUTIAZ]),
}
"""What a place begins with, and what makes up for it before the return."""

CALLS = {"BTI c", "BTI jc", "PACIASP", "PACIBSP"}
JUMPS = {"BTI j", "BTI jc"}


def marked(
    *words: int, marks: int = BTI, binding: int = 1, visibility: int = 0, more: Callable[[ObjectWriter], object] = id
) -> bytes:
    """An object of the symbol `routine` over these words, and `second` at their fourth."""
    w = ObjectWriter()
    text = w.text(*words)
    w.section(".note.gnu.property", properties(marks), ALLOC, 8)
    w.symbol("routine", text, 0, 4 * len(words), binding=binding)
    w.visibility["routine"] = visibility
    more(w)
    return w.build()


def image_in(folder: Path, data: bytes, *symbols: str) -> Image:
    path = folder / "input"
    path.write_bytes(data)
    return load_image(path, symbols)


def judged(image: Image, statement: Callable[[Theorem], None] = returns_its_argument) -> Verdict:
    return verify(image, "routine", Contract("c", statement), {}, Options(timeout=20))


# -- the entry -------------------------------------------------------------------------------------


@pytest.mark.parametrize("pad", PADS)
def test_a_routine_that_others_can_call_begins_with_a_landing_pad_for_calls(pad: str, tmp_path: Path) -> None:
    before, after = PADS[pad]
    verdict = judged(image_in(tmp_path, marked(*before, *after, RET)))
    assert verdict.status == ("proved" if pad in CALLS else "unknown")
    if pad not in CALLS:
        assert verdict.stopped_by is NoLandingPad
        assert "0x10004 (routine) is no landing pad for a call by BLR: the file is marked for BTI" in verdict.reason
        assert "begin the routine with BTI c" in verdict.reason


def test_a_file_that_is_not_marked_needs_none(tmp_path: Path) -> None:
    for marks in (0, 2):
        verdict = judged(image_in(tmp_path, marked(NOP, RET, marks=marks)))
        assert verdict.status == "proved"
        assert list(assumption_lines(verdict)) == []


@pytest.mark.parametrize(("binding", "visibility"), [(LOCAL, 0), (1, HIDDEN), (2, HIDDEN), (1, 1)])
def test_a_routine_that_only_its_own_file_can_call_is_proved_for_direct_calls(
    binding: int, visibility: int, tmp_path: Path
) -> None:
    verdict = judged(image_in(tmp_path, marked(NOP, RET, binding=binding, visibility=visibility)))
    assert verdict.status == "proved"
    words = ASSUMPTIONS_IN_WORDS["called-directly"]
    assert list(assumption_lines(verdict)) == [f"  assumes  {words} (called-directly)"]
    padded = judged(image_in(tmp_path, marked(BTI_C, RET, binding=binding, visibility=visibility)))
    assert (padded.status, list(assumption_lines(padded))) == ("proved", [])


def test_unless_its_address_is_used(tmp_path: Path) -> None:
    def used(w: ObjectWriter) -> None:
        w.reloc(w.section(".data", bytes(8), ALLOC | 1, 8), 0, 257, "routine")

    assert judged(image_in(tmp_path, marked(NOP, RET, binding=LOCAL, more=used))).status == "unknown"
    assert judged(image_in(tmp_path, marked(BTI_C, RET, binding=LOCAL, more=used))).status == "proved"


def test_a_linked_file_too(tmp_path: Path) -> None:
    def linked(*words: int, binding: int, stores: int = 0) -> SharedWriter:
        w = SharedWriter(text=struct.pack(f"<{len(words)}I", *words).ljust(0x100, b"\0"), properties=properties(BTI))
        w.symbol("routine", 1, TEXT, 4 * len(words), binding=binding)
        w.relocs = [(DATA, 1027, "", stores)] if stores else []
        return w

    for words, binding, stores, status in (
        ((NOP, RET), 1, 0, "unknown"),
        ((NOP, RET), LOCAL, 0, "proved"),
        ((NOP, RET), LOCAL, TEXT, "unknown"),
        ((NOP, RET), LOCAL, TEXT + 4, "proved"),
        ((BTI_C, RET), 1, 0, "proved"),
        ((BTI_J, RET), 1, 0, "unknown"),
    ):
        verdict = judged(image_in(tmp_path, linked(*words, binding=binding, stores=stores).build()))
        assert verdict.status == status
        assert ("called-directly" in verdict.assumptions) == (status == "proved" and words[0] == NOP)


def test_every_routine_that_a_contract_calls_is_looked_at(tmp_path: Path) -> None:
    def both(t: Theorem) -> None:
        a = t.value("a", 64)
        t.call(a)
        t.call(a, symbol="second")
        t.ensure_result(a)

    for second, status in ((BTI_C, "proved"), (NOP, "unknown")):

        def more(w: ObjectWriter) -> None:
            w.symbol("second", 1, 8, 8)

        verdict = judged(image_in(tmp_path, marked(BTI_C, RET, second, RET, more=more)), both)
        assert verdict.status == status
        assert status == "proved" or "(second) is no landing pad" in verdict.reason


def test_equivalence_looks_at_both(tmp_path: Path) -> None:
    good, bad = (image_in(tmp_path, marked(pad, RET)) for pad in (BTI_C, NOP))
    contract = Contract("c", returns_its_argument)
    for pair, status in (((good, good), "proved"), ((good, bad), "unknown"), ((bad, good), "unknown")):
        verdict = compare(
            RoutineInImage(pair[0], "routine"), RoutineInImage(pair[1], "routine"), contract, {}, Options(timeout=20)
        )
        assert verdict.status == status
        assert status == "proved" or "is no landing pad" in verdict.reason


# -- branches in registers -------------------------------------------------------------------------

ACCEPTED = {
    **{f"BR X{n}": (br(n), JUMPS) for n in (2, 3, 15, 18)},
    **{f"BR X{n}": (br(n), JUMPS | CALLS) for n in (16, 17)},
    **{f"BLR X{n}": (blr(n), CALLS) for n in (2, 16, 17)},
    "RET X2": (RET_X2, set(PADS)),
}
"""By branch: the instruction, and what it may lead to."""


def jump(branch: str, pad: str) -> list[int]:
    """A routine that branches to a place that begins so, and returns its argument."""
    register = int(branch.split("X")[1])
    before, after = PADS[pad]
    way = [BTI_C, mov(9, 30), adr(register, 12), ACCEPTED[branch][0], UDF]
    assert way.index(UDF) + 1 == 2 + 12 // 4
    if branch.startswith("BLR"):
        way = [BTI_C, mov(9, 30), adr(register, 16), ACCEPTED[branch][0], mov(30, 9), RET]
        return [*way, *before, *after, RET]
    return [*way, *before, *after, RET]


def wrongly_judged(folder: Path) -> Iterator[tuple[str, str]]:
    """The pairs of branch and place whose verdict is not what Arm's table says."""
    for branch, (_, accepted) in ACCEPTED.items():
        for pad in PADS:
            verdict = judged(image_in(folder, marked(*jump(branch, pad))))
            if verdict.status != ("proved" if pad in accepted else "unknown"):
                yield branch, pad


def test_each_branch_may_lead_to_what_accepts_it_and_to_nothing_else(tmp_path: Path) -> None:
    assert list(wrongly_judged(tmp_path)) == []


def test_none_of_it_matters_where_the_file_is_not_marked(tmp_path: Path) -> None:
    for branch in ACCEPTED:
        assert judged(image_in(tmp_path, marked(*jump(branch, "nothing"), marks=0))).status == "proved"


FAULTS: dict[str, Callable[[pytest.MonkeyPatch], object]] = {
    "BTI j accepts calls": lambda m: m.setitem(branch_types.ACCEPTED_BY_HINT, 36, frozenset(BranchType)),  # type: ignore[arg-type]
    "PACIASP accepts jumps": lambda m: m.setitem(branch_types.ACCEPTED_BY_HINT, 25, frozenset(BranchType)),  # type: ignore[arg-type]
    "BTI c accepts nothing": lambda m: m.setitem(branch_types.ACCEPTED_BY_HINT, 34, frozenset()),  # type: ignore[arg-type]
    "branches leave no type": lambda m: m.setattr(
        State, "branch_to", lambda state, address, btype: state.branch(state._number_of(address))
    ),
    "all code is unguarded": lambda m: m.setattr(Image, "guards", lambda image, address: False),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_planted_is_noticed(fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    FAULTS[fault](monkeypatch)
    assert any(wrongly_judged(tmp_path))


def test_the_message_names_branch_and_place(tmp_path: Path) -> None:
    verdict = judged(image_in(tmp_path, marked(*jump("BR X2", "nothing"))))
    assert verdict.reason == (
        "the branch at 0x10010 goes to `nop` at 0x10018 (routine+0x14), which is no landing pad for it: the file is marked for "
        "BTI; put BTI j there"
    )
    call = judged(image_in(tmp_path, marked(*jump("BLR X2", "BTI j"))))
    assert "put BTI c there" in call.reason


def test_a_target_that_hangs_on_data_needs_a_pad_on_each_side(tmp_path: Path) -> None:
    for first, second in ((BTI_J, BTI_J), (BTI_J, NOP), (NOP, BTI_J), (BTI_C, BTI_JC)):
        words = [BTI_C, adr(2, 20), adr(3, 24), cmp(0, 1), CSEL_X2_X2_X3_NE, br(2), first, RET, second, RET]
        verdict = judged(image_in(tmp_path, marked(*words)), two_arguments)
        assert verdict.status == ("proved" if {first, second} <= {BTI_J, BTI_JC} else "unknown")


def two_arguments(t: Theorem) -> None:
    """uint64_t f(uint64_t a, uint64_t b): a."""
    a, other = t.value("a", 64), t.value("b", 64)
    t.call(a, other)
    t.ensure_result(a)


def test_a_place_that_a_direct_branch_reaches_as_well_is_looked_at_for_the_indirect_one(tmp_path: Path) -> None:
    words = [BTI_C, cmp(0, 1), b_cond(NE, 16), adr(2, 12), br(2), UDF, NOP, RET]
    assert judged(image_in(tmp_path, marked(*words)), two_arguments).status == "unknown"
    words[6] = BTI_J
    assert judged(image_in(tmp_path, marked(*words)), two_arguments).status == "proved"


def test_a_landing_does_not_count_for_the_next_branch(tmp_path: Path) -> None:
    words = [BTI_C, adr(2, 8), br(2), BTI_J, b(8), UDF, NOP, adr(3, 8), br(3), NOP, RET]
    assert judged(image_in(tmp_path, marked(*words))).status == "unknown"
    words[9] = BTI_J
    assert judged(image_in(tmp_path, marked(*words))).status == "proved"


def test_a_local_function_called_directly_needs_no_pad(tmp_path: Path) -> None:
    words = [BTI_C, mov(9, 30), bl(12), mov(30, 9), RET, NOP, RET]
    assert judged(image_in(tmp_path, marked(*words))).status == "proved"


def test_a_loop_over_a_branch_in_a_register_is_looked_at_each_time(tmp_path: Path) -> None:
    for offset, status in ((8, "proved"), (4, "unknown")):
        words = [BTI_C, movz(1, 3), adr(2, offset), NOP, BTI_J, add_imm(1, 1, -1), cbz(1, 8), br(2), RET]
        assert judged(image_in(tmp_path, marked(*words))).status == status


HOPS = {
    "BR X2": (br(2), 2, JUMPS),
    "BR X16": (br(16), 16, JUMPS | CALLS),
    "BR X17": (br(17), 17, JUMPS | CALLS),
    "RET X2": (RET_X2, 2, set(PADS)),
    "B": (b(4), 2, set(PADS)),
}
PLAIN_PADS = [pad for pad in PADS if not pad.startswith("PAC")]


def random_way(random: Random) -> tuple[list[int], bool]:
    """A routine that returns its argument after some hops, and whether each of them lands well."""
    hops = random.choices(list(HOPS), k=random.randrange(1, 6))
    pads = [random.choice(PLAIN_PADS) for _ in hops]
    if random.random() < 0.5:  # chance alone would hardly ever find a good way
        pads = [random.choice([pad for pad in PLAIN_PADS if pad in HOPS[hop][2]]) for hop in hops]
    words = [BTI_C]
    for hop, pad in zip(hops, pads, strict=True):
        branch, register, _ = HOPS[hop]
        words += [adr(register, 8), branch, *PADS[pad][0]]
    return [*words, RET], all(pad in HOPS[hop][2] for hop, pad in zip(hops, pads, strict=True))


@pytest.mark.parametrize("seed", range(40))
def test_random_ways_through_code_are_proved_where_each_hop_lands_well(seed: int, tmp_path: Path) -> None:
    words, lands_well = random_way(Random(seed))
    assert judged(image_in(tmp_path, marked(*words))).status == ("proved" if lands_well else "unknown")


def test_the_random_ways_are_both_good_and_bad() -> None:
    assert 8 < sum(random_way(Random(seed))[1] for seed in range(40)) < 32


# -- the way back ----------------------------------------------------------------------------------

RETURNS = {
    "RET": ([RET], True),
    "RET X9": ([mov(9, 30), 0xD65F0120], True),
    "RETAA": ([PACIASP, RETAA], True),
    "BR X30": ([br(30)], False),
    "BR X16": ([mov(16, 30), br(16)], False),
    "BRAAZ X30": ([0xDAC123FE, 0xD61F0BDF], False),
    "BLR X9": ([mov(9, 30), blr(9)], False),
}


@pytest.mark.parametrize("way", RETURNS)
def test_a_return_is_no_jump(way: str, tmp_path: Path) -> None:
    """The caller has no landing pad behind its call."""
    words, good = RETURNS[way]
    verdict = judged(image_in(tmp_path, marked(BTI_C, *words)))
    assert verdict.status == ("proved" if good else "unknown")
    assert good or "returns to the caller as a jump or call" in verdict.reason
    assert judged(image_in(tmp_path, marked(BTI_C, *words, marks=0))).status == "proved"


# -- files of several objects ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "pad", "status"),
    [
        (BTI, BTI, "BTI j", "proved"),
        (BTI, BTI, "nothing", "unknown"),
        (BTI, BTI, "BTI c", "unknown"),
        (BTI, 0, "nothing", "proved"),
        (0, BTI, "nothing", "unknown"),
        (0, BTI, "BTI c", "proved"),
        (0, 0, "nothing", "proved"),
    ],
)
def test_a_branch_between_objects_is_judged_by_both_marks(
    first: int, second: int, pad: str, status: str, tmp_path: Path
) -> None:
    """A jump from code that is not guarded is like one by X16, whatever its register."""

    def from_here(w: ObjectWriter) -> None:
        w.symbol("second", 0)
        w.reloc(1, 4, 275, "second")
        w.reloc(1, 8, 277, "second")

    def there(w: ObjectWriter) -> None:
        w.symbol("second", 1, 0, 8)

    adrp, add_low = 0x90000002, 0x91000042
    before, after = PADS[pad]
    members = (
        ("a.o", marked(BTI_C, adrp, add_low, br(2), marks=first, more=from_here)),
        ("b.o", marked(*before, *after, RET, marks=second, binding=LOCAL, more=there)),
    )
    image = image_in(tmp_path, archive(*members), "routine", "second")
    assert judged(image).status == status


def test_the_error_holds_the_facts() -> None:
    error = NoLandingPad(0x10, 0x20, "nop", "f+0x10", BranchType.CALL)
    assert error.btype == BranchType.CALL
    assert str(error).isprintable()
