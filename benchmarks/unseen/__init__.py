"""Code that nobody tuned the prover to: the standards' algorithms in C, as different people write them, by two compilers at five levels.

`python -m benchmarks.unseen` compiles every source in `sources/` in every way, verifies each object against its contract in
`contracts.py`, and prints which share is proved. What stands before the first underscore of a source's name is its algorithm; the
name itself is that of the routine in it.
"""
