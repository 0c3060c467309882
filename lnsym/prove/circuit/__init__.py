"""Circuits of terms: bit-blasting to AND, XOR and majority gates, shared by SAT sweeping and by the files for other solvers."""
