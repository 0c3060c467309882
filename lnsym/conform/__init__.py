"""Conformance: that the instructions of `isa` do what an independent implementation, Unicorn, does.

`forms` says what there is to cover, `words` and `contents` make the tests, `stub` and `model` run them on Unicorn and on
`isa`, `comparison` compares, `shrinking` makes a mismatch small, `campaign` does all of it for every form.
"""
