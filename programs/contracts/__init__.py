"""Contracts of routines that are known: importing this package registers them all."""

from programs.contracts import classics, sha

__all__ = ["classics", "sha"]
