"""The machine: images of binaries, decoding, registers and memory, stepping and paths."""
