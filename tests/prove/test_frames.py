"""Frames at no known distance below the old stack pointer: aligned by AND, of variable size, nested; and what is no use of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from assembly import RET, SP, add, add_imm, b_cond, cmp_imm, image_of, ldr, store, word

from lnsym.bv import BV, rewrite_level
from lnsym.contract import Contract, Theorem
from lnsym.machine import stack
from lnsym.machine.memory import Memory
from lnsym.machine.pointers import Span, distance_below
from lnsym.prove.equivalence.comparison import RoutineInImage, compare
from lnsym.prove.verdict import Verdict
from lnsym.prove.verify import Options, verify

OPTIONS = Options(timeout=20)
NE = 1
PUSH_FRAME, POP_FRAME = 0xA9BF7BFD, 0xA8C17BFD
"""STP X29, X30, [SP, #-16]! and LDP X29, X30, [SP], #16."""


def down(d: int, n: int, bits: int) -> int:
    """AND Xd|SP, Xn, #-2**bits."""
    return word("data_processing.logical_immediate", sf=1, N=1, immr=64 - bits, imms=63 - bits, Rn=n, Rd=d)


def low_bits(d: int, n: int, bits: int) -> int:
    """AND Xd, Xn, #2**bits - 1."""
    return word("data_processing.logical_immediate", sf=1, N=1, immr=0, imms=bits - 1, Rn=n, Rd=d)


def less(d: int, n: int, m: int, shift: int = 0) -> int:
    """SUB Xd|SP, Xn|SP, Xm, UXTX #shift."""
    return word("data_processing.add_subtract_extended_register", sf=1, op=1, option=3, imm3=shift, Rm=m, Rn=n, Rd=d)


def more(d: int, n: int, m: int) -> int:
    """ADD Xd|SP, Xn|SP, Xm, UXTX."""
    return word("data_processing.add_subtract_extended_register", sf=1, option=3, Rm=m, Rn=n, Rd=d)


def move(d: int, n: int) -> int:
    """MOV between Xn and SP."""
    return add_imm(d, n, 0)


ALIGN_64 = [move(9, SP), add_imm(10, SP, -256), down(SP, 10, 6)]
"""SP is kept in X9; 256 to 304 bytes further down it is a multiple of 64."""
VARIABLE = [move(9, SP), low_bits(10, 1, 8), down(10, 10, 4), less(SP, SP, 10)]
"""SP is kept in X9; 0 to 240 bytes further down, as X1 says."""
BITS_4_TO_7 = word("data_processing.logical_immediate", sf=1, N=1, immr=60, imms=3, Rn=10, Rd=10)
"""AND X10, X10, #0xF0."""
BACK = [move(SP, 9), RET]


def same(t: Theorem) -> BV:
    """uint64_t f(uint64_t a, uint64_t n): a."""
    a, n = t.value("a", 64), t.value("n", 64)
    t.call(a, n)
    t.ensure_result(a)
    return n


def bounded(t: Theorem) -> None:
    """The same, where n is from 1 to 64."""
    n = same(t)
    t.assume(n.ule(64))
    t.assume(n.ne(0))


def judged(words: Sequence[int], statement: Callable[..., None] = same) -> Verdict:
    return verify(image_of(*words), "routine", Contract("c", statement), {}, OPTIONS)


RIGHT = {
    "aligned": [*ALIGN_64, store(0, SP), ldr(0, SP), *BACK],
    "aligned by what SP is anyway": [
        move(9, SP), add_imm(10, SP, -256), down(10, 10, 4), move(SP, 10), store(0, 10, 8), ldr(0, SP, 8), *BACK,
    ],
    "aligned by less, of an odd address": [
        move(9, SP), add_imm(10, SP, -41), down(SP, 10, 4), store(0, SP, 40), ldr(0, 9, -8), *BACK,
    ],
    "the last bytes that are free": [*ALIGN_64, store(0, SP, 248), ldr(0, SP, 248), *BACK],
    "pushed and popped there": [
        *ALIGN_64, add_imm(SP, SP, -32), store(0, SP), store(1, SP, 8), ldr(0, SP), add_imm(SP, SP, 32), *BACK,
    ],
    "aligned, then a frame below": [*ALIGN_64, 0xF81F0FE0, 0xF84107E0, *BACK],
    "in one step with an amount": [move(9, SP), add_imm(10, SP, -128), down(10, 10, 7), add_imm(SP, 10, -64), store(0, 10, -8),
                                   ldr(0, SP, 56), *BACK],
    "variable": [*VARIABLE, add_imm(SP, SP, -16), store(0, SP), ldr(0, SP), *BACK],
    "variable, given back as it was taken": [
        low_bits(10, 1, 8), down(10, 10, 4), less(SP, SP, 10), add_imm(SP, SP, -16), store(0, SP), ldr(0, SP), add_imm(SP, SP, 16),
        more(SP, SP, 10), RET,
    ],
    "rounded up": [
        move(9, SP), low_bits(10, 1, 8), add_imm(10, 10, 15), down(10, 10, 4), less(SP, SP, 10), add_imm(SP, SP, -16), store(0, SP),
        ldr(0, SP), *BACK,
    ],
    "of 16 to 48 bytes": [
        move(9, SP), low_bits(10, 1, 5), add_imm(10, 10, 31), BITS_4_TO_7, less(SP, SP, 10), store(0, SP, 8), ldr(0, SP, 8), *BACK,
    ],
    "variable and aligned": [
        move(9, SP), low_bits(10, 1, 8), less(10, SP, 10), add_imm(10, 10, -32), down(SP, 10, 6), store(0, SP, 24), ldr(0, SP, 24),
        *BACK,
    ],
    "aligned, then variable": [
        *ALIGN_64, store(0, SP, 8), move(11, SP), low_bits(10, 1, 8), down(10, 10, 5), less(SP, SP, 10), add_imm(SP, SP, -16),
        store(1, SP), ldr(0, 11, 8), *BACK,
    ],
    "variable, then aligned more": [
        *VARIABLE, add_imm(11, SP, -64), down(SP, 11, 8), store(0, SP, 32), ldr(0, SP, 32), *BACK,
    ],
    "three deep, given back one by one": [
        *ALIGN_64, store(0, SP, 16), move(11, SP), add_imm(10, SP, -32), down(SP, 10, 7), move(12, SP), store(1, SP, 8),
        low_bits(10, 1, 7), down(10, 10, 4), less(SP, SP, 10), move(SP, 12), ldr(13, SP, 8), move(SP, 11), ldr(0, SP, 16), *BACK,
    ],
    "the old frame beside the new one": [
        PUSH_FRAME, move(29, SP), add_imm(SP, SP, -32), store(0, SP, 8), move(11, SP), add_imm(10, SP, -128), down(SP, 10, 6),
        store(1, SP, 8), ldr(0, 11, 8), store(0, 29, -16), ldr(0, 29, -16), move(SP, 29), POP_FRAME, RET,
    ],
    "spilled through x29": [
        PUSH_FRAME, move(29, SP), add_imm(9, SP, -128), down(SP, 9, 6), store(0, SP), ldr(0, SP), move(SP, 29), POP_FRAME, RET,
    ],
    "the same frame twice": [
        *ALIGN_64, store(1, SP), move(SP, 9), add_imm(10, SP, -256), down(SP, 10, 6), store(0, SP), ldr(0, SP), *BACK,
    ],
    "on one of two paths": [
        move(9, SP), cmp_imm(1, 7), b_cond(NE, 20), add_imm(10, SP, -256), down(SP, 10, 6), store(0, SP), ldr(0, SP), *BACK,
    ],
    "nothing is stored": [*ALIGN_64, *BACK],
}  # fmt: skip
"""Each returns its first argument."""


@pytest.mark.parametrize("name", RIGHT)
def test_a_frame_at_no_known_distance_is_proved(name: str) -> None:
    verdict = judged(RIGHT[name])
    assert verdict.status == "proved", verdict.reason


BOUNDED = {
    "by elements": [move(9, SP), less(SP, SP, 1, 4), store(0, SP, 8), ldr(0, SP, 8), *BACK],
    "rounded up": [
        move(9, SP), add_imm(10, 1, 15), down(10, 10, 4), less(SP, SP, 10), store(0, SP, 8), ldr(0, SP, 8), *BACK,
    ],
    "and aligned": [move(9, SP), less(10, SP, 1), down(SP, 10, 5), add_imm(SP, SP, -16), store(0, SP), ldr(0, SP), *BACK],
}  # fmt: skip


@pytest.mark.parametrize("name", BOUNDED)
def test_a_size_that_the_contract_bounds_is_asked_of_the_solvers(name: str) -> None:
    verdict = judged(BOUNDED[name], bounded)
    assert verdict.status == "proved", verdict.reason
    assert "solver" in verdict.assumptions


@pytest.mark.parametrize("name", BOUNDED)
def test_a_size_that_nothing_bounds_is_unknown(name: str) -> None:
    verdict = judged(BOUNDED[name])
    assert verdict.status == "unknown"
    assert "nothing shows that these are at most 65520 bytes" in verdict.reason


NOT_PROVED = {
    "above the new frame": ([*ALIGN_64, store(0, SP, 255), *BACK], "255 bytes into `frame 1 of the stack`, of which only 256"),
    "above the new frame, by an old address": ([*ALIGN_64, store(0, 10), *BACK], "256 bytes below an SP that was then"),
    "below the old place": ([*ALIGN_64, store(0, 9, -8), *BACK], "8 bytes below an SP that was then set to no known place"),
    "a byte across": ([*ALIGN_64, store(0, 9, -4), *BACK], "4 bytes below an SP"),
    "where nothing was stored": ([*ALIGN_64, ldr(0, SP), *BACK], "nothing was stored there since"),
    "half of it stored": ([*ALIGN_64, store(0, SP, 0, 4), ldr(0, SP), *BACK], "nothing was stored there since"),
    "stored, given back, taken again": (
        [*ALIGN_64, store(0, SP), move(SP, 9), add_imm(10, SP, -256), down(SP, 10, 6), ldr(0, SP), *BACK],
        "nothing was stored there since",
    ),
    "found again below": (
        [*ALIGN_64, store(0, SP), move(SP, 9), add_imm(SP, SP, -512), ldr(0, SP, 208), *BACK], "lay below SP since they were written"
    ),
    "found again below, of a frame in it": (
        [*ALIGN_64, add_imm(10, SP, -64), down(SP, 10, 7), store(0, SP), *BACK[:1], add_imm(SP, SP, -432), ldr(0, SP), *BACK],
        "lay below SP since they were written",
    ),
    "below the new SP": ([*ALIGN_64, store(0, SP, -8), *BACK], "8 bytes below SP"),
    "released in the frame": (
        [*ALIGN_64, add_imm(SP, SP, -16), store(0, SP), add_imm(SP, SP, 16), add_imm(SP, SP, -16), ldr(0, SP), *BACK],
        "lay below SP since they were written",
    ),
    "after it was given back": ([*ALIGN_64, move(10, SP), store(0, SP), move(SP, 9), ldr(0, 10), RET], "nothing was stored there"),
    "not given back": ([*ALIGN_64, RET], ""),
    "given back too little": ([*VARIABLE, add_imm(SP, SP, 16), RET], ""),
    "up by an amount": ([low_bits(10, 1, 4), more(SP, SP, 10), less(SP, SP, 10), RET], "nothing shows"),
    "out of the frame": ([*ALIGN_64, add_imm(SP, SP, 272), *BACK], "SP is not at a known place"),
    "no multiple of 16": (
        [move(9, SP), low_bits(10, 1, 8), less(SP, SP, 10), add_imm(SP, SP, -16), store(0, SP), ldr(0, SP), *BACK],
        "no multiple of 16",
    ),
    "aligned to 8": ([move(9, SP), add_imm(10, SP, -24), down(SP, 10, 3), store(0, SP), *BACK], "no multiple of 16"),
    "aligned, and 8 below": ([*ALIGN_64, add_imm(SP, SP, -8), store(0, SP), *BACK], "no multiple of 16"),
    "old memory while SP is misaligned": (
        [add_imm(SP, SP, -16), move(9, SP), low_bits(10, 1, 8), less(SP, SP, 10), store(0, 9), ldr(0, 9), move(SP, 9),
         add_imm(SP, SP, 16), RET],
        "no multiple of 16",
    ),
    "anywhere": ([move(9, SP), move(SP, 1), store(0, SP), ldr(0, SP), *BACK], "nothing shows"),
    "rounded to a page of the caller's": ([move(9, SP), add_imm(10, SP, 64), down(SP, 10, 6), *BACK], "nothing shows"),
    "into the caller's frame": ([*ALIGN_64, store(0, 9), *BACK], ""),
    "beyond the stack": (
        [move(9, SP), low_bits(10, 1, 16), down(10, 10, 4), less(SP, SP, 10), add_imm(SP, SP, -32), store(0, SP), ldr(0, SP), *BACK],
        "--stack",
    ),
    "aligned to what the stack has not": ([move(9, SP), down(SP, 9, 20), *BACK], "--stack"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_PROVED)
def test_what_breaks_a_rule_or_is_not_known_is_not_proved_and_says_why(name: str) -> None:
    words, reason = NOT_PROVED[name]
    verdict = judged(words)
    assert verdict.status != "proved"
    assert reason in verdict.reason


ROUNDED_IN_FRAME = [add_imm(SP, SP, -128), add_imm(10, SP, 63), down(10, 10, 6)]
"""A frame of 128 bytes; X10 is a multiple of 64, 0 to 48 bytes above its start: 48 where SP is 16 above such a multiple."""
FREE_128 = [add_imm(SP, SP, 128), RET]

RIGHT_ROUNDED = {
    "a local": [*ROUNDED_IN_FRAME, store(0, 10), ldr(0, 10), *FREE_128],
    "the last place": [*ROUNDED_IN_FRAME, store(0, 10, 72), ldr(0, 10, 72), *FREE_128],
    "beside another": [*ROUNDED_IN_FRAME, store(1, SP, 120), store(0, 10, 56), ldr(1, SP, 120), ldr(0, 10, 56), *FREE_128],
    "beside another rounded one": [
        add_imm(SP, SP, -256), add_imm(10, SP, 63), down(10, 10, 6), add_imm(11, SP, 255), down(11, 11, 7), store(0, 10),
        store(1, 11), ldr(0, 10), ldr(1, 11), add_imm(SP, SP, 256), RET,
    ],
    "with a frame below": [
        *ROUNDED_IN_FRAME, store(0, 10, 8), move(9, SP), add_imm(12, SP, -64), down(SP, 12, 6), store(1, SP, 8), ldr(0, 10, 8),
        move(SP, 9), *FREE_128,
    ],
    "in a frame that is aligned": [
        *ALIGN_64, add_imm(10, SP, 127), down(10, 10, 7), store(0, 10, 8), store(1, SP), ldr(0, 10, 8), *BACK,
    ],
    "of a variable frame": [*VARIABLE, add_imm(SP, SP, -64), add_imm(10, SP, 31), down(10, 10, 5), store(0, 10, 24),
                            ldr(0, 10, 24), *BACK],
    "and then SP itself": [
        move(9, SP), add_imm(SP, SP, -256), add_imm(10, SP, 63), down(10, 10, 6), store(1, 10), add_imm(12, SP, -65), down(SP, 12, 6),
        store(0, SP), ldr(0, SP), *BACK,
    ],
    "again after it was released": [
        *ROUNDED_IN_FRAME, store(1, 10), FREE_128[0], *ROUNDED_IN_FRAME, store(0, 10), ldr(0, 10), *FREE_128,
    ],
    "the other way after it was released": [
        *ROUNDED_IN_FRAME, store(1, 10), FREE_128[0], *ROUNDED_IN_FRAME, store(0, SP, 48), ldr(0, SP, 48), *FREE_128,
    ],
    "by less than SP is aligned to": [add_imm(SP, SP, -128), add_imm(10, SP, 7), down(10, 10, 3), store(0, 10), ldr(0, SP), *FREE_128],
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT_ROUNDED)
def test_an_address_that_is_rounded_inside_a_frame_is_proved(name: str) -> None:
    verdict = judged(RIGHT_ROUNDED[name])
    assert verdict.status == "proved", verdict.reason


NOT_PROVED_ROUNDED = {
    "over what lies there": ([*ROUNDED_IN_FRAME, store(0, SP, 48), store(1, 10), ldr(0, SP, 48)], "where another address stored"),
    "a load of what may lie there": ([*ROUNDED_IN_FRAME, store(0, SP, 48), ldr(0, 10)], "where another address stored"),
    "over it by a byte": ([*ROUNDED_IN_FRAME, store(0, SP, 56), store(1, 10, 1)], "where another address stored"),
    "another store over it": ([*ROUNDED_IN_FRAME, store(0, 10), store(1, SP, 48), ldr(0, 10)], "where a rounded pointer may reach"),
    "another load of it": ([*ROUNDED_IN_FRAME, store(0, 10), ldr(0, SP, 48)], "where a rounded pointer may reach"),
    "another, before it is stored": ([*ROUNDED_IN_FRAME, store(1, 10, 8), ldr(0, SP, 56)], "where a rounded pointer may reach"),
    "two that may meet": (
        [*ROUNDED_IN_FRAME, add_imm(11, SP, 31), down(11, 11, 5), store(0, 10), store(1, 11)], "where a rounded pointer may reach"
    ),
    "nothing stored": ([*ROUNDED_IN_FRAME, ldr(0, 10)], "nothing was stored there"),
    "half stored": ([*ROUNDED_IN_FRAME, store(0, 10, 0, 4), ldr(0, 10)], "nothing was stored there"),
    "too near the end": ([*ROUNDED_IN_FRAME, store(0, 10, 80)], "so near the end of `stack`"),
    "before the frame": ([*ROUNDED_IN_FRAME, store(0, 10, -8)], "8 bytes below SP"),
    "rounded down below SP": ([add_imm(SP, SP, -128), down(10, 9, 6), move(10, SP), down(10, 10, 6), store(0, 10)], "below SP"),
    "released": ([*ROUNDED_IN_FRAME, store(0, 10), FREE_128[0], add_imm(SP, SP, -128), ldr(0, 10)], "nothing was stored there"),
    "released, read otherwise": (
        [*ROUNDED_IN_FRAME, store(0, 10), FREE_128[0], add_imm(SP, SP, -128), ldr(0, SP, 48)], "lay below SP since they were"
    ),
    "released in part": (
        [*ROUNDED_IN_FRAME, store(0, 10), add_imm(SP, SP, 16), add_imm(SP, SP, -16), ldr(0, 10)], "nothing was stored there"
    ),
    "deep": ([*ROUNDED_IN_FRAME, word("data_processing.add_subtract_immediate", sf=1, op=1, sh=1, imm12=16, Rn=10, Rd=10),
              store(0, 10)], "--stack"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_PROVED_ROUNDED)
def test_a_rounded_address_that_may_mean_what_another_means_is_unknown(name: str) -> None:
    words, reason = NOT_PROVED_ROUNDED[name]
    verdict = judged([*words, *FREE_128])
    assert verdict.status == "unknown"
    assert reason in verdict.reason


def test_rounded_addresses_of_the_call_before_are_forgotten() -> None:
    assert judged(RIGHT_ROUNDED["beside another rounded one"], twice).status == "proved"
    assert judged([*ROUNDED_IN_FRAME, store(0, 10), ldr(0, 10), *FREE_128], twice).status == "proved"


def test_a_rounded_address_in_memory_that_the_contract_aligns_is_that_memory() -> None:
    def statement(t: Theorem) -> None:
        p = t.region("p", 16, 8, alignment=64)
        t.call(p)
        t.ensure_result(p.elements[8], 8)

    words = [add_imm(0, 0, 13), down(0, 0, 6), 0x39402000, RET]  # LDRB W0, [X0, #8]
    assert judged(words, statement).status == "proved"


def test_code_that_overwrites_the_old_frame_at_some_distances_is_not_proved() -> None:
    """16 bytes above the new SP lies the old local where SP was a multiple of 64 before."""
    keep = [add_imm(SP, SP, -16), store(0, SP), move(9, SP), add_imm(10, SP, -16), down(SP, 10, 6)]
    end = [ldr(0, 9), move(SP, 9), add_imm(SP, SP, 16), RET]
    assert judged([*keep, store(1, SP, 8), *end]).status == "proved"
    assert judged([*keep, store(1, SP, 16), *end]).status == "unknown"


def test_the_depth_of_all_frames_together_respects_the_bound() -> None:
    """240 bytes and 48 more of the stack may be gone, so that 65536 - 288 are left, and 16 below that."""
    begin = [*VARIABLE, down(10, 1, 4), low_bits(10, 10, 6), less(SP, SP, 10)]
    deep = word("data_processing.add_subtract_immediate", sf=1, op=1, sh=1, imm12=15, Rn=SP, Rd=SP)
    for left, status in ((65536 - 288 - (15 << 12), "proved"), (65536 - 272 - (15 << 12), "unknown")):
        verdict = judged([*begin, deep, add_imm(SP, SP, -left), store(0, SP), ldr(0, SP), *BACK])
        assert verdict.status == status, verdict.reason


def test_both_sides_of_a_comparison_may_have_such_frames() -> None:
    one, two, wrong = (
        RoutineInImage(image_of(*words), "routine")
        for words in (RIGHT["aligned"], RIGHT["variable"], [*ALIGN_64, store(1, SP), ldr(0, SP), *BACK])
    )
    assert compare(one, two, Contract("c", same), {}, OPTIONS).status == "proved"
    assert compare(one, wrong, Contract("c", same), {}, OPTIONS).status == "refuted"


@pytest.mark.parametrize("begin", [ALIGN_64, [*VARIABLE, add_imm(SP, SP, -64)]])
def test_wrong_code_in_such_a_frame_is_refuted_on_unicorn(begin: list[int]) -> None:
    for words in (
        [store(1, SP), ldr(0, SP)],
        [store(0, SP), ldr(0, SP), add(0, 0, 1)],
        [store(0, SP), ldr(0, SP, 0, 4)],
    ):
        assert judged([*begin, *words, *BACK]).status == "refuted"


def twice(t: Theorem) -> None:
    """The same, called twice."""
    a, n = t.value("a", 64), t.value("n", 64)
    t.call(a, n)
    t.call(a, n)
    t.ensure_result(a)


def test_the_next_call_starts_with_the_whole_stack() -> None:
    for name in ("aligned", "three deep, given back one by one", "variable"):
        assert judged(RIGHT[name], twice).status == "proved"
    assert judged([*RIGHT["aligned"][:-2], RET], twice).status == "refuted"


def test_an_endless_loop_with_such_a_frame_is_seen_to_be_one() -> None:
    loop = [*ALIGN_64, store(0, SP), move(SP, 9), 0x17FFFFFB]  # b to the start
    assert "never returns" in judged(loop).reason


def test_without_rewrite_rules_it_stays_unknown() -> None:
    with rewrite_level(0):
        verdict = judged(RIGHT["aligned"])
    assert verdict.status == "unknown"


FAULTS: dict[str, Callable[..., Span]] = {
    "least": lambda *given: distance_below(*given)._replace(least=distance_below(*given).most),
    "none": lambda *given: Span(512, 512),
}


def test_bytes_that_two_addresses_reach_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault planted: a rounded pointer is taken to reach no byte that another address reaches."""
    wrong = [*ROUNDED_IN_FRAME, store(0, 10), store(1, SP, 48), ldr(0, 10), *FREE_128]
    assert judged(wrong).status == "unknown"
    monkeypatch.setattr(Memory, "_note_window_access", lambda *given: None)
    assert judged(wrong).status == "proved"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_distance_that_is_made_up_is_noticed(monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    """A fault planted: the new frame is taken to reach higher than it does, and into the old one."""
    keep = [add_imm(SP, SP, -16), store(0, SP), move(9, SP), add_imm(10, SP, -16), down(SP, 10, 6)]
    wrong = [*keep, store(1, SP, 16), ldr(0, 9), move(SP, 9), add_imm(SP, SP, 16), RET]
    assert judged(wrong).status == "unknown"
    monkeypatch.setattr(stack, "distance_below", FAULTS[fault])
    assert judged(wrong).status == "proved"
