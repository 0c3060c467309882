"""Cases: a word together with the registers, flags and memory that it is to run on."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any

from isa.assumptions import Assumption
from isa.encoding import Encoding, Fields, classify
from isa.flags import FlagBits
from isa.memory_access import MemoryAccess
from lnsym.bv import BV
from lnsym.conform.contents import SP, RegisterContents, background, general_value, memory_contents, near, vector_value
from lnsym.conform.single_step import BLOCK, DATA, NOP, PAGE, SLOT, SLOT_PAGE, STUB
from lnsym.errors import LnsymError
from lnsym.machine.memory import Memory
from lnsym.machine.state import State

LINK = 30
_BACKGROUNDS = 16
_FLAGS = tuple(FlagBits.from_field(nzcv) for nzcv in range(16))


@dataclass(slots=True)
class Case:
    """One test."""

    encoding: Encoding
    word: int
    fields: Fields
    contents: RegisterContents
    data: bytes
    """The page at DATA."""

    @property
    def access(self) -> MemoryAccess | None:
        """What the word does to memory; None for all but loads, stores and prefetches."""
        return self.encoding.memory(self.fields)

    @property
    def base(self) -> int | None:
        """The number of the register that holds the base of the address, if there is one."""
        access = self.access
        return None if access is None or access.base is None else vars(self.fields)[access.base]

    @property
    def prelude(self) -> int:
        """What runs just before the word: for a store-exclusive, the load-exclusive without which it would not store."""
        if self.encoding.assumption(self.fields) is Assumption.EXCLUSIVES_ALWAYS_SUCCEED:
            all_ones = 0x1F << 16 | 0x1F << 10 | 0x1F
            return self.word & ~(1 << 15) | 1 << 22 | all_ones
        return NOP


@dataclass(eq=False)
class BadReplay(LnsymError):
    """A replay text that says no case."""

    text: str
    reason: str

    def _message(self) -> str:
        return f"--replay {self.text!r}: {self.reason}; take the line that a mismatch printed"


def is_mapped(address: int) -> bool:
    """Whether Unicorn has something at the address: a tested branch must not go there."""
    return address // PAGE * PAGE in (STUB, BLOCK, SLOT_PAGE, DATA)


def is_machinery(address: int, size: int) -> bool:
    """Whether Unicorn has anything but DATA at these bytes: a tested access must not go there."""
    pages = {address // PAGE * PAGE, (address + size - 1) // PAGE * PAGE}
    return not pages.isdisjoint((STUB, BLOCK, SLOT_PAGE))


def initial_state(case: Case) -> State:
    """The state that the model is to run the case on, its memory empty."""
    contents = case.contents
    return State(contents.general.copy(), contents.vector.copy(), _FLAGS[contents.nzcv], Memory(), SLOT)


class CaseSource:
    """Makes cases; what they share, backgrounds and pages of memory, depends on the seed alone."""

    def __init__(self, seed: int) -> None:
        random = Random(f"backgrounds {seed}")
        self._backgrounds = [background(random) for _ in range(_BACKGROUNDS)]
        self._pages = [memory_contents(random) for _ in range(_BACKGROUNDS)]

    def cases(self, encoding: Encoding, word: int, random: Random, count: int) -> list[Case]:
        """Cases of one word with different contents."""
        fields = encoding.fields(word)
        named = sorted(_named_registers(encoding, fields))
        vectors = sorted({(n + i) % 32 for n in named for i in range(encoding.operands.most_consecutive)})
        extent: tuple[int, int] | None = None
        made = []
        for _ in range(count):
            contents = random.choice(self._backgrounds).copy()
            contents.set_flags(random.getrandbits(4))
            _fill_general(contents, named, random)
            if _has_vectors(encoding, fields):
                _fill_vectors(contents, vectors, random)
            case = Case(encoding, word, fields, contents, random.choice(self._pages))
            access = case.access
            if access is not None and access.base is not None:
                if extent is None or access.offset is not None:  # which depends on the contents
                    extent = _extent(case, access.base)
                _aim(case, access, access.base, extent, random)
            elif _takes_pointers(encoding, fields):
                _make_pointers(contents, named, random)
            made.append(case)
        return made


def _named_registers(encoding: Encoding, f: Fields) -> set[int]:
    """The numbers of all registers that the word names, general and vector alike."""
    values = vars(f)
    named = {values[slot.name] for slot in encoding.registers}
    return named | {values[top] << 4 | values[name] for name, top in encoding.operands.top_bit.items()}


def _has_vectors(encoding: Encoding, f: Fields) -> bool:
    """Whether the word names a SIMD&FP register."""
    operands = encoding.operands
    return bool(operands.vector) or (bool(operands.either) and vars(f).get("V", 1) == 1)


def _takes_pointers(encoding: Encoding, f: Fields) -> bool:
    """Whether registers hold targets of branches, or pointers that are signed or authenticated."""
    is_signing = encoding.assumption(f) is Assumption.POINTER_AUTHENTICATION_AS_PLAIN
    return is_signing or encoding.branch(f) is not None


def _fill_general(contents: RegisterContents, named: list[int], random: Random) -> None:
    last = 0
    for i, n in enumerate(named):
        last = near(random, last, 64) if i and random.random() < 0.2 else general_value(random)
        contents.set_general(n, last)


def _fill_vectors(contents: RegisterContents, named: list[int], random: Random) -> None:
    last = 0
    for i, n in enumerate(named):
        last = near(random, last, 128) if i and random.random() < 0.2 else vector_value(random)
        contents.set_vector(n, last)


def _make_pointers(contents: RegisterContents, named: list[int], random: Random) -> None:
    """Branch targets off the mapped pages; and no authentication codes, by POINTER_AUTHENTICATION_AS_PLAIN."""
    for n in {*named, 16, 17, LINK} - {SP}:
        value = contents.general[n].value
        if random.random() < 0.5 or n >= 16:
            value = ((value & (1 << 48) - 1) ^ 1 << 47) - (1 << 47) & (1 << 64) - 1  # canonical
        contents.set_general(n, value ^ 1 << 40 if is_mapped(value) else value)


# -- addresses ------------------------------------------------------------------------------------


class _Probe:
    """A memory that notes where it is accessed, and holds zeros; the code lies at its numbers."""

    addresses = None

    def __init__(self) -> None:
        self.accesses: list[tuple[int, int]] = []

    def load(self, address: BV, size: int, pc: int) -> BV:
        self.accesses.append((address.value, size))
        return BV.const(0, 8 * size)

    def store(self, address: BV, value: BV, pc: int) -> None:
        self.accesses.append((address.value, value.width // 8))


def _extent(case: Case, base: str) -> tuple[int, int]:
    """First address and size of what the case accesses where its base register holds 0; the size may be 0."""
    state = initial_state(case)
    probe: Any = _Probe()
    state.memory = probe
    state.general[vars(case.fields)[base]] = BV.const(0, 64)
    with suppress(Exception):  # semantics with a fault in them: the comparison will meet it again
        case.encoding.execute(state, case.fields)
    if not probe.accesses:
        return 0, 0
    first = probe.accesses[0][0]
    ends = [(address - first & (1 << 64) - 1) + size for address, size in probe.accesses]
    return first, max(ends)


def _target(random: Random, size: int, aligned: bool) -> int:
    """An address for an access of `size` bytes: mostly inside DATA, at its ends, across them, or anywhere."""
    kind = random.random()
    if kind < 0.8:
        target = DATA + random.randrange(PAGE - size + 1)
    elif kind < 0.88:
        target = random.choice((DATA, DATA + PAGE - size))
    elif kind < 0.94 and size > 1 and not aligned:
        target = random.choice((DATA, DATA + PAGE)) - random.randrange(1, size)
    else:
        target = general_value(random)
    return target // size * size if aligned else target


def _aim(case: Case, access: MemoryAccess, field: str, extent: tuple[int, int], random: Random) -> None:
    """Set the base register, that of `field`, so that the access goes where `_target` wants it."""
    f, contents = case.fields, case.contents
    base = vars(f)[field]
    first, size = extent
    target = _target(random, max(size, 1), access.aligned)
    if access.offset is not None and vars(f)[access.offset] == base != SP:
        contents.set_general(base, target // (1 + max(size, 1) ** f.S))  # the offset is the base, scaled
        return
    contents.set_general(base, target - first & (1 << 64) - 1)
    if random.random() < 0.3 and DATA <= target <= DATA + PAGE - 16:
        _load_from_memory(case, target - DATA, random)


def _load_from_memory(case: Case, at: int, random: Random) -> None:
    """Give the other registers what memory holds at the target, for compare-and-swap and the atomic maxima."""
    values = vars(case.fields)
    step = random.choice((4, 8))
    for name in ("Rs", "Rt", "Rt2"):
        n = values.get(name)
        for i in range(2):
            if n is not None and n + i < SP and n + i != case.base:
                held = int.from_bytes(case.data[at + step * i : at + step * i + 8], "little")
                case.contents.set_general(n + i, held if random.random() < 0.7 else near(random, held, 64))


# -- replay ---------------------------------------------------------------------------------------


def replay_text(case: Case) -> str:
    """The case as one line: the word and all that is not zero, in hexadecimal."""
    parts = [f"{case.word:08x}"]
    for n, term in enumerate(case.contents.general):
        if term.value:
            parts.append(f"{'sp' if n == SP else f'x{n}'}={term.value:x}")
    for n, term in enumerate(case.contents.vector):
        if term.value:
            parts.append(f"v{n}={term.value:x}")
    if case.contents.nzcv:
        parts.append(f"nzcv={case.contents.nzcv:x}")
    parts += [f"m{at:x}={data.hex()}" for at, data in _stretches(case.data)]
    return " ".join(parts)


def _stretches(data: bytes) -> list[tuple[int, bytes]]:
    """The stretches of memory that are not zero."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while at < len(data):
        if not data[at]:
            at += 1
            continue
        end = at
        while end < len(data) and data[end]:
            end += 1
        found.append((at, data[at:end]))
        at = end
    return found


def parse_replay(text: str) -> Case:
    """The case that `replay_text` wrote. Raises BadReplay."""
    parts = text.split()
    general, vector, nzcv, data = [0] * 32, [0] * 32, 0, bytearray(PAGE)
    try:
        word = int(parts[0], 16)
        for part in parts[1:]:
            name, _, value = part.partition("=")
            if name == "nzcv":
                nzcv = int(value, 16) & 0xF
            elif name == "sp":
                general[SP] = int(value, 16)
            elif name[0] == "m":
                at, content = int(name[1:], 16), bytes.fromhex(value)
                data[at : at + len(content)] = content
            else:
                (general if name[0] == "x" else vector)[int(name[1:])] = int(value, 16)
    except (ValueError, IndexError) as error:
        raise BadReplay(text, str(error)) from None
    found = classify(word)
    if found is None:
        raise BadReplay(text, f"{word:#010x} is not modelled")
    if len(data) != PAGE:
        raise BadReplay(text, f"memory is {PAGE} bytes")
    return Case(found[0], word, found[1], RegisterContents.of(general, vector, nzcv), bytes(data))
