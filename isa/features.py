"""The features of the architecture that instructions need, by Arm's names (Arm ARM, A2.2, "Armv8-A and Armv9-A features")."""

from __future__ import annotations

from enum import Enum


class Feature(Enum):
    """One feature. The value is Arm's name, empty for what every processor has."""

    BASE = ""
    FP = "FEAT_FP"
    FP16 = "FEAT_FP16"
    ADV_SIMD = "FEAT_AdvSIMD"
    AES = "FEAT_AES"
    PMULL = "FEAT_PMULL"
    SHA1 = "FEAT_SHA1"
    SHA256 = "FEAT_SHA256"
    SHA512 = "FEAT_SHA512"
    SHA3 = "FEAT_SHA3"
    SM3 = "FEAT_SM3"
    SM4 = "FEAT_SM4"
    CRC32 = "FEAT_CRC32"
    RDM = "FEAT_RDM"
    DOT_PROD = "FEAT_DotProd"
    LSE = "FEAT_LSE"
    LOR = "FEAT_LOR"
    LRCPC = "FEAT_LRCPC"
    LRCPC2 = "FEAT_LRCPC2"
    FLAG_M = "FEAT_FlagM"
    FLAG_M2 = "FEAT_FlagM2"
    P_AUTH = "FEAT_PAuth"
    """Its instructions in the space of hints do nothing where the feature is missing."""
    BTI = "FEAT_BTI"
    """Hints alike."""
    DGH = "FEAT_DGH"
    """A hint alike."""
    SB = "FEAT_SB"
