"""Loads and stores of general-purpose and SIMD registers."""
