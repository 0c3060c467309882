"""A theorem set up on an image: memory from its segments, the contract's regions and the stack, and the calls run on all paths."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from isa.branch_types import BranchType
from lnsym.bv import BV, concat, substitute
from lnsym.contract import abi
from lnsym.contract.obligations import Obligation, holds
from lnsym.contract.preconditions import preconditions
from lnsym.contract.theorem import Block, ContractError, Theorem
from lnsym.deadline import NEVER, Deadline
from lnsym.errors import LnsymError, one_line
from lnsym.machine.addresses import Addresses, externals_of, printable
from lnsym.machine.decode import Code
from lnsym.machine.image import Image, Segment
from lnsym.machine.landing import needs_direct_calls
from lnsym.machine.memory import Contents, Elements, Memory, Region, Unknown
from lnsym.machine.origins import Afterwards, ReturnAddress, SegmentContents, Stack
from lnsym.machine.paths import Conditions, Explorer, Observer, Path
from lnsym.machine.state import SP, STACK_ALIGNMENT, State

MAX_STEPS = 1_000_000


class SegmentBytes:
    """The bytes of a segment whose contents are what the file says. Reading raises what `Image.read` raises.

    With `addresses` those that nobody knows before the file is linked and loaded are terms; without, they have their stand-ins.
    """

    def __init__(self, image: Image, segment: Segment, addresses: Addresses | None) -> None:
        self._image = image
        self._addresses = addresses
        self._start = segment.address

    def byte(self, offset: int) -> BV:
        """The byte at `offset`."""
        return self.whole(offset, 1)

    def whole(self, offset: int, size: int) -> BV:
        """`size` bytes from `offset`, little-endian, as a constant."""
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
        SegmentBytes(image, segment, addresses) if segment.constant else Unknown(unknown_contents(segment))
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
    contents = Elements(block.elements, block.byteorder)
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
        Unknown(Stack()),
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


def _zero_of(condition: BV) -> BV | None:
    """What is 0 where the condition, an equality of two addresses, holds; None for any other condition."""
    if condition.op != "eq" or condition.args[0].width != 64:
        return None
    one: BV = condition.args[0]
    other: BV = condition.args[1]
    return one - other


def symbolic_start(image: Image, theorem: Theorem, addresses: Addresses) -> State:
    """The state before the first call: every register, flag and element a variable."""
    memory = Memory([segment_region(image, segment, addresses) for segment in image.segments])
    memory.addresses = addresses
    for block in theorem.blocks:
        memory.add(block_region(block))
    state = State.symbolic(memory, 0)
    state.guarded = True
    memory.bounds = []
    memory.zeros = tuple([zero for condition in theorem.assumptions if (zero := _zero_of(condition)) is not None])
    memory.add(stack_region(state.x_or_sp(SP), theorem.stack_bytes, theorem.frame))
    for name, value in theorem.registers.items():
        abi.set_register(state, name, value)
    return state


@dataclass
class Execution:
    """One run of a theorem's calls over an image, on all paths.

    Terms are as long as the execution lives. `paths` and `goals` are filled by `run`; `stopped` holds the paths that did not
    return, each with its error.
    """

    image: Image
    symbol: str
    theorem: Theorem
    max_steps: int = MAX_STEPS
    feasible: Callable[[Conditions], bool] = lambda _: True
    observer: Observer | None = None
    deadline: Deadline = NEVER
    """For all that is done with it. The paths that are under way when the share of `run` is over are stopped."""
    reserve_x18: bool = False
    """Whether the platform reserves X18: paths that change it are stopped."""
    code: Code = field(init=False)
    code_on_numbers: Code = field(init=False)
    """The same for a state of numbers: everything lies where the layout of the image has it or a stand-in for it."""
    addresses: Addresses = field(init=False)
    """Those that only a linker or a loader chooses."""
    start: State = field(init=False)
    paths: list[Path] = field(default_factory=list)
    goals: list[Obligation] = field(default_factory=list)
    changed_x18: bool = False
    """Whether a path changed X18, and was not stopped for it."""
    called_directly: bool = False
    """Whether a routine was called that only direct branches may reach (`landing.needs_direct_calls`)."""
    seconds: float = 0.0
    _contents: list[tuple[Segment, Unknown]] = field(default_factory=list, init=False)
    """Of segments that other code may write, at each call."""

    def __post_init__(self) -> None:
        self.addresses = addresses_of(self.image)
        self.code = Code(self.image, self.addresses)
        self.code_on_numbers = Code(self.image) if self.image.address_uses else self.code
        self.start = symbolic_start(self.image, self.theorem, self.addresses)
        lying = {region.base: region.contents for region in self.start.memory.regions() if region.in_image}
        for segment in self.image.segments:
            contents = lying.get(base_of(segment, self.addresses))
            if isinstance(contents, Unknown):
                self._contents.append((segment, contents))

    def entry(self, symbol: str | None) -> int:
        """The address of a routine. Raises ContractError where the symbol is no code."""
        found = self.image.symbol(symbol or self.symbol)
        segment = self.image.segment_at(found.address)
        if segment is None or not segment.executable:
            raise ContractError(f"{found.name} at {found.address:#x} is not code")
        return found.address

    def _branch_to(self, entry: int) -> BranchType:
        """How a routine is called: indirectly, unless it has no landing pad and the file does not show that its address is used."""
        try:
            if entry not in self.image.indirect_targets and needs_direct_calls(self.code, entry):
                self.called_directly = True
                return BranchType.DIRECT
        except LnsymError:
            pass  # the path ends there, with that error
        return BranchType.CALL

    def _unknown(self, segment: Segment, call: int) -> Unknown:
        contents = Unknown(unknown_contents(segment, call))
        self._contents.append((segment, contents))
        return contents

    @cached_property
    def preconditions(self) -> list[BV]:
        """What the theorem assumes, facts of pointers among it, each a term of one bit."""
        return preconditions(self)

    @property
    def reads_external_objects(self) -> bool:
        """Whether a path read what another file defines."""
        return any(segment.external is not None and contents.bytes_read for segment, contents in self._contents)

    @property
    def unknown_bytes_read(self) -> set[BV]:
        """The variables that paths read from the image where its contents are not known: other code may write there, or defines it."""
        return {byte for _, contents in self._contents for byte in contents.bytes_read}

    @cached_property
    def external_variables(self) -> dict[BV, str]:
        """The variables for what other files define, addresses and bytes, each with its symbol."""
        found = {address: name for name, address in self.addresses.externals.items()}
        for segment in self.image.segments:
            if segment.external is not None:
                for call in range(len(self.theorem.calls)):
                    contents = Unknown(unknown_contents(segment, call))
                    found.update({contents.byte(offset): segment.external for offset in range(segment.size)})
        return found

    def returns_to(self, call: int) -> BV:
        """The caller's address that a call is to return to, a variable."""
        return BV.var(ReturnAddress(call), 64)

    def preserved(self, call: int) -> dict[str, BV]:
        """What callee-saved registers hold before a call, and must hold after it, by the names that goals use."""
        before = self.start.copy()
        if call:
            abi.forget(before, call, self.theorem.lasting_registers)
        after = "" if call + 1 == len(self.theorem.calls) else f" after call {call}"
        return {f"{name}{after}": value for name, value in abi.preserved(before, self.theorem.changed_registers)}

    def run(self, share: float = 1.0) -> None:
        """Run all calls, one after the other, on every path, in a share of the time that is left; fill in `paths` and `goals`."""
        began = time.perf_counter()
        for path in self._calls(self.start.copy(), (), 0, 0, self.deadline.slice(share)):
            self.paths.append(path)
            if path.stopped is None:
                self.goals.extend(self._goals(path, len(self.paths) - 1))
        self.seconds = time.perf_counter() - began

    def _calls(
        self, state: State, conditions: Conditions, steps: int, number: int, deadline: Deadline
    ) -> Iterator[Path]:
        call = self.theorem.calls[number]
        if number:
            abi.forget(state, number, self.theorem.lasting_registers)
            state.set_x_or_sp(SP, self.start.x_or_sp(SP))  # the goal for the call before says that it is the same
            if not self.theorem.globals_kept:
                forget_globals(
                    state.memory,
                    self.image,
                    lambda segment: self._unknown(segment, number),
                    lambda segment: base_of(segment, self.addresses),
                )
        returns_to = self.returns_to(number)
        abi.enter(state, call.arguments, self.entry(call.symbol), returns_to)
        state.btype = self._branch_to(state.pc)
        explorer = Explorer(
            self.code,
            returns_to,
            max_steps=self.max_steps,
            feasible=self.feasible,
            observer=self.observer,
            deadline=deadline,
            reserve_x18=self.reserve_x18,
        )
        for path in explorer.paths(state, conditions, steps):
            self.changed_x18 |= explorer.changed_x18
            if path.stopped is not None or number + 1 == len(self.theorem.calls):
                yield path
                continue
            self.goals.extend(self._preserved_goals(path, number))
            yield from self._calls(path.state, path.conditions, path.steps, number + 1, deadline)

    def _goals(self, path: Path, number: int) -> Iterator[Obligation]:
        conditions = path.conditions
        for block in self.theorem.blocks:
            region = path.state.memory.region(block.name)
            for i, expected in enumerate(self.theorem.ensured.get(block.name, ())):
                if expected is None:
                    continue
                name = f"{block.name}[{i}]"
                yield Obligation(name, "output", element_at(region, block, i), expected, conditions, number)
        if self.theorem.result is not None:
            expected = self.theorem.result
            yield Obligation(
                "result", "output", path.state.x(0, 64)[expected.width - 1 : 0], expected, conditions, number
            )
        for name, claim in zip(self.theorem.conditions, self._conditions(path.state), strict=True):
            yield holds(name, "output", claim, conditions, number)
        for name, expected in self.theorem.ensured_registers.items():
            yield Obligation(name, "output", abi.register(path.state, name), expected, conditions, number)
        yield from self._preserved_goals(path, len(self.theorem.calls) - 1, number)

    def _conditions(self, state: State) -> list[BV]:
        """What is ensured by conditions, outputs as a state has them in the place of their variables."""
        theorem = self.theorem
        blocks = {block.name: block for block in theorem.blocks}
        left: dict[BV, BV] = {}
        for variable, origin in theorem.outputs_in_conditions.items():
            if isinstance(origin, Afterwards):
                left[variable] = element_at(state.memory.region(origin.region), blocks[origin.region], origin.index)
            else:
                left[variable] = state.x(0).extract(variable.width - 1, 0)
        return substitute(list(theorem.conditions.values()), left)

    def _preserved_goals(self, path: Path, call: int, number: int = 0) -> Iterator[Obligation]:
        now = dict(abi.preserved(path.state, self.theorem.changed_registers))
        for register, (name, before) in zip(now.values(), self.preserved(call).items(), strict=True):
            yield Obligation(name, "abi", register, before, path.conditions, number)
