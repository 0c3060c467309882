"""Unicorn as the second opinion: routines run on concrete memory, every access watched.

Nothing here shares code with `isa`: it is what a counterexample is confirmed on and what conformance compares with.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from lnsym.deadline import NEVER, Deadline, DeadlinePassed
from lnsym.errors import LnsymError

PAGE = 0x1000

LOOP_FACTOR = 4
"""For how many times the step limit a call that has not returned is watched for a state that comes again."""

STEPS_BETWEEN_LOOKS = 256
"""After how many instructions there is a look at the clock."""

REPLAYING = "while an input was run on Unicorn"

RunEnding: TypeAlias = Literal["returned", "outside", "fault", "limit"]


@dataclass
class Extent:
    """Mapped bytes at an address, with the accesses that are allowed there."""

    name: str
    start: int
    data: bytearray
    readable: bool = True
    writable: bool = False
    executable: bool = False

    @property
    def end(self) -> int:
        """The address after the last byte."""
        return self.start + len(self.data)


@dataclass(eq=False)
class UnusableAddress(LnsymError):
    """The emulator cannot map an address: that of an input which no run can show."""

    address: int
    reason: str

    def _message(self) -> str:
        return f"the emulator cannot map {self.address:#x}: {self.reason}"


@dataclass
class Registers:
    """X0-X30 and SP, V0-V31, and NZCV as the 4-bit field N:Z:C:V; all unsigned."""

    general: list[int]
    vector: list[int]
    nzcv: int = 0

    def named(self, name: str) -> int:
        """What `sp`, `xN` or `dN`, the low half of a vector register, holds; 64 bits."""
        if name == "sp":
            return self.general[31]
        n = int(name[1:])
        return self.general[n] if name[0] == "x" else self.vector[n] & ((1 << 64) - 1)

    def set_named(self, name: str, value: int) -> None:
        """Set `xN`, or `dN` with the high half of its vector register left as it is."""
        n = int(name[1:])
        if name[0] == "x":
            self.general[n] = value
        else:
            self.vector[n] = self.vector[n] >> 64 << 64 | value


@dataclass
class Run:
    """How an emulated call ended."""

    ending: RunEnding
    registers: Registers
    steps: int
    pc: int
    """The instruction it ended at; the return address when it returned."""
    access: str = ""
    """For "outside" and "fault": the access and its address, in words."""
    loops: bool = False
    """For "limit": the machine was seen in one state twice, so it never returns."""


@dataclass
class _Watch:
    """What the hooks of one run saw."""

    stopped: str = ""
    pc: int = 0
    steps: int = 0
    late: bool = False
    """Whether it was stopped because the time was over."""


class Emulator:
    """A Unicorn machine with these extents mapped. Overlapping extents are the caller's mistake."""

    def __init__(self, extents: Sequence[Extent]) -> None:
        import unicorn
        import unicorn.arm64_const as arm64

        self._unicorn: Any = unicorn
        self._arm64: Any = arm64
        self.extents = sorted(extents, key=lambda extent: extent.start)
        self._uc: Any = unicorn.Uc(unicorn.UC_ARCH_ARM64, unicorn.UC_MODE_ARM)
        self._uc.ctl_set_cpu_model(arm64.UC_CPU_ARM64_MAX)
        self._uc.reg_write(arm64.UC_ARM64_REG_CPACR_EL1, 3 << 20)  # SIMD on
        pages = sorted({page for e in self.extents for page in range(e.start // PAGE, (e.end - 1) // PAGE + 1)})
        for first, last in _runs(pages):
            try:
                self._uc.mem_map(first * PAGE, (last - first + 1) * PAGE)
            except unicorn.UcError as error:
                raise UnusableAddress(first * PAGE, str(error)) from None
        for extent in self.extents:
            self._uc.mem_write(extent.start, bytes(extent.data))
        x = [getattr(arm64, f"UC_ARM64_REG_X{n}") for n in range(31)]
        self._general = [*x, arm64.UC_ARM64_REG_SP]
        self._vector = [getattr(arm64, f"UC_ARM64_REG_V{n}") for n in range(32)]

    def read(self, address: int, size: int) -> bytes:
        """Memory as it now is."""
        return bytes(self._uc.mem_read(address, size))

    def write(self, address: int, data: bytes) -> None:
        """Change memory, whatever its permission."""
        self._uc.mem_write(address, data)

    def run(self, entry: int, until: int, registers: Registers, max_steps: int, deadline: Deadline = NEVER) -> Run:
        """Run from `entry` until control reaches `until`, an access falls outside the extents, or the limit is hit.

        Raises DeadlinePassed: a run that was cut short is no evidence of anything.
        """
        uc, unicorn = self._uc, self._unicorn
        for number, value in zip(self._general, registers.general, strict=True):
            uc.reg_write(number, value)
        for number, value in zip(self._vector, registers.vector, strict=True):
            uc.reg_write(number, value)
        uc.reg_write(self._arm64.UC_ARM64_REG_NZCV, registers.nzcv << 28)
        watch = _Watch()

        def on_access(_: Any, kind: int, address: int, size: int, value: int, __: Any) -> None:
            write = kind in (unicorn.UC_MEM_WRITE, unicorn.UC_MEM_WRITE_UNMAPPED)
            if not watch.stopped and not self._allowed(address, size, write):
                of = f"{'store' if write else 'load'} of {size} {'byte' if size == 1 else 'bytes'}"
                watch.stopped = f"{of} {self._where(address, size, write)}"
                watch.pc = uc.reg_read(self._arm64.UC_ARM64_REG_PC)
                uc.emu_stop()

        def on_instruction(_: Any, address: int, size: int, __: Any) -> None:
            watch.steps += 1
            if not watch.steps % STEPS_BETWEEN_LOOKS and deadline.passed:
                watch.late = True
                uc.emu_stop()

        hooks = [
            uc.hook_add(unicorn.UC_HOOK_MEM_READ | unicorn.UC_HOOK_MEM_WRITE, on_access),
            uc.hook_add(unicorn.UC_HOOK_MEM_READ_UNMAPPED | unicorn.UC_HOOK_MEM_WRITE_UNMAPPED, on_access),
            uc.hook_add(unicorn.UC_HOOK_CODE, on_instruction),
        ]
        ending: RunEnding = "returned"
        access = ""
        try:
            uc.emu_start(entry, until, count=max_steps)
        except unicorn.UcError as error:
            ending, access = "fault", str(error)
        finally:
            for hook in hooks:
                uc.hook_del(hook)
        pc = uc.reg_read(self._arm64.UC_ARM64_REG_PC)
        if watch.late:
            raise DeadlinePassed(REPLAYING)
        if watch.stopped:
            ending, access, pc = "outside", watch.stopped, watch.pc
        elif ending == "returned" and pc != until:
            ending = "limit"
        loops = ending == "limit" and self._loops(until, LOOP_FACTOR * max_steps, deadline)
        return Run(ending, self._registers(), watch.steps, pc, access, loops)

    def _loops(self, until: int, max_steps: int, deadline: Deadline) -> bool:
        """Whether the machine, run on for so many steps, comes to a state that it was in before.

        Each state is compared with that of the last step whose number is a power of two (R. P. Brent, An improved Monte Carlo
        factorization algorithm, 1980).
        """
        uc = self._uc
        pc = uc.reg_read(self._arm64.UC_ARM64_REG_PC)
        seen = (pc, self._registers(), self._written())
        steps, next_snapshot, repeated, late = 0, 1, False, False

        def on_instruction(_: Any, address: int, size: int, __: Any) -> None:
            nonlocal steps, next_snapshot, seen, repeated, late
            if not steps % STEPS_BETWEEN_LOOKS and deadline.passed:
                late = True
                uc.emu_stop()
            elif steps and address == seen[0] and self._has(seen[1]) and self._written() == seen[2]:
                repeated = True
                uc.emu_stop()
            elif steps == next_snapshot:
                seen = (address, self._registers(), self._written())
                next_snapshot *= 2
            steps += 1

        hook = uc.hook_add(self._unicorn.UC_HOOK_CODE, on_instruction)
        with suppress(self._unicorn.UcError):
            uc.emu_start(pc, until, count=max_steps)
        uc.hook_del(hook)
        if late:
            raise DeadlinePassed(REPLAYING)
        return repeated

    def _has(self, registers: Registers) -> bool:
        """Whether all registers hold this; the first that does not ends the look."""
        read = self._uc.reg_read
        held = zip((*self._general, *self._vector), (*registers.general, *registers.vector), strict=True)
        return all(read(number) == value for number, value in held) and self._registers() == registers

    def _written(self) -> list[bytes]:
        """Everything that the code may have changed."""
        return [self.read(extent.start, len(extent.data)) for extent in self.extents if extent.writable]

    def _registers(self) -> Registers:
        read = self._uc.reg_read
        general = [read(number) for number in self._general]
        vector = [read(number) for number in self._vector]
        return Registers(general, vector, read(self._arm64.UC_ARM64_REG_NZCV) >> 28)

    def _where(self, address: int, size: int, write: bool) -> str:
        """Where an access lies that is not allowed, in words."""
        for extent in self.extents:
            if extent.start <= address < extent.end:
                into = f"at {address:#x}, {address - extent.start} bytes into `{extent.name}`"
                if address + size > extent.end:
                    return f"{into}, which has {extent.end - extent.start}"
                if extent.readable if write else extent.writable:
                    return f"{into}, which is {'read' if write else 'write'}-only"
                return f"{into}, which may not be {'written' if write else 'read'}"
        return f"at {address:#x}: in no region of the contract"

    def _allowed(self, address: int, size: int, write: bool) -> bool:
        for extent in self.extents:
            if extent.start <= address < extent.end:
                return address + size <= extent.end and (extent.writable if write else extent.readable)
        return False


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Consecutive numbers as (first, last)."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs
