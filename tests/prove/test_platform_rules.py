"""What the platform asks outside of data flow: memory below SP, alignment of SP and of atomic accesses, exclusives, signed pointers."""

from __future__ import annotations

import pytest
from assembly import image_of, returns_its_argument

from lnsym.contract import Contract, Theorem
from lnsym.prove.verdict import Verdict
from lnsym.prove.verify import Options, verify

STACK_AND_POINTERS = {
    "ok_frame": [0xD10043FF, 0xF90003E0, 0xF94003E0, 0x910043FF, 0xD65F03C0],
    "ok_pre_index": [0xF81F0FE0, 0xF84107E0, 0xD65F03C0],
    "below": [0xF81F03E0, 0xF85F03E0, 0xD65F03C0],
    "late": [0xF81E03E0, 0xD10083FF, 0xF94003E0, 0x910083FF, 0xD65F03C0],
    "after": [0xD10043FF, 0xF90003E0, 0x910043FF, 0xF85F03E0, 0xD65F03C0],
    "again": [0xF81F0FE0, 0x910043FF, 0xD10043FF, 0xF84107E0, 0xD65F03C0],
    "misaligned": [0xD10023FF, 0xF90003E0, 0xF94003E0, 0x910023FF, 0xD65F03C0],
    "ok_pac": [0xD503233F, 0xF81F0FFE, 0xF84107FE, 0xD50323BF, 0xD65F03C0],
    "ok_retaa": [0xD503233F, 0xD65F0BFF],
    "no_aut": [0xD503233F, 0xD65F03C0],
    "wrong_key": [0xD503233F, 0xD50323FF, 0xD65F03C0],
    "wrong_modifier": [0xD503233F, 0xD10043FF, 0xD50323BF, 0x910043FF, 0xD65F03C0],
    "aut_only": [0xD50323BF, 0xD65F03C0],
    "retab": [0xD503233F, 0xD65F0FFF],
    "leaks": [0xDAC10020, 0xD65F03C0],
    "pop_caller": [0x910083FF, 0xD10083FF, 0xD65F03C0],
    "pivot": [
        0xD10043FF,
        0xF90003E0,
        0x910003E9,
        0xD280000A,
        0x9100015F,
        0x9100013F,
        0xF94003E0,
        0x910043FF,
        0xD65F03C0,
    ],
    "sign_twice": [0xD503233F, 0xD503233F, 0xD50323BF, 0xD50323BF, 0xD65F03C0],
}
"""Each returns its argument, by AArch64's own meaning of the words where nothing is amiss."""

REASONS = {
    "below": "16 bytes below SP",
    "late": "32 bytes below SP",
    "after": "below SP",
    "again": "lay below SP since they were written",
    "misaligned": "SP is no multiple of 16",
    "no_aut": "",
    "wrong_key": "authenticates with key IB a pointer that was signed with key IA",
    "wrong_modifier": "signed with key IA",
    "aut_only": "was not signed",
    "retab": "authenticates with key IB",
    "leaks": "neither the return address nor an address of a region",
    "pop_caller": "32 bytes above the routine's stack",
    "pivot": "SP is not at a known place of the stack",
    "sign_twice": "neither the return address nor an address of a region",
}

ATOMICS = {
    "ldar": [0xC8DFFC00, 0xD65F03C0],
    "ldapr": [0xF8BFC000, 0xD65F03C0],
    "ldaxr": [0xC85FFC01, 0xC802FC01, 0xAA0103E0, 0xD65F03C0],
    "swp": [0xD2800001, 0xF8210000, 0xD65F03C0],
    "cas": [0xD2800001, 0xD2800002, 0xC8A17C02, 0xAA0103E0, 0xD65F03C0],
    "alone": [0xF9400001, 0xC8027C01, 0xAA0103E0, 0xD65F03C0],
    "cleared": [0xC85F7C01, 0xD5033F5F, 0xC8027C01, 0xAA0103E0, 0xD65F03C0],
    "twice": [0xC85F7C01, 0xC8027C01, 0xC8027C01, 0xAA0103E0, 0xD65F03C0],
    "other": [0x885F7C01, 0x88027C01, 0x885F7C03, 0xF9400001, 0xC8027C01, 0xAA0103E0, 0xD65F03C0],
    "stored_between": [0xC85F7C01, 0xF9000001, 0xC8027C01, 0xAA0103E0, 0xD65F03C0],
}
"""Each returns the 64 bits that its argument points to, and leaves them as they are."""


