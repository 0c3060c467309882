"""Mutants of a routine: where they lie, that none comes twice, and that the seed decides."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import islice
from pathlib import Path

import pytest
from assembly import RET, add, eor, image_of, movz

import programs.contracts  # noqa: F401
from lnsym.contract import registered
from lnsym.contract.routines import contract_for
from lnsym.machine.decode import decode_word
from lnsym.machine.image import Image, load_image
from lnsym.mutation.changes import KINDS
from lnsym.mutation.mutants import Footprint, Mutant, MutantSource, footprint
from lnsym.run.exploration import Unexplored
from lnsym.run.setup import Setup
from programs import sample_path


@cache
def surveyed(sample: str, symbol: str, contract: str) -> tuple[Image, Footprint]:
    image = load_image(sample_path(sample))
    made = registered()[contract]
    return image, footprint(Unexplored(Setup(image, symbol, made.statement(symbol, **made.numbered({})))))


def sha256() -> tuple[Image, Footprint]:
    return surveyed("sha256_scalar.o", "sha256_block_scalar", "sha256-blocks")


def drawn(seed: str, count: int) -> list[Mutant]:
    return list(MutantSource(*sha256(), seed).mutants(count))


def test_the_footprint_is_what_the_routine_runs_and_reads() -> None:
    image, places = sha256()
    routine = image.symbol("sha256_block_scalar")
    assert places.instructions[0] == routine.address
    assert all(routine.address <= a < routine.end and a % 4 == 0 for a in places.instructions)
    assert len(places.constants) == 64 * 4  # the round constants
    assert image.read(places.constants[0], 4) == 0x428A2F98.to_bytes(4, "little")


def test_instructions_that_are_not_run_are_left_alone() -> None:
    image, places = surveyed("classics.o", "abs64", "abs64")
    assert [image.describe(a) for a in places.instructions] == ["abs64", "abs64+0x4", "abs64+0x8"]
    assert not places.constants
    assert {m.address for m in MutantSource(image, places, "x").mutants(60)} == set(places.instructions)


def test_every_kind_occurs_and_no_mutant_comes_twice() -> None:
    mutants = drawn("1", 300)
    assert len(mutants) == 300
    assert len({(m.address, m.after) for m in mutants}) == 300
    kinds = Counter(m.kind for m in mutants)
    assert set(kinds) == set(KINDS)
    assert min(kinds.values()) > 20
    assert all(m.before != m.after for m in mutants)


def test_the_texts_are_those_of_the_two_words() -> None:
    for mutant in drawn("2", 60):
        if mutant.kind == "constant":
            assert (len(mutant.before), len(mutant.after)) == (1, 1)
            assert mutant.new_text == f"byte {mutant.after[0]:#04x}"
        else:
            words = [int.from_bytes(data, "little") for data in (mutant.before, mutant.after)]
            assert [decode_word(w, mutant.address).text for w in words] == [mutant.old_text, mutant.new_text]
            assert mutant.place.startswith("sha256_block_scalar")


def test_a_mutant_changes_its_bytes_and_nothing_else() -> None:
    image = sha256()[0]
    for mutant in drawn("3", 10):
        changed = mutant.apply(image)
        assert image.read(mutant.address, len(mutant.before)) == mutant.before
        assert changed.read(mutant.address, len(mutant.after)) == mutant.after
        for old, new in zip(image.segments, changed.segments, strict=True):
            differing = [
                i for i, pair in enumerate(zip(old.data or b"", new.data or b"", strict=True)) if len(set(pair)) > 1
            ]
            assert all(mutant.address <= old.address + i < mutant.address + len(mutant.after) for i in differing)


def test_the_seed_decides_and_more_mutants_begin_with_the_fewer() -> None:
    assert drawn("1", 40)[:10] == drawn("1", 10)
    assert drawn("1", 10) != drawn("2", 10)


def test_a_routine_runs_out_of_mutants() -> None:
    image = image_of(RET)
    source = MutantSource(image, Footprint((image.symbol("routine").address,), (), 1), "1")
    mutants = list(islice(source.mutants(10_000), 10_000))
    assert 0 < len(mutants) < 10_000


def test_only_neighbours_that_are_run_are_repeated() -> None:
    image = image_of(add(1, 2, 3), movz(4, 5), eor(6, 7, 8))
    first = image.symbol("routine").address
    source = MutantSource(image, Footprint((first, first + 4), (), 2), "1")
    repeated = {m.new_text for m in source.mutants(200) if m.kind == "duplicated"}
    assert repeated == {"add x1, x2, x3", "mov x4, #5"}


@pytest.mark.corpus
def test_a_theorem_of_two_calls_runs_more_than_its_symbol(aws_lc: Path) -> None:
    image = load_image(aws_lc)
    contract = registered()["aes-key-then-encrypt"]
    places = footprint(Unexplored(Setup(image, "vpaes_encrypt", contract.statement("vpaes_encrypt"))))
    run = {image.describe(address).split("+")[0] for address in places.instructions}
    assert {"vpaes_encrypt", "vpaes_set_encrypt_key", "_vpaes_encrypt_core"} <= run


@pytest.mark.corpus
def test_words_that_a_relocation_makes_are_left_alone(openssl: Path) -> None:
    """A changed byte of a GOT slot changes nothing: the loader fills it, and this routine reads one."""
    image = load_image(openssl, ["blake2b_compress"])
    made = registered()[contract_for("blake2b_compress", registered())]
    setup = Setup(image, "blake2b_compress", made.statement("blake2b_compress", **made.numbered(made.choices({})[0])))
    constants = footprint(Unexplored(setup)).constants
    assert not any(image.address_words_in(address, 1) for address in constants)
