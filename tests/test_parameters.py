"""Parameters of contracts on the command line: typed as they are declared, and refused in one line that says what there is."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeAlias

import pytest
from assembly import RET, object_of

import programs.contracts  # noqa: F401
from lnsym import cli
from lnsym.contract import Contract, NoSuchParameter, NoSuchValue, Parameter, Theorem, contract, registered, registry
from lnsym.contract.checks import ContractError
from programs import sample_path

CLASSICS = str(sample_path("classics.o"))
Command: TypeAlias = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_registry", dict(registry._registry))


@pytest.fixture
def lnsym(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """A function that runs the command: its exit code, stdout and stderr."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["lnsym", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            cli.main()
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return int(left.value.code or 0), out, err

    return run


MINE = """from typing import Literal
from lnsym.contract import contract

@contract("mine", cases=[{"mode": mode, "odd": odd} for mode in ("keep", "drop") for odd in (False, True)])
def mine(t, mode: Literal["keep", "drop"] = "keep", odd: bool = False, rounds: int = 3, label: str = "", of=object):
    a = t.value("a", 64)
    t.call(a)
    t.ensure_result(a)
"""


@pytest.fixture
def mine(tmp_path: Path) -> list[object]:
    """The arguments that verify a routine of one instruction under a contract of many parameters."""
    target, file = tmp_path / "input.o", tmp_path / "mine.py"
    target.write_bytes(object_of(RET))
    file.write_text(MINE)
    return [target, "routine", "--contract", file]


@pytest.mark.parametrize(
    ("given", "cases"),
    [
        ([], ["mine(mode=keep, rounds=3", "mine(mode=keep, odd, rounds=3", "mine(mode=drop, rounds=3", "mine(mode=drop, odd, rounds=3"]),
        (["mode=drop"], ["mine(mode=drop, rounds=3", "mine(mode=drop, odd, rounds=3"]),
        (["odd=true"], ["mine(mode=keep, odd, rounds=3", "mine(mode=drop, odd, rounds=3"]),
        (["odd=false", "mode=keep"], ["mine(mode=keep, rounds=3"]),
        (["mode=drop", "odd=true", "rounds=20"], ["mine(mode=drop, odd, rounds=20"]),
        (["rounds=-1", "mode=keep", "odd=false"], ["mine(mode=keep, rounds=-1"]),
        (["label=a=b c", "mode=keep", "odd=false"], ["mine(mode=keep, rounds=3, label=a=b c"]),
    ],
    ids=lambda value: " ".join(value),
)  # fmt: skip
def test_cases_are_chosen_by_their_parameters(
    lnsym: Command, mine: list[object], given: list[str], cases: list[str]
) -> None:
    code, out, err = lnsym("verify", *mine, *[word for text in given for word in ("-p", text)])
    assert (code, err) == (0, "")
    shown = [line.split("  ")[2] for line in out.splitlines() if line.startswith("PROVED")]
    assert [text.partition(", of=")[0] for text in shown] == cases


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mod=drop", "'mine' has no parameter 'mod'; it has mode, odd, rounds, label, of"),
        ("mode=none", "mode=none is no value of mode, which is keep or drop"),
        ("mode=", "mode= is no value of mode, which is keep or drop"),
        ("odd=True", "odd=True is no value of odd, which is false or true"),
        ("odd=1", "odd=1 is no value of odd, which is false or true"),
        ("rounds=three", "rounds=three is no value of rounds, which is a number"),
        ("rounds=1e3", "rounds=1e3 is no value of rounds, which is a number"),
        ("rounds=٣", "rounds=٣ is no value of rounds, which is a number"),
        (f"rounds={'9' * 5000}", "is no value of rounds, which is a number"),
        ("of=int", "of=int is no value of of, which is nothing that can be written on a command line"),
    ],
)
def test_what_is_not_there_is_one_line(lnsym: Command, mine: list[object], text: str, said: str) -> None:
    code, out, err = lnsym("verify", *mine, "-p", text)
    assert (code, out) == (2, "")
    assert err.startswith("lnsym: ")
    assert err.count("\n") == 1
    assert said in err


@pytest.mark.parametrize("given", [["-p", "rounds"], ["-p", "=3"], ["-p", ""], ["-p", "odd=true", "-p", "odd=true"],
                                   ["--blocks", "2", "-p", "blocks=2"]], ids=" ".join)  # fmt: skip
def test_what_makes_no_sense_is_a_usage_error(lnsym: Command, mine: list[object], given: list[str]) -> None:
    code, out, err = lnsym("verify", *mine, *given)
    assert (code, out) == (2, "")
    assert "Error: " in err


def test_blocks_is_short_for_a_parameter(lnsym: Command, tmp_path: Path) -> None:
    reports = []
    for number, given in enumerate((["--blocks", "2"], ["-p", "blocks=2"])):
        file = tmp_path / f"{number}.json"
        sample = sample_path("sha256_crypto.o")
        assert lnsym("verify", sample, "sha256_block_crypto", *given, "--json", file)[0] == 0
        (verdict,) = json.loads(file.read_text())["verdicts"]
        reports.append((verdict["parameters"], verdict["goals"]))
    assert reports[0] == reports[1]
    assert reports[0][0] == {"blocks": 2}


def test_a_contract_that_was_not_asked_for_ignores_what_is_for_others(lnsym: Command) -> None:
    code, out, _ = lnsym("verify", CLASSICS, "memcpy_loop", "abs64", "-p", "size=3", "--jobs", 1)
    assert code == 0
    assert "memcpy_loop(size=3)" in out
    code, out, err = lnsym("verify", CLASSICS, "memcpy_64", "abs64", "-p", "size=3")
    assert (code, out) == (2, "")
    assert err == "lnsym: none of these contracts has a parameter 'size'; they have none\n"