def judged(words: list[int], contract: object, **parameters: object) -> Verdict:
    return verify(image_of(*words), "routine", Contract("c", contract, parameters), parameters, Options(timeout=20))  # type: ignore[arg-type]


def loads(t: Theorem, alignment: int = 8) -> None:
    """uint64_t f(uint64_t *p): *p."""
    p = t.region("p", 1, 64, access="rw", alignment=alignment)
    t.call(p)
    t.ensure(p, p.elements)
    t.ensure_result(p.elements[0])


@pytest.mark.parametrize("name", [name for name in STACK_AND_POINTERS if name.startswith("ok")])
def test_what_keeps_the_rules_is_proved(name: str) -> None:
    assert judged(STACK_AND_POINTERS[name], returns_its_argument).status == "proved"


@pytest.mark.parametrize("name", REASONS)
def test_what_breaks_a_rule_is_not_proved_and_says_which(name: str) -> None:
    verdict = judged(STACK_AND_POINTERS[name], returns_its_argument)
    assert verdict.status != "proved"
    assert REASONS[name] in verdict.reason


def test_every_routine_here_is_asked_about() -> None:
    assert {name for name in STACK_AND_POINTERS if not name.startswith("ok")} == set(REASONS)


@pytest.mark.parametrize("name", ["ldar", "ldapr", "ldaxr", "swp", "cas"])
def test_an_access_that_needs_alignment_is_proved_only_where_the_contract_gives_it(name: str) -> None:
    assert judged(ATOMICS[name], loads, alignment=8).status == "proved"
    for alignment in (1, 4):
        verdict = judged(ATOMICS[name], loads, alignment=alignment)
        assert verdict.status == "unknown"
        assert (
            f"multiple of 8 (without FEAT_LSE2): 0 bytes into `p`, which the contract aligns to {alignment}"
            in verdict.reason
        )


@pytest.mark.parametrize("name", ["alone", "cleared", "twice", "other", "stored_between"])
def test_a_store_exclusive_without_its_load_is_not_taken_to_succeed(name: str) -> None:
    verdict = judged(ATOMICS[name], loads)
    assert verdict.status == "unknown"
    assert "no load-exclusive of the same bytes before it" in verdict.reason


SIGNED_ARGUMENT = {
    "stripped": [0xDAC10020, 0xDAC143E0, 0xD65F03C0],
    "authenticated": [0xDAC10C20, 0xDAC11C20, 0xD65F03C0],
}
ARITHMETIC = [0xDAC10020, 0x91001000, 0xDAC11020, 0xD65F03C0]


def returns_its_pointer(t: Theorem) -> None:
    """void *f(const uint64_t *p): p."""
    p = t.region("p", 1, 64)
    t.call(p)
    t.ensure_result(p.base)


@pytest.mark.parametrize("name", SIGNED_ARGUMENT)
def test_a_pointer_comes_back_and_a_word_that_may_be_anything_does_not(name: str) -> None:
    """With FEAT_PAuth a code lies in the upper bits, which a word that is no canonical pointer loses."""
    assert judged(SIGNED_ARGUMENT[name], returns_its_pointer).status == "proved"
    verdict = judged(SIGNED_ARGUMENT[name], returns_its_argument)
    assert verdict.status == "unknown"
    assert "upper bits may be lost" in verdict.reason


def test_a_signed_pointer_that_was_changed_is_not_authentic() -> None:
    verdict = judged(ARITHMETIC, returns_its_pointer)
    assert verdict.status == "unknown"
    assert "was not signed" in verdict.reason
