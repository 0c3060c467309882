"""Cryptographic three-register, imm2: SM3TT1A, SM3TT1B, SM3TT2A, SM3TT2B."""

from __future__ import annotations

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.lanes import join, lanes
from isa.operands import Operands
from lnsym.bv import BV

PATTERN = "11001110010 Rm 10 imm2 opcode:2 Rn Rd"
OPERANDS = Operands(vector=("Rm", "Rn", "Rd"), immediate=("imm2",))


def mnemonic(f: Fields) -> str:
    return ("SM3TT1A", "SM3TT1B", "SM3TT2A", "SM3TT2B")[f.opcode]


def parity(x: BV, y: BV, z: BV) -> BV:
    """FF and GG of the first 16 rounds. GB/T 32905, section 4.3."""
    return x ^ y ^ z


def majority(x: BV, y: BV, z: BV) -> BV:
    """FF of the other rounds."""
    return (x & y) | (x & z) | (y & z)


def choose(x: BV, y: BV, z: BV) -> BV:
    """GG of the other rounds."""
    return (x & y) | (~x & z)


def permutation0(x: BV) -> BV:
    """P0 of SM3. GB/T 32905, section 4.4."""
    return x ^ x.rotate_left(9) ^ x.rotate_left(17)


feature = always(Feature.SM3)
data_independent_time = always(True)


def execute(state: MachineState, f: Fields) -> None:
    low, third, second, first = lanes(state.v(f.Rd), 32)  # D, C, B, A or H, G, F, E
    ss1 = state.v(f.Rn)[127:96]
    word = lanes(state.v(f.Rm), 32)[f.imm2]
    if f.opcode & 0b10:
        function = choose if f.opcode & 1 else parity
        new = permutation0(function(first, second, third) + low + ss1 + word)
        rotated = second.rotate_left(19)
    else:
        function = majority if f.opcode & 1 else parity
        ss2 = ss1 ^ first.rotate_left(12)
        new = function(first, second, third) + low + ss2 + word
        rotated = second.rotate_left(9)
    state.set_v(f.Rd, join([third, rotated, first, new]))
