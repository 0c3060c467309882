"""Mutants that no campaign can find, each with the reason why its behaviour is that of the original."""

from __future__ import annotations

from lnsym.conform.mutants import Mutant

EQUIVALENT: tuple[tuple[str, str, str, str], ...] = ()
"""Module, the node before, the node after, and the reason."""


def reason_for(mutant: Mutant) -> str:
    """Why a mutant behaves as the original does; empty where nothing is known."""
    for module, before, after, reason in EQUIVALENT:
        if (mutant.module, mutant.before, mutant.after) == (module, before, after):
            return reason
    return ""
