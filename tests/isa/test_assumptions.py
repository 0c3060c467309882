"""Every instruction whose semantics rest on an assumption says so."""

import pytest

from isa.assumptions import IN_WORDS, Assumption
from isa.encoding import encodings
from lnsym.conform.forms import forms


def assumptions_of(mnemonic: str) -> set[Assumption | None]:
    """What the forms of a mnemonic assume."""
    of_it = [form for encoding in encodings() for form in forms(encoding) if form.mnemonic == mnemonic]
    assert of_it
    return {form.encoding.assumption(form.encoding.fields(form.witnesses[0])) for form in of_it}


@pytest.mark.parametrize("name", ["PACIASP", "AUTIASP", "XPACLRI", "RETAA", "BRAA", "BLRABZ", "AUTDZA", "XPACD"])
def test_pointer_authentication(name: str) -> None:
    assert assumptions_of(name) == {Assumption.POINTER_AUTHENTICATION_AS_PLAIN}


@pytest.mark.parametrize("name", ["STXR", "STXRB", "STLXRH", "STXP", "STLXP"])
def test_store_exclusives(name: str) -> None:
    assert assumptions_of(name) == {Assumption.EXCLUSIVES_ALWAYS_SUCCEED}


@pytest.mark.parametrize("name", ["CAS", "CASALB", "CASPAL", "SWPH", "LDADD", "LDADDALB", "LDUMINL", "LDEORLH"])
def test_atomics(name: str) -> None:
    assert assumptions_of(name) == {Assumption.ATOMICS_UNDISTURBED}


@pytest.mark.parametrize(
    "name", ["RET", "BR", "BLR", "LDXR", "LDAPR", "LDAPRH", "STLR", "STR", "ADD", "STP", "BTI", "NOP"]
)
def test_others_rest_on_the_model_alone(name: str) -> None:
    assert assumptions_of(name) == {None}


def test_each_is_said_in_words() -> None:
    assert set(IN_WORDS) == {assumption.name for assumption in Assumption}
