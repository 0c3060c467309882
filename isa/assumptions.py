"""Assumptions under which some instructions are modelled, by the names that SOUNDNESS.md and reports use."""

from __future__ import annotations

import re

_ASSUMPTIONS = (
    (re.compile(r"(PAC|AUT|XPAC|BRA|BLRA|RETA).*"), "POINTER_AUTHENTICATION_AS_PLAIN"),
    (re.compile(r"STL?X[RP].*"), "EXCLUSIVES_ALWAYS_SUCCEED"),
)
"""By mnemonic: pointers carry no authentication code; a store-exclusive succeeds at once."""


def assumption_of(mnemonic: str) -> str | None:
    """The name of the assumption that the semantics of a mnemonic rest on, if there is one beyond the model itself."""
    return next((name for pattern, name in _ASSUMPTIONS if pattern.fullmatch(mnemonic)), None)
