"""The second opinion on a mutant: its machine code on Unicorn, the specification on numbers.

No code is shared with the prover: no instruction semantics, no symbolic state, no proof method and no replay. The contract's statement
is run anew for each input on a theorem whose regions and values are numbers, so that the specification computes on numbers, as it does on
the standard's vectors.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from random import Random

from lnsym.bv import BV
from lnsym.contract import Contract, Statement, Theorem, abi
from lnsym.contract.checks import BeyondRegion
from lnsym.deadline import NEVER, Deadline
from lnsym.machine.emulator import PAGE, Emulator, Extent, Registers, Run
from lnsym.machine.image import Image, Segment
from lnsym.machine.origins import Element, OpenBits, Pointer, ReturnAddress, Stack, Value
from lnsym.run.inputs import HIGH, LOW, SLOT

INPUTS_PER_PLACEMENT = 40
"""Inputs that are run at the same addresses."""

REFILLED_BYTES = 1 << 20
"""Segments of unknown contents up to this size get other contents for each input."""

REDRAWS = 20
"""How many inputs are drawn, for each one wanted, to meet the preconditions."""

CORNERS = (0, -1, 1)
"""The first inputs hold one of these everywhere."""


@dataclass(frozen=True)
class Opinion:
    """How many inputs were run, and what differed on the last of them; an empty text when nothing did."""

    inputs: int
    difference: str = ""


class Placement:
    """Addresses of regions, stack and callers: a slot for each, drawn when it is first asked for."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._addresses: dict[Pointer | Stack | ReturnAddress, int] = {}
        self._slots: set[int] = set()

    def address(self, of: Pointer | Stack | ReturnAddress, alignment: int) -> int:
        """The address of a region, of the stack or a caller, a multiple of `alignment`; far from all others."""
        if of not in self._addresses:
            slot = self._random.randrange(LOW // SLOT, HIGH // SLOT)
            while slot in self._slots:
                slot = self._random.randrange(LOW // SLOT, HIGH // SLOT)
            self._slots.add(slot)
            inside = self._random.randrange(SLOT // 2, SLOT // 2 + 2 * PAGE)
            self._addresses[of] = slot * SLOT + inside // alignment * alignment
        return self._addresses[of]


class DrawnTheorem(Theorem):
    """A theorem about one input: where another has variables it has numbers, drawn at random or all of one corner."""

    def __init__(
        self, routine: str, stack_bytes: int, placement: Placement, random: Random, corner: int | None, small: bool
    ) -> None:
        super().__init__(routine, stack_bytes)
        self._placement = placement
        self._random = random
        self._corner = corner
        self._small = small

    def _draw(self, width: int) -> int:
        if self._corner is not None:
            return self._corner & ((1 << width) - 1)
        if self._random.random() < 0.1:
            return self._random.choice((0, 1, (1 << width) - 1, 1 << (width - 1), (1 << (width - 1)) - 1))
        return self._random.getrandbits(width)

    def _base(self, name: str, alignment: int) -> BV:
        return BV.const(self._placement.address(Pointer(name), alignment), 64)

    def _unknown(self, origin: Element | Value | OpenBits, width: int) -> BV:
        left_open = isinstance(origin, OpenBits)
        if self._small and isinstance(origin, Value) and self._corner is None:
            return BV.const(self._random.randrange(1 << min(width, self._random.randrange(1, 7))), width)
        return BV.const(self._random.getrandbits(width) if left_open else self._draw(width), width)


def second_opinion(
    image: Image,
    symbol: str,
    contract: Contract,
    case: Mapping[str, object],
    count: int,
    seed: str,
    max_steps: int,
    deadline: Deadline = NEVER,
) -> Opinion:
    """Run `count` random inputs, or up to the first one that tells code and specification apart.

    Fewer are run only where too few random inputs meet the contract's preconditions. Raises DeadlinePassed.
    """
    inputs, small = 0, False
    random = Random(seed)
    for drawn in range(REDRAWS * count):
        if inputs == count:
            break
        deadline.check("while the second opinion was formed")
        if drawn % INPUTS_PER_PLACEMENT == 0:
            placement, machine = Placement(random), None
        corner = CORNERS[drawn] if drawn < len(CORNERS) else None
        theorem = DrawnTheorem(symbol, contract.stack_bytes, placement, random, corner, small)
        try:
            contract.function(theorem, **case)
        except BeyondRegion:
            small = True  # a value is a size: others would be too large as well
            continue
        statement = theorem.freeze()
        if not all(_number(assumption) for assumption in statement.assumptions):
            continue
        if machine is None or not machine.has_room_for(statement):
            machine = _Machine(image, symbol, statement, placement, random, max_steps, deadline)
        inputs += 1
        difference = machine.difference(statement)
        if difference:
            return Opinion(inputs, difference)
    return Opinion(inputs)


def _number(term: BV) -> int:
    """The number that a term of a drawn theorem is: a frozen statement has no variables but its inputs, which are numbers here."""
    return term.value


def _sizes(statement: Statement) -> list[int]:
    """Of its regions, in bytes."""
    return [len(block.listed) * block.width // 8 for block in statement.blocks]


class _Machine:
    """Unicorn with the image and one placement of a theorem's regions, for many inputs."""

    def __init__(
        self,
        image: Image,
        symbol: str,
        statement: Statement,
        placement: Placement,
        random: Random,
        max_steps: int,
        deadline: Deadline,
    ) -> None:
        self._image = image
        self._symbol = symbol
        self._random = random
        self._max_steps = max_steps
        self._deadline = deadline
        self._callers = [placement.address(ReturnAddress(i), PAGE) for i in range(len(statement.calls))]
        self._sp = placement.address(Stack(), abi.STACK_ALIGNMENT)
        self._stack_start = self._sp - statement.stack_bytes
        self._stack_size = statement.stack_bytes + statement.frame
        self._sizes = _sizes(statement)
        self._emulator = Emulator(
            [
                *(self._extent(segment) for segment in image.segments),
                *(
                    Extent(b.name, _number(b.base), bytearray(size), True, "w" in b.access)
                    for b, size in zip(statement.blocks, self._sizes, strict=True)
                    if size
                ),
                Extent("stack", self._stack_start, bytearray(self._stack_size), True, True),
                *(Extent("caller", page, bytearray(PAGE), False, False, True) for page in self._callers),
            ]
        )

    def has_room_for(self, statement: Statement) -> bool:
        """Whether its regions are as large as those of a statement, which may have drawn how large they are."""
        return self._sizes == _sizes(statement)

    def _extent(self, segment: Segment) -> Extent:
        """A segment of the image; random bytes where other code may have written."""
        known = segment.constant and segment.data is not None
        data = segment.data if known and segment.data is not None else self._random.randbytes(segment.size)
        return Extent(segment.name, segment.address, bytearray(data), segment.readable, False, segment.executable)

    def _fill(self, statement: Statement) -> None:
        """Other data in what is not known of the image, and the theorem's in its regions."""
        for segment in self._image.segments:
            if not segment.constant and segment.size <= REFILLED_BYTES:
                self._emulator.write(segment.address, self._random.randbytes(segment.size))
        for block in [block for block in statement.blocks if block.listed]:
            self._emulator.write(_number(block.base), block.stored(_number(element) for element in block.listed))

    def difference(self, statement: Statement) -> str:
        """What the code does otherwise than the theorem says, in words."""
        self._fill(statement)
        registers = self._registers(statement)
        for number, call in enumerate(statement.calls):
            self._emulator.write(self._stack_start, self._random.randbytes(self._stack_size))
            if number:
                self._forget(registers, statement.lasting_registers)
            registers.general[: len(call.arguments)] = [_number(argument) for argument in call.arguments]
            registers.general[abi.LINK_REGISTER] = self._callers[number]
            before = _callee_saved(registers, statement)
            entry = self._image.symbol(call.symbol or self._symbol).address
            run = self._emulator.run(entry, self._callers[number], registers, self._max_steps, self._deadline)
            if run.ending != "returned":
                return self._failure(run)
            registers = run.registers
            if number + 1 < len(statement.calls) and (
                found := _first_difference(before, _callee_saved(registers, statement))
            ):
                return f"after call {number}, {found}"
        return self._differing_output(statement, registers, before)

    def _registers(self, statement: Statement) -> Registers:
        """Random ones, but for SP and those the theorem speaks of."""
        general = [self._random.getrandbits(64) for _ in range(31)]
        vector = [self._random.getrandbits(128) for _ in range(32)]
        registers = Registers([*general, self._sp], vector, self._random.getrandbits(4))
        for name, value in statement.registers.items():
            registers.set_named(name, _number(value))
        return registers

    def _failure(self, run: Run) -> str:
        """Why a call did not return."""
        if run.ending == "limit":
            return f"no return within {self._max_steps} instructions"
        return f"{run.access or 'branch out of the code'}, at {run.pc:#x} ({self._image.describe(run.pc)})"

    def _forget(self, registers: Registers, kept: Collection[str]) -> None:
        for n in range(31):
            if f"x{n}" not in kept:
                registers.general[n] = self._random.getrandbits(64)
        for n in range(32):
            fresh = self._random.getrandbits(128)
            low = registers.vector[n] & ((1 << 64) - 1)
            registers.vector[n] = fresh >> 64 << 64 | low if f"d{n}" in kept else fresh
        registers.nzcv = self._random.getrandbits(4)

    def _differing_output(self, statement: Statement, registers: Registers, before: Mapping[str, int]) -> str:
        expected: dict[str, int] = {}
        left: dict[str, int] = {}
        for block, size in zip(statement.blocks, self._sizes, strict=True):
            for i, value in enumerate(block.loaded(self._emulator.read(_number(block.base), size) if size else b"")):
                left[f"{block.name}[{i}]"] = value
            for i, element in enumerate(statement.ensured.get(block.name, ())):
                if element is not None:
                    expected[f"{block.name}[{i}]"] = _number(element)
        if statement.result_width:
            left["result"] = registers.general[0] & ((1 << statement.result_width) - 1)
        expected |= dict.fromkeys(statement.conditions, 1)
        if statement.result is not None:
            expected["result"] = _number(statement.result)
        actual = left | statement.conditions_on(left, {})
        for name, ensured in statement.ensured_registers.items():
            expected[name], actual[name] = _number(ensured), registers.named(name)
        for name, now in _callee_saved(registers, statement).items():
            expected[name], actual[name] = before[name], now
        return _first_difference(expected, actual)


def _first_difference(expected: Mapping[str, int], actual: Mapping[str, int]) -> str:
    for name, value in expected.items():
        if actual[name] != value:
            return f"{name} is {actual[name]:#x}, should be {value:#x}"
    return ""


def _callee_saved(registers: Registers, statement: Statement) -> dict[str, int]:
    """What a call must bring back."""
    return {name: registers.named(name) for name in abi.CALLEE_SAVED if name not in statement.changed_registers}
