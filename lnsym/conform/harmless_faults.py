"""Planted faults that no campaign can find, each with the reason why it does what the original does."""

from __future__ import annotations

from dataclasses import dataclass

from lnsym.conform.planted_faults import PlantedFault


@dataclass(frozen=True)
class Harmless:
    """The faults of this kind in a module, at a node that reads `before`, change nothing."""

    module: str
    kind: str
    before: str
    reason: str


_FULL_WIDTH = "every value written there is as wide as the register: there is no high half to keep"
_COMMUTES = "the operation commutes"

HARMLESS = (
    *(
        Harmless(module, "high half kept", before, _FULL_WIDTH)
        for module, before in (
            ("isa.crypto.aes", "state.set_v(f.Rd, result)"),
            ("isa.crypto.four_register", "state.set_v(f.Rd, result)"),
            ("isa.crypto.three_register_imm2", "state.set_v(f.Rd, join([third, rotated, first, new]))"),
            ("isa.crypto.three_register_sha", "state.set_v(f.Rd, result)"),
            ("isa.crypto.three_register_sha512", "state.set_v(f.Rd, result)"),
            ("isa.crypto.three_register_sm3_sm4", "state.set_v(f.Rd, result)"),
            ("isa.crypto.two_register_sha512", "state.set_v(f.Rd, result)"),
            ("isa.crypto.xar", "state.set_v(f.Rd, join("),
            ("isa.crypto.xar", "state.set_v(f.Rd, result)"),
            ("isa.simd.three_different", "state.set_v(f.Rd, join(result))"),
            ("isa.data_processing.pc_relative_addressing", "state.set_x(f.Rd, "),
        )
    ),
    Harmless(
        "isa.data_processing.register_operands",
        "comparison",
        "length < width",
        "extending all bits of a value to its own width leaves it as it is",
    ),
    Harmless(
        "isa.simd.reciprocal_estimates",
        "comparison",
        "a * (b + 1) * (b + 1) < 1 << 28",
        "a is odd or twice an odd number there: the two are never equal",
    ),
    Harmless("isa.data_processing.data_processing_3_source", "lanes swapped", "(state.x(f.Rn, width), ", _COMMUTES),
    Harmless("isa.simd.long_operations", "operands swapped", "_saturating_doubling_multiply(x, y)", _COMMUTES),
    Harmless("isa.data_processing.add_subtract_extended_register", "operands swapped", "add_with_carry(", _COMMUTES),
    Harmless("isa.data_processing.add_subtract_immediate", "operands swapped", "add_with_carry(", _COMMUTES),
    Harmless("isa.data_processing.add_subtract_shifted_register", "operands swapped", "add_with_carry(", _COMMUTES),
    Harmless("isa.data_processing.add_subtract_with_carry", "operands swapped", "add_with_carry(", _COMMUTES),
    Harmless("isa.data_processing.conditional_compare", "operands swapped", "add_with_carry(", _COMMUTES),
    Harmless(
        "isa.loads_and_stores.structures",
        "method",
        "state.x",
        "register 31 is not read there: as Rm it stands for the size of what is transferred",
    ),
    Harmless("isa.crypto.sm4", "lanes swapped", "(0, 1, 2, 5, 7)", "an XOR in another order"),
    Harmless(
        "isa.crypto.finite_field",
        "comparison",
        "len(powers) < 255",
        "the list of powers then ends with 1 again, an entry that is not asked for",
    ),
    Harmless("isa.loads_and_stores.pair_transfer", "lanes swapped", "(f.Rt, f.Rt2)", "a set written in another order"),
)
"""What was looked at one by one: faults that were not found, and why they cannot be."""


def reason_for(fault: PlantedFault) -> str:
    """Why a module with the fault does what the original does; empty where nothing is known."""
    for entry in HARMLESS:
        if (fault.module, fault.kind) == (entry.module, entry.kind) and fault.before.startswith(entry.before):
            return entry.reason
    return ""
