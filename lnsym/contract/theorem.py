"""The theorem a contract states: regions, calls, what is assumed before and ensured after.

Sizes are in bytes unless a name says otherwise, widths in bits. Every region has a symbolic base, so the theorem holds for every
pointer value that keeps the regions disjoint.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias, TypeGuard, get_args

from lnsym.bv import BV, concat, evaluate, ite, variables
from lnsym.contract import abi
from lnsym.errors import LnsymError
from lnsym.machine.offsets import MOST_ENTRIES, chosen, places_of
from lnsym.machine.origins import TAKEN, Afterwards, Element, Left, OpenBits, Pointer, Result, Value

Access: TypeAlias = Literal["r", "w", "rw"]
ByteOrder: TypeAlias = Literal["little", "big"]


REGISTER = re.compile(r"x(\d|[12]\d|30)|d(\d|[12]\d|3[01])")
"""Names of registers that a calling convention of a routine's own may use, 64 bits each."""

MAX_BITS = 1 << 16
"""No value or element is wider."""

MAX_ELEMENTS = 1 << 20
MAX_BYTES = 1 << 22
"""What one region may have; samples and Unicorn place regions in slots of a fixed size (`inputs.SLOT`)."""


@dataclass(eq=False)
class ContractError(LnsymError):
    """A contract that says something impossible, or nothing at all."""

    reason: str
    where: str = ""
    """File and line, where they are known."""

    def _message(self) -> str:
        """What is wrong with it, and where."""
        return f"{self.where or 'contract'}: {self.reason}"


