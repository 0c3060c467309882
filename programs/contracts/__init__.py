"""Contracts of routines that are known: importing this package registers them all."""

from programs.contracts import aes, checksums, classics, hashes, keccak, sha, siphash, streams

__all__ = ["aes", "checksums", "classics", "hashes", "keccak", "sha", "siphash", "streams"]
