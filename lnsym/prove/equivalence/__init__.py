"""Equivalence: two pieces of machine code against each other, without a specification.

`comparison` is the whole of it. The modules from the bottom: `product` (one set of inputs, all else kept apart), `interfaces` (what the
contract gives both), `sides` and `joint_paths` (what is to be equal, on which paths), `parting` and `disagreement` (an input on which
they are not, run on Unicorn).
"""
