"""Listings: the routines of a target, and the instructions of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lnsym.contract.registry import Contract, value_text
from lnsym.contract.routines import Routine
from lnsym.errors import LnsymError, one_line
from lnsym.machine.decode import decode_word, disassemble
from lnsym.machine.image import Image


def routine_lines(routines: Iterable[Routine]) -> Iterator[str]:
    """One line for each routine: size in bytes, name, archive member, contract."""
    for routine in routines:
        name = one_line(routine.name)
        yield f"{routine.size:7}  {name:<48}  {routine.contract or '-':<20}  {one_line(routine.member)}".rstrip()


def left_out_line(count: int) -> str:
    """How many functions a listing left out, and how to see them."""
    functions = "1 function has" if count == 1 else f"{count} functions have"
    return f"{functions} no contract of lnsym's; --all lists every function"


def contract_lines(contracts: Iterable[Contract]) -> Iterator[str]:
    """For each contract its name and what its routines are called; below, its parameters: what each may be, and what it is by default."""
    for contract in contracts:
        yield one_line(f"{contract.name:<24}  {' '.join(contract.routines)}").rstrip()
        for parameter in contract.signature:
            yield one_line(
                f"  {parameter.name:<10}  {parameter.choice}; default {value_text(parameter.default) or 'empty'}"
            )


def disassembly(image: Image, symbol: str) -> Iterator[str]:
    """One line for each word of a routine: address, bytes, text, and what the model lacks."""
    found = image.symbol(symbol)
    yield f"{found.address:#x} <{one_line(found.name)}>, {found.size} bytes"
    for address in range(found.address, found.address + found.size // 4 * 4, 4):
        word = int.from_bytes(image.read(address, 4), "little")
        text = disassemble(word, address)
        line = f"{address:10x}  {word:08x}  {' '.join(text).rstrip() if text else '.word'}"
        try:
            decode_word(word, address)
        except LnsymError:
            line = f"{line:<60}  ; not modelled"
        yield line