def is_number(value: object) -> TypeGuard[int]:
    """Whether it is an int, and not True or False."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_name(text: object) -> bool:
    """Whether it is text that prints, without spaces: names become names of variables, files and lines of reports."""
    return isinstance(text, str) and bool(text) and text.isprintable() and not any(c.isspace() for c in text)


def checked_name(what: str, name: object) -> None:
    """Raises ContractError for what is no name."""
    if not is_name(name):
        raise ContractError(f"the {what} {name!r}: a name is text without spaces and control characters, not empty")


def constant(number: object, width: int, what: str) -> BV:
    """A number as a term: from 0 to 2**width - 1, or from -2**(width - 1) for a negative one, in two's complement.

    Raises ContractError for any other, and for what is no number.
    """
    if not is_number(number):
        raise ContractError(f"{what} is {_shown(number)}: give a term or a whole number")
    if not -(1 << (width - 1)) <= number < 1 << width:
        raise ContractError(f"{what} is {_shown(number)}, which does not fit {width} bits")
    return BV.const(number, width)


def _shown(value: object) -> str:
    """A value of the user's as an error says it: short, whatever its size."""
    if is_number(value) and value.bit_length() > 256:
        return f"a number of {value.bit_length()} bits"
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _checked_width(what: str, width: object) -> None:
    if not is_number(width) or not 1 <= width <= MAX_BITS:
        raise ContractError(f"{what} of {_shown(width)} bits: a width is a number from 1 to {MAX_BITS}")


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

    def at(self, index: int | BV) -> BV:
        """The initial element at an index, a number or a term of 64 bits at most, unsigned; past the end a term means 0.

        A term makes a table of constants, a chain of choices otherwise. Raises ContractError for a number that is no index, and for a
        term that may mean more than `offsets.MOST_ENTRIES` constants, or `MOST_PLACES` other elements.
        """
        count = len(self.elements)
        if is_number(index) and 0 <= index < count:
            return self.elements[index]
        if not isinstance(index, BV) or index.width > 64:
            raise ContractError(f"{_shown(index)} is no index of {self.name!r}, whose elements are 0 to {count - 1}")
        step = self.width // 8
        offset = index.zero_extend(64) * step
        places = places_of(offset, self.size - step, MOST_ENTRIES)
        if places == []:
            return BV.const(0, self.width)
        found = chosen(offset, places, lambda place: self.elements[place // step]) if places else None
        if found is None:
            raise ContractError(f"an index of {self.name!r} may mean too many of its {count} elements")
        return ite(index.zero_extend(64).ule(count - 1), found, BV.const(0, self.width))

    def stored(self, values: Iterable[int]) -> bytes:
        """The bytes by which memory holds elements of these values."""
        return b"".join([value.to_bytes(self.width // 8, self.byteorder) for value in values])

    def loaded(self, data: bytes) -> tuple[int, ...]:
        """The values of the elements that memory holds by these bytes, `size` of them."""
        step = self.width // 8
        return tuple([int.from_bytes(data[at : at + step], self.byteorder) for at in range(0, self.size, step)])

    def values(self, sample: Mapping[BV, int]) -> tuple[int, ...]:
        """The initial elements as a sample has them."""
        return tuple([e.value if e.is_const else sample[e] for e in self.elements])


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
    conditions: dict[str, BV] = field(default_factory=dict)
    """What is ensured of the calls' outputs besides, terms of one bit over variables for these (`origins.Left`)."""
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
    globals_kept: bool = False
    """Whether no other code writes the file's globals between the calls."""
    stack_bytes: int = abi.STACK_BYTES
    """How much stack below SP is assumed to be there."""
    names: set[str] = field(default_factory=set)
    """Of all variables so far: two things must never share a variable."""
    _has_own_convention: bool = False
    _after: set[str] = field(default_factory=set)
    """Regions whose contents afterwards were asked for."""

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
        checked_name("region's name", name)
        if not is_number(count) or not is_number(width) or count < 1 or width < 8 or width % 8:
            raise ContractError(
                f"the region {name!r} has {_shown(count)} elements of {_shown(width)} bits: it needs one at least, of whole bytes"
            )
        if count > MAX_ELEMENTS or width > MAX_BITS or count * width > 8 * MAX_BYTES:
            raise ContractError(
                f"the region {name!r} has {_shown(count)} elements of {_shown(width)} bits: no more than {MAX_ELEMENTS} elements, "
                f"{MAX_BITS} bits for one and {MAX_BYTES} bytes for all are supported"
            )
        if not is_number(alignment) or not 1 <= alignment < 1 << 64 or alignment & (alignment - 1):
            raise ContractError(f"the alignment {_shown(alignment)} of {name!r} is no power of two below 2**64")
        if access not in get_args(Access) or byteorder not in get_args(ByteOrder):
            raise ContractError(f"the region {name!r} has access {access!r} and byte order {byteorder!r}")
        known = self._known_elements(name, count, width, fixed)
        self._claim(name, *[f"{name}[{i}]" for i in range(count)])
        elements = tuple([known[i] if i in known else BV.var(Element(name, i), width) for i in range(count)])
        block = Block(name, BV.var(Pointer(name), 64), elements, width, byteorder, access, alignment)
        self.blocks.append(block)
        return block

    def _known_elements(self, name: str, count: int, width: int, fixed: object) -> dict[int, BV]:
        if fixed is None:
            return {}
        if not isinstance(fixed, Mapping):
            raise ContractError(
                f"fixed= of {name!r} is {_shown(fixed)}: give a dict from an element's index to its number"
            )
        for index in fixed:
            if not is_number(index) or not 0 <= index < count:
                raise ContractError(
                    f"fixed= of {name!r} has the index {_shown(index)}, its elements are 0 to {count - 1}"
                )
        return {index: constant(number, width, f"fixed {name}[{index}]") for index, number in fixed.items()}

    def value(self, name: str, width: int) -> BV:
        """An argument of `width` bits that may be anything. Raises ContractError for a name used twice."""
        checked_name("value's name", name)
        _checked_width(f"the value {name!r}", width)
        self._claim(name)
        return BV.var(Value(name), width)

    def _claim(self, *names: str) -> None:
        for name in names:
            if name in self.names:
                raise ContractError(f"the name {name!r} is used twice")
            if name in TAKEN:
                raise ContractError(
                    f"the name {name!r} is that of a register, a flag or the return address: choose another"
                )
            self.names.add(name)

    def assume(self, condition: BV) -> None:
        """A precondition, a term of one bit."""
        if not isinstance(condition, BV):
            raise ContractError(f"the precondition is {_shown(condition)}: give a term of one bit, n.ult(5) say")
        if condition.width != 1:
            raise ContractError(f"the precondition {condition!r} is no condition, it has {condition.width} bits")
        self._must_not_speak_of_outputs("a precondition", [condition])
        self.assumptions.append(condition)

    def call(self, *arguments: Argument, symbol: str | None = None) -> None:
        """Call the routine (or the function `symbol` of the same image) with arguments in C order.

        A Block is passed as its pointer, an int of -2**63 to 2**64 - 1 as 64 bits, a term of fewer than 64 bits with unknown upper bits, as
        AAPCS64 (section 6.4.2, rule C.9) leaves them.
        """
        if self._claims_something:
            raise ContractError(
                "a call after a claim: what is ensured holds after the last call, so say the calls first"
            )
        if symbol is not None:
            checked_name("called symbol", symbol)
        if len(arguments) > 8:
            raise ContractError(f"{len(arguments)} arguments: those past the eighth, on the stack, are not supported")
        passed = tuple([self._register(a, i) for i, a in enumerate(arguments)])
        self._must_not_speak_of_outputs("an argument", passed)
        self.calls.append(Call(symbol, passed))

    def _register(self, argument: Argument, index: int) -> BV:
        if isinstance(argument, Block):
            return self._own(argument).base
        if not isinstance(argument, BV):
            return constant(argument, 64, f"argument {index}")
        if argument.width == 64:
            return argument
        if argument.width > 64:
            raise ContractError(f"argument {index} has {argument.width} bits, a register has 64")
        above = BV.var(OpenBits(index, argument.width, len(self.calls)), 64 - argument.width)
        return concat(above, argument)

    @property
    def _claims_something(self) -> bool:
        return bool(self.ensured or self.result_width or self.ensured_registers or self.conditions)

    def _own(self, block: object) -> Block:
        if not isinstance(block, Block) or not any(block is one for one in self.blocks):
            raise ContractError(f"{_shown(block)} is no region of this theorem: give what t.region(...) returned")
        return block

    def ensure(self, block: Block, elements: Sequence[BV | int | None]) -> None:
        """After the calls the region holds these elements; nothing is claimed of one that is None.

        A region with access "w" or "rw" needs this, once. An int is a constant as wide as an element, if it fits.
        """
        name = self._own(block).name
        if "w" not in block.access:
            raise ContractError(f"{name!r} is read only: that it keeps its contents comes by itself")
        if name in self.ensured:
            raise ContractError(f"what {name!r} holds is ensured twice")
        if name in self.unspecified:
            raise ContractError(f"what {name!r} holds is ensured and left unspecified")
        if not isinstance(elements, Sequence) or isinstance(elements, str):
            raise ContractError(f"what is ensured of {name!r} is {_shown(elements)}: give a list of elements")
        if len(elements) != len(block.elements):
            raise ContractError(f"{len(elements)} elements ensured of {name!r}, which has {len(block.elements)}")
        claimed: list[BV | None] = []
        for i, element in enumerate(elements):
            if isinstance(element, BV) and element.width != block.width:
                raise ContractError(
                    f"an element of {element.width} bits ensured of {name!r}, whose elements have {block.width}"
                )
            known = element is None or isinstance(element, BV)
            claimed.append(element if known else constant(element, block.width, f"ensured {name}[{i}]"))  # type: ignore[arg-type]
        self._must_not_speak_of_outputs("t.ensure(...)", [element for element in claimed if element is not None])
        self.ensured[name] = tuple(claimed)

    def after(self, block: Block) -> tuple[BV, ...]:
        """What the region's elements are after the last call, terms for `ensure_that`."""
        name = self._own(block).name
        self._after.add(name)
        return tuple([BV.var(Afterwards(name, i), block.width) for i in range(len(block.elements))])

    def ensure_that(self, condition: BV, name: str = "") -> None:
        """After the calls a term of one bit over what they leave, and over the inputs, is 1: a bound, a congruence.

        What they leave is what `after` and `returns` gave. `name` is how reports call the condition; it has a number where that is empty.
        """
        if not isinstance(condition, BV):
            raise ContractError(f"what is ensured is {_shown(condition)}: give a term of one bit, result.ult(5) say")
        if condition.width != 1:
            raise ContractError(f"what is ensured, {condition!r}, is no condition: it has {condition.width} bits")
        left = self._outputs_in([condition])
        if not left:
            raise ContractError(
                f"what is ensured, {condition!r}, speaks of nothing that the calls leave: use what t.returns(...) or t.after(...) gives"
            )
        if any(isinstance(origin, Result) and v.width != self.result_width for v, origin in left.items()):
            raise ContractError("the condition speaks of a result of another theorem")
        if name:
            checked_name("condition's name", name)
        shown = f"condition {name or len(self.conditions) + 1}"
        if shown in self.conditions:
            raise ContractError(f"the {shown} is ensured twice")
        self.conditions[shown] = condition

    @property
    def outputs_in_conditions(self) -> dict[BV, Left]:
        """The variables for outputs of which the conditions speak, and what each stands for."""
        return self._outputs_in(self.conditions.values())

    def conditions_on(
        self, left: Mapping[str, int], sample: Mapping[BV, int], default: int | None = None
    ) -> dict[str, int]:
        """1 for each condition that holds, by name, else 0: of outputs by the names of their places, and of a sample of the inputs.

        `default` is as `evaluate` takes it.
        """
        outputs = {variable: left[output.place] for variable, output in self.outputs_in_conditions.items()}
        (values,) = evaluate(list(self.conditions.values()), [{**sample, **outputs}], default)
        return dict(zip(self.conditions, values, strict=True))

    @staticmethod
    def _outputs_in(terms: Iterable[BV]) -> dict[BV, Left]:
        return {v: v.origin for v in variables(terms) if isinstance(v.origin, Left)}

    def _must_not_speak_of_outputs(self, what: str, terms: Sequence[BV]) -> None:
        """Raises ContractError: only a condition that is ensured may."""
        if (self._after or self.result_width) and self._outputs_in(terms):
            raise ContractError(f"{what} speaks of what the calls leave: only t.ensure_that(...) may")

    def leave_unspecified(self, block: Block) -> None:
        """Say that nothing is claimed of what the calls leave in a region (scratch, an internal format)."""
        if self._own(block).name in self.ensured:
            raise ContractError(f"what {block.name!r} holds is ensured and left unspecified")
        self.unspecified.add(block.name)

    def ensure_result(self, value: BV | int, width: int = 64) -> None:
        """The last call returns this value in X0 or, with width 32, in W0, the upper half being unspecified.

        `width` is that of a number; a term has its own.
        """
        _checked_width("a result", width)
        result = value if isinstance(value, BV) else constant(value, width, "the result")
        if width not in (64, result.width):
            raise ContractError(f"a result of {result.width} bits, and the width {width} said of it")
        self._must_not_speak_of_outputs("t.ensure_result(...)", [result])
        self.returns(result.width)
        self.result = result

    def returns(self, width: int = 64) -> BV:
        """The last call returns a value of `width` bits in X0: gives it, as a term for `ensure_that`.

        Alone it claims nothing of the value, which is what comparing routines needs.
        """
        if not is_number(width) or not 1 <= width <= 64:
            raise ContractError(f"a result of {_shown(width)} bits, a register has 64")
        if self.result_width:
            raise ContractError("the result is said twice: one t.ensure_result(...) or t.returns(...)")
        self.result_width = width
        return BV.var(Result(), width)

    def keep_globals(self) -> None:
        """Say that no other code writes the file's globals between the calls: a word that says what the processor can do, for one.

        Otherwise they are unknown again at each call. The verdict names it as an assumption, `globals-kept`.
        """
        self.globals_kept = True

    def own_convention(self, registers: Mapping[str, BV | int], changes: Iterable[str] = (), frame: int = 0) -> None:
        """For an internal routine that does not follow AAPCS64: what it gets in registers, and what it may change.

        Registers are `x0` to `x29` and `d0` to `d31`, 64 bits each; the upper half of a vector register is unknown. `changes` names
        callee-saved registers (`x19` to `x29`, `d8` to `d15`) that need not come back, `frame` the bytes from SP upwards that it may use
        as it likes.
        """
        if self._has_own_convention:
            raise ContractError("the calling convention is said twice: one t.own_convention(...)")
        if isinstance(changes, str) or not isinstance(changes, Iterable):
            raise ContractError(f"changes= is {_shown(changes)}: give a list of registers' names")
        changed = list(changes)
        for name in changed:
            if name not in abi.CALLEE_SAVED or name == "sp":
                raise ContractError(f"changes= names {_shown(name)}: callee-saved are x19 to x29 and d8 to d15")
        if not is_number(frame) or not 0 <= frame <= MAX_BYTES:
            raise ContractError(f"a frame of {_shown(frame)} bytes: give a number from 0 to {MAX_BYTES}")
        values = _register_values(registers)
        if "x30" in values:
            raise ContractError("x30 holds the return address at a call: it cannot be given a value")
        self.registers = values
        self.changed_registers = set(changed)
        self.frame = frame
        self._has_own_convention = True

    @property
    def lasting_registers(self) -> set[str]:
        """Callee-saved registers that hold what the contract gives them at each call, not at the first alone."""
        return {name for name in self.registers if name in abi.CALLEE_SAVED} - self.changed_registers

    def ensure_registers(self, registers: Mapping[str, BV | int]) -> None:
        """After the last call these registers, `x0` to `x30` and `d0` to `d31`, hold these values of 64 bits."""
        if self.ensured_registers:
            raise ContractError("what registers hold is ensured twice: one t.ensure_registers(...) with all of them")
        values = _register_values(registers)
        if not values:
            raise ContractError("t.ensure_registers(...) names no register")
        self.ensured_registers = values

    def check(self) -> None:
        """Raises ContractError when the theorem would be empty or is incomplete."""
        self.check_calls()
        claimed_after = {left.region for left in self.outputs_in_conditions.values() if isinstance(left, Afterwards)}
        claims = [element for elements in self.ensured.values() for element in elements if element is not None]
        if not claims and self.result is None and not self.ensured_registers and not self.conditions:
            raise ContractError("it ensures nothing: say t.ensure(...), t.ensure_result(...) or t.ensure_that(...)")
        for block in self.blocks:
            if "w" in block.access and block.name not in self.ensured.keys() | self.unspecified | claimed_after:
                raise ContractError(
                    f"{block.name!r} may be written, and nothing is said of what it holds afterwards: "
                    "say t.ensure(...) or t.leave_unspecified(...)"
                )

    def check_calls(self) -> None:
        """Raises ContractError when nothing is called."""
        if not self.calls:
            raise ContractError("it calls nothing: say t.call(...)")
        for i in range(len(self.calls[0].arguments)):
            if f"x{i}" in self.registers:
                raise ContractError(
                    f"x{i} holds argument {i} of the call, and t.own_convention(...) gives it another value"
                )

    def without_claims(self) -> Theorem:
        """The same calls under the same preconditions, nothing being claimed of what they leave but AAPCS64's rules."""
        return replace(self, ensured={}, conditions={}, result=None, ensured_registers={})


def _register_values(registers: object) -> dict[str, BV]:
    """Registers by name, checked, a number as a term. Raises ContractError."""
    if not isinstance(registers, Mapping):
        raise ContractError(f"the registers are {_shown(registers)}: give a dict from a register's name to its value")
    values = {}
    for name, value in registers.items():
        if not isinstance(name, str) or not REGISTER.fullmatch(name):
            raise ContractError(f"no register {_shown(name)}: there are x0 to x30 and d0 to d31")
        term = value if isinstance(value, BV) else constant(value, 64, f"register {name}")
        if term.width != 64:
            raise ContractError(f"{term.width} bits for the register {name}, which has 64")
        values[name] = term
    return values
