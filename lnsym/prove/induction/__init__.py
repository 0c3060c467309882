"""Induction over the count of a routine: theorems for any number of blocks.

    runs on numbers ──visits, loops──▶ heads ──shapes──▶ invariants ──transitions──▶ obligations ──judge──▶ proved

The loops whose trips go with the count are cut at their heads (`loops`). What locations hold there is guessed from runs on numbers
(`visits`, `shapes`) and from what a way round leaves (`search`). What is guessed is only a claim, an `Invariant`: `transitions` states
what must be proved of it, and nothing else is believed.
"""

from lnsym.prove.induction.verification import ByInduction, by_induction

__all__ = ["ByInduction", "by_induction"]
