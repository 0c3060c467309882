"""Contracts of routines that are known: importing this package registers them all."""

from programs.contracts import (
    aes,
    aes_modes,
    aria,
    camellia,
    checksums,
    classics,
    des,
    gcm,
    hashes,
    keccak,
    seed,
    sha,
    siphash,
    sm4,
    streams,
)

__all__ = [
    "aes",
    "aes_modes",
    "aria",
    "camellia",
    "checksums",
    "classics",
    "des",
    "gcm",
    "hashes",
    "keccak",
    "seed",
    "sha",
    "siphash",
    "sm4",
    "streams",
]
