"""The machine state: registers, flags, memory and the program counter, all of terms.

Concrete execution is the same object holding constants.
"""

from __future__ import annotations

from dataclasses import dataclass

from isa.branch_types import BranchType
from isa.flags import FlagBits, Flags
from lnsym.bv import BV, ite
from lnsym.machine.access_errors import NotExclusive
from lnsym.machine.endings import EndOfPath, Forbidden
from lnsym.machine.layout import PAGE
from lnsym.machine.memory import Memory
from lnsym.machine.origins import SP as SP
from lnsym.machine.origins import SignedPointer, flag, general_register, vector_register

PLATFORM_REGISTER = 18
"""X18, which a platform may reserve (AAPCS64, section 6.1.1): Darwin, Windows and Android do, Linux does not."""

STACK_ALIGNMENT = 16
"""What SP is a multiple of at a call and at each access by it (AAPCS64, section 6.4.5.1)."""

ZERO = BV.const(0, 64)
ZERO_W = BV.const(0, 32)


@dataclass(frozen=True)
class NotAuthentic(Forbidden):
    """A pointer is authenticated that was not signed, or with another key or modifier: it faults where FEAT_PAuth is there."""

    pc: int
    key: str
    signed_with: str

    def _message(self) -> str:
        """Which instruction, and what it should find."""
        found = (
            f"was signed with key {self.signed_with} and a modifier of its own"
            if self.signed_with
            else "was not signed"
        )
        return f"the instruction at {self.pc:#x} authenticates with key {self.key} a pointer that {found}"


@dataclass(frozen=True)
class NotCanonical(Forbidden):
    """A word is signed or stripped that need not be a canonical pointer: where FEAT_PAuth is there, its upper bits are lost."""

    pc: int

    def _message(self) -> str:
        """Which instruction."""
        return (
            f"the instruction at {self.pc:#x} signs or strips a word that is neither the return address nor an address of a region "
            "without a code, so that its upper bits may be lost"
        )


@dataclass(frozen=True)
class FixedTarget(Forbidden):
    """A branch to a number, in code that may be loaded anywhere."""

    pc: int
    target: int

    def _message(self) -> str:
        """Which branch, and where it goes."""
        return f"the branch at {self.pc:#x} goes to the fixed address {self.target:#x}, where nobody knows what lies"


