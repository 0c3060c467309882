"""Contracts of routines that are known: importing this package registers them all."""

from programs.contracts import aes, classics, hashes, keccak, sha, streams

__all__ = ["aes", "classics", "hashes", "keccak", "sha", "streams"]
