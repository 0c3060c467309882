"""Patterns, the table of encoding classes, and that no word has two meanings."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from functools import cache
from itertools import combinations, product
from random import Random

import pytest

from isa.encoding import (
    WORD_BITS,
    AmbiguousEncoding,
    Encoding,
    Fields,
    Slot,
    classify,
    encodings,
    parse_pattern,
)

WORDS_PER_CLASS = 3000
MAX_ENUMERATED_BITS = 14
WORDS_PER_PAIR = 200
RANDOM_WORDS = 200_000

every_class = pytest.mark.parametrize("encoding", encodings(), ids=lambda encoding: encoding.module)


def random_word(encoding: Encoding, random: Random) -> int:
    """A word that the pattern admits, allocated or not; a register is more often 31 than chance has it."""
    word = encoding.value | random.getrandbits(WORD_BITS) & ~encoding.mask
    for slot in encoding.registers:
        if random.random() < 0.1:
            word |= ((1 << slot.width) - 1) << slot.low
    return word


def words_of_all_fields(encoding: Encoding, random: Random) -> Iterator[int]:
    """Each combination of the fields that are no registers, with registers by chance and with all of them 31."""
    chosen = [slot for slot in encoding.slots if slot not in encoding.registers]
    registers = ~encoding.mask & (1 << WORD_BITS) - 1
    for slot in chosen:
        registers &= ~(((1 << slot.width) - 1) << slot.low)
    if sum(slot.width for slot in chosen) > MAX_ENUMERATED_BITS:
        return
    for numbers in product(*[range(1 << slot.width) for slot in chosen]):
        word = encoding.value
        for slot, number in zip(chosen, numbers, strict=True):
            word |= number << slot.low
        yield word | random.getrandbits(WORD_BITS) & registers
        yield word | registers


@cache
def legal_words(encoding: Encoding) -> tuple[int, ...]:
    """Legal words of the class: some of its generator, some by chance, and all fields in turn where they are few."""
    random = Random(encoding.module)
    words = [random_word(encoding, random) for _ in range(WORDS_PER_CLASS)]
    words += words_of_all_fields(encoding, random)
    if encoding.generator is not None:
        words += [encoding.generator(random) for _ in range(WORDS_PER_CLASS)]
    return tuple(word for word in words if encoding.mnemonic(encoding.fields(word)) is not None)


# -- patterns -----------------------------------------------------------------------------------


def test_a_pattern_gives_mask_value_and_fields() -> None:
    mask, value, slots = parse_pattern("sf op S 100010 sh imm12 Rn Rd")
    assert mask == 0b111111 << 23
    assert value == 0b100010 << 23
    assert slots == (
        Slot("sf", 31, 1),
        Slot("op", 30, 1),
        Slot("S", 29, 1),
        Slot("sh", 22, 1),
        Slot("imm12", 10, 12),
        Slot("Rn", 5, 5),
        Slot("Rd", 0, 5),
    )


def test_a_width_after_a_colon_wins() -> None:
    _, _, slots = parse_pattern("0 imm3:4 opcode:5 op2:2 0000000000 Rn Rd")
    assert [(slot.name, slot.width) for slot in slots] == [
        ("imm3", 4),
        ("opcode", 5),
        ("op2", 2),
        ("Rn", 5),
        ("Rd", 5),
    ]


@pytest.mark.parametrize(
    ("pattern", "bits"),
    [
        ("", 0),
        ("sf op S 100010 sh imm12 Rn", 27),
        ("op S 100010 sh imm12 Rn Rd", 31),
        ("0 sf op S 100010 sh imm12 Rn Rd", 33),
        ("0" * 33, 33),
        ("imm26 imm26", 52),
    ],
)
def test_a_pattern_of_another_width_is_refused(pattern: str, bits: int) -> None:
    with pytest.raises(ValueError, match=f"has {bits} bits"):
        parse_pattern(pattern)


def test_a_width_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        parse_pattern("imm26 Rn x:one")


def test_fields_know_their_names_only() -> None:
    fields = Fields(Rd=3)
    assert fields.Rd == 3
    with pytest.raises(AttributeError, match="Rm"):
        _ = fields.Rm


# -- each class ---------------------------------------------------------------------------------


@every_class
def test_pattern_is_one_word_of_distinct_fields(encoding: Encoding) -> None:
    names = [slot.name for slot in encoding.slots]
    assert len(names) == len(set(names))
    covered = encoding.mask
    for slot in encoding.slots:
        bits = ((1 << slot.width) - 1) << slot.low
        assert slot.width > 0
        assert covered & bits == 0
        covered |= bits
        if slot in encoding.registers:
            assert slot.width == (4 if slot.name in encoding.operands.top_bit else 5)
    assert covered == (1 << WORD_BITS) - 1
    assert encoding.value & ~encoding.mask == 0


@every_class
def test_fields_and_assemble_are_inverse(encoding: Encoding) -> None:
    random = Random(encoding.module)
    for _ in range(100):
        word = random_word(encoding, random)
        assert encoding.assemble(**vars(encoding.fields(word))) == word


@every_class
def test_assemble_refuses_what_does_not_fit(encoding: Encoding) -> None:
    fields = {slot.name: 0 for slot in encoding.slots}
    for slot in encoding.slots:
        for number in (-1, 1 << slot.width):
            with pytest.raises(ValueError, match=f"{slot.name} = {number} does not fit"):
                encoding.assemble(**fields | {slot.name: number})
        with pytest.raises(KeyError):
            encoding.assemble(**{name: 0 for name in fields if name != slot.name})


@every_class
def test_generated_words_are_legal(encoding: Encoding) -> None:
    if encoding.generator is None:
        assert legal_words(encoding), "random fields are never legal: the class needs generate(random)"
        return
    random = Random(encoding.module)
    for _ in range(WORDS_PER_CLASS):
        word = encoding.generator(random)
        assert word & encoding.mask == encoding.value
        assert encoding.mnemonic(encoding.fields(word)) is not None, f"{word:#010x}"


def test_no_two_classes_nor_groups_have_one_name() -> None:
    names = [encoding.name for encoding in encodings()]
    assert len(set(names)) == len(names)
    assert not set(names) & {encoding.group for encoding in encodings()}


# -- no two classes overlap ---------------------------------------------------------------------


@every_class
def test_legal_words_are_of_their_class_alone(encoding: Encoding) -> None:
    for word in legal_words(encoding):
        found = classify(word)
        assert found is not None
        assert found[0] is encoding, f"{word:#010x}"
        assert found[1] == encoding.fields(word)


def compatible_pairs() -> Iterator[tuple[Encoding, Encoding]]:
    """The classes some word fits the patterns of both of: only their `mnemonic` keeps them apart."""
    for one, other in combinations(encodings(), 2):
        if (one.value ^ other.value) & one.mask & other.mask == 0:
            yield one, other


@pytest.mark.parametrize(
    ("one", "other"), list(compatible_pairs()), ids=lambda encoding: encoding.module.removeprefix("isa.")
)
def test_no_word_in_two_patterns_is_legal_in_both(one: Encoding, other: Encoding) -> None:
    random = Random(f"{one.module} {other.module}")
    mask, value = one.mask | other.mask, one.value | other.value
    for _ in range(WORDS_PER_PAIR):
        word = value | random.getrandbits(WORD_BITS) & ~mask
        names = one.mnemonic(one.fields(word)), other.mnemonic(other.fields(word))
        assert None in names, f"{word:#010x} is {names[0]} and {names[1]}"


def test_no_random_word_is_ambiguous() -> None:
    """Words near the allocated space: of a class' pattern, half of them with some bits flipped."""
    random = Random(20)
    classes = encodings()
    ambiguous = []
    for i in range(RANDOM_WORDS):
        word = random_word(random.choice(classes), random)
        if i % 2:
            for _ in range(random.randint(1, 4)):
                word ^= 1 << random.randrange(WORD_BITS)
        try:
            classify(word)
        except AmbiguousEncoding as error:
            ambiguous.append(str(error))
    assert ambiguous == []


