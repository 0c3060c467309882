"""The standards, as executable specifications on `lnsym.bv` terms: one module per standard."""
