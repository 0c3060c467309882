"""The proof methods, in the order of cost: the one place that lists them."""

from __future__ import annotations

from lnsym.prove.method import Method
from lnsym.prove.methods.gf2 import GF2
from lnsym.prove.methods.smt import BITWUZLA, Z3
from lnsym.prove.methods.structural import STRUCTURAL
from lnsym.prove.methods.sweep import SWEEP
from lnsym.prove.methods.words import WORDS

METHODS: tuple[Method, ...] = (STRUCTURAL, WORDS, GF2, SWEEP, Z3, BITWUZLA)


def choices() -> tuple[str, ...]:
    """What `--method` offers, in the order of cost."""
    return tuple(dict.fromkeys(method.choice or method.name for method in METHODS))


def chosen(*names: str) -> tuple[Method, ...]:
    """The methods that choices stand for, in the order of cost."""
    return tuple([method for method in METHODS if (method.choice or method.name) in names])


__all__ = ["BITWUZLA", "GF2", "METHODS", "STRUCTURAL", "SWEEP", "WORDS", "Z3", "choices", "chosen"]
