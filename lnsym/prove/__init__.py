"""Proving: methods in the order of cost, refutation by inputs that run, and the verdict."""