class State:
    """One state. It implements `isa.interface.MachineState`, which says what the methods do.

    `general` holds X0-X30 and SP, `vector` V0-V31. A general register that was last written as W holds
    its 32 bits; the upper half is zero, as the architecture has it, and no term is spent on that.
    """

    __slots__ = (
        "btype",
        "exclusive",
        "flags",
        "general",
        "guarded",
        "memory",
        "next_pc",
        "pc",
        "returns_to",
        "signed",
        "vector",
    )

    pc: int
    flags: Flags
    next_pc: BV | None
    """Where a branch goes; None when the next instruction follows."""

    def __init__(self, general: list[BV], vector: list[BV], flags: Flags, memory: Memory, pc: int) -> None:
        self.general = general
        self.vector = vector
        self.flags = flags
        self.memory = memory
        self.pc = pc
        self.next_pc = None
        self.btype = BranchType.DIRECT
        """PSTATE.BTYPE after the last branch, as from a guarded page; direct again once it has landed."""
        self.exclusive: tuple[BV, int] | None = None
        """What the exclusives monitor is set for: address and bytes."""
        self.signed: dict[BV, tuple[str, BV, BV]] = {}
        """Pointers with an authentication code: key, plain pointer and modifier of each."""
        self.returns_to: BV | None = None
        """The return address of the call under way, where one is."""
        self.guarded = False
        """Whether alignments, the exclusives monitor and authentication codes are checked, as under a contract."""

    @staticmethod
    def symbolic(memory: Memory, pc: int) -> State:
        """Every register and flag a fresh variable: x0-x30, sp, v0-v31, n, z, c, v."""
        general = [general_register(n) for n in range(32)]
        vector = [vector_register(n) for n in range(32)]
        flags = FlagBits(*[flag(letter) for letter in "nzcv"])
        return State(general, vector, flags, memory, pc)

    def copy(self) -> State:
        """A state that goes its own way from here."""
        twin = State(self.general.copy(), self.vector.copy(), self.flags, self.memory.copy(), self.pc)
        twin.next_pc, twin.btype = self.next_pc, self.btype
        twin.returns_to = self.returns_to
        twin.exclusive, twin.guarded, twin.signed = self.exclusive, self.guarded, self.signed
        return twin

    def same_as(self, other: State) -> bool:
        """Whether all registers, flags and memory hold the same terms; the program counter is not compared."""
        return (
            self.general == other.general
            and self.vector == other.vector
            and all(getattr(self.flags, flag) is getattr(other.flags, flag) for flag in "nzcv")
            and self.exclusive == other.exclusive
            and self.memory.same_as(other.memory)
        )

    # -- isa.interface.MachineState ------------------------------------------------------------

    def x(self, n: int, width: int = 64) -> BV:
        """The low `width` bits of Xn; register 31 reads as zero."""
        if n == 31:
            return ZERO if width == 64 else ZERO_W
        return self.x_or_sp(n, width)

    def x_or_sp(self, n: int, width: int = 64) -> BV:
        """The low `width` bits of Xn; register 31 is SP."""
        value = self.general[n]
        if value.width == width:
            return value
        return value.extract(31, 0) if width == 32 else value.zero_extend(64)

    def set_x(self, n: int, value: BV) -> None:
        """Write Xn; a write to register 31 has no effect."""
        if n != 31:
            self.set_x_or_sp(n, value)

    def set_x_or_sp(self, n: int, value: BV) -> None:
        """Write Xn; register 31 is SP."""
        if value.width not in (32, 64):
            raise ValueError(f"{value.width} bits written to a general-purpose register")
        self.general[n] = value

    def v(self, n: int, width: int = 128) -> BV:
        """The low `width` bits of Vn."""
        value = self.vector[n]
        return value if width == 128 else value.extract(width - 1, 0)

    def set_v(self, n: int, value: BV) -> None:
        """Write Vn, zero-extended to 128 bits."""
        self.vector[n] = value if value.width == 128 else value.zero_extend(128)

    def load(self, address: BV, size: int) -> BV:
        """`size` bytes from `address`, little-endian."""
        return self.memory.load(address, size, self.pc)

    def store(self, address: BV, value: BV) -> None:
        """Write the bytes of `value` from `address`, little-endian."""
        self.exclusive = None  # whether such a store clears the monitor is the implementation's choice
        self.memory.store(address, value, self.pc)

    def sign(self, key: str, pointer: BV, modifier: BV) -> BV:
        """A variable that only `authenticate` with the same key and modifier turns into the pointer again."""
        if not self.guarded:
            return pointer
        self._require_canonical(pointer)
        signed = BV.var(SignedPointer(key, pointer, modifier), 64)
        self.signed = {**self.signed, signed: (key, pointer, modifier)}
        return signed

    def authenticate(self, key: str, pointer: BV, modifier: BV) -> BV:
        """Raises NotAuthentic unless the pointer was signed with this key and modifier."""
        if not self.guarded:
            return pointer
        by_key, plain, by_modifier = self.signed.get(pointer, ("", pointer, modifier))
        if by_key != key or by_modifier is not modifier:
            raise EndOfPath(NotAuthentic(self.pc, key, by_key))
        return plain

    def strip(self, pointer: BV) -> BV:
        """The pointer that was signed, or this one. Raises NotCanonical."""
        if pointer in self.signed:
            return self.signed[pointer][1]
        if self.guarded:
            self._require_canonical(pointer)
        return pointer

    def _require_canonical(self, pointer: BV) -> None:
        """Raises NotCanonical unless it is the return address or an address of a region: of another word upper bits are lost."""
        placed = self.memory.place(pointer)
        inside = placed is not None and 0 <= placed[1] - placed[0].start <= placed[0].size
        if pointer is not self.returns_to and not inside:
            raise EndOfPath(NotCanonical(self.pc))

    def require_alignment(self, address: BV, size: int) -> None:
        """Raises Misaligned unless the address is known to be a multiple of `size` bytes."""
        if self.guarded:
            self.memory.require_alignment(address, size, self.pc)

    def open_exclusive(self, address: BV, size: int) -> None:
        """Set the monitor."""
        self.exclusive = (address, size)

    def close_exclusive(self, address: BV, size: int) -> None:
        """Raises NotExclusive where the monitor is not set for these bytes; clears it."""
        if self.guarded and self.exclusive != (address, size):
            raise EndOfPath(NotExclusive(self.pc))
        self.exclusive = None

    def clear_exclusive(self) -> None:
        """Clear the monitor."""
        self.exclusive = None

    def address(self, number: int) -> BV:
        """The address of what has this number in the layout of the code."""
        addresses = self.memory.addresses
        return BV.const(number, 64) if addresses is None else addresses.of_number(number, self.pc)

    def page(self) -> BV:
        """The address of the instruction's page."""
        addresses = self.memory.addresses
        return BV.const(self.pc & ~(PAGE - 1), 64) if addresses is None else addresses.page_of(self.pc)

    def branch(self, target: BV) -> None:
        """Continue at `target`, which is a number in the layout of the code."""
        self.next_pc = target
        self.btype = BranchType.DIRECT

    def branch_to(self, address: BV, btype: BranchType) -> None:
        """Continue at an address. Raises FixedTarget."""
        self.btype = btype
        self.next_pc = self._number_of(address) if self.memory.moves else address

    def _number_of(self, address: BV) -> BV:
        """The number that an address of the image has in the layout, or a choice of such; any other term as it is."""
        if address.op == "const":
            raise EndOfPath(FixedTarget(self.pc, address.value))
        if address.op == "ite":
            condition, then, otherwise = address.args
            return ite(condition, self._number_of(then), self._number_of(otherwise))
        addresses = self.memory.addresses
        placed = addresses.placed(address) if addresses is not None else None
        return address if placed is None else BV.const(placed[1], 64)
