"""What a verification is about: a routine of an image under one case of its contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lnsym.contract import Contract
from lnsym.deadline import NEVER, Deadline
from lnsym.machine.image import Image
from lnsym.prove.feasibility import on_feasible_paths
from lnsym.prove.verdict import Verdict
from lnsym.prove.verify import Options, verify
from lnsym.run.exploration import Unexplored


@dataclass(frozen=True)
class Subject:
    """A routine, and the theorem that it is held against."""

    image: Image
    symbol: str
    contract: Contract
    case: Mapping[str, object]

    def unexplored(self, max_steps: int, deadline: Deadline = NEVER) -> Unexplored:
        """The theorem set up on the image, infeasible paths to be dropped. Raises LnsymError."""
        statement = self.contract.statement(self.symbol, **self.case)
        return on_feasible_paths(self.image, self.symbol, statement, max_steps, deadline)

    def verify(self, options: Options) -> Verdict:
        """The verdict. Raises LnsymError."""
        return verify(self.image, self.symbol, self.contract, self.case, options)
