"""The places a routine leaves something in: by the contract's claims, and without them."""

from __future__ import annotations

import pytest
from assembly import RET, image_of, judge, mov, store

from lnsym.bv import BV
from lnsym.contract import Contract, Theorem
from lnsym.contract.checks import ContractError
from lnsym.machine.origins import Element, Pointer, Value, vector_register
from lnsym.run.exploration import explore
from lnsym.run.outputs import Outputs
from lnsym.run.setup import Setup


def claimed(t: Theorem) -> None:
    out, inner = t.region("out", 3, 32, access="w", byteorder="big"), t.region("inner", 2, 8, access="rw")
    t.call(out, inner, t.region("read", 1, 8), 7)
    t.ensure(out, [BV.const(0, 32), None, BV.const(0, 32)])
    t.leave_unspecified(inner)
    t.ensure_result(0, 32)


def unclaimed(t: Theorem) -> None:
    t.call(t.region("out", 2, 8, access="w"))
    t.returns(16)


def test_outputs_are_what_claims_are_made_of() -> None:
    outputs = Outputs.of(Contract("c", claimed).statement())
    assert outputs.widths == {"out[0]": 32, "out[2]": 32, "result": 32}


def test_a_region_of_which_nothing_is_said_is_an_output_with_all_its_elements() -> None:
    assert Outputs.of(Contract("c", unclaimed).interface()).widths == {"out[0]": 8, "out[1]": 8, "result": 16}


def test_registers_are_outputs() -> None:
    def statement(t: Theorem) -> None:
        t.own_convention({"x3": t.value("a", 64)})
        t.call()
        t.ensure_registers({"x4": BV.const(0, 64), "d2": BV.const(0, 64)})

    outputs = Outputs.of(Contract("c", statement).statement())
    assert outputs.widths == {"x4": 64, "d2": 64}
    execution = explore(
        Setup(image_of(mov(4, 3), RET), "routine", Contract("c", statement).statement().without_claims())
    )
    (path,) = execution.paths
    assert outputs.terms(path.state) == {"x4": BV.var(Value("a"), 64), "d2": vector_register(2).extract(63, 0)}


def test_the_terms_of_outputs_follow_byte_order_and_width() -> None:
    outputs = Outputs.of(Contract("c", claimed).statement())
    execution = explore(Setup(image_of(store(3, 0, 0, 4), RET), "routine", Contract("c", claimed).statement()))
    terms = outputs.terms(execution.paths[0].state)
    assert terms["out[0]"] == BV.const(7, 32).reverse_bytes()
    assert terms["out[2]"] == BV.var(Element("out", 2), 32)
    assert terms["result"] == BV.var(Pointer("out"), 64).extract(31, 0)


def test_without_claims_only_the_calling_convention_is_left() -> None:
    theorem = Contract("c", claimed).statement()
    execution = explore(Setup(image_of(RET), "routine", theorem.without_claims()))
    assert {goal.kind for goal in execution.goals} == {"abi"}
    assert (theorem.result, theorem.ensured["out"][1]) == (BV.const(0, 32), None)


def test_an_interface_is_no_theorem() -> None:
    """To verify, something must be claimed, and of each region that is written."""
    with pytest.raises(ContractError, match="ensures nothing"):
        judge(unclaimed, RET)
    with pytest.raises(ContractError, match="calls nothing"):
        Contract("c", lambda t: t.returns()).interface()


@pytest.mark.parametrize("width", [0, 65])
def test_a_result_fits_a_register(width: int) -> None:
    with pytest.raises(ContractError, match="a register has 64"):
        Theorem().returns(width)
