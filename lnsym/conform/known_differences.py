"""Words on which the model, Capstone and Unicorn differ on whether they are instructions, with the reason for each.

The model may know less than Capstone does: that is LEFT_OUT, instructions outside its purpose, and UNPREDICTABLE, words
that Arm leaves open, where a proof must not lean on what one implementation does. It may never know more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def _always(word: int) -> bool:
    return True


@dataclass(frozen=True)
class KnownDifference:
    """The words with `value` under `mask` for which `when` holds, and why they are no fault."""

    mask: int
    value: int
    reason: str
    when: Callable[[int], bool] = _always

    def covers(self, word: int) -> bool:
        """Whether the word is one of these."""
        return word & self.mask == self.value and self.when(word)


def _rt(word: int) -> int:
    return word & 31


def _rn(word: int) -> int:
    return word >> 5 & 31


def _rt2(word: int) -> int:
    """Rt2, and Ra."""
    return word >> 10 & 31


def _rs(word: int) -> int:
    return word >> 16 & 31


def _loads(word: int) -> bool:
    return bool(word >> 22 & 1)


# -- CONSTRAINED UNPREDICTABLE ----------------------------------------------------------------------

_SHOULD_BE_ONE = "CONSTRAINED UNPREDICTABLE: a register field that should be ones is not"
_STATUS = "CONSTRAINED UNPREDICTABLE: the status of a store-exclusive goes to a register that it uses"
_TWICE = "CONSTRAINED UNPREDICTABLE: one register loaded twice"
_WRITEBACK = "CONSTRAINED UNPREDICTABLE: writeback to a register that is transferred"


def _status_overlaps(word: int, pair: bool) -> bool:
    used = {_rt(word), *([_rt2(word)] if pair else []), *([_rn(word)] if _rn(word) != 31 else [])}
    return not _loads(word) and _rs(word) in used


def _writeback_overlaps(word: int, pair: bool) -> bool:
    return _rn(word) != 31 and _rn(word) in {_rt(word), *([_rt2(word)] if pair else [])}


UNPREDICTABLE = (
    KnownDifference(0xFF60_0000, 0x9B40_0000, _SHOULD_BE_ONE, lambda w: _rt2(w) != 31),  # SMULH, UMULH: Ra
    KnownDifference(0x3FA0_0000, 0x0800_0000, _SHOULD_BE_ONE, lambda w: _rt2(w) != 31 or (_loads(w) and _rs(w) != 31)),
    KnownDifference(0x3FA0_0000, 0x0880_0000, _SHOULD_BE_ONE, lambda w: _rt2(w) != 31 or _rs(w) != 31),
    KnownDifference(0xBFA0_0000, 0x8820_0000, _SHOULD_BE_ONE, lambda w: _loads(w) and _rs(w) != 31),
    KnownDifference(0x3FA0_0000, 0x0800_0000, _STATUS, lambda w: _status_overlaps(w, pair=False)),
    KnownDifference(0xBFA0_0000, 0x8820_0000, _STATUS, lambda w: _status_overlaps(w, pair=True)),
    KnownDifference(0xBFE0_0000, 0x8860_0000, _TWICE, lambda w: _rt(w) == _rt2(w)),  # LDXP, LDAXP
    KnownDifference(0x3A40_0000, 0x2840_0000, _TWICE, lambda w: _rt(w) == _rt2(w)),  # LDP, LDPSW, LDNP
    KnownDifference(0x3E80_0000, 0x2880_0000, _WRITEBACK, lambda w: _writeback_overlaps(w, pair=True)),
    KnownDifference(0x3F20_0400, 0x3800_0400, _WRITEBACK, lambda w: _writeback_overlaps(w, pair=False)),
)

# -- what the model has no part in ------------------------------------------------------------------

_FLOATING = "floating-point arithmetic and conversion, and the formats that go with it"
_MATRIX = "matrix products and dot products of mixed sign (FEAT_I8MM)"
_SCALABLE = "SVE and SME"
_SYSTEM = "system instructions and registers other than NZCV"
_EXCEPTIONS = "exception generation and return"
_TAGGING = "memory tagging (FEAT_MTE)"
_UNPRIVILEGED = "unprivileged loads and stores"
_COPYING = "memory copy and set (FEAT_MOPS)"
_AUTHENTICATED = "pointer authentication codes as data (PACGA), loads with authentication (LDRAA, LDRAB)"


def _is_unnamed_move(word: int) -> bool:
    """Whether a word of the space of hints (op1 3, CRn 2), barriers (op1 3, CRn 3) and PSTATE (CRn 4) is none of these."""
    named = word >> 12 & 0x7F in (0x32, 0x33) or word >> 12 & 0xF == 4
    return not named or _rt(word) != 31 or _loads_system(word)


def _loads_system(word: int) -> bool:
    return bool(word >> 21 & 1)


LEFT_OUT = (
    *UNPREDICTABLE,
    KnownDifference(0xFFFF_0000, 0, "UDF, which is there to be undefined"),
    KnownDifference(0x1E00_0000, 0x0400_0000, _SCALABLE),
    KnownDifference(0x9E00_0000, 0x8000_0000, _SCALABLE),
    KnownDifference(0x5E00_0000, 0x1E00_0000, _FLOATING),  # scalar; its moves are modelled
    KnownDifference(0x9F20_C400, 0x0E20_C400, _FLOATING),  # three same, opcode 11xxx
    KnownDifference(0xDF20_C400, 0x5E20_C400, _FLOATING),
    KnownDifference(0x9F60_C400, 0x0E40_0400, _FLOATING),  # three same (FP16)
    KnownDifference(0xDF60_C400, 0x5E40_0400, _FLOATING),
    *(  # two-register miscellaneous, opcodes 011xx, 1011x and 11xxx but URECPE and URSQRTE, and all of its FP16
        KnownDifference(scalar | 0x0F3E_0C00 | opcode_mask, value | 0x0020_0800 | opcode, _FLOATING)
        for scalar, value in ((0x9000_0000, 0x0E00_0000), (0xD000_0000, 0x5E00_0000))
        for opcode_mask, opcode in (
            (0x1_C000, 0x0_C000),
            (0x1_E000, 0x1_6000),
            (0x1_C000, 0x1_8000),
            (0x1_D000, 0x1_D000),
            (0x1_F000, 0x1_E000),
            (0x81_F000, 0x1_C000),
        )
    ),
    KnownDifference(0x9F7E_0C00, 0x0E78_0800, _FLOATING),
    KnownDifference(0xDF7E_0C00, 0x5E78_0800, _FLOATING),
    KnownDifference(0x9F3F_CC00, 0x0E30_C800, _FLOATING),  # across lanes, opcode 011xx
    KnownDifference(0xDF3F_CC00, 0x5E30_C800, _FLOATING),  # scalar pairwise
    KnownDifference(
        0x9F80_E400, 0x0F00_E400, _FLOATING, lambda w: w >> 19 & 0b1111 != 0
    ),  # shift by immediate, opcode 111xx
    KnownDifference(0xDF80_E400, 0x5F00_E400, _FLOATING),
    *(  # by element, opcodes 0x01 and 1001
        KnownDifference(scalar | 0x0F00_0400 | opcode_mask, value | opcode, _FLOATING)
        for scalar, value in ((0x9000_0000, 0x0F00_0000), (0xD000_0000, 0x5F00_0000))
        for opcode_mask, opcode in ((0xB000, 0x1000), (0xF000, 0x9000))
    ),
    KnownDifference(0xBFC0_B400, 0x0F80_0000, _FLOATING),  # FMLAL, FMLSL (by element)
    KnownDifference(0xBFC0_B400, 0x2F80_8000, _FLOATING),
    KnownDifference(0xBF00_9400, 0x2F00_1000, _FLOATING),  # FCMLA (by element)
    KnownDifference(0xBF40_F400, 0x0F40_F000, _FLOATING),  # BFDOT, BFMLALB, BFMLALT (by element)
    KnownDifference(0xBF40_F400, 0x0F00_F000, _MATRIX),  # SUDOT, USDOT (by element)
    KnownDifference(0x9F20_C400, 0x0E00_C400, _FLOATING),  # three same extra, opcode 1xxx
    KnownDifference(0x9F20_F400, 0x0E00_A400, _MATRIX),
    KnownDifference(0x9F20_FC00, 0x0E00_9C00, _MATRIX),
    KnownDifference(0xFF00_0000, 0xD400_0000, _EXCEPTIONS),
    KnownDifference(0xFFDF_F000, 0xD69F_0000, _EXCEPTIONS),
    KnownDifference(0xFF00_0010, 0x5400_0010, "branches with a hint of consistency (FEAT_HBC)"),
    KnownDifference(0xFFFF_F01F, 0xD503_201F, "hints without a meaning here: profiling, tracing, error records"),
    KnownDifference(0xFFFF_F01F, 0xD503_301F, "barriers of extensions: DSB nXS, TCOMMIT, and unnamed ones"),
    KnownDifference(0xFFFF_F000, 0xD503_1000, "waiting with a timeout (FEAT_WFxT)"),
    KnownDifference(0xFFFF_F000, 0xD503_3000, "transactional memory (FEAT_TME)"),
    KnownDifference(0xFFF8_F01F, 0xD500_401F, _SYSTEM),  # MSR (immediate)
    KnownDifference(0xFFD8_0000, 0xD500_0000, _SYSTEM, _is_unnamed_move),  # MRS, MSR to Capstone
    KnownDifference(0xFFD8_0000, 0xD508_0000, _SYSTEM),  # SYS, SYSL
    KnownDifference(0xFFD0_0000, 0xD510_0000, _SYSTEM),  # MRS, MSR
    KnownDifference(0xDFE0_FC00, 0x9AC0_0000, _TAGGING),  # SUBP, SUBPS
    KnownDifference(0xFFE0_F800, 0x9AC0_1000, _TAGGING),  # IRG, GMI
    KnownDifference(0xBFC0_0000, 0x9180_0000, _TAGGING),  # ADDG, SUBG
    KnownDifference(0xFF20_0000, 0xD920_0000, _TAGGING),  # STG, LDG and so on
    KnownDifference(0xFE40_0000, 0x6800_0000, _TAGGING),  # STGP
    KnownDifference(0xFFE0_FC00, 0x9AC0_3000, _AUTHENTICATED),
    KnownDifference(0xFF20_0400, 0xF820_0400, _AUTHENTICATED),
    KnownDifference(0x3F20_0C00, 0x3800_0800, _UNPRIVILEGED),
    KnownDifference(0x3B20_0C00, 0x1900_0400, _COPYING),
    KnownDifference(0xFFE0_8C00, 0xF820_8000, "64-byte loads and stores (FEAT_LS64)", lambda w: w >> 12 & 0b111 != 0),
    KnownDifference(0xFFE0_0C18, 0xF8A0_0818, "range prefetch (FEAT_RPRFM), which Capstone takes for PRFM"),
)
"""Instructions to Capstone that the model does not claim."""

CAPSTONE_REFUSES: tuple[KnownDifference, ...] = ()
"""Words that the model claims and Capstone takes for no instruction: none."""

UNICORN_ACCEPTS = (
    *UNPREDICTABLE,
    KnownDifference(0x9F3F_CC00, 0x0E30_C800, "Unicorn runs unallocated sizes of the floating-point reductions"),
    KnownDifference(
        0xDF3F_CC00, 0x5E30_C800, "Unicorn runs unallocated sizes of the pairwise floating-point operations"
    ),
    KnownDifference(0xBFF8_FC00, 0x2F00_FC00, "Unicorn runs FMOV of halfwords with op set, which is unallocated"),
)
"""Words in the pattern of a class that are instructions neither to the model nor to Capstone, and that Unicorn runs."""
