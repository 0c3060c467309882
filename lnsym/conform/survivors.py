"""Mutants that no campaign can find, each with the reason why it does what the original does."""

from __future__ import annotations

from dataclasses import dataclass

from lnsym.conform.mutants import Mutant


@dataclass(frozen=True)
class Equivalent:
    """The mutants of a module with this kind of fault, at a node that reads `before`, change nothing."""

    module: str
    fault: str
    before: str
    reason: str


_FULL_WIDTH = "every value written there is as wide as the register: there is no high half to keep"
_COMMUTES = "the operation commutes"

EQUIVALENT = (
    *(
        Equivalent(module, "high half kept", before, _FULL_WIDTH)
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
    Equivalent(
        "isa.data_processing.register_operands",
        "comparison",
        "length < width",
        "extending all bits of a value to its own width leaves it as it is",
    ),
    Equivalent(
        "isa.simd.reciprocal_estimates",
        "comparison",
        "a * (b + 1) * (b + 1) < 1 << 28",
        "a is odd or twice an odd number there: the two are never equal",
    ),
    Equivalent("isa.data_processing.data_processing_3_source", "lanes swapped", "(state.x(f.Rn, width), ", _COMMUTES),
    Equivalent("isa.simd.long_operations", "operands swapped", "_saturating_doubling_multiply(x, y)", _COMMUTES),
    Equivalent("isa.data_processing.add_subtract_extended_register", "operands swapped", "add_with_carry(", _COMMUTES),
    Equivalent("isa.data_processing.add_subtract_immediate", "operands swapped", "add_with_carry(", _COMMUTES),
    Equivalent("isa.data_processing.add_subtract_shifted_register", "operands swapped", "add_with_carry(", _COMMUTES),
    Equivalent("isa.data_processing.add_subtract_with_carry", "operands swapped", "add_with_carry(", _COMMUTES),
    Equivalent("isa.data_processing.conditional_compare", "operands swapped", "add_with_carry(", _COMMUTES),
    Equivalent(
        "isa.loads_and_stores.structures",
        "method",
        "state.x",
        "register 31 is not read there: as Rm it stands for the size of what is transferred",
    ),
    Equivalent("isa.crypto.sm4", "lanes swapped", "(0, 1, 2, 5, 7)", "an XOR in another order"),
    Equivalent(
        "isa.crypto.finite_field",
        "comparison",
        "len(powers) < 255",
        "the list of powers then ends with 1 again, an entry that is not asked for",
    ),
    Equivalent(
        "isa.loads_and_stores.pair_transfer", "lanes swapped", "(f.Rt, f.Rt2)", "a set written in another order"
    ),
)
"""What was looked at one by one: mutants found to survive, and why they must."""


def reason_for(mutant: Mutant) -> str:
    """Why a mutant does what the original does; empty where nothing is known."""
    for entry in EQUIVALENT:
        if (mutant.module, mutant.fault) == (entry.module, entry.fault) and mutant.before.startswith(entry.before):
            return entry.reason
    return ""
