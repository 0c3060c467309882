"""Assumptions under which some instructions are modelled, by the names that SOUNDNESS.md and reports use."""

from __future__ import annotations

import re
from collections.abc import Mapping

IN_WORDS: Mapping[str, str] = {
    "POINTER_AUTHENTICATION_AS_PLAIN": "a pointer that is signed and authenticated with the same key and modifier is as it was",
    "EXCLUSIVES_ALWAYS_SUCCEED": "a store-exclusive after its load-exclusive succeeds at once",
    "ATOMICS_UNDISTURBED": "no other observer writes between the load and the store of an atomic instruction, or after it",
}
"""What each of them says, for a person who sees the name beside a verdict."""

_ASSUMPTIONS = (
    (re.compile(r"(PAC|AUT|XPAC|BRA|BLRA|RETA).*"), "POINTER_AUTHENTICATION_AS_PLAIN"),
    (re.compile(r"STL?X[RP].*"), "EXCLUSIVES_ALWAYS_SUCCEED"),
    (re.compile(r"(CASP?|SWP|(LD|ST)(ADD|CLR|EOR|SET|SMAX|SMIN|UMAX|UMIN))A?L?[BH]?"), "ATOMICS_UNDISTURBED"),
)
"""By mnemonic."""


def assumption_of(mnemonic: str) -> str | None:
    """The name of the assumption that the semantics of a mnemonic rest on, if there is one beyond the model itself."""
    return next((name for pattern, name in _ASSUMPTIONS if pattern.fullmatch(mnemonic)), None)
