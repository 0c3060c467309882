"""The proof methods, in the order of cost: the one place that lists them."""

from __future__ import annotations

from lnsym.prove.method import Method
from lnsym.prove.methods.gf2 import GF2
from lnsym.prove.methods.small import SMALL
from lnsym.prove.methods.smt import BITWUZLA, Z3
from lnsym.prove.methods.structural import STRUCTURAL
from lnsym.prove.methods.sweep import SWEEP
from lnsym.prove.methods.words import WORDS

METHODS: tuple[Method, ...] = (STRUCTURAL, SMALL, WORDS, GF2, SWEEP, Z3, BITWUZLA)


def choices() -> tuple[str, ...]:
    """What `--method` offers, in the order of cost: of several methods under one name the costliest counts."""
    last_first = dict.fromkeys(method.choice or method.name for method in reversed(METHODS))
    return tuple(reversed(last_first))


def chosen(*names: str) -> tuple[Method, ...]:
    """The methods that choices stand for, in the order of cost."""
    return tuple([method for method in METHODS if (method.choice or method.name) in names])


__all__ = ["BITWUZLA", "GF2", "METHODS", "SMALL", "STRUCTURAL", "SWEEP", "WORDS", "Z3", "choices", "chosen"]
