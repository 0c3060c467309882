"""Mutation: machine code with one small change, and whether the prover notices.

A mutant is one instruction of a routine, or one byte of its constants, changed (`changes`, `mutants`). Each is verified (`trial`), in a
process of its own (`processes`), and one that is not refuted is run on Unicorn against the specification on numbers (`second_opinion`),
which shares no code with the prover. `campaign` does so for many mutants of many routines.
"""
