"""Contracts of routines that are known: importing this package registers them all."""

from programs.contracts import aes, classics, keccak, sha

__all__ = ["aes", "classics", "keccak", "sha"]
