"""The theorem a contract states: regions, calls, what is assumed before and ensured after.

Sizes are in bytes unless a name says otherwise, widths in bits. Every region has a symbolic base, so the theorem holds for every
pointer value that keeps the regions disjoint.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias, get_args

from lnsym.bv import BV, concat
from lnsym.errors import LnsymError

RESERVED = re.compile(r"[xv]\d+(_.*)?|sp(_.*)?|flag_.*|return_address.*|stack.*|.*\.byte\[.*", re.DOTALL)
"""Names of the variables that an execution makes itself."""

Access: TypeAlias = Literal["r", "w", "rw"]
ByteOrder: TypeAlias = Literal["little", "big"]


@dataclass(eq=False)
class ContractError(LnsymError):
    """A contract that says something impossible, or nothing at all."""

    reason: str

    def _message(self) -> str:
        """What is wrong with it."""
        return f"contract: {self.reason}"


@dataclass(frozen=True, eq=False)
class Block:
    """A region of memory that the contract gives the routine.

    `elements` are its initial elements, variables named `name[i]`, in the order of their addresses.
    """

    name: str
    base: BV
    elements: tuple[BV, ...]
    width: int
    """Bits of one element."""
    byteorder: ByteOrder
    access: Access
    alignment: int
    """What the base is a multiple of, in bytes."""

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.elements) * self.width // 8

    def values(self, sample: Mapping[str, int]) -> tuple[int, ...]:
        """The initial elements as a sample has them."""
        return tuple([e.value if e.is_const else sample[e.name] for e in self.elements])


Argument: TypeAlias = Block | BV | int


@dataclass(frozen=True)
class Call:
    """One call of a routine: the symbol, None for the one being verified, and the arguments in C order."""

    symbol: str | None
    arguments: tuple[BV, ...]


@dataclass
class Theorem:
    """What is to be proved; the contract's function fills it in."""

    routine: str = ""
    """The symbol being verified."""
    blocks: list[Block] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    assumptions: list[BV] = field(default_factory=list)
    ensured: dict[str, tuple[BV | None, ...]] = field(default_factory=dict)
    result: BV | None = None
    result_width: int = 0
    """Bits of the result that the caller may use; 0 where there is none."""
    unspecified: set[str] = field(default_factory=set)
    registers: dict[str, BV] = field(default_factory=dict)
    """Registers of a routine with a calling convention of its own, and what they hold at its call."""
    ensured_registers: dict[str, BV] = field(default_factory=dict)
    changed_registers: set[str] = field(default_factory=set)
    """Callee-saved registers that such a routine may change, by AAPCS64's names."""
    frame: int = 0
    """Bytes at and above SP that the caller gives the routine for its use."""
    names: set[str] = field(default_factory=set)
    """Of all variables so far: two things must never share a variable."""

    def region(
        self,
        name: str,
        count: int,
        width: int,
        *,
        byteorder: ByteOrder = "little",
        access: Access = "r",
        alignment: int = 1,
        fixed: Mapping[int, int] | None = None,
    ) -> Block:
        """Memory of `count` elements of `width` bits, to which the routine gets a pointer.

        `byteorder` says how an element's bytes lie in memory, `alignment` in bytes what its address is known to be a multiple of.
        `fixed` gives the elements, by index, that hold a known number.
        Raises ContractError for a name used twice, no elements, or a width that is no number of bytes.
        """
        if count < 1 or width < 8 or width % 8:
            raise ContractError(f"the region {name!r} has {count} elements of {width} bits")
        if alignment < 1 or alignment & (alignment - 1):
            raise ContractError(f"the alignment {alignment} of {name!r} is no power of two")
        if access not in get_args(Access) or byteorder not in get_args(ByteOrder):
            raise ContractError(f"the region {name!r} has access {access!r} and byte order {byteorder!r}")
        self._claim(name, *[f"{name}[{i}]" for i in range(count)])
        known = fixed or {}
        elements = tuple(
            [BV.const(known[i], width) if i in known else BV.var(f"{name}[{i}]", width) for i in range(count)]
        )
        block = Block(name, BV.var(name, 64), elements, width, byteorder, access, alignment)
        self.blocks.append(block)
        return block

    def value(self, name: str, width: int) -> BV:
        """An argument of `width` bits that may be anything. Raises ContractError for a name used twice."""
        self._claim(name)
        return BV.var(name, width)

    def _claim(self, *names: str) -> None:
        for name in names:
            if name in self.names:
                raise ContractError(f"the name {name!r} is used twice")
            if RESERVED.fullmatch(name):
                raise ContractError(f"the name {name!r} is that of a register or of unknown memory: choose another")
            self.names.add(name)

    def assume(self, condition: BV) -> None:
        """A precondition, a term of one bit."""
        if condition.width != 1:
            raise ContractError(f"the precondition {condition!r} is no condition, it has {condition.width} bits")
        self.assumptions.append(condition)

    def call(self, *arguments: Argument, symbol: str | None = None) -> None:
        """Call the routine (or the function `symbol` of the same image) with arguments in C order.

        A Block is passed as its pointer, an int as 64 bits, a term of fewer than 64 bits with unknown upper bits, as
        AAPCS64 (section 6.4.2, rule C.9) leaves them.
        """
        if len(arguments) > 8:
            raise ContractError(f"{len(arguments)} arguments: those past the eighth, on the stack, are not supported")
        self.calls.append(Call(symbol, tuple([self._register(a, i) for i, a in enumerate(arguments)])))

    def _register(self, argument: Argument, index: int) -> BV:
        if isinstance(argument, Block):
            return argument.base
        if isinstance(argument, int):
            return BV.const(argument, 64)
        if argument.width == 64:
            return argument
        if argument.width > 64:
            raise ContractError(f"argument {index} has {argument.width} bits, a register has 64")
        return concat(BV.var(f"x{index}_upper_{len(self.calls)}", 64 - argument.width), argument)

    def ensure(self, block: Block, elements: Sequence[BV | None]) -> None:
        """After the calls the region holds these elements; nothing is claimed of one that is None.

        A region with access "w" or "rw" needs this, once.
        """
        if "w" not in block.access:
            raise ContractError(f"{block.name!r} is read only: that it keeps its contents comes by itself")
        if len(elements) != len(block.elements):
            raise ContractError(f"{len(elements)} elements ensured of {block.name!r}, which has {len(block.elements)}")
        if block.name in self.ensured:
            raise ContractError(f"what {block.name!r} holds is ensured twice")
        for element in elements:
            if element is not None and element.width != block.width:
                raise ContractError(
                    f"an element of {element.width} bits ensured of {block.name!r}, whose elements have {block.width}"
                )
        self.ensured[block.name] = tuple(elements)

    def leave_unspecified(self, block: Block) -> None:
        """Say that nothing is claimed of what the calls leave in a region (scratch, an internal format)."""
        self.unspecified.add(block.name)

    def ensure_result(self, value: BV | int, width: int = 64) -> None:
        """The last call returns this value in X0 or, with width 32, in W0, the upper half being unspecified."""
        self.result = value if isinstance(value, BV) else BV.const(value, width)
        self.returns(self.result.width)

    def returns(self, width: int = 64) -> None:
        """The last call returns a value of `width` bits in X0, of which nothing is claimed: for comparing routines."""
        if width < 1 or width > 64:
            raise ContractError(f"a result of {width} bits, a register has 64")
        self.result_width = width

    def own_convention(self, registers: Mapping[str, BV], changes: Iterable[str] = (), frame: int = 0) -> None:
        """For an internal routine that does not follow AAPCS64: what it gets in registers, and what it may change.

        Registers are `x0` to `x30` and `d0` to `d31`, 64 bits each; the upper half of a vector register is unknown. `changes` names
        callee-saved registers that need not come back, `frame` the bytes from SP upwards that it may use as it likes.
        """
        self.registers = dict(registers)
        self.changed_registers = set(changes)
        self.frame = frame

    def ensure_registers(self, registers: Mapping[str, BV]) -> None:
        """After the last call these registers, `x0` to `x30` and `d0` to `d31`, hold these values."""
        self.ensured_registers = dict(registers)

    def check(self) -> None:
        """Raises ContractError when the theorem would be empty or is incomplete."""
        self.check_calls()
        claims = [element for elements in self.ensured.values() for element in elements if element is not None]
        if not claims and self.result is None and not self.ensured_registers:
            raise ContractError("it ensures nothing: say t.ensure(...) or t.ensure_result(...)")
        for block in self.blocks:
            if "w" in block.access and block.name not in self.ensured and block.name not in self.unspecified:
                raise ContractError(
                    f"{block.name!r} may be written, and nothing is said of what it holds afterwards: "
                    "say t.ensure(...) or t.leave_unspecified(...)"
                )

    def check_calls(self) -> None:
        """Raises ContractError when nothing is called."""
        if not self.calls:
            raise ContractError("it calls nothing: say t.call(...)")

    def without_claims(self) -> Theorem:
        """The same calls under the same preconditions, nothing being claimed of what they leave but AAPCS64's rules."""
        return replace(self, ensured={}, result=None, ensured_registers={})
