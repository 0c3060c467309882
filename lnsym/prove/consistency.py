"""The last question before PROVED: does each closed goal hold on a thousand fresh inputs?

A proof says that two terms are equal for every input. Here both are evaluated on inputs that no method has seen, by an evaluator that
shares no code with the methods (`lnsym.bv.planes`). One input on which they differ shows that a method is wrong. That is a
fault of lnsym, never a verdict: ToolFault carries the goal, the method and the input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from random import Random

from lnsym.bv import BV, variables
from lnsym.bv.dag import listing
from lnsym.bv.names import values_listed
from lnsym.bv.planes import differing, plane_of, to_planes
from lnsym.contract.obligations import Obligation
from lnsym.deadline import NEVER, Deadline
from lnsym.errors import ToolFault
from lnsym.prove.needles import adversarial_samples

SAMPLES = 1024
"""How many inputs are tried."""

CHECKING = "while what was proved was checked on fresh inputs, so that nothing is called proved"


@dataclass(frozen=True)
class Claim:
    """What a method said to hold, with the premises that it used."""

    method: str
    obligation: Obligation


def check(
    claims: Sequence[Claim],
    inputs: Iterator[Mapping[BV, int]],
    count: int = SAMPLES,
    deadline: Deadline = NEVER,
) -> None:
    """Raises ToolFault for a claim that fails on one of `count` inputs, half of them made from the terms' own constants.

    `inputs` gives values of pointers, where they may lie; they are kept, and what it leaves open is chosen here. Raises
    DeadlinePassed: then the claims are unchecked, and nothing may rest on them.
    """
    asked = [claim for claim in claims if claim.obligation.left is not claim.obligation.right]
    if not asked:
        return
    roots = [term for claim in asked for term in claim.obligation.terms]
    in_time = partial(deadline.check, CHECKING)
    in_time()
    samples = _samples(roots, inputs, count, in_time)
    planes = {v: to_planes([s[v] for s in samples], v.width) for v in variables(roots)}
    found = differing([(claim.obligation.left, claim.obligation.right) for claim in asked], planes, count, in_time)
    for claim, bits in zip(asked, found, strict=True):
        for premise in claim.obligation.premises:
            if not bits:
                break
            bits &= plane_of(premise, planes, count, in_time)
        if bits:
            raise _fault(claim, samples[(bits & -bits).bit_length() - 1])


def _samples(
    roots: Sequence[BV], inputs: Iterator[Mapping[BV, int]], count: int, in_time: Callable[[], None]
) -> list[dict[BV, int]]:
    """Half of the samples as they are given, the other half with values that are hard on the terms."""
    free = variables(roots)
    random = Random(count)
    hard = cycle(islice(adversarial_samples(roots), count // 2))
    found = []
    for number, given in enumerate(islice(inputs, count)):
        in_time()
        sample = {**next(hard), **given} if number % 2 else given
        found.append({v: sample.get(v, random.getrandbits(v.width)) & ((1 << v.width) - 1) for v in free})
    return found


def _fault(claim: Claim, sample: Mapping[BV, int]) -> ToolFault:
    """What is needed to see it again: the obligation and the input."""
    what = f"{claim.method} proved {claim.obligation.name}, which is false on an input"
    terms = listing(named_terms(claim.obligation))
    return ToolFault(what, f"{what}\n\nThe terms:\n{terms}\nThe input:\n{values_listed(sample)}")


def named_terms(obligation: Obligation) -> dict[str, BV]:
    """Its terms as a fault names them."""
    premises = {f"premise {number}": premise for number, premise in enumerate(obligation.premises)}
    return {"one side": obligation.left, "other side": obligation.right, **premises}