def test_what_no_class_models_is_none() -> None:
    assert classify(0x00000000) is None  # UDF #0
    assert classify(0x1E622820) is None  # FADD D0, D1, D2


# -- docstrings ---------------------------------------------------------------------------------

REGISTERS = re.compile(r"NZCV|X\d+")

SUFFIXES = {
    "with 2 for upper halves": "2",
    "acquire and release forms": "A|L|AL",
    "B and H forms": "B|H",
    "B, H and sign-extending forms": "B|H|SB|SH|SW",
}
"""Phrases by which a docstring adds forms of the mnemonics it lists, and how their names go on, in this order."""

FAMILIES = {
    "the pointer authentication of X17 and X30": r"(PAC|AUT)I[AB](1716|SP|Z)|XPACLRI",
    "the pointer authentication of one register": r"(PAC|AUT)[ID]Z?[AB]|XPAC[ID]",
}
"""Phrases that stand for a family of mnemonics."""


def _optional_end(match: re.Match[str]) -> str:
    return f"{match[1]} {match[1]}{match[2]}"


def _each_end(match: re.Match[str]) -> str:
    return " ".join(match[1] + end for end in match[2].split("/"))


def _from_to(match: re.Match[str]) -> str:
    stem, first, end, last = match.groups()
    return " ".join(f"{stem}{number}{end}" for number in range(int(first), int(last) + 1))


NOTATIONS = {
    r"(\w+)\((\w)\)": _optional_end,  # BRAA(Z)
    r"(\w+)(\w(?:/\w)+)": _each_end,  # CRC32B/H/W/X
    r"(\w+)(\d)(\w*)-\1(\d)\3": _from_to,  # LD1R-LD4R
}
"""Several mnemonics written as one."""


def documented(encoding: Encoding) -> tuple[set[str], re.Pattern[str]]:
    """The mnemonics that the class' docstring lists, and the pattern of those that its phrases add."""
    docstring = " ".join((importlib.import_module(encoding.module).__doc__ or "").split())
    title, _, listed = docstring.partition(": ")
    assert title == encoding.title
    suffixes = "".join(f"({suffix})?" for phrase, suffix in SUFFIXES.items() if phrase in docstring)
    families = [family for phrase, family in FAMILIES.items() if phrase in docstring]
    listed = re.split(r"[.;]( |$)", re.sub(r" \(.*?\)", "", listed))[0]  # the list ends with its sentence
    for phrase in SUFFIXES:
        listed = listed.replace(phrase, "")
    for notation, expand in NOTATIONS.items():
        listed = re.sub(notation, expand, listed)
    found = re.findall(r"\b[A-Z][A-Z0-9]*(?:\.cond)?(?![a-z])", listed)
    names = {name for name in found if not REGISTERS.fullmatch(name)}
    return names, re.compile("|".join([f"({'|'.join(names)}){suffixes}", *families]))


@every_class
def test_docstring_names_exactly_the_mnemonics(encoding: Encoding) -> None:
    names, others = documented(encoding)
    mnemonics = {encoding.mnemonic(encoding.fields(word)) or "" for word in legal_words(encoding)}
    assert sorted(names - mnemonics) == []
    assert sorted(name for name in mnemonics - names if not others.fullmatch(name)) == []
