"""Refutations and disagreements as a pytest file that needs Unicorn and nothing of lnsym.

The file holds the pages of the image that the run touches, as they were laid out, so that it runs where neither lnsym nor the binary is; it
is the user's own, and holds code of the user's binary.
"""

from __future__ import annotations

import base64
import re
import textwrap
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import lnsym
from lnsym.contract import abi
from lnsym.deadline import NEVER, Deadline
from lnsym.errors import one_line
from lnsym.machine.emulator import PAGE, Emulator, Extent, Registers, Run
from lnsym.prove.equivalence.disagreement import Disagreement
from lnsym.prove.refutation import Counterexample, Difference
from lnsym.prove.replay import Replay, replay
from lnsym.run.exploration import Unexplored
from lnsym.run.inputs import Sample

HEAD = '''\
"""Inputs on which routines break their contract, or differ, run on Unicorn. Written by lnsym {version}.

Needs the packages pytest and unicorn. Each test fails as long as the code in it is wrong: it holds the bytes of the binary that the
run touches, as they lie in memory. Expected values are the specification's.
"""

import base64
import zlib

import unicorn
from unicorn import arm64_const as arm64

PAGE = 0x1000
X = [getattr(arm64, f"UC_ARM64_REG_X{{n}}") for n in range(31)] + [arm64.UC_ARM64_REG_SP]
V = [getattr(arm64, f"UC_ARM64_REG_V{{n}}") for n in range(32)]


def unpacked(*lines):
    return zlib.decompress(base64.b64decode("".join(lines)))


def run(memory, calls):
    """The machine after the calls; a load or store outside the memory given, or against its permission, raises AssertionError."""
    uc = unicorn.Uc(unicorn.UC_ARCH_ARM64, unicorn.UC_MODE_ARM)
    uc.ctl_set_cpu_model(arm64.UC_CPU_ARM64_MAX)
    uc.reg_write(arm64.UC_ARM64_REG_CPACR_EL1, 3 << 20)
    for page in sorted({{p for start, _, data in memory for p in range(start // PAGE, (start + len(data) - 1) // PAGE + 1)}}):
        uc.mem_map(page * PAGE, PAGE)
    for start, _, data in memory:
        uc.mem_write(start, data)
    outside = []

    def on_access(_, kind, address, size, value, __):
        wanted = "w" if kind == unicorn.UC_MEM_WRITE else "r"
        inside = [mode for start, mode, data in memory if start <= address and address + size <= start + len(data)]
        if not any(wanted in mode for mode in inside):
            outside.append(f"{{wanted}} of {{size}} bytes at {{address:#x}}, at {{uc.reg_read(arm64.UC_ARM64_REG_PC):#x}}")
            uc.emu_stop()

    uc.hook_add(unicorn.UC_HOOK_MEM_READ | unicorn.UC_HOOK_MEM_WRITE, on_access)
    for writes, registers, vectors, nzcv, entry, until, steps in calls:
        for address, data in writes:
            uc.mem_write(address, data)
        for number, value in zip(X + V, registers + vectors):
            uc.reg_write(number, value)
        uc.reg_write(arm64.UC_ARM64_REG_NZCV, nzcv << 28)
        try:
            uc.emu_start(entry, until, count=steps)
        except unicorn.UcError as error:
            outside.append(str(error))
        assert not outside, f"forbidden access: {{outside[0]}}"
        assert uc.reg_read(arm64.UC_ARM64_REG_PC) == until, "did not return"
    return uc
'''


@dataclass
class _Call:
    writes: list[tuple[int, bytes]]
    registers: Registers
    entry: int
    until: int
    steps: int


