"""Theorems for every count, end to end on own assembly: right code is proved, and no wrong code ever is."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from lnsym.bv import BV, ite
from lnsym.contract import ANY, Block, Contract, Count, Theorem
from lnsym.contract.checks import ContractError
from lnsym.machine.image import load_image
from lnsym.prove.verdict import Verdict
from lnsym.prove.verify import Options, verify

Stated = Callable[..., None]

CALLEE_SAVED = [*[f"x{n}" for n in range(19, 30)], *[f"d{n}" for n in range(8, 16)]]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Verdict]:
    """The verdict on the function `f` of an assembly text under a contract."""
    assembler = shutil.which("aarch64-linux-gnu-as")
    if assembler is None:
        pytest.skip("no AArch64 assembler (binutils-aarch64-linux-gnu)")
    directory = tmp_path_factory.mktemp("every_count")
    number = iter(range(10_000))

    def judge(contract: Stated, text: str, seconds: float = 8.0, helper: str = "") -> Verdict:
        source = directory / f"{next(number)}.s"
        made = source.with_suffix(".o")
        source.write_text("".join([_function("f", text), _function("g", helper) if helper else ""]))
        subprocess.run([assembler, "-o", str(made), str(source)], check=True)
        return verify(
            load_image(Path(made)), "f", Contract("mine", contract), options=Options(timeout=seconds, processes=1)
        )

    return judge


def _function(name: str, text: str) -> str:
    lines = "\n".join(line.strip() for line in text.split(";"))
    return f".globl {name}\n.type {name}, %function\n{name}:\n{lines}\n.size {name}, .-{name}\n"


# -- contracts --------------------------------------------------------------------------------------


def adds(least: int = 0, more: Callable[[Theorem, BV], None] | None = None) -> Stated:
    """uint64_t f(const uint64_t a[n], size_t n): the sum."""

    def stated(t: Theorem, n: Count = ANY) -> None:
        count = t.count("n", n, least=least)
        a = t.region("a", count, 64)
        t.call(a, count)
        total = t.fold("S", count, lambda s, k: [s[0] + a.part(k, 1)[0]], [BV.const(0, 64)])
        t.ensure_result(total.after(count)[0])
        if more is not None:
            more(t, count)

    return stated


def copies(least: int = 0, more: Callable[[Theorem, BV, Block], None] | None = None) -> Stated:
    """void f(uint64_t out[n], const uint64_t a[n], size_t n): a copy."""

    def stated(t: Theorem, n: Count = ANY) -> None:
        count = t.count("n", n, least=least)
        a = t.region("a", count, 64)
        out = t.region("out", count, 64, access="rw")
        t.call(out, a, count)
        t.ensure_each(out, 1, lambda k: a.part(k, 1))
        if more is not None:
            more(t, count, out)

    return stated


def flips(t: Theorem, n: Count = ANY) -> None:
    """void f(uint64_t both[n], size_t n): all bits of each word the other way round."""
    count = t.count("n", n)
    both = t.region("both", count, 64, access="rw")
    t.call(both, count)
    t.ensure_each(both, 1, lambda k: [~both.part(k, 1)[0]])


def chains(t: Theorem, n: Count = ANY) -> None:
    """void f(uint64_t both[n], size_t n), n from 1 on: each word xor the one before it, as that was."""
    count = t.count("n", n, least=1)
    both = t.region("both", count, 64, access="rw")
    t.call(both, count)
    before = t.fold("P", count, lambda s, k: both.part(k, 1), [BV.const(0, 64)])
    t.ensure_each(both, 1, lambda k: [both.part(k, 1)[0] ^ before.after(k)[0]])


def differs(t: Theorem, n: Count = ANY) -> None:
    """The same, said of the input alone; for no number of words, as the first has none before it."""
    count = t.count("n", n, least=1)
    both = t.region("both", count, 64, access="rw")
    t.call(both, count)
    t.ensure_each(both, 1, lambda k: [both.part(k, 1)[0] ^ ite(k.eq(0), BV.const(0, 64), both.part(k - 1, 1)[0])])


def fills(t: Theorem, n: Count = ANY) -> None:
    """void f(uint64_t out[n], uint64_t value, size_t n)."""
    count, value = t.count("n", n), t.value("value", 64)
    out = t.region("out", count, 64, access="w")
    t.call(out, value, count)
    t.ensure_each(out, 1, lambda k: [value])


def adds_in_memory(t: Theorem, n: Count = ANY) -> None:
    """void f(uint64_t *r, const uint64_t a[n], size_t n): *r += the sum."""
    count = t.count("n", n)
    a = t.region("a", count, 64)
    r = t.region("r", 1, 64, access="rw")
    t.call(r, a, count)
    total = t.fold("S", count, lambda s, k: [s[0] + a.part(k, 1)[0]], r.elements)
    t.ensure(r, total.after(count))


def adds_up(t: Theorem, n: Count = ANY) -> None:
    """void f(uint64_t out[n], const uint64_t a[n], size_t n), n from 1 on: the sums of all words up to each."""
    count = t.count("n", n, least=1)
    a = t.region("a", count, 64)
    out = t.region("out", count, 64, access="rw")
    t.call(out, a, count)
    total = t.fold("S", count, lambda s, k: [s[0] + a.part(k, 1)[0]], [BV.const(0, 64)])
    t.ensure_each(out, 1, lambda k: total.after(k + 1))


def counts_up(t: Theorem, n: Count = ANY) -> None:
    """uint64_t f(uint64_t ignored, size_t n): n, by counting."""
    count = t.count("n", n)
    t.call(0, count)
    t.ensure_result(count)


def leaves_the_last_out(t: Theorem, n: Count = ANY) -> None:
    """As `adds`, the last word left out: the step speaks of the count."""
    count = t.count("n", n)
    a = t.region("a", count, 64)
    t.call(a, count)

    def step(s: Sequence[BV], k: BV) -> Sequence[BV]:
        return [ite(k.eq(count - 1), s[0], s[0] + a.part(k, 1)[0])]

    t.ensure_result(t.fold("S", count, step, [BV.const(0, 64)]).after(count)[0])


def octets(per: int) -> Stated:
    """void f(uint8_t out[n], const uint8_t a[n], size_t n): a copy, said of parts of `per` octets."""

    def stated(t: Theorem, n: Count = ANY) -> None:
        count = t.count("n", n)
        a = t.region("a", count, 8)
        out = t.region("out", count, 8, access="w")
        t.call(out, a, count)
        t.ensure_each(out, per, lambda k: a.part(k, per))

    return stated


# -- code -------------------------------------------------------------------------------------------


def loop(body: str, before: str = "") -> str:
    """For each word of x0[x1] the body, which is to add to x2."""
    return f"mov x2, #0; {before}; cbz x1, 2f; 1: {body}; subs x1, x1, #1; b.ne 1b; 2: mov x0, x2; ret"


NEXT = "ldr x3, [x0], #8; add x2, x2, x3"
ADD = loop(NEXT)
COPY = "cbz x2, 2f; 1: ldr x3, [x1], #8; str x3, [x0], #8; subs x2, x2, #1; b.ne 1b; 2: ret"
FLIP = "cbz x1, 2f; 1: ldr x3, [x0]; mvn x3, x3; str x3, [x0], #8; subs x1, x1, #1; b.ne 1b; 2: ret"
FILL = "cbz x2, 2f; 1: str x1, [x0], #8; subs x2, x2, #1; b.ne 1b; 2: ret"
IN_MEMORY = (
    "cbz x2, 2f; 1: ldr x3, [x1], #8; ldr x4, [x0]; add x4, x4, x3; str x4, [x0]; subs x2, x2, #1; b.ne 1b; 2: ret"
)
ADD_UP = "mov x4, #0; 1: ldr x3, [x1], #8; add x4, x4, x3; str x4, [x0], #8; subs x2, x2, #1; b.ne 1b; ret"
CHAIN = "mov x2, #0; 1: ldr x3, [x0]; eor x4, x3, x2; mov x2, x3; str x4, [x0], #8; subs x1, x1, #1; b.ne 1b; 2: ret"
LOOKS_BACK = CHAIN.replace(
    "1: ldr", "mov x9, x0; 1: sub x5, x0, #8; cmp x0, x9; csel x5, x5, x0, ne; ldr x6, [x5]; ldr"
)
"""It looks at the word before, which it has written over."""
LAST_IN_PLACE = (
    "mov x2, #0; add x9, x0, x1, lsl #3; 1: ldr x3, [x0]; eor x4, x3, x2; mov x2, x3; str x4, [x0], #8; "
    "sub x5, x9, #8; cmp x0, x9; csel x5, x5, x0, eq; ldr x6, [x5]; cmp x0, x9; b.ne 1b; ret"
)
"""It looks at the word that comes next or, where none does, at the last, which it has written over."""
ON_STACK = (
    "sub sp, sp, #16; str xzr, [sp]; cbz x1, 2f; 1: ldr x3, [x0], #8; ldr x2, [sp]; add x2, x2, x3; str x2, [sp]; "
    "subs x1, x1, #1; b.ne 1b; 2: ldr x0, [sp]; add sp, sp, #16; ret"
)
BY_INDEX = (
    "mov x4, #0; mov x2, #0; cbz x1, 2f; 1: ldr x3, [x0, x4, lsl #3]; add x2, x2, x3; add x4, x4, #1; cmp x4, x1; "
    "b.ne 1b; 2: mov x0, x2; ret"
)
BY_INDEX_32 = (
    BY_INDEX.replace("x0, x4, lsl", "x0, w4, uxtw")
    .replace("add x4, x4", "add w4, w4")
    .replace("cmp x4, x1", "cmp w4, w1")
)
PAIRS = (
    "mov x2, #0; cmp x1, #2; b.lo 3f; 1: ldp x3, x4, [x0], #16; add x2, x2, x3; add x2, x2, x4; sub x1, x1, #2; "
    "cmp x1, #2; b.hs 1b; 3: cbz x1, 2f; 4: ldr x3, [x0], #8; add x2, x2, x3; subs x1, x1, #1; b.ne 4b; "
    "2: mov x0, x2; ret"
)
OCTETS = "cbz x2, 2f; 1: ldrb w3, [x1], #1; strb w3, [x0], #1; subs x2, x2, #1; b.ne 1b; 2: ret"
COUNT = "mov x2, #0; 1: cmp x2, x1; b.eq 2f; add x2, x2, #1; b 1b; 2: mov x0, x2; ret"
WITHOUT_LAST = (
    "mov x2, #0; cbz x1, 2f; 1: ldr x3, [x0], #8; subs x1, x1, #1; b.eq 2f; add x2, x2, x3; b 1b; 2: mov x0, x2; ret"
)

RIGHT: dict[str, tuple[Stated, str]] = {
    "sum": (adds(), ADD),
    "sum by index": (adds(), BY_INDEX),
    "sum from one word on": (adds(1), ADD.replace("cbz x1, 2f;", "")),
    "sum on the stack": (adds(), ON_STACK),
    "sum in memory": (adds_in_memory, IN_MEMORY),
    "sum that skips zeros": (adds(), loop("ldr x3, [x0], #8; cbz x3, 4f; add x2, x2, x3; 4:")),
    "sum in X18": (adds(), loop("ldr x18, [x0], #8; add x2, x2, x18")),
    "sum without the last": (leaves_the_last_out, WITHOUT_LAST),
    "sums up to each word": (adds_up, ADD_UP),
    "copy": (copies(), COPY),
    "copy of octets": (octets(1), OCTETS),
    "in place": (flips, FLIP),
    "in place, each word over the one before": (chains, CHAIN),
    "in place, looking at what it has overwritten": (chains, LOOKS_BACK),
    "in place, looking at the last word": (chains, LAST_IN_PLACE),
    "fill": (fills, FILL),
    "count": (counts_up, COUNT),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_code_is_proved(name: str, judged: Callable[..., Verdict]) -> None:
    contract, text = RIGHT[name]
    verdict = judged(contract, text)
    assert verdict.status == "proved", verdict.reason
    assert verdict.invariants


REFUTED: dict[str, tuple[Stated, str]] = {
    "one word too few": (adds(), ADD.replace("cbz x1, 2f;", "cbz x1, 2f; sub x1, x1, #1; cbz x1, 2f;")),
    "one word too many": (adds(), ADD.replace("b.ne 1b", "b.pl 1b")),
    "none, and the loop runs": (adds(), ADD.replace("cbz x1, 2f;", "")),
    "too much read where n = 3 mod 4": (
        adds(),
        loop(NEXT, "and x4, x1, #3; cmp x4, #3; b.ne 5f; ldr x5, [x0, x1, lsl #3]; 5:"),
    ),
    "too much read at the end where n = 3 mod 4": (
        adds(),
        loop(f"{NEXT}; cmp x1, #1; b.ne 6f; cmp x4, #3; b.ne 6f; ldr x5, [x0]; 6:", "and x4, x1, #3"),
    ),
    "a store past the end": (copies(), COPY.replace("2: ret", "str x3, [x0]; 2: ret")),
    "a store before the start": (copies(), COPY.replace("1: ldr", "str xzr, [x0, #-8]; 1: ldr")),
    "x19 for five words or more": (adds(), loop(f"{NEXT}; cmp x1, #5; b.ne 4f; mov x19, x2; 4:")),
    "x30 for five words or more": (adds(), loop(f"{NEXT}; cmp x1, #5; csel x30, x3, x30, eq")),
    "a carry over the branch back": (
        adds(),
        "mov x2, #0; cmp x2, #1; cbz x1, 2f; 1: ldr x3, [x0], #8; adcs x2, x2, x3; sub x1, x1, #1; cbnz x1, 1b; "
        "2: mov x0, x2; ret",
    ),
    "an early end on data": (adds(), loop("ldr x3, [x0], #8; cmn x3, #0x77; b.eq 2f; add x2, x2, x3")),
    "a zero word is gone round for ever": (adds(), loop("ldr x3, [x0]; 4: cbz x3, 4b; add x2, x2, x3; add x0, x0, #8")),
    "flipped twice": (flips, FLIP.replace("cbz x1, 2f;", "cbz x1, 2f; ldr x4, [x0]; mvn x4, x4; str x4, [x0];")),
    "read after it was written": (
        flips,
        FLIP.replace("str x3, [x0], #8", "str x3, [x0]; ldr x3, [x0]; mvn x3, x3; str x3, [x0], #8"),
    ),
    "the word before is flipped again": (
        flips,
        FLIP.replace("2: ret", "ldr x3, [x0, #-8]; mvn x3, x3; str x3, [x0, #-8]; 2: ret"),
    ),
    "the sums up to the word before": (
        adds_up,
        ADD_UP.replace("add x4, x4, x3; str x4, [x0], #8", "str x4, [x0], #8; add x4, x4, x3"),
    ),
    "in place, over what it has just written": (
        chains,
        CHAIN.replace("mov x2, x3; str x4, [x0], #8", "str x4, [x0], #8; ldr x2, [x0, #-8]"),
    ),
    "in place, over what it has written before": (
        chains,
        LOOKS_BACK.replace("ldr x6, [x5]", "ldr x6, [x5]; csel x2, x6, x2, ne"),
    ),
    "in place, over what the last word has become": (
        chains,
        LAST_IN_PLACE.replace("ldr x6, [x5]", "ldr x6, [x5]; csel x6, x6, xzr, eq; str x6, [x9, #-8]"),
    ),
    "pairs, and the last word is lost": (adds(), PAIRS.replace("3: cbz x1, 2f", "3: b 2f")),
    "pairs, one word twice": (adds(), PAIRS.replace("add x2, x2, x4", "add x2, x2, x3")),
    "the step leaves the last out, the code does not": (leaves_the_last_out, ADD),
    "the code leaves the last out": (adds(), WITHOUT_LAST),
}


@pytest.mark.parametrize("name", REFUTED)
def test_what_is_wrong_for_few_is_refuted(name: str, judged: Callable[..., Verdict]) -> None:
    contract, text = REFUTED[name]
    assert judged(contract, text).status == "refuted"


NEVER_PROVED: dict[str, tuple[Stated, str]] = {
    "in place, over what it takes for the input": (
        differs,
        LOOKS_BACK.replace("ldr x6, [x5]", "ldr x6, [x5]; csel x2, x6, xzr, ne"),
    ),
    "a counter of 32 bits": (adds(), ADD.replace("subs x1, x1", "subs w1, w1")),
    "a counter of 32 bits, 0 seen": (adds(), ADD.replace("subs x1, x1", "subs w1, w1").replace("cbz x1", "cbz w1")),
    "an index of 32 bits": (adds(), BY_INDEX_32),
    "x19 at the hundredth to go": (adds(), loop(f"{NEXT}; cmp x1, #100; b.ne 4f; mov x19, x2; 4:")),
    "d8 at the hundredth to go": (adds(), loop(f"{NEXT}; cmp x1, #100; b.ne 4f; fmov d8, x2; 4:")),
    "x30 at the hundredth to go": (adds(), loop(f"{NEXT}; cmp x1, #100; csel x30, x3, x30, eq")),
    "a word of the stack at the hundredth to go": (
        adds(),
        ON_STACK.replace("str x2, [sp];", "str x2, [sp]; cmp x1, #100; b.ne 4f; str xzr, [sp]; 4:"),
    ),
    "nothing more from the hundredth on": (
        adds(),
        loop("ldr x3, [x0], #8; add x4, x4, #1; cmp x4, #100; csel x3, x3, xzr, lo; add x2, x2, x3", "mov x4, #0"),
    ),
    "other words from the hundredth on": (
        adds(),
        loop(
            "ldr x3, [x0], #8; add x4, x4, #1; cmp x4, #100; b.lo 4f; eor x3, x3, #1; 4: add x2, x2, x3", "mov x4, #0"
        ),
    ),
    "wrong for 2**40": (adds(), loop(NEXT, "mov x6, #1; lsl x6, x6, #40; cmp x1, x6; cset x2, eq")),
    "endless for a thousand": (adds(), loop(NEXT, "cmp x1, #1000; 7: b.eq 7b")),
    "another stride from the seventieth on": (
        copies(),
        COPY.replace("subs", "cmp x2, #70; b.ne 4f; sub x1, x1, #8; 4: subs"),
    ),
    "no stride for a thousand": (
        copies(),
        COPY.replace("cbz x2, 2f;", "cbz x2, 2f; cmp x2, #1000; mov x5, #8; csel x5, x5, xzr, ne;").replace(
            "ldr x3, [x1], #8", "ldr x3, [x1]; add x1, x1, x5"
        ),
    ),
    "a store past the end for a thousand": (
        copies(),
        COPY.replace("cbz x2, 2f;", "mov x9, x2; cbz x2, 2f;").replace(
            "2: ret", "cmp x9, #1000; b.ne 2f; str x3, [x0]; 2: ret"
        ),
    ),
    "the last word is wrong for more than 64": (
        fills,
        FILL.replace("cbz x2, 2f;", "mov x9, x2; cbz x2, 2f;").replace(
            "2: ret", "cmp x9, #64; b.ls 2f; str xzr, [x0, #-8]; 2: ret"
        ),
    ),
    "the first word is wrong for more than 64": (
        fills,
        FILL.replace("cbz x2, 2f;", "mov x8, x0; mov x9, x2; cbz x2, 2f;").replace(
            "2: ret", "cmp x9, #64; b.ls 2f; str xzr, [x8]; 2: ret"
        ),
    ),
    "another value from the 77th to go": (fills, FILL.replace("subs", "cmp x2, #77; cinc x1, x1, eq; subs")),
    "memory at the 99th to go": (adds_in_memory, IN_MEMORY.replace("add x4", "cmp x2, #99; cinc x3, x3, eq; add x4")),
    "words below SP": (
        adds(),
        "cbz x1, 2f; str xzr, [sp, #-16]!; add sp, sp, #16; 1: ldr x3, [x0], #8; sub sp, sp, #16; ldr x2, [sp]; "
        "add x2, x2, x3; str x2, [sp]; add sp, sp, #16; subs x1, x1, #1; b.ne 1b; mov x0, x2; ret; 2: mov x0, #0; ret",
    ),
    "the stack goes down with each word": (
        adds(),
        "mov x2, #0; mov x9, sp; cbz x1, 2f; 1: ldr x3, [x0], #8; add x2, x2, x3; str x3, [sp, #-16]!; "
        "subs x1, x1, #1; b.ne 1b; 2: mov x0, x2; mov sp, x9; ret",
    ),
    "twice as many may be 0": (
        counts_up,
        "lsl x3, x1, #1; mov x2, #0; 1: cmp x2, x3; b.eq 2f; add x2, x2, #2; b 1b; 2: lsr x0, x2, #1; ret",
    ),
    "twice as many may be too many": (
        counts_up,
        "lsl x3, x1, #1; mov x2, #0; 1: cmp x2, x3; b.eq 2f; add x2, x2, #1; b 1b; 2: lsr x0, x2, #1; ret",
    ),
    "parts that do not divide": (octets(16), OCTETS),
}


@pytest.mark.parametrize("name", NEVER_PROVED)
def test_what_is_wrong_for_many_is_never_proved(name: str, judged: Callable[..., Verdict]) -> None:
    contract, text = NEVER_PROVED[name]
    verdict = judged(contract, text)
    assert verdict.status in ("unknown", "refuted")
    assert "\n" not in verdict.reason


def test_a_loop_that_goes_on_without_a_step_is_never_proved(judged: Callable[..., Verdict]) -> None:
    text = loop(f"{NEXT}; 4: add x5, x5, #1; cmp x1, #200; b.eq 4b")
    assert judged(adds(), text, seconds=3.0).status == "unknown"


# -- what is said of a region besides its parts, and of more calls than one ---------------------------------


@pytest.mark.parametrize("index", [lambda n: BV.const(0, 64), lambda n: n - 2])
def test_what_was_written_rounds_ago_is_not_what_was_there_at_first(
    index: Callable[[BV], BV], judged: Callable[..., Verdict]
) -> None:
    """A condition on an element that an earlier way round has written."""

    def kept(t: Theorem, n: BV, out: Block) -> None:
        at = index(n)
        t.ensure_that(t.after_at(out, at).eq(out.at(at)))

    assert judged(copies(2, kept), COPY).status == "refuted"


def two_calls(t: Theorem, n: Count = ANY) -> None:
    """g(n), then the sum; callee-saved registers may change, but SP."""
    count = t.count("n", n)
    a = t.region("a", count, 64)
    t.own_convention({}, changes=CALLEE_SAVED)
    t.call(count, symbol="g")
    t.call(a, count)
    total = t.fold("S", count, lambda s, k: [s[0] + a.part(k, 1)[0]], [BV.const(0, 64)])
    t.ensure_result(total.after(count)[0])


def test_what_an_earlier_call_must_keep_is_proved_too(judged: Callable[..., Verdict]) -> None:
    assert judged(two_calls, ADD, helper="cmp x0, #1000; b.ne 1f; nop; 1: ret").status == "proved"
    assert judged(two_calls, ADD, helper="cmp x0, #1000; b.ne 1f; sub sp, sp, #16; 1: ret").status != "proved"


def test_a_lemma_that_is_false_leaves_nothing_proved(judged: Callable[..., Verdict]) -> None:
    def false(t: Theorem, n: BV) -> None:
        t.lemma(t.value("z", 64), 5)

    assert judged(adds(0, false), ADD).status == "unknown"


# -- contracts that are refused, or of which nothing is proved ------------------------------------------------


def test_two_counts_are_refused(judged: Callable[..., Verdict]) -> None:
    def stated(t: Theorem, n: Count = ANY, m: Count = ANY) -> None:
        count = t.count("n", n)
        t.count("m", m)
        t.call(t.region("a", count, 64), count)
        t.ensure_result(0)

    with pytest.raises(ContractError, match="two counts"):
        judged(stated, ADD)


def test_contradicting_bounds_are_refused(judged: Callable[..., Verdict]) -> None:
    with pytest.raises(ContractError, match="contradict"):
        judged(adds(5, lambda t, n: t.assume(n.ult(5))), ADD)


def test_a_part_past_the_end_is_never_proved(judged: Callable[..., Verdict]) -> None:
    def stated(t: Theorem, n: Count = ANY) -> None:
        count = t.count("n", n)
        a = t.region("a", count, 64)
        t.call(a, count)
        total = t.fold("S", count, lambda s, k: [s[0] + a.part(k + 1, 1)[0]], [BV.const(0, 64)])
        t.ensure_result(total.after(count)[0])

    assert judged(stated, ADD).status != "proved"


def test_a_step_before_the_first_is_never_proved(judged: Callable[..., Verdict]) -> None:
    def stated(t: Theorem, n: Count = ANY) -> None:
        count = t.count("n", n)
        a = t.region("a", count, 64)
        t.call(a, count)
        total = t.fold("S", count, lambda s, k: [s[0] + a.part(k, 1)[0]], [BV.const(0, 64)])
        t.ensure_result(total.after(count - 1)[0])

    assert judged(stated, WITHOUT_LAST).status != "proved"


def test_a_region_with_one_part_more_is_never_proved(judged: Callable[..., Verdict]) -> None:
    def stated(t: Theorem, n: Count = ANY) -> None:
        count = t.count("n", n)
        a = t.region("a", count, 64)
        out = t.region("out", count + 1, 64, access="w")
        t.call(out, a, count)
        t.ensure_each(out, 1, lambda k: a.part(k, 1))

    assert judged(stated, COPY).status != "proved"
