"""What a test says of code that must stop: the kind of ending that is raised with `EndOfPath`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lnsym.machine.endings import Ending, EndOfPath


@contextmanager
def stops(*kinds: type[Ending], match: str | None = None) -> Iterator[pytest.ExceptionInfo[EndOfPath]]:
    """The block stops with an ending of one of these kinds, whose words match the pattern."""
    with pytest.raises(EndOfPath, match=match) as caught:
        yield caught
    assert isinstance(caught.value.ending, kinds), caught.value.ending
