"""Terms as text, in the notation of the standards: + ⊕ ∧ ¬ ROTR SHR, slices x[high:low].

One term is one line; what is deeper than `depth` or longer than `length` becomes …, so that a term of any size
prints at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lnsym.bv.labels import label_of
from lnsym.bv.term import BV

_INFIX = {
    "and": "∧", "or": "∨", "xor": "⊕", "add": "+", "mul": "·", "udiv": "udiv", "sdiv": "sdiv", "clmul": "⊗",
    "eq": "=", "ult": "<u", "slt": "<s", "shl": "<<", "lshr": ">>", "ashr": ">>s",
}  # fmt: skip


def constant(value: int) -> str:
    """Small numbers in decimal, others in hexadecimal."""
    return str(value) if value < 10 else f"{value:#x}"


def show(term: BV, depth: int = 6, length: int = 400) -> str:
    """The term as one line of at most `length` characters; labelled terms show as their labels."""
    text = ""
    for level in range(1, depth + 1):  # deeper and deeper: the work is bounded by what fits
        text = _show(term, level)
        if len(text) > length:
            return text[: length - 1] + "…"
        if "…" not in text:
            break
    return text


def show_without(term: BV, other: BV, depth: int) -> str:
    """A term as text without the words or addends that another term of its kind has too."""
    if term.op == other.op == "anf":
        items = [item for item in term.args if item not in other.args]
        return _show_anf(term, depth, False, items) if items else constant(0)
    if term.op == other.op == "sum":
        addends = [addend for addend in term.args[0] if addend not in other.args[0]]
        return _show_sum(term, depth, False, addends) or constant(0)
    return _show(term, depth)


def _show(term: BV, depth: int, inner: bool = False) -> str:
    op, args = term.op, term.args
    if op == "const":
        return constant(args[0])
    if op == "var":
        return str(args[0])
    name = label_of(term)
    if name is not None:
        return f"⟨{name}⟩"
    if depth == 0:
        return "…"
    if op == "extract":
        base = _show(args[0], depth - 1, True)
        high, low = args[1] + term.width - 1, args[1]
        return f"{base}[{high}]" if high == low else f"{base}[{high}:{low}]"
    if op == "anf":
        return _show_anf(term, depth, inner)
    if op == "sum":
        return _show_sum(term, depth, inner)
    if op == "concat":
        return "(" + " ++ ".join(_show(a, depth - 1, True) for a in args[:8]) + (" ++ …)" if len(args) > 8 else ")")
    if op == "ite":
        condition, then, otherwise = (_show(argument, depth - 1, True) for argument in args)
        text = f"{condition} ? {then} : {otherwise}"
        return f"({text})" if inner else text
    if op == "sext":
        return f"sext{term.width}({_show(args[0], depth - 1)})"
    if op == "lookup":
        return f"table{len(args[0].entries)}({_show(args[1], depth - 1)})"
    if op == "not":
        return f"¬{_show(args[0], depth - 1, True)}"
    if op == "ror":
        return f"ROTR{args[1]}({_show(args[0], depth - 1)})"
    text = f" {_INFIX[op]} ".join(_show(a, depth - 1, True) for a in args)
    return f"({text})" if inner else text


def _show_factor(word: BV, rotation: int, mask: int, depth: int) -> str:
    """One word of a bitwise form; a mask that makes the rotation a shift is shown as that shift."""
    width = word.width
    ones = (1 << width) - 1
    if not rotation and mask == ones:
        return _show(word, depth - 1, True)
    inner = _show(word, depth - 1)
    if rotation and mask == ones >> rotation:
        return f"SHR{rotation}({inner})"
    if rotation and mask == ones ^ ((1 << (width - rotation)) - 1):
        return f"SHL{width - rotation}({inner})"
    text = f"ROTR{rotation}({inner})" if rotation else _show(word, depth - 1, True)
    return text if mask == ones else f"{text} ∧ {constant(mask)}"


def _show_anf(term: BV, depth: int, inner: bool, only: Sequence[Any] | None = None) -> str:
    ones = (1 << term.width) - 1
    items = term.args if only is None else only
    negated = items[0][0] == () and items[0][1] == ones and len(items) > 1
    if negated:
        items = items[1:]
    parts = []
    for monomial, mask in items[:12]:
        if not monomial:
            parts.append(constant(mask))
        elif len(monomial) == 1:
            parts.append(_show_factor(monomial[0][2], monomial[0][1], mask, depth))
        else:
            words = [_show_factor(word, rotation, ones, depth) for _, rotation, word in monomial]
            parts.append(" ∧ ".join(words if mask == ones else [*words, constant(mask)]))
    if len(items) > 12:
        parts.append("…")
    if len(parts) > 1:
        parts = [f"({part})" if " ∧ " in part else part for part in parts]
    text = " ⊕ ".join(parts)
    if negated:
        return f"¬({text})" if len(parts) > 1 or " ∧ " in text else f"¬{text}"
    return f"({text})" if inner and (len(parts) > 1 or " ∧ " in text) else text


def _show_sum(term: BV, depth: int, inner: bool, only: Sequence[Any] | None = None) -> str:
    addends, total = term.args
    if only is not None:
        addends = only
    half = 1 << (term.width - 1)
    text = ""
    for _, coefficient, addend in addends[:12]:
        minus = coefficient >= half
        if minus:
            coefficient = (1 << term.width) - coefficient
        factor = "" if coefficient == 1 else f"{constant(coefficient)}·"
        sign = (" - " if minus else " + ") if text else ("-" if minus else "")
        text += sign + factor + _show(addend, depth - 1, True)
    if len(addends) > 12:
        text += " + …"
    if total:
        minus = total >= half
        number = (1 << term.width) - total if minus else total
        text += f" {'-' if minus else '+'} {constant(number)}"
    return f"({text})" if inner else text


BV.printer = show
