"""Decoding: Capstone names an instruction, the patterns of `isa` give its fields and semantics.

Both must agree on what the word is. A word that only one of them knows, or that they name differently, is an error with
its address, never a guess.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial

from capstone import CS_ARCH_ARM64, CS_MODE_ARM, Cs

from isa import Encoding, Fields, classify
from isa.branch_types import BranchType
from lnsym.bv import BV
from lnsym.errors import UnresolvedRelocation
from lnsym.machine.addresses import Addresses
from lnsym.machine.endings import EndOfPath, Forbidden, NotModelled
from lnsym.machine.image import Image
from lnsym.machine.layout import AddressUse, why_unknown
from lnsym.machine.relocated import with_address
from lnsym.machine.relocation import Place, relocate
from lnsym.machine.state import State


@dataclass(frozen=True)
class UnmodelledInstruction(NotModelled):
    """An instruction of the architecture that `isa` does not model."""

    address: int
    word: int
    text: str
    where: str

    def _message(self) -> str:
        """Address, place, bytes and text."""
        return f"instruction not modelled at {self.address:#x} ({self.where}): {_bytes(self.word)}  {self.text}"


@dataclass(frozen=True)
class NotAnInstruction(NotModelled):
    """A word that is no A64 instruction known to the disassembler."""

    address: int
    word: int
    where: str

    def _message(self) -> str:
        """Address, place and bytes."""
        return f"no A64 instruction at {self.address:#x} ({self.where}): {_bytes(self.word)}"


@dataclass(frozen=True)
class DecodersDisagree(NotModelled):
    """Capstone and the patterns of `isa` take one word for different instructions."""

    address: int
    word: int
    text: str
    names: tuple[str, ...]

    def _message(self) -> str:
        """Address, bytes, and what each takes them for."""
        return (
            f"decoders disagree at {self.address:#x}: {_bytes(self.word)} is {self.text!r} to Capstone "
            f"and {self.names[0]!r} to the model; please report it"
        )


@dataclass(frozen=True)
class NotCode(Forbidden):
    """Control reached an address that holds no code, or code that may have been changed since."""

    address: int
    segment: str

    def _message(self) -> str:
        """Address and segment."""
        return f"control reaches {self.address:#x} ({self.segment}), which is not constant executable code"


def _bytes(word: int) -> str:
    return word.to_bytes(4, "little").hex(" ")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One decoded instruction: its place, its text, and its semantics as a function of the state."""

    address: int
    word: int
    mnemonic: str
    operands: str
    encoding: Encoding
    fields: Fields
    execute: Callable[[State], None]

    @property
    def text(self) -> str:
        """Assembly text as Capstone prints it."""
        return f"{self.mnemonic} {self.operands}".rstrip()

    @property
    def lands(self) -> frozenset[BranchType]:
        """The indirect branches that may lead to it in a guarded page."""
        return self.encoding.lands(self.fields)


@cache
def _disassembler() -> Cs:
    return Cs(CS_ARCH_ARM64, CS_MODE_ARM)


def disassemble(word: int, address: int) -> tuple[str, str] | None:
    """Capstone's mnemonic and operands for a word at an address; None when it knows no such instruction."""
    for _, _, mnemonic, operands in _disassembler().disasm_lite(word.to_bytes(4, "little"), address, 1):
        return mnemonic, operands
    return None


def decode_word(word: int, address: int, where: str = "") -> Instruction:
    """The instruction that a word at an address is. Raises UnmodelledInstruction, NotAnInstruction, DecodersDisagree."""
    named = disassemble(word, address)
    found = classify(word)
    if named is None:
        if found is None:
            raise EndOfPath(NotAnInstruction(address, word, where))
        raise EndOfPath(DecodersDisagree(address, word, "no instruction", found[0].names(found[1])))
    mnemonic, operands = named
    if found is None:
        raise EndOfPath(UnmodelledInstruction(address, word, f"{mnemonic} {operands}".rstrip(), where))
    encoding, fields = found
    names = encoding.names(fields)
    if mnemonic not in names:
        raise EndOfPath(DecodersDisagree(address, word, f"{mnemonic} {operands}".rstrip(), names))
    return Instruction(address, word, mnemonic, operands, encoding, fields, partial(_execute, encoding.execute, fields))


def _execute(semantics: Callable[[State, Fields], None], fields: Fields, state: State) -> None:
    semantics(state, fields)


class Code:
    """The instructions of an image, each decoded when it is first asked for.

    With `addresses` what nobody knows before the file is linked and loaded is a term; without, the stand-in that the layout has for it.
    """

    def __init__(self, image: Image, addresses: Addresses | None = None) -> None:
        self.image = image
        self.addresses = addresses
        self._external_names = {term: name for name, term in addresses.externals.items()} if addresses else {}
        self.seconds = 0.0
        """Time spent decoding so far."""
        self._decoded: dict[int, Instruction] = {}

    def __getitem__(self, address: int) -> Instruction:
        """The instruction at an address. Raises what `decode_word` raises, or an error of the image."""
        found = self._decoded.get(address)
        if found is None:
            began = time.perf_counter()
            segment = self.image.segment_at(address)
            if segment is None or not segment.executable or not segment.constant:
                raise EndOfPath(NotCode(address, segment.name if segment else "no segment"))
            if address % 4:
                raise EndOfPath(NotCode(address, f"{segment.name}, between instructions"))
            for word_of_data in self.image.address_words_in(address, 4).values():
                raise UnresolvedRelocation(str(self.image.path), address, why_unknown(word_of_data))
            word = int.from_bytes(self.image.read(address, 4), "little")
            found = decode_word(word, address, self.image.describe(address))
            use = self.image.address_uses.get(address)
            if use is not None and self.addresses is not None:
                found = replace(found, execute=self._with_address(found, use, self.addresses))
            self._decoded[address] = found
            self.seconds += time.perf_counter() - began
        return found

    def _with_address(self, found: Instruction, use: AddressUse, addresses: Addresses) -> Callable[[State], None]:
        """What a relocated instruction does wherever the address lies. Raises UnresolvedRelocation."""
        execute = with_address(found.encoding, found.fields, use.relocation, addresses.of_use(use))
        where = (str(self.image.path), found.address)
        if execute is None:
            raise UnresolvedRelocation(*where, why_unknown(use))
        number = self.image.externals[use.of] if isinstance(use.of, str) else use.of
        inputs = Place(S=number, A=use.addend, P=found.address, G=number)
        word = found.word.to_bytes(4, "little")
        if relocate(use.relocation, inputs, word) != word:
            raise UnresolvedRelocation(*where, "its immediate was changed since, which a linker would undo")
        return execute

    def external_at(self, target: BV) -> str | None:
        """The symbol of another file that has this address."""
        return self._external_names.get(target)

    @property
    def decoded(self) -> dict[int, Instruction]:
        """What has been decoded so far, by address."""
        return self._decoded
