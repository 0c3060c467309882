"""Verdicts, and everything a report says about how one came about."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from lnsym.contract.abi import STACK_BYTES
from lnsym.prove.provenance import Apart
from lnsym.prove.refutation import Counterexample

Status: TypeAlias = Literal["proved", "refuted", "unknown"]

EXIT_CODES: dict[Status, int] = {"proved": 0, "refuted": 1, "unknown": 3}


@dataclass
class MethodUse:
    """What one method did: how many goals it closed, in how many seconds."""

    name: str
    goals: int
    seconds: float


@dataclass
class Verdict:
    """The answer for one routine under one contract."""

    routine: str
    contract: str
    parameters: dict[str, object]
    status: Status
    reason: str = ""
    """Why not proved, in one line."""
    exit_code: int = 0
    instructions: int = 0
    """Instructions executed, over all paths."""
    paths: int = 0
    goals: int = 0
    terms: int = 0
    """Distinct terms made."""
    seconds: dict[str, float] = field(default_factory=dict)
    """By phase: specify, decode, simulate, compare."""
    methods: list[MethodUse] = field(default_factory=list)
    assumptions: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    """Rules of the platform that were checked because they were asked for."""
    stack_bytes: int = STACK_BYTES
    """How much stack below SP is assumed to be there."""
    counterexample: Counterexample | None = None
    apart: Apart | None = None
    """Where it is unknown: what the code computes and what it should, as far down as the methods could not join them."""

    @property
    def title(self) -> str:
        """The routine and the parameters that are set, as a name for files."""
        return "-".join([self.routine, *[f"{name}-{value}" for name, value in self.parameters.items() if value]])

    @property
    def total_seconds(self) -> float:
        """All phases together."""
        return sum(self.seconds.values())

    @property
    def method(self) -> str:
        """The names of the methods that closed goals, in the order of cost."""
        return "+".join(use.name for use in self.methods if use.goals) or "-"
