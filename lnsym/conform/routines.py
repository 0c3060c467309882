"""Whole routines: functions of a real binary run by the model and by Unicorn on random inputs, and compared.

A run goes on until it returns, faults, meets what is not modelled or reaches the step limit. Unicorn then runs as many
instructions, after which PC, registers, flags and memory must be equal; and where the model faulted, Unicorn must too.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path as FilePath
from random import Random
from typing import Any

from isa.flags import FlagBits
from lnsym.bv import BV
from lnsym.conform.contents import general_value, vector_value
from lnsym.contract.routines import is_archive
from lnsym.errors import AddressNotMapped
from lnsym.machine.access_errors import OutsideMemory
from lnsym.machine.contents import Bytes
from lnsym.machine.decode import Code, DecodersDisagree, NotAnInstruction, UnmodelledInstruction, disassemble
from lnsym.machine.endings import RefusedInput, Returned
from lnsym.machine.image import Image, list_archive, load_image
from lnsym.machine.layout import Symbol
from lnsym.machine.memory import Memory
from lnsym.machine.paths import Explorer, Path, StepLimit, UndefinedCall
from lnsym.machine.regions import Region
from lnsym.machine.state import State

MAX_STEPS = 20_000
RUNS = 2
"""Runs of each function, on different inputs."""

_PAGE = 0x1000
_STOPS = "Unicorn stops"
_SCRATCH_BYTES = 0x4000
_STACK_BYTES = 0x4000


@dataclass
class RoutineMismatch:
    """A routine after which the two sides differ, and the first instruction that made them."""

    function: str
    run: int
    steps: int
    address: int
    text: str
    differences: list[str]


@dataclass
class RoutineRun:
    """One run of a function on both sides."""

    ending: str
    """How it ended: "returned", "fault", "not modelled" and so on."""
    instructions: int
    mismatch: RoutineMismatch | None = None


@dataclass
class TargetReport:
    """What running the functions of a target gave."""

    target: str
    functions: int = 0
    """How many were run."""
    compared: int = 0
    """How many executed at least one instruction that was compared."""
    returned: int = 0
    """How many returned to their caller in at least one run."""
    runs: int = 0
    instructions: int = 0
    """Instructions executed on both sides in all runs."""
    endings: Counter[str] = field(default_factory=Counter)
    """How the runs ended, on both sides alike."""
    mismatches: list[RoutineMismatch] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, runs: Iterable[RoutineRun]) -> None:
        """Count the runs of one function."""
        finished = list(runs)
        self.functions += 1
        self.runs += len(finished)
        self.compared += any(run.instructions for run in finished)
        self.returned += any(run.ending == "returned" for run in finished)
        self.instructions += sum(run.instructions for run in finished)
        self.endings.update(run.ending for run in finished)
        self.mismatches += [run.mismatch for run in finished if run.mismatch is not None]

    @property
    def passed(self) -> bool:
        """Whether something ran and nothing differed."""
        return bool(self.compared) and not self.mismatches


@dataclass
class _Inputs:
    """What a run starts from."""

    general: list[int]
    vector: list[int]
    nzcv: int
    scratch: bytes
    stack: bytes


class _Laboratory:
    """An image laid out on both sides, with a stack and a scratch buffer."""

    def __init__(self, image: Image) -> None:
        import unicorn
        import unicorn.arm64_const as arm64

        self.image = image
        self.code = Code(image)
        end = max(segment.end for segment in image.segments)
        free = (end + 0x100_0000) // 0x100_0000 * 0x100_0000
        self.scratch = free
        self.stack = free + 0x10_0000
        self.returns_to = free + 0x20_0000
        self._error: Any = unicorn.UcError
        self._unmapped_fetch = unicorn.UC_ERR_FETCH_UNMAPPED
        self._uc: Any = unicorn.Uc(unicorn.UC_ARCH_ARM64, unicorn.UC_MODE_ARM)
        self._uc.ctl_set_cpu_model(arm64.UC_CPU_ARM64_MAX)
        self._uc.reg_write(arm64.UC_ARM64_REG_CPACR_EL1, 3 << 20)
        x = [getattr(arm64, f"UC_ARM64_REG_X{n}") for n in range(31)]
        self._general = [*x, arm64.UC_ARM64_REG_SP]
        self._vector = [getattr(arm64, f"UC_ARM64_REG_V{n}") for n in range(32)]
        self._nzcv, self._pc = arm64.UC_ARM64_REG_NZCV, arm64.UC_ARM64_REG_PC
        self._pages: set[int] = set()
        for segment in image.segments:
            self._map(segment.address, segment.data or bytes(segment.size))
        self._map(self.scratch, bytes(_SCRATCH_BYTES))
        self._map(self.stack, bytes(_STACK_BYTES))
        self._writable = [(s.address, s.data or bytes(s.size)) for s in image.segments if s.writable]

    def _map(self, address: int, data: bytes) -> None:
        for page in range(address // _PAGE, (address + len(data) - 1) // _PAGE + 1):
            if page not in self._pages:
                self._pages.add(page)
                self._uc.mem_map(page * _PAGE, _PAGE)
        self._uc.mem_write(address, data)

    def is_mapped(self, address: int) -> bool:
        """Whether Unicorn has the page of an address: its permissions end at pages, the model's at bytes."""
        return address // _PAGE in self._pages

    def inputs(self, random: Random) -> _Inputs:
        """Random inputs: arguments are pointers into the scratch buffer or small numbers; so is much of the buffer."""
        general = [general_value(random) for _ in range(32)]
        for n in range(8):
            general[n] = self._pointer(random) if n == 0 or random.random() < 0.6 else random.randrange(1, 65)
        general[29], general[30] = self.stack + _STACK_BYTES // 2 + 64, self.returns_to
        general[31] = self.stack + _STACK_BYTES // 2
        scratch = bytearray(random.randbytes(_SCRATCH_BYTES))
        for at in range(0, _SCRATCH_BYTES, 8):
            kind = random.random()
            if kind < 0.5:
                value = self._pointer(random) if kind < 0.25 else random.randrange(64)
                scratch[at : at + 8] = value.to_bytes(8, "little")
        vector = [vector_value(random) for _ in range(32)]
        return _Inputs(general, vector, random.getrandbits(4), bytes(scratch), random.randbytes(_STACK_BYTES))

    def _pointer(self, random: Random) -> int:
        return self.scratch + 16 * random.randrange(_SCRATCH_BYTES // 32)

    def run_model(self, entry: int, inputs: _Inputs, max_steps: int) -> Path:
        """Run on numbers by the semantics of `isa`."""
        memory = Memory()
        for segment in self.image.segments:
            contents = Bytes(segment.data or bytes(segment.size))
            region = Region(segment.name, segment.address, segment.size, contents, segment.readable, segment.writable)
            memory.add(region)
        memory.add(Region("scratch", self.scratch, _SCRATCH_BYTES, Bytes(inputs.scratch), True, True))
        memory.add(Region("stack", self.stack, _STACK_BYTES, Bytes(inputs.stack), True, True))
        general = [BV.const(value, 64) for value in inputs.general]
        vector = [BV.const(value, 128) for value in inputs.vector]
        state = State(general, vector, FlagBits.from_field(inputs.nzcv), memory, entry)
        returns_to = BV.const(self.returns_to, 64)
        return next(Explorer(self.code, returns_to, max_steps=max_steps).paths(state))

    def start_unicorn(self, inputs: _Inputs) -> None:
        """Set Unicorn up with the inputs."""
        uc = self._uc
        for number, value in zip((*self._general, *self._vector), (*inputs.general, *inputs.vector), strict=True):
            uc.reg_write(number, value)
        uc.reg_write(self._nzcv, inputs.nzcv << 28)
        uc.mem_write(self.scratch, inputs.scratch)
        uc.mem_write(self.stack, inputs.stack)
        for address, data in self._writable:
            if bytes(uc.mem_read(address, len(data))) != data:
                uc.mem_write(address, data)

    def run_unicorn(self, entry: int, steps: int) -> str:
        """Run a number of instructions; the error, or nothing. That the next one is nowhere is no error."""
        try:
            self._uc.emu_start(entry, self.returns_to, count=steps)
        except self._error as error:
            return "" if error.errno == self._unmapped_fetch else str(error)
        return ""

    def differences(self, path: Path, pc: int | None) -> list[str]:
        """In what the model's state and Unicorn's differ."""
        uc, state = self._uc, path.state
        found = []
        reached = uc.reg_read(self._pc)
        if pc is not None and reached != pc:
            found.append(f"pc: model {pc:#x}, Unicorn {reached:#x}")
        for n, number in enumerate(self._general):
            ours, theirs = state.general[n].value, uc.reg_read(number)
            if ours != theirs:
                found.append(f"{f'x{n}' if n < 31 else 'sp'}: model {ours:#x}, Unicorn {theirs:#x}")
        for n, number in enumerate(self._vector):
            ours, theirs = state.vector[n].value, uc.reg_read(number)
            if ours != theirs:
                found.append(f"v{n}: model {ours:#x}, Unicorn {theirs:#x}")
        flags = state.flags
        nzcv = flags.n.value << 3 | flags.z.value << 2 | flags.c.value << 1 | flags.v.value
        if nzcv != uc.reg_read(self._nzcv) >> 28:
            found.append(f"nzcv: model {nzcv:04b}, Unicorn {uc.reg_read(self._nzcv) >> 28:04b}")
        for region in state.memory.regions():
            if region.writable:
                found += self._memory_difference(region)
        return found

    def _memory_difference(self, region: Region) -> Iterator[str]:
        assert isinstance(region.base, int)
        assert isinstance(region.contents, Bytes)
        expected = bytearray(region.contents.data)
        for offset, (value, part) in region.written.items():
            expected[offset] = value.value >> 8 * part & 0xFF
        left = self._uc.mem_read(region.base, region.size)
        if left != expected:
            at = next(i for i in range(region.size) if left[i] != expected[i])
            yield f"{region.name} at {region.base + at:#x}: model {expected[at]:02x}, Unicorn {left[at]:02x}"


def _completed(path: Path) -> tuple[int, int | None, str]:
    """How many instructions the model completed, where it stands then if that is known, and how the run ended."""
    match stopped := path.ending:
        case Returned():
            return path.steps, None, "returned"
        case OutsideMemory():
            return path.steps - 1, path.state.pc, "fault"
        case StepLimit():
            return path.steps, stopped.pc, "step limit"
        case UnmodelledInstruction():
            return path.steps, stopped.address, "not modelled"
        case NotAnInstruction(address=address) | RefusedInput(AddressNotMapped(address=address)):
            return path.steps, address, "left the code"
        case UndefinedCall():
            return path.steps, None, "call of another file"
        case _:
            return path.steps, None, type(stopped).__name__


class Routines:
    """Runs the functions of one image."""

    def __init__(self, image: Image, max_steps: int = MAX_STEPS) -> None:
        self._laboratory = _Laboratory(image)
        self._max_steps = max_steps

    def run(self, function: Symbol, number: int, seed: int) -> RoutineRun:
        """Compare one run of a function, the `number`th."""
        laboratory = self._laboratory
        inputs = laboratory.inputs(Random(f"{seed} {function.name} {number}"))
        path = laboratory.run_model(function.address, inputs, self._max_steps)
        steps, pc, ending = _completed(path)
        if isinstance(path.ending, DecodersDisagree):
            return RoutineRun(ending, steps, RoutineMismatch(function.name, number, steps, 0, str(path.ending), []))
        if steps == 0:
            return RoutineRun(f"{ending} at once", 0)
        differences = self._compare(function.address, inputs, path, steps, pc)
        if not differences and isinstance(path.ending, OutsideMemory):
            differences = self._expect_fault(path.ending)
        if not differences:
            return RoutineRun(ending, steps)
        mismatch = self._first_difference(function, number, inputs, steps, differences)
        culprit = laboratory.code.decoded[mismatch.address]
        access = culprit.encoding.memory(culprit.fields)
        if access is not None and access.aligned and mismatch.differences[0].startswith(_STOPS):
            return RoutineRun("unaligned atomic access", mismatch.steps - 1)  # the model checks no alignment
        return RoutineRun(ending, steps, mismatch)

    def _compare(self, entry: int, inputs: _Inputs, path: Path, steps: int, pc: int | None) -> list[str]:
        laboratory = self._laboratory
        laboratory.start_unicorn(inputs)
        error = laboratory.run_unicorn(entry, steps)
        if path.returned:
            pc = laboratory.returns_to
        return [f"{_STOPS}: {error}"] if error else laboratory.differences(path, pc)

    def _expect_fault(self, error: OutsideMemory) -> list[str]:
        """Unicorn, one instruction on, must fault too where the first byte that the model may not touch is not mapped."""
        if not error.address.is_const:
            return ["the model's address is no number"]
        touched = (error.address.value, error.address.value + error.size - 1)
        if any(self._laboratory.is_mapped(address) for address in touched):
            return []
        return [] if self._laboratory.run_unicorn(error.pc, 1) else ["the model faults, Unicorn does not"]

    def _first_difference(
        self, function: Symbol, number: int, inputs: _Inputs, steps: int, differences: list[str]
    ) -> RoutineMismatch:
        """Bisect for the first instruction after which the two sides differ."""
        laboratory, good, bad = self._laboratory, 0, steps
        while bad - good > 1:
            middle = (good + bad) // 2
            path = laboratory.run_model(function.address, inputs, middle)
            _, pc, _ = _completed(path)
            found = self._compare(function.address, inputs, path, middle, pc)
            if found:
                bad, differences = middle, found
            else:
                good = middle
        address = laboratory.run_model(function.address, inputs, bad).state.pc
        word = int.from_bytes(laboratory.image.read(address, 4), "little")
        text = " ".join(disassemble(word, address) or ())
        return RoutineMismatch(function.name, number, bad, address, text, differences)


def _distinct(symbols: Iterable[Symbol]) -> list[Symbol]:
    """The functions among symbols, one for each address."""
    return list({symbol.address: symbol for symbol in symbols if symbol.kind == "function"}.values())


def _images(target: FilePath) -> Iterator[tuple[int, Callable[[], Image]]]:
    """How many functions each image of a target has, and how to load it; an archive has an image for each member."""
    if not is_archive(target):
        image = load_image(target)
        yield len(_distinct(image.functions())), lambda: image
        return
    for member, symbols in list_archive(target):
        names = [symbol.name for symbol in symbols if symbol.kind == "function"]
        if names:
            yield len(names), partial(load_image, target, [f"{member}:{names[0]}"])


def run_routines(target: FilePath, seed: int = 0, every: int = 1, max_steps: int = MAX_STEPS) -> Iterator[TargetReport]:
    """Run all functions of a target, or each `every`th; yields the report as it grows, from an empty one."""
    report = TargetReport(str(target))
    yield report
    began = time.perf_counter()
    before = 0
    for count, load in _images(target):
        first = -before % every
        before += count
        if first >= count:
            continue
        image = load()
        routines = Routines(image, max_steps)
        for function in _distinct(image.functions())[first::every]:
            report.add(routines.run(function, number, seed) for number in range(RUNS))
            report.seconds = time.perf_counter() - began
            yield report
