"""Shrinking: a failing case made as plain as it can be while it still fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from isa.operands import Role
from lnsym.conform.cases import Case
from lnsym.conform.contents import RegisterContents
from lnsym.conform.forms import form_name, operand_slots

Fails = Callable[[Case], bool]

MAX_TRIALS = 3000


def shrink(case: Case, fails: Fails) -> Case:
    """The plainest case found that fails as the given one does; the given one if it does not fail again."""
    trials = MAX_TRIALS
    improved = True
    while improved:
        improved = False
        for plainer in _plainer(case):
            trials -= 1
            if trials < 0:
                return case
            if fails(plainer):
                case, improved = plainer, True
                break
    return case


def _plainer(case: Case) -> Iterator[Case]:
    """Cases a step plainer, the boldest steps first."""
    yield from _without_registers(case)
    yield from _plainer_words(case)
    yield from _plainer_data(case)
    if case.contents.nzcv:
        contents = case.contents.copy()
        contents.set_flags(0)
        yield replace(case, contents=contents)
    yield from _plainer_values(case)


def _without_registers(case: Case) -> Iterator[Case]:
    """Many registers zero at once: all, the vectors, each half, a quarter, an eighth, one."""
    zero = [n for n in range(64) if _value(case.contents, n) == 0]
    others = [n for n in range(64) if n not in zero]
    size = len(others)
    while size:
        for start in range(0, len(others), size):
            contents = case.contents.copy()
            for n in others[start : start + size]:
                _set(contents, n, 0)
            yield replace(case, contents=contents)
        size //= 2


def _value(contents: RegisterContents, n: int) -> int:
    """Register n: 0-30 the Xs, 31 SP, 32-63 the Vs."""
    return (contents.general[n] if n < 32 else contents.vector[n - 32]).value


def _set(contents: RegisterContents, n: int, value: int) -> None:
    if n < 32:
        contents.set_general(n, value)
    else:
        contents.set_vector(n - 32, value)


def _plainer_values(case: Case) -> Iterator[Case]:
    """One register with fewer bits set."""
    for n in range(64):
        value = _value(case.contents, n)
        if not value:
            continue
        width = 64 if n < 32 else 128
        candidates = [1, (1 << width) - 1]
        size = width // 2
        while size:
            candidates += [value & ~(((1 << size) - 1) << low) for low in range(0, width, size)]
            size //= 2
        for candidate in candidates:
            if candidate.bit_count() < value.bit_count() or (candidate == 1 and value.bit_count() == 1 and value > 1):
                contents = case.contents.copy()
                _set(contents, n, candidate)
                yield replace(case, contents=contents)


def _plainer_data(case: Case) -> Iterator[Case]:
    """Stretches of memory zero, from all of it down to a byte."""
    data = case.data
    size = len(data)
    while size and any(data):
        for start in range(0, len(data), size):
            if any(data[start : start + size]):
                yield replace(case, data=data[:start] + bytes(size) + data[start + size :])
        size = size // 4 if size > 4 else size - 1 if size == 1 else 1


def _plainer_words(case: Case) -> Iterator[Case]:
    """Smaller immediates, and registers renamed to smaller numbers that are not in use, contents and all."""
    encoding = case.encoding
    name = form_name(encoding, case.fields)
    slots = operand_slots(encoding)
    in_use = {vars(case.fields)[slot.name] for slot in encoding.registers}
    for slot in slots:
        now = vars(case.fields)[slot.name]
        is_register = encoding.role(slot) is Role.REGISTER
        wanted = [n for n in range(4) if n not in in_use] if is_register and now != 31 else [0, 1, now // 2]
        for value in wanted:
            if value >= now or (is_register and now == 31):
                continue
            word = case.word & ~(((1 << slot.width) - 1) << slot.low) | value << slot.low
            fields = encoding.fields(word)
            if form_name(encoding, fields) != name:
                continue
            contents = case.contents.copy()
            if is_register:
                _set(contents, value, _value(contents, now))
                _set(contents, 32 + value, _value(contents, 32 + now))
            yield replace(case, word=word, fields=fields, contents=contents)
            break
