"""Evaluation and substitution of terms, without recursion: a hash is 10**5 nodes deep."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

from lnsym.bv.operators import evaluate_node, operands, rebuild
from lnsym.bv.term import BV, WidthMismatch


class UnboundVariable(LookupError):
    """Evaluation met a variable that has no value."""

    def __init__(self, variable: BV) -> None:
        super().__init__(f"no value for the variable {variable.origin}")
        self.variable = variable


def topological(roots: Iterable[BV], known: Container[BV] = ()) -> list[BV]:
    """All terms under the roots, each once, operands before the terms made of them; not those in `known` or below them alone."""
    order: list[BV] = []
    done: set[BV] = set()
    stack = list(roots)[::-1]
    while stack:
        term = stack[-1]
        if term in done or term in known:
            stack.pop()
            continue
        below = term.known_operands
        if below is None:
            below = operands(term)
        waiting = [operand for operand in below if operand not in done and operand not in known]
        if waiting:
            stack.extend(reversed(waiting))
        else:
            stack.pop()
            done.add(term)
            order.append(term)
    return order


def variables(roots: Iterable[BV]) -> list[BV]:
    """The variables under the roots, in the order of their serial numbers."""
    return sorted((t for t in topological(roots) if t.op == "var"), key=lambda term: term.serial)


def evaluate(
    roots: Sequence[BV], samples: Sequence[Mapping[BV, int]], default: int | None = None
) -> list[tuple[int, ...]]:
    """The values of the roots on each sample, a map from variables to unsigned values.

    A variable without a value takes `default`; where that is None it raises UnboundVariable.
    """
    order = topological(roots)
    results = []
    for sample in samples:
        values: dict[BV, int] = {}
        for term in order:
            if term.op == "var":
                value = sample.get(term, default)
                if value is None:
                    raise UnboundVariable(term)
                values[term] = value & ((1 << term.width) - 1)
            else:
                values[term] = evaluate_node(term, values)
        results.append(tuple([values[root] for root in roots]))
    return results


def substitute(roots: Sequence[BV], replacement: Mapping[BV, BV]) -> list[BV]:
    """The roots with each term in `replacement` replaced, rebuilt at the rewrite level in force.

    Raises WidthMismatch when a replacement has another width than the term it replaces.
    """
    for old, replaced in replacement.items():
        if old.width != replaced.width:
            raise WidthMismatch(f"{old.width} bits and {replaced.width} bits: {old!r}, {replaced!r}")
    new: dict[BV, BV] = {}
    for term in topological(roots):
        if term in replacement:
            new[term] = replacement[term]
        elif term.op in ("const", "var"):
            new[term] = term
        else:
            same = all(new[operand] is operand for operand in operands(term))
            new[term] = term if same else rebuild(term, new)
    return [new[root] for root in roots]
