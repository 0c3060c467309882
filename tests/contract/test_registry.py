"""Contracts by name, by routine, and from a file of the user's own."""

from __future__ import annotations

from pathlib import Path

import pytest

import programs.contracts  # noqa: F401
from lnsym.contract import (
    BadContract,
    Contract,
    NoSuchContract,
    Theorem,
    contract,
    load_contract_file,
    registered,
    registry,
)
from lnsym.contract.routines import contract_for
from lnsym.errors import LnsymError
from lnsym.machine.image import load_image
from lnsym.prove.verify import verify
from programs import sample_path

MINE = '''"""SHA-512 of one block, as the README shows it."""

from crypto_specs import sha2
from lnsym.contract import Theorem, contract


@contract("my-sha512")
def my_sha512(t: Theorem, blocks: int = 1) -> None:
    state = t.region("state", 8, 64, access="rw")
    message = t.region("msg", 16 * blocks, 64, byteorder="big")
    t.call(state, message, blocks)
    t.ensure(state, sha2.compress_blocks(sha2.SHA512, state.elements, message.elements))
'''

TWO = """from lnsym.contract import contract

@contract("one")
def one(t):
    t.call()
    t.ensure_result(1)

@contract("two")
def two(t):
    t.call()
    t.ensure_result(2)
"""


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_registry", dict(registry._registry))


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(MINE)
    return path


def error_of(path: Path, name: str | None = None) -> LnsymError:
    with pytest.raises(LnsymError) as caught:
        load_contract_file(path, name)
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_contract_of_the_users_own_is_short_and_proves(mine: Path) -> None:
    assert len(MINE.splitlines()) <= 15
    found = load_contract_file(mine)
    assert found.name == "my-sha512"
    assert load_contract_file(mine, "my-sha512").name == "my-sha512"
    image = load_image(sample_path("sha512_scalar.o"))
    for blocks in (1, 2):
        assert verify(image, "sha512_block_scalar", found, {"blocks": blocks}).status == "proved"


def test_a_name_that_is_not_in_the_file(mine: Path) -> None:
    error = error_of(mine, "my-sha256")
    assert isinstance(error, NoSuchContract)
    assert "nearest: my-sha512" in str(error)


def test_a_file_of_two_needs_a_name(tmp_path: Path) -> None:
    path = tmp_path / "two.py"
    path.write_text(TWO)
    assert "2 contracts in it (one, two)" in str(error_of(path))
    assert load_contract_file(path, "two").name == "two"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def broken(:\n", "invalid syntax"),
        ("1 / 0\n", "ZeroDivisionError"),
        ("import no_such_module_of_mine\n", "ModuleNotFoundError"),
        ("", "0 contracts in it (none)"),
        ("raise ValueError('several\\nlines')\n", "several"),
        ("import sys\nsys.exit(0)\n", ""),
        ("raise SystemExit\n", ""),
        ("\0", ""),
        ("\xff\xfe", ""),
    ],
    ids=["syntax", "raises", "imports", "empty", "lines", "exits", "exit", "null", "not-utf8"],
)
def test_a_file_that_is_no_contract(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "broken.py"
    path.write_bytes(text.encode("latin-1"))
    error = error_of(path)
    assert isinstance(error, BadContract)
    assert str(path) in str(error)
    assert said in str(error)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "No such file" in str(error_of(tmp_path / "none.py"))
    error_of(tmp_path)


def test_a_statement_that_exits_does_not_end_the_run_well() -> None:
    def leaves(t: Theorem) -> None:
        raise SystemExit(0)

    with pytest.raises(LnsymError):
        Contract("leaves", leaves).statement()


def test_registering() -> None:
    @contract("a-new-one", routines=["new_*"])
    def new(t: Theorem, blocks: int = 3) -> None: ...

    assert registered()["a-new-one"] is new
    assert dict(new.parameters) == {"blocks": 3}
    assert (new.fits("new_routine"), new.fits("NEW_routine"), new.fits("a_new_one")) == (True, False, False)
    registered().clear()
    assert "a-new-one" in registered()


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("sha512_block_data_order_hw", "sha512-blocks"),
        ("sha256_block_neon", "sha256-blocks"),
        ("sha1_block_armv8", "sha1-blocks"),
        ("sha512_block_armv8@0x1234", "sha512-blocks"),
        ("member.o:sha512_block_armv8", "sha512-blocks"),
        ("popcount64_simd", "popcount64"),
        ("clobbers_x19", "max_u64"),
        ("my_sha512_block", ""),
        ("sha3_block", ""),
    ],
)
def test_the_contract_for_a_routine(symbol: str, name: str) -> None:
    assert contract_for(symbol, registered()) == name


@pytest.mark.parametrize("name", sorted(registered()))
def test_every_known_contract_is_complete(name: str) -> None:
    """`check` is part of making it. One case of each: a contract of AES-256 is long."""
    found = registered()[name]
    theorem = found.statement("", **found.choices({})[0])
    assert theorem.calls
    assert found.routines
