"""Each kind of change yields what it says: both words decoded, their fields compared."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from random import Random

import pytest
from assembly import NOP, RET, add, cbz, eor, ldr, word

from isa.encoding import classify
from lnsym.machine.decode import decode_word
from lnsym.machine.image import load_image
from lnsym.mutation.changes import FEW_BITS, KINDS, Kind, changed_word, role
from programs import sample_path

ADDRESS = 0x10000
SAMPLES = {
    "sha256_scalar.o": "sha256_block_scalar",
    "sha512_crypto.o": "sha512_block_crypto",
    "classics.o": "rotate_left_by_masks32",
}


@cache
def sample_words() -> tuple[int, ...]:
    """Distinct words of real routines: scalar, vector and cryptographic instructions, loads, stores, branches."""
    found: dict[int, None] = {}
    for sample, symbol in SAMPLES.items():
        image = load_image(sample_path(sample))
        routine = image.symbol(symbol)
        code = image.read(routine.address, routine.size)
        found |= dict.fromkeys(int.from_bytes(code[i : i + 4], "little") for i in range(0, len(code), 4))
    return tuple(found)


def changes(kind: Kind, neighbours: tuple[int, ...] = ()) -> Iterator[tuple[int, int]]:
    """Words and what they became."""
    random = Random(kind)
    for old in sample_words():
        for _ in range(4):
            new = changed_word(kind, old, neighbours, ADDRESS, random)
            if new is not None:
                yield old, new


def differing_fields(old: int, new: int) -> list[str]:
    """The fields in which two words of one class differ, each as the kind of change that it is."""
    one, other = classify(old), classify(new)
    assert one is not None
    assert other is not None
    assert one[0] is other[0]
    return [role(one[0], s) for s in one[0].slots if getattr(one[1], s.name) != getattr(other[1], s.name)]


@pytest.mark.parametrize("kind", [k for k in KINDS if k != "constant"])
def test_a_changed_word_decodes_and_is_another(kind: Kind) -> None:
    found = list(changes(kind, (RET, add(1, 2, 3))))
    assert len(found) > 50
    for old, new in found:
        assert new != old
        decode_word(new, ADDRESS)


@pytest.mark.parametrize("kind", ["operand", "immediate"])
def test_one_register_or_one_immediate_is_changed(kind: Kind) -> None:
    for old, new in changes(kind):
        assert differing_fields(old, new) == [kind]


def test_another_opcode_leaves_registers_and_immediates() -> None:
    mnemonics = 0
    for old, new in changes("opcode"):
        fields = differing_fields(old, new)
        assert fields
        assert len(fields) <= 2
        assert set(fields) == {"opcode"}
        mnemonics += decode_word(old, ADDRESS).mnemonic != decode_word(new, ADDRESS).mnemonic
    assert mnemonics > 50


@pytest.mark.parametrize(
    ("original", "neighbours"),
    [(add(1, 2, 3), {"sub", "adds", "subs"}), (eor(1, 2, 3), {"and", "orr", "eon", "bic", "ands"})],
)
def test_the_neighbours_of_an_opcode(original: int, neighbours: set[str]) -> None:
    random = Random(1)
    words = {changed_word("opcode", original, (), ADDRESS, random) for _ in range(400)} - {None}
    assert {decode_word(w, ADDRESS).mnemonic for w in words if w is not None} >= neighbours


def test_another_class_is_few_bits_away() -> None:
    for old, new in changes("class"):
        one, other = classify(old), classify(new)
        assert one is not None
        assert other is not None
        assert one[0] is not other[0]
        assert 1 <= (old ^ new).bit_count() <= FEW_BITS


def test_a_deleted_instruction_is_a_nop() -> None:
    assert {new for _, new in changes("deleted")} == {NOP}
    assert changed_word("deleted", NOP, (), ADDRESS, Random(1)) is None


def test_a_duplicated_instruction_is_its_neighbour() -> None:
    neighbours = (add(1, 2, 3), ldr(4, 5))
    assert {new for _, new in changes("duplicated", neighbours)} == set(neighbours)
    assert changed_word("duplicated", RET, (), ADDRESS, Random(1)) is None
    assert changed_word("duplicated", RET, (RET,), ADDRESS, Random(1)) is None


def test_the_index_of_an_element_is_an_immediate_and_the_load_bit_is_not() -> None:
    mul = classify(word("simd.vector_by_indexed_element", Q=1, size=1, opcode=8, H=1, Rm=2, Rn=3, Rd=4))
    load = classify(0xA9400440)  # LDP X0, X1, [X2]
    branch = classify(cbz(1, 8))
    assert mul is not None
    assert load is not None
    assert branch is not None
    assert {s.name for s in mul[0].slots if role(mul[0], s) == "immediate"} == {"H", "L", "M"}
    assert "L" in {s.name for s in load[0].slots if role(load[0], s) == "opcode"}
    assert {s.name: role(branch[0], s) for s in branch[0].slots} == {
        "sf": "opcode",
        "op": "opcode",
        "imm19": "immediate",
        "Rt": "operand",
    }