class _Recording(Emulator):
    """An emulator that notes what it is told to do and which pages the code touches."""

    def __init__(self, extents: Sequence[Extent]) -> None:
        super().__init__(extents)
        self.before = [
            Extent(e.name, e.start, bytearray(e.data), e.readable, e.writable, e.executable) for e in extents
        ]
        self.calls: list[_Call] = []
        self.pages: set[int] = set()
        self._writes: list[tuple[int, bytes]] = []
        unicorn = self._unicorn

        def on_code(_: Any, address: int, size: int, __: Any) -> None:
            self.pages.add(address // PAGE)

        def on_access(_: Any, kind: int, address: int, size: int, value: int, __: Any) -> None:
            self.pages.update({address // PAGE, (address + size - 1) // PAGE})

        self._uc.hook_add(unicorn.UC_HOOK_CODE, on_code)
        self._uc.hook_add(unicorn.UC_HOOK_MEM_READ | unicorn.UC_HOOK_MEM_WRITE, on_access)

    def write(self, address: int, data: bytes) -> None:
        """Note the write, and write."""
        self._writes.append((address, data))
        super().write(address, data)

    def run(self, entry: int, until: int, registers: Registers, max_steps: int, deadline: Deadline = NEVER) -> Run:
        """Note the call, and run."""
        given = Registers(registers.general.copy(), registers.vector.copy(), registers.nzcv)
        call = _Call(self._writes, given, entry, until, max_steps)
        self._writes = []
        self.calls.append(call)
        return super().run(entry, until, registers, max_steps, deadline)

    def memory(self) -> Iterator[Extent]:
        """What was mapped before the calls, of the image only the pages that were touched."""
        for extent in self.before:
            if extent.executable or not extent.writable:
                for page in sorted(self.pages):
                    start, end = max(extent.start, page * PAGE), min(extent.end, (page + 1) * PAGE)
                    if start < end:
                        data = extent.data[start - extent.start : end - extent.start]
                        yield Extent(extent.name, start, data, extent.readable, extent.writable, extent.executable)
                if extent.name == "caller":
                    yield extent
            else:
                yield extent


def test_file(tests: Sequence[str]) -> str:
    """The text of a file of such tests."""
    return "\n\n".join([HEAD.format(version=lnsym.__version__), *tests])


def refutation_test(unexplored: Unexplored, counterexample: Counterexample, number: int) -> str:
    """A test that fails as long as the routine breaks its contract on this input; `number` tells tests of one file apart."""
    recording, _ = _recorded(unexplored, counterexample.sample)
    what = counterexample.violation or f"{counterexample.differences[0].name} is not what it should be"
    lines = [*_head(unexplored.setup.symbol, number, f"{_of(unexplored)}: {what}"), *_machine(recording, "")]
    run = "run(memory, calls)"
    lines.append(f"    uc = {run}" if counterexample.differences else f"    {run}")
    for d in counterexample.differences:
        if d.left:
            lines += _condition_lines(unexplored, counterexample.sample, d)
            continue
        lines.append(f"    got = {_reading('uc', unexplored, counterexample.sample, d.name, d.width)}")
        lines.append(f'    assert got == {d.expected:#x}, f"{d.name} is {{got:#x}}, should be {d.expected:#x}"')
    return "\n".join(lines) + "\n"


def _condition_lines(unexplored: Unexplored, sample: Sample, broken: Difference) -> list[str]:
    """What the code leaves is not what it left, for which a condition does not hold."""
    got = ", ".join(_reading("uc", unexplored, sample, left.name, left.width) for left in broken.left)
    before = ", ".join(f"{left.values[0]:#x}" for left in broken.left)
    return [f"    got = [{got}]", f'    assert got != [{before}], f"{broken.name} does not hold for {{got}}"']


def disagreement_test(
    unexplored: tuple[Unexplored, Unexplored],
    samples: tuple[Sample, Sample],
    disagreement: Disagreement,
    number: int,
) -> str:
    """A test that fails as long as one of two routines breaks a rule, or they leave different things, on this input.

    `samples` are what each of them finds.
    """
    name = "_".join(one.setup.symbol for one in unexplored)
    what = " and ".join(_of(one) for one in unexplored)
    lines = _head(name, number, f"{what}: {disagreement.summary}")
    for n, (one, sample) in enumerate(zip(unexplored, samples, strict=True), 1):
        recording, seen = _recorded(one, sample)
        before = abi.values_on(sample, one.setup.preserved(seen.call))
        lost = {name: value for name, value in before.items() if seen.observed[name] != value}
        run = f"run(memory_{n}, calls_{n})"
        lines += [
            *_machine(recording, f"_{n}"),
            f"    uc_{n} = {run}" if lost or disagreement.differences else f"    {run}",
        ]
        for name, value in lost.items():
            lines.append(f"    got = {_reading(f'uc_{n}', one, sample, name, 64)}")
            lines.append(f'    assert got == {value:#x}, f"{name} was {value:#x} and is {{got:#x}} on return"')
    for d in disagreement.differences:
        for n, (one, sample) in enumerate(zip(unexplored, samples, strict=True), 1):
            lines.append(f"    got_{n} = {_reading(f'uc_{n}', one, sample, d.name, d.width)}")
        lines.append(f'    assert got_1 == got_2, f"{d.name} is {{got_1:#x}} and {{got_2:#x}}"')
    return "\n".join(lines) + "\n"


def _recorded(unexplored: Unexplored, sample: Sample) -> tuple[_Recording, Replay]:
    machines: list[_Recording] = []

    def machine(extents: Sequence[Extent]) -> Emulator:
        machines.append(_Recording(extents))
        return machines[-1]

    seen = replay(unexplored.setup, sample, unexplored.limits.max_steps, unexplored.limits.deadline, machine)
    return machines[0], seen


def _of(unexplored: Unexplored) -> str:
    return f"{unexplored.setup.symbol} of {unexplored.setup.image.path.name}"


def _head(name: str, number: int, docstring: str) -> list[str]:
    words = re.sub(r"\W+", "_", name)
    said = one_line(docstring).replace("\\", "/").replace('"', "'")  # names come from files: none may end the string
    return [f"def test_{words}_{number}():", f'    """{said}."""']


def _machine(recording: _Recording, suffix: str) -> Iterator[str]:
    """The memory before the calls and the calls, as two assignments."""
    yield f"    memory{suffix} = ["
    for extent in recording.memory():
        mode = "r" * extent.readable + "w" * extent.writable
        yield f"        ({extent.start:#x}, {mode!r}, {_packed(bytes(extent.data), 8)}),  # {one_line(extent.name)}"
    yield "    ]"
    yield f"    calls{suffix} = ["
    for call in recording.calls:
        writes = ", ".join(f"({address:#x}, {_packed(data, 8)})" for address, data in call.writes)
        yield f"        ([{writes}],"
        yield _numbers(call.registers.general)
        yield _numbers(call.registers.vector)
        yield f"         {call.registers.nzcv}, {call.entry:#x}, {call.until:#x}, {call.steps}),"
    yield "    ]"


def _packed(data: bytes, indent: int) -> str:
    text = base64.b64encode(zlib.compress(data, 9)).decode()
    rows = textwrap.wrap(text, 100)
    if len(rows) == 1:
        return f'unpacked("{text}")'
    inner = "\n".join(f'{" " * (indent + 4)}"{row}",' for row in rows)
    return f"unpacked(\n{inner}\n{' ' * indent})"


def _numbers(values: Sequence[int]) -> str:
    text = textwrap.wrap(", ".join(hex(value) for value in values), 110)
    return "         [" + "\n          ".join(text) + "],"


def _reading(machine: str, unexplored: Unexplored, sample: Sample, name: str, width: int) -> str:
    """An expression for what a machine holds in an element of a region, the result, or a register."""
    region, _, index = name.rpartition("[")
    for block in unexplored.setup.statement.blocks:
        if block.name == region:
            size = block.width // 8
            address = sample[block.base] + size * int(index[:-1])
            return f'int.from_bytes({machine}.mem_read({address:#x}, {size}), "{block.byteorder}")'
    register = "x0" if name == "result" else name.split()[0]
    number = "X[31]" if register == "sp" else f"{'X' if register[0] == 'x' else 'V'}[{register[1:]}]"
    return f"{machine}.reg_read({number}) & {(1 << width) - 1:#x}"
