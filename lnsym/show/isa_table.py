"""The table of encoding classes."""

from __future__ import annotations

from collections.abc import Iterator

from isa.encoding import encodings
from lnsym.conform.forms import forms
from lnsym.conform.record import status


def isa_lines() -> Iterator[str]:
    """For each class its name, pattern, number of encodings, conformance status and mnemonics."""
    count = 0
    for encoding in encodings():
        of_class = forms(encoding)
        count += len(of_class)
        yield f"{encoding.name}: {encoding.title}"
        yield f"  {encoding.pattern}"
        yield f"  {len(of_class)} encodings; {status(encoding)}"
        yield f"  {' '.join(dict.fromkeys(form.mnemonic for form in of_class))}"
    yield f"{len(encodings())} classes, {count} encodings"
