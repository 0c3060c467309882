"""Whether a statement is whole: it calls and claims something, and every variable of it is one that it gives."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from lnsym.bv import BV, variables
from lnsym.contract.checks import ContractError, shown
from lnsym.contract.statement import Statement, outputs_in
from lnsym.machine.extents import open_elements
from lnsym.machine.origins import Afterwards, AfterwardsAt, Element, ElementAt, Folded, Result


def check_calls(statement: Statement) -> None:
    """Raises ContractError when nothing is called, or a register is to hold two things."""
    if not statement.calls:
        raise ContractError("it calls nothing: say t.call(...)")
    for i in range(len(statement.calls[0].arguments)):
        if f"x{i}" in statement.registers:
            raise ContractError(
                f"x{i} holds argument {i} of the call, and t.own_convention(...) gives it another value"
            )


def check_claims(statement: Statement) -> None:
    """Raises ContractError when nothing is ensured, or of a region that may be written nothing is said."""
    outputs = statement.outputs_in_conditions.values()
    spoken_of = {left.region for left in outputs if isinstance(left, Afterwards | AfterwardsAt)}
    spoken_of.update(statement.ensured, statement.unspecified, statement.each)
    claims = any(element is not None for elements in statement.ensured.values() for element in elements)
    if (
        not claims
        and statement.result is None
        and not statement.ensured_registers
        and not statement.conditions
        and not statement.each
    ):
        raise ContractError("it ensures nothing: say t.ensure(...), t.ensure_result(...) or t.ensure_that(...)")
    for block in statement.blocks:
        if "w" in block.access and block.name not in spoken_of:
            raise ContractError(
                f"{block.name!r} may be written, and nothing is said of what it holds afterwards: "
                "say t.ensure(...) or t.leave_unspecified(...)"
            )


def check_variables(statement: Statement, left_open: Iterable[BV], asked_after: Collection[str]) -> None:
    """Raises ContractError for a variable that is no input; an output is known in a condition alone.

    `left_open` are the bits that narrow arguments leave open, `asked_after` the regions whose contents afterwards were asked for.
    """
    terms, conditions = [*statement.terms], [*statement.conditions.values()]
    known = {value.variable for value in statement.values}.union(left_open)
    for block in statement.blocks:
        known.update([block.base, *block.listed])
    terms += _of_one_step(statement)
    known.update(_of_folds(statement, terms))
    if statement.open_blocks:
        outputs = statement.outputs_in_conditions.values()
        terms += [block.count for block in statement.open_blocks.values() if isinstance(block.count, BV)]
        terms += [output.index for output in outputs if isinstance(output, AfterwardsAt)]
        terms += [at.offset for at in open_elements([*terms, *conditions]).values()]
        known.update(_of_open_regions(statement, [*terms, *conditions]))
    _must_be_known(terms, known)
    if conditions:
        _must_be_known(conditions, known.union(_outputs(statement, asked_after, conditions)))


def _of_one_step(statement: Statement) -> list[BV]:
    """What the specification does in one step, and what one part holds, of a number that is the count itself."""
    found: list[BV] = []
    for fold in statement.folds.values():
        found += (
            [] if fold.count.is_const else [*fold.start, fold.count, *fold.next(fold.after(fold.count), fold.count)]
        )
    for each in statement.each.values():
        found += each.part(statement.counts[0] if statement.counts else BV.const(0, 64))
    return found


def _of_folds(statement: Statement, terms: Iterable[BV]) -> list[BV]:
    """The variables of terms that are elements of its folds."""
    widths = {(name, i): e.width for name, fold in statement.folds.items() for i, e in enumerate(fold.start)}
    return [
        variable
        for variable in variables(terms)
        if isinstance(variable.origin, Folded)
        and widths.get((variable.origin.fold, variable.origin.index)) == variable.width
    ]


def _of_open_regions(statement: Statement, terms: Iterable[BV]) -> list[BV]:
    """The variables of terms that are elements of its regions of open size."""
    steps = {name: block.width // 8 for name, block in statement.open_blocks.items()}
    found = []
    for variable in variables(terms):
        match variable.origin:
            case Element(region) if 8 * steps.get(region, 0) == variable.width:
                found.append(variable)
            case ElementAt(region, _, step) if step == steps.get(region) and 8 * step == variable.width:
                found.append(variable)
    return found


def _outputs(statement: Statement, asked_after: Collection[str], conditions: Iterable[BV]) -> list[BV]:
    """The variables for outputs that its conditions may speak of."""
    found = [BV.var(Result(), statement.result_width)] if statement.result_width else []
    for block in statement.blocks:
        if block.name in asked_after:
            found += [BV.var(Afterwards(block.name, i), block.width) for i in range(len(block.listed))]
    widths = {name: block.width for name, block in statement.open_blocks.items()}
    at_terms = [(v, left) for v, left in outputs_in(conditions).items() if isinstance(left, AfterwardsAt)]
    return found + [variable for variable, left in at_terms if widths.get(left.region) == variable.width]


def _must_be_known(terms: Iterable[BV], known: Collection[BV]) -> None:
    for variable in variables(terms):
        if variable not in known:
            name, width = shown(str(variable.origin)), variable.width
            raise ContractError(f"the variable {name} of {width} bits is no input: t.value({name}, {width}) makes one")
