"""What a contract says, frozen: every input public or secret, nothing added later, no variable of the contract's own making."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError

import pytest

import programs.contracts  # noqa: F401
from lnsym.bv import BV
from lnsym.contract import Block, Contract, Statement, Theorem, registered
from lnsym.contract.checks import ContractError
from lnsym.machine.origins import Afterwards, Element, Result, Value


def encrypting(t: Theorem) -> Block:
    key, out = t.region("key", 2, 64, fixed={1: 7}), t.region("out", 1, 64, access="w")
    table = t.region("table", 2, 8, secret=False)
    t.call(key, out, table, t.value("n", 32), t.value("word", 64, secret=True))
    t.ensure(out, [key.elements[0]])
    return out


def test_pointers_and_values_are_public_and_what_memory_holds_is_secret_unless_it_is_said_otherwise() -> None:
    statement = Contract("mine", encrypting).statement("f")
    assert {str(given.variable.origin): given.secret for given in statement.inputs} == {
        "n": False,
        "word": True,
        "key": False,
        "key[0]": True,
        "out": False,
        "out[0]": True,
        "table": False,
        "table[0]": False,
        "table[1]": False,
    }


def test_of_the_bundled_contracts_the_values_that_are_no_data_are_public() -> None:
    bundled = [one for one in registered().values() if one.function.__module__.startswith("programs.")]
    statements = [one.statement(one.routines[0].replace("*", ""), **one.choices({})[0]) for one in bundled]
    values = {str(given.variable.origin): given.secret for one in statements for given in one.values}
    assert {name for name, secret in values.items() if not secret} <= {
        *("n", "bits", "length", "bytes", "round", "data", "blocks")
    }
    assert {name for name, secret in values.items() if secret} >= {"x", "a", "previous", "lane[0]", "lane[24]"}
    assert all(block.secret for one in statements for block in one.blocks)


@pytest.mark.parametrize("value", [1, None, "yes"])
def test_secret_is_true_or_false(value: object) -> None:
    with pytest.raises(ContractError, match=r"secret= of 'a' is .*: give True or False"):
        Theorem().region("a", 1, 8, secret=value)  # type: ignore[arg-type]
    with pytest.raises(ContractError, match=r"secret= of 'a' is .*: give True or False"):
        Theorem().value("a", 8, secret=value)  # type: ignore[arg-type]


AFTERWARDS: dict[str, Callable[[Theorem, Block], object]] = {
    "region": lambda t, _: t.region("more", 1, 8),
    "value": lambda t, _: t.value("more", 8),
    "count": lambda t, _: t.count("more", 1),
    "fold": lambda t, _: t.fold("more", BV.const(1, 64), lambda state, k: state, [BV.const(1, 8)]),
    "assume": lambda t, _: t.assume(BV.const(1, 1)),
    "call": lambda t, out: t.call(out),
    "ensure": lambda t, out: t.ensure(out, [0]),
    "ensure_each": lambda t, out: t.ensure_each(out, 1, lambda k: [0]),
    "after": lambda t, out: t.after(out),
    "after_at": lambda t, out: t.after_at(out, 0),
    "ensure_that": lambda t, _: t.ensure_that(BV.const(1, 1)),
    "leave_unspecified": lambda t, out: t.leave_unspecified(out),
    "ensure_result": lambda t, _: t.ensure_result(0),
    "returns": lambda t, _: t.returns(),
    "keep_globals": lambda t, _: t.keep_globals(),
    "lemma": lambda t, _: t.lemma(BV.const(1, 8), 1),
    "label": lambda t, _: t.label(BV.const(1, 8), "one"),
    "own_convention": lambda t, _: t.own_convention({}),
    "ensure_registers": lambda t, _: t.ensure_registers({"x0": 0}),
}


def test_all_that_can_be_said_is_tried_afterwards() -> None:
    assert {name for name in vars(Theorem) if name[0] != "_"} - {"freeze"} == set(AFTERWARDS)


@pytest.mark.parametrize("name", AFTERWARDS)
def test_nothing_is_said_after_the_theorem_was_frozen(name: str) -> None:
    t = Theorem()
    out = encrypting(t)
    statement = t.freeze()
    with pytest.raises(ContractError) as refused:
        AFTERWARDS[name](t, out)
    assert refused.value.reason == f"t.{name}(...) after the theorem was frozen: say all in the contract's function"
    assert statement.calls == t.freeze().calls


def test_a_theorem_kept_by_its_contract_is_of_no_use_to_another() -> None:
    kept: list[Theorem] = []

    def first(t: Theorem) -> None:
        kept.append(t)
        encrypting(t)

    def second(t: Theorem) -> None:
        kept[0].ensure_result(1)

    Contract("first", first).statement()
    with pytest.raises(ContractError, match="after the theorem was frozen") as refused:
        Contract("second", second).statement()
    assert refused.value.where.startswith(f"{__file__}:")


def test_a_statement_does_not_change() -> None:
    statement = Contract("mine", encrypting).statement("f")
    assert isinstance(statement, Statement)
    with pytest.raises(FrozenInstanceError):
        statement.frame = 16  # type: ignore[misc]
    for held in (statement.ensured, statement.conditions, statement.registers, statement.ensured_registers):
        with pytest.raises(TypeError):
            held["x0"] = BV.const(0, 64)  # type: ignore[index]


# -- variables of the contract's own making --------------------------------------------------------

N = BV.var("n", 64)


def strayed(place: str) -> Callable[[Theorem], None]:
    def contract(t: Theorem) -> None:
        if place == "precondition":
            t.assume(N.ult(5))
        if place == "register":
            t.own_convention({"x9": N})
        t.call(N if place == "argument" else 0)
        if place == "claim":
            t.ensure_result(N)
        elif place == "condition":
            t.ensure_that(t.returns().ule(N))
        elif place == "registers afterwards":
            t.ensure_registers({"x1": N})
        else:
            t.ensure_result(0)

    return contract


@pytest.mark.parametrize(
    "place", ["precondition", "register", "argument", "claim", "condition", "registers afterwards"]
)
def test_a_variable_that_is_no_input_is_refused(place: str) -> None:
    with pytest.raises(ContractError) as refused:
        Contract("mine", strayed(place)).statement()
    assert refused.value.reason == "the variable 'n' of 64 bits is no input: t.value('n', 64) makes one"


@pytest.mark.parametrize(
    "stray",
    [
        BV.var(Value("v"), 32),  # the value has 64 bits
        BV.var(Element("key", 1), 64),  # it holds a known number
        BV.var(Element("key", 2), 64),
        BV.var(Result(), 64),
        BV.var(Afterwards("key", 0), 64),
    ],
)
def test_what_only_looks_like_an_input_is_refused(stray: BV) -> None:
    def looks(t: Theorem) -> None:
        key = t.region("key", 2, 64, fixed={1: 7})
        t.assume(stray.ult(9))
        t.call(key, t.value("v", 64))
        t.ensure_result(0)

    with pytest.raises(ContractError, match="is no input"):
        Contract("mine", looks).statement()


def test_a_condition_speaks_only_of_elements_afterwards_that_were_asked_for() -> None:
    def asks(t: Theorem, index: int = 0) -> None:
        out, other = t.region("out", 2, 8, access="w"), t.region("other", 2, 8, access="w")
        t.call(out, other)
        t.after(out)
        t.leave_unspecified(other)
        t.ensure_that(BV.var(Afterwards("out", index), 8).ult(9))

    assert Contract("mine", asks).statement(index=1).conditions
    with pytest.raises(ContractError, match=r"the variable 'out\[2\] afterwards' of 8 bits is no input"):
        Contract("mine", asks).statement(index=2)


def test_a_name_that_is_no_word_stands_in_one_line() -> None:
    def names(t: Theorem) -> None:
        t.call(BV.var("a\nb", 64))
        t.ensure_result(0)

    with pytest.raises(ContractError) as refused:
        Contract("mine", names).statement()
    assert "\n" not in refused.value.reason
