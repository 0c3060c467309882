"""Runs: a theorem set up on an image, explored on symbols or run on numbers.

    setup = Setup(image, "sha256_block", contract.statement("sha256_block"))
    execution = explore(setup, RunLimits(max_steps=10_000), observer)
    for path in execution.paths:
        print(path.steps, path.ending)

`execution.goals` is what is left to prove.
"""

from lnsym.run.concrete import concrete_start, run_concretely
from lnsym.run.exploration import MAX_STEPS, Execution, RunLimits, Unexplored, explore
from lnsym.run.setup import Setup

__all__ = ["MAX_STEPS", "Execution", "RunLimits", "Setup", "Unexplored", "concrete_start", "explore", "run_concretely"]
