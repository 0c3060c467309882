"""Benchmarks: scripts that print one table each. No test depends on a time."""
