"""Replay: a sample run on Unicorn, the contract's regions laid out in its memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from lnsym.bv import evaluate
from lnsym.contract import abi
from lnsym.deadline import NEVER, Deadline
from lnsym.errors import one_line
from lnsym.machine.emulator import Emulator, Extent, Registers, Run, UnusableAddress
from lnsym.machine.origins import STACK_POINTER, Stack, flag, general_register, vector_register
from lnsym.run.inputs import MOST_OPEN_BYTES, Sample, unknown_bytes
from lnsym.run.setup import Setup, unknown_contents

PAGE = 0x1000

SHARE = 0.25
"""Which part of the time that is left one run may take: another input may show more."""


@dataclass
class Replay:
    """How the code ran on a sample, and what it left."""

    run: Run
    """Of the last call that was begun."""
    call: int
    observed: dict[str, int]
    """The elements of every region, the result and the preserved registers, by the names goals use; of a call that others should
    have followed, the preserved registers alone."""


def extents(setup: Setup, sample: Sample) -> list[Extent]:
    """The image, the contract's regions, the stack and the pages returned to, as the sample places them."""
    image = setup.image
    mapped = []
    for segment in image.segments:
        if segment.constant and segment.data is not None:
            data = bytearray(segment.data)
        else:
            data = unknown_bytes(unknown_contents(segment), 0, segment.size, sample)
        mapped.append(
            Extent(one_line(segment.name), segment.address, data, segment.readable, False, segment.executable)
        )
    for block in setup.statement.blocks:
        count = block.count_on(sample)
        if block.is_open and count * block.width // 8 > MOST_OPEN_BYTES:
            raise UnusableAddress(sample[block.base], f"`{block.name}` has {count} elements")
        if count:
            data = bytearray(block.stored(block.values(sample)))
            mapped.append(Extent(block.name, sample[block.base], data, True, "w" in block.access))
    below = setup.statement.stack_bytes
    stack = unknown_bytes(Stack(), -below, below + setup.statement.frame, sample)
    mapped.append(Extent("stack", sample[STACK_POINTER] - below, stack, True, True))
    for call in range(len(setup.statement.calls)):
        page = sample[setup.returns_to(call)]
        mapped.append(Extent("caller", page // PAGE * PAGE, bytearray(PAGE), False, False, True))
    return mapped


def replay(
    setup: Setup,
    sample: Sample,
    max_steps: int,
    deadline: Deadline = NEVER,
    machine: Callable[[Sequence[Extent]], Emulator] = Emulator,
) -> Replay:
    """Run the calls of a theorem on Unicorn on a complete sample.

    Stops at the first call that does not return, or does not bring back what it must. Raises DeadlinePassed when its part of the
    time is over.
    """
    limit = deadline.slice(SHARE)
    emulator = machine(extents(setup, sample))
    registers = Registers(
        [sample[general_register(n)] for n in range(32)],
        [sample[vector_register(n)] for n in range(32)],
        sum(sample[flag(letter)] << (3 - i) for i, letter in enumerate("nzcv")),
    )
    own = setup.statement.registers
    for name, value in zip(own, evaluate(list(own.values()), [sample], default=0)[0], strict=True):
        registers.set_named(name, value)
    for number, call in enumerate(setup.statement.calls):
        if number:
            _forget(registers, sample, number, setup.statement.lasting_registers)
            below = setup.statement.stack_bytes
            stack = unknown_bytes(Stack(number), -below, below + setup.statement.frame, sample)
            emulator.write(sample[STACK_POINTER] - below, bytes(stack))
            for segment in setup.image.segments:
                if not segment.constant and not setup.statement.globals_kept:
                    held = unknown_bytes(unknown_contents(segment, number), 0, segment.size, sample)
                    emulator.write(segment.address, bytes(held))
        (values,) = evaluate(call.arguments, [sample], default=0)
        registers.general[: len(values)] = values
        returns_to = sample[setup.returns_to(number)]
        registers.general[abi.LINK_REGISTER] = returns_to
        run = emulator.run(setup.entry(call.symbol), returns_to, registers, max_steps, limit)
        registers = run.registers
        if run.ending != "returned":
            break
        if number + 1 < len(setup.statement.calls):
            before = abi.values_on(sample, setup.preserved(number))
            now = {name: registers.named(name.split()[0]) for name in before}
            if now != before:
                return Replay(run, number, now)
    return Replay(run, number, _observe(setup, emulator, registers, sample))


def _forget(registers: Registers, sample: Sample, number: int, kept: Collection[str]) -> None:
    """What a caller may have done to registers before a call, as `abi.forget` names it."""
    registers.nzcv = sum(sample.get(flag(letter, number), 0) << (3 - i) for i, letter in enumerate("nzcv"))
    for n in range(31):
        if f"x{n}" not in kept:
            registers.general[n] = sample.get(general_register(n, number), 0)
    for n in range(32):
        fresh = sample.get(vector_register(n, number), 0)
        low = registers.vector[n] & ((1 << 64) - 1)
        registers.vector[n] = fresh >> 64 << 64 | low if f"d{n}" in kept else fresh


def _observe(setup: Setup, emulator: Emulator, registers: Registers, sample: Sample) -> dict[str, int]:
    observed = {}
    for block in setup.statement.blocks:
        size = block.count_on(sample) * block.width // 8
        for i, value in enumerate(block.loaded(emulator.read(sample[block.base], size)) if size else ()):
            observed[f"{block.name}[{i}]"] = value
    statement = setup.statement
    if statement.result_width:
        observed["result"] = registers.general[0] & ((1 << statement.result_width) - 1)
    for name in (*abi.CALLEE_SAVED, *statement.ensured_registers):
        observed[name] = registers.named(name)
    return observed | statement.conditions_on(observed, sample, default=0)
