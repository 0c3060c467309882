"""Advanced SIMD: integer and polynomial vectors, and the moves of floating-point registers as data."""