@pytest.mark.parametrize(
    "command",
    [
        ["equiv", CLASSICS, "memcpy_loop", CLASSICS, "memcpy_loop"],
        ["mutate", CLASSICS, "memcpy_loop", "--count", 1, "--checks", 5],
        ["trace", CLASSICS, "memcpy_loop"],
    ],
    ids=lambda command: command[0],
)
def test_every_command_that_chooses_a_contract_takes_parameters(lnsym: Command, command: list[object]) -> None:
    code, out, _ = lnsym(*command, "-p", "size=3")
    assert code == 0
    if command[0] == "trace":
        assert out.count("ldrb") == 3
    else:
        assert "memcpy_loop(size=3)" in out
    code, out, err = lnsym(*command, "-p", "length=3")
    assert (code, out) == (2, "")
    assert err == "lnsym: 'memcpy_loop' has no parameter 'length'; it has size\n"


@pytest.mark.parametrize("blocks", [1, 2, 3, 50])
def test_a_hash_takes_so_many_blocks_at_a_time(lnsym: Command, tmp_path: Path, blocks: int) -> None:
    message = tmp_path / "message"
    message.write_bytes(bytes(range(256)) + b"abc")
    sample = sample_path("sha256_crypto.o")
    code, out, _ = lnsym("run", sample, "sha256_block_crypto", "--message", message, "-p", f"blocks={blocks}")
    assert (code, out.split()[0]) == (0, hashlib.sha256(message.read_bytes()).hexdigest())


def test_a_hash_of_no_blocks_at_a_time(lnsym: Command) -> None:
    arguments = ("run", sample_path("sha256_crypto.o"), "sha256_block_crypto", "--message", CLASSICS)
    code, out, err = lnsym(*arguments, "-p", "blocks=0")
    assert (code, out) == (2, "")
    assert "at least 1" in err


def test_the_parameters_of_all_contracts_are_listed(lnsym: Command) -> None:
    code, out, err = lnsym("list", "--contracts")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("aes-set-encrypt-key "))
    assert lines[at].split()[1:] == ["aes_hw_set_encrypt_key", "aes_v8_set_encrypt_key"]
    assert lines[at + 1].split(maxsplit=1) == ["bits", "128, 192 or 256; default 128"]
    assert lines[at + 2].split(maxsplit=1) == ["refused", "empty, null key, null schedule or bits; default empty"]
    code, out, _ = lnsym("list", CLASSICS, "--contracts")
    assert code == 0
    assert "aes" not in out
    assert "  size        a number; default 32" in out.splitlines()


def test_a_list_of_nothing_is_a_usage_error(lnsym: Command) -> None:
    code, out, err = lnsym("list")
    assert (code, out) == (2, "")
    assert "TARGET" in err


# -- as a library ----------------------------------------------------------------------------------


def two(t: Theorem, bits: Literal[8, 16] = 8, wide: bool = False) -> None: ...


def test_a_signature_has_names_defaults_and_declared_values() -> None:
    assert Contract("two", two).signature == (Parameter("bits", 8, (8, 16)), Parameter("wide", False))
    assert Contract("any", lambda t, size=3: None).signature == (Parameter("size", 3),)


def test_an_annotation_that_means_nothing_declares_nothing() -> None:
    def odd(t: Theorem, size: no_such_name = 3) -> None: ...  # type: ignore[name-defined]  # noqa: F821

    assert Contract("odd", odd).signature == (Parameter("size", 3),)


def test_texts_become_values_of_their_type() -> None:
    found = Contract("two", two).given({"bits": "16", "wide": "true"})
    assert [(name, type(value), value) for name, value in found.items()] == [("bits", int, 16), ("wide", bool, True)]
    with pytest.raises(NoSuchValue):
        Contract("two", two).given({"bits": "12"})
    with pytest.raises(NoSuchParameter):
        Contract("two", two).given({"bit": "16"})


@pytest.mark.parametrize(
    ("given", "chosen"),
    [
        ({"bits": 192}, [{"bits": 192}]),
        ({"refused": "bits"}, [{"refused": "bits"}]),
        ({"refused": "", "bits": 256}, [{"refused": "", "bits": 256}]),
        ({"refused": "bits", "bits": 192}, [{"refused": "bits", "bits": 192}]),
    ],
)
def test_a_case_at_its_default_agrees_with_that_alone(given: dict[str, object], chosen: list[object]) -> None:
    assert registered()["aes-set-encrypt-key"].choices(given) == chosen


def test_a_parameter_that_no_case_sets_is_set_in_all() -> None:
    counter = registered()["aes-ctr32-fixed"]
    assert counter.choices({"in_place": True}) == [{**case, "in_place": True} for case in counter.cases]
    assert len(counter.cases) == 11


@pytest.mark.parametrize("cases", [({"bits": 12},), ({"bits": 8}, {"bits": 32})])
def test_a_case_of_a_value_that_is_not_declared_is_refused(cases: tuple[dict[str, object], ...]) -> None:
    with pytest.raises(ContractError, match="bits is 8 or 16, not"):
        contract("two", cases=cases)(two)


def test_a_default_that_is_not_declared_is_refused() -> None:
    def none(t: Theorem, bits: Literal[8, 16] = 4) -> None: ...  # type: ignore[assignment]

    with pytest.raises(ContractError, match="the default of 'none': bits is 8 or 16, not 4"):
        contract("none")(none)
