"""Assumptions under which some instructions are modelled, by the names that SOUNDNESS.md and reports use."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class Assumption(Enum):
    """One assumption. The value says it in words, for a person who sees the name beside a verdict."""

    POINTER_AUTHENTICATION_AS_PLAIN = (
        "a pointer that is signed and authenticated with the same key and modifier is as it was"
    )
    EXCLUSIVES_ALWAYS_SUCCEED = "a store-exclusive after its load-exclusive succeeds at once"
    ATOMICS_UNDISTURBED = (
        "no other observer writes between the load and the store of an atomic instruction, or after it"
    )


IN_WORDS: Mapping[str, str] = {assumption.name: assumption.value for assumption in Assumption}
