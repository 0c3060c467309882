"""A theorem set up on an image: memory from its segments, the contract's regions and the stack, and the calls run on all paths."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lnsym.bv import BV
from lnsym.contract import abi
from lnsym.contract.goals import Goal
from lnsym.contract.theorem import Block, ContractError, Theorem
from lnsym.errors import one_line
from lnsym.machine.decode import Code
from lnsym.machine.image import Image, Segment
from lnsym.machine.memory import Contents, Elements, Memory, Region, Unknown
from lnsym.machine.paths import Conditions, Explorer, Observer, Path
from lnsym.machine.state import SP, STACK_ALIGNMENT, State

MAX_STEPS = 1_000_000


class SegmentBytes:
    """The bytes of a segment whose contents are what the file says. Reading raises what `Image.read` raises."""

    def __init__(self, image: Image, segment: Segment) -> None:
        self._image = image
        self._start = segment.address

    def byte(self, offset: int) -> BV:
        """The byte at `offset`."""
        return self.whole(offset, 1)

    def whole(self, offset: int, size: int) -> BV:
        """`size` bytes from `offset`, little-endian, as a constant."""
        return BV.const(int.from_bytes(self._image.read(self._start + offset, size), "little"), 8 * size)


def unknown_name(segment: Segment, call: int = 0) -> str:
    """How the bytes of a segment are called whose contents nobody knows, at a call; its address keeps it apart from all others.

    Of the name that the file gives it only letters, digits, dots and hyphens are kept.
    """
    place = f"{re.sub(r'[^A-Za-z0-9_.-]', '_', segment.name)}@{segment.address:#x}"
    return f"{place}_{call}" if call else place


def forget_globals(memory: Memory, image: Image, contents: Callable[[Segment], Contents]) -> None:
    """What other code may have written between two calls: new contents for all that it may write."""
    for segment in image.segments:
        if not segment.constant:
            memory.replace_contents(segment.address, contents(segment))


def segment_region(image: Image, segment: Segment) -> Region:
    """A segment as a region: never to be written; its bytes known where no other code can have changed them."""
    contents: Contents = SegmentBytes(image, segment) if segment.constant else Unknown(unknown_name(segment))
    return Region(
        one_line(segment.name), segment.address, segment.size, contents, readable=segment.readable, in_image=True
    )


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


def stack_region(sp: BV, frame: int) -> Region:
    """The stack below SP, and `frame` bytes above it; what it holds at entry is unknown."""
    size = abi.STACK_BYTES + frame
    return Region(
        "stack",
        sp,
        size,
        Unknown("stack"),
        readable=True,
        writable=True,
        start=-abi.STACK_BYTES,
        alignment=STACK_ALIGNMENT,
    )


def element_at(region: Region, block: Block, index: int) -> BV:
    """Element `index` of a block as a region now holds it."""
    step = block.width // 8
    stored = region.read(index * step, step)
    return stored.reverse_bytes() if block.byteorder == "big" and step > 1 else stored


def symbolic_start(image: Image, theorem: Theorem) -> State:
    """The state before the first call: every register, flag and element a variable."""
    memory = Memory([segment_region(image, segment) for segment in image.segments])
    for block in theorem.blocks:
        memory.add(block_region(block))
    state = State.symbolic(memory, 0)
    state.guarded = True
    memory.add(stack_region(state.x_or_sp(SP), theorem.frame))
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
    timeout: float = math.inf
    """Seconds for `run`; paths that are under way then are stopped."""
    code: Code = field(init=False)
    start: State = field(init=False)
    paths: list[Path] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    seconds: float = 0.0
    _deadline: float = field(default=math.inf, init=False)

    def __post_init__(self) -> None:
        self.code = Code(self.image)
        self.start = symbolic_start(self.image, self.theorem)

    def entry(self, symbol: str | None) -> int:
        """The address of a routine. Raises ContractError where the symbol is no code."""
        found = self.image.symbol(symbol or self.symbol)
        segment = self.image.segment_at(found.address)
        if segment is None or not segment.executable:
            raise ContractError(f"{found.name} at {found.address:#x} is not code")
        return found.address

    def returns_to(self, call: int) -> BV:
        """The caller's address that a call is to return to, a variable."""
        return BV.var(f"return_address_{call}" if call else "return_address", 64)

    def run(self) -> None:
        """Run all calls, one after the other, on every path; fill in `paths` and `goals`."""
        began = time.perf_counter()
        self._deadline = began + self.timeout
        for path in self._calls(self.start.copy(), (), 0, 0):
            self.paths.append(path)
            if path.stopped is None:
                self.goals.extend(self._goals(path, len(self.paths) - 1))
        self.seconds = time.perf_counter() - began

    def _calls(self, state: State, conditions: Conditions, steps: int, number: int) -> Iterator[Path]:
        call = self.theorem.calls[number]
        if number:
            abi.forget_caller_saved(state, number)
            forget_globals(state.memory, self.image, lambda segment: Unknown(unknown_name(segment, number)))
        returns_to = self.returns_to(number)
        abi.enter(state, call.arguments, self.entry(call.symbol), returns_to)
        explorer = Explorer(
            self.code,
            returns_to,
            max_steps=self.max_steps,
            feasible=self.feasible,
            observer=self.observer,
            deadline=self._deadline,
        )
        before = abi.preserved(state)
        for path in explorer.paths(state, conditions, steps):
            if path.stopped is not None or number + 1 == len(self.theorem.calls):
                yield path
                continue
            for name, then in before:
                now = abi.register(path.state, name)
                self.goals.append(Goal(f"{name} after call {number}", "abi", now, then, path.conditions))
            yield from self._calls(path.state, path.conditions, path.steps, number + 1)

    def _goals(self, path: Path, number: int) -> Iterator[Goal]:
        conditions = path.conditions
        for block in self.theorem.blocks:
            region = path.state.memory.region(block.name)
            for i, expected in enumerate(self.theorem.ensured.get(block.name, ())):
                if expected is None:
                    continue
                name = f"{block.name}[{i}]"
                yield Goal(name, "output", element_at(region, block, i), expected, conditions, number)
        if self.theorem.result is not None:
            expected = self.theorem.result
            yield Goal("result", "output", path.state.x(0, 64)[expected.width - 1 : 0], expected, conditions, number)
        for name, expected in self.theorem.ensured_registers.items():
            yield Goal(name, "output", abi.register(path.state, name), expected, conditions, number)
        for name, before in abi.preserved(self.start, self.theorem.changed_registers):
            yield Goal(name, "abi", abi.register(path.state, name), before, conditions, number)
