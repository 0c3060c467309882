"""Advanced SIMD two-register miscellaneous: REV64, REV32, REV16, SADDLP, UADDLP, SUQADD, USQADD, CLS, CLZ, CNT, NOT,
RBIT, SADALP, UADALP, SQABS, SQNEG, CMGT, CMGE, CMEQ, CMLE, CMLT, ABS, NEG, XTN, SQXTUN, SQXTN, UQXTN, SHLL, URECPE,
URSQRTE; the narrowing ones and SHLL with 2 for upper halves.
"""

from __future__ import annotations

from collections.abc import Callable

from isa.encoding import Fields, always
from isa.features import Feature
from isa.interface import MachineState
from isa.lanes import join, lanes, lanewise
from isa.operands import Operands
from isa.simd.bit_counts import bit_count, count_leading_sign_bits, count_leading_zero_bits
from isa.simd.comparisons import COMPARISONS_WITH_ZERO
from isa.simd.element_operations import Extension
from isa.simd.halves import half, set_half
from isa.simd.reciprocal_estimates import unsigned_recip_estimate, unsigned_rsqrt_estimate
from isa.simd.two_register_operations import NARROWING, SATURATING_ADD, UNARY
from lnsym.bv import BV, concat

PATTERN = "0 Q U 01110 size 10000 opcode:5 10 Rn Rd"
OPERANDS = Operands(vector=("Rn", "Rd"))
ALIASES = {"NOT": ("mvn",)}

NAMES = {
    (0, 0b00000): "REV64", (1, 0b00000): "REV32", (0, 0b00001): "REV16",
    (0, 0b00010): "SADDLP", (1, 0b00010): "UADDLP",
    (0, 0b00011): "SUQADD", (1, 0b00011): "USQADD",
    (0, 0b00100): "CLS", (1, 0b00100): "CLZ",
    (0, 0b00101): "CNT",
    (0, 0b00110): "SADALP", (1, 0b00110): "UADALP",
    (0, 0b00111): "SQABS", (1, 0b00111): "SQNEG",
    (0, 0b01000): "CMGT", (1, 0b01000): "CMGE",
    (0, 0b01001): "CMEQ", (1, 0b01001): "CMLE",
    (0, 0b01010): "CMLT",
    (0, 0b01011): "ABS", (1, 0b01011): "NEG",
    (0, 0b10010): "XTN", (1, 0b10010): "SQXTUN",
    (1, 0b10011): "SHLL",
    (0, 0b10100): "SQXTN", (1, 0b10100): "UQXTN",
    (0, 0b11100): "URECPE", (1, 0b11100): "URSQRTE",
}  # fmt: skip
"""Arm's names by U and opcode; NOT and RBIT share theirs and differ in size. The rest is floating-point."""

SIZES = {"REV64": (0, 1, 2), "REV32": (0, 1), "REV16": (0,), "CNT": (0,), "URECPE": (2,), "URSQRTE": (2,)}
"""The sizes of instructions that have few."""

WITH_DOUBLEWORDS = frozenset({"SUQADD", "USQADD", "SQABS", "SQNEG", "ABS", "NEG", *COMPARISONS_WITH_ZERO})
"""The instructions that have elements of 64 bits."""

ELEMENTWISE: dict[str, Callable[[BV], BV]] = {
    **UNARY,
    **COMPARISONS_WITH_ZERO,
    "CLS": count_leading_sign_bits,
    "CLZ": count_leading_zero_bits,
    "CNT": bit_count,
    "RBIT": lambda byte: concat(*lanes(byte, 1)),
    "URECPE": unsigned_recip_estimate,
    "URSQRTE": unsigned_rsqrt_estimate,
}
"""What each does to an element of Vn."""

CONTAINERS = {"REV16": 16, "REV32": 32, "REV64": 64}
"""In what the elements change places. Where they are bytes the container's are reversed: BV.reverse_bytes."""

PAIRWISE_LONG: dict[str, Extension] = {
    "SADDLP": BV.sign_extend, "UADDLP": BV.zero_extend, "SADALP": BV.sign_extend, "UADALP": BV.zero_extend,
}  # fmt: skip
"""Sums of neighbours, twice as wide; those with A add them to Vd."""


def _name(f: Fields) -> str | None:
    if f.U and f.opcode == 0b00101:
        return ("NOT", "RBIT", None, None)[f.size]
    return NAMES.get((f.U, f.opcode))


TIME_NOT_STATED = frozenset({"SUQADD", "USQADD", "SQABS", "SQNEG", "SQXTUN", "SQXTN", "UQXTN", "URECPE", "URSQRTE"})
"""The instructions that Arm does not list as of data-independent time."""


def mnemonic(f: Fields) -> str | None:
    name = _name(f)
    if name is None or f.size not in SIZES.get(name, (0, 1, 2, 3)):
        return None
    if f.size == 0b11 and not (f.Q and name in WITH_DOUBLEWORDS):
        return None
    return name + "2" if f.Q and (name in NARROWING or name == "SHLL") else name


feature = always(Feature.ADV_SIMD)


def data_independent_time(f: Fields) -> bool:
    return _name(f) not in TIME_NOT_STATED


def execute(state: MachineState, f: Fields) -> None:
    name = _name(f)
    assert name is not None
    esize = 8 if name == "RBIT" else 8 << f.size
    if name in NARROWING:
        set_half(state, f.Rd, f.Q, lanewise(NARROWING[name], 2 * esize, state.v(f.Rn)))
        return
    datasize = 128 if f.Q else 64
    n = state.v(f.Rn, datasize)
    if name in CONTAINERS:
        result = lanewise(lambda container: concat(*lanes(container, esize)), CONTAINERS[name], n)
    elif name == "NOT":
        result = ~n
    elif name == "SHLL":
        result = join([concat(x, BV.const(0, esize)) for x in lanes(half(state, f.Rn, f.Q), esize)])
    elif name in PAIRWISE_LONG:
        wide = [PAIRWISE_LONG[name](x, 2 * esize) for x in lanes(n, esize)]
        sums = [x + y for x, y in zip(wide[0::2], wide[1::2], strict=True)]
        if name in ("SADALP", "UADALP"):
            sums = [d + x for d, x in zip(lanes(state.v(f.Rd, datasize), 2 * esize), sums, strict=True)]
        result = join(sums)
    elif name in SATURATING_ADD:
        result = lanewise(SATURATING_ADD[name], esize, state.v(f.Rd, datasize), n)
    else:
        result = lanewise(ELEMENTWISE[name], esize, n)
    state.set_v(f.Rd, result)
