"""The theorem that a contract's function states: a builder, frozen into a statement when the function has ended."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from types import MappingProxyType
from typing import Concatenate, ParamSpec, TypeAlias, TypeVar, get_args

from lnsym.bv import BV, concat, variables
from lnsym.contract import abi
from lnsym.contract.blocks import Access, Block, ByteOrder, index_term
from lnsym.contract.checks import (
    MAX_BITS,
    BeyondRegion,
    ContractError,
    checked_name,
    checked_width,
    constant,
    is_number,
    shown,
)
from lnsym.contract.completeness import check_calls, check_claims, check_variables
from lnsym.contract.counts import counted
from lnsym.contract.folds import AnyCount, Count, Each, Fold, PartFunction, StepFunction
from lnsym.contract.statement import Call, InputVariable, Lemma, Statement, outputs_in
from lnsym.machine.extents import open_elements, same_elements
from lnsym.machine.origins import TAKEN, Afterwards, AfterwardsAt, Element, ElementAt, OpenBits, Pointer, Result, Value

REGISTER = re.compile(r"x(\d|[12]\d|30)|d(\d|[12]\d|3[01])")
"""Names of registers that a calling convention of a routine's own may use, 64 bits each."""

MAX_ELEMENTS = 1 << 20
MAX_BYTES = 1 << 22
"""What one region may have; samples and Unicorn place regions in slots of a fixed size (`inputs.SLOT`)."""

Argument: TypeAlias = Block | BV | int

Said = ParamSpec("Said")
Gives = TypeVar("Gives")


def _while_open(say: Callable[Concatenate[Theorem, Said], Gives]) -> Callable[Concatenate[Theorem, Said], Gives]:
    """Raises ContractError once the theorem is frozen."""

    @wraps(say)
    def checked(self: Theorem, /, *args: Said.args, **kwargs: Said.kwargs) -> Gives:
        if self._frozen:
            raise ContractError(
                f"t.{say.__name__}(...) after the theorem was frozen: say all in the contract's function"
            )
        return say(self, *args, **kwargs)

    return checked


