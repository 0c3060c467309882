"""A theorem set up on an image: memory from its segments, the contract's regions and the stack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from lnsym.bv import BV, concat, ite
from lnsym.contract import abi
from lnsym.contract.blocks import Block
from lnsym.contract.checks import ContractError
from lnsym.contract.statement import Statement
from lnsym.errors import one_line
from lnsym.machine.addresses import Addresses, externals_of, printable
from lnsym.machine.contents import Bytes, Contents, Elements, UnknownBytes
from lnsym.machine.decode import Code
from lnsym.machine.extents import OpenElements, OpenRegion, open_elements
from lnsym.machine.image import Image, Segment
from lnsym.machine.memory import Memory
from lnsym.machine.origins import ReturnAddress, SegmentContents, Stack
from lnsym.machine.regions import Region
from lnsym.machine.state import SP, STACK_ALIGNMENT, State
from lnsym.run.preconditions import preconditions


class SegmentBytes:
    """The bytes of a segment whose contents are what the file says. Reading raises what `Image.read` raises.

    With `addresses` those that nobody knows before the file is linked and loaded are terms; without, they have their stand-ins.
    """

    def __init__(self, image: Image, segment: Segment, addresses: Addresses | None) -> None:
        self._image = image
        self._addresses = addresses
        self._start = segment.address
        self._read: dict[tuple[int, int], BV] = {}

    def byte(self, offset: int) -> BV:
        """The byte at `offset`."""
        return self.whole(offset, 1)

    def whole(self, offset: int, size: int) -> BV:
        """`size` bytes from `offset`, little-endian, as a constant."""
        found = self._read.get((offset, size))  # tables are read whole, at each lookup anew
        if found is None:
            found = self._read[offset, size] = self._value(offset, size)
        return found

    def _value(self, offset: int, size: int) -> BV:
        address = self._start + offset
        value = BV.const(int.from_bytes(self._image.read(address, size), "little"), 8 * size)
        if self._addresses is not None:
            for at, use in self._image.address_words_in(address, size).items():
                value = _overlaid(value, self._addresses.word(use, at), at - address)
        return value


def _overlaid(value: BV, word: BV, at: int) -> BV:
    """A little-endian value with the bytes of a word that starts at its byte `at`, which may be negative, in their place."""
    first, last = max(at, 0), min(at + word.width // 8, value.width // 8)
    if first >= last:
        return value
    part = word.extract(8 * (last - at) - 1, 8 * (first - at))
    above = [value.extract(value.width - 1, 8 * last)] if 8 * last < value.width else []
    below = [value.extract(8 * first - 1, 0)] if first else []
    return concat(*above, part, *below)


def addresses_of(image: Image) -> Addresses:
    """A variable for each address of an image that only a linker or a loader chooses."""
    return Addresses(image.pieces, externals_of(tuple(image.externals)))


def unknown_contents(segment: Segment, call: int = 0) -> SegmentContents:
    """The origin of the bytes of a segment whose contents nobody knows, at a call."""
    return SegmentContents(printable(segment.name), segment.address, call)


def forget_globals(
    memory: Memory,
    image: Image,
    contents: Callable[[Segment], Contents],
    base: Callable[[Segment], int | BV] = lambda segment: segment.address,
) -> None:
    """What other code may have written between two calls: new contents for all that it may write; `base` is where segments lie."""
    for segment in image.segments:
        if not segment.constant:
            memory.replace_contents(base(segment), contents(segment))


def segment_region(image: Image, segment: Segment, addresses: Addresses | None = None) -> Region:
    """A segment as a region: never to be written; its bytes known where no other code can have changed them.

    `addresses` as in `SegmentBytes`; what another file defines lies at its symbol's address.
    """
    contents: Contents = (
        SegmentBytes(image, segment, addresses) if segment.constant else UnknownBytes(unknown_contents(segment))
    )
    return Region(
        one_line(segment.name),
        base_of(segment, addresses),
        segment.size,
        contents,
        readable=segment.readable,
        in_image=True,
    )


def base_of(segment: Segment, addresses: Addresses | None) -> int | BV:
    """Where a segment lies: its number in the layout, or the address of a symbol that another file defines."""
    if segment.external is None or addresses is None:
        return segment.address
    return addresses.externals[segment.external]


def block_region(block: Block) -> Region:
    """A region of the contract, its elements symbolic."""
    if isinstance(block.size, BV):
        held = OpenElements(block.name, block.width, block.byteorder)
        return OpenRegion(block.name, block.base, block.size, held, "w" in block.access, block.alignment)
    contents = Elements(block.listed, block.byteorder) if block.listed else Bytes(b"")
    return Region(
        block.name,
        block.base,
        block.size,
        contents,
        readable=True,
        writable="w" in block.access,
        alignment=block.alignment,
    )


def stack_region(sp: BV, below: int, frame: int) -> Region:
    """The `below` bytes of stack below SP, and `frame` bytes above it; what it holds at entry is unknown."""
    size = below + frame
    return Region(
        "stack",
        sp,
        size,
        UnknownBytes(Stack()),
        readable=True,
        writable=True,
        start=-below,
        alignment=STACK_ALIGNMENT,
    )


def element_at(region: Region, block: Block, index: int) -> BV:
    """Element `index` of a block as a region now holds it."""
    step = block.width // 8
    stored = region.read(index * step, step)
    return stored.reverse_bytes() if block.byteorder == "big" and step > 1 else stored


def element_afterwards(region: Region, block: Block, index: BV) -> BV:
    """The element of a block of open size as a region now holds it at an index, 64 bits; 0 past its end."""
    assert isinstance(region, OpenRegion)
    step = block.width // 8
    stored = region.read_at(index * step, step)
    element = stored.reverse_bytes() if block.byteorder == "big" and step > 1 else stored
    return ite(index.ult(block.count), element, BV.const(0, block.width))


def _zero_of(condition: BV) -> BV | None:
    """What is 0 where the condition, an equality of two addresses, holds; None for any other condition."""
    if condition.op != "eq" or condition.args[0].width != 64:
        return None
    one: BV = condition.args[0]
    other: BV = condition.args[1]
    return one - other


def symbolic_start(image: Image, statement: Statement, addresses: Addresses) -> State:
    """The state before the first call: every register, flag and element a variable."""
    memory = Memory([segment_region(image, segment, addresses) for segment in image.segments])
    memory.addresses = addresses
    for block in statement.blocks:
        memory.add(block_region(block))
    state = State.symbolic(memory, 0)
    state.guarded = True
    memory.bounds = []
    memory.zeros = tuple([zero for condition in statement.assumptions if (zero := _zero_of(condition)) is not None])
    memory.add_stack(stack_region(state.x_or_sp(SP), statement.stack_bytes, statement.frame))
    for name, value in statement.registers.items():
        abi.set_register(state, name, value)
    return state


@dataclass(frozen=True, eq=False)
class Setup:
    """A theorem set up on an image: the state before its first call, its addresses, its code. Nothing of it is run."""

    image: Image
    symbol: str
    statement: Statement
    code: Code = field(init=False)
    code_on_numbers: Code = field(init=False)
    """The same for a state of numbers: everything lies where the layout of the image has it or a stand-in for it."""
    addresses: Addresses = field(init=False)
    """Those that only a linker or a loader chooses."""
    start: State = field(init=False)
    """Runs begin with a copy of it."""
    unknown_contents: tuple[tuple[Segment, UnknownBytes], ...] = field(init=False)
    """Of segments that other code may write, at the first call."""

    def __post_init__(self) -> None:
        addresses = addresses_of(self.image)
        code = Code(self.image, addresses)
        start = symbolic_start(self.image, self.statement, addresses)
        lying = {region.base: region.contents for region in start.memory.regions() if region.in_image}
        held = [(segment, lying.get(base_of(segment, addresses))) for segment in self.image.segments]
        made = {
            "addresses": addresses,
            "code": code,
            "code_on_numbers": Code(self.image) if self.image.address_uses else code,
            "start": start,
            "unknown_contents": tuple([(s, contents) for s, contents in held if isinstance(contents, UnknownBytes)]),
        }
        for name, value in made.items():
            object.__setattr__(self, name, value)

    def entry(self, symbol: str | None) -> int:
        """The address of a routine. Raises ContractError where the symbol is no code."""
        found = self.image.symbol(symbol or self.symbol)
        segment = self.image.segment_at(found.address)
        if segment is None or not segment.executable:
            raise ContractError(f"{found.name} at {found.address:#x} is not code")
        return found.address

    def base_of(self, segment: Segment) -> int | BV:
        """Where a segment lies."""
        return base_of(segment, self.addresses)

    @property
    def given_at_open_indices(self) -> list[BV]:
        """The elements at open offsets of which the statement, or a run so far, speaks; those in the offsets of others before these."""
        found = dict.fromkeys(self.statement.given_at_open_indices)
        for region in self.start.memory.regions():
            if isinstance(region, OpenRegion):
                found |= region.held.elements_read
        return list(open_elements(found)) if found else []

    @cached_property
    def preconditions(self) -> list[BV]:
        """What the theorem assumes, facts of pointers among it, each a term of one bit."""
        return preconditions(self)

    @cached_property
    def external_variables(self) -> dict[BV, str]:
        """The variables for what other files define, addresses and bytes, each with its symbol."""
        found = {address: name for name, address in self.addresses.externals.items()}
        for segment in self.image.segments:
            if segment.external is not None:
                for call in range(len(self.statement.calls)):
                    contents = UnknownBytes(unknown_contents(segment, call))
                    found.update({contents.byte(offset): segment.external for offset in range(segment.size)})
        return found

    def returns_to(self, call: int) -> BV:
        """The caller's address that a call is to return to, a variable."""
        return BV.var(ReturnAddress(call), 64)

    def preserved(self, call: int) -> dict[str, BV]:
        """What callee-saved registers hold before a call, and must hold after it, by the names that goals use."""
        before = self.start.copy()
        if call:
            abi.forget(before, call, self.statement.lasting_registers)
        after = "" if call + 1 == len(self.statement.calls) else f" after call {call}"
        return {f"{name}{after}": value for name, value in abi.preserved(before, self.statement.changed_registers)}
