"""The A64 instruction set: one module per encoding class of the Arm ARM (DDI 0487).

Each module holds, side by side, the bit pattern with Arm's field names, the semantics, and what random legal
encodings look like. `encoding` says what a module contains and finds them all.
"""

from isa.encoding import AmbiguousEncoding, Encoding, Fields, classify, encodings

__all__ = ["AmbiguousEncoding", "Encoding", "Fields", "classify", "encodings"]