class Theorem:
    """What is to be proved; the contract's function fills it in."""

    def __init__(self, routine: str = "", stack_bytes: int = abi.STACK_BYTES) -> None:
        self.routine = routine
        """The symbol being verified."""
        self._stack_bytes = stack_bytes
        self._blocks: list[Block] = []
        self._values: list[InputVariable] = []
        self._open: list[BV] = []
        """The bits that narrow arguments leave open in their registers."""
        self._calls: list[Call] = []
        self._assumptions: list[BV] = []
        self._ensured: dict[str, tuple[BV | None, ...]] = {}
        self._conditions: dict[str, BV] = {}
        self._result: BV | None = None
        self._result_width = 0
        self._unspecified: set[str] = set()
        self._registers: dict[str, BV] = {}
        self._ensured_registers: dict[str, BV] = {}
        self._changed_registers: set[str] = set()
        self._lemmas: list[Lemma] = []
        self._labelled: list[BV] = []
        self.labels: dict[BV, str] = {}
        """What intermediate values are called; each by its first label."""
        self._frame = 0
        self._globals_kept = False
        self._names: set[str] = set()
        """Of all variables so far: two things must never share a variable."""
        self._has_own_convention = False
        self._after: set[str] = set()
        """Regions whose contents afterwards were asked for."""
        self._counts: list[BV] = []
        self._folds: dict[str, Fold] = {}
        self._each: dict[str, Each] = {}
        self._frozen = False

    # -- variables ------------------------------------------------------------------------------

    def _base(self, name: str, alignment: int) -> BV:
        """The address of a region, a multiple of `alignment` bytes."""
        return BV.var(Pointer(name), 64)

    def _unknown(self, origin: Element | Value | OpenBits, width: int) -> BV:
        """What a place of `width` bits holds that the contract does not fix."""
        return BV.var(origin, width)

    # -- what a routine is given ----------------------------------------------------------------

    @_while_open
    def region(
        self,
        name: str,
        count: int | BV,
        width: int,
        *,
        byteorder: ByteOrder = "little",
        access: Access = "r",
        alignment: int = 1,
        fixed: Mapping[int, int] | None = None,
        secret: bool = True,
    ) -> Block:
        """Memory of `count` elements of `width` bits, to which the routine gets a pointer.

        A count that is a term of 64 bits, `16 * n` say, leaves its size open: it means that number, and inputs on which no such
        region fits into the address space are none. Elements are then given by `at` and `after` alone.
        `byteorder` says how an element's bytes lie in memory, `alignment` in bytes what its address is known to be a multiple of.
        `fixed` gives the elements, by index, that hold a known number. What else it holds at first is a secret, unless `secret` is False.
        Raises ContractError for a name used twice, no elements, or a width that is no number of bytes.
        """
        checked_name("region's name", name)
        least = 1
        if isinstance(count, BV) and count.is_const:
            count, least = count.value, 0
        if isinstance(count, BV):
            self._check_open(name, count, width, fixed)
        elif not is_number(count) or not is_number(width) or count < least or width < 8 or width % 8:
            raise ContractError(
                f"the region {name!r} has {shown(count)} elements of {shown(width)} bits: it needs one at least, of whole bytes"
            )
        elif count > MAX_ELEMENTS or width > MAX_BITS or count * width > 8 * MAX_BYTES:
            raise BeyondRegion(
                f"the region {name!r} has {shown(count)} elements of {shown(width)} bits: no more than {MAX_ELEMENTS} elements, "
                f"{MAX_BITS} bits for one and {MAX_BYTES} bytes for all are supported"
            )
        if not is_number(alignment) or not 1 <= alignment < 1 << 64 or alignment & (alignment - 1):
            raise ContractError(f"the alignment {shown(alignment)} of {name!r} is no power of two below 2**64")
        if access not in get_args(Access) or byteorder not in get_args(ByteOrder):
            raise ContractError(f"the region {name!r} has access {access!r} and byte order {byteorder!r}")
        listed = () if isinstance(count, BV) else self._listed(name, count, width, fixed)
        self._claim(name, *[f"{name}[{i}]" for i in range(len(listed))])
        base = self._base(name, alignment)
        block = Block(name, base, count, listed, width, byteorder, access, alignment, _checked_secret(name, secret))
        self._blocks.append(block)
        return block

    def _check_open(self, name: str, count: BV, width: int, fixed: object) -> None:
        """Raises ContractError for a region of open size that is not supported."""
        if count.width != 64:
            raise ContractError(
                f"the region {name!r} has {count!r} elements, a term of {count.width} bits: give one of 64 bits"
            )
        if not is_number(width) or width not in (8, 16, 32, 64, 128):
            raise ContractError(
                f"the region {name!r} of open size has elements of {shown(width)} bits: 8, 16, 32, 64 or 128 are supported"
            )
        if fixed is not None:
            raise ContractError(f"fixed= of {name!r}, whose size is open: no element is known to be there")
        if open_elements([count]) or outputs_in([count]):
            raise ContractError(
                f"the size of {name!r} hangs on an element at an open index, or on what the calls leave"
            )

    def _listed(self, name: str, count: int, width: int, fixed: object) -> tuple[BV, ...]:
        known = self._known_elements(name, count, width, fixed)
        return tuple([known[i] if i in known else self._unknown(Element(name, i), width) for i in range(count)])

    def _known_elements(self, name: str, count: int, width: int, fixed: object) -> dict[int, BV]:
        if fixed is None:
            return {}
        if not isinstance(fixed, Mapping):
            raise ContractError(
                f"fixed= of {name!r} is {shown(fixed)}: give a dict from an element's index to its number"
            )
        for index in fixed:
            if not is_number(index) or not 0 <= index < count:
                raise ContractError(
                    f"fixed= of {name!r} has the index {shown(index)}, its elements are 0 to {count - 1}"
                )
        return {index: constant(number, width, f"fixed {name}[{index}]") for index, number in fixed.items()}

    @_while_open
    def value(self, name: str, width: int, *, secret: bool = False) -> BV:
        """An argument of `width` bits that may be anything: a length or a count, public, unless `secret` is True.

        Raises ContractError for a name used twice.
        """
        checked_name("value's name", name)
        checked_width(f"the value {name!r}", width)
        self._claim(name)
        value = self._unknown(Value(name), width)
        self._values.append(InputVariable(value, _checked_secret(name, secret)))
        return value

    @_while_open
    def count(self, name: str, count: Count, *, least: int = 0, most: int = (1 << 64) - 1) -> BV:
        """How many blocks or bytes a routine is given, 64 bits, public: a number, or any one from `least` to `most` where it is `ANY`.

        Raises ContractError for a number that is none of these.
        """
        if not is_number(least) or not is_number(most) or not 0 <= least <= most < 1 << 64:
            raise ContractError(f"{name!r} is from {shown(least)} to {shown(most)}: give numbers of 64 bits")
        if not isinstance(count, AnyCount):
            if not is_number(count) or not least <= count <= most:
                raise ContractError(f"{name!r} is {shown(count)}: give a number from {least} to {most}, or any")
            return BV.const(count, 64)
        value = self.value(name, 64)
        self._counts.append(value)
        if least:
            self.assume(~value.ult(least))
        if most < (1 << 64) - 1:
            self.assume(value.ule(most))
        return value

    @_while_open
    def fold(self, name: str, count: BV, step: StepFunction, start: Sequence[BV]) -> Fold:
        """What the specification makes in `count` steps from `start`; `step(state, k)` is the state after the step of number k, from 0.

        Raises ContractError for a name used twice, or a step that gives a state of another shape.
        """
        checked_name("fold's name", name)
        if not isinstance(count, BV) or count.width != 64:
            raise ContractError(f"the steps of {name!r} are {shown(count)}: give what t.count(...) gave")
        if not isinstance(start, Sequence) or not start or not all(isinstance(element, BV) for element in start):
            raise ContractError(f"{name!r} starts with {shown(start)}: give a list of terms")
        self._claim(name)
        self._folds[name] = fold = Fold(name, count, tuple(start), step)
        return fold

    def _claim(self, *names: str) -> None:
        for name in names:
            if name in self._names:
                raise ContractError(f"the name {name!r} is used twice")
            if name in TAKEN:
                raise ContractError(
                    f"the name {name!r} is that of a register, a flag or the return address: choose another"
                )
            self._names.add(name)

    @_while_open
    def assume(self, condition: BV) -> None:
        """A precondition, a term of one bit."""
        if not isinstance(condition, BV):
            raise ContractError(f"the precondition is {shown(condition)}: give a term of one bit, n.ult(5) say")
        if condition.width != 1:
            raise ContractError(f"the precondition {condition!r} is no condition, it has {condition.width} bits")
        self._must_not_speak_of_outputs("a precondition", [condition])
        self._assumptions.append(condition)

    @_while_open
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
        self._calls.append(Call(symbol, passed))

    def _register(self, argument: Argument, index: int) -> BV:
        if isinstance(argument, Block):
            return self._own(argument).base
        if not isinstance(argument, BV):
            return constant(argument, 64, f"argument {index}")
        if argument.width == 64:
            return argument
        if argument.width > 64:
            raise ContractError(f"argument {index} has {argument.width} bits, a register has 64")
        above = self._unknown(OpenBits(index, argument.width, len(self._calls)), 64 - argument.width)
        self._open.append(above)
        return concat(above, argument)

    @property
    def _claims_something(self) -> bool:
        return bool(self._ensured or self._result_width or self._ensured_registers or self._conditions or self._each)

    def _own(self, block: object) -> Block:
        if not isinstance(block, Block) or not any(block is one for one in self._blocks):
            raise ContractError(f"{shown(block)} is no region of this theorem: give what t.region(...) returned")
        return block

    @_while_open
    def ensure(self, block: Block, elements: Sequence[BV | int | None]) -> None:
        """After the calls the region holds these elements; nothing is claimed of one that is None.

        A region with access "w" or "rw" needs this, once. An int is a constant as wide as an element, if it fits.
        """
        name = self._own(block).name
        if "w" not in block.access:
            raise ContractError(f"{name!r} is read only: that it keeps its contents comes by itself")
        if name in self._ensured:
            raise ContractError(f"what {name!r} holds is ensured twice")
        if name in self._unspecified:
            raise ContractError(f"what {name!r} holds is ensured and left unspecified")
        if not isinstance(elements, Sequence) or isinstance(elements, str):
            raise ContractError(f"what is ensured of {name!r} is {shown(elements)}: give a list of elements")
        if block.is_open:
            raise ContractError(f"the size of {name!r} is open: say t.ensure_that(t.after({name}, index).eq(value))")
        if len(elements) != len(block.listed):
            raise ContractError(f"{len(elements)} elements ensured of {name!r}, which has {len(block.listed)}")
        claimed: list[BV | None] = []
        for i, element in enumerate(elements):
            if isinstance(element, BV) and element.width != block.width:
                raise ContractError(
                    f"an element of {element.width} bits ensured of {name!r}, whose elements have {block.width}"
                )
            known = element is None or isinstance(element, BV)
            claimed.append(element if known else constant(element, block.width, f"ensured {name}[{i}]"))  # type: ignore[arg-type]
        self._must_not_speak_of_outputs("t.ensure(...)", [element for element in claimed if element is not None])
        self._ensured[name] = tuple(claimed)

    @_while_open
    def ensure_each(self, block: Block, per: int, value: PartFunction) -> None:
        """After the calls each part of `per` elements holds `value(k)`, where k is its number from 0, 64 bits; the last may be cut short.

        Like `ensure`, once for a region; every element is claimed.
        """
        if not is_number(per) or per < 1:
            raise ContractError(f"a part of {shown(per)} elements: give a number from 1 on")
        each = Each(self._own(block), per, value)
        if not block.is_open:
            parts = [each.part(BV.const(k, 64)) for k in range(-(-len(block.listed) // per))]
            self.ensure(block, [element for part in parts for element in part][: len(block.listed)])
            return
        if "w" not in block.access or block.name in self._each or block.name in self._unspecified:
            raise ContractError(f"what {block.name!r} holds is ensured twice, or it is read only")
        self._each[block.name] = each

    @_while_open
    def after(self, block: Block) -> tuple[BV, ...]:
        """What the region's elements are after the last call, terms for `ensure_that`."""
        name = self._own(block).name
        count = len(block.elements)
        self._after.add(name)
        return tuple([BV.var(Afterwards(name, i), block.width) for i in range(count)])

    @_while_open
    def after_at(self, block: Block, index: BV | int) -> BV:
        """What an element is after the last call, a term for `ensure_that`: of a region of open size at any index, 0 past its end."""
        name = self._own(block).name
        if not block.is_open:
            index = index.value if isinstance(index, BV) and index.is_const else index
            if not is_number(index) or not 0 <= index < len(block.listed):
                raise BeyondRegion(
                    f"{shown(index)} is no index of {name!r}, whose elements are 0 to {len(block.listed) - 1}"
                )
            self._after.add(name)
            return BV.var(Afterwards(name, index), block.width)
        place = index_term(index, name)
        self._must_not_speak_of_outputs("an index of t.after_at(...)", [place])
        return BV.var(AfterwardsAt(name, place), block.width)

    @_while_open
    def ensure_that(self, condition: BV, name: str = "") -> None:
        """After the calls a term of one bit over what they leave, and over the inputs, is 1: a bound, a congruence.

        What they leave is what `after` and `returns` gave. `name` is how reports call the condition; it has a number where that is empty.
        """
        if not isinstance(condition, BV):
            raise ContractError(f"what is ensured is {shown(condition)}: give a term of one bit, result.ult(5) say")
        if condition.width != 1:
            raise ContractError(f"what is ensured, {condition!r}, is no condition: it has {condition.width} bits")
        left = outputs_in([condition])
        if not left:
            raise ContractError(
                f"what is ensured, {condition!r}, speaks of nothing that the calls leave: use what t.returns(...) or t.after(...) gives"
            )
        if any(isinstance(origin, Result) and v.width != self._result_width for v, origin in left.items()):
            raise ContractError("the condition speaks of a result of another theorem")
        if name:
            checked_name("condition's name", name)
        said = f"condition {name or len(self._conditions) + 1}"
        if said in self._conditions:
            raise ContractError(f"the {said} is ensured twice")
        self._conditions[said] = condition

    def _must_not_speak_of_outputs(self, what: str, terms: Sequence[BV]) -> None:
        """Raises ContractError: only a condition that is ensured may."""
        if (self._after or self._result_width) and outputs_in(terms):
            raise ContractError(f"{what} speaks of what the calls leave: only t.ensure_that(...) may")

    @_while_open
    def leave_unspecified(self, block: Block) -> None:
        """Say that nothing is claimed of what the calls leave in a region (scratch, an internal format)."""
        if self._own(block).name in self._ensured:
            raise ContractError(f"what {block.name!r} holds is ensured and left unspecified")
        self._unspecified.add(block.name)

    @_while_open
    def ensure_result(self, value: BV | int, width: int = 64) -> None:
        """The last call returns this value in X0 or, with width 32, in W0, the upper half being unspecified.

        `width` is that of a number; a term has its own.
        """
        checked_width("a result", width)
        result = value if isinstance(value, BV) else constant(value, width, "the result")
        if width not in (64, result.width):
            raise ContractError(f"a result of {result.width} bits, and the width {width} said of it")
        self._must_not_speak_of_outputs("t.ensure_result(...)", [result])
        self.returns(result.width)
        self._result = result

    @_while_open
    def returns(self, width: int = 64) -> BV:
        """The last call returns a value of `width` bits in X0: gives it, as a term for `ensure_that`.

        Alone it claims nothing of the value, which is what comparing routines needs.
        """
        if not is_number(width) or not 1 <= width <= 64:
            raise ContractError(f"a result of {shown(width)} bits, a register has 64")
        if self._result_width:
            raise ContractError("the result is said twice: one t.ensure_result(...) or t.returns(...)")
        self._result_width = width
        return BV.var(Result(), width)

    @_while_open
    def keep_globals(self) -> None:
        """Say that no other code writes the file's globals between the calls: a word that says what the processor can do, for one.

        Otherwise they are unknown again at each call. The verdict names it as an assumption, `globals-kept`.
        """
        self._globals_kept = True

    @_while_open
    def own_convention(self, registers: Mapping[str, BV | int], changes: Iterable[str] = (), frame: int = 0) -> None:
        """For an internal routine that does not follow AAPCS64: what it gets in registers, and what it may change.

        Registers are `x0` to `x29` and `d0` to `d31`, 64 bits each; the upper half of a vector register is unknown. `changes` names
        callee-saved registers (`x19` to `x29`, `d8` to `d15`) that need not come back, `frame` the bytes from SP upwards that it may use
        as it likes.
        """
        if self._has_own_convention:
            raise ContractError("the calling convention is said twice: one t.own_convention(...)")
        if isinstance(changes, str) or not isinstance(changes, Iterable):
            raise ContractError(f"changes= is {shown(changes)}: give a list of registers' names")
        changed = list(changes)
        for name in changed:
            if name not in abi.CALLEE_SAVED or name == "sp":
                raise ContractError(f"changes= names {shown(name)}: callee-saved are x19 to x29 and d8 to d15")
        if not is_number(frame) or not 0 <= frame <= MAX_BYTES:
            raise ContractError(f"a frame of {shown(frame)} bytes: give a number from 0 to {MAX_BYTES}")
        values = _register_values(registers)
        if "x30" in values:
            raise ContractError("x30 holds the return address at a call: it cannot be given a value")
        self._registers = values
        self._changed_registers = set(changed)
        self._frame = frame
        self._has_own_convention = True

    @_while_open
    def ensure_registers(self, registers: Mapping[str, BV | int]) -> None:
        """After the last call these registers, `x0` to `x30` and `d0` to `d31`, hold these values of 64 bits."""
        if self._ensured_registers:
            raise ContractError("what registers hold is ensured twice: one t.ensure_registers(...) with all of them")
        values = _register_values(registers)
        if not values:
            raise ContractError("t.ensure_registers(...) names no register")
        self._ensured_registers = values

    # -- help for the prover ----------------------------------------------------------------------

    @_while_open
    def lemma(self, left: BV, right: BV | int, name: str = "") -> None:
        """Two terms over the inputs are equal wherever the preconditions hold: a step that the prover does not find by itself.

        It is proved as a goal of its own, with the help of the lemmas before it, and the right side may then stand in the place of the left
        one. While it is not proved it is not used, and the verdict is UNKNOWN at best. `name` is how reports call it, else it has a number.
        """
        if not isinstance(left, BV):
            raise ContractError(f"the left side of a lemma is {shown(left)}: give a term")
        other = right if isinstance(right, BV) else constant(right, left.width, "the right side of a lemma")
        if left.width != other.width:
            raise ContractError(f"a lemma says that {left.width} bits are equal to {other.width} bits")
        if name:
            checked_name("lemma's name", name)
        lemma = Lemma(name or str(len(self._lemmas) + 1), left, other)
        if any(earlier.name == lemma.name for earlier in self._lemmas):
            raise ContractError(f"the {lemma} is said twice")
        self._must_speak_of_values(f"the {lemma}", [left, other])
        self._lemmas.append(lemma)

    @_while_open
    def label(self, term: BV, name: str) -> BV:
        """The term itself, an intermediate value of the standard: reports call it by this name, and words may be joined to it."""
        if not isinstance(term, BV):
            raise ContractError(f"{shown(term)} is labelled: give a term")
        if not isinstance(name, str) or not name.strip() or not name.isprintable():
            raise ContractError(f"a term is labelled {shown(name)}: a label is text that can be printed, not empty")
        self._must_speak_of_values("a label", [term])
        self._labelled.append(term)
        self.labels.setdefault(term, name)
        return term

    def _must_speak_of_values(self, what: str, terms: Sequence[BV]) -> None:
        """Raises ContractError for terms that hang on what the calls leave, on where regions lie, or on elements at open indices."""
        self._must_not_speak_of_outputs(what, terms)
        for variable in variables(terms):
            if isinstance(variable.origin, Pointer):
                raise ContractError(
                    f"{what} speaks of where {variable.origin} lies: only of values, and of what regions hold"
                )
            if isinstance(variable.origin, ElementAt):
                raise ContractError(f"{what} speaks of an element at an open index, which is not supported")

    # -- the statement --------------------------------------------------------------------------

    def freeze(self, claims: bool = True) -> Statement:
        """The statement of all that was said; nothing can be said afterwards.

        Raises ContractError when it would be empty or is incomplete, or speaks of a variable that is known to no input. `claims` is
        whether what the calls leave must be spoken of.
        """
        statement = Statement(
            self.routine,
            tuple(self._blocks),
            tuple(self._values),
            tuple(self._calls),
            (*self._assumptions, *self._of_open_regions()),
            MappingProxyType(self._ensured),
            MappingProxyType(self._conditions),
            self._result,
            self._result_width,
            frozenset(self._unspecified),
            MappingProxyType(self._registers),
            MappingProxyType(self._ensured_registers),
            frozenset(self._changed_registers),
            self._frame,
            self._globals_kept,
            self._stack_bytes,
            tuple(self._counts),
            MappingProxyType(self._folds),
            MappingProxyType(self._each),
            tuple(self._lemmas),
            tuple(self._labelled),
            MappingProxyType(self.labels),
        )
        check_calls(statement)
        if claims:
            check_claims(statement)
        check_variables(statement, self._open, self._after)
        self._frozen = True
        return statement

    def _of_open_regions(self) -> list[BV]:
        """What holds by itself of regions of open size: that they exist, and that an element is the same whatever its index is called."""
        open_blocks = [block for block in self._blocks if block.is_open]
        if not open_blocks:
            return []
        most = {block.name: ((1 << 64) - 1) // (block.width // 8) for block in open_blocks}
        fit = [counted(block.count, most[block.name]) for block in open_blocks if isinstance(block.count, BV)]
        return [*fit, *same_elements(self._assumptions)]


def _checked_secret(name: str, secret: object) -> bool:
    if not isinstance(secret, bool):
        raise ContractError(f"secret= of {name!r} is {shown(secret)}: give True or False")
    return secret


def _register_values(registers: object) -> dict[str, BV]:
    """Registers by name, checked, a number as a term. Raises ContractError."""
    if not isinstance(registers, Mapping):
        raise ContractError(f"the registers are {shown(registers)}: give a dict from a register's name to its value")
    values = {}
    for name, value in registers.items():
        if not isinstance(name, str) or not REGISTER.fullmatch(name):
            raise ContractError(f"no register {shown(name)}: there are x0 to x30 and d0 to d31")
        term = value if isinstance(value, BV) else constant(value, 64, f"register {name}")
        if term.width != 64:
            raise ContractError(f"{term.width} bits for the register {name}, which has 64")
        values[name] = term
    return values
