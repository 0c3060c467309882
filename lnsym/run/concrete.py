"""Concrete runs: a theorem's calls executed by the model on the numbers of a sample."""

from __future__ import annotations

from collections.abc import Mapping

from isa.flags import FlagBits
from lnsym.bv import BV, evaluate
from lnsym.contract import abi
from lnsym.contract.statement import Statement
from lnsym.machine.contents import Bytes, Elements
from lnsym.machine.endings import EndOfPath
from lnsym.machine.events import Observer
from lnsym.machine.image import Image, Segment
from lnsym.machine.memory import Memory
from lnsym.machine.origins import STACK_POINTER, Stack, flag, general_register, vector_register
from lnsym.machine.paths import Explorer, Path
from lnsym.machine.regions import Region
from lnsym.machine.state import State
from lnsym.run.exploration import RunLimits
from lnsym.run.inputs import unknown_bytes
from lnsym.run.setup import Setup, element_at, forget_globals, segment_region, unknown_contents


def concrete_start(image: Image, statement: Statement, sample: Mapping[BV, int]) -> State:
    """The state before the first call, the numbers of a complete sample (see `inputs.complete`) in it."""
    memory = Memory()
    for segment in image.segments:
        region = segment_region(image, segment)
        if not segment.constant:
            region.contents = _globals(segment, sample, 0)
        memory.add(region)
    for block in statement.blocks:
        elements = [BV.const(value, block.width) for value in block.values(sample)]
        if not elements:
            continue
        contents = Elements(elements, block.byteorder)
        base = sample[block.base]
        size = len(elements) * block.width // 8
        memory.add(Region(block.name, base, size, contents, writable="w" in block.access))
    data = bytes(unknown_bytes(Stack(), -statement.stack_bytes, statement.stack_bytes + statement.frame, sample))
    lowest = sample[STACK_POINTER] - statement.stack_bytes
    memory.add_stack(Region("stack", lowest, len(data), Bytes(data), writable=True))
    general = [BV.const(sample[general_register(n)], 64) for n in range(32)]
    vector = [BV.const(sample[vector_register(n)], 128) for n in range(32)]
    flags = FlagBits(*[BV.const(sample[flag(letter)], 1) for letter in "nzcv"])
    state = State(general, vector, flags, memory, 0)
    for name, value in zip(statement.registers, evaluate(list(statement.registers.values()), [sample])[0], strict=True):
        abi.set_register(state, name, BV.const(value, 64))
    return state


def run_concretely(
    setup: Setup, state: State, sample: Mapping[BV, int], limits: RunLimits | None = None, *observers: Observer
) -> Path:
    """Run all calls from a concrete start state. Raises EndOfPath where a call does not return."""
    limits = limits or RunLimits()
    steps = 0
    for number, call in enumerate(setup.statement.calls):
        if number:
            abi.forget(state, number, setup.statement.lasting_registers)
            _set_forgotten(setup, state, sample, number)
        (values,) = evaluate(call.arguments, [sample], default=0)
        returns_to = BV.const(sample[setup.returns_to(number)], 64)
        arguments = tuple([BV.const(value, 64) for value in values])
        abi.enter(state, arguments, setup.entry(call.symbol), returns_to)
        explorer = Explorer(
            setup.code_on_numbers,
            returns_to,
            max_steps=limits.max_steps,
            observers=observers,
            deadline=limits.deadline,
        )
        (path,) = explorer.paths(state, (), steps)
        if not path.returned:
            raise EndOfPath(path.ending)
        state, steps = path.state, path.steps
    return path


def _set_forgotten(setup: Setup, state: State, sample: Mapping[BV, int], call: int) -> None:
    """Numbers for what a caller may have left in registers, stack and globals before a call; 0 where the sample says nothing."""
    for registers in (state.general, state.vector):
        (values,) = evaluate(registers, [sample], default=0)
        registers[:] = [BV.const(value, term.width) for value, term in zip(values, registers, strict=True)]
    state.flags = FlagBits(*[BV.const(sample.get(flag(letter, call), 0), 1) for letter in "nzcv"])
    stack = state.memory.stack
    stack.contents = Bytes(bytes(unknown_bytes(Stack(call), -setup.statement.stack_bytes, stack.size, sample)))
    if not setup.statement.globals_kept:
        forget_globals(state.memory, setup.image, lambda segment: _globals(segment, sample, call))


def _globals(segment: Segment, sample: Mapping[BV, int], call: int) -> Bytes:
    """What a segment that other code may write holds at a call."""
    return Bytes(bytes(unknown_bytes(unknown_contents(segment, call), 0, segment.size, sample)))


def outputs(setup: Setup, path: Path, sample: Mapping[BV, int]) -> dict[str, int]:
    """The elements of the regions that may be written, and the result, after a concrete run; by the names goals use."""
    found = {}
    for block in setup.statement.blocks:
        count = block.count_on(sample)
        if "w" in block.access and count:
            region = path.state.memory.region_at(sample[block.base])
            for i in range(count):
                found[f"{block.name}[{i}]"] = element_at(region, block, i).value
    for name in setup.statement.ensured_registers:
        found[name] = abi.register(path.state, name).value
    result = setup.statement.result
    if result is not None:
        found["result"] = path.state.x(0)[result.width - 1 : 0].value
    return found
